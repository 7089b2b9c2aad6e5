"""How charts look: colours by name, in light and in dark, one typographic scale, and Vega-Lite's defaults from them.

A spec names a colour '@accent'; on the page it becomes the CSS variable, so that dark mode and print need no second
drawing, and in an exported picture the light colour. The categorical colours are those of Okabe and Ito (2008), which
people with any common colour vision tell apart; the steps of a scale go from pale to dark in one hue.
"""

from collections.abc import Mapping, Sequence

import altair as alt

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

CONFIG = {
    "background": None,
    "font": FONT,
    "padding": 4,
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
    },
    "axisX": {"grid": False},
    "header": {"labelColor": "@ink", "titleColor": "@muted", "labelFontSize": 12, "titleFontSize": 12},
    "legend": {"labelColor": "@muted", "titleColor": "@muted", "labelFontSize": 12, "titleFontSize": 12},
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
        With the defaults of this theme, and no name of a colour left outside its data.
    """
    return _coloured({**spec, "config": CONFIG}, colours)


def variables(dark: bool) -> str:
    """Write the colours as CSS declarations."""
    return " ".join(f"--{name}: {pair[dark]};" for name, pair in COLOURS.items())


def _coloured(value: object, colours: str) -> object:
    if isinstance(value, Mapping):
        return {key: each if key in DATA else _coloured(each, colours) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_coloured(each, colours) for each in value]
    if isinstance(value, str) and value.startswith("@") and value[1:] in COLOURS:
        name = value[1:]
        return f"var(--{name})" if colours == "css" else COLOURS[name][colours == "dark"]
    return value
