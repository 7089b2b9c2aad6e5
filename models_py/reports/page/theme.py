"""How charts look: colours by name, in light and in dark, one typographic scale, and Vega-Lite's defaults from them.

A spec names a colour '@accent'; on the page it becomes the CSS variable, so that dark mode and print need no second
drawing, and in an exported picture the light colour. Times are drawn in UTC, wherever the reader is. The categorical
colours are those of Okabe and Ito (2008), which people with any common colour vision tell apart; the steps of a scale
go from pale to dark in one hue.
"""

import re
from collections.abc import Mapping, Sequence

import altair as alt
import vl_convert

from models_py.reports.page.letters import allowed

# name: (light, dark)
COLOURS = {
    "ink": ("#1b1f24", "#e8eaed"),
    "muted": ("#5a6470", "#a3adb8"),
    "faint": ("#e3e6ea", "#31383f"),
    "paper": ("#ffffff", "#14181c"),
    "raised": ("#f6f7f9", "#1c2126"),
    "accent": ("#0072b2", "#56a8e0"),
    "second": ("#d55e00", "#f08a4b"),
    "third": ("#00805f", "#3cc49c"),
    "fourth": ("#b0558a", "#dd93bd"),
    "fifth": ("#8f6a00", "#e0b83c"),
    "sixth": ("#4a5a9a", "#9aa8e6"),
    "step1": ("#e6f0f7", "#1d2a35"),
    "step2": ("#bfdaec", "#214560"),
    "step3": ("#8fbfdf", "#27618a"),
    "step4": ("#5aa0cd", "#3382b5"),
    "step5": ("#2180b8", "#59a7d8"),
    "step6": ("#0b5a86", "#a3d3f2"),
}
CATEGORIES = ["@accent", "@second", "@third", "@fourth", "@fifth", "@sixth"]
STEPS = [f"@step{number}" for number in range(1, 7)]
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Liberation Sans', Arial, sans-serif"
DATA = ("data", "datasets")
# what several views share, whose height only drawing tells
COMPOSED = ("facet", "repeat", "concat", "hconcat", "vconcat", "spec")
# pixels for the axis below a view, on top of the height that its spec names
AXIS_ROOM = 48
PAGE_WIDTH = 680

# an axis of months names the year with each
MONTHS = alt.Axis(format="%b %Y", tickCount=7)

CONFIG = {
    "background": None,
    "font": FONT,
    "padding": 4,
    # the page says what a chart shows; each mark's own description would be read one by one
    "aria": False,
    "view": {"stroke": None},
    "axis": {
        "labelColor": "@muted",
        "titleColor": "@muted",
        "gridColor": "@faint",
        "domainColor": "@muted",
        "tickColor": "@muted",
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "labelLimit": 220,
        "labelOverlap": True,
        "labelSeparation": 6,
    },
    "axisX": {"grid": False},
    "header": {"labelColor": "@ink", "titleColor": "@muted", "labelFontSize": 12, "titleFontSize": 12},
    "legend": {
        "labelColor": "@muted",
        "titleColor": "@muted",
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
    },
    "title": {"color": "@ink", "fontSize": 13, "fontWeight": 600, "anchor": "start"},
    "range": {"category": CATEGORIES, "ordinal": STEPS, "ramp": STEPS, "heatmap": STEPS},
    "mark": {"color": "@accent", "tooltip": True},
    "line": {"strokeWidth": 2},
    "rule": {"color": "@muted"},
    "text": {"color": "@ink", "fontSize": 12},
    "bar": {"cornerRadiusEnd": 1},
}


def values(rows: Sequence[Mapping[str, object]]) -> alt.Data:
    """Rows as a chart's data, written into its spec."""
    return alt.Data(values=list(rows))


def room(right: int) -> dict[str, int]:
    """Pixels around a view, with room for labels at the ends of its lines or bars."""
    return {"left": 4, "top": 4, "bottom": 4, "right": right}


def styled(spec: Mapping[str, object], colours: str = "css") -> dict[str, object]:
    """Complete a spec for drawing.

    Parameters
    ----------
    spec : mapping
        Vega-Lite with colours by name.
    colours : str
        'css' for variables of the page, 'light' or 'dark' for an exported picture.

    Returns
    -------
    dict
        With the defaults of this theme, as high as `height` says, and no name of a colour left outside its data.
    """
    composed = any(name in spec for name in COMPOSED)
    sized = {} if composed else {"height": height(spec), "autosize": {"type": "fit", "contains": "padding"}}
    return _coloured({**spec, **sized, "config": CONFIG}, colours)


def height(spec: Mapping[str, object]) -> int:
    """Pixels that a chart takes with its axes, so that the page can keep the room before it is drawn.

    One view whose height is a number has room for its axis on top of it; any other is drawn to be measured.
    """
    if isinstance(spec.get("height"), int | float) and not any(name in spec for name in COMPOSED):
        return int(spec["height"]) + AXIS_ROOM
    width = {"width": PAGE_WIDTH} if spec.get("width") == "container" else {}
    drawn = vl_convert.vegalite_to_svg(allowed(_coloured({**spec, **width, "config": CONFIG}, "light")))
    return round(float(re.search(r'height="([\d.]+)"', drawn)[1]))


def variables(dark: bool) -> str:
    """Write the colours as CSS declarations."""
    return " ".join(f"--{name}: {pair[dark]};" for name, pair in COLOURS.items())


def _coloured(value: object, colours: str) -> object:
    if isinstance(value, Mapping):
        return {key: each if key in DATA else _coloured(_in_utc(key, each), colours) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_coloured(each, colours) for each in value]
    if isinstance(value, str) and value.startswith("@") and value[1:] in COLOURS:
        name = value[1:]
        return f"var(--{name})" if colours == "css" else COLOURS[name][colours == "dark"]
    return value


def _in_utc(channel: str, encoding: object) -> object:
    """Give a position in time the scale whose labels are the same wherever the page is read."""
    if channel in ("x", "y") and isinstance(encoding, Mapping) and encoding.get("type") == "temporal":
        return {**encoding, "scale": {"type": "utc", **(encoding.get("scale") or {})}}
    return encoding
