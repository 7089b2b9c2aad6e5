"""Charts as files: whole, the same twice, not blank, with names as text, in the place of earlier ones."""

import re
from pathlib import Path
from xml.etree import ElementTree

import altair as alt
import pytest
from commands import called
from listener_marts import plays_of, write_marts
from pictures import colours_of, size_of

from models_py.errors import ReportError, WarehouseError
from models_py.reports.page import exports
from models_py.reports.page.blocks import Chart, Group, Section, Sentence
from models_py.reports.page.exports import WIDTH, write_charts, write_pictures
from models_py.reports.page.pictures import drawn, pixels, size, undrawn
from models_py.reports.page.theme import COLOURS, values

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = (
    "<script>alert(1)</script>",
    '"; drop table users; --',
    "it's & 'quoted' ]]>",
    'url(#clip0) id="x',
    "محسن",
    "@accent",
)


def chart(name: str, width: object = "container") -> Chart:
    """Bars, one for each name, with a line that is clipped."""
    rows = [{"name": text, "plays": 10 * number + 5} for number, text in enumerate(HOSTILE)]
    encoded = alt.Chart(values(rows)).encode(
        x=alt.X("plays:Q", title="Plays", scale=alt.Scale(domain=[0, 50])), y=alt.Y("name:N", title=None)
    )
    spec = alt.layer(encoded.mark_bar(color="@second", clip=True), encoded.mark_line(clip=True))
    return Chart(
        name, f"Title {HOSTILE[0]}", "Seen.", HOSTILE[1], spec.properties(width=width, height=200).to_dict(), ""
    )


def texts_of(drawing: str) -> list[str]:
    return [element.text for element in ElementTree.fromstring(drawing).iter(f"{SVG}text")]


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a warehouse whose report has two charts."""
    blocks = (Sentence("Said."), chart("one"), chart("two"))
    monkeypatch.setattr(exports, "chapters", lambda marts: [Section("made", "Made", (Group("all", "All", blocks),))])
    return write_marts(tmp_path / "music.duckdb", plays_of("ann", 3))


def test_every_chart_is_there_as_svg_and_png(made: Path) -> None:
    folder, count, undrawn_characters = write_charts(made)
    assert (folder.name, count, undrawn_characters) == ("music.charts", 2, "")
    assert sorted(path.name for path in folder.iterdir()) == ["one.png", "one.svg", "two.png", "two.svg"]
    assert sorted(path.name for path in made.parent.iterdir()) == ["music.charts", "music.duckdb"]
    drawing = (folder / "one.svg").read_text(encoding="utf-8")
    assert size(drawing)[0] == WIDTH
    png = (folder / "one.png").read_bytes()
    assert size_of(png)[0] == 2 * WIDTH
    # on paper, in the light colours
    assert f'fill="{COLOURS["paper"][0]}"' in drawing and COLOURS["second"][0] in drawing
    assert "var(--" not in drawing and "@second" not in drawing


def test_pictures_are_the_same_twice_and_not_blank(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("first", "second")]
    for folder in folders:
        write_pictures({"one": chart("one")}, folder)
    first, second = ({path.name: path.read_bytes() for path in folder.iterdir()} for folder in folders)
    assert first == second
    assert colours_of(pixels(drawn(chart("one"), 300), 1)) > 20
    blank = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10"><rect width="20" height="10" fill="red"/></svg>'
    )
    assert colours_of(pixels(blank, 1)) == 1


def test_names_in_pictures_are_text(tmp_path: Path) -> None:
    texts = texts_of(drawn(chart("one"), WIDTH))
    assert set(HOSTILE) <= set(texts)
    found = ElementTree.fromstring(drawn(chart("one"), WIDTH))
    assert found.find(f"{SVG}title").text == f"Title {HOSTILE[0]}"
    assert found.find(f"{SVG}desc").text == HOSTILE[1]
    assert not list(found.iter(f"{SVG}script"))


def test_drawings_share_no_id() -> None:
    drawings = [drawn(chart(name), WIDTH) for name in ("one", "two")]
    ids = [set(re.findall(r'<[^<>]*\bid="([^"]+)"', drawing)) for drawing in drawings]
    assert not ids[0] & ids[1]
    for drawing, own in zip(drawings, ids, strict=True):
        used = set(re.findall(r'="url\(#([^)]+)\)"', drawing))
        assert used and used <= own


@pytest.mark.parametrize(("width", "height"), [(300, 150), (900, 500)])
def test_a_chart_takes_the_size_it_is_given_unless_it_has_its_own(width: int, height: int) -> None:
    assert size(drawn(chart("one"), width, height)) == (width, height)
    assert size(drawn(chart("one", 200), width))[0] < 600


def test_an_earlier_folder_is_replaced_and_a_failure_leaves_it(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, *_ = write_charts(made)
    (folder / "of_an_earlier_report.svg").touch()
    write_charts(made)
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["one.png", "one.svg", "two.png", "two.svg"]

    def fail(*_: object) -> bytes:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(exports, "pixels", fail)
    with pytest.raises(ReportError, match="cannot be written to .*No space left"):
        write_charts(made)
    assert sorted(path.name for path in folder.iterdir()) == names
    assert sorted(path.name for path in made.parent.iterdir()) == ["music.charts", "music.duckdb"]


def test_the_command_says_where_the_charts_are(made: Path) -> None:
    answer = called(("charts",), {"WAREHOUSE": str(made)})
    assert answer.returncode == 0, answer.stderr
    assert f"2 charts are in {made.parent / 'music.charts'}, each as SVG and as PNG." in answer.stdout
    made.unlink()
    assert called(("charts",), {"WAREHOUSE": str(made)}).returncode == 1


def test_characters_without_a_font_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    # a code point that is no character has no glyph anywhere
    assert undrawn("Sigur Rós \U0010fffe, Ёлка, Έναστρο \U0010fffe") == "\U0010fffe"


def test_a_missing_warehouse_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError):
        write_charts(tmp_path / "music.duckdb")
