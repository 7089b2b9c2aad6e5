"""Tags of the demo's artists: the planted genres, written in several ways, among words that are no genres."""

from collections.abc import Iterator

import numpy as np

from models_py.sources.demo.catalogue import Catalogue
from models_py.sources.demo.names import GENRES

MOST_TAGGERS = 60  # of a genre's leading artist
SECOND_GENRE_TAGGERS = 0.4  # per tagger of the main genre
OPINIONS = ("seen live", "Awesome", "favorites")


def artist_tags(catalogue: Catalogue) -> Iterator[tuple[str, str, int]]:
    """Tag every artist with its genres; the better known the artist, the more people do.

    Nothing here is random, so that the other files do not depend on the tags.

    Parameters
    ----------
    catalogue : Catalogue
        The artists and their genres.

    Yields
    ------
    tuple of (str, str, int)
        Artist as usually spelt, tag, number of people who gave it, at least 1. The main genre leads the genres, and an
        opinion leads all tags of every third artist.
    """
    for artist, name in enumerate(catalogue.artists):
        rank, main = divmod(artist, len(GENRES))
        taggers = 2 + MOST_TAGGERS // (1 + rank)
        yield name, _written(GENRES[main], rank), taggers
        for genre in np.flatnonzero(catalogue.artist_genres[:, artist]).tolist():
            if genre != main:
                yield name, _written(GENRES[genre], rank), max(1, int(SECOND_GENRE_TAGGERS * taggers))
        if artist % 3 == 0:
            yield name, OPINIONS[rank % len(OPINIONS)], taggers + 1


def _written(genre: str, rank: int) -> str:
    """Write a genre as people do: 'hip-hop', 'Hip-Hop' or 'hip hop'."""
    return (genre, genre.title(), genre.replace("-", " "))[rank % 3]
