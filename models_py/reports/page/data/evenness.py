"""How unevenly plays are spread: over artists and tracks, and over people."""

from collections.abc import Iterator

import altair as alt

from models_py.reports.page import wording
from models_py.reports.page.asking import Marts
from models_py.reports.page.blocks import Block, Chart, Group, Missing, Row, Sentence
from models_py.reports.page.theme import room, values

LEAST_ITEMS = 2


def group(marts: Marts) -> Group:
    """Ask for the long tail and for what the heaviest listeners hold."""
    return Group("tail", "The long tail", list(_blocks(marts)))


def _blocks(marts: Marts) -> Iterator[Block]:
    heads = marts.ask(
        """
        select item_type, count(*) as item_count,
            min(popularity_rank) filter (cumulative_play_share >= 0.5) as half_rank,
            min(popularity_rank) filter (cumulative_play_share >= 0.5) / count(*) as half_share,
            max(cumulative_play_share) filter (popularity_rank <= ceil(0.01 * items)) as top_share,
            count(*) filter (listener_count = 1) / count(*) as single_share
        from (select *, count(*) over (partition by item_type) as items from marts.item_popularity)
        group by item_type
        order by item_type
        """
    )
    rows = [row for row in heads.rows if row["item_count"] >= LEAST_ITEMS]
    if not rows:
        yield Missing("Not enough data: fewer than two artists or tracks were played.")
        return
    for row in rows:
        yield Sentence(_of_tail(row), heads.sql)
    yield _lorenz(marts)
    yield from _people(marts)


def _of_tail(row: Row) -> str:
    kind = row["item_type"]
    single = (
        f"{wording.percent(row['single_share'])} of the {kind}s have a single listener."
        if row["single_share"]
        else f"Every {kind} has more than one listener."
    )
    return (
        f"Of {wording.counted(row['item_count'], str(kind))}, the {wording.count(row['half_rank'])} most played "
        f"({wording.percent(row['half_share'])}) take half of all plays, and the first hundredth takes "
        f"{wording.percent(row['top_share'])}. {single}"
    )


def _lorenz(marts: Marts) -> Chart:
    asked = marts.ask(
        """
        with ginis as (
            select item_type, item_type || 's: Gini ' || printf('%.2f', gini_of_plays) as curve
            from marts.matrix_sparsity
            where split_name = 'full' and stage = 'all'
        )
        select curve, item_share, play_share,
            case when item_share = 0 then 1.06 - 0.09 * dense_rank() over (order by curve) end as label_height
        from marts.lorenz_points
        inner join ginis using (item_type)
        order by curve, item_share, play_share
        """
    )
    curves = list(dict.fromkeys(str(row["curve"]) for row in asked.rows))
    chart = alt.Chart(values(asked.rows)).encode(color=alt.Color("curve:N", legend=None, sort=curves))
    share = alt.Axis(format="%", tickCount=5)
    lines = chart.mark_line().encode(
        x=alt.X("item_share:Q", title="Share of artists or tracks, least played first", axis=share),
        y=alt.Y("play_share:Q", title="Share of plays", axis=share, scale=alt.Scale(domain=[0, 1])),
        order="item_share:Q",
    )
    # above the diagonal there is never a curve
    named = values([row for row in asked.rows if row["label_height"] is not None])
    labels = (
        chart.properties(data=named)
        .mark_text(align="left", dx=8)
        .encode(x="item_share:Q", y="label_height:Q", text="curve:N")
    )
    ends = [{"share": 0}, {"share": 1}]
    even = alt.Chart(values(ends)).mark_line(strokeDash=[4, 4], color="@muted", strokeWidth=1, tooltip=False)
    drawn = (even.encode(x="share:Q", y="share:Q") + lines + labels).properties(width="container", height=300)
    return Chart(
        "long_tail",
        "How unevenly plays are spread over artists and tracks",
        "Each curve says how much of all plays the least played so many take. The dashed line is where all are played "
        "alike; the further a curve sags below it, the more the few take, and the nearer its Gini coefficient is to "
        "one.",
        f"Lorenz curves: share of items across, share of plays up; {wording.listed(curves)}.",
        drawn.to_dict(),
        asked.sql,
    )


def _people(marts: Marts) -> Iterator[Block]:
    held = marts.ask(
        """
        select item_type, user_count,
            max(share_of_weight) filter (treatment = 'raw') as raw_share,
            max(share_of_weight) filter (treatment = 'capped') as capped_share,
            max(share_of_weight) filter (treatment = 'log') as log_share
        from marts.play_concentration
        where share_of_users = 0.1
        group by all
        order by item_type
        limit 1
        """
    )
    if not held.rows:
        return
    row = held.first
    yield Sentence(
        f"People differ as well. The most active tenth ({wording.counted(row['user_count'], 'user')}) hold "
        f"{wording.percent(row['raw_share'])} of all plays. Where plays of {row['item_type']}s are counted up to a "
        f"cap, they hold {wording.percent(row['capped_share'])} of the weight, and where the logarithm of plays "
        f"counts, {wording.percent(row['log_share'])}"
        + (": so the others are heard better." if row["log_share"] < row["raw_share"] else "."),
        held.sql,
    )
    asked = marts.ask(
        """
        select
            item_type || 's: ' || case treatment
                when 'raw' then 'plays as they are' when 'capped' then 'plays up to a cap' else 'logarithm of plays'
            end as weighting,
            if(share_of_users = 0.1, 'tenth of users', 'hundredth') as heaviest,
            share_of_weight, gini,
            share_of_users = 0.1
                or max(share_of_weight) over (partition by item_type, treatment) - share_of_weight > 0.15 as is_labelled
        from marts.play_concentration
        order by item_type, list_position(['raw', 'capped', 'log'], treatment), share_of_users
        """
    )
    order = list(dict.fromkeys(str(row["weighting"]) for row in asked.rows))
    chart = alt.Chart(values(asked.rows)).encode(
        y=alt.Y("weighting:N", title=None, sort=order),
        x=alt.X(
            "share_of_weight:Q",
            title="Share of the weight of all users",
            axis=alt.Axis(format="%", tickCount=5),
            scale=alt.Scale(domainMin=0, nice=True),
        ),
        color=alt.Color(
            "heaviest:N", title="Most active", sort=["hundredth", "tenth of users"], legend=alt.Legend(orient="top")
        ),
    )
    points = chart.mark_circle(size=90, opacity=1).encode(
        tooltip=["weighting:N", "heaviest:N", alt.Tooltip("share_of_weight:Q", format=".1%"), "gini:Q"]
    )
    # a label that the other one leaves room for
    named = chart.properties(data=values([row for row in asked.rows if row["is_labelled"]]))
    labels = named.mark_text(align="left", dx=8).encode(text=alt.Text("share_of_weight:Q", format=".0%"))
    drawn = (points + labels).properties(width="container", height=alt.Step(26), padding=room(right=36))
    yield Chart(
        "play_concentration",
        "What the most active listeners hold",
        "Shares of all weight held by the most active hundredth and tenth of users, ranked anew under each weighting. "
        "The cap is a number of plays of one item that all but a twentieth of pairs of user and item keep below.",
        f"Dots: weightings down ({wording.listed(order)}), share of the weight across.",
        drawn.to_dict(),
        asked.sql,
    )
