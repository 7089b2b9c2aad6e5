"""The chapter on the data: what was loaded, when it was played, and how unevenly."""

import altair as alt

from models_py.reports.page.asking import Marts
from models_py.reports.page.blocks import Chart, Column, Group, Section, Table
from models_py.reports.page.theme import values


def section(marts: Marts) -> Section:
    """Ask for the audit and the long tail."""
    return Section("data", "The data", (Group("load", "What was loaded", (_audit(marts), _long_tail(marts))),))


def _audit(marts: Marts) -> Table:
    asked = marts.ask("select check_name, value from marts.load_audit order by check_name")
    return Table(
        "audit",
        "Every line is accounted for",
        (Column("check_name", "Check"), Column("value", "Lines", ",")),
        asked.rows,
        asked.sql,
    )


def _long_tail(marts: Marts) -> Chart:
    asked = marts.ask(
        """
        select popularity_rank, cumulative_play_share
        from marts.item_popularity
        where item_type = 'artist'
        qualify row_number() over (order by popularity_rank, item_id) <= 200
        order by popularity_rank, item_id
        """
    )
    spec = (
        alt.Chart(values(asked.rows))
        .mark_line()
        .encode(
            x=alt.X("popularity_rank:Q", title="Artists, most played first"),
            y=alt.Y("cumulative_play_share:Q", title="Share of plays", axis=alt.Axis(format="%")),
        )
        .properties(width="container", height=260)
    )
    return Chart("long_tail", "The long tail", "A few artists take most plays.", "Line.", spec.to_dict(), asked.sql)
