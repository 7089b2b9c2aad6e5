"""Queries of one's own, those of the documentation among them, and why a leaderboard is missing or partly tuned."""

import hashlib
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from conftest import ROOT, Study

from models_py.errors import SettingError, WarehouseError
from models_py.reports.answers import print_answer, print_served
from models_py.reports.leaderboard import print_leaderboard
from models_py.warehouse import Warehouse

QUERIES = [
    query.strip()
    for block in re.findall(r"```sql\n(.*?)```", (ROOT / "dbt_project/docs/queries.md").read_text(), re.DOTALL)
    for query in block.split(";")
    if query.strip()
]
KEYS = ("split_name", "item_type", "task")
# the tables of an empty leaderboard, with the columns that the reasons are made of
TABLES = """
create schema marts;
create table marts.evaluation_parameters as
    select 'temporal' as default_split, 10 as min_users_to_learn, 50 as max_tuning_cells;
create table marts.user_item_plays as from (values ('track'), ('artist')) as t (item_type);
create table marts.users as select timestamp '2008-01-01' as first_played_at, timestamp '2008-01-02' as last_played_at;
create table marts.load_audit_files as select false as is_demo;
create table marts.training_users as
    select 'temporal' as split_name, item_type, user_index
    from range(12) as u (user_index), (values ('track'), ('artist')) as t (item_type);
create table marts.model_runs as
    select 'temporal' as split_name, item_type, task, 'svd' as model_name, 'ok' as status, null::varchar as reason,
        20 as trials_run, 20 as trials_planned, 12 as tuning_users, 12 as n_users, 99 as n_interactions
    from (values ('track'), ('artist')) as t (item_type), (values ('discovery'), ('repeat')) as u (task);
create table marts.split_summary as
    select 'temporal' as split_name, item_type, 'test' as part, 1 as user_count, 3 as cell_count,
        1 as left_out_no_training, null::double as share_repeat_plays
    from (values ('track'), ('artist')) as t (item_type);
create table marts.model_leaderboard (
    split_name varchar, item_type varchar, task varchar, leaderboard_rank int, model_name varchar, ndcg double,
    ndcg_ci_low double, ndcg_ci_high double, hit_rate double, recall double, coverage double, trials_run int,
    trials_planned int, n_users int, density double, k int, lead_is_real boolean, members varchar, edges varchar,
    engine varchar,
    ndcg_known_artist double, ndcg_new_artist double, ndcg_known_group double, ndcg_new_group double
);
create table marts.model_comparisons (
    split_name varchar, item_type varchar, task varchar, model_name varchar, baseline_name varchar,
    compared_with varchar, verdict varchar
);
"""


@pytest.fixture
def printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[[str], str]:
    """Make a warehouse without a leaderboard, changed by some SQL, and return what is printed of it."""

    def of(changes: str) -> str:
        path = tmp_path / "made.db"
        with duckdb.connect(str(path)) as connection:
            connection.execute(TABLES + changes)
        print_leaderboard(path)
        return capsys.readouterr().out

    return of


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ("delete from marts.user_item_plays", "leaderboard: no play was kept"),
        (
            "delete from marts.model_runs; delete from marts.training_users where user_index > 3",
            "leaderboard of tracks and artists: 4 active users are too few to learn from (10 are needed).",
        ),
        ("delete from marts.model_runs", "no results of these training rows are stored (run `make fit`)."),
        (
            "update marts.model_runs set status = 'failed', reason = 'bad luck'",
            "none of 1 models could be fitted (model_runs says why; one of the reasons: bad luck).",
        ),
        (
            "delete from marts.split_summary; update marts.users set last_played_at = first_played_at",
            "the temporal split has an empty test part (all plays share one second), so nothing is evaluated.",
        ),
        ("delete from marts.split_summary", "the temporal split has an empty test part, so nothing is evaluated."),
        ("", "the temporal split tests 1 users, of whom 1 have no plays to learn from and the others play nothing new"),
    ],
)
def test_a_missing_leaderboard_has_its_true_reason(printed: Callable[[str], str], changes: str, sentence: str) -> None:
    assert sentence in printed(changes)


def test_one_leaderboard_may_be_missing_beside_another(printed: Callable[[str], str]) -> None:
    said = printed(
        "insert into marts.model_leaderboard by name select 'temporal' as split_name, 'artist' as item_type, "
        "'discovery' as task, 1 as leaderboard_rank, 'svd' as model_name, 0 as ndcg, 0 as ndcg_ci_low, "
        "0 as ndcg_ci_high, 0 as hit_rate, 0 as recall, 0 as coverage, 0 as density, 20 as k, 9 as n_users; "
        "delete from marts.split_summary"
    )
    assert "artists, discovery: 9 users evaluated" in said
    assert "There is no leaderboard of tracks: the temporal split has an empty test part" in said


def test_what_a_limit_cut_and_what_a_sample_tuned_is_said(printed: Callable[[str], str]) -> None:
    said = printed(
        "update marts.model_runs set trials_run = 7 where item_type = 'track'; "
        "update marts.model_runs set tuning_users = 5 where item_type = 'artist'"
    )
    assert "tracks, split temporal: tuning_budget_seconds ended the search of svd after 7 of 20 trials; no" in said
    assert "artists, split temporal: settings were chosen on 5 of 12 users, drawn by seed" in said
    assert "artists, split temporal: tuning_budget" not in said


def test_nothing_is_said_of_searches_that_ended(printed: Callable[[str], str]) -> None:
    assert "split temporal:" not in printed("")


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.splitlines()[0])
def test_queries_of_readme_run_as_printed(demo: Study, query: str) -> None:
    with Warehouse(demo.warehouse).answering(query) as answer:
        assert list(answer.rows(1))


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.splitlines()[0])
def test_queries_of_readme_mix_no_splits_types_or_tasks(demo: Study, query: str) -> None:
    columns = demo.query("select table_name, column_name from information_schema.columns where table_schema = 'marts'")
    for table in re.findall(r"marts\.(\w+)", query):
        for key in KEYS:
            if (table, key) in columns:
                selected = query.split("from marts")[0]
                assert re.search(rf"\b{key} = ", query) or key in selected, (table, key)


def test_an_answer_says_how_much_more_there_is(demo: Study, capsys: pytest.CaptureFixture[str]) -> None:
    print_answer(demo.warehouse, "select user_id, country from marts.users order by user_id -- all", 2)
    lines = capsys.readouterr().out.splitlines()
    ((users,),) = demo.query("select count(*) from marts.users")
    assert lines[-1] == f"{users - 2} more rows: raise --rows, or print all of them with --csv."
    assert sum("user_00" in line for line in lines) == 2


def test_values_are_printed_in_the_form_of_duckdb(demo: Study, capsys: pytest.CaptureFixture[str]) -> None:
    query = (
        "select true as a, null as b, [1, null] as c, timestamp '2008-01-02 03:04:05' as d, 0.5::double as e, '' as f"
    )
    print_answer(demo.warehouse, query, None)
    assert capsys.readouterr().out == 'a,b,c,d,e,f\ntrue,,"[1, NULL]",2008-01-02 03:04:05,0.5,""\n'


@pytest.mark.parametrize(
    "query",
    [
        "create table marts.new as select 1",
        "delete from marts.users",
        "drop table marts.users",
        "copy marts.users to '{folder}/users.csv'",
        "attach '{folder}/other.duckdb'",
        "select * from '{folder}/there.csv'",
        "export database '{folder}/all'",
        "install httpfs",
        "set threads = 1",
        "begin",
        "select 1; select 2",
        "selct 1",
        "select nothing from marts.users",
        "from QUERIES",
        "",
        "-- nothing",
    ],
)
def test_what_is_no_question_is_refused_in_one_sentence(demo: Study, tmp_path: Path, query: str) -> None:
    (tmp_path / "there.csv").write_text("a\n1\n")
    before = hashlib.md5(demo.warehouse.read_bytes()).digest()
    with pytest.raises(SettingError) as refused:
        print_answer(demo.warehouse, query.format(folder=tmp_path), 5)
    assert "\n" not in str(refused.value)
    assert [path.name for path in tmp_path.iterdir()] == ["there.csv"]
    assert hashlib.md5(demo.warehouse.read_bytes()).digest() == before


@pytest.mark.parametrize("name", ["music.db", "music", "music.sqlite", "music.csv", "music [1]*.parquet"])
def test_a_warehouse_may_have_any_extension(demo: Study, tmp_path: Path, name: str) -> None:
    shutil.copy(demo.warehouse, tmp_path / name)
    with Warehouse(tmp_path / name).answering("select count(*) from marts.users") as answer:
        assert int(next(answer.rows())[0]) > 0


def test_the_command_reads_a_query_from_the_standard_input(demo: Study) -> None:
    result = demo.run("query", "-", "--csv", input="select 1 as one")
    assert (result.returncode, result.stdout) == (0, "one\n1\n")


def test_without_a_warehouse_there_is_no_answer(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="There is no warehouse"):
        print_answer(tmp_path / "none.duckdb", "select 1", 5)


def test_who_asks_for_a_list_that_is_not_served_is_told_which_are(demo: Study) -> None:
    with pytest.raises(SettingError, match="'nonsense': there are lists of artists for 'all', artists for 'discovery'"):
        print_served(demo.warehouse, "user_000001", "", "nonsense", 5)


def test_who_asks_for_new_artists_that_were_not_asked_for_is_told_how_to(demo: Study) -> None:
    answer = demo.call("recommend", "--user", "user_000001", "--new-artists")
    assert answer.returncode == 1
    assert "make evaluate NEW_ARTISTS=1" in answer.stderr
