"""Questions to the marts, each as one text of SQL that is run and shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from textwrap import dedent

import numpy as np

from models_py.warehouse import Warehouse


@dataclass(frozen=True)
class Answered:
    """A query and what it gave.

    Attributes
    ----------
    sql : str
        The text that was run: a reader who copies it gets the same rows.
    rows : list of dict
        Values as JSON has them: numbers, text, true, false and null; times as ISO 8601.
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
        return Answered(
            text, [{name: _plain(value) for name, value in row.items()} for row in self._warehouse.read_rows(text)]
        )


def literal(text: str) -> str:
    """Write a text as SQL does, whatever is in it."""
    return "'" + text.replace("'", "''") + "'"


def _plain(value: object) -> object:
    if isinstance(value, np.generic):
        value = None if isinstance(value, np.datetime64) and np.isnat(value) else value.item()
    if isinstance(value, float) and value != value:
        return None
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, list | tuple | np.ndarray):
        return [_plain(each) for each in value]
    return value
