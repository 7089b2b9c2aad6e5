"""A history that is written in each form of an export gives the same plays, as far as the form can hold them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from export_forms import FORMS, Form, Play
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from staging_sql import Staging

from models_py.sources.formats import first_lines, formats, recognize

FIRST = 1_500_000_000
NAME = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z"), exclude_characters=";#"), min_size=1, max_size=12
) | st.sampled_from(
    ["Low", 'The "The"', '"Heroes"', "Earth, Wind & Fire", "Sigur Rós", "a b", "{x}", "[y]", "None", "\\N"]
)
TITLE = NAME | st.sampled_from(["Song; with a semicolon", ",", ";;"])
MBID = st.sampled_from(["", "0000aaaa-bbbb-cccc-dddd-eeeeffff0001", "0000aaaa-bbbb-cccc-dddd-eeeeffff0002"])
# no two plays of one person start within half a minute, as nothing shorter counts, and all are in the past
GAPS = st.lists(st.integers(30, 400) | st.integers(30, 20_000_000), min_size=1, max_size=12)


@st.composite
def histories(draw: st.DrawFn) -> list[Play]:
    """Draw plays of a few tracks."""
    tracks = draw(st.lists(st.tuples(NAME, TITLE, st.just("Album"), MBID, MBID), min_size=1, max_size=4))
    start, plays = FIRST, []
    for gap in draw(GAPS):
        start += gap
        plays.append(Play(start, *draw(st.sampled_from(tracks))))
    return plays


@pytest.fixture(scope="module")
def staging(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Staging]]:
    """Compile the models for one folder a form, each with a file of some size."""
    raw = tmp_path_factory.mktemp("forms") / "raw"
    write(raw, [Play(FIRST + 600 * number, "Low", f"Song {number}") for number in range(200)])
    yield raw, Staging(raw, "1k", raw.parent / "target")


def write(raw: Path, plays: list[Play]) -> None:
    """Write the plays in every form, each in the folder of somebody of its own."""
    for name, form in FORMS.items():
        path = raw / name / form.file_name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(form.write(plays))


def test_every_format_of_one_person_has_a_form() -> None:
    assert list(FORMS) == [name for name, declared in formats().items() if declared.is_personal]


@pytest.mark.parametrize(("name", "form"), FORMS.items(), ids=list(FORMS))
def test_a_form_is_told_by_how_it_starts(name: str, form: Form) -> None:
    plays = [Play(FIRST + 600 * number, "Earth, Wind & Fire", 'September "Live"') for number in range(3)]
    assert recognize(first_lines([form.write(plays)])) == name
    assert recognize(first_lines([form.write(plays[:1])])) == name


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(histories())
def test_each_form_gives_the_plays_that_it_can_hold(staging: tuple[Path, Staging], plays: list[Play]) -> None:
    raw, tables = staging
    write(raw, plays)
    tables.load()
    rows = tables.query(
        """
        select users.user_id, cast(epoch(sequenced.played_at) as bigint), spellings.artist_name, spellings.track_name,
            coalesce(spellings.artist_mbid, ''), coalesce(spellings.track_mbid, '')
        from intermediate.int_plays_sequenced as sequenced
        anti join intermediate.int_plays_repeated as repeated using (file_id, line_number)
        inner join intermediate.int_users_numbered as users using (user_number)
        inner join intermediate.int_spellings_identified as spellings
            on sequenced.spelling_key = spellings.spelling_key
        """
    )
    for name, form in FORMS.items():
        held = sorted(form.held(play) for play in plays)
        expected = [(one.start, one.artist, one.title, one.artist_mbid, one.track_mbid) for one in held]
        assert sorted(row[1:] for row in rows if row[0] == name) == sorted(expected), name
