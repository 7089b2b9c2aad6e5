"""What has to hold on every DuckDB that the project runs on."""

import duckdb
from conftest import Study

# what DuckDB 1.4 opens, and the browser build with it; 2.0 by itself writes 999
OPENED_BY_1_4 = range(64, 68)


def test_older_readers_and_the_browser_can_open_the_file(demo: Study) -> None:
    header = demo.warehouse.read_bytes()[:4096]
    assert int.from_bytes(header[12:20], "little") in OPENED_BY_1_4
    # the release that made it, as text: an error about a file names it
    assert header[52:84].rstrip(b"\0").decode() == f"v{duckdb.__version__}"


def test_every_figure_is_a_finite_number_or_null(demo: Study) -> None:
    figures = demo.query(
        """
        select schema_name, table_name, column_name from duckdb_columns()
        where not internal and data_type in ('DOUBLE', 'FLOAT')
        """
    )
    assert len(figures) > 200
    counts = " union all ".join(
        f"select '{table}.{column}', count(*) from {schema}.{table} where not isfinite(\"{column}\")"
        for schema, table, column in figures
    )
    assert [(name, count) for name, count in demo.query(counts) if count] == []
