"""The slides: a PDF that other programs read, with sentences as text, whatever is in names and in the report."""

import re
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import altair as alt
import pytest
from commands import called
from listener_marts import plays_of, write_marts
from pypdf import PdfReader

from models_py.errors import ReportError
from models_py.reports.page import exports, slides
from models_py.reports.page.blocks import Chart, Group, Missing, Section, Sentence
from models_py.reports.page.composing import HEIGHT, INNER, MARGIN, WIDTH, Slide, composed
from models_py.reports.page.measuring import ELLIPSIS, Ruler
from models_py.reports.page.slides import PLANS, Plan, as_pdf, write_slides
from models_py.reports.page.theme import values

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "<script>alert(1)</script> & \"; drop table users; -- 'x' ]]>"
SQL = "select count(*) from marts.plays inner join marts.users using (user_id)"
PLAN = (
    Plan("The answer", ("answer/*",)),
    Plan("One group", ("answer/short",)),
    Plan("Two charts", ("answer/short",), ("bars_*", "absent", "lines")),
    Plan("Nothing there", ("absent/*",), ("absent",)),
    Plan("What lacks", ("data/lacking",)),
    Plan("Only seen", (), ("unsaid",)),
)


def chart(name: str, text: str = "a") -> Chart:
    rows = [{"name": f"{text} {number}", "plays": number} for number in range(5)]
    bars = alt.Chart(values(rows)).mark_bar(clip=True).encode(x="plays:Q", y="name:N")
    drawing = bars.properties(width="container", height=200).to_dict()
    return Chart(
        name, f"Title of {name}", f"Seen in {name}. And more.", "Bars.", drawing, "select 1 from marts.artists"
    )


def sections(text: str = "Ann") -> list[Section]:
    short = [Sentence(f"{text} leads with 0.5. The others follow.", SQL), Sentence("All of it.")]
    long = [chart("unsaid_either"), Sentence("Not a lead."), Sentence("More in 2009. Much more.", is_lead=True)]
    answer = [Group("short", "In short", short), Group("long", "At length", long)]
    data = Group(
        "load",
        "Load",
        [
            Sentence("Bars are 1.2 times as long. They are 3.", SQL),
            chart("bars_a"),
            chart("bars_b"),
            Sentence("No figures here."),
            chart("lines", text),
            Missing("Not enough data."),
            chart("unsaid"),
        ],
    )
    lacking = Group("lacking", "Lacking", [Missing("Not enough data: nobody has a play.")])
    return [Section("answer", "Answer", answer), Section("data", "Data", [data, lacking])]


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(exports, "chapters", lambda marts: sections())
    monkeypatch.setattr(slides, "PLANS", PLAN)
    return write_marts(tmp_path / "music.duckdb", plays_of("ann", 3))


def pages_of(pdf: bytes) -> list[str]:
    """Text of each page, lines joined."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages]


def test_the_deck_is_a_pdf_with_sentences_as_text(made: Path) -> None:
    path, undrawn = write_slides(made)
    assert (path.name, undrawn) == ("music.slides.pdf", "")
    assert sorted(each.name for each in made.parent.iterdir()) == ["music.duckdb", "music.slides.pdf"]
    pdf = PdfReader(path)
    assert [(float(page.mediabox.width), float(page.mediabox.height)) for page in pdf.pages] == [(960, 540)] * 6
    assert pdf.metadata.title == "music: findings"
    assert pdf.trailer["/Root"]["/Lang"] == "en"
    answer, group, charts, lacking, seen, sources = pages_of(path.read_bytes())
    # of several groups what the first begins with and each says in one line, of one group all
    assert answer == "The answer Ann leads with 0.5. The others follow. More in 2009. Much more. music 1"
    assert group == "One group Ann leads with 0.5. The others follow. All of it. music 2"
    # figures make a title; the first chart of a name, and the one after it with nothing of its own to say
    assert charts.startswith("Bars are 1.2 times as long They are 3. Title of bars_a ")
    # what is in a chart is text too
    assert "Title of lines" in charts and "Ann 4" in charts
    assert "No figures here" not in charts and "bars_b" not in charts and charts.endswith("music 3")
    assert lacking == "What lacks Not enough data: nobody has a play. music 4"
    assert seen.startswith("Only seen Seen in unsaid. Title of unsaid")
    assert "Page 1, The answer: plays, users." in sources
    assert "Page 3, Two charts: artists, plays, users." in sources
    assert "What lacks" not in sources


def test_letters_are_in_the_file(made: Path) -> None:
    path, _ = write_slides(made)
    for page in PdfReader(path).pages:
        fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
        assert fonts
        for font in fonts:
            (inner,) = font["/DescendantFonts"]
            assert "LiberationSans" in font["/BaseFont"]
            assert "/FontFile2" in inner.get_object()["/FontDescriptor"]


def test_the_deck_shows_the_same_twice(made: Path) -> None:
    # the PDF's bytes differ: the program that writes it numbers letters as it pleases
    deck = slides.slides(sections(), made)
    ruler = Ruler(text for slide in deck for text in slide.texts())
    first, second = ([composed(slide, ruler, "", 1) for slide in deck] for _ in range(2))
    assert first == second
    first, second = (pages_of(as_pdf(deck, "", "title")) for _ in range(2))
    assert first == second


def test_demo_data_are_said_to_be_made_up_on_every_page(made: Path, tmp_path: Path) -> None:
    path = tmp_path / "demo.duckdb"
    write_marts(path, plays_of("ann", 3), "update marts.load_audit_files set is_demo = true")
    written, _ = write_slides(path)
    pages = pages_of(written.read_bytes())
    assert all("demo: made-up demo data, no evidence about music" in page for page in pages)


@pytest.mark.parametrize("text", [HOSTILE, "long " * 100, "w" * 500, "Łódź Έναστρο Ёлка", "夜の温室", "محسن چاوشی"])
def test_names_are_text_and_stay_on_the_slide(text: str) -> None:
    slide = Slide(text, [text, text], [chart("one", text), chart("two", text)])
    ruler = Ruler([*slide.texts(), "foot"])
    root = ElementTree.fromstring(composed(slide, ruler, "foot", 7))
    texts = [element for element in root.findall(f"{SVG}text")]
    for element in texts:
        wide = ruler.width(element.text, float(element.get("font-size")), element.get("font-weight") == "bold")
        assert wide <= INNER + 1
        assert 0 < float(element.get("y")) < HEIGHT
    joined = "".join("".join(element.text.split()) for element in texts)
    assert "".join(text.split())[:30] in joined
    assert not list(root.iter(f"{SVG}script"))
    for place in root.findall(f"{SVG}svg"):
        x, y, width, height = (float(place.get(name)) for name in ("x", "y", "width", "height"))
        assert MARGIN <= x and x + width <= WIDTH - MARGIN + 1
        assert y > 0 and y + height <= HEIGHT - MARGIN + 12
    # every program that reads a PDF opens it
    assert len(PdfReader(BytesIO(as_pdf([slide], "foot", text))).pages) == 1


def test_lines_are_as_wide_as_they_may_be_and_what_is_left_out_is_marked() -> None:
    text = "Every good boy deserves favour " * 20
    ruler = Ruler([text])
    lines = ruler.lines(text, 300, 99, 20)
    assert " ".join(lines).split() == text.split()
    words = text.split()
    for line, after in zip(lines, lines[1:], strict=False):
        assert ruler.width(line, 20) <= 300 < ruler.width(f"{line} {after.split()[0]}", 20)
    cut = ruler.lines(text, 300, 3, 20)
    assert cut[:2] == lines[:2] and cut[2].endswith(ELLIPSIS) and len(cut) == 3
    assert ruler.width(cut[2], 20) <= 300
    assert ruler.width(words[0], 40) == 2 * ruler.width(words[0], 20)
    assert ruler.width(words[0], 20, bold=True) > ruler.width(words[0], 20)


def test_widths_are_those_of_the_letters_drawn() -> None:
    # of Liberation Sans, whose letters are as wide as Arial's, in thousandths of their size
    ruler = Ruler(["Hello World"])
    assert ruler.width("Hello", 1000) == pytest.approx(722 + 556 + 222 + 222 + 556, abs=3)
    assert ruler.width("Hello World", 1000) == pytest.approx(2278 + 278 + 944 + 556 + 333 + 222 + 556, abs=4)


def test_the_command_says_where_the_slides_are_and_what_no_font_has(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = called(("slides",), {"WAREHOUSE": str(made)})
    assert answer.returncode == 0, answer.stderr
    assert f"The slides are {made.parent / 'music.slides.pdf'}." in answer.stdout
    assert "No font" not in answer.stdout
    monkeypatch.setattr(slides, "undrawn", lambda text: "夜" if "Ann leads" in text else "")
    answer = called(("slides",), {"WAREHOUSE": str(made)})
    assert "No font here has 夜" in answer.stdout


def test_what_cannot_be_written_is_one_sentence(made: Path) -> None:
    (made.parent / "music.slides.pdf").mkdir()
    with pytest.raises(ReportError, match=r"slides cannot be written to .*music\.slides\.pdf"):
        write_slides(made)


def test_plans_are_of_charts_and_groups_by_their_names() -> None:
    for plan in PLANS:
        assert plan.groups or plan.charts
        assert all(re.fullmatch(r"[a-z_*]+/[a-z_*]+", group) for group in plan.groups)
        assert all(re.fullmatch(r"[a-z_*]+", name) for name in plan.charts)
