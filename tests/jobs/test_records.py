"""What jobs compute, as columns."""

from dataclasses import dataclass

import numpy as np

from models_py.jobs.records import columns, joined


@dataclass(frozen=True)
class Score:
    """A record with a field of each kind."""

    name: str | None
    n: int
    value: float | None
    is_best: bool
    settings: dict[str, object]


SCORES = [Score("a", 1, None, True, {"k": 2}), Score(None, 2, 0.5, False, {})]


def test_every_field_is_a_column_and_none_is_null() -> None:
    found = columns(SCORES, Score.__dataclass_fields__)
    assert list(found) == ["name", "n", "value", "is_best", "settings"]
    assert found["name"].tolist() == ["a", None]
    assert found["n"].dtype == np.int64
    np.testing.assert_array_equal(found["value"], [np.nan, 0.5])
    assert found["is_best"].tolist() == [True, False]
    assert found["settings"].tolist() == ['{"k": 2}', "{}"]


def test_records_repeat_and_a_figure_that_nobody_has_is_a_number() -> None:
    found = columns(SCORES[:1], ("name", "value"), repeats=[3])
    assert found["name"].tolist() == ["a"] * 3
    assert found["value"].dtype == np.float64
    assert [len(values) for values in columns([], ("name", "value")).values()] == [0, 0]


@dataclass(frozen=True)
class Part:
    """Arrays of a few rows."""

    x: np.ndarray
    y: np.ndarray


def test_arrays_are_joined_end_to_end() -> None:
    found = joined([Part(np.arange(2), np.ones(2)), Part(np.arange(1), np.zeros(1))], ("x", "y"))
    assert found["x"].tolist() == [0, 1, 0]
    assert found["y"].tolist() == [1, 1, 0]
    assert len(joined([], ("x",))["x"]) == 0
