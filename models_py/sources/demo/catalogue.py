"""The demo's catalogue: artists in overlapping genres, their albums and tracks, and how popular each is."""

from dataclasses import dataclass

import numpy as np

from models_py.sources.demo.names import GENRES, TRAP_TITLES, album_titles, artist_names, compare_key

POPULARITY_EXPONENT = 0.9  # of the power law over an artist's rank within a genre
WITHIN_EXPONENT = 1.0  # of the power laws over an artist's albums and songs
SECOND_GENRE_SHARE = 0.15  # artists that belong to two genres
SECOND_GENRE_WEIGHT = 0.4  # of an artist's popularity in the second one
NEWCOMER_SHARE = 0.12  # artists nobody knows at the start
MAX_ALBUM = 12  # tracks
SINGLE_SHARE = 0.35  # visits to an artist that play one song; the others play an album from its first track on
STOP_CHANCE = 0.12  # of leaving an album after each of its tracks


@dataclass(frozen=True)
class Catalogue:
    """Artists, albums and tracks; an artist's tracks lie side by side, in album order.

    Attributes
    ----------
    artists : list of str
        Names, all different after folding.
    artist_genres : numpy.ndarray
        bool, shape (genres, artists).
    artist_weights : numpy.ndarray
        float64, shape (2, genres, artists), early and late: chance that a fresh visit for a genre goes to an artist.
    first_album : numpy.ndarray
        int64, shape (artists + 1,): where each artist's albums start.
    first_track : numpy.ndarray
        int64, shape (albums + 1,): where each album's tracks start.
    titles : list of str
        Per track; different within an artist after folding.
    album_weights, hit_weights : numpy.ndarray
        float64, per album and per track: shares within the artist, of album visits and of single-song visits.
    """

    artists: list[str]
    artist_genres: np.ndarray
    artist_weights: np.ndarray
    first_album: np.ndarray
    first_track: np.ndarray
    titles: list[str]
    album_weights: np.ndarray
    hit_weights: np.ndarray

    @property
    def artist_tracks(self) -> np.ndarray:
        """Where each artist's tracks start: int64, shape (artists + 1,)."""
        return self.first_track[self.first_album]

    @property
    def track_artist(self) -> np.ndarray:
        """Each track's artist: int64, shape (tracks,)."""
        return np.repeat(np.arange(len(self.artists)), np.diff(self.artist_tracks))

    @property
    def track_weights(self) -> np.ndarray:
        """Chance that one fresh visit to the artist plays the track: float64, shape (tracks,)."""
        size = np.diff(self.first_track)
        position = np.arange(len(self.titles)) - np.repeat(self.first_track[:-1], size)
        reached = np.cumprod(np.full(MAX_ALBUM, 1 - STOP_CHANCE)) / (1 - STOP_CHANCE)
        by_album = np.repeat(self.album_weights, size) * reached[position]
        return SINGLE_SHARE * self.hit_weights + (1 - SINGLE_SHARE) * by_album


def make_catalogue(users: int, rng: np.random.Generator) -> Catalogue:
    """Plant a catalogue that suits a number of users: enough artists for a long tail, few enough to share.

    Parameters
    ----------
    users : int
        Listeners it is for.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    Catalogue
        Artist i ranks i // 8 in genre i % 8, the main one.
    """
    count = round(40 * users**0.5)
    names = artist_names(count, rng)
    genres = _genres(count, rng)
    albums = _albums_per_artist(count, rng)
    sizes = rng.integers(5, MAX_ALBUM + 1, albums.sum())
    first_album = np.r_[0, np.cumsum(albums)]
    first_track = np.r_[0, np.cumsum(sizes)]
    return Catalogue(
        artists=names,
        artist_genres=genres,
        artist_weights=_artist_weights(genres, rng),
        first_album=first_album,
        first_track=first_track,
        titles=_titles(names, albums, sizes, rng),
        album_weights=_shares(albums, rng),
        hit_weights=_shares(np.diff(first_track[first_album]), rng),
    )


def _genres(count: int, rng: np.random.Generator) -> np.ndarray:
    """Give every artist a main genre, and some a second one: bool, (genres, artists)."""
    main = np.arange(count) % len(GENRES)
    second = (main + rng.integers(1, len(GENRES), count)) % len(GENRES)
    genres = np.arange(len(GENRES))[:, None]
    return (genres == main) | ((genres == second) & (rng.random(count) < SECOND_GENRE_SHARE))


def _artist_weights(genres: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Popularity within genres, early and late: a power law, shaken between the two, with newcomers late."""
    count = genres.shape[1]
    rank = np.arange(count) // len(GENRES)
    main = np.arange(len(GENRES))[:, None] == np.arange(count) % len(GENRES)
    late = genres * np.where(main, 1.0, SECOND_GENRE_WEIGHT) * (rank + 1.5) ** -POPULARITY_EXPONENT
    early = late * rng.choice([0.5, 1.0, 2.0], count)
    newcomer = (rank > 1) & (rng.random(count) < NEWCOMER_SHARE)
    early[:, newcomer] = 0
    return _rounded_shares(np.stack([early, late]))


def _albums_per_artist(count: int, rng: np.random.Generator) -> np.ndarray:
    """One to four, more for the popular."""
    popular = 1 / (1 + np.arange(count) / 120)
    return 1 + (rng.random(count) * (0.8 + 2.5 * popular)).astype(np.int64)


def _titles(names: list[str], albums: np.ndarray, sizes: np.ndarray, rng: np.random.Generator) -> list[str]:
    """Per track; the trap titles open the first albums of the most popular artists, where they are sure of plays."""
    titles: list[str] = []
    size = iter(sizes.tolist())
    for artist, count in enumerate(albums.tolist()):
        opener = TRAP_TITLES[artist : artist + 1]
        taken = {compare_key(title) for title in opener}
        own = [title for _ in range(count) for title in album_titles(next(size), taken, rng)]
        titles += [*opener, *own[len(opener) :]]
    return titles


def _shares(groups: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Power law in a random order within each group: float64, one per member, adding up to 1 by group."""
    group = np.repeat(np.arange(len(groups)), groups)
    order = np.lexsort((rng.random(len(group)), group))
    rank = np.empty(len(group))
    rank[order] = np.arange(len(group)) - np.repeat(np.cumsum(groups) - groups, groups)
    weights = (1 + rank) ** -WITHIN_EXPONENT
    return np.round(weights / np.bincount(group, weights)[group], 6)


def _rounded_shares(weights: np.ndarray) -> np.ndarray:
    """Shares along the last axis, rounded so that what is planted is what the truth file says, on any machine."""
    return np.round(weights / weights.sum(axis=-1, keepdims=True), 6)
