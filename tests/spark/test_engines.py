"""The benchmark of two engines builds the same plays with both, and says what each used."""

import csv
from pathlib import Path

import pytest
from conftest import study_in
from made_up_plays import write_raw_files
from spark_marks import NEEDS_SPARK

pytestmark = NEEDS_SPARK


def test_both_engines_are_measured(tmp_path: Path) -> None:
    study = study_in(tmp_path)
    write_raw_files(tmp_path / "raw")
    output = tmp_path / "output"
    result = study.run("benchmark", TARGET="spark_local", BENCHMARK=str(output))
    assert result.returncode == 0, result.stdout + result.stderr
    with (output / "engines.csv").open(newline="") as file:
        duckdb, spark = csv.DictReader(file)
    assert (duckdb["engine"], spark["engine"]) == ("DuckDB", "Spark")
    assert int(duckdb["plays"]) == int(spark["plays"]) > 7000
    times = float(spark["building_seconds"]) / float(duckdb["building_seconds"])
    assert float(spark["times_duckdb"]) == pytest.approx(times)
    for row in (duckdb, spark):
        assert 0 < float(row["building_seconds"]) < float(row["seconds"])
    # Java's own memory and threads are counted
    assert float(spark["peak_memory_mb"]) > float(duckdb["peak_memory_mb"]) and float(spark["shuffled_mb"]) > 0
    assert float(spark["cpu_seconds"]) > 0 and duckdb["shuffled_mb"] == ""
    assert "| Spark |" in (output / "engines.md").read_text()
