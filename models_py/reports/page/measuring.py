"""How wide text is, measured by the program that will draw it, and how it breaks into lines."""

from collections.abc import Iterable

import vl_convert

from models_py.reports.page.letters import allowed
from models_py.reports.page.pictures import FONT

MEASURED_AT = 100
# of the size of the letters, as FONT has it: Vega measures no blank by itself
SPACE = 0.278
ELLIPSIS = "…"


class Ruler:
    """Knows the widths of the characters of some texts.

    Parameters
    ----------
    texts : iterable of str
        All that will be measured: asking once is what takes time.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        # what is not allowed is not drawn either
        every = {character for text in texts for character in text if not character.isspace()}
        characters = sorted({character for character in every if allowed(character) == character} | {ELLIPSIS})
        self._widths = {bold: dict(zip(characters, _widths(characters, bold), strict=True)) for bold in (False, True)}

    def width(self, text: str, size: float, bold: bool = False) -> float:
        """Measure a text of these characters, in pixels."""
        return size * sum(self._widths[bold].get(character, SPACE) for character in text)

    def lines(self, text: str, width: float, most: int, size: float, bold: bool = False) -> list[str]:
        """Break a text into lines of at most a width, between words where it can be; past the most, an ellipsis."""
        lines = [""]
        for word in text.split():
            joined = f"{lines[-1]} {word}".lstrip()
            if self.width(joined, size, bold) <= width:
                lines[-1] = joined
                continue
            lines += [""] if lines[-1] else []
            for character in word:
                if self.width(lines[-1] + character, size, bold) > width:
                    lines.append("")
                lines[-1] += character
        if len(lines) > most:
            lines = [*lines[: most - 1], self._cut(lines[most - 1], width, size, bold)]
        return lines

    def _cut(self, line: str, width: float, size: float, bold: bool) -> str:
        while line and self.width(line + ELLIPSIS, size, bold) > width:
            line = line[:-1]
        return line.rstrip() + ELLIPSIS


def _widths(texts: list[str], bold: bool) -> list[float]:
    """Let Vega draw texts, and the widths of what it drew as texts in turn."""
    font = {
        "font": {"value": FONT},
        "fontSize": {"value": MEASURED_AT},
        "fontWeight": {"value": "bold" if bold else "normal"},
    }
    spec = {
        "$schema": "https://vega.github.io/schema/vega/v6.json",
        "data": [{"name": "texts", "values": [{"text": text} for text in texts]}],
        "marks": [
            {
                "name": "drawn",
                "type": "text",
                "from": {"data": "texts"},
                "encode": {"enter": {"text": {"field": "text"}, **font}},
            },
            {
                "type": "text",
                "from": {"data": "drawn"},
                "encode": {"update": {"text": {"signal": "datum.bounds.x2 - datum.bounds.x1"}}},
            },
        ],
    }
    _, measures = vl_convert.vega_to_scenegraph(spec)["scenegraph"]["items"][0]["items"]
    return [float(item["text"]) / MEASURED_AT for item in measures["items"]]
