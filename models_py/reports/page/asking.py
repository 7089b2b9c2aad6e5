"""Questions to the marts, each as one text of SQL that is run and shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from math import isfinite
from textwrap import dedent

from models_py.warehouse import Warehouse


@dataclass(frozen=True)
class Answered:
    """A query and what it gave.

    Attributes
    ----------
    sql : str
        The text that was run: a reader who copies it gets the same rows.
    rows : list of dict
        Values as JSON has them: numbers, text, true, false and null; times as ISO 8601, in UTC.
    """

    sql: str
    rows: list[dict[str, object]]

    @property
    def first(self) -> Mapping[str, object]:
        """The first row; empty where there is none."""
        return self.rows[0] if self.rows else {}


class Marts:
    """The marts of one warehouse, opened for reading."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse

    def ask(self, sql: str) -> Answered:
        """Run a query; names of people and music are put into it by `literal`."""
        text = dedent(sql).strip()
        rows = self._warehouse.read_values(text)
        return Answered(text, [{name: _plain(value) for name, value in row.items()} for row in rows])

    @cached_property
    def is_demo(self) -> bool:
        """Whether the data are made up, so that nothing said of them is said of music."""
        return bool(self.ask("select bool_or(is_demo) as is_demo from marts.load_audit_files").first["is_demo"])


def literal(text: str) -> str:
    """Write a text as SQL does, whatever is in it."""
    return "'" + text.replace("'", "''") + "'"


def _plain(value: object) -> object:
    if isinstance(value, float) and not isfinite(value):
        return None
    if isinstance(value, datetime):
        # JavaScript takes a time without a zone for one of the reader's own
        return f"{value.isoformat()}Z"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value
