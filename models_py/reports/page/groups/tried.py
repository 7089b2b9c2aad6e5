"""What was tried, by number of groups: curves with intervals, chance beside them, a ring at what was chosen."""

from collections.abc import Mapping, Sequence

import altair as alt

from models_py.reports.page.blocks import Row
from models_py.reports.page.drawing import Look, coloured, lines
from models_py.reports.page.placing import Span
from models_py.reports.page.theme import values


def tried(rows: Sequence[Row], x: tuple[str, str], y: tuple[str, str], looks: Mapping[str, Look]) -> dict[str, object]:
    """Draw a figure of each number of groups.

    Parameters
    ----------
    rows : sequence of mapping
        With 'series', the columns of `x` and `y`, 'low' and 'high' (null where there is no interval) and 'is_chosen'.
    x, y : tuple of str
        The column and the axis' title.
    looks : mapping
        Of the series that there may be.

    Returns
    -------
    dict
        Vega-Lite.
    """
    counts = sorted({row[x[0]] for row in rows})
    across = alt.X(
        f"{x[0]}:Q",
        title=x[1],
        scale=Span.around(counts).scale(),
        axis=alt.Axis(values=counts, format="d", grid=False),
    )
    up = alt.Y(f"{y[0]}:Q")
    found = {name: look for name, look in looks.items() if name in {row["series"] for row in rows}}
    colour = coloured({name: look.colour for name, look in found.items()}, "series")
    intervals = alt.Chart(values([row for row in rows if row["low"] is not None]))
    chosen = [(row, alt.Chart(values([row])).encode(x=across, y=up)) for row in rows if row["is_chosen"]]
    over = [
        intervals.mark_rule(strokeWidth=1.5).encode(x=across, y="low:Q", y2="high:Q", color=colour),
        *(point.mark_point(size=170, color="@ink", strokeWidth=1.5) for _, point in chosen),
        *(point.mark_text(**_above(row[x[0]], counts)).encode(text=alt.value("chosen")) for row, point in chosen),
    ]
    span = Span.around([row[name] for row in rows for name in (y[0], "low", "high")], 0.08)
    return lines(rows, across, (y[0], y[1], ".2f"), found, span=span, over=over)


def _above(count: float, counts: Sequence[float]) -> dict[str, object]:
    """Where a point's label goes: above it, and at either end of the axis inwards, away from the axis' own labels."""
    align, dx = ("left", 6) if count == counts[0] else ("right", -6) if count == counts[-1] else ("center", 0)
    return {"dx": dx, "dy": -16, "align": align, "color": "@ink"}
