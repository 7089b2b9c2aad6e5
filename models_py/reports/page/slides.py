"""The findings as a deck of slides: charts of the report with the sentences that belong to them, as one PDF."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from io import BytesIO
from pathlib import Path

import vl_convert
from pypdf import PdfWriter
from pypdf.generic import NameObject, TextStringObject

from models_py.errors import ReportError
from models_py.reports.page.asking import Marts
from models_py.reports.page.blocks import Chart, Missing, Section, Sentence
from models_py.reports.page.composing import Slide, composed
from models_py.reports.page.exports import asked_sections
from models_py.reports.page.measuring import Ruler
from models_py.reports.page.pictures import undrawn
from models_py.terminal.stopping import written_whole
from models_py.warehouse import Warehouse

SIDES = ("Left", "Right")
MOST_CHARTS = len(SIDES)
# statements of a slide: with charts, its title among them, and without
BESIDE_CHARTS, ALONE = 3, 8
LONGEST_TITLE = 175
# where one statement of a sentence's text ends and the next begins
STATEMENTS = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9])")
TABLES = re.compile(r"\bmarts\.(\w+)")


@dataclass(frozen=True)
class Plan:
    """What one slide is made from, as far as it is there.

    Attributes
    ----------
    title : str
        Where no sentence before a chart states the finding in a line or two.
    groups : sequence of str
        Whose sentences stand where no chart is found, as 'section/group'; '*' stands for any text.
    charts : sequence of str
        Names of charts, likewise; the first of each that is found.
    """

    title: str
    groups: Sequence[str] = ()
    charts: Sequence[str] = ()


PLANS = (
    Plan(
        "The question and the answer",
        ("answer/question", "answer/patterns", "answer/recommend", "answer/decide", "answer/meaning"),
    ),
    Plan("The data", (), ("plays_by_month", "long_tail")),
    Plan("Patterns: groups of listeners, and themes", (), ("map_user", "themes_artist", "themes_track")),
    Plan("Recommending artists", (), ("leaderboard_artist_discovery",)),
    Plan("Recommending tracks", (), ("leaderboard_track_discovery",)),
    Plan("Accuracy against breadth", (), ("coverage_track_discovery", "coverage_artist_discovery")),
    Plan("What differs for whom", (), ("segment_activity_*", "segment_mainstreamness_*")),
    Plan("What protocol and time decide", ("answer/decide",), ("protocol_of_*", "random_time_*", "spread_*")),
    Plan("Whom personal lists help", (), ("gain_shares", "gain_activity")),
    Plan("Who stays", (), ("retention_calibration", "retention_coefficients")),
    Plan("What it means", ("answer/meaning",)),
    Plan("What the data cannot say", ("answer/limits",)),
)


@dataclass(frozen=True)
class Found:
    """A slide, and the queries whose figures are on it."""

    title: str
    slide: Slide
    queries: Sequence[str]


def slides_path(warehouse: Path) -> Path:
    """Where the slides of a warehouse lie: beside it."""
    return warehouse.with_name(f"{warehouse.stem}.slides.pdf")


def write_slides(path: Path) -> tuple[Path, str]:
    """Write the slides of a published warehouse.

    Parameters
    ----------
    path : Path
        The warehouse.

    Returns
    -------
    Path
        The PDF, complete.
    str
        Characters on the slides that no font on this machine has.

    Raises
    ------
    MusicError
        Where the warehouse is missing or lacks a table, or the file cannot be written.
    """
    warehouse = Warehouse(path)
    with warehouse.held_open():
        sections = asked_sections(path)
        is_demo = Marts(warehouse).is_demo
    foot = f"{path.stem}{': made-up demo data, no evidence about music' if is_demo else ''}"
    deck = slides(sections, path)
    target = slides_path(path)
    try:
        with written_whole(target) as part:
            part.write_bytes(as_pdf(deck, foot, f"{path.stem}: findings"))
    except OSError as error:
        raise ReportError(
            f"The slides cannot be written to {target} ({error.strerror}): make its folder writable, free some space, "
            "or set WAREHOUSE to a file elsewhere."
        ) from error
    return target, undrawn("".join(text for slide in deck for text in _seen(slide)))


def slides(sections: Sequence[Section], path: Path) -> list[Slide]:
    """Choose what is on the slides; a plan of which nothing is there has none."""
    found = [each for plan in PLANS if (each := _found(plan, sections))]
    return [*(each.slide for each in found), _sources(found, path)]


def as_pdf(deck: Sequence[Slide], foot: str, title: str) -> bytes:
    """Draw slides as the pages of a PDF, numbered, with text as text."""
    ruler = Ruler([foot, *(text for slide in deck for text in slide.texts())])
    writer = PdfWriter()
    for number, slide in enumerate(deck, 1):
        page = vl_convert.svg_to_pdf(composed(slide, ruler, foot, number))
        writer.append(BytesIO(page))
    writer.add_metadata({"/Title": title})
    writer.root_object[NameObject("/Lang")] = TextStringObject("en")
    pages = BytesIO()
    writer.write(pages)
    return pages.getvalue()


def _found(plan: Plan, sections: Sequence[Section]) -> Found | None:
    found = (next(_charts(pattern, sections), None) for pattern in plan.charts)
    charts = [each for each in found if each][:MOST_CHARTS]
    if charts:
        return _drawn(plan, charts)
    said = _said(plan, sections)
    statements = [each for block in said for each in STATEMENTS.split(block.text)]
    queries = [block.sql for block in said if isinstance(block, Sentence)]
    return Found(plan.title, Slide(plan.title, statements[:ALONE]), queries) if said else None


def _drawn(plan: Plan, charts: Sequence[tuple[list[Sentence], Chart]]) -> Found:
    """Show charts under what is said of them, the finding as the title."""
    said = [sentence for sentences, _ in charts for sentence in sentences]
    statements = [each for sentence in said for each in STATEMENTS.split(sentence.text)]
    # a caption says what is seen, which is no finding
    seen = [STATEMENTS.split(chart.caption)[0] for _, chart in charts]
    seen = [f"{side}: {each}" for side, each in zip(SIDES, seen, strict=True)] if len(charts) > 1 else seen
    is_title = bool(said) and len(statements[0]) <= LONGEST_TITLE
    title = statements[0].rstrip(".") if is_title else plan.title
    drawn = [chart for _, chart in charts]
    queries = [block.sql for block in (*said, *drawn)]
    return Found(plan.title, Slide(title, statements[is_title:BESIDE_CHARTS] or seen, drawn), queries)


def _said(plan: Plan, sections: Sequence[Section]) -> list[Sentence | Missing]:
    """Give what a plan's groups say: all of one; of several what the first begins with, and each in one line."""
    named = [(f"{section.name}/{group.name}", group) for section in sections for group in section.groups]
    groups = [group for pattern in plan.groups for name, group in named if fnmatchcase(name, pattern)]
    said = [[block for block in group.blocks if isinstance(block, Sentence | Missing)] for group in groups]
    if len(said) <= 1:
        return [block for blocks in said for block in blocks]
    leads = [[block for block in blocks if isinstance(block, Sentence) and block.is_lead] for blocks in said]
    lines = [block for lead, blocks in zip(leads, said, strict=True) for block in (lead or blocks[:1])]
    return list(dict.fromkeys([*said[0][:1], *lines]))


def _charts(pattern: str, sections: Sequence[Section]) -> Iterator[tuple[list[Sentence], Chart]]:
    """Give charts, each with the sentences that stand right before it and have figures."""
    for section in sections:
        for group in section.groups:
            before: list[Sentence] = []
            for block in group.blocks:
                if isinstance(block, Chart) and fnmatchcase(block.name, pattern):
                    yield [each for each in before if each.sql], block
                before = [*before, block] if isinstance(block, Sentence) else []


def _sources(found: Sequence[Found], path: Path) -> Slide:
    """Say which tables the figures of each slide come from."""
    lines = []
    for number, each in enumerate(found, 1):
        tables = sorted({table for query in each.queries for table in TABLES.findall(query)})
        if tables:
            lines.append(f"Page {number}, {each.title}: {', '.join(tables)}.")
    return Slide(
        "Where each figure comes from",
        [
            f"Every figure is the answer to a query over tables in schema marts of {path.name}; "
            f"{path.stem}.report.html shows each query beside what it gives.",
            *lines,
        ],
    )


def _seen(slide: Slide) -> Iterator[str]:
    """Give all texts of a slide, those in the data of its charts too."""
    yield from slide.texts()
    yield from (str(chart.spec) for chart in slide.charts)
