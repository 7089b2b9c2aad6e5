"""What tests of the report's chapters share: marts that may be changed, and what holds of every block."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import altair as alt
import duckdb
from altair.utils.schemapi import debug_mode

from models_py.reports.page.asking import Marts
from models_py.reports.page.blocks import Block, Chart, Group, Missing, Section, Sentence, Table
from models_py.reports.page.study import Study
from models_py.reports.page.theme import COLOURS
from models_py.warehouse import Warehouse

# marts too large to copy for each test, and what of them is enough
LARGE = {
    "user_item_plays": "from study.marts.user_item_plays qualify row_number() over (partition by item_type) <= 9",
    "user_metrics": "from study.marts.user_metrics where metric = 'ndcg' and scope = 'all'",
    "item_clusters": "from study.marts.item_clusters",
}
# figures of sentences that stand in their wording, none of the data
SAID = {"95%"}
NUMBER = re.compile(r"(?<![\w.@])[-+]?\d[\d,]*(?:\.\d+)?%?")


def copied(warehouse: Path, path: Path, tables: Sequence[str], changes: str = "") -> Path:
    """Copy some marts to a file of their own, and change them by some SQL."""
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"attach '{warehouse}' as study (read_only); create schema marts")
        for table in tables:
            query = LARGE.get(table, f"from study.marts.{table}")
            connection.execute(f"create table marts.{table} as {query}")
        connection.execute("detach study")
        connection.execute(changes or "select 1")
    return path


def study(path: Path) -> Study:
    """Give the study that some marts are of."""
    return Study.of(Marts(Warehouse(path)))


def asked(section: Callable[[Marts], Section], path: Path) -> Section:
    """Ask for a chapter; its charts are validated once, in `check_chart`."""
    with debug_mode(False):
        return section(Marts(Warehouse(path)))


def part(found: Sequence[Block]) -> Section:
    """Make a chapter of some blocks."""
    return Section("part", "Part", (Group("part", "Part", found),))


def blocks(section: Section) -> list[Block]:
    """Give all blocks of a chapter in order."""
    return [block for group in section.groups for block in group.blocks]


def named(section: Section, name: str) -> Block:
    """Find the chart or table of a name."""
    return next(block for block in blocks(section) if getattr(block, "name", None) == name)


def texts(section: Section, kind: type[Sentence] | type[Missing] = Sentence) -> list[str]:
    """Give the texts of all sentences, or of all that say what is missing."""
    return [block.text for block in blocks(section) if type(block) is kind]


def data(chart: Chart) -> list[dict[str, object]]:
    """Give all rows in a chart's spec, those of labels too."""
    return [row for part in _parts(chart.spec, "data") for row in part.get("values", [])] + [
        row for part in _parts(chart.spec, "datasets") for rows in part.values() for row in rows
    ]


def _parts(spec: object, key: str) -> Iterator[dict[str, object]]:
    if isinstance(spec, dict):
        if isinstance(spec.get(key), dict):
            yield spec[key]
        for name, part in spec.items():
            if name not in ("data", "datasets"):
                yield from _parts(part, key)
    elif isinstance(spec, list):
        for part in spec:
            yield from _parts(part, key)


def check_blocks(section: Section) -> None:
    """Check what holds of every block of every chapter."""
    names = [block.name for block in blocks(section) if isinstance(block, Chart | Table)]
    assert len(names) == len(set(names))
    for block in blocks(section):
        if isinstance(block, Chart):
            check_chart(block)
        if isinstance(block, Table):
            assert block.rows and all(column.name in block.rows[0] for column in block.columns)
            json.dumps(block.rows, allow_nan=False)
        if isinstance(block, Missing):
            assert block.text.startswith("Not enough data: ") and block.text.endswith(".")


def check_chart(chart: Chart) -> None:
    """Check that a chart can be drawn, says what it shows, and leaves nothing to the template or to Vega."""
    kind = alt.LayerChart if "layer" in chart.spec else alt.Chart
    kind.from_dict(dict(chart.spec), validate=True)
    text = json.dumps(chart.spec, allow_nan=False)
    rows = data(chart)
    assert 0 < len(rows) <= 5000, chart.name
    assert chart.title and chart.caption.endswith(".") and chart.alt.endswith("."), chart.name
    assert chart.spec.get("width") == "container"
    assert set(re.findall(r'"@(\w+)"', text)) <= set(COLOURS) and not re.search(r'"#[0-9a-f]{3,6}"', text)
    shown = json.dumps({key: part for key, part in chart.spec.items() if key not in ("data", "datasets")})
    assert not re.search(r'"(aggregate|bin|timeUnit|joinaggregate)":', shown), chart.name
    assert re.search(r"\bmarts\.", chart.sql) and not re.search(r"\b(recommender|intermediate|staging)\.", chart.sql)


def unsupported(text: str, sql: str, warehouse: Path, known: Sequence[object] = ()) -> list[str]:
    """Find the figures of a text that are in none of the rows that its query gives, however they are written.

    Parameters
    ----------
    text : str
    sql : str
        The query that stands beside the text.
    warehouse : Path
    known : sequence
        Figures besides, such as the length of lists.

    Returns
    -------
    list of str
    """
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(sql).fetchall()
    figures = [value for row in rows for value in row if isinstance(value, int | float) and not isinstance(value, bool)]
    words = " ".join(str(value) for row in rows for value in row if isinstance(value, str))
    written = SAID | {str(each) for each in known}
    for figure in figures:
        for form in (",.0f", ".1f", ".2f", ".3f", "+.3f", ".4f", "g", ".2g", ".0%", ".1%"):
            written.add(format(figure, form))
    written |= set(NUMBER.findall(words))
    return [number for number in NUMBER.findall(text) if number.rstrip(",") not in written]
