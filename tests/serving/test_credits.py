"""Names are folded for the match alone: guests and editions."""

import pytest

from models_py.serving.credits import first_artist, plain_title


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("Low", "Low"),
        ("Low feat. Björk", "Low"),
        ("Low (ft. Björk)", "Low"),
        ("Low, Björk & Can", "Low"),
        ("Simon & Garfunkel", "Simon"),
        ("AC/DC", "AC/DC"),
        ("& & &", "& & &"),
        ("Featherstone", "Featherstone"),
    ],
)
def test_the_first_artist_is_what_stands_before_the_others(name: str, first: str) -> None:
    assert first_artist(name) == first


@pytest.mark.parametrize(
    ("title", "plain"),
    [
        ("Song - Remastered 2011", "Song"),
        ("Song - 2009 Remaster", "Song"),
        ("Song (Remastered)", "Song"),
        ("Song (feat. Björk)", "Song"),
        ("Song - Live", "Song - Live"),
        ("Monochrome - Mono", "Monochrome"),
        ("Remastered", "Remastered"),
    ],
)
def test_a_title_is_without_its_edition_and_guests(title: str, plain: str) -> None:
    assert plain_title(title) == plain
