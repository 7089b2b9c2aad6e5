"""Where labels stand in a chart, so that none covers another however wide the page is.

Layout only: what is shown is never computed here. A chart is as wide as its page, and Vega-Lite moves no labels, so a
place is taken only where it is free at each of some widths.
"""

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import altair as alt

from models_py.reports.page.blocks import Row

# inner widths of a plot in pixels: on a phone, on a tablet or paper, on a wide screen
WIDTHS = (230, 330, 480, 640)
# pixels of text of 12 pixels, rather too many than too few
CHARACTER = 6.8
LINE = 15
POINT = 5
# offset from the point in pixels, and the side of the text that is held there
BESIDE = (
    (8, 0, "left"),
    (-8, 0, "right"),
    (0, -13, "center"),
    (0, 13, "center"),
    (6, -13, "left"),
    (6, 13, "left"),
    (-6, -13, "right"),
    (-6, 13, "right"),
)
UPON = ((0, 0, "center"), (0, -16, "center"), (0, 16, "center"), (0, -32, "center"), (0, 32, "center"), *BESIDE)


@dataclass(frozen=True)
class Span:
    """What an axis shows, from its lowest to its highest value.

    Attributes
    ----------
    low, high : float
    logarithmic : bool
    """

    low: float
    high: float
    logarithmic: bool = False

    @classmethod
    def around(cls, values: Sequence[object], margin: float = 0.05, logarithmic: bool = False) -> "Span":
        """Span values with some room on either side, as a share of their range."""
        known = [float(value) for value in values if value is not None]
        if logarithmic:
            ends = cls.around([math.log10(value) for value in known if value > 0], margin)
            return cls(10**ends.low, 10**ends.high, True)
        low, high = min(known, default=0.0), max(known, default=1.0)
        room = (high - low) * margin or abs(high) * margin or margin
        return cls(low - room, high + room)

    def from_zero(self) -> "Span":
        """Start at 0."""
        return replace(self, low=0.0)

    def share(self, value: float) -> float:
        """Place a value between the ends, 0 to 1."""
        low, high = (math.log10(end) if self.logarithmic else end for end in (self.low, self.high))
        return ((math.log10(value) if self.logarithmic else value) - low) / (high - low)

    def scale(self) -> alt.Scale:
        """Give the scale with these very ends."""
        kind = {"type": "log"} if self.logarithmic else {"zero": False}
        return alt.Scale(domain=[self.low, self.high], nice=False, **kind)

    def decades(self) -> list[float]:
        """Give the powers of ten on a logarithmic axis, and what halves them where there are few."""
        found = [
            float(f"{step}e{power}")
            for power in range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
            for step in (1, 2, 5)
            if self.low <= float(f"{step}e{power}") <= self.high
        ]
        tens = [value for value in found if f"{value:e}".startswith("1.0")]
        return tens if len(tens) > 2 else found


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Box") -> bool:
        """Whether they share a pixel."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


def text_width(text: str) -> float:
    """Estimate the pixels that a text takes; wide letters take two places."""
    return CHARACTER * sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def shortened(text: str, most: int) -> str:
    """Cut a text that is longer than `most` letters, and say so by an ellipsis."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def placed(
    rows: Sequence[Row],
    x: tuple[str, Span],
    y: tuple[str, Span],
    label: str,
    height: float,
    places: Sequence[tuple[float, float, str]] = BESIDE,
    lines: Sequence[Sequence[Row]] = (),
    once: str | None = None,
    on_points: bool = False,
) -> list[dict[str, object]]:
    """Choose the labels of points that find a free place, the first rows first.

    Parameters
    ----------
    rows : sequence of mapping
        The points in order of importance.
    x, y : tuple of str and Span
        Their columns, and what the axes span.
    label : str
        The column of the text.
    height : float
        Of the plot, in pixels.
    places : sequence of tuple
        Where a label may stand, best first.
    lines : sequence of sequence of mapping
        Points that lines join, which no label may cover; the lines themselves are covered only where nothing else is
        free.
    once : str, optional
        A column of which each value is labelled once, at the first of its rows that has room.
    on_points : bool
        Whether labels may cover points.

    Returns
    -------
    list of dict
        The rows that are labelled, with 'label', 'dx', 'dy' and 'align'.
    """
    points = [] if on_points else [*rows, *(point for line in lines for point in line)]
    spots, drawn, taken = {}, {}, {}
    for width in WIDTHS:
        spots[width] = [_at(row, x, y, width, height) for row in points]
        drawn[width] = [_at(row, x, y, width, height) for row in _along(lines, x[0], y[0])]
        taken[width] = []
    chosen: list[dict[str, object]] = []
    for row in rows:
        if once and any(other[once] == row[once] for other in chosen):
            continue
        for place, kept_clear in [(place, kept_clear) for kept_clear in (True, False) for place in places]:
            boxes = {width: _box(row, x, y, width, height, str(row[label]), place) for width in WIDTHS}
            if all(
                _is_free(box, width, height, taken[width], [*spots[width], *(drawn[width] if kept_clear else [])])
                for width, box in boxes.items()
            ):
                for width, box in boxes.items():
                    taken[width].append(box)
                chosen.append({**row, "label": row[label], **dict(zip(("dx", "dy", "align"), place, strict=True))})
                break
    return chosen


def apart(values: Sequence[float], span: Span, height: float, gap: float = LINE) -> list[float]:
    """Give how far labels at the ends of lines have to move down, in pixels, so that none covers another."""
    wanted = [(1 - span.share(value)) * height for value in values]
    order = sorted(range(len(wanted)), key=lambda index: (wanted[index], index))
    moved = list(wanted)
    for before, index in zip([None, *order], order, strict=False):
        moved[index] = max(moved[index], 0.0 if before is None else moved[before] + gap)
    lowest = height
    for index in reversed(order):
        moved[index] = min(moved[index], lowest)
        lowest = moved[index] - gap
    return [round(after - before, 1) for before, after in zip(wanted, moved, strict=True)]


def _along(lines: Sequence[Sequence[Row]], x: str, y: str, steps: int = 16) -> list[dict[str, float]]:
    """Give points on lines, beside those that they join."""
    return [
        {column: start[column] + (end[column] - start[column]) * step / steps for column in (x, y)}
        for line in lines
        for start, end in pairwise(line)
        for step in range(steps + 1)
    ]


def _at(row: Row, x: tuple[str, Span], y: tuple[str, Span], width: float, height: float) -> tuple[float, float]:
    return x[1].share(float(row[x[0]])) * width, (1 - y[1].share(float(row[y[0]]))) * height


def _box(
    row: Row,
    x: tuple[str, Span],
    y: tuple[str, Span],
    width: float,
    height: float,
    text: str,
    place: tuple[float, float, str],
) -> Box:
    (across, down), (dx, dy, align) = _at(row, x, y, width, height), place
    length = text_width(text)
    left = across + dx - length * {"left": 0.0, "center": 0.5, "right": 1.0}[align]
    return Box(left, down + dy - LINE / 2, left + length, down + dy + LINE / 2)


def _is_free(box: Box, width: float, height: float, taken: Sequence[Box], spots: Sequence[tuple[float, float]]) -> bool:
    inside = box.left >= 0 and box.right <= width and box.top >= -LINE / 2 and box.bottom <= height + LINE / 2
    return (
        inside
        and not any(box.meets(other) for other in taken)
        and not any(
            box.meets(Box(across - POINT, down - POINT, across + POINT, down + POINT)) for across, down in spots
        )
    )
