"""The demo's report in a real browser: every chart drawn, legible and accessible, on screens and on paper."""

import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from browsing import VIEWS
from conftest import Study
from pypdf import PdfReader
from shared_folder import made_once

from models_py.reports.page import write_report

MOST_BYTES = 5_000_000
PAPER = 180 / 25.4 * 96


@pytest.fixture(scope="module")
def report(demo: Study) -> Path:
    """Write the report of the demo, beside a link to its warehouse."""

    def write(folder: Path) -> None:
        folder.mkdir()
        (folder / "music.duckdb").symlink_to(demo.warehouse)
        write_report(folder / "music.duckdb")

    return made_once("report", write) / "music.report.html"


@pytest.mark.parametrize(("width", "scheme"), VIEWS)
def test_every_chart_is_drawn_and_legible(report: Path, open_page: Callable, width: int, scheme: str) -> None:
    with open_page(report, width, scheme) as opened:
        opened.keep(f"report-{width}-{scheme}")
        assert opened.page.locator("[data-chart]").count() >= 10
        assert opened.undrawn() == []
        assert opened.overlapping_labels() == []
        assert opened.clipped_labels() == []
        assert opened.page.locator("svg text", has_text=re.compile("^(undefined|null|NaN)$")).count() == 0
        assert opened.page.evaluate("document.documentElement.scrollWidth") <= width
        assert opened.inaccessible() == []


def test_nothing_moves_when_charts_are_drawn(report: Path, open_page: Callable) -> None:
    with open_page(report, 390) as opened:
        page = opened.page
        heights = page.eval_on_selector_all("figure", "figures => figures.map(figure => figure.offsetHeight)")
        page.eval_on_selector_all(".chart", "charts => charts.forEach(chart => chart.replaceChildren())")
        assert page.eval_on_selector_all("figure", "figures => figures.map(figure => figure.offsetHeight)") == heights


def test_on_a_phone_rows_say_what_they_are_about_however_far_they_are_scrolled(
    report: Path, open_page: Callable
) -> None:
    with open_page(report, 390) as opened:
        ends = """boxes => boxes.filter(box => box.scrollWidth > box.clientWidth).map(box => {
            box.scrollLeft = box.scrollWidth;
            const subject = [...box.querySelector("tbody tr").cells].find(cell => !cell.matches(".number"));
            const [left, edge] = [subject, box].map(part => part.getBoundingClientRect().left);
            return [subject.innerText, Math.round(left - edge)];
        })"""
        found = opened.page.eval_on_selector_all(".scroll", ends)
    assert len(found) > 10
    assert [text for text, left in found if left] == []


def test_it_is_small_and_every_link_inside_it_leads_somewhere(report: Path) -> None:
    assert report.stat().st_size < MOST_BYTES
    text = report.read_text(encoding="utf-8")
    ids = re.findall(r'\sid="([^"]+)"', text)
    assert len(set(ids)) == len(ids)
    assert {target for target in re.findall(r'href="#([^"]+)"', text)} <= set(ids)


@pytest.mark.parametrize("width", [390, 1280])
def test_on_paper_every_chart_is_whole_and_legible(
    report: Path, open_page: Callable, width: int, tmp_path: Path
) -> None:
    with open_page(report, width) as opened:
        page = opened.page
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        page.wait_for_timeout(1000)
        charts = "charts => charts.map(chart => [chart.clientWidth, getComputedStyle(chart.parentElement).breakInside])"
        page.emulate_media(media="print")
        found = page.eval_on_selector_all("[data-chart]", charts)
        assert {kind for _, kind in found} == {"avoid"}
        assert max(room for room, _ in found) == pytest.approx(PAPER, abs=2)
        tables = page.eval_on_selector_all("table", "tables => tables.map(table => table.offsetWidth)")
        assert max(tables) <= PAPER
        assert opened.overlapping_labels() == opened.clipped_labels() == []
        opened.keep(f"report-{width}-paper")
        page.emulate_media(media=None)
        page.evaluate("window.dispatchEvent(new Event('afterprint'))")
        page.pdf(path=tmp_path / "report.pdf", prefer_css_page_size=True)
        titles = page.locator("figure h4").all_text_contents()
    sheets = PdfReader(tmp_path / "report.pdf").pages
    # letters that are printed as one
    printed = unicodedata.normalize("NFKC", " ".join(" ".join(sheet.extract_text().split()) for sheet in sheets))
    assert [title for title in titles if title not in printed] == []
    assert "from marts." not in printed
