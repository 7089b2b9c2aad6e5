"""Every figure of the report is in the tables, on whatever data, and some of them are counted here by other means."""

import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from conftest import FEW_DRAWS, Study, study_in
from figures import NUMBER, answer, sentences, unexplained, wrong_figures
from shared_folder import made_once

from models_py.reports.page.asking import Marts
from models_py.reports.page.blocks import Chart, Missing, Section
from models_py.reports.page.heading import heading
from models_py.reports.page.report import chapters, render
from models_py.sources.demo import write_demo
from models_py.sources.demo.files import EVENTS_1K
from models_py.warehouse import Warehouse

SMALL = f"{{tuning_trials: 3, cluster_counts: [4, 8], theme_counts: [8], factorization_factors: [8], {FEW_DRAWS}}}"
# a change of one figure that goes unnoticed is one that is a value of the rows as well
NOTICED = 0.8


def page_of(path: Path) -> list[Section]:
    """Ask every chapter."""
    return chapters(Marts(Warehouse(path)))


@pytest.fixture(scope="module")
def sections(demo: Study) -> list[Section]:
    return page_of(demo.warehouse)


@pytest.fixture(scope="module")
def connection(demo: Study) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(demo.warehouse), read_only=True) as connection:
        yield connection


def test_every_figure_is_a_value_of_its_own_sql(sections: list[Section], connection: duckdb.DuckDBPyConnection) -> None:
    assert len(sentences(sections)) > 10
    assert wrong_figures(sections, connection) == []


def test_a_changed_figure_is_noticed(sections: list[Section], connection: duckdb.DuckDBPyConnection) -> None:
    changed, noticed = 0, 0
    for sentence in sentences(sections):
        rows = answer(connection, sentence.sql)
        for found in NUMBER.finditer(sentence.text):
            digit = found[0].rstrip("%")[-1]
            end = found.start() + len(found[0].rstrip("%"))
            wrong = f"{sentence.text[: end - 1]}{(int(digit) + 3) % 10}{sentence.text[end:]}"
            changed += 1
            noticed += bool(unexplained(wrong, rows))
    assert changed > 30
    assert noticed >= NOTICED * changed


def test_every_chart_has_rows_and_no_gap_in_what_it_draws(sections: list[Section]) -> None:
    charts = [block for section in sections for group in section.groups for block in group.blocks]
    charts = [block for block in charts if isinstance(block, Chart)]
    names = [chart.name for chart in charts]
    assert len(set(names)) == len(names) >= 8
    for chart in charts:
        assert not re.search(r"NaN|Infinity", str(chart.spec)), chart.name
        assert chart.title and chart.caption and len(chart.alt) > 30, chart.name


def text_of(sections: list[Section], beginning: str) -> str:
    """Give the one sentence that begins so."""
    (found,) = [sentence.text for sentence in sentences(sections) if sentence.text.startswith(beginning)]
    return found


def numbers_in(text: str) -> list[float]:
    return [float(found.strip("%").replace(",", "")) for found in NUMBER.findall(text)]


def test_what_is_said_of_the_load_is_what_the_demo_planted(demo: Study, sections: list[Section]) -> None:
    counts = demo.truth()["counts"]
    names = ("lines_read", "plays_kept", "lines_rejected", "bogus_timestamps", "exact_duplicates_removed")
    read, kept, rejected, bogus, repeated = (counts[name] for name in names)
    text = text_of(sections, f"{read:,} lines")
    assert numbers_in(text) == [read, 1, kept, rejected, bogus, repeated]


def test_the_long_tail_is_that_of_the_plays(demo: Study, sections: list[Section]) -> None:
    plays = pd.DataFrame(demo.query("select user_id, track_id, artist_id from marts.plays"), columns=["u", "t", "a"])
    for column, kind in (("a", "artist"), ("t", "track")):
        counts = np.sort(plays[column].value_counts().to_numpy())[::-1]
        running = counts.cumsum() / counts.sum()
        half = int(np.searchsorted(running, 0.5) + 1)
        top = running[int(np.ceil(len(counts) / 100)) - 1]
        single = (plays.groupby(column)["u"].nunique() == 1).mean()
        text = text_of(sections, f"Of {len(counts):,} {kind}s, ")
        found = numbers_in(text)
        assert found[:2] == [len(counts), half]
        assert found[2:4] == pytest.approx([100 * half / len(counts), 100 * top], abs=0.5)
        assert found[4:] == (pytest.approx([100 * single], abs=0.5) if single else [])
        # from the least played: twice the area between the curve and the diagonal
        lorenz = np.concatenate([[0], counts[::-1].cumsum() / counts.sum()])
        gini = 1 - (lorenz[:-1] + lorenz[1:]).sum() / len(counts)
        assert f"{kind}s: Gini {gini:.2f}" in chart_of(sections, "long_tail").alt


def chart_of(sections: list[Section], name: str) -> Chart:
    blocks = (block for section in sections for group in section.groups for block in group.blocks)
    (found,) = [block for block in blocks if isinstance(block, Chart) and block.name == name]
    return found


def test_sessions_and_pauses_are_those_of_the_plays(demo: Study, sections: list[Section]) -> None:
    plays = pd.DataFrame(
        demo.query("select user_id, played_at from marts.plays order by user_id, played_at, play_id"),
        columns=["u", "at"],
    )
    gap = plays.groupby("u")["at"].diff()
    plays["session"] = (gap.isna() | (gap > pd.Timedelta(minutes=20))).cumsum()
    by_session = plays.groupby("session")
    lengths = by_session.size()
    minutes = by_session["at"].agg(lambda times: (times.max() - times.min()).total_seconds() / 60)
    found = numbers_in(text_of(sections, "Plays fall into "))
    expected = [
        len(lengths),
        20,
        lengths.median(),
        minutes.median(),
        lengths.quantile(0.9),
        100 * (lengths == 1).mean(),
    ]
    assert found == pytest.approx(expected, abs=0.51)
    pauses = gap[gap > pd.Timedelta(minutes=20)]
    short = next(row for row in chart_of(sections, "session_gaps").spec["data"]["values"] if "under" in row["bin"])
    assert short["pause_count"] == (pauses < pd.Timedelta(hours=1)).sum()


def test_discoveries_are_first_plays(demo: Study, sections: list[Section]) -> None:
    plays = pd.DataFrame(
        demo.query("select user_id, artist_id, played_at from marts.plays order by played_at, play_id"),
        columns=["u", "a", "at"],
    )
    plays["is_first"] = ~plays.duplicated(["u", "a"])
    plays["month"] = plays["at"].dt.to_period("M")
    whole = sorted(plays["month"].unique())[-13:-1]
    last = plays[plays["month"].isin(whole)]
    found = numbers_in(text_of(sections, "In the last 12 months").replace("May 2009", ""))
    per_user = last["is_first"].sum() / last.groupby("month")["u"].nunique().sum()
    assert str(whole[-1]) == "2009-05"
    assert found == pytest.approx([12, 100 * last["is_first"].mean(), per_user], abs=0.051)


def test_without_any_row_every_chapter_says_what_is_lacking(demo: Study, tmp_path: Path) -> None:
    path = tmp_path / "empty.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"attach '{demo.warehouse}' as full_one (read_only); create schema marts")
        for (table,) in demo.query("select table_name from duckdb_tables() where schema_name = 'marts'"):
            rows = "" if table == "evaluation_parameters" else "limit 0"
            connection.execute(f"create table marts.{table} as from full_one.marts.{table} {rows}")
    sections = page_of(path)
    for section in sections:
        for group in section.groups:
            kinds = {type(block) for block in group.blocks}
            assert Chart not in kinds, group.title
            assert kinds and (Missing in kinds or group.name in ("question", "limits")), group.title
    with duckdb.connect(str(path), read_only=True) as connection:
        assert wrong_figures(sections, connection) == []
    assert render(heading(Marts(Warehouse(path)), "empty"), sections)


def made_study(name: str, users: int = 60, **settings: str) -> Study:
    """Evaluate a demo of another seed, once for all processes."""

    def study(folder: Path) -> Study:
        return study_in(folder, VARS=SMALL, **settings)

    def build(folder: Path) -> None:
        write_demo(Path(study(folder).environment["DEMO"]), users=users, seed=2)
        if name == "two_users":
            few = [line for line in events_of(study(folder)) if line.startswith(("user_000001", "user_000002"))]
            (folder / "raw" / "plays.tsv").write_text("".join(few))
        study(folder).evaluate(data_tests=False)

    return study(made_once(f"report_{name}", build))


def events_of(study: Study) -> list[str]:
    return (Path(study.environment["DEMO"]) / EVENTS_1K).read_text().splitlines(keepends=True)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "settings", "missing"),
    [
        ("another_seed", {"SPLITS": "random random_2"}, ()),
        ("without_times", {"SOURCE": "360k"}, ("play counts without times", "no sessions")),
        ("two_users", {}, ("no user and no item is active",)),
    ],
)
def test_on_other_data_it_says_what_their_tables_say(name: str, settings: dict, missing: tuple[str, ...]) -> None:
    study = made_study(name, **settings)
    sections = page_of(study.warehouse)
    with duckdb.connect(str(study.warehouse), read_only=True) as connection:
        assert wrong_figures(sections, connection) == []
    lacking = [
        block.text
        for section in sections
        for group in section.groups
        for block in group.blocks
        if isinstance(block, Missing)
    ]
    assert all(any(part in text for text in lacking) for part in missing), lacking
