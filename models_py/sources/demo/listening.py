"""What the demo's listeners play, and when: visits to artists, new or repeated, strung into sessions."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models_py.sources.demo.catalogue import SINGLE_SHARE, STOP_CHANCE, Catalogue
from models_py.sources.demo.tastes import Tastes

DAY = 86_400
STARTS = 1_136_073_600  # 2006-01-01T00:00:00Z
SETTLED = 1_230_768_000  # 2009-01-01, where the drift of tastes ends: what is played later follows the late mixture
ENDS = 1_245_283_200  # 2009-06-18
JOINING_SHARE = 0.6  # of the span: until then users join
STAYING_SHARE = 0.92  # of users listen to the end, but for a fortnight at most
PLAYS_PER_VISIT = 3.2  # expected
VISITS_PER_SESSION = 3.5
REPEAT_CHANCE = 0.45  # of a visit that plays an earlier one again
ELSEWHERE_SHARE = 0.32  # of each user's plays at least are by artists outside the user's own genres
SAME_SECOND_CHANCE = 0.004  # of a track stamped like the one before it, as when a player sends its log late
HOURS = (5, 4, 3, 2, 1, 1, 2, 4, 5, 6, 6, 7, 8, 8, 8, 8, 9, 10, 11, 12, 12, 11, 9, 7)  # weights of a session's start
MARATHON_PLAYS = 1_200  # of the session that lasts two weeks: a player left on
SESSION_PAUSE = 1_500  # seconds at least between two sessions

Visit = tuple[int, int]  # first track and number of tracks, played in album order


@dataclass(frozen=True)
class Plays:
    """Plays ordered by user, then from oldest to newest.

    Attributes
    ----------
    user, track : numpy.ndarray
        int64, shape (plays,): indices.
    second : numpy.ndarray
        int64, shape (plays,): Unix time.
    """

    user: np.ndarray
    track: np.ndarray
    second: np.ndarray


def listen(catalogue: Catalogue, tastes: Tastes, rng: np.random.Generator) -> Plays:
    """Let every user listen from joining to leaving.

    A visit repeats an earlier one of the user's, the recent and the often played more likely (a copy process: Simon,
    'On a class of skew distribution functions', 1955), or is fresh: an artist by the user's mixture at that time, then
    one of the artist's songs or an album from its first track on. Outside their own genres users explore little and
    repeat much: a third of the plays can be elsewhere while what users get to know still tells genres apart.

    Parameters
    ----------
    catalogue : Catalogue
        What there is to play.
    tastes : Tastes
        What each user likes.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    Plays
        At least `ELSEWHERE_SHARE` of each user's plays are by artists with none of the user's own genres.
    """
    draw = _VisitDrawer(catalogue)
    marathon = int(np.argmax(tastes.plays))
    users, tracks, seconds = [], [], []
    for user, plays in enumerate(tastes.plays.tolist()):
        starts = _visit_starts(max(4, round(plays / PLAYS_PER_VISIT)), rng)
        progress = np.clip((starts - STARTS) / (SETTLED - STARTS), 0, 1)
        chances = np.einsum("ts,tsa->ta", tastes.mixtures[:, user], catalogue.artist_weights)
        own = catalogue.artist_genres[tastes.own_genres[user]].any(axis=0)
        visits = _listen_once(draw, chances, own, progress, rng.random((len(starts), 7)))
        first, length = np.array(visits).T
        tracks.append(np.repeat(first, length) + _count_up(length))
        seconds.append(_seconds(starts, length, user == marathon, rng))
        users.append(np.full(length.sum(), user))
    return Plays(np.concatenate(users), np.concatenate(tracks), np.concatenate(seconds))


class _VisitDrawer:
    """Turns three uniform numbers into a visit to an artist."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.first_album, self.first_track = catalogue.first_album.tolist(), catalogue.first_track.tolist()
        self.albums = np.cumsum(catalogue.album_weights).tolist()
        self.hits = np.cumsum(catalogue.hit_weights).tolist()

    def __call__(self, artist: int, kind: float, which: float, length: float) -> Visit:
        album, end = self.first_album[artist], self.first_album[artist + 1]
        if kind < SINGLE_SHARE:
            return _pick_between(self.hits, self.first_track[album], self.first_track[end], which), 1
        album = _pick_between(self.albums, album, end, which)
        first, size = self.first_track[album], self.first_track[album + 1] - self.first_track[album]
        played = 1
        left = 1 - STOP_CHANCE
        while played < size and length < left:
            played, left = played + 1, left * (1 - STOP_CHANCE)
        return first, played


def _pick_between(cumulative: list[float], low: int, high: int, uniform: float) -> int:
    """Pick an index of low..high-1 by weights whose running sum is given."""
    before = cumulative[low - 1] if low else 0.0
    target = before + uniform * (cumulative[high - 1] - before)
    return min(bisect_right(cumulative, target, low, high), high - 1)


def _listen_once(
    draw: _VisitDrawer, chances: np.ndarray, own: np.ndarray, progress: np.ndarray, uniforms: np.ndarray
) -> list[Visit]:
    """One user's visits in order of time.

    The user's two libraries, own genres and elsewhere, grow apart so that repeats keep the shares; a visit that would
    bring the share of plays elsewhere below its floor repeats one elsewhere instead, so that fresh ones stay close to
    the mixture.
    """
    masked = np.stack([chances * own, chances * ~own], axis=1)  # (early or late, own or elsewhere, artists)
    cumulative = np.cumsum(masked, axis=2)
    elsewhere_share = (cumulative[:, 1, -1] / cumulative[:, :, -1].sum(axis=1)).tolist()
    tables = cumulative.tolist()
    libraries: tuple[list[Visit], list[Visit]] = ([], [])
    visits, plays, elsewhere = [], 0, 0

    def visit(where: int, late: int, repeat: float, artist: float, rest: Sequence[float]) -> Visit:
        library, table = libraries[where], tables[late][where]
        if library and repeat < REPEAT_CHANCE:
            recency = artist * artist
            return library[-1 - int(recency * len(library))]
        return draw(min(bisect_right(table, artist * table[-1]), len(table) - 1), *rest)

    for now, (age, place, repeat, artist, *rest) in zip(progress.tolist(), uniforms.tolist(), strict=True):
        late = int(age < now)
        where = int(place < elsewhere_share[late])
        chosen = visit(where, late, repeat, artist, rest)
        if not where and elsewhere < ELSEWHERE_SHARE * (plays + chosen[1]):
            where = 1
            chosen = visit(where, late, 0.0, artist, rest)  # fresh only where there is nothing to repeat
        libraries[where].append(chosen)
        visits.append(chosen)
        plays += chosen[1]
        elsewhere += where * chosen[1]
    return visits


def _visit_starts(visits: int, rng: np.random.Generator) -> np.ndarray:
    """Planned second at which each visit's session starts, sorted; most users stay to the end, some leave."""
    joined = STARTS + JOINING_SHARE * rng.random() * (ENDS - STARTS)
    stays = rng.random() < STAYING_SHARE
    left = ENDS - rng.random() * (14 * DAY if stays else 0.8 * (ENDS - joined))
    new = rng.random(visits) < 1 / VISITS_PER_SESSION
    new[0] = True
    sessions = int(new.sum())
    days = np.floor((joined + rng.random(sessions) * (left - joined)) / DAY).astype(np.int64)
    hours = rng.choice(24, sessions, p=np.array(HOURS) / sum(HOURS))
    starts = np.sort(days * DAY + hours * 3600 + rng.integers(0, 3600, sessions))
    return starts[np.cumsum(new) - 1]


def _seconds(starts: np.ndarray, length: np.ndarray, marathon: bool, rng: np.random.Generator) -> np.ndarray:
    """Second of each play: tracks follow each other within a session, and sessions do not overlap."""
    opens = np.zeros(length.sum(), bool)
    opens[(np.cumsum(length) - length)[np.r_[True, starts[1:] != starts[:-1]]]] = True
    gap = rng.integers(120, 420, len(opens))
    pause = rng.random(len(opens)) < 0.05
    gap[pause] += rng.integers(0, 600, pause.sum())
    gap[(_count_up(length) > 0) & (rng.random(len(opens)) < SAME_SECOND_CHANCE)] = 0
    if marathon:
        run = slice(len(gap) // 3, len(gap) // 3 + min(MARATHON_PLAYS, len(gap) // 3))
        gap[run] = rng.integers(900, 1_190, run.stop - run.start)
        opens[run] = False
    planned = np.repeat(starts, length)[opens]
    elapsed = np.cumsum(np.where(opens, SESSION_PAUSE, gap))
    # A session starts as planned, or as soon as the earlier ones allow: a running maximum of delays (Lindley, 1952).
    delay = np.maximum.accumulate(planned - elapsed[opens])
    second = elapsed + delay[np.cumsum(opens) - 1]
    return second - max(0, int(second[-1]) - ENDS)


def _count_up(lengths: np.ndarray) -> np.ndarray:
    """0, 1, ... within each run of the given lengths."""
    return np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
