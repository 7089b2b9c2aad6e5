"""Turns what jobs compute into columns, the form in which rows go into the warehouse."""

import json
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from models_py.warehouse import strings


def columns(
    records: Sequence[object], names: Iterable[str], repeats: Sequence[int] | None = None
) -> dict[str, np.ndarray]:
    """Put fields of records into columns, a row per record.

    Parameters
    ----------
    records : sequence of objects
    names : iterable of str
        Fields; `Kind.__dataclass_fields__` are all of a dataclass. A mapping is stored as JSON, None as null.
    repeats : sequence of int, optional
        Rows of each record, where that is not one.

    Returns
    -------
    dict of str to array
    """
    found = {name: _column([getattr(record, name) for record in records]) for name in names}
    return {name: values if repeats is None else np.repeat(values, repeats) for name, values in found.items()}


def joined(records: Iterable[object], names: Iterable[str]) -> dict[str, np.ndarray]:
    """Put the records' arrays of each name end to end."""
    parts = {name: [getattr(record, name) for record in records] for name in names}
    return {name: np.concatenate(arrays) if arrays else np.empty(0) for name, arrays in parts.items()}


def _column(values: Sequence[object]) -> np.ndarray:
    if any(isinstance(value, Mapping) for value in values):
        return strings(map(json.dumps, values))
    if any(isinstance(value, str) for value in values):
        return strings(values)
    # nan is null in SQL
    return np.array(values, dtype=float if None in values else None)
