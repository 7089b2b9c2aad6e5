"""Who gains from personal lists over the most popular items: everybody, each tenth of users, each user."""

import altair as alt

from models_py.reports.page.asking import Answered
from models_py.reports.page.blocks import Block, Chart, Missing, Sentence
from models_py.reports.page.drawing import coloured, lines
from models_py.reports.page.insights.limits import limits
from models_py.reports.page.insights.ranges import within
from models_py.reports.page.placing import Span
from models_py.reports.page.study import Board, Study, boards
from models_py.reports.page.theme import values
from models_py.reports.page.wording import counted, figure, interval, percent, signed

COLOURS = {"pays": "@accent", "not sure": "@muted", "does not pay": "@second"}
PARTS = {"better": "@accent", "equal": "@faint", "worse": "@second"}
# segment: what its tenths are by, and their axis
SEGMENTS = {
    "activity": ("by plays", "Tenths of users, fewest plays first"),
    "history_length": ("by how many items they know", "Tenths of users, fewest items first"),
    "mainstreamness": ("by how popular their music is", "Tenths of users, least popular music first"),
}
HEIGHT, BAR = 230, 26
# parts of a bar below this share have no room for their figure
NARROW = 0.12
MOST_POINTS = 200
CLAIMS = (
    "that people would be happier with these lists or play more, since nobody was shown any",
    "that most_popular gives nothing to whom it is level: what is not played in the held-out plays may be liked",
    "that one of many groups differs from its neighbours, since intervals are not corrected for how many are looked at",
)
FEW = "anything about other people, with so few that no interval is known"
NOTHING = "Not enough data: nobody's lists were evaluated, so that no gain over the most popular items is known."


def gains(study: Study) -> list[Block]:
    """Say what personal lists give to everybody and to whom they give most, and draw it."""
    found = boards(study)
    evaluated = _everyone(study)
    judged = [board for board in found if _of(board, evaluated)]
    if not judged:
        return [Missing(NOTHING)]
    blocks: list[Block] = [_overall(board, evaluated) for board in judged]
    blocks.append(_shares(study))
    for board in judged:
        if board.task == "discovery":
            blocks += [block for segment in SEGMENTS for block in _segment(board, segment)]
    few = any(row["low"] is None for row in evaluated.rows)
    return [*blocks, _each_user(study), limits(study, [*CLAIMS, *([FEW] if few else [])])]


def _everyone(study: Study) -> Answered:
    return study.marts.ask(
        """
        select
            s.item_type,
            s.task,
            s.model_name,
            s.k,
            round(s.mean_gain, 4) as mean_gain,
            round(s.ci_low, 4) as low,
            round(s.ci_high, 4) as high,
            s.verdict,
            s.share_better,
            s.share_worse,
            s.share_equal,
            s.n_users,
            p.min_segment_users
        from marts.personalization_segments as s
        cross join marts.evaluation_parameters as p
        where s.segment = 'everyone'
        order by s.item_type desc, s.task
        """
    )


def _of(board: Board, asked: Answered) -> dict[str, object] | None:
    return next((row for row in asked.rows if (row["item_type"], row["task"]) == (board.item_type, board.task)), None)


def _overall(board: Board, asked: Answered) -> Sentence:
    row = _of(board, asked)
    users = counted(row["n_users"], "user")
    if row["model_name"] == "most_popular":
        text = f"{board.title}: most_popular itself is served, so that nothing is personal and nobody gains ({users})."
        return board.study.says(text, asked.sql)
    how = {"pays": "pays", "does not pay": "does not pay", "not sure": "may or may not pay"}[row["verdict"]]
    text = (
        f"{board.title}: personalization {how}. {row['model_name']} differs from most_popular by "
        f"{signed(row['mean_gain'])} {board.ndcg} on average over {users} ({_interval(row)}): "
        f"{percent(row['share_better'])} are better off, {percent(row['share_worse'])} worse, "
        f"{percent(row['share_equal'])} neither."
    )
    return board.study.says(text, asked.sql)


def _interval(row: dict[str, object]) -> str:
    if row["low"] is None:
        return f"no interval: fewer than {counted(row['min_segment_users'], 'user')}"
    return f"95% interval {interval(row['low'], row['high'])}"


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
            case task
                when 'discovery' then 'Discovery'
                when 'repeat' then 'Playing again'
                when 'all' then 'Anything'
                else 'New artists only'
            end || ', ' || item_type || 's' as list,
            part,
            round(starts, 4) as starts,
            round(ends, 4) as ends,
            round((starts + ends) / 2, 4) as middle,
            round(ends - starts, 4) as share,
            case when ends - starts >= {NARROW} then format('{{:.0f}}%', 100 * (ends - starts)) else '' end as text,
            n_users
        from shares
        order by item_type desc, task, part
        """
    )
    rows = asked.rows
    most = max((row for row in rows if row["part"] == "better"), key=lambda row: row["share"])
    least = min((row for row in rows if row["part"] == "better"), key=lambda row: row["share"])
    return Chart(
        "gain_shares",
        "Users better off with personal lists than with the most popular items, and worse",
        "Blue are users to whom the served list gives more, orange those to whom the most popular items give more; "
        "pale between them are those to whom both give the same, which is mostly nothing. Most are better off at "
        f"{_within(most)} ({percent(most['share'])}), fewest at {_within(least)} ({percent(least['share'])}).",
        f"Stacked bars of shares of users that are better off, equal or worse by kind of list: "
        f"{percent(most['share'])} are better off at {_within(most)}, {percent(least['share'])} at {_within(least)}.",
        _bars(rows),
        asked.sql,
    )


def _within(row: dict[str, object]) -> str:
    name = str(row["list"])
    return f"{name[0].lower()}{name[1:]}"


def _bars(rows: list[dict[str, object]]) -> dict[str, object]:
    order = list(dict.fromkeys(row["list"] for row in rows))
    y = alt.Y("list:N", sort=order, title=None, axis=alt.Axis(domain=False, ticks=False))
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
    return alt.layer(bars, text).properties(width="container", height=BAR * len(order)).to_dict()


def _segment(board: Board, segment: str) -> list[Block]:
    words, axis = SEGMENTS[segment]
    asked = board.study.marts.ask(
        f"""
        select
            regexp_replace(s.segment_value, '^tenth 0?', '') as part,
            round(s.mean_gain, 4) as gain,
            round(s.ci_low, 4) as low,
            round(s.ci_high, 4) as high,
            s.verdict as role,
            round(s.share_better, 4) as share_better,
            s.n_users,
            p.min_segment_users
        from marts.personalization_segments as s
        cross join marts.evaluation_parameters as p
        where {board.only("s")} and s.segment = '{segment}' and s.segment_value <> 'unknown'
        order by s.segment_value
        """
    )
    sure = [row for row in asked.rows if row["low"] is not None]
    if len(sure) < 2:
        least = f" {asked.first['min_segment_users']:,}" if asked.rows else ""
        return [
            Missing(
                f"Not enough data: who gains most from {board.meaning} cannot be told {words}; fewer than two tenths "
                f"of users have the{least} users that an interval needs."
            )
        ]
    most, least = max(sure, key=lambda row: row["gain"]), min(sure, key=lambda row: row["gain"])
    pays = [row for row in asked.rows if row["role"] == "pays"]
    few, many = min(row["n_users"] for row in asked.rows), max(row["n_users"] for row in asked.rows)
    chart = Chart(
        f"gain_{segment}_{board.name}",
        f"{board.title}: gain over the most popular items, {words}",
        f"Dots are mean gains of each tenth of users, lines 95% intervals, left out for fewer than "
        f"{counted(sure[0]['min_segment_users'], 'user')}; each tenth has "
        f"{within(few, many, 'evaluated user')}. Blue pays: the whole interval lies above 0, as in {len(pays)} of "
        f"{counted(len(asked.rows), 'tenth')}; grey is not sure, orange does not pay.",
        f"Dots with intervals of the gain in {board.ndcg} by tenth of users {words}: highest {figure(most['gain'])} in "
        f"tenth {most['part']}, lowest {figure(least['gain'])} in tenth {least['part']}.",
        _dots(asked.rows, axis, f"Gain in {board.ndcg}"),
        asked.sql,
    )
    return [_extremes(board, words, most, least, asked.sql), chart]


def _extremes(board: Board, words: str, most: dict[str, object], least: dict[str, object], sql: str) -> Sentence:
    apart = most["low"] > least["high"]
    first = f"tenth {most['part']} ({signed(most['gain'])}, {interval(most['low'], most['high'])})"
    last = f"tenth {least['part']} ({signed(least['gain'])}, {interval(least['low'], least['high'])})"
    told = f"{first} gains more than {last}" if apart else f"no tenth clearly gains more: from {last} to {first}"
    end = "" if apart else ", intervals overlap"
    return board.study.says(f"{board.title}, tenths of users {words}: {told}{end}.", sql)


def _dots(rows: list[dict[str, object]], axis: str, title: str) -> dict[str, object]:
    span = Span.around([0.0, *(row[name] for row in rows for name in ("gain", "low", "high"))], 0.06)
    x = alt.X("part:N", sort=[row["part"] for row in rows], title=axis, axis=alt.Axis(labelAngle=0, ticks=False))
    y = alt.Y("gain:Q", title=title, scale=span.scale(), axis=alt.Axis(format="+.2~f", tickCount=5))
    base = alt.Chart(values(rows)).encode(x=x, color=coloured(COLOURS))
    zero = alt.Chart(values([{"gain": 0}])).mark_rule(strokeDash=[4, 3], strokeWidth=1.5, color="@second")
    tooltip = [
        "part:N",
        "gain:Q",
        "low:Q",
        "high:Q",
        "role:N",
        alt.Tooltip("share_better:Q", format=".0%"),
        "n_users:Q",
    ]
    return (
        alt.layer(
            zero.encode(y=y),
            base.transform_filter("datum.low !== null").mark_rule(strokeWidth=2).encode(y=alt.Y("low:Q"), y2="high:Q"),
            base.mark_point(filled=True, size=60, opacity=1).encode(y=y, tooltip=tooltip),
        )
        .properties(width="container", height=HEIGHT)
        .to_dict()
    )


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
            round(place / n_users, 4) as share,
            round(gain, 4) as gain,
            round(median_gain, 4) as median_gain,
            round(top_tenth_gain, 4) as top_tenth_gain,
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
    rule = alt.Chart(values([{"gain": 0}])).mark_rule(strokeDash=[4, 3], color="@second").encode(y="gain:Q")
    title = f"Gain in NDCG@{rows[0]['k']} (-1 to 1)"
    return Chart(
        "gain_of_users",
        "Discovery: the gain of each user, from the least to the greatest",
        f"Where a line runs at 0, neither list gives anything or both give the same; left of it users are better off "
        f"with the most popular items. {told[0].upper()}{told[1:]}.",
        f"Lines of the gain of users in order: {told}.",
        lines(
            rows,
            alt.X(
                "share:Q",
                title="Share of users with at most this gain",
                scale=alt.Scale(domain=[0, 1], nice=False),
                axis=alt.Axis(format=".0%", tickCount=5, grid=False),
            ),
            ("gain", title, "+.1~f"),
            "items",
            {"tracks": "@accent", "artists": "@third"},
            pointed=False,
            over=[rule],
        ),
        asked.sql,
    )
