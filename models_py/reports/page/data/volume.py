"""When people play: months, hours and days of the week."""

from collections.abc import Iterator

import altair as alt

from models_py.reports.page import wording
from models_py.reports.page.asking import Answered, Marts
from models_py.reports.page.blocks import Block, Chart, Group, Missing, Sentence
from models_py.reports.page.theme import MONTHS, STEPS, room, values

NO_TIMES = (
    "Not enough data: the files hold play counts without times, so nothing can be said of months, days and hours."
)


def group(marts: Marts) -> Group:
    """Ask for plays over time."""
    months = marts.ask(
        """
        select month, month + interval 1 month as month_end, is_whole, play_count, user_count, new_user_count
        from marts.plays_by_month
        order by month
        """
    )
    blocks = _blocks(marts, months) if months.rows else [Missing(NO_TIMES)]
    return Group("time", "When it was played", list(blocks))


def _blocks(marts: Marts, months: Answered) -> Iterator[Block]:
    busiest = marts.ask(
        """
        select month, play_count, user_count,
            count(*) over () as month_count,
            min(month) over () as first_month, max(month) over () as last_month
        from marts.plays_by_month
        order by is_whole desc, play_count desc, month
        limit 1
        """
    )
    row = busiest.first
    yield Sentence(
        f"Plays lie in {wording.counted(row['month_count'], 'month')} from {wording.month(row['first_month'])} to "
        f"{wording.month(row['last_month'])}. The busiest is {wording.month(row['month'])}, with "
        f"{wording.counted(row['play_count'], 'play')} by {wording.counted(row['user_count'], 'user')}.",
        busiest.sql,
    )
    yield _plays(months)
    yield from _users(marts)
    yield from _hours(marts)


def _plays(months: Answered) -> Chart:
    rows = months.rows
    most = max(row["play_count"] for row in rows)
    partial = not all(row["is_whole"] for row in rows)
    bars = (
        alt.Chart(values(rows))
        .mark_rect(stroke="@paper", strokeWidth=1)
        .encode(
            x=alt.X("month:T", title=None, axis=MONTHS),
            x2="month_end:T",
            y=alt.Y("play_count:Q", title="Plays per month"),
            y2=alt.datum(0),
            color=alt.condition("datum.is_whole", alt.value("@accent"), alt.value("@step3")),
        )
        .properties(width="container", height=220)
    )
    return Chart(
        "plays_by_month",
        "Plays by month",
        "Pale bars are months within which the data begin or end, so that they count too little."
        if partial
        else "Every month is covered from its first day to its last.",
        f"Bars: months from {wording.month(rows[0]['month'])} to {wording.month(rows[-1]['month'])} across, plays per "
        f"month up, at most {wording.count(most)}.",
        bars.to_dict(),
        months.sql,
    )


def _users(marts: Marts) -> Iterator[Chart]:
    # the label of the lower line keeps clear of the other one's
    asked = marts.ask(
        """
        select month, kind, value,
            case when month = max(month) over () then kind end as label,
            case when kind = 'new' then least(value, max(value) over (partition by month) - 0.1 * max(value) over ())
                else value end as label_height
        from marts.plays_by_month
        unpivot (value for kind in (user_count as active, new_user_count as new))
        where is_whole
        order by kind, month
        """
    )
    if len(asked.rows) <= 2:
        return
    chart = alt.Chart(values(asked.rows)).encode(
        x=alt.X("month:T", title=None, axis=MONTHS), color=alt.Color("kind:N", legend=None)
    )
    lines = chart.mark_line().encode(y=alt.Y("value:Q", title="Users per month"))
    named = values([row for row in asked.rows if row["label"]])
    labels = (
        chart.properties(data=named).mark_text(align="left", dx=6, dy=-5).encode(y="label_height:Q", text="label:N")
    )
    drawn = (lines + labels).properties(width="container", height=200, padding=room(right=56))
    active = [row for row in asked.rows if row["kind"] == "active"]
    most = max(active, key=lambda row: row["value"])
    yield Chart(
        "users_by_month",
        "People who played in a month, and who played for the first time",
        f"Most people played in {wording.month(most['month'])}: {wording.count(most['value'])}. Who had played before "
        "the data begin is new in the first months all the same.",
        f"Two lines: months from {wording.month(active[0]['month'])} to {wording.month(active[-1]['month'])} across, "
        f"users up, active ones at most {wording.count(most['value'])}; new ones below.",
        drawn.to_dict(),
        asked.sql,
    )


def _hours(marts: Marts) -> Iterator[Block]:
    peak = marts.ask(
        """
        select
            dayname(date '2024-01-01' + cast(max_by(weekday, play_count) - 1 as integer)) as weekday,
            printf('%02d:00', max_by(hour, play_count)) as hour,
            max(play_share) as play_share,
            sum(play_share) filter (weekday >= 6) as weekend_share,
            sum(play_share) filter (hour < 6) as night_share
        from marts.plays_by_hour
        """
    )
    row = peak.first
    yield Sentence(
        f"The busiest hour of the week begins on {row['weekday']} at {row['hour']} UTC, with "
        f"{wording.percent(row['play_share'])} of all plays. {wording.percent(row['weekend_share'])} of plays fall on "
        f"Saturday and Sunday, and {wording.percent(row['night_share'])} in the six hours after midnight.",
        peak.sql,
    )
    asked = marts.ask(
        """
        select weekday, dayname(date '2024-01-01' + cast(weekday - 1 as integer))[:3] as day, hour,
            play_count, play_share
        from marts.plays_by_hour
        order by weekday, hour
        """
    )
    largest = max(asked.rows, key=lambda row: row["play_share"])
    cells = (
        alt.Chart(values(asked.rows))
        .mark_rect(stroke="@paper", strokeWidth=1)
        .encode(
            x=alt.X(
                "hour:O",
                title="Hour of the day, UTC",
                axis=alt.Axis(values=list(range(0, 24, 3)), labelAngle=0, domain=False, ticks=False),
            ),
            y=alt.Y("day:O", title=None, sort=alt.SortField("weekday"), axis=alt.Axis(domain=False, ticks=False)),
            color=alt.Color(
                "play_share:Q",
                title="Share of all plays",
                scale=alt.Scale(type="quantize", domain=[0, largest["play_share"]], range=STEPS),
                legend=alt.Legend(
                    orient="top", format=".2%", gradientLength=240, gradientThickness=10, titleOrient="top"
                ),
            ),
            tooltip=["day:O", "hour:O", "play_count:Q", alt.Tooltip("play_share:Q", format=".2%")],
        )
        .properties(width="container", height=240)
    )
    yield Chart(
        "plays_by_hour",
        "Plays by hour and day of the week",
        "The more a cell stands out, the more of all plays fall in that hour. Hours are UTC, and listeners live in "
        "many time zones: this is the clock of the service, not of anybody's day.",
        f"Heat map: hours of the day across, days of the week down, shares of all plays by colour, the largest on "
        f"{largest['day']} in the hour from {largest['hour']}.",
        cells.to_dict(),
        asked.sql,
    )
