"""Who gains from personal lists over the most popular items: everybody, and each user."""

import altair as alt

from models_py.reports.page.asking import Answered
from models_py.reports.page.blocks import Block, Chart, Column, Missing, Sentence, Table
from models_py.reports.page.drawing import Look, coloured, lines
from models_py.reports.page.insights.limits import limits
from models_py.reports.page.insights.tenths import ITEMS, SEGMENTS, tenths
from models_py.reports.page.insights.words import called, order
from models_py.reports.page.study import Study
from models_py.reports.page.theme import values
from models_py.reports.page.wording import counted, figure, interval, percent, signed

PARTS = {"better": "@accent", "equal": "@faint", "worse": "@second"}
BAR = 26
# parts of a bar below this share have no room for their figure
NARROW = 0.12
MOST_POINTS = 200
CLAIMS = (
    "that people would be happier with these lists or play more, since nobody was shown any",
    "that a list is worth nothing to whom it gains nothing: what is not among the held-out plays may be liked",
    "that one of many groups differs from its neighbours, since intervals are not corrected for how many are looked at",
)
FEW = "anything about other people, with so few that no interval is known"
NOTHING = "Not enough data: nobody's lists were evaluated, so that no gain over the most popular items is known."


def gains(study: Study) -> list[Block]:
    """Say what personal lists give to everybody and to whom they give most, and draw it."""
    everyone = _everyone(study)
    if not everyone.rows:
        return [Missing(NOTHING)]
    by_segment = [block for segment in SEGMENTS for block in tenths(study, segment)]
    few = any(row["low"] is None for row in everyone.rows)
    claims = [*CLAIMS, *([FEW] if few else [])]
    shown = [_overall(study, everyone), _shares(study), _table(everyone)]
    return [*shown, *by_segment, _each_user(study), limits(study, claims)]


def _everyone(study: Study) -> Answered:
    return study.marts.ask(
        f"""
        select
            {called("s")} as list,
            s.model_name,
            s.k,
            s.mean_gain as gain,
            s.ci_low as low,
            s.ci_high as high,
            s.verdict,
            s.share_better,
            s.share_equal,
            s.share_worse,
            s.n_users,
            count(*) filter (where s.verdict = 'pays') over () as paying_count,
            count(*) over () as list_count,
            p.min_segment_users
        from marts.personalization_segments as s
        cross join marts.evaluation_parameters as p
        where s.segment = 'everyone'
        order by {order("s")}
        """
    )


def _overall(study: Study, asked: Answered) -> Sentence:
    pays = [row for row in asked.rows if row["verdict"] == "pays"]
    others = [row for row in asked.rows if row["verdict"] != "pays"]
    kinds = counted(asked.first["list_count"], "kind of list", "kinds of lists")
    told = f"Personalization pays for {asked.first['paying_count']} of {kinds}."
    if pays:
        most, least = (choose(pays, key=lambda row: row["gain"]) for choose in (max, min))
        ends = [_gained(least), *([_gained(most)] if most is not least else [])]
        told += f" Over most_popular, users gain {'from ' * (len(ends) > 1)}{' to '.join(ends)}."
    if others:
        named = "; ".join(f"{_within(row)} ({_why(row)})" for row in others)
        told += f" It is not known to pay for {named}."
    return study.says(told, asked.sql)


def _gained(row: dict[str, object]) -> str:
    return (
        f"{signed(row['gain'])} NDCG@{row['k']} (95% interval {interval(row['low'], row['high'])}) for {_within(row)}"
    )


def _why(row: dict[str, object]) -> str:
    if row["model_name"] == "most_popular":
        return "most_popular itself is served"
    if row["low"] is None:
        return f"{signed(row['gain'])} over {counted(row['n_users'], 'user')}, too few for an interval"
    return f"{signed(row['gain'])}, 95% interval {interval(row['low'], row['high'])}"


def _table(asked: Answered) -> Table:
    return Table(
        "gains",
        "What personal lists give over the most popular items",
        (
            Column("list", "List"),
            Column("model_name", "Served"),
            Column("gain", f"Gain in NDCG@{asked.first['k']}", "+.3f"),
            Column("low", "95% from", "+.3f"),
            Column("high", "to", "+.3f"),
            Column("verdict", "Verdict"),
            Column("share_better", "Better off", ".0%"),
            Column("share_worse", "Worse", ".0%"),
            Column("n_users", "Users", ","),
        ),
        asked.rows,
        asked.sql,
        "Personalization pays where the whole interval lies above 0, and does not where it ends at 0 or below. There "
        f"is no interval for fewer than {counted(asked.first['min_segment_users'], 'user')}.",
    )


def _shares(study: Study) -> Chart:
    asked = study.marts.ask(
        f"""
        with shares as (
            select item_type, task, n_users, 'better' as part, 0 as starts, share_better as ends
            from marts.personalization_segments where segment = 'everyone'
            union all
            select item_type, task, n_users, 'equal', share_better, share_better + share_equal
            from marts.personalization_segments where segment = 'everyone'
            union all
            select item_type, task, n_users, 'worse', share_better + share_equal, 1
            from marts.personalization_segments where segment = 'everyone'
        )

        select
            {called("shares")} as list,
            part,
            round(starts, 6) as starts,
            round(ends, 6) as ends,
            round((starts + ends) / 2, 6) as middle,
            round(ends - starts, 6) as share,
            case when ends - starts >= {NARROW} then format('{{:.0f}}%', 100 * (ends - starts)) else '' end as text,
            n_users
        from shares
        order by {order("shares")}, part
        """
    )
    rows = asked.rows
    most = max((row for row in rows if row["part"] == "better"), key=lambda row: row["share"])
    least = min((row for row in rows if row["part"] == "better"), key=lambda row: row["share"])
    return Chart(
        "gain_shares",
        "Users better off with personal lists than with the most popular items, and worse",
        "Blue are users to whom the served list gives more, orange those to whom the most popular items give more; "
        "pale between them are those to whom both give the same, which is mostly nothing. Most are better off with "
        f"{_within(most)} ({percent(most['share'])}), fewest with {_within(least)} ({percent(least['share'])}).",
        f"Stacked bars of shares of users that are better off, equal or worse by kind of list: "
        f"{percent(most['share'])} are better off with {_within(most)}, {percent(least['share'])} with "
        f"{_within(least)}.",
        _bars(rows),
        asked.sql,
    )


def _within(row: dict[str, object]) -> str:
    name = str(row["list"])
    return f"{name[0].lower()}{name[1:]}"


def _bars(rows: list[dict[str, object]]) -> dict[str, object]:
    names = list(dict.fromkeys(row["list"] for row in rows))
    y = alt.Y("list:N", sort=names, title=None, axis=alt.Axis(domain=False, ticks=False))
    scale = alt.Scale(domain=[0, 1], nice=False)
    base = alt.Chart(values(rows)).encode(y=y)
    bars = base.mark_bar(size=BAR * 0.7, cornerRadiusEnd=0).encode(
        x=alt.X("starts:Q", title="Share of users", scale=scale, axis=alt.Axis(format=".0%", tickCount=5)),
        x2="ends:Q",
        color=coloured(PARTS, "part"),
        tooltip=["list:N", "part:N", alt.Tooltip("share:Q", format=".1%"), "n_users:Q"],
    )
    on_colour = alt.condition("datum.part === 'equal'", alt.value("@ink"), alt.value("@paper"))
    text = base.mark_text(tooltip=None).encode(x=alt.X("middle:Q", scale=scale), text="text:N", color=on_colour)
    return alt.layer(bars, text).properties(width="container", height=BAR * len(names)).to_dict()


def _each_user(study: Study) -> Block:
    asked = study.marts.ask(
        f"""
        with ranked as (
            select
                item_type || 's' as items,
                k,
                gain,
                row_number() over (partition by item_type order by gain, user_id) as place,
                count(*) over (partition by item_type) as n_users,
                quantile_cont(gain, 0.5) over (partition by item_type) as median_gain,
                quantile_cont(gain, 0.9) over (partition by item_type) as top_tenth_gain
            from marts.personalization_gain
            where task = 'discovery' and gain is not null
        )

        select
            items,
            k,
            round(place / n_users, 6) as share,
            round(gain, 6) as gain,
            median_gain,
            top_tenth_gain,
            n_users
        from ranked
        where place in (1, n_users) or place % greatest(1, n_users // {MOST_POINTS}) = 0
        order by items desc, share
        """
    )
    rows = [row for row in asked.rows if row["n_users"] > 1]
    if not rows:
        return Missing("Not enough data: gains of discovery are known of fewer than two users.")
    ends = {row["items"]: row for row in rows}
    told = "; ".join(
        f"{name}, half of {counted(row['n_users'], 'user')} gain {figure(row['median_gain'])} or more, a tenth "
        f"{figure(row['top_tenth_gain'])} or more"
        for name, row in ends.items()
    )
    rule = alt.Chart(values([{"at": 0}])).mark_rule(strokeDash=[4, 3], color="@second").encode(y="at:Q")
    title = f"Gain in NDCG@{rows[0]['k']} (-1 to 1)"
    return Chart(
        "gain_of_users",
        "Discovery: the gain of each user, from the least to the greatest",
        f"Where a line runs at 0, neither list gives anything or both give the same; where it runs below, users are "
        f"better off with the most popular items. {told[0].upper()}{told[1:]}.",
        f"Lines of the gain of users in order: {told}.",
        lines(
            [{**row, "series": row["items"]} for row in rows],
            alt.X(
                "share:Q",
                title="Share of users with at most this gain",
                scale=alt.Scale(domain=[0, 1], nice=False),
                axis=alt.Axis(format=".0%", tickCount=5, grid=False),
            ),
            ("gain", title, "+.1~f"),
            {name: Look(colour) for name, colour in ITEMS.items()},
            is_stepped=True,
            over=[rule],
        ),
        asked.sql,
    )
