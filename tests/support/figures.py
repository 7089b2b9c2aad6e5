"""Figures of a report, held against the tables: whatever number is printed must be a value of the rows of its SQL."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

import duckdb

from models_py.reports.page.blocks import Chart, Section, Sentence, Table

# with its sign, thousands, decimals and percent sign, and not a part of a name
NUMBER = re.compile(r"(?<![\w.,])[+-]?\d+(?:,\d{3})*(?:\.\d+)?%?(?!\w)")
# names with a number in them
FIXED = ("95% interval", "UTF-8")
Row = Mapping[str, object]


def answer(connection: duckdb.DuckDBPyConnection, sql: str) -> list[Row]:
    """Run a query as a reader who copied it would."""
    found = connection.execute(sql)
    names = [name for name, *_ in found.description]
    return [dict(zip(names, values, strict=True)) for values in found.fetchall()]


def unexplained(text: str, rows: Sequence[Row]) -> list[str]:
    """Numbers in a text that are no value of the rows in the form in which they are printed."""
    values = [value for row in rows for value in _flat(row.values())]
    names = {form for value in values for form in _names(value)}
    for known in sorted((*names, *FIXED), key=len, reverse=True):
        text = text.replace(known, " ")
    numbers = [float(value) for value in values if not isinstance(value, str | bool | date) and value is not None]
    return [found for found in NUMBER.findall(text) if not any(_is_printed(found, number) for number in numbers)]


def wrong_figures(sections: Sequence[Section], connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Describe every figure on a page that its own SQL does not give today."""
    return [fault for block in _blocks(sections) for fault in _faults(block, connection)]


def sentences(sections: Sequence[Section]) -> list[Sentence]:
    """Every sentence that has SQL."""
    return [block for block in _blocks(sections) if isinstance(block, Sentence) and block.sql]


def _blocks(sections: Sequence[Section]) -> Iterator[object]:
    return (block for section in sections for group in section.groups for block in group.blocks)


def _faults(block: object, connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    sql = getattr(block, "sql", "")
    rows = answer(connection, sql) if sql else []
    if isinstance(block, Chart):
        texts, shown = (block.title, block.caption, block.alt), list(_data(block.spec))
    elif isinstance(block, Table):
        texts, shown = (block.title, block.caption), block.rows
    else:
        texts, shown = (block.text,), []
    for text in texts:
        for number in unexplained(text, rows):
            yield f"{number} in: {text}"
    answered = {_as_text(row, row) for row in rows}
    for row in shown:
        asked = _as_text(row, rows[0] if rows else {})
        if asked != "{}" and asked not in answered:
            yield f"{asked} is shown, and not answered by: {sql}"


def _data(spec: object) -> Iterator[Row]:
    """Every row of a chart, whichever layer it is of."""
    if isinstance(spec, Mapping):
        if isinstance(spec.get("data"), Mapping):
            yield from spec["data"].get("values", ())
        for rows in spec.get("datasets", {}).values():
            yield from rows
        for name, part in spec.items():
            if name not in ("data", "datasets"):
                yield from _data(part)
    elif isinstance(spec, list):
        for part in spec:
            yield from _data(part)


def _as_text(row: Row, columns: Row) -> str:
    """Write a row's values of these columns, the same for Python's own values and for those of JSON."""
    return json.dumps({name: _plain(row[name]) for name in sorted(row) if name in columns})


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return f"{value.isoformat()}Z"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if value is None or isinstance(value, str | bool):
        return value
    number = float(value)
    return None if number != number else float(f"{number:.9g}")


def _flat(values: object) -> Iterator[object]:
    for value in values:
        if isinstance(value, list | tuple):
            yield from _flat(value)
        else:
            yield value


def _names(value: object) -> Iterator[str]:
    """Ways to print what is no number."""
    if isinstance(value, str) and value:
        yield value
    if isinstance(value, date):
        yield f"{value.day} {value:%B %Y}"
        yield f"{value:%B %Y}"


def _is_printed(text: str, number: float) -> bool:
    digits = text.strip("+-%").replace(",", "")
    decimals = len(digits.partition(".")[2])
    if text[0] in "+-" and float(digits) and (text[0] == "-") != (number < 0):
        return False
    return digits == f"{abs(number) * (100 if text.endswith('%') else 1):.{decimals}f}"
