"""Kinds of charts that several chapters draw: dots with intervals, lines with names at their ends, planes of points."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import altair as alt

from models_py.reports.page.blocks import Row
from models_py.reports.page.placing import Span, apart, placed, shortened
from models_py.reports.page.theme import values

# height of a row of dots
STEP = 19
# pixels for the words above a rule
MARK_ROOM = 18
PLANE_HEIGHT = 340
LINES_HEIGHT = 280
# the part that a model plays in a chart: the best, those level with it, baselines, the others
ROLES = {"leader": "@accent", "level": "@accent", "baseline": "@second", "other": "@muted"}
# parts whose dots are rings
RINGS = ("level",)
LONGEST = 28
DASHES = [5, 4]
# about one tick in so many pixels
TICKS = alt.ExprRef("ceil(width / 90)")
# an axis of names, each of which is written
NAMES = {"domain": False, "ticks": False, "grid": False, "labelLimit": 170, "labelOverlap": False}


@dataclass(frozen=True)
class Mark:
    """A value that a chart marks by a rule.

    Attributes
    ----------
    value : float
    text : str
        What it is, at the rule's end.
    """

    value: float
    text: str


def coloured(colours: Mapping[str, str], field: str = "role") -> alt.Color:
    """Colour by the part that a row plays, without a legend."""
    scale = alt.Scale(domain=list(colours), range=list(colours.values()))
    return alt.Color(f"{field}:N", scale=scale, legend=None)


def _filled(colours: Mapping[str, str]) -> alt.Fill:
    """Fill dots in the colour of their part, rings in that of the paper."""
    fills = ["@paper" if role in RINGS else colour for role, colour in colours.items()]
    return alt.Fill("role:N", scale=alt.Scale(domain=list(colours), range=fills), legend=None)


def written(
    labels: Sequence[Row], position: Mapping[str, object], colour: alt.Color, size: int = 12, weight: int = 400
) -> list[alt.Chart]:
    """Write labels where `placed` put them, over a rim of paper that keeps what is under them from their letters."""
    base = alt.Chart(values(labels)).encode(**position, text="label:N")
    at = {"align": {"expr": "datum.align"}, "dx": {"expr": "datum.dx"}, "dy": {"expr": "datum.dy"}}
    at |= {"fontSize": size, "fontWeight": weight, "tooltip": None}
    rim = base.mark_text(fill=None, stroke="@paper", strokeWidth=4, strokeJoin="round", **at)
    return [rim, base.mark_text(**at).encode(color=colour)]


def dots(
    rows: Sequence[Row],
    value: str,
    title: str,
    colours: Mapping[str, str] = ROLES,
    mark: Mark | None = None,
    form: str = ".3f",
    row: str = "model_name",
) -> dict[str, object]:
    """Draw a row of each thing's value with its interval, in the rows' order, the figure at its right.

    Parameters
    ----------
    rows : sequence of mapping
        With `row`, `value`, 'low', 'high' (null where there is no interval), 'role' and 'text', which is written
        at the right.
    value : str
        The column of the dots.
    title : str
        Of the axis, with the unit.
    colours : mapping
        Of the values of 'role'.
    mark : Mark, optional
        What the dots are to be compared with.
    form : str
        How the axis writes numbers.
    row : str
        The column that names a row.

    Returns
    -------
    dict
        Vega-Lite.
    """
    known = [each[name] for each in rows for name in (value, "low", "high")] + ([mark.value] if mark else [])
    span = Span.around(known)
    order = [each[row] for each in rows]
    y = alt.Y(
        f"{row}:N",
        sort=order,
        title=None,
        axis=alt.Axis(**NAMES),
    )
    x = alt.X(f"{value}:Q", title=title, scale=span.scale(), axis=alt.Axis(format=form, grid=True, tickCount=TICKS))
    base = alt.Chart(values(rows)).encode(y=y, color=coloured(colours))
    layers = [
        base.transform_filter("datum.low !== null").mark_rule(strokeWidth=2).encode(x=alt.X("low:Q"), x2="high:Q"),
        base.mark_point(size=55, opacity=1, strokeWidth=2).encode(x=x, fill=_filled(colours)),
        base.mark_text(align="left", dx=8).encode(x=alt.value("width"), text="text:N", color=alt.value("@ink")),
    ]
    if mark:
        layers = [*_marked(mark, span), *layers]
    height = STEP * len(rows) + MARK_ROOM * bool(mark)
    return alt.layer(*layers).properties(width="container", height=height).to_dict()


def _marked(mark: Mark, span: Span) -> list[alt.Chart]:
    """Draw a rule across the rows, named above them."""
    share = span.share(mark.value)
    place = values([{"at": mark.value, "label": mark.text}])
    scale = alt.X("at:Q", scale=span.scale())
    rule = alt.Chart(place).mark_rule(strokeDash=[4, 3], strokeWidth=1.5, color="@second").encode(x=scale)
    text = alt.Chart(place).mark_text(
        align="left" if share < 0.5 else "right", dx=-3 if share < 0.5 else 3, dy=-10, color="@second", fontSize=11
    )
    return [rule, text.encode(x=scale, y=alt.value(0), text="label:N")]


@dataclass(frozen=True)
class Look:
    """How a line looks.

    Attributes
    ----------
    colour : str
        By its name in `theme.py`.
    is_dashed : bool
    is_level : bool
        Whether it is one value, drawn dashed over the whole width.
    is_named : bool
        Whether it is named at its end; what is not stands back.
    """

    colour: str
    is_dashed: bool = False
    is_level: bool = False
    is_named: bool = True


def lines(
    rows: Sequence[Row],
    x: alt.X,
    y: tuple[str, str, str],
    looks: Mapping[str, Look],
    span: Span | None = None,
    is_stepped: bool = False,
    over: Sequence[alt.Chart] = (),
) -> dict[str, object]:
    """Draw lines over one axis, each named at its right end.

    Parameters
    ----------
    rows : sequence of mapping
        In the order of each line, with its name in 'series'.
    x : altair.X
        The axis below.
    y : tuple of str
        The column of the values, the axis' title and how it writes numbers.
    looks : mapping
        Of the names.
    span : Span, optional
        What the axis at the left shows; all values where it is left out.
    is_stepped : bool
        Whether a value holds until the next one; else each has a dot.
    over : sequence of altair.Chart
        What is drawn over them, on the same axes.

    Returns
    -------
    dict
        Vega-Lite.
    """
    column, title, form = y
    span = span or Span.around([row[column] for row in rows])
    axis = alt.Y(f"{column}:Q", title=title, scale=span.scale(), axis=alt.Axis(format=form, tickCount=6))
    colour = coloured({name: look.colour for name, look in looks.items()}, "series")
    flat = [row for row in rows if looks[row["series"]].is_level]
    base = alt.Chart(values([row for row in rows if not looks[row["series"]].is_level])).encode(
        x=x, y=axis, color=colour
    )
    labels = alt.Chart(values(_ends(rows, x.to_dict()["field"], column, looks, span)))
    drawn = [
        *([alt.Chart(values(flat)).mark_rule(strokeDash=DASHES).encode(y=axis, color=colour)] if flat else []),
        base.mark_line(strokeWidth=2, interpolate="step-after" if is_stepped else "linear").encode(
            detail="series:N",
            strokeDash=_where([name for name, look in looks.items() if look.is_dashed], DASHES, [1, 0]),
            opacity=_where([name for name, look in looks.items() if look.is_named], 1, 0.35),
        ),
        *([] if is_stepped else [base.mark_point(filled=True, size=36, opacity=1)]),
        labels.mark_text(align="left", dx=8, dy={"expr": "datum.dy"}).encode(
            x=alt.value("width"), y=axis, color=colour, text="label:N"
        ),
    ]
    return alt.layer(*drawn, *over).properties(width="container", height=LINES_HEIGHT).to_dict()


def _ends(rows: Sequence[Row], x: str, y: str, looks: Mapping[str, Look], span: Span) -> list[dict[str, object]]:
    """Give the last value of each line that is named, moved so that the names keep apart."""
    known = [row for row in sorted(rows, key=lambda row: row[x]) if row[y] is not None]
    ends = {row["series"]: row for row in known if looks[row["series"]].is_named}
    moves = apart([row[y] for row in ends.values()], span, LINES_HEIGHT)
    return [
        {**row, "label": shortened(str(name), LONGEST), "dy": move}
        for (name, row), move in zip(ends.items(), moves, strict=True)
    ]


def _where(names: Sequence[str], value: object, other: object) -> object:
    """Choose one of two values by whether a line is among some."""
    return alt.condition(alt.FieldOneOfPredicate(field="series", oneOf=list(names)), alt.value(value), alt.value(other))


def plane(
    rows: Sequence[Row],
    x: tuple[str, str, str],
    y: tuple[str, str, str],
    logarithmic: bool = False,
    joined: Sequence[Row] = (),
) -> dict[str, object]:
    """Draw points of two figures, those named that have room for it, the first rows first.

    Parameters
    ----------
    rows : sequence of mapping
        In order of importance, with 'model_name' and 'role'.
    x, y : tuple of str
        The column, the axis' title and how it writes numbers.
    logarithmic : bool
        Whether the axis below is.
    joined : sequence of mapping
        Rows that a line joins, in its order.

    Returns
    -------
    dict
        Vega-Lite.
    """
    across = Span.around([row[x[0]] for row in rows], 0.08, logarithmic)
    up = Span.around([row[y[0]] for row in rows], 0.08)
    labels = placed(rows, (x[0], across), (y[0], up), "model_name", PLANE_HEIGHT, lines=[joined])
    ticks = {"values": across.decades()} if logarithmic else {"tickCount": TICKS}
    position = {
        "x": alt.X(f"{x[0]}:Q", title=x[1], scale=across.scale(), axis=alt.Axis(format=x[2], grid=True, **ticks)),
        "y": alt.Y(f"{y[0]}:Q", title=y[1], scale=up.scale(), axis=alt.Axis(format=y[2], tickCount=6)),
    }
    line = alt.Chart(values(joined)).mark_line(strokeWidth=1, strokeDash=[3, 3], color="@muted", tooltip=None)
    tooltip = ["model_name:N", alt.Tooltip(f"{x[0]}:Q"), alt.Tooltip(f"{y[0]}:Q")]
    points = alt.Chart(values(rows)).mark_point(size=60, opacity=1, strokeWidth=2)
    return (
        alt.layer(
            *([line.encode(**position)] if joined else []),
            points.encode(**position, color=coloured(ROLES), fill=_filled(ROLES), tooltip=tooltip),
            *written(labels, position, coloured(ROLES)),
        )
        .properties(width="container", height=PLANE_HEIGHT)
        .to_dict()
    )
