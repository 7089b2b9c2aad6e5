"""One benchmark of a tiny look-alike, run as a person would: its tables, its refusals, and what it leaves alone."""

import csv
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from conftest import ROOT, Study, study_in

from models_py.blends import BLENDS
from models_py.errors import BuildError
from models_py.experiments.benchmark import running
from models_py.experiments.benchmark.children import run_alone
from models_py.experiments.benchmark.raw import Case
from models_py.experiments.benchmark.report import Results
from models_py.recommenders.registry import recommenders
from models_py.settings.environment import Settings
from models_py.sources.demo import write_demo

PUBLISHED = b"what was published before"
# a study that is small in every respect but has all its stages
SMALL = (
    "{min_users_per_track: 2, min_items_per_user: 5, factorization_factors: [2], cluster_counts: [2], "
    "theme_counts: [2], bootstrap_draws: 10}"
)
GENERATOR = f"""
import sys
from pathlib import Path
sys.path.insert(0, {str(ROOT)!r})
from models_py.sources.demo import write_demo
folder, *options = sys.argv[1:]
assert options == ["--scale", "0.5", "--corrupt", "1000"], options
write_demo(Path(folder).parent / "demo", users=20)
(Path(folder).parent / "demo" / "1k").rename(folder)
"""

MODELS = sorted([*recommenders(), *(blend.name for blend in BLENDS)])
# they take part where training is cut at dates, as `temporal` is not
IN_PERIODS = ("act_r", "mixed", "personal_decayed", "tifu_knn")


@dataclass(frozen=True)
class Benchmark:
    """A finished benchmark: what it printed and the tables it wrote."""

    folder: Path
    study: Study
    printed: str

    def table(self, name: str) -> list[dict[str, str]]:
        """Read one of its CSV files."""
        with (self.folder / f"{name}.csv").open(newline="") as file:
            return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def benchmark(tmp_path_factory: pytest.TempPathFactory) -> Benchmark:
    folder = tmp_path_factory.mktemp("benchmark")
    study = study_in(folder, VARS=SMALL)
    study.warehouse.write_bytes(PUBLISHED)
    generator = folder / "generator.py"
    generator.write_text(GENERATOR)
    output = folder / "output"
    result = study.run("benchmark", SCALES="0.5", LOOKALIKE=str(generator), BENCHMARK=str(output))
    assert result.returncode == 0, result.stdout + result.stderr
    return Benchmark(output, study, result.stdout)


@pytest.mark.slow
def test_every_stage_has_a_row_with_what_it_used(benchmark: Benchmark) -> None:
    stages = benchmark.table("stages")
    assert [row["stage"] for row in stages] == list(running.STAGES.values())
    for row in stages:
        assert int(row["plays"]) > 0
        for figure in ("seconds", "cpu_seconds", "startup_cpu_seconds", "peak_memory_mb", "plays_per_second"):
            assert float(row[figure]) > 0, (row["stage"], figure)
        assert float(row["startup_cpu_seconds"]) < float(row["cpu_seconds"])


@pytest.mark.slow
def test_every_model_has_a_row_with_the_cost_of_a_trial(benchmark: Benchmark) -> None:
    rows = [row for row in benchmark.table("models") if row["split_name"] == "temporal"]
    tuned = {(row["item_type"], row["model_name"]): row for row in rows}
    # it works by the artists of tracks
    tuned.pop(("artist", "artist_backoff"), None)
    expected = [(item_type, name) for item_type in ("artist", "track") for name in MODELS]
    expected.remove(("artist", "artist_backoff"))
    assert list(tuned) == expected
    for row in tuned.values():
        if row["model_name"] in IN_PERIODS:
            assert row["status"] == "skipped" and not row["seconds_per_trial"], row["model_name"]
            continue
        for figure in ("seconds_per_trial", "trial_peak_memory_mb", "peak_memory_mb", "n_items", "n_interactions"):
            assert float(row[figure]) > 0, (row["model_name"], figure)
        assert row["fit_seconds"] and row["recommend_seconds"]


@pytest.mark.slow
def test_dbt_nodes_and_jobs_are_told_apart(benchmark: Benchmark) -> None:
    nodes, jobs = benchmark.table("nodes"), benchmark.table("jobs")
    of_stage = {stage: {row["step"] for row in nodes if row["stage"] == stage} for stage in running.STAGES.values()}
    assert {"plays", "training_interactions"} <= of_stage["marts"]
    assert "split_summary" in of_stage["evaluation inputs"]
    assert not of_stage["marts"] & of_stage["evaluation inputs"]
    assert "model_leaderboard" in of_stage["results"]
    assert of_stage["tests"] and not of_stage["tests"] & (of_stage["marts"] | of_stage["evaluation inputs"])
    assert {f"temporal track {name}" for name in MODELS} <= {row["step"] for row in jobs}
    assert all(float(row["seconds"]) > 0 and float(row["peak_memory_mb"]) > 0 for row in nodes + jobs)


@pytest.mark.slow
def test_a_stage_peaks_at_least_as_high_as_its_steps(benchmark: Benchmark) -> None:
    peaks = {row["stage"]: float(row["peak_memory_mb"]) for row in benchmark.table("stages")}
    for row in benchmark.table("nodes") + benchmark.table("jobs"):
        assert float(row["peak_memory_mb"]) <= peaks[row["stage"]], row


@pytest.mark.slow
def test_data_frames_stand_beside_the_marts(benchmark: Benchmark) -> None:
    ours, *others = benchmark.table("comparison")
    assert ours["tool"] == "this project, marts" and [row["tool"] for row in others] == list(running.TOOLS.values())
    measured = [row for row in others if not row["note"]]
    assert {"pandas, three columns", "pandas, all columns"} <= {row["tool"] for row in measured}
    for row in measured:
        assert row["rows_read"] == ours["rows_read"]
        # the marts fold spellings of a name
        assert int(row["distinct_pairs"]) >= int(ours["distinct_pairs"]) > 0
    assert all("is not installed" in row["note"] for row in others if row not in measured)


@pytest.mark.slow
def test_the_page_has_the_tables_and_each_stage_is_said(benchmark: Benchmark) -> None:
    page = (benchmark.folder / "benchmark.md").read_text()
    for title in ("Stages", "Models", "The same counts with data frames"):
        assert f"## {title}\n" in page
    for stage in running.STAGES.values():
        assert f"scale 0.5, {stage}: done" in benchmark.printed


@pytest.mark.slow
def test_the_published_warehouse_is_not_touched(benchmark: Benchmark) -> None:
    assert benchmark.study.warehouse.read_bytes() == PUBLISHED
    assert not (benchmark.folder / "growth.svg").exists()
    assert sorted(path.name for path in benchmark.study.folder.iterdir()) == [
        "generator.py",
        "music.duckdb",
        "output",
        "raw",
    ]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({}, "name a folder of raw files (RAW=folder), or scales and a program"),
        ({"SCALES": "0.1"}, "LOOKALIKE is not set"),
        ({"SCALES": "0.1", "LOOKALIKE": "nowhere.py"}, "LOOKALIKE is nowhere.py, which is no file"),
        ({"SCALES": "all"}, "SCALES names all: give positive numbers"),
        ({"SCALES": "0.1", "LOOKALIKE": "models_py/errors.py"}, "scale 0.1 (it wrote nothing)"),
        ({"RAW": "nowhere"}, "RAW is nowhere, which is no folder"),
    ],
)
def test_what_cannot_be_measured_is_refused_in_a_sentence(new_study, given: dict[str, str], sentence: str) -> None:
    study = new_study()
    result = study.call("benchmark", BENCHMARK=str(study.folder / "output"), **{"SCALES": "", "LOOKALIKE": "", **given})
    assert result.returncode == 1
    assert sentence in result.stderr and len(result.stderr.strip().splitlines()) == 1


@pytest.fixture
def case(tmp_path: Path) -> Case:
    write_demo(tmp_path / "demo", users=20)
    settings = replace(Settings.from_environment({}), raw=tmp_path / "demo/1k", warehouse=tmp_path / "built/x.duckdb")
    return Case("tiny", settings)


def test_an_absent_library_is_a_row_that_says_so(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "is_installed", lambda library: False)
    results = Results(tmp_path / "output")
    running.compare_data_frames(case, results)
    results.write()
    rows = list(csv.DictReader((tmp_path / "output/comparison.csv").open(newline="")))
    assert [(row["tool"], row["note"]) for row in rows][-1] == ("polars scan_csv, streaming", "polars is not installed")
    assert len(rows) == len(running.TOOLS)


def test_a_stage_that_fails_is_named_and_earlier_rows_stay(case: Case, tmp_path: Path) -> None:
    [events] = case.settings.event_files()
    events.write_bytes(b"PK\x03\x04 no listening data")
    results = Results(tmp_path / "output")
    with pytest.raises(BuildError, match="The stage 'raw files checked' of tiny failed .*ZIP archive"):
        running.measure(case, results)


def test_memory_of_a_child_is_its_own(case: Case, tmp_path: Path) -> None:
    held = bytearray(700 * 2**20)
    ended = run_alone("check", case.settings, tmp_path / "logs")
    assert held and not ended.failure and 0 < ended.peak_memory_mb < 500
