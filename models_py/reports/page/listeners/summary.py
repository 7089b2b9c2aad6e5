"""Who a listener is in numbers, and the records that the listener holds."""

from models_py.reports.examples import Example
from models_py.reports.page.asking import Marts, literal
from models_py.reports.page.blocks import Column, Missing, Sentence, Table
from models_py.reports.page.wording import counted, day


def summary(marts: Marts, person: Example) -> Sentence:
    """Say how much of what the listener played, and between when."""
    asked = marts.ask(
        f"""
        select play_count, track_count, artist_count, session_count, first_played_at, last_played_at
        from marts.users
        where user_id = {literal(person.user_id)}
        """
    )
    row = asked.first
    text = f"{person.user_id} played {_what(row)}{_when(row)}."
    return Sentence(text, asked.sql)


def records(marts: Marts, person: Example) -> Table | Missing:
    """List the longest streak, the longest run of one artist, and the greatest obsession with a track."""
    asked = marts.ask(
        f"""
        select
            case record_kind
                when 'days_in_a_row' then 'Days in a row with a play'
                when 'artist_in_a_row' then 'Plays of one artist in a row'
                when 'track_in_a_day' then 'Plays of one track in a day'
            end as record,
            length,
            case
                when item_type = 'track' then item_name || ' by ' || artist_name
                else item_name
            end as item,
            case
                when started_on = ended_on then cast(started_on as varchar)
                else started_on || ' to ' || ended_on
            end as dates
        from marts.user_records
        where user_id = {literal(person.user_id)}
        order by list_position(['days_in_a_row', 'artist_in_a_row', 'track_in_a_day'], record_kind)
        """
    )
    if not asked.rows:
        return Missing(f"Not enough data: no streak, run or obsession of {person.user_id} is known.")
    columns = (
        Column("record", "Record"),
        Column("length", "Length", ","),
        Column("item", "Of"),
        Column("dates", "When (UTC)"),
    )
    return Table(f"records_{person.kind}", "Streaks and obsessions", columns, asked.rows, asked.sql)


def _what(row: dict[str, object]) -> str:
    artists = counted(row["artist_count"], "artist")
    if not row["play_count"]:
        return "nothing"
    of_what = artists if row["track_count"] is None else f"{counted(row['track_count'], 'track')} by {artists}"
    times = f"{counted(row['play_count'], 'time')}: {of_what}"
    return f"{times}, in {counted(row['session_count'], 'session')}" if row["session_count"] else times


def _when(row: dict[str, object]) -> str:
    if row["first_played_at"] is None:
        return ""
    first, last = day(row["first_played_at"]), day(row["last_played_at"])
    return f", on {first}" if first == last else f", from {first} to {last}"
