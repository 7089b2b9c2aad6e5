"""Own plays and feedback on the command line, against the demo's warehouse."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from conftest import Study

from models_py.serving.saved import models_folder

USER = "user_000005"


@pytest.fixture
def asked(demo: Study, tmp_path: Path) -> Callable[..., list[dict]]:
    """Ask for lists as JSON, with a feedback file of the test's own."""

    def ask(*arguments: str) -> list[dict]:
        result = demo.call("recommend", *arguments, "--json", FEEDBACK=str(tmp_path / "feedback.csv"))
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout)

    return ask


def tell(demo: Study, tmp_path: Path, *said: str) -> str:
    result = demo.call("feedback", "--user", USER, *said, FEEDBACK=str(tmp_path / "feedback.csv"))
    assert result.returncode == 0, result.stderr
    return result.stdout


def plays_of(demo: Study, item_type: str) -> list[tuple[str, str, int]]:
    title = "i.item_name" if item_type == "track" else "''"
    return demo.query(
        f"select i.artist_name, {title}, p.play_count from marts.user_item_plays as p "
        "inner join marts.item_popularity as i using (item_type, item_id) "
        f"where p.user_id = '{USER}' and item_type = '{item_type}'"
    )


@pytest.mark.parametrize("item_type", ["artist", "track"])
def test_the_plays_of_a_user_get_much_the_same_list(
    demo: Study, asked: Callable[..., list[dict]], tmp_path: Path, item_type: str
) -> None:
    path = tmp_path / "plays.tsv"
    path.write_text("".join(f"{artist}\t{title}\t{plays}\n" for artist, title, plays in plays_of(demo, item_type)))
    (found,) = asked("--history", str(path), "--item-type", item_type, "--length", "20")
    (stored,) = asked("--user", USER, "--item-type", item_type, "--length", "20", "--because")
    assert found["model_name"] == stored["model_name"] and found["basis"] == "folded in"
    assert found["known_plays"] > 0.8
    own, known = ({item["item_id"] for item in one["items"]} for one in (found, stored))
    assert len(own & known) >= 15
    for item in found["items"]:
        assert sum(reason["contribution"] for reason in item["reasons"]) == pytest.approx(item["score"], rel=1e-6)


def test_nobody_gets_nothing(demo: Study, asked: Callable[..., list[dict]], tmp_path: Path) -> None:
    path = tmp_path / "plays.tsv"
    path.write_text("Somebody whom nobody knows\t\t3\n")
    (country, listeners), *_ = demo.query(
        "select country, count(*) from marts.users where play_count > 0 and country is not null "
        "group by all order by 2 desc, 1"
    )
    artist, _ = asked("--history", str(path), "--country", country, "--length", "3")
    expected = demo.query(
        "select item_id, count(*) as n from marts.user_item_plays inner join marts.users using (user_id) "
        f"where item_type = 'artist' and country = '{country}' group by all "
        "order by n desc, sum(user_item_plays.play_count) desc, item_id limit 3"
    )
    assert artist["basis"] == f"favourites in {country}"
    assert [(item["item_id"], item["score"]) for item in artist["items"]] == expected
    assert all(item["score"] <= listeners for item in artist["items"])
    unknown, _ = asked("--history", str(path), "--country", "nowhere", "--age", "3")
    assert unknown["basis"] == "favourites of all"
    by_age, _ = asked("--history", str(path), "--age", "25")
    assert by_age["basis"] == "favourites between 20 and 30"


def test_what_is_hidden_gives_way_at_once(demo: Study, asked: Callable[..., list[dict]], tmp_path: Path) -> None:
    before = {one["item_type"]: one["items"] for one in asked("--user", USER, "--length", "30")}
    hidden = before["artist"][1]["item_name"]
    assert f"'hide' of {hidden}" in tell(demo, tmp_path, "--hide", hidden.lower())
    after = {one["item_type"]: one["items"] for one in asked("--user", USER, "--length", "29")}
    for item_type, items in after.items():
        left = [item["item_id"] for item in before[item_type] if item["artist_name"] != hidden]
        assert [item["item_id"] for item in items][: len(left)] == left[:29]
        assert [item["rank"] for item in items] == list(range(1, 30))
    others = asked("--user", "user_000007", "--item-type", "artist", "--length", "30")
    assert others[0]["basis"] == "stored"


def test_what_is_loved_shapes_the_list_of_its_kind(
    demo: Study, asked: Callable[..., list[dict]], tmp_path: Path
) -> None:
    artist, track = asked("--user", USER, "--length", "5")
    loved = track["items"][3]
    tell(demo, tmp_path, "--love", f"{loved['artist_name']} - {loved['item_name']}")
    artist_after, track_after = asked("--user", USER, "--length", "100", "--because")
    assert (artist["basis"], artist_after["basis"], track_after["basis"]) == ("stored", "stored", "folded in")
    assert loved["item_id"] not in {item["item_id"] for item in track_after["items"]}
    because = {reason["item_name"] for item in track_after["items"] for reason in item["reasons"]}
    assert loved["item_name"] in because


def test_feedback_about_nothing_is_named(demo: Study, tmp_path: Path) -> None:
    result = demo.call("feedback", "--user", USER, "--hide", "nobody", FEEDBACK=str(tmp_path / "feedback.csv"))
    assert result.returncode == 1 and "the closest names are" in result.stderr
    assert not (tmp_path / "feedback.csv").exists()
    path = tmp_path / "feedback.csv"
    path.write_text(f"user_id,item_type,artist,title,feedback,given_on\n{USER},artist,No Such Name,,hide,2009-05-04\n")
    result = demo.call("recommend", "--user", USER, FEEDBACK=str(path))
    assert result.returncode == 0
    assert "says 'hide' of No Such Name, which" in result.stderr


def test_a_bad_feedback_file_stops_a_build_before_it_begins(demo: Study, tmp_path: Path) -> None:
    path = tmp_path / "feedback.csv"
    path.write_text("user,what\n")
    for command in (("build",), ("recommend", "--user", USER)):
        result = demo.call(*command, FEEDBACK=str(path))
        assert result.returncode == 1
        assert f"Line 1 of {path} is no feedback: the header has to be" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "Name whom to recommend to"),
        (("--user", USER, "--repeat", "--new-artists"), "give one of them"),
        (("--user", USER, "--repeat", "--task", "all"), "give one of them"),
        (("--user", USER, "--item-type", "album"), "album"),
        (("--history", "none.tsv"), "none.tsv is no file"),
        (("--user", USER, "--task", "discover"), "There is no task 'discover': give one of discovery,"),
        (("--user", USER, "--country", "Iceland"), "give them with --history"),
    ],
)
def test_misspelt_questions_are_refused(demo: Study, arguments: tuple[str, ...], sentence: str) -> None:
    result = demo.call("recommend", *arguments)
    assert result.returncode == 1 and sentence in result.stderr


def test_without_its_saved_model_a_warehouse_says_so(demo: Study, tmp_path: Path) -> None:
    shutil.copy(demo.warehouse, tmp_path / "music.duckdb")
    path = tmp_path / "plays.tsv"
    path.write_text("Hidden Dialect\t\t3\n")
    lonely = {"WAREHOUSE": str(tmp_path / "music.duckdb")}
    result = demo.call("recommend", "--history", str(path), **lonely)
    assert result.returncode == 1 and "is not saved beside the warehouse" in result.stderr
    ((artist,),) = demo.query("select artist_name from marts.artists order by play_count desc limit 1")
    tell(demo, tmp_path, "--love", artist)
    loving = {**lonely, "FEEDBACK": str(tmp_path / "feedback.csv")}
    result = demo.call("recommend", "--user", USER, "--item-type", "artist", **loving)
    assert result.returncode == 0 and f"What {USER} loves is not heeded yet: " in result.stderr
    assert f"artists for {USER}" in result.stdout
    with duckdb.connect(str(tmp_path / "music.duckdb")) as connection:
        connection.execute("update marts.training_fingerprints set fingerprint = 'another' where split_name = 'full'")
    result = demo.call("recommend", "--history", str(path), **lonely)
    assert result.returncode == 0 and "these are favourites of others" in result.stderr


def test_only_models_that_serve_are_kept(demo: Study) -> None:
    names = {"-".join(path.name.split("-")[:2]) for path in models_folder(demo.warehouse).iterdir()}
    served = demo.query("select distinct item_type || '-' || model_name from recommender.served_models")
    assert names == {name for (name,) in served}


def test_a_name_in_any_spelling_has_the_id_of_its_item(demo: Study) -> None:
    assert demo.query(
        "select count(*) from marts.artists where marts.artist_id_of(' ' || upper(artist_name)) <> artist_id"
    ) == [(0,)]
    apart = "marts.track_id_of(artist_name, track_name) <> track_id and track_name <> '(untitled)'"
    assert demo.query(f"select count(*) from marts.tracks where {apart}") == [(0,)]
