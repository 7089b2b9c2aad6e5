"""Charts as pictures of their own, in light colours, drawn without a browser and alike on every machine."""

import re
from html import escape

import vl_convert

from models_py.reports.page import theme
from models_py.reports.page.blocks import Chart
from models_py.reports.page.letters import allowed

# vl-convert brings this family along; what it has no letters for is drawn by a font of the machine that has them
FONT = "Liberation Sans, Arial, sans-serif"
TAGS, IDS = re.compile("<[^<>]+>"), re.compile(r'\b(id="|url\(#|href="#)([^")]+)')


def drawn(chart: Chart, width: float, height: float | None = None) -> str:
    """Draw a chart as SVG.

    Parameters
    ----------
    chart : Chart
    width : float
        Pixels with axes and labels; a chart of several views keeps its own.
    height : float, optional
        Likewise; its own where it is left out.
    """
    spec = theme.styled(chart.spec, "light")
    spec["config"] = {**spec["config"], "font": FONT, "background": theme.COLOURS["paper"][0]}
    if spec.get("width") == "container":
        spec["width"] = width
        if height and isinstance(spec.get("height"), int | float):
            spec["height"] = height
    drawing = vl_convert.vegalite_to_svg(allowed(spec))
    # a text's outline is a halo behind it, as on the page
    drawing = drawing.replace("<text ", '<text paint-order="stroke" ')
    # ids are numbered through the life of a process; several drawings in one must not share any
    numbers: dict[str, int] = {}

    def named(found: re.Match[str]) -> str:
        return f"{found[1]}{chart.name}-{numbers.setdefault(found[2], len(numbers))}"

    drawing = TAGS.sub(lambda tag: IDS.sub(named, tag[0]), drawing)
    opening, rest = drawing.split(">", 1)
    return f"{opening}><title>{escaped(chart.title)}</title><desc>{escaped(chart.alt)}</desc>{rest}"


def size(drawing: str) -> tuple[float, float]:
    """Read the width and height of a drawing."""
    width, height = (float(re.search(rf'\b{side}="([\d.]+)"', drawing)[1]) for side in ("width", "height"))
    return width, height


def pixels(drawing: str, scale: float) -> bytes:
    """Turn a drawing into a PNG."""
    return vl_convert.svg_to_png(drawing, scale=scale)


def undrawn(text: str) -> str:
    """Name the characters of a text that no font on this machine has, each once, in order."""
    nothing = _character("\U0010fffd")
    # the family that is brought along has the scripts of Europe
    others = sorted({character for character in text if character > "\u04ff" and not character.isspace()})
    return "".join(character for character in others if _character(character) == nothing)


def escaped(text: str) -> str:
    """Write a text as XML does, whatever is in it."""
    return escape(str(allowed(text)))


def _character(character: str) -> bytes:
    text = f'<text x="2" y="15" font-family="{FONT}" font-size="14">{escaped(character)}</text>'
    return vl_convert.svg_to_png(f'<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20">{text}</svg>')
