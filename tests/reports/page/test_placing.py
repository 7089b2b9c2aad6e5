"""Labels of charts: none covers another at any width, and the first ones are there."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models_py.reports.page.placing import LINE, UPON, WIDTHS, Box, Span, apart, placed, shortened, text_width

HEIGHT = 300.0
NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40)
POINTS = st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), NAMES), min_size=1, max_size=25)


def boxes(labels: list[dict], across: Span, up: Span, width: float) -> list[Box]:
    """Where labels stand in a plot of a width."""
    found = []
    for label in labels:
        x = across.share(label["x"]) * width + label["dx"]
        y = (1 - up.share(label["y"])) * HEIGHT + label["dy"]
        length = text_width(label["label"])
        left = {"left": x, "center": x - length / 2, "right": x - length}[label["align"]]
        found.append(Box(left, y - LINE / 2, left + length, y + LINE / 2))
    return found


@given(POINTS)
def test_no_label_covers_another_or_a_point_or_leaves_the_plot(points: list[tuple[float, float, str]]) -> None:
    rows = [{"x": x, "y": y, "name": name} for x, y, name in points]
    across, up = Span.around([row["x"] for row in rows]), Span.around([row["y"] for row in rows])
    labels = placed(rows, ("x", across), ("y", up), "name", HEIGHT)
    for width in WIDTHS:
        found = boxes(labels, across, up, width)
        assert not any(one.meets(other) for one, other in combinations(found, 2))
        assert all(0 <= box.left and box.right <= width for box in found)
        centres = [(across.share(row["x"]) * width, (1 - up.share(row["y"])) * HEIGHT) for row in rows]
        assert not any(box.meets(Box(x - 3, y - 3, x + 3, y + 3)) for box in found for x, y in centres)


def test_a_lone_label_stands_beside_its_point_and_the_first_of_two_alike_is_kept() -> None:
    span = Span(0, 1)
    rows = [{"x": 0.5, "y": 0.5, "name": name} for name in ("first", "second" * 6)]
    (label,) = placed(rows[:1], ("x", span), ("y", span), "name", HEIGHT)
    assert (label["dx"], label["dy"], label["align"]) == (8, 0, "left")
    names = [label["label"] for label in placed(rows, ("x", span), ("y", span), "name", HEIGHT)]
    assert names[0] == "first"


def test_a_name_that_may_stand_on_points_stands_on_its_own_and_once() -> None:
    span = Span(0, 1)
    rows = [{"x": 0.5, "y": y, "name": "jazz", "key": 1} for y in (0.2, 0.8)]
    labels = placed(rows, ("x", span), ("y", span), "name", HEIGHT, UPON, once="key", on_points=True)
    assert [(label["y"], label["dx"], label["dy"]) for label in labels] == [(0.2, 0, 0)]


def test_a_line_is_covered_only_where_nothing_else_is_free() -> None:
    span = Span(0, 1)
    line = [{"x": 0.5, "y": 0.5, "name": "end"}, {"x": 1.0, "y": 0.5, "name": ""}]
    (label,) = placed(line[:1], ("x", span), ("y", span), "name", HEIGHT, lines=[line])
    assert (label["dx"], label["align"]) == (-8, "right")


@given(st.lists(st.floats(0, 1), min_size=1, max_size=18))
def test_names_at_the_ends_of_lines_keep_their_distance(ends: list[float]) -> None:
    span = Span(0, 1)
    moves = apart(ends, span, HEIGHT)
    places = sorted((1 - end) * HEIGHT + move for end, move in zip(ends, moves, strict=True))
    assert all(after - before >= LINE - 0.2 for before, after in zip(places, places[1:], strict=False))
    assert all(-0.2 <= place <= HEIGHT + 0.2 for place in places)


def test_names_far_from_each_other_stay_where_they_are() -> None:
    assert apart([0.1, 0.5, 0.9], Span(0, 1), HEIGHT) == [0, 0, 0]


@pytest.mark.parametrize("values", [[], [0.0], [3, 3], [None, 2.0, 1.0], [-5, 5]])
def test_a_span_holds_all_values_and_is_never_empty(values: list[float | None]) -> None:
    span = Span.around(values)
    assert span.low < span.high
    assert all(0 <= span.share(value) <= 1 for value in values if value is not None)


def test_a_logarithmic_span_has_round_ticks_within_it() -> None:
    assert Span.around([0.02, 400], logarithmic=True).decades() == [0.1, 1, 10, 100]
    assert Span.around([0.3, 3], logarithmic=True).decades() == [0.5, 1, 2]


def test_long_names_are_cut_and_say_so() -> None:
    assert shortened("indie / alternative", 10) == "indie / a…"
    assert shortened("indie", 10) == "indie"
