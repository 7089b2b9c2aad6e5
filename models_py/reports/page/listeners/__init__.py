"""The chapter on listeners: a page for each of a few, as they would want to show it around."""

from collections.abc import Callable

from models_py.reports.examples import EXAMPLES, Example
from models_py.reports.page.asking import Answered, Marts
from models_py.reports.page.blocks import Block, Column, Group, Missing, Section, Sentence, Table
from models_py.reports.page.listeners.artists import by_year, discoveries, over_time
from models_py.reports.page.listeners.lists import artists_to_discover, forgotten, playlists, tracks_to_discover
from models_py.reports.page.listeners.summary import NO_TIMES, has_times, records, summary
from models_py.reports.page.listeners.taste import cluster, neighbours, themes
from models_py.reports.page.listeners.times import calendar, clock

Part = Callable[[Marts, Example], Block]

# in the order of a page; the first ones need times
BY_TIME: tuple[Part, ...] = (calendar, clock, over_time, by_year, discoveries, records, forgotten)
ALWAYS: tuple[Part, ...] = (cluster, themes, neighbours, artists_to_discover, tracks_to_discover, playlists)
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
    timed = {person.user_id: has_times(marts, person) for person in people}
    groups = [_page(marts, person, timed[person.user_id]) for person in people]
    return Section("listeners", "Listeners", (Group("who", "Who is shown", _who(chosen, timed)), *groups))


def _who(chosen: Answered, timed: dict[str, bool]) -> list[Block]:
    if not timed:
        return [Missing("Not enough data: nobody has a play.")]
    # what all lack is said once
    lacking = [] if any(timed.values()) else [Missing(f"Not enough data: {NO_TIMES}.")]
    if not chosen.rows:
        return lacking
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
        *lacking,
    ]


def _page(marts: Marts, person: Example, timed: bool) -> Group:
    parts = (*BY_TIME, *ALWAYS) if timed else ALWAYS
    blocks = [part(marts, person) for part in (summary, *parts)]
    return Group(person.kind, f"{KINDS[person.kind]}: {person.user_id}", blocks)
