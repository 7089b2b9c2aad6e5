"""Whose music a listener plays: over time, by year, and for the first time."""

import altair as alt

from models_py.reports.examples import Example
from models_py.reports.page.asking import Marts, literal
from models_py.reports.page.blocks import Chart, Column, Missing, Row, Table
from models_py.reports.page.listeners.labels import placed_labels
from models_py.reports.page.theme import CATEGORIES, values
from models_py.reports.page.wording import count, counted, month, percent

# with fewer points of time there is nothing to see over time
FEWEST_PERIODS = 4
# months of history from which on quarters are drawn
LONG = 24
HEIGHT = 280
TOP_OF_YEAR = 5
MONTHS = alt.Axis(format="%b %Y", labelAngle=0, tickCount=5)


def over_time(marts: Marts, person: Example) -> Chart | Missing:
    """Stack the plays of the six most played artists over months, or over quarters of a long history."""
    asked = marts.ask(
        f"""
        with

        months as (
            select month, play_count
            from marts.user_months
            where user_id = {literal(person.user_id)}
        ),

        history as (
            select
                min(month) as first_month,
                max(month) as last_month,
                sum(play_count) as play_count,
                case when date_diff('month', min(month), max(month)) >= {LONG} then 'quarter' else 'month' end as unit
            from months
        ),

        periods as (
            select cast(unnest(generate_series(
                date_trunc(unit, first_month),
                date_trunc(unit, last_month),
                case unit when 'quarter' then interval 3 month else interval 1 month end
            )) as date) as period
            from history
        ),

        played as (
            select
                artists.artist_rank,
                artists.artist_name,
                cast(date_trunc(history.unit, artists.month) as date) as period,
                sum(artists.play_count) as play_count
            from marts.user_artist_months as artists
            cross join history
            where artists.user_id = {literal(person.user_id)} and artists.artist_rank <= {len(CATEGORIES)}
            group by all
        ),

        artists as (
            select distinct artist_rank, artist_name
            from played
        ),

        filled as (
            select
                periods.period,
                artists.artist_rank,
                artists.artist_name,
                cast(coalesce(played.play_count, 0) as bigint) as play_count
            from periods
            cross join artists
            left join played on periods.period = played.period and artists.artist_rank = played.artist_rank
        )

        select
            filled.period,
            filled.artist_rank as rank,
            filled.artist_name as artist,
            filled.play_count as plays,
            cast(coalesce(sum(filled.play_count) over (
                partition by filled.period
                order by filled.artist_rank
                rows between unbounded preceding and 1 preceding
            ), 0) as bigint) as bottom,
            cast(sum(filled.play_count) over (
                partition by filled.period order by filled.artist_rank
            ) as bigint) as top,
            history.unit,
            round(sum(filled.play_count) over () / history.play_count, 6) as share
        from filled
        cross join history
        order by filled.period, filled.artist_rank
        """
    )
    first = asked.first
    if len({row["period"] for row in asked.rows}) < FEWEST_PERIODS:
        return Missing(
            f"Not enough data: the plays of {person.user_id} are of too few months to draw artists over time."
        )
    artists = max(row["rank"] for row in asked.rows)
    leader = next(row for row in asked.rows if row["rank"] == 1)
    of = f"the {artists} most played artists" if artists > 1 else "the only artist"
    caption = (
        f"Plays of {of}, {percent(first['share'])} of all plays, per {first['unit']}. "
        f"The one at the bottom, {leader['artist']}, is the most played."
    )
    return Chart(
        f"artists_over_time_{person.kind}",
        "Artists over time",
        caption,
        f"Stacked areas, one per artist, over time, plays per {first['unit']} upward. {caption}",
        _stream(asked.rows, str(first["unit"])),
        asked.sql,
    )


def by_year(marts: Marts, person: Example) -> Table:
    """List the most played artists of each year."""
    asked = marts.ask(
        f"""
        select
            year,
            string_agg(
                artist_name || ' (' || format('{{:,}}', play_count) || ')', ', ' order by rank
            ) as artists
        from marts.user_artist_years
        where user_id = {literal(person.user_id)} and rank <= {TOP_OF_YEAR}
        group by year
        order by year desc
        """
    )
    return Table(
        f"artists_by_year_{person.kind}",
        "Most played artists of each year",
        (Column("year", "Year", "d"), Column("artists", "Artists (plays)")),
        asked.rows,
        asked.sql,
    )


def discoveries(marts: Marts, person: Example) -> Chart:
    """Draw how many artists the listener heard for the first time, month by month."""
    asked = marts.ask(
        f"""
        select
            month,
            cast(month + interval 1 month as date) as until,
            discovery_count as artists,
            play_count as plays,
            sum(discovery_count) over () as artist_count,
            row_number() over (order by month) as number
        from marts.user_months
        where user_id = {literal(person.user_id)}
        order by month
        """
    )
    most = max(asked.rows, key=lambda row: row["artists"])
    caption = (
        f"{counted(asked.first['artist_count'], 'artist')} in {counted(asked.rows[-1]['number'], 'month')} with a "
        f"play. Most are new in {month(most['month'])}: {count(most['artists'])}. At first all music is new."
    )
    bars = (
        alt.Chart(values(asked.rows))
        .mark_rect(x2Offset=-1)
        .encode(
            x=alt.X("month:T", title=None, axis=MONTHS),
            x2="until:T",
            y2=alt.datum(0),
            y=alt.Y("artists:Q", title="Artists heard for the first time", axis=alt.Axis(tickMinStep=1, tickCount=5)),
            tooltip=[
                alt.Tooltip("month:N", title="Month from"),
                alt.Tooltip("artists:Q", title="New artists", format=","),
                alt.Tooltip("plays:Q", title="Plays", format=","),
            ],
        )
        .properties(width="container", height=200)
    )
    return Chart(
        f"discoveries_{person.kind}",
        "Discoveries per month",
        caption,
        f"Bars, one per month, as high as artists were played for the first time. {caption}",
        bars.to_dict(),
        asked.sql,
    )


def _stream(rows: list[Row], unit: str) -> dict[str, object]:
    ranks = list(range(1, len(CATEGORIES) + 1))
    x = alt.X(type="temporal", title=None, axis=MONTHS)
    colour = alt.Color(type="ordinal", legend=None, scale=alt.Scale(domain=ranks, range=CATEGORIES))
    areas = (
        alt.Chart(values(rows))
        .mark_area(interpolate="monotone", stroke="@paper", strokeWidth=0.5)
        .encode(
            x=x.field("period"),
            y=alt.Y("bottom:Q", title=f"Plays per {unit}", axis=alt.Axis(tickCount=5, tickMinStep=1)),
            y2="top:Q",
            color=colour.field("rank"),
            tooltip=[alt.Tooltip("artist:N", title="Artist")],
        )
    )
    labels = placed_labels(rows, HEIGHT)
    layers = [areas]
    for align in ("left", "center", "right"):
        if of_align := [label for label in labels if label["align"] == align]:
            # in the colour of its area, with a halo that keeps it legible on any other
            halo = {"stroke": "@paper", "strokeWidth": 4, "strokeJoin": "round"}
            text = alt.Chart(values(of_align)).mark_text(
                align=align, baseline="middle", fontWeight="bold", tooltip=None, **halo
            )
            layers.append(text.encode(x=x.field("at"), y="place:Q", text="label:N", color=colour.field("area")))
    return alt.layer(*layers).properties(width="container", height=HEIGHT).to_dict()
