"""What was planted, in a form that survives a JSON file: exact counts, and the preferences behind the plays."""

import numpy as np

from models_py.sources.demo.catalogue import Catalogue
from models_py.sources.demo.names import GENRES
from models_py.sources.demo.spelling import Lines
from models_py.sources.demo.tastes import Tastes


def make_truth(catalogue: Catalogue, tastes: Tastes, lines: Lines, user_ids: list[str]) -> dict:
    """Collect the truth about a demo.

    Parameters
    ----------
    catalogue, tastes, lines
        What was planted and written.
    user_ids : list of str
        Per user.

    Returns
    -------
    dict
        JSON-able. `counts` are those of the events file; `artist_genres` names each artist's main genre first;
        `user_genres` (users x genres), `genre_artists` (per genre the artists' indices and weights) and `tracks` (per
        artist titles and weights) are the factors of what users prefer from 2009 on, rounded to 6 digits.
    """
    genres = np.array(GENRES)
    by_weight = np.argsort(-catalogue.artist_weights[1], axis=0, kind="stable").T
    bounds = catalogue.artist_tracks.tolist()
    weights = np.round(catalogue.track_weights, 6).tolist()
    return {
        "counts": _counts(catalogue, lines),
        "genres": list(GENRES),
        "user_ids": user_ids,
        "own_genres": [genres[row].tolist() for row in tastes.own_genres],
        "user_genres": tastes.mixtures[1].tolist(),
        "artists": catalogue.artists,
        "artist_genres": [
            genres[order[:count]].tolist()
            for order, count in zip(by_weight, catalogue.artist_genres.sum(axis=0), strict=True)
        ],
        "genre_artists": [
            {"artists": np.flatnonzero(row).tolist(), "weights": row[row > 0].tolist()}
            for row in catalogue.artist_weights[1]
        ],
        "tracks": [
            {"titles": catalogue.titles[low:high], "weights": weights[low:high]}
            for low, high in zip(bounds[:-1], bounds[1:], strict=True)
        ],
    }


def planted_preferences(truth: dict) -> tuple[list[str], list[str], np.ndarray]:
    """How much each user likes each artist after the drift of tastes, which is over before the last tenth of the plays.

    Parameters
    ----------
    truth : dict
        As `write_demo` returns it or truth.json holds it.

    Returns
    -------
    user_ids : list of str
        Rows.
    artist_names : list of str
        Columns; usual spellings, unique after folding.
    preferences : numpy.ndarray
        float64, shape (users, artists): chance that a visit that repeats nothing goes to the artist.
    """
    weights = np.zeros((len(truth["genres"]), len(truth["artists"])))
    for row, genre in zip(weights, truth["genre_artists"], strict=True):
        row[genre["artists"]] = genre["weights"]
    return truth["user_ids"], truth["artists"], np.array(truth["user_genres"]) @ weights


def planted_track_preferences(truth: dict) -> tuple[list[str], list[tuple[str, str]], np.ndarray]:
    """How much each user likes each track after the drift of tastes.

    Parameters
    ----------
    truth : dict
        As `write_demo` returns it or truth.json holds it.

    Returns
    -------
    user_ids : list of str
        Rows.
    tracks : list of tuple of str
        Columns: artist's name and title.
    preferences : numpy.ndarray
        float64, shape (users, tracks): chance that a visit that repeats nothing plays the track.
    """
    user_ids, artists, preferences = planted_preferences(truth)
    names = [(artist, title) for artist, own in zip(artists, truth["tracks"], strict=True) for title in own["titles"]]
    weights = np.concatenate([own["weights"] for own in truth["tracks"]])
    artist = np.repeat(np.arange(len(artists)), [len(own["titles"]) for own in truth["tracks"]])
    return user_ids, names, preferences[:, artist] * weights


def _counts(catalogue: Catalogue, lines: Lines) -> dict[str, int]:
    kept = lines.is_kept
    track = lines.plays.track[kept]
    artist = catalogue.track_artist[track]
    blank = lines.is_blank[kept]
    return {
        "lines_read": len(kept),
        "lines_rejected": 0,
        "bogus_timestamps": int(lines.is_bogus.sum()),
        "exact_duplicates_removed": int(lines.is_duplicate.sum()),
        "plays_kept": int(kept.sum()),
        "blank_titles": int(blank.sum()),
        "missing_artist_mbids": int((lines.artist_mbid[kept] == "").sum()),
        "missing_track_mbids": int((lines.track_mbid[kept] == "").sum()),
        "users": len(np.unique(lines.plays.user[kept])),
        "artists": len(np.unique(artist)),
        # An artist's plays without a title are one more track.
        "tracks": len(np.unique(track[~blank])) + len(np.unique(artist[blank])),
    }
