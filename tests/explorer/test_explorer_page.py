"""The explorer in a real browser: what it shows, what it refuses, and that it asks nobody but itself."""

import csv
import io
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

import duckdb
import pytest
from browsing import browser, inaccessible
from conftest import Study
from playwright.sync_api import Browser, Page, expect
from served_pages import NARROW, PATIENCE, WIDE, Watched, served, watched
from stopped_commands import start, stopped

from models_py.errors import ExplorerError
from models_py.explorer.bundling import WEB, Explorer, install, write
from models_py.explorer.exporting import choose
from models_py.explorer.serving import application
from models_py.serving.loopback import HOST, listening
from models_py.warehouse import Warehouse

pytestmark = pytest.mark.slow

# who has this id listens to artists and tracks of these names
HOSTILE_USER = """<b id="x">O'Hara"</b>"""
HOSTILE_NAMES = (
    "<script>window.wasRun = 1</script><img src=x onerror='window.wasRun = 1'>",
    '"; drop table marts.users; --',
    "مرحبا بالعالم שלום",
    "Ω" * 500,
    '=HYPERLINK("http://example.com")',
    "+49, or so",
    "-1+2",
    "@home",
)
FRIEND = "user_000001"
VIEWS = ("", "user", "beside", "artist", "track", "query", "tables")


# what data without tracks, times, tags, enough users and anything evaluated leave empty
EMPTY = (
    *("plays", "sessions", "tracks", "playlists", "artist_tags", "recommendations", "recommendation_reasons"),
    *("test_interactions", "similar_items", "user_metrics", "model_leaderboard", "segment_metrics"),
    *("personalization_gain", "user_clusters", "item_clusters", "cluster_profiles", "themes", "accuracy_diversity"),
)
WITHOUT_TRACKS = ("user_item_plays", "item_popularity", "served_recommendations", "matrix_sparsity")


@dataclass(frozen=True)
class Shown:
    """An explorer of a warehouse with hostile names, as it is served.

    Attributes
    ----------
    explorer : Explorer
    warehouse : Path
    address : str
    artist_ids, track_ids : list of int
        Ids of those who have the hostile names, in their order.
    """

    explorer: Explorer
    warehouse: Path
    address: str
    artist_ids: list[int]
    track_ids: list[int]

    def at(self, view: str = "", **place: str) -> str:
        """Address of a view."""
        places = {
            "user": {"user": HOSTILE_USER},
            "beside": {"user": HOSTILE_USER, "beside": FRIEND, "type": "track"},
            "artist": {"item": f"artist-{self.artist_ids[0]}"},
            "track": {"item": f"track-{self.track_ids[0]}"},
            "query": {"query": "leaderboard"},
            "tables": {"tables": "users"},
        }
        return f"{self.address}#{urlencode(places.get(view, {}) | place)}"

    def query(self, sql: str) -> list[tuple]:
        """Read the exported tables with DuckDB for Python."""
        with duckdb.connect(str(self.explorer.folder / "tables.duckdb"), read_only=True) as connection:
            return connection.execute(f"set search_path = 'marts'; {sql}").fetchall()


@pytest.fixture(scope="module")
def modules() -> None:
    """Have what the explorer is built from, or skip the test."""
    if not shutil.which("npm"):
        pytest.skip("the explorer is built with npm, which is not installed")
    try:
        install()
    except ExplorerError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def shown(demo: Study, modules: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    folder = tmp_path_factory.mktemp("explorer")
    warehouse = folder / demo.warehouse.name
    shutil.copy(demo.warehouse, warehouse)
    with duckdb.connect(str(warehouse)) as connection:
        artist_ids, track_ids = make_hostile(connection)
    chosen = choose(Warehouse(warehouse), f"{HOSTILE_USER},{FRIEND},user_000002")
    explorer = write(Warehouse(warehouse), chosen, folder / "it's a folder")
    with served(application(explorer.folder)) as address:
        yield Shown(explorer, warehouse, address, artist_ids, track_ids)


def make_hostile(connection: duckdb.DuckDBPyConnection) -> tuple[list[int], list[int]]:
    """Give the user of most plays and what this user plays most hostile names, everywhere."""
    user = connection.execute("select user_id from marts.users order by play_count desc, user_id limit 1").fetchall()[
        0
    ][0]
    renamed: list[list[int]] = []
    for item_type in ("artist", "track"):
        of_user = connection.execute(
            "select item_id, item_name from marts.user_item_plays "
            "inner join marts.item_popularity using (item_type, item_id) "
            "where user_id = ? and item_type = ? order by user_item_plays.play_count desc, item_id limit ?",
            [user, item_type, len(HOSTILE_NAMES)],
        ).fetchall()
        renamed.append([item_id for item_id, _ in of_user])
        for (_, name), hostile in zip(of_user, HOSTILE_NAMES, strict=True):
            rename(connection, r"(\w+_)?(item|artist|track)_name", name, hostile)
    rename(connection, r"(\w+_)?user_id", user, HOSTILE_USER)
    return renamed[0], renamed[1]


def rename(connection: duckdb.DuckDBPyConnection, columns: str, old: str, new: str) -> None:
    for table, column in connection.execute(
        "select table_name, column_name from duckdb_columns() "
        "inner join duckdb_tables() using (schema_name, table_name) "
        "where schema_name = 'marts' and regexp_full_match(column_name, ?)",
        [columns],
    ).fetchall():
        connection.execute(f"update marts.{table} set {column} = ? where {column} = ?", [new, old])


@pytest.fixture(scope="module")
def started() -> Iterator[Browser]:
    with browser() as one:
        yield one


@pytest.fixture
def watching(started: Browser, shown: Shown) -> Iterator[Watched]:
    """Give a page on which nothing may go wrong, and which may ask nobody but where it comes from."""
    with watched(started) as one:
        yield one
    assert [address for address in one.requests if not address.startswith(shown.address)] == []


@pytest.fixture
def page(watching: Watched) -> Page:
    return watching.page


def open_at(page: Page, address: str) -> None:
    page.goto(address)
    settle(page)


def settle(page: Page) -> None:
    """Wait until the view that the address names is there."""
    expect(page.locator("[aria-busy=true]")).to_have_count(0, timeout=PATIENCE)


def ask(page: Page, sql: str) -> None:
    page.get_by_label("Query").fill(sql)
    page.get_by_role("button", name="Run").click()


def answer(page: Page) -> list[list[str]]:
    return [row.split("\t") for row in page.locator(".answer tbody").inner_text().split("\n") if row]


def test_it_opens_from_a_folder_and_from_one_file(started: Browser, shown: Shown) -> None:
    for address in (shown.address, shown.explorer.page.as_uri()):
        with watched(started) as one:
            open_at(one.page, address)
            expect(one.page.get_by_role("region", name="Users in this file").locator("tbody tr")).to_have_count(3)
            expect(one.page.locator(".lead")).to_contain_text("3 users are in this file, of 301")
            expect(one.page.locator(".warning")).to_contain_text("proves nothing about music")
        assert all(asked.startswith(address) for asked in one.requests)
    # the file itself, and nothing beside it
    assert one.requests == [address]


def test_the_content_can_be_skipped_to(page: Page, shown: Shown) -> None:
    open_at(page, shown.at("user"))
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    assert page.url == shown.at("user")


def test_search_by_keyboard(page: Page, shown: Shown) -> None:
    (artist_id, name), *_ = shown.query(
        "select artist_id, artist_name from artists where artist_name similar to '[A-Za-z ]+' "
        "order by play_count desc limit 1"
    )
    open_at(page, shown.at())
    field = page.get_by_role("combobox", name="Find")
    expect(field).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(field).to_be_focused()
    page.keyboard.type(name.upper())
    option = page.get_by_role("option", name=name).filter(has_text="artist").first
    expect(option).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(field).to_have_attribute("aria-activedescendant", "find-0")
    expect(page.locator("#find-0")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("listbox")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    assert page.url == shown.at(item=f"artist-{artist_id}")


def test_enter_takes_the_first_proposal_for_what_is_typed_by_then(page: Page, shown: Shown) -> None:
    open_at(page, shown.at())
    field = page.get_by_role("combobox", name="Find")
    field.focus()
    expect(page.get_by_role("option").first).to_be_visible()
    field.fill(FRIEND)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(FRIEND)


def test_what_nothing_is_called_has_no_proposal(page: Page, shown: Shown) -> None:
    open_at(page, shown.at())
    page.get_by_role("combobox", name="Find").fill("it's % nothing\\")
    expect(page.get_by_role("option")).to_have_text("Nothing has that name.")
    page.keyboard.press("Enter")
    assert page.url == shown.at()


def test_a_users_page_shows_what_the_tables_hold(page: Page, shown: Shown) -> None:
    open_at(page, shown.at("user"))
    played = page.get_by_role("list", name="Plays by artist").locator("li")
    expect(played).to_have_count(15)
    texts = shown.query(
        "select format('{:,}', user_item_plays.play_count) from user_item_plays "
        f"where user_id = {literal(HOSTILE_USER)} and item_type = 'artist' order by play_count desc, item_id limit 15"
    )
    assert [text for (text,) in texts] == page.locator("[aria-label='Plays by artist'] .figure").all_inner_texts()
    heads = page.get_by_role("region", name="What each model recommends").locator("th .model").all_inner_texts()
    models = shown.query(
        "select model_name from model_leaderboard where item_type = 'artist' and task = 'discovery' "
        "and split_name = (select default_split from evaluation_parameters) "
        f"and model_name in (select model_name from recommendations where user_id = {literal(HOSTILE_USER)} "
        "and item_type = 'artist' and task = 'discovery') order by leaderboard_rank"
    )
    assert [head.split("\n")[0] for head in heads] == [model for (model,) in models]
    listed = shown.query(
        f"select item_name from served_recommendations where user_id = {literal(HOSTILE_USER)} "
        "and item_type = 'artist' and task = 'discovery' order by rank limit 10"
    )
    assert page.locator(".reasons .place a").all_inner_texts() == [name for (name,) in listed]
    page.locator(".reasons summary").first.click()
    added = page.locator(".reasons li").first.locator(".figure").all_inner_texts()
    score = shown.query(
        f"select score from served_recommendations where user_id = {literal(HOSTILE_USER)} "
        "and item_type = 'artist' and task = 'discovery' and rank = 1"
    )[0][0]
    assert sum(map(float, added)) == pytest.approx(score, abs=0.001 * len(added))


def test_hits_are_marked(page: Page, shown: Shown) -> None:
    open_at(page, shown.at("user"))
    expected = shown.query(
        "select count(*) from recommendations "
        "inner join test_interactions using (split_name, item_type, user_id, item_id) "
        f"where user_id = {literal(HOSTILE_USER)} and item_type = 'artist' and task = 'discovery' and rank <= 10"
    )[0][0]
    marks = page.get_by_role("region", name="What each model recommends").get_by_role(
        "img", name="played in the held-out part"
    )
    assert marks.count() == expected > 0


def test_another_user_beside_and_back(page: Page, shown: Shown) -> None:
    open_at(page, shown.at("user", type="track"))
    page.get_by_role("combobox", name="Put another user beside").fill("000001")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What both play")).to_be_visible()
    assert FRIEND in page.url
    both = shown.query(
        "select count(*) from user_item_plays as one inner join user_item_plays as two using (item_type, item_id) "
        f"where one.user_id = {literal(HOSTILE_USER)} and two.user_id = '{FRIEND}' and item_type = 'track'"
    )[0][0]
    expect(page.locator("main")).to_contain_text(f"{both} tracks in common" if both else "no track in common")
    page.go_back()
    expect(page.get_by_role("heading", name="What both play")).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_have_text(HOSTILE_USER)


def test_choices_keep_the_focus_and_change_the_address(page: Page, shown: Shown) -> None:
    open_at(page, shown.at("user"))
    page.get_by_role("navigation", name="Show").get_by_role("link", name="tracks").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("list", name="Plays by track")).to_be_visible()
    assert "type=track" in page.url
    expect(page.get_by_role("navigation", name="Show").get_by_role("link", name="tracks")).to_be_focused()


def test_an_item_says_who_plays_it_among_whom(page: Page, shown: Shown) -> None:
    open_at(page, shown.at("artist"))
    listeners = shown.query(f"select listener_count from artists where artist_id = {shown.artist_ids[0]}")[0][0]
    block = page.locator("section", has=page.get_by_role("heading", name="Who plays it"))
    expect(block).to_contain_text(f"{listeners} users play it in the whole of the data.")
    expect(block).to_contain_text("3 users are in this file, of 301")
    rows = block.locator("tbody tr")
    assert (
        rows.count()
        == shown.query(
            f"select count(*) from user_item_plays where item_type = 'artist' and item_id = {shown.artist_ids[0]}"
        )[0][0]
    )
    expect(rows.first).to_contain_text(HOSTILE_USER)
    expect(page.get_by_role("list", name="Similarity").locator("li")).to_have_count(20)


def test_links_to_nobody_are_sentences(page: Page, shown: Shown) -> None:
    for place in ({"user": "nobody'"}, {"item": "artist-1 or 1=1"}, {"item": "x"}):
        open_at(page, shown.at(**place))
        expect(page.get_by_role("heading", level=1)).to_have_text("Not in this file")


def test_every_ready_query_gives_rows_or_a_sentence(page: Page, shown: Shown) -> None:
    open_at(page, shown.at("query"))
    names = [link.get_attribute("href").removeprefix("#query=") for link in page.locator(".queries a").all()]
    assert len(names) >= 12
    without_rows = []
    for name in names:
        open_at(page, shown.at(query=name))
        expect(page.locator(".queries [aria-current]")).to_have_attribute("href", f"#query={name}")
        assert page.locator(".answer .error").count() == 0, page.locator(".answer").inner_text()
        if page.locator(".answer tbody tr").count() == 0:
            without_rows.append(name)
            expect(page.locator(".answer .count")).to_contain_text("gives no rows")
    # the demo has times, tags and tracks
    assert without_rows == []


def test_sql_of_somebodys_own_is_answered_in_duckdbs_own_words(page: Page, shown: Shown) -> None:
    open_at(page, shown.at("query"))
    ask(
        page,
        "-- all kinds\nselect 9007199254740993::bigint as big, "
        "170141183460469231731687303715884105727::hugeint as huge,"
        " 1.50::decimal(9, 2) as money, timestamp '2009-01-02 03:04:05' as at_time, [1, 2] as list, null as nothing,"
        " sum(play_count) as total, ';' as mark from users; -- and; no more",
    )
    expect(page.locator(".answer tbody tr")).to_have_count(1)
    total = shown.query("select sum(play_count) from users")[0][0]
    assert answer(page) == [
        ["9007199254740993", "170141183460469231731687303715884105727", "1.50", "2009-01-02 03:04:05"]
        + ["[1, 2]", "NULL", str(total), ";"]
    ]
    ask(page, "from users order by play_count desc")
    expect(page.locator(".answer tbody tr")).to_have_count(3)
    expect(page.locator(".answer .count")).to_contain_text("3 rows in")


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("selec 1", 'syntax error at or near "selec"'),
        ("select nope from users", 'Referenced column "nope" not found'),
        ("", "The query cannot be answered"),
        ("select 1; select 2", "Cannot prepare multiple statements"),
        ("drop table marts.users", "one statement that gives rows"),
        ("select 1) ; drop table marts.users; --", "syntax error"),
        ("from 'https://example.com/x.csv'", "disabled by configuration"),
        ("select * from read_csv('https://example.com/x.csv')", "disabled by configuration"),
        ("select json_extract('{}', '$.a')", "json"),
    ],
)
def test_what_cannot_be_answered_is_one_sentence(page: Page, shown: Shown, sql: str, said: str) -> None:
    open_at(page, shown.at(sql=sql) if sql else shown.at("query"))
    if not sql:
        ask(page, " ")
    error = page.get_by_role("alert")
    expect(error).to_contain_text("The query cannot be answered: ")
    expect(error).to_contain_text(said)
    assert "\n" not in error.inner_text() and "LINE" not in error.inner_text()
    ask(page, "select count(*) as n from users")
    expect(page.locator(".answer tbody td")).to_have_text("3")


def test_a_long_query_can_be_stopped(page: Page, shown: Shown) -> None:
    open_at(page, shown.at("query"))
    ask(page, "select count(*) as n from range(100000) as a, range(100000) as b where a.range % 7 = b.range % 11")
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("alert")).to_contain_text("cannot be answered", timeout=PATIENCE)
    ask(page, "select 42 as n")
    expect(page.locator(".answer tbody td")).to_have_text("42")


def test_many_rows_are_cut_and_counted(page: Page, shown: Shown) -> None:
    open_at(page, shown.at(sql="select range as n from range(12345) order by n desc"))
    expect(page.locator(".answer tbody tr")).to_have_count(500)
    expect(page.locator(".answer .count")).to_contain_text("12,345 rows")
    assert answer(page)[0] == ["12344"]
    text = downloaded(page)
    assert text.count("\r\n") == 12346 and text.endswith("\r\n0\r\n")


def test_csv_is_by_the_rules_and_no_formula(page: Page, shown: Shown) -> None:
    sql = (
        "select item_name, -user_item_plays.play_count as minus_plays, null as nothing, '' as empty, "
        "E'two\\nlines, and \"quotes\"' as lines, E'\\ttab' as tab "
        "from user_item_plays inner join item_popularity using (item_type, item_id) "
        f"where user_id = {literal(HOSTILE_USER)} and item_type = 'artist' "
        "order by user_item_plays.play_count desc, item_id"
    )
    open_at(page, shown.at(sql=sql))
    text = downloaded(page)
    assert text.startswith("item_name,minus_plays,nothing,empty,lines,tab\r\n")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    expected = shown.query(sql)
    assert len(rows) == len(expected)
    for row, (name, plays, *_) in zip(rows, expected, strict=True):
        assert row["item_name"] == (f"'{name}" if name[0] in "=+-@" else name)
        assert row == {**row, "minus_plays": str(plays), "nothing": "", "empty": "", "tab": "'\ttab"}
        assert row["lines"] == 'two\nlines, and "quotes"'
    assert {row["item_name"][0] for row in rows}.isdisjoint("=+-@")
    assert ',,"",' in text


def downloaded(page: Page) -> str:
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    return Path(download.value.path()).read_bytes().decode()


def test_charts_are_drawn_and_kept_in_the_address(page: Page, shown: Shown) -> None:
    open_at(page, shown.at("query"))
    bars = page.locator(".drawn .bars li")
    n_rows = page.locator(".answer tbody tr").count()
    expect(bars).to_have_count(n_rows)
    widths = [bar.bounding_box()["width"] for bar in page.locator(".drawn .bar").all()]
    assert widths == sorted(widths, reverse=True) and widths[0] > 50
    page.get_by_label("of", exact=True).select_option(label="coverage")
    assert "chart=bars" in page.url
    page.reload()
    settle(page)
    expect(page.get_by_label("of", exact=True).locator("option:checked")).to_have_text("coverage")
    open_at(page, shown.at(query="hours"))
    expect(page.locator(".line svg path")).to_have_count(1)
    assert page.locator(".line svg path").get_attribute("d").count("L") == page.locator(".answer tbody tr").count() - 1


def test_links_keep_the_state(page: Page, shown: Shown) -> None:
    open_at(page, shown.at("query"))
    sql = 'select user_id as "who\'s", play_count from users -- & # % ?\norder by all'
    ask(page, sql)
    expect(page.locator(".answer th").first).to_have_text("who's")
    address = page.url
    page.go_back()
    expect(page.locator(".queries [aria-current]")).to_have_attribute("href", "#query=leaderboard")
    page.go_forward()
    expect(page.get_by_label("Query")).to_have_value(sql)
    page.reload()
    settle(page)
    expect(page.get_by_label("Query")).to_have_value(sql)
    page.goto("about:blank")
    open_at(page, address)
    expect(page.locator(".answer th").first).to_have_text("who's")


def test_every_block_opens_in_the_sql_box_with_the_same_rows(page: Page, shown: Shown) -> None:
    open_at(page, shown.at("beside"))
    links = page.get_by_role("link", name="Open in the SQL box", include_hidden=True)
    addresses = [link.get_attribute("href") for link in links.all()]
    assert len(addresses) >= 6
    for address in addresses:
        open_at(page, f"{shown.address}{address}")
        assert page.locator(".answer .error").count() == 0, page.locator(".answer").inner_text()


def test_hostile_names_are_text(started: Browser, shown: Shown) -> None:
    for size in (WIDE, NARROW):
        with watched(started, viewport=size) as one:
            for view in VIEWS:
                open_at(one.page, shown.at(view))
                assert one.page.evaluate("window.wasRun") is None
                assert one.page.locator("main script, main img[src], main b").count() == 0
                overflow = one.page.evaluate(
                    "document.documentElement.scrollWidth - document.documentElement.clientWidth"
                )
                assert overflow <= 0, f"{view} at {size['width']}: {overflow} pixels too wide"
            open_at(one.page, shown.at("user"))
            played = one.page.locator("[aria-label='Plays by artist'] .label a").all_inner_texts()
            assert played[: len(HOSTILE_NAMES)] == list(HOSTILE_NAMES)
            expect(one.page.get_by_role("heading", level=1)).to_have_text(HOSTILE_USER)
            open_at(one.page, shown.at("artist"))
            expect(one.page.get_by_role("heading", level=1)).to_have_text(HOSTILE_NAMES[0])
            one.page.get_by_role("combobox", name="Find").fill("<script>")
            expect(one.page.get_by_role("option").first).to_contain_text(HOSTILE_NAMES[0])
            open_at(one.page, shown.at(sql="select artist_name from artists order by play_count desc"))
            assert set(HOSTILE_NAMES) <= {text for row in answer(one.page) for text in row}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_axe_finds_nothing_serious(started: Browser, shown: Shown, scheme: str, size: dict[str, int]) -> None:
    with watched(started, viewport=size, color_scheme=scheme) as one:
        for view in VIEWS:
            open_at(one.page, shown.at(view))
            assert inaccessible(one.page) == [], view
        one.page.get_by_role("combobox", name="Find").focus()
        expect(one.page.get_by_role("option").first).to_be_visible()
        one.page.keyboard.press("ArrowDown")
        assert inaccessible(one.page) == []
        open_at(one.page, shown.at(sql="selec"))
        assert inaccessible(one.page) == []


def test_nothing_jumps(page: Page, shown: Shown) -> None:
    page.add_init_script(
        "window.shifts = []; new PerformanceObserver((list) => list.getEntries().forEach((entry) => "
        "entry.hadRecentInput || window.shifts.push(entry.value))).observe({type: 'layout-shift', buffered: true})"
    )
    for view in VIEWS:
        page.goto("about:blank")
        open_at(page, shown.at(view))
        page.wait_for_timeout(300)
        # what counts as good on the web: https://web.dev/articles/cls
        assert sum(page.evaluate("window.shifts")) < 0.1, view


def test_what_has_the_focus_is_seen(page: Page, shown: Shown) -> None:
    open_at(page, shown.at("user"))
    for _ in range(12):
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid", page.evaluate("document.activeElement.outerHTML.slice(0, 200)")


def test_data_that_lack_nearly_everything_are_sentences(
    started: Browser, demo: Study, modules: None, tmp_path: Path
) -> None:
    warehouse = tmp_path / demo.warehouse.name
    shutil.copy(demo.warehouse, warehouse)
    with duckdb.connect(str(warehouse)) as connection:
        for table in EMPTY:
            connection.execute(f"delete from marts.{table}")
        for table in WITHOUT_TRACKS:
            connection.execute(f"delete from marts.{table} where item_type = 'track'")
    explorer = write(Warehouse(warehouse), choose(Warehouse(warehouse), FRIEND), tmp_path)
    with served(application(explorer.folder)) as address, watched(started) as one:
        page = one.page
        open_at(page, address)
        expect(page.locator("main")).to_contain_text("No model was evaluated on these data.")
        names = [link.get_attribute("href") for link in page.locator(".questions a").all()]
        open_at(page, f"{address}#{urlencode({'user': FRIEND})}")
        expect(page.get_by_role("list", name="Plays by artist").locator("li").first).to_be_visible()
        expect(page.locator("main")).to_contain_text("No model lists anything for this user here")
        expect(page.locator("main")).to_contain_text("There are none: playlists need tracks")
        expect(page.locator("main")).to_contain_text("Nobody else is in this file.")
        page.get_by_role("list", name="Plays by artist").get_by_role("link").first.click()
        expect(page.locator("main")).to_contain_text("No model that serves says what is like it")
        for name in names:
            open_at(page, f"{address}{name}")
            assert page.locator(".answer .error").count() == 0, page.locator(".answer").inner_text()


def test_the_command_serves_until_it_is_stopped(demo: Study, modules: None, tmp_path: Path) -> None:
    with listening(0) as free:
        port = free.getsockname()[1]
    asked = ("explore", "--no-open", "--users", FRIEND, "--output", str(tmp_path / "new"), "--port", str(port))
    process = start(["-m", "models_py", *asked], **demo.environment)
    while not (line := process.stdout.readline()).startswith("Serving"):
        assert process.poll() is None, process.stderr.read()
    assert line == f"Serving it at http://{HOST}:{port}/ until stopped (Ctrl-C).\n"
    with urlopen(f"http://{HOST}:{port}/tables.duckdb") as answer:
        assert answer.read() == (tmp_path / "new/music.explorer/tables.duckdb").read_bytes()
    assert stopped(process, signal.SIGINT) == "Stopped.\n"
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["music.explorer", "music.explorer.html"]


def test_the_page_is_small_beside_its_engine(shown: Shown) -> None:
    own = [path for path in shown.explorer.folder.iterdir() if not path.name.startswith(("duckdb-", "tables."))]
    assert {path.name for path in own} == {"index.html", "app.js", "style.css"}
    assert sum(path.stat().st_size for path in own) < 1_000_000


def test_types_of_the_page_agree(shown: Shown) -> None:
    checked = subprocess.run(["npm", "run", "--silent", "check"], cwd=WEB, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
