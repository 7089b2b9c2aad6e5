"""The command that says what is in somebody's exports, on files that name music of the demo."""

from pathlib import Path

import pytest
from conftest import Study
from export_forms import Play, lastfm_csv, spotify

START = 1_700_000_000
POPULAR = """
select artist_name, item_name from marts.item_popularity
where item_type = 'track' order by play_count desc, item_id limit 3
"""


@pytest.fixture
def files(demo: Study, tmp_path: Path) -> list[str]:
    """Write five plays in one export, of which another has two; the demo lacks a guest, an edition and a stranger."""
    (artist, title), *others = demo.query(POPULAR)
    names = [(artist, title), *others, (f"{artist} feat. Nobody", f"{title} - Remastered 2011"), ("Unheard Of", "Song")]
    plays = [Play(START + 600 * place, *name) for place, name in enumerate(names)]
    paths = tmp_path / "scrobbles.csv", tmp_path / "StreamingHistory_music_0.json"
    paths[0].write_bytes(lastfm_csv(plays))
    paths[1].write_bytes(spotify(plays[:2]))
    return [str(path) for path in paths]


def test_it_says_what_is_found_and_known_and_builds_nothing(demo: Study, files: list[str]) -> None:
    before = {path.name for path in demo.folder.iterdir()}
    result = demo.call("history", *files, "--user", "ann")
    assert result.returncode == 0, result.stderr
    assert {path.name for path in demo.folder.iterdir()} == before
    printed = " ".join(result.stdout.split())
    assert "ann 5 " in printed and "2023-11-14 2023-11-14" in printed
    assert "2 of 2 (100%) lines of ann/StreamingHistory_music_0.json tell of a play that another file" in printed
    assert f"3 of 5 tracks (60% of the plays) are known by their names in {demo.warehouse}" in printed
    assert "without guests and editions, 4 of 5 tracks (80% of the plays)." in printed


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("missing.csv", "is no file: name exports, or archives of them."),
        ("photos.csv", "photos.csv is in no known format; it might have been lastfm_csv ("),
        ("photos.xml", "photos.xml is in no known format; it might have been lastfm_1k or"),
    ],
)
def test_what_is_no_export_is_refused_in_a_sentence(demo: Study, tmp_path: Path, name: str, sentence: str) -> None:
    for photos in ("photos.csv", "photos.xml"):
        (tmp_path / photos).write_text("name,taken\nbeach,1999\n")
    result = demo.call("history", str(tmp_path / name))
    assert result.returncode == 1
    assert sentence in result.stderr and "raw" not in result.stderr
