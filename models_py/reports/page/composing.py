"""One slide as one drawing: a title, a few sentences, one or two charts, a foot with the page's number."""

from collections.abc import Sequence
from dataclasses import dataclass

from models_py.reports.page.blocks import Chart
from models_py.reports.page.measuring import Ruler
from models_py.reports.page.pictures import FONT, drawn, escaped, size
from models_py.reports.page.theme import COLOURS

# 16:9; in a PDF, which takes a pixel for a point, as wide as slides are: 13.33 inches
WIDTH, HEIGHT = 1280, 720
PAGE = 'width="960" height="540" viewBox="0 0 1280 720"'
MARGIN, GAP = 56, 40
INNER = WIDTH - 2 * MARGIN
TITLE, LONG_TITLE, TEXT, LARGE, LABEL, FOOT = 32, 26, 19, 24, 17, 14
# the most lines of a title, of sentences beside charts, and of sentences alone in large letters and in others
TITLE_LINES, BESIDE_CHARTS, LARGE_LINES, TEXT_LINES = 2, 5, 12, 15
# the most and the least that a chart is enlarged: its letters are made for a page
MOST, LEAST = 1.6, 1
# times its own height that a chart is stretched to fill its place
STRETCHED = 1.25
BOTTOM = HEIGHT - 48


@dataclass(frozen=True)
class Slide:
    """What a slide shows.

    Attributes
    ----------
    title : str
        The finding, in a sentence.
    sentences : sequence of str
        A paragraph each.
    charts : sequence of Chart
        Up to two, side by side.
    """

    title: str
    sentences: Sequence[str] = ()
    charts: Sequence[Chart] = ()

    def texts(self) -> list[str]:
        """Give all that is measured when it is composed."""
        return [self.title, *self.sentences, *(chart.title for chart in self.charts)]


def composed(slide: Slide, ruler: Ruler, foot: str, number: int) -> str:
    """Draw a slide as SVG."""
    paper = f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{_colour("paper")}"/>'
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" {PAGE}>', paper]
    y = MARGIN + TITLE
    letters = TITLE if len(ruler.lines(slide.title, INNER, 9, TITLE, bold=True)) <= TITLE_LINES else LONG_TITLE
    for line in ruler.lines(slide.title, INNER, TITLE_LINES, letters, bold=True):
        parts.append(_text(line, MARGIN, y, letters, "ink", bold=True))
        y += letters * 1.25
    lines, letters = _body(slide, ruler)
    y += letters * 0.5
    for line in lines:
        # an empty line is the gap between paragraphs
        parts += [_text(line, MARGIN, y, letters, "ink")] if line else []
        y += letters * (1.4 if line else 0.5)
    y += letters * 0.5
    parts += _charts(slide.charts, ruler, y)
    parts += [
        _text(ruler.lines(foot, INNER * 0.8, 1, FOOT)[0], MARGIN, HEIGHT - 24, FOOT, "muted"),
        _text(str(number), WIDTH - MARGIN, HEIGHT - 24, FOOT, "muted", anchor="end"),
        "</svg>",
    ]
    return "".join(parts)


def _body(slide: Slide, ruler: Ruler) -> tuple[list[str], float]:
    """Break the sentences into lines, and choose the size of their letters."""
    if slide.charts:
        return _paragraphs(slide.sentences, ruler, TEXT, BESIDE_CHARTS), TEXT
    lines = _paragraphs(slide.sentences, ruler, LARGE, LARGE_LINES + 1)
    if sum(map(bool, lines)) <= LARGE_LINES:
        return lines, LARGE
    return _paragraphs(slide.sentences, ruler, TEXT, TEXT_LINES), TEXT


def _paragraphs(sentences: Sequence[str], ruler: Ruler, letters: float, most: int) -> list[str]:
    """Break sentences into at most so many lines, an empty one between any two sentences."""
    lines: list[str] = []
    for sentence in sentences:
        if (left := most - sum(map(bool, lines))) > 0:
            lines += ["", *ruler.lines(sentence, INNER, left, letters)]
    return lines[1:]


def _charts(charts: Sequence[Chart], ruler: Ruler, top: float) -> list[str]:
    parts = []
    width = (INNER - GAP * (len(charts) - 1)) / max(len(charts), 1)
    for place, chart in enumerate(charts):
        x, y = MARGIN + place * (width + GAP), top
        for line in ruler.lines(chart.title, width, 2, LABEL, bold=True):
            parts.append(_text(line, x, y, LABEL, "ink", bold=True))
            y += LABEL * 1.3
        parts.append(_placed(chart, x, y - LABEL * 0.7, width, BOTTOM - y + LABEL * 0.7))
    return parts


def _placed(chart: Chart, x: float, y: float, width: float, height: float) -> str:
    """Draw a chart to fill a place: enlarged as far as its height allows, then as wide as the place."""
    _, own = size(drawn(chart, width))
    zoom = min(MOST, max(LEAST, height / own))
    drawing = drawn(chart, width / zoom, min(height / zoom, STRETCHED * own))
    own_width, own_height = size(drawing)
    # what keeps a size of its own is made to fit
    zoom = min(zoom, width / own_width, height / own_height)
    opening, rest = drawing.split(">", 1)
    box = f'viewBox="0 0 {own_width:g} {own_height:g}"'
    placed = f'x="{x:g}" y="{y:g}" width="{own_width * zoom:g}" height="{own_height * zoom:g}"'
    return f'<svg xmlns:xlink="http://www.w3.org/1999/xlink" {placed} {box}>{rest}'


def _text(text: str, x: float, y: float, letters: float, colour: str, bold: bool = False, anchor: str = "start") -> str:
    weight = "bold" if bold else "normal"
    return (
        f'<text x="{x:g}" y="{y:g}" font-family="{FONT}" font-size="{letters:g}" font-weight="{weight}" '
        f'fill="{_colour(colour)}" text-anchor="{anchor}">{escaped(text)}</text>'
    )


def _colour(name: str) -> str:
    return COLOURS[name][0]
