"""The chapter on listeners: a page for each of a few, as they would want to show it around."""

from collections.abc import Callable

from models_py.reports.examples import EXAMPLES, Example
from models_py.reports.page.asking import Answered, Marts, literal
from models_py.reports.page.blocks import Block, Column, Group, Missing, Section, Sentence, Table
from models_py.reports.page.listeners.artists import by_year, discoveries, over_time
from models_py.reports.page.listeners.lists import artists_to_discover, forgotten, playlists, tracks_to_discover
from models_py.reports.page.listeners.summary import records, summary
from models_py.reports.page.listeners.taste import cluster, neighbours, themes
from models_py.reports.page.listeners.times import calendar, clock

Part = Callable[[Marts, Example], Block]

BY_TIME: tuple[Part, ...] = (calendar, clock, over_time, by_year, discoveries, records, forgotten)
BY_TASTE: tuple[Part, ...] = (cluster, themes, neighbours, artists_to_discover)
BY_TRACK: tuple[Part, ...] = (tracks_to_discover, playlists)
NO_TIMES = (
    "no times of plays are known, so there is no calendar or clock, there are no artists over time or by year, no "
    "discoveries, no records and no forgotten favourites"
)
NO_TRACKS = "no tracks are known, so none are recommended and there are no playlists"
KINDS = {
    "light": "A light listener",
    "median": "A listener in the middle",
    "heavy": "A heavy listener",
    "mainstream": "A mainstream listener",
    "niche": "A listener of niches",
    "asked": "The listener asked for",
}


def section(marts: Marts, listener: str = "") -> Section:
    """Ask for the pages of the listeners chosen by rule, after that of somebody asked for.

    Parameters
    ----------
    marts : Marts
    listener : str
        Id of a user who gets a page too; nobody where it is empty.
    """
    chosen = marts.ask(EXAMPLES)
    people = [Example(**row) for row in chosen.rows if row["user_id"] != listener]
    if listener:
        people.insert(0, Example(listener, "asked", ""))
    known = {person.user_id: _known(marts, person) for person in people}
    # what all lack is said once
    lacking = set.intersection(*({NO_TIMES, NO_TRACKS} - parts.keys() for parts in known.values())) if known else set()
    who = Group("who", "Who is shown", [*_who(chosen, people), *_missing(lacking)])
    pages = [_page(marts, person, known[person.user_id], lacking) for person in people]
    return Section("listeners", "Listeners", (who, *pages))


def _known(marts: Marts, person: Example) -> dict[str, tuple[Part, ...]]:
    """Find which parts of a page there are data for, by what would be said if there were none."""
    has = marts.ask(
        f"""
        select first_played_at is not null as times, track_count is not null as tracks
        from marts.users
        where user_id = {literal(person.user_id)}
        """
    ).first
    return ({NO_TIMES: BY_TIME} if has["times"] else {}) | ({NO_TRACKS: BY_TRACK} if has["tracks"] else {})


def _who(chosen: Answered, people: list[Example]) -> list[Block]:
    if not people:
        return [Missing("Not enough data: nobody has a play.")]
    if not chosen.rows:
        return []
    return [
        Sentence(
            "Examples are chosen by rule, not for what they show: by plays the middles of the lightest quarter, of "
            "everybody and of the heaviest tenth; by taste, of the others who play at least as much as the middle, "
            "those within the tenths who play most, and least, what many play."
        ),
        Table(
            "examples",
            "Listeners shown as examples",
            (Column("kind", "Example"), Column("user_id", "Listener"), Column("words", "Because of")),
            chosen.rows,
            chosen.sql,
            "Anybody else's page is written by `make report LISTENER=id`.",
        ),
    ]


def _page(marts: Marts, person: Example, known: dict[str, tuple[Part, ...]], lacking: set[str]) -> Group:
    parts = (summary, *known.get(NO_TIMES, ()), *BY_TASTE, *known.get(NO_TRACKS, ()))
    blocks = [part(marts, person) for part in parts]
    return Group(
        person.kind,
        f"{KINDS[person.kind]}: {person.user_id}",
        [*blocks, *_missing({NO_TIMES, NO_TRACKS} - known.keys() - lacking)],
    )


def _missing(what: set[str]) -> list[Missing]:
    return [Missing(f"Not enough data: {'; '.join(sorted(what))}.")] if what else []
