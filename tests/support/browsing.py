"""Pages in a real browser: Debian's Chromium, driven by Playwright; where it is missing, these tests skip.

Screenshots are kept in the folder that the environment variable SCREENSHOTS names, if any.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

WIDTHS = (390, 1280)
SCHEMES = ("light", "dark")
VIEWS = [(width, scheme) for width in WIDTHS for scheme in SCHEMES]
HEIGHT = 900
PATIENCE = 120_000
NAMES = ("chromium", "chromium-browser", "google-chrome")
# no sandbox: containers run as root; no updates, which are requests too
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
SERIOUS = ("serious", "critical")
# letters are lower than the line that a browser counts for them
INK = 0.25

DRAWN = """
charts => charts.map(chart => {
    const svg = chart.querySelector("svg");
    const box = svg && svg.getBoundingClientRect();
    // what is drawn of the data, not of axes
    const marks = svg ? [...svg.querySelectorAll("[class*='mark-']:not(.role-axis *):not(.role-legend *)")] : [];
    const shapes = marks.flatMap(mark => [...mark.querySelectorAll("path, text, rect, circle, line")]);
    const seen = shapes.filter(shape => { const b = shape.getBoundingClientRect(); return b.width + b.height > 0; });
    return {
        name: chart.dataset.chart, kept: parseFloat(chart.style.minHeight),
        width: box ? box.width : 0, height: box ? box.height : 0, room: chart.clientWidth, marks: seen.length,
    };
})
"""
TEXTS = """
charts => charts.map(chart => {
    const frame = chart.getBoundingClientRect();
    const texts = [...chart.querySelectorAll("svg text")].filter(text => {
        const style = getComputedStyle(text);
        return text.textContent.trim() && style.opacity !== "0" && style.visibility !== "hidden";
    });
    const boxes = texts.map(text => {
        const b = text.getBoundingClientRect();
        return { text: text.textContent, left: b.left, top: b.top, right: b.right, bottom: b.bottom };
    }).filter(b => b.right > b.left);
    return { name: chart.dataset.chart, boxes,
        frame: { left: frame.left, top: frame.top, right: frame.right, bottom: frame.bottom } };
})
"""


@dataclass
class Opened:
    """A page in the browser.

    Attributes
    ----------
    page : Page
        Of Playwright.
    complaints : list of str
        Errors and warnings of the console, and uncaught errors.
    requests : list of str
        What it asked for beside its own file.
    """

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def undrawn(self) -> list[dict]:
        """Charts without a mark or a box, or of another height than the page kept for them."""
        return [
            chart
            for chart in self.page.eval_on_selector_all("[data-chart]", DRAWN)
            if not chart["marks"]
            or chart["width"] < 50
            or chart["width"] > chart["room"] + 1
            or abs(chart["height"] - chart["kept"]) > 1
        ]

    def overlapping_labels(self) -> list[tuple[str, str, str]]:
        """Pairs of texts that cover each other inside a chart."""
        found = []
        for chart in self.page.eval_on_selector_all("[data-chart]", TEXTS):
            boxes = chart["boxes"]
            found += [
                (chart["name"], one["text"], other["text"])
                for number, one in enumerate(boxes)
                for other in boxes[number + 1 :]
                if _cover(one, other) and not _rims(one, other)
            ]
        return found

    def clipped_labels(self) -> list[tuple[str, str]]:
        """Texts that reach out of their chart."""
        return [
            (chart["name"], box["text"])
            for chart in self.page.eval_on_selector_all("[data-chart]", TEXTS)
            for box in chart["boxes"]
            if box["left"] < chart["frame"]["left"] - 1
            or box["right"] > chart["frame"]["right"] + 1
            or box["top"] < chart["frame"]["top"] - 3
            or box["bottom"] > chart["frame"]["bottom"] + 3
        ]

    def inaccessible(self) -> list[str]:
        """List what axe-core finds serious or critical."""
        return inaccessible(self.page)

    def keep(self, name: str) -> None:
        """Take a picture of the whole page."""
        if folder := os.environ.get("SCREENSHOTS"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


Opener = Callable[..., "Iterator[Opened]"]


@contextmanager
def browser() -> Iterator[Browser]:
    """Start Chromium, or skip the test where there is none."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip("no Chromium: install it with `apt-get install chromium`")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield started
        started.close()


def inaccessible(page: Page) -> list[str]:
    """List what axe-core finds serious or critical in a page, with where."""
    from axe_playwright_python.sync_playwright import Axe

    return [
        f"{found['id']}: {node['html'][:200]} ({node['failureSummary'][:300]})"
        for found in Axe().run(page).response["violations"]
        if found["impact"] in SERIOUS
        for node in found["nodes"]
    ]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Start the browser."""
    with browser() as started:
        yield started


@pytest.fixture
def open_page(chromium: Browser) -> Opener:
    """Open a file; where the block ends, the page must have complained of nothing and asked for nothing else."""

    @contextmanager
    def opening(path: Path, width: int = 1280, scheme: str = "light", **options: object) -> Iterator[Opened]:
        view = {"viewport": {"width": width, "height": HEIGHT}, "color_scheme": scheme, **options}
        with chromium.new_context(**view) as context:
            opened = Opened(context.new_page())
            page, address = opened.page, path.resolve().as_uri()
            page.set_default_timeout(PATIENCE)
            page.on("console", lambda said: _note(opened, said.type, said.text))
            page.on("pageerror", lambda error: opened.complaints.append(str(error)))
            page.on("request", lambda asked: asked.url.split("#")[0] == address or opened.requests.append(asked.url))
            page.goto(address)
            if options.get("java_script_enabled", True):
                page.locator("html[data-drawn=all]").wait_for(state="attached")
            yield opened
        assert opened.complaints == []
        assert opened.requests == []

    return opening


def _note(opened: Opened, kind: str, text: str) -> None:
    if kind in ("error", "warning"):
        opened.complaints.append(text)


def _rims(one: dict[str, object], other: dict[str, object]) -> bool:
    """Whether one is the rim that is drawn under the other."""
    sides = ("left", "top", "right", "bottom")
    return one["text"] == other["text"] and all(abs(one[side] - other[side]) < INK * 10 for side in sides)


def _cover(one: dict[str, float], other: dict[str, float]) -> bool:
    width = min(one["right"], other["right"]) - max(one["left"], other["left"])
    height = min(one["bottom"], other["bottom"]) - max(one["top"], other["top"])
    least = min(one["bottom"] - one["top"], other["bottom"] - other["top"])
    return width > 1 and height > INK * least
