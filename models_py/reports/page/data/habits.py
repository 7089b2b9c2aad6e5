"""How people listen: sessions, the pauses between them, what is new to them, and what they cannot stop playing."""

from collections.abc import Iterator

import altair as alt

from models_py.reports.page import wording
from models_py.reports.page.asking import Answered, Marts
from models_py.reports.page.blocks import Block, Chart, Column, Group, Missing, Row, Sentence, Table
from models_py.reports.page.theme import MONTHS, room, values

NO_SESSIONS = "Not enough data: without times there are no sessions, and no play is known to be a person's first."


def group(marts: Marts) -> Group:
    """Ask for sessions, discoveries and obsessions."""
    sessions = marts.ask(
        """
        select count(*) as session_count, any_value(p.session_gap_minutes) as gap_minutes,
            median(s.play_count) as median_plays, quantile_cont(s.play_count, 0.9) as many_plays,
            median(date_diff('second', s.started_at, s.ended_at) / 60) as median_minutes,
            count(*) filter (s.play_count = 1) / count(*) as single_share
        from marts.sessions as s
        cross join marts.evaluation_parameters as p
        """
    )
    blocks = _blocks(marts, sessions) if sessions.first["session_count"] else [Missing(NO_SESSIONS)]
    return Group("habits", "How people listen", list(blocks))


def _blocks(marts: Marts, sessions: Answered) -> Iterator[Block]:
    yield Sentence(_of_sessions(sessions.first), sessions.sql)
    yield _lengths(marts)
    yield from _pauses(marts)
    yield from _discoveries(marts)
    yield from _obsessions(marts)


def _of_sessions(row: Row) -> str:
    return (
        f"Plays fall into {wording.counted(row['session_count'], 'session')}; a gap of more than "
        f"{wording.counted(row['gap_minutes'], 'minute')} starts a new one. Half of them have at most "
        f"{wording.counted(row['median_plays'], 'play')} and take at most "
        f"{wording.counted(row['median_minutes'], 'minute')} from the start of their first play to that of the last; "
        f"one in ten has {wording.counted(row['many_plays'], 'play')} or more. {wording.percent(row['single_share'])} "
        "are a single play."
    )


def _bars(rows: list[dict[str, object]], bin_title: str, share_title: str) -> dict[str, object]:
    """Draw the share of each bin, in the order of the rows."""
    order = [str(row["bin"]) for row in rows]
    chart = alt.Chart(values(rows)).encode(
        y=alt.Y("bin:N", title=bin_title, sort=order, axis=alt.Axis(domain=False, ticks=False)),
        x=alt.X("share:Q", title=share_title, axis=alt.Axis(format="%", tickCount=5), scale=alt.Scale(domainMin=0)),
    )
    labels = chart.mark_text(align="left", dx=5).encode(text=alt.Text("share:Q", format=".1%"))
    bars = chart.mark_bar(height={"band": 0.75})
    return (bars + labels).properties(width="container", height=alt.Step(24), padding=room(right=44)).to_dict()


def _lengths(marts: Marts) -> Chart:
    asked = marts.ask(
        """
        with lengths as (
            select cast(least(floor(log2(play_count)), 6) as integer) + 1 as place
            from marts.sessions
        )
        select
            list_extract(['1 play', '2 to 3', '4 to 7', '8 to 15', '16 to 31', '32 to 63', 'over 63'], place) as bin,
            count(*) as session_count, count(*) / sum(count(*)) over () as share
        from lengths
        group by place
        order by place
        """
    )
    most = max(asked.rows, key=lambda row: row["share"])
    return Chart(
        "session_lengths",
        "How long sessions are",
        f"The most frequent length is {most['bin']}: {wording.percent(most['share'])} of sessions. Bins double in "
        "width.",
        f"Bars: plays per session down, share of sessions across; most for {most['bin']}.",
        _bars(asked.rows, "Plays per session", "Share of sessions"),
        asked.sql,
    )


def _pauses(marts: Marts) -> Iterator[Chart]:
    asked = marts.ask(
        """
        with pauses as (
            select date_diff('second', lag(ended_at) over of_user, started_at) / 3600 as hours
            from marts.sessions
            window of_user as (partition by user_id order by started_at, session_id)
        ),
        bins as (
            select case when hours < 1 then 1 when hours < 3 then 2 when hours < 6 then 3 when hours < 12 then 4
                when hours < 24 then 5 when hours < 72 then 6 when hours < 168 then 7 when hours < 720 then 8
                else 9 end as place
            from pauses
            where hours is not null
        )
        select
            list_extract([
                'under 1 hour', '1 to 3 hours', '3 to 6 hours', '6 to 12 hours', '12 to 24 hours', '1 to 3 days',
                '3 to 7 days', '7 to 30 days', 'over 30 days'
            ], place) as bin,
            count(*) as pause_count, count(*) / sum(count(*)) over () as share
        from bins
        group by place
        order by place
        """
    )
    if asked.rows:
        most = max(asked.rows, key=lambda row: row["share"])
        yield Chart(
            "session_gaps",
            "How long people pause between sessions",
            f"From the end of a session to the start of the same person's next one. Most frequent: {most['bin']}, "
            f"{wording.percent(most['share'])} of pauses.",
            f"Bars: length of the pause down, share of pauses across; most for {most['bin']}.",
            _bars(asked.rows, "Pause", "Share of pauses"),
            asked.sql,
        )


def _discoveries(marts: Marts) -> Iterator[Block]:
    years = marts.ask(
        """
        select
            max(month) - interval 11 month as last_year_from, max(month) as last_month, count(*) as month_count,
            sum(discovery_count) / sum(play_count) as discovery_share,
            sum(discovery_count) / sum(user_count) as discoveries_per_user
        from (
            select * from marts.plays_by_month
            where is_whole
            order by month desc
            limit 12
        )
        """
    )
    row = years.first
    if not row["month_count"]:
        yield Missing("Not enough data: no month is covered from its first day to its last.")
        return
    months = "month" if row["month_count"] == 1 else f"{row['month_count']:,} months"
    yield Sentence(
        f"In the last {months} with plays that the data cover whole, up to {wording.month(row['last_month'])}, "
        f"{wording.percent(row['discovery_share'])} of plays were somebody's first of an artist: "
        f"{row['discoveries_per_user']:.1f} new artists per person and month.",
        years.sql,
    )
    asked = marts.ask(
        """
        select month, discoveries_per_user, discovery_share
        from marts.plays_by_month
        where is_whole
        order by month
        """
    )
    if len(asked.rows) > 1:
        yield _discovery_chart(asked)


def _discovery_chart(asked: Answered) -> Chart:
    line = (
        alt.Chart(values(asked.rows))
        .mark_line(point=alt.OverlayMarkDef(size=20))
        .encode(
            x=alt.X("month:T", title=None, axis=MONTHS),
            y=alt.Y("discoveries_per_user:Q", title="New artists per person", scale=alt.Scale(domainMin=0)),
            tooltip=["month:T", "discoveries_per_user:Q", alt.Tooltip("discovery_share:Q", format=".1%")],
        )
        .properties(width="container", height=200)
    )
    first, last = asked.rows[0], asked.rows[-1]
    return Chart(
        "discoveries_by_month",
        "New artists per person and month",
        f"The last is {last['discoveries_per_user']:.1f}, in {wording.month(last['month'])}. What somebody "
        "played before the data begin counts as new once more, so the first months show too many.",
        f"Line: months from {wording.month(first['month'])} to {wording.month(last['month'])} across, artists whom a "
        f"person played for the first time up, from {first['discoveries_per_user']:.1f} to "
        f"{last['discoveries_per_user']:.1f}.",
        line.to_dict(),
        asked.sql,
    )


def _obsessions(marts: Marts) -> Iterator[Block]:
    spread = marts.ask(
        """
        select count(*) as user_count, median(length) as median_length, max(length) as longest
        from marts.user_records
        where record_kind = 'track_in_a_day'
        """
    )
    row = spread.first
    if not row["user_count"]:
        return
    yield Sentence(
        f"On the day of their greatest obsession, half of {wording.counted(row['user_count'], 'user')} played one "
        f"track at most {wording.counted(row['median_length'], 'time')}, and one person "
        f"{wording.counted(row['longest'], 'time')}.",
        spread.sql,
    )
    asked = marts.ask(
        """
        select length, item_name as track_name, artist_name, strftime(started_on, '%Y-%m-%d') as day, user_id
        from marts.user_records
        where record_kind = 'track_in_a_day'
        order by length desc, user_id
        limit 10
        """
    )
    columns = (
        Column("length", "Plays", ","),
        Column("track_name", "Track"),
        Column("artist_name", "Artist"),
        Column("day", "Day, UTC"),
        Column("user_id", "User"),
    )
    yield Table("obsessions", "Most plays of one track in a day", columns, asked.rows, asked.sql)
