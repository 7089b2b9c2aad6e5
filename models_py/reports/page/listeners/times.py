"""When a listener plays: every day, and the hours of the day."""

import altair as alt

from models_py.reports.examples import Example
from models_py.reports.page.asking import Marts, literal
from models_py.reports.page.blocks import Chart, Row
from models_py.reports.page.theme import STEPS, values
from models_py.reports.page.wording import count, counted, day, month, percent

MOST_YEARS = 10
# of colour, as many days in each as can be
LEVELS = 5
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
                percent_rank() over (order by play_count) as place
            from days
            where year > last_year - {MOST_YEARS}
        )

        select
            day,
            play_count as plays,
            week,
            cast({YEAR_ROWS} * year_number + weekday as integer) as row,
            cast(least({LEVELS}, 1 + floor({LEVELS} * place)) as integer) as level,
            row_number() over (order by day) as number
        from placed
        order by day
        """
    )
    first, last = asked.rows[0], asked.rows[-1]
    most = max(asked.rows, key=lambda row: row["plays"])
    caption = (
        f"{counted(last['number'], 'day')} with a play: the stronger the colour, the more plays. "
        f"Most on {day(most['day'])}: {count(most['plays'])}."
    )
    if strongest := [row["plays"] for row in asked.rows if row["level"] == LEVELS]:
        caption += f" The strongest colour is for {count(min(strongest))} or more."
    return Chart(
        f"calendar_{person.kind}",
        "Every day",
        f"{caption} Days are in UTC.",
        f"Calendar, a year per band from {month(first['day'])}, a column per week, a cell per day. {caption}",
        _calendar(asked.rows),
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
            round(hours.play_count / sum(hours.play_count) over (), 6) as share,
            format('{{:02d}}:00 to {{:02d}}:00', hours.hour, (hours.hour + 6) % 24) as six_hours,
            round(windows.six_hours / sum(hours.play_count) over (), 6) as six_hours_share
        from hours
        inner join windows on hours.hour = windows.hour
        order by hours.hour
        """
    )
    busiest = max(asked.rows, key=lambda row: row["six_hours_share"])
    most = max(row["plays"] for row in asked.rows)
    caption = (
        f"{percent(busiest['six_hours_share'])} of the plays are in the six hours from {busiest['six_hours']}; spread "
        f"evenly it would be a quarter. The circle is at {count(most)} plays, the busiest hour. Hours are in UTC, not "
        "the listener's own."
    )
    return Chart(
        f"clock_{person.kind}",
        "Around the clock",
        caption,
        f"Bars around a clock of a whole day, midnight on top, as far out as an hour has plays. {caption}",
        _clock(asked.rows, most),
        asked.sql,
    )


def _calendar(rows: list[Row]) -> dict[str, object]:
    first_year = int(str(rows[0]["day"])[:4])
    years = max(row["row"] for row in rows) // YEAR_ROWS + 1
    bands = [{"band": YEAR_ROWS * year + weekday} for year in range(years) for weekday in range(7)]
    lines = list(range(YEAR_ROWS * years - 1))
    y = alt.Y(
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
    levels = list(range(1, LEVELS + 1))
    empty = (
        alt.Chart(values(bands))
        .mark_rect(color="@faint", opacity=0.5, tooltip=None)
        .encode(y=y.field("band").type("ordinal"))
    )
    cells = (
        alt.Chart(values(rows))
        .mark_rect(stroke="@paper", strokeWidth=0.5)
        .encode(
            x=x,
            y=y.field("row").type("ordinal"),
            color=alt.Color("level:O", legend=None, scale=alt.Scale(domain=levels, range=STEPS[-LEVELS:])),
            tooltip=[alt.Tooltip("day:N", title="Day"), alt.Tooltip("plays:Q", title="Plays", format=",")],
        )
    )
    return (empty + cells).properties(width="container", height=ROW_HEIGHT * len(lines)).to_dict()


def _clock(rows: list[Row], most: int) -> dict[str, object]:
    around = {"scale": alt.Scale(domain=[0, 24], range=[0, 6.283185307179586]), "stack": None}
    bars = (
        alt.Chart(values(rows))
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
        alt.Chart(values([{"at": hour, "label": f"{hour:02}:00"} for hour in (0, 6, 12, 18)]))
        .mark_text(radius=RADIUS + 22, color="@muted", tooltip=None)
        .encode(theta=alt.Theta("at:Q", **around), text="label:N")
    )
    ring = (
        alt.Chart(values([{"from": 0, "to": 24}]))
        .mark_arc(radius=RADIUS, radius2=RADIUS - 1, color="@faint", tooltip=None)
        .encode(theta=alt.Theta("from:Q", **around), theta2="to:Q")
    )
    return (ring + bars + labels).properties(width="container", height=CLOCK_HEIGHT).to_dict()
