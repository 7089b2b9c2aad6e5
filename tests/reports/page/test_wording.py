"""Figures as words: small shares keep their digits, nearly all is not all, and names stand in a row."""

import pytest

from models_py.reports.page import wording


@pytest.mark.parametrize(
    ("share", "written"),
    [
        (0, "0%"),
        (1, "100%"),
        (0.5, "50%"),
        (0.0999, "10%"),
        (0.099, "9.9%"),
        (0.004, "0.40%"),
        (0.00004, "0.004%"),
        (0.994, "99%"),
        (0.996, "99.6%"),
        (0.99999, "99.999%"),
        (-0.25, "-25%"),
    ],
)
def test_a_share_has_the_digits_that_tell_it_from_nothing_and_from_all(share: float, written: str) -> None:
    assert wording.percent(share) == written


@pytest.mark.parametrize(
    ("value", "written"), [(55.2, "55 s"), (1.04, "1.0 s"), (0.48, "0.48 s"), (0.0076, "0.0076 s")]
)
def test_a_duration_has_the_digits_that_count(value: float, written: str) -> None:
    assert wording.seconds(value) == written


def test_things_are_counted_in_their_number() -> None:
    assert wording.counted(1, "user") == "1 user"
    assert wording.counted(1234, "user") == "1,234 users"
    assert wording.counted(0, "person", "people") == "0 people"


def test_names_stand_in_a_row() -> None:
    assert [wording.listed(names) for names in (["a"], ["a", "b"], ["a", "b", "c"])] == ["a", "a and b", "a, b and c"]


def test_dates_of_json_are_days_and_months() -> None:
    assert wording.day("2009-05-04T23:08:57Z") == "4 May 2009"
    assert wording.month("2009-05-01") == "May 2009"


def test_a_finding_on_made_up_data_says_so() -> None:
    assert wording.claim("A model leads.", is_demo=True) == "On these planted tastes, a model leads."
    assert wording.claim("A model leads.", is_demo=False) == "A model leads."
