"""The frame of the report in a real browser, around blocks that are made here: hostile names, folds, paper, phones."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import altair as alt
import pytest
from browsing import VIEWS
from playwright.sync_api import expect
from pypdf import PdfReader

from models_py.reports.page.blocks import Chart, Column, Group, Missing, Section, Sentence, Table
from models_py.reports.page.heading import Heading
from models_py.reports.page.report import embedded, render
from models_py.reports.page.theme import COLOURS, styled, values

HOSTILE = (
    "<script>document.title = 'taken'</script>",
    "</script><img src=x onerror=\"document.title = 'taken'\">",
    '"; drop table users; --',
    "'\"><b>bold</b>",
    "{{ 7 * 7 }} {% raw %} ${7 * 7} &amp; &lt;",
    "محسن چاوشی",
    "long " * 100,
    "@accent",
)
ROWS = [
    {"name": name, "plays": 10 * number + 5, "day": f"2009-0{number + 1}-01"} for number, name in enumerate(HOSTILE)
]
SQL = "select name, plays\nfrom marts.tracks\nwhere name <> '</script><script>alert(1)</script>'"


def bars(height: object) -> dict:
    """Draw the rows as bars, named."""
    chart = alt.Chart(values(ROWS)).mark_bar(color="@second")
    axis = alt.Axis(labelLimit=120)
    return chart.encode(x=alt.X("plays:Q", title="Plays"), y=alt.Y("name:N", title=None, axis=axis)).properties(
        width="container", height=height
    )


def chart(name: str, drawing: alt.Chart) -> Chart:
    return Chart(name, f"Title of {name}", HOSTILE[0], f"Bars: {HOSTILE[1]}", drawing.to_dict(), SQL)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a page with every kind of block, and enough of them to scroll."""
    columns = (Column("name", "Name"), Column("plays", "Plays", ",.1f"))
    line = alt.Chart(values(ROWS)).mark_line().encode(x=alt.X("day:T", title="Day"), y=alt.Y("plays:Q", title="Plays"))
    both = alt.hconcat(*(line.properties(width=120, height=90) for _ in range(2)))
    blocks = (
        *(Sentence(name, SQL) for name in HOSTILE),
        Sentence("Without a figure."),
        Missing(f"Not enough data: {HOSTILE[2]}"),
        chart("fixed", bars(200)),
        chart("stepped", bars(alt.Step(24))),
        chart("lines", line.properties(width="container", height=180)),
        chart("two", both),
        Table("names", "Names", columns, [*ROWS, {"name": None, "plays": None}], SQL, HOSTILE[3]),
    )
    sections = [
        Section("first", "First", (Group("all", "All blocks", blocks),)),
        Section("second", HOSTILE[0], [Group(f"part{n}", f"Part {n}", [Sentence("Text. " * 300)]) for n in range(6)]),
    ]
    path = tmp_path_factory.mktemp("page") / "made report's <page>.html"
    head = Heading(HOSTILE[0], True, [("Data", name) for name in HOSTILE])
    path.write_text(render(head, sections, "docs%20folder/index.html"), encoding="utf-8")
    return path


@pytest.mark.parametrize(("width", "scheme"), VIEWS)
def test_every_block_is_drawn_and_names_are_text(made: Path, open_page: Callable, width: int, scheme: str) -> None:
    with open_page(made, width, scheme) as opened:
        opened.keep(f"frame-{width}-{scheme}")
        assert opened.undrawn() == []
        assert opened.overlapping_labels() == opened.clipped_labels() == []
        assert opened.inaccessible() == []
        page = opened.page
        assert page.title().endswith(HOSTILE[0])
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        said = page.locator(".said > p").all_text_contents()
        assert said[: len(HOSTILE)] == list(HOSTILE)
        assert page.locator("main b, main img").count() == 0
        assert [cell.strip() for cell in page.locator("#names td:first-child").all_text_contents()][:-1] == [
            name.strip() for name in HOSTILE
        ]
        assert page.locator("#names td.number").last.text_content() == "–"
        drawn = page.locator("#stepped svg text").all_text_contents()
        assert {name for name in HOSTILE if len(name) < 15} <= set(drawn)
        colour = page.eval_on_selector("#fixed svg path[fill*='second']", "mark => getComputedStyle(mark).fill")
        assert colour == rgb(COLOURS["second"][scheme == "dark"])


def rgb(colour: str) -> str:
    return "rgb({}, {}, {})".format(*(int(colour[place : place + 2], 16) for place in (1, 3, 5)))


@pytest.mark.parametrize("is_there", [True, False])
def test_sql_is_copied_with_and_without_a_clipboard(made: Path, open_page: Callable, is_there: bool) -> None:
    permissions = ["clipboard-read", "clipboard-write"]
    with open_page(made, permissions=permissions) as opened:
        page = opened.page
        if not is_there:
            page.evaluate("() => { navigator.clipboard.writeText = () => { throw new Error('kept from pages'); }; }")
        fold = page.locator("#fixed details.sql")
        assert not fold.locator("button").is_visible()
        fold.locator("summary").press("Enter")
        fold.locator("button").click()
        expect(fold.locator("button")).to_have_text("Copied")
        assert page.evaluate("navigator.clipboard.readText()").replace("\r\n", "\n") == SQL


def test_the_contents_follow_the_reader(made: Path, open_page: Callable) -> None:
    with open_page(made) as opened:
        page = opened.page
        current = page.locator(".contents a[aria-current]")
        page.evaluate("document.getElementById('second-part3').scrollIntoView({ behavior: 'instant' })")
        expect(current).to_have_attribute("href", "#second-part3")
        assert current.is_visible() and current.bounding_box()["y"] >= 0
        assert not page.locator(".contents a[href='#first-all']").is_visible()
        page.locator(".contents a[href='#first']").click()
        expect(current).to_have_attribute("href", "#first-all")


def test_the_contents_fold_on_a_phone(made: Path, open_page: Callable) -> None:
    with open_page(made, width=390) as opened:
        page = opened.page
        link = page.locator(".contents a[href='#second-part2']")
        assert not link.is_visible()
        page.locator(".contents summary").click()
        link.click()
        expect(page.locator(".contents .here")).to_have_text("Part 2")
        assert not link.is_visible()
        top = page.evaluate("document.getElementById('second-part2').getBoundingClientRect().top")
        bar = page.locator(".contents").bounding_box()
        assert bar["y"] == 0 and bar["height"] <= top + 1


def test_a_keyboard_reaches_the_content_and_what_scrolls(made: Path, open_page: Callable) -> None:
    with open_page(made) as opened:
        page = opened.page
        page.keyboard.press("Tab")
        skip = page.locator("a.skip")
        assert skip.evaluate("link => link === document.activeElement") and skip.bounding_box()["x"] >= 0
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "content"
        assert page.locator("#names .scroll").get_attribute("tabindex") == "0"


def test_without_scripts_the_page_says_so_and_tables_stay(made: Path, open_page: Callable) -> None:
    with open_page(made, java_script_enabled=False) as opened:
        assert opened.page.locator("noscript").inner_text().startswith("Charts are drawn by a script")
        assert opened.page.locator("#names tbody tr").count() == len(ROWS) + 1
        assert opened.page.locator(".contents a").first.is_visible()


@pytest.mark.parametrize("width", [390, 1280])
def test_on_paper_charts_are_whole_as_wide_as_the_page_and_sql_is_left_out(
    made: Path, open_page: Callable, width: int, tmp_path: Path
) -> None:
    with open_page(made, width, "dark") as opened:
        page = opened.page
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        page.wait_for_timeout(200)
        paper = 180 / 25.4 * 96
        widths = page.eval_on_selector_all("#fixed svg, #lines svg", "all => all.map(svg => svg.clientWidth)")
        assert widths == pytest.approx([paper, paper], abs=2)
        page.evaluate("window.dispatchEvent(new Event('afterprint'))")
        page.emulate_media(media="print")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == rgb(COLOURS["paper"][0])
        page.emulate_media(media=None)
        page.pdf(path=tmp_path / "page.pdf", prefer_css_page_size=True)
    printed = "\n".join(sheet.extract_text() for sheet in PdfReader(tmp_path / "page.pdf").pages)
    assert "Title of stepped" in printed and "select name" not in printed


def test_the_page_may_load_nothing_and_run_only_its_own_scripts(made: Path, open_page: Callable) -> None:
    text = made.read_text(encoding="utf-8")
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]+)"', text)
    assert policy.startswith("default-src &#39;none&#39;; script-src &#39;sha256-")
    assert "unsafe-eval" not in policy and "http" not in policy and "*" not in policy
    assert not re.search(r'(?:src|href)="(?:https?:)?//', text)
    with open_page(made) as opened:
        opened.page.evaluate(
            """() => {
            for (const made of ["script", "img"]) {
                const element = document.createElement(made);
                if (made === "script") element.textContent = "document.title = 'taken'";
                else element.src = "https://example.org/picture.png";
                document.body.append(element);
            }
        }"""
        )
        opened.page.wait_for_timeout(200)
        assert opened.page.title() != "taken"
        refused = [said for said in opened.complaints if "Content Security Policy" in said]
        assert len(refused) == 2
        # refused before they were made
        opened.complaints.clear()
        opened.requests.clear()


def test_names_inside_a_script_element_are_json_and_nothing_else() -> None:
    text = str(embedded({"chart": [{"name": name} for name in HOSTILE]}))
    assert not re.search("[<>&\u2028\u2029]", text)
    assert [row["name"] for row in json.loads(text)["chart"]] == list(HOSTILE)
    with pytest.raises(ValueError):
        embedded({"chart": float("nan")})


def test_colours_have_names_only_outside_the_data() -> None:
    spec = bars(200).to_dict()
    for colours, expected in (
        ("css", "var(--second)"),
        ("light", COLOURS["second"][0]),
        ("dark", COLOURS["second"][1]),
    ):
        drawn = styled(spec, colours)
        assert drawn["mark"]["color"] == expected
        assert [row["name"] for row in drawn["data"]["values"]] == list(HOSTILE)
        assert "@" not in json.dumps({name: part for name, part in drawn.items() if name != "data"})
