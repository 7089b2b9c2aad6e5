"""When a listener plays: every day, and the hours of the day."""

import altair as alt

from models_py.reports.examples import Example
from models_py.reports.page.asking import Marts, literal
from models_py.reports.page.blocks import Chart, Row
from models_py.reports.page.theme import STEPS, values
from models_py.reports.page.wording import count, counted, day, percent

MOST_YEARS = 10
# a year's rows: seven days and a gap
YEAR_ROWS = 8
ROW_HEIGHT = 11
RADIUS, CLOCK_HEIGHT = 104, 222
# weeks in which months begin, in most years
MONTHS = dict(
    zip(
        (0, 4, 9, 13, 17, 22, 26, 30, 35, 39, 44, 48),
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
        strict=True,
    )
)


def calendar(marts: Marts, person: Example) -> Chart:
    """Draw each day of the last years, a year per band of seven rows."""
    asked = marts.ask(
        f"""
        with

        days as (
            select
                day,
                play_count,
                year(day) as year,
                isodow(day) - 1 as weekday,
                date_trunc('year', day) as new_year,
                max(year(day)) over () as last_year
            from marts.user_days
            where user_id = {literal(person.user_id)}
        ),

        placed as (
            select
                *,
                year - min(year) over () as year_number,
                cast(floor((dayofyear(day) + isodow(new_year) - 2) / 7) as integer) as week,
                cast(least(5, 1 + floor(5 * percent_rank() over (order by play_count))) as integer) as level
            from days
            where year > last_year - {MOST_YEARS}
        )

        select
            day,
            play_count as plays,
            week,
            cast({YEAR_ROWS} * year_number + weekday as integer) as row,
            level,
            min(year) over () as first_year,
            count(*) over () as day_count,
            max(play_count) over () as most_plays,
            min(play_count) filter (where level = 5) over () as strongest_plays,
            row_number() over (order by play_count desc, day) = 1 as is_most
        from placed
        order by day
        """
    )
    first, most = asked.first, next(row for row in asked.rows if row["is_most"])
    years = max(row["row"] for row in asked.rows) // YEAR_ROWS + 1
    caption = (
        f"{counted(first['day_count'], 'day')} with a play: the stronger the colour, the more plays. "
        f"Most on {day(most['day'])}: {count(most['plays'])}."
    )
    if first["strongest_plays"] is not None:
        caption += f" The strongest colour is for {count(first['strongest_plays'])} or more."
    return Chart(
        f"calendar_{person.kind}",
        "Every day",
        f"{caption} Days are in UTC.",
        f"Calendar, a year per band from {first['first_year']}, a column per week, a cell per day. {caption}",
        _calendar(asked.rows, first["first_year"], years),
        asked.sql,
    )


def clock(marts: Marts, person: Example) -> Chart:
    """Draw the hours of the day around a clock of 24 hours."""
    asked = marts.ask(
        f"""
        with

        played as (
            select hour, sum(play_count) as play_count
            from marts.user_hours
            where user_id = {literal(person.user_id)}
            group by hour
        ),

        hours as (
            select
                cast(clock.hour as integer) as hour,
                cast(coalesce(played.play_count, 0) as bigint) as play_count
            from range(24) as clock (hour)
            left join played on clock.hour = played.hour
        ),

        windows as (
            select hours.hour, sum(later.play_count) as six_hours
            from hours
            inner join hours as later on (later.hour - hours.hour + 24) % 24 < 6
            group by hours.hour
        )

        select
            hours.hour,
            hours.hour + 1 as until,
            hours.play_count as plays,
            round(hours.play_count / sum(hours.play_count) over (), 4) as share,
            round(windows.six_hours / sum(hours.play_count) over (), 4) as six_hours_share,
            row_number() over (order by windows.six_hours desc, hours.hour) = 1 as is_busiest
        from hours
        inner join windows on hours.hour = windows.hour
        order by hours.hour
        """
    )
    busiest = next(row for row in asked.rows if row["is_busiest"])
    start = busiest["hour"]
    most = max(row["plays"] for row in asked.rows)
    caption = (
        f"{percent(busiest['six_hours_share'])} of the plays are in the six hours from {start:02}:00 to "
        f"{(start + 6) % 24:02}:00; spread evenly it would be 25%. The circle is at {count(most)} plays, the busiest "
        "hour. Hours are in UTC, not the listener's own."
    )
    return Chart(
        f"clock_{person.kind}",
        "Around the clock",
        caption,
        f"Bars around a clock of 24 hours, midnight on top, as far out as an hour has plays. {caption}",
        _clock(asked.rows, most),
        asked.sql,
    )


def _calendar(rows: list[Row], first_year: int, years: int) -> dict[str, object]:
    drawn = [{name: row[name] for name in ("day", "plays", "week", "row", "level")} for row in rows]
    bands = [{"row": YEAR_ROWS * year + weekday} for year in range(years) for weekday in range(7)]
    lines = list(range(YEAR_ROWS * years - 1))
    y = alt.Y(
        "row:O",
        title=None,
        scale=alt.Scale(domain=lines, padding=0),
        axis=alt.Axis(
            values=[YEAR_ROWS * year + 3 for year in range(years)],
            labelExpr=f"format({first_year} + (datum.value - 3) / {YEAR_ROWS}, 'd')",
            ticks=False,
            domain=False,
        ),
    )
    x = alt.X(
        "week:O",
        title=None,
        scale=alt.Scale(domain=list(range(54)), padding=0),
        axis=alt.Axis(
            values=list(MONTHS),
            labelExpr="{" + ", ".join(f"{week}: '{name}'" for week, name in MONTHS.items()) + "}[datum.value]",
            labelAngle=0,
            labelAlign="left",
            ticks=False,
            domain=False,
        ),
    )
    empty = alt.Chart(values(bands)).mark_rect(color="@faint", opacity=0.5, tooltip=None).encode(y=y)
    cells = (
        alt.Chart(values(drawn))
        .mark_rect(stroke="@paper", strokeWidth=0.5)
        .encode(
            x=x,
            y=y,
            color=alt.Color("level:O", legend=None, scale=alt.Scale(domain=[1, 2, 3, 4, 5], range=STEPS[1:])),
            tooltip=[alt.Tooltip("day:N", title="Day"), alt.Tooltip("plays:Q", title="Plays", format=",")],
        )
    )
    return (empty + cells).properties(width="container", height=ROW_HEIGHT * len(lines)).to_dict()


def _clock(rows: list[Row], most: int) -> dict[str, object]:
    drawn = [{name: row[name] for name in ("hour", "until", "plays", "share")} for row in rows]
    around = {"scale": alt.Scale(domain=[0, 24], range=[0, 6.283185307179586]), "stack": None}
    bars = (
        alt.Chart(values(drawn))
        .mark_arc(stroke="@paper", strokeWidth=1.5)
        .encode(
            theta=alt.Theta("hour:Q", **around),
            theta2="until:Q",
            # area, not length, is what the eye compares
            radius=alt.Radius(
                "plays:Q", stack=None, scale=alt.Scale(type="sqrt", zero=True, domain=[0, most], range=[0, RADIUS])
            ),
            tooltip=[
                alt.Tooltip("hour:Q", title="From (UTC)", format="02d"),
                alt.Tooltip("plays:Q", title="Plays", format=","),
                alt.Tooltip("share:Q", title="Share", format=".1%"),
            ],
        )
    )
    labels = (
        alt.Chart(values([{"hour": hour, "label": f"{hour:02}:00"} for hour in (0, 6, 12, 18)]))
        .mark_text(radius=RADIUS + 22, color="@muted", tooltip=None)
        .encode(theta=alt.Theta("hour:Q", **around), text="label:N")
    )
    ring = (
        alt.Chart(values([{"from": 0, "until": 24}]))
        .mark_arc(radius=RADIUS, radius2=RADIUS - 1, color="@faint", tooltip=None)
        .encode(theta=alt.Theta("from:Q", **around), theta2="until:Q")
    )
    return (ring + bars + labels).properties(width="container", height=CLOCK_HEIGHT).to_dict()
