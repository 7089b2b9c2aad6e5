"""Second finding: what can be recommended, task by task, and how sure that is."""

from collections.abc import Iterator, Sequence

import altair as alt

from models_py.reports.page import wording
from models_py.reports.page.asking import Answered, Marts
from models_py.reports.page.blocks import Block, Chart, Group, Missing, Row, Sentence
from models_py.reports.page.theme import values

TASKS = {
    "discovery": "New {}s",
    "repeat": "{}s played before",
    "all": "{}s, new or not",
    "new_artists": "{}s by new artists alone",
}
# kinds of discovery, by the names of the segments
KINDS = {
    "known_artist": "by artists whom the person knows",
    "new_artist": "by artists new to the person",
    "known_group": "of groups of which the person knows some",
    "new_group": "of groups new to the person",
}
WITH_LEADERS = """\
with compared as (
    select c.*
    from marts.model_comparisons as c
    inner join marts.evaluation_parameters as p on c.split_name = p.default_split
),
ties as (
    select item_type, task, count(*) as tie_count,
        list(model_name order by mean_difference desc, model_name)[:3] as nearest, count(*) - 3 as further_count
    from compared
    where compared_with = 'leader' and verdict = 'tie'
    group by all
),
baselines as (
    select distinct item_type, task, baseline_name from compared where compared_with = 'best_baseline'
),
leaders as (
    select l.item_type, l.task, l.model_name, l.k, l.n_users, l.ndcg, l.ndcg_ci_low, l.ndcg_ci_high,
        coalesce(l.lead_is_real, false) as lead_is_real, r.is_baseline, coalesce(t.tie_count, 0) as tie_count,
        t.nearest, t.further_count,
        b.baseline_name, o.ndcg as baseline_ndcg, o.ndcg_ci_low as baseline_low, o.ndcg_ci_high as baseline_high,
        c.mean_difference, c.ci_low, c.ci_high, c.p_value_adjusted, c.verdict
    from marts.model_leaderboard as l
    inner join marts.evaluation_parameters as p on l.split_name = p.default_split
    inner join marts.model_runs as r
        on l.split_name = r.split_name and l.item_type = r.item_type and l.task = r.task
            and l.model_name = r.model_name
    left join ties as t on l.item_type = t.item_type and l.task = t.task
    left join baselines as b on l.item_type = b.item_type and l.task = b.task
    left join marts.model_leaderboard as o
        on l.split_name = o.split_name and l.item_type = o.item_type and l.task = o.task
            and b.baseline_name = o.model_name
    left join compared as c
        on l.item_type = c.item_type and l.task = c.task and l.model_name = c.model_name
            and c.compared_with = 'best_baseline'
    where l.leaderboard_rank = 1
)"""
PLACE = "list_position(['discovery', 'repeat', 'all', 'new_artists'], task)"

BESIDE_BASELINES = f"""\
listed as (
    select *, {PLACE} as place,
        0.5 * max(ndcg_ci_high) over () as middle
    from leaders
)
select item_type, task, place, 'first' as kind, model_name, ndcg, ndcg_ci_low as low, ndcg_ci_high as high,
    ndcg_ci_low > middle as is_high
from listed
union all
select item_type, task, place, 'baseline' as kind, baseline_name, baseline_ndcg, baseline_low, baseline_high,
    baseline_low > middle as is_high
from listed
where baseline_name <> model_name
order by place, item_type desc, kind desc"""


def group(marts: Marts) -> Group:
    """Ask who leads in each task, and over what."""
    leaders = marts.ask(f"{WITH_LEADERS}\nselect * from leaders\norder by {PLACE}, item_type desc")
    blocks = list(_blocks(marts, leaders)) if leaders.rows else [Missing(_why_nothing(marts))]
    return Group("recommend", "Finding 2: what can be recommended", blocks)


def _why_nothing(marts: Marts) -> str:
    row = marts.ask(
        """
        select p.min_users_to_learn,
            (select count(*) from marts.model_runs where split_name = default_split and status = 'ok') as fitted_count,
            (select count(distinct user_id) from marts.training_users where split_name = default_split) as user_count
        from marts.evaluation_parameters as p
        """
    ).first
    if row["fitted_count"]:
        return "Not enough data: no user has anything in the test part that a list could be judged by."
    if row["user_count"] < row["min_users_to_learn"]:
        return "Not enough data: too few users are active to learn from, so no model was fitted and none is compared."
    return "Not enough data: no results of these training rows are stored; `make fit` makes them."


def _blocks(marts: Marts, leaders: Answered) -> Iterator[Block]:
    yield Sentence(wording.claim(_lead(leaders.rows), marts.is_demo), leaders.sql, is_lead=True)
    yield Sentence(
        "Lists are judged by what people played afterwards, or by what was hidden of it: NDCG is one where all of that "
        "comes first, and zero where none is listed. Brackets hold 95% intervals over users; 'level' is what a paired "
        "comparison cannot tell apart."
    )
    for row in leaders.rows:
        yield Sentence(_of_leader(row), leaders.sql)
    yield from _kinds(marts)
    yield _beside_baselines(marts)


def _lead(rows: Sequence[Row]) -> str:
    new = [row for row in rows if row["task"] == "discovery"]
    known = [row for row in rows if row["task"] == "repeat"]
    if all(row["verdict"] == "better" for row in new):
        said = "For what is new to people, a model is better than what everybody plays"
    elif any(row["verdict"] == "better" for row in new):
        said = "For some of what is new to people, a model is better than what everybody plays"
    else:
        said = "For what is new to people, no model is shown to be better than what everybody plays"
    if not known:
        return f"{said}."
    if all(row["is_baseline"] for row in known):
        return f"{said}; for what they know, their own history alone comes first."
    if all(row["verdict"] == "better" for row in known):
        return f"{said}; for what they know, a model is better than their own history alone."
    return f"{said}; for what they know, no model is shown to be better than their own history alone."


def _task(row: Row) -> str:
    task = TASKS[str(row["task"])].format(row["item_type"])
    return f"{task[0].upper()}{task[1:]}"


def _of_leader(row: Row) -> str:
    score = (
        f"NDCG@{row['k']} {wording.figure(row['ndcg'])} ({wording.interval(row['ndcg_ci_low'], row['ndcg_ci_high'])}) "
        f"over {wording.counted(row['n_users'], 'user')}"
    )
    return f"{_task(row)}: {row['model_name']} {_place(row)}, with {score}{_over_baseline(row)}."


def _place(row: Row) -> str:
    if row["tie_count"]:
        further = row["further_count"]
        others = [*row["nearest"], f"{wording.count(further)} more"] if further > 0 else row["nearest"]
        return f"comes first, level with {wording.listed(others)}"
    return "leads" if row["lead_is_real"] else "comes first, though its lead is not shown to be real"


def _over_baseline(row: Row) -> str:
    if row["baseline_name"] is None:
        return "; no baseline was fitted to set it beside"
    if row["verdict"] is None:
        return ". It is itself the best baseline"
    difference = (
        f"{wording.signed(row['mean_difference'])} ({wording.interval(row['ci_low'], row['ci_high'])}) beside the best "
        f"baseline, {row['baseline_name']}"
    )
    if row["verdict"] == "better":
        return f": {difference}"
    if row["verdict"] == "not known":
        return f": {difference}, though their searches were cut unequally"
    p_value = wording.figure(row["p_value_adjusted"])
    return f": {difference}, which may be chance (p {p_value} after correction for the number of models)"


def _kinds(marts: Marts) -> Iterator[Block]:
    asked = marts.ask(
        """
        select s.item_type, s.segment_value, s.model_name, s.k, s.value, s.ci_low, s.ci_high, s.n_users
        from marts.segment_metrics as s
        inner join marts.evaluation_parameters as p on s.split_name = p.default_split and s.k = p.headline_k
        where s.task = 'discovery' and s.metric = 'ndcg'
            and s.segment_value in ('known_artist', 'new_artist', 'known_group', 'new_group')
        qualify row_number() over (
            partition by s.item_type, s.segment_value order by s.value desc, s.model_name
        ) = 1
        order by s.item_type, s.segment_value
        """
    )
    for item_type in dict.fromkeys(str(row["item_type"]) for row in asked.rows):
        rows = [row for row in asked.rows if row["item_type"] == item_type]
        if len(rows) == 2:
            yield Sentence(_of_kinds(item_type, rows), asked.sql)


def _of_kinds(item_type: str, rows: Sequence[Row]) -> str:
    parts = [
        f"{row['model_name']} comes first for {item_type}s {KINDS[str(row['segment_value'])]}, with NDCG@{row['k']} "
        f"{wording.figure(row['value'])}{_bracket(row)}"
        for row in rows
    ]
    return f"Among discoveries, {parts[0]}; {parts[1]}."


def _bracket(row: Row) -> str:
    return "" if row["ci_low"] is None else f" ({wording.interval(row['ci_low'], row['ci_high'])})"


def _beside_baselines(marts: Marts) -> Chart:
    asked = marts.ask(f"{WITH_LEADERS},\n{BESIDE_BASELINES}")
    rows = [{"label": _task(row), **row} for row in asked.rows]
    order = list(dict.fromkeys(row["label"] for row in rows))
    chart = alt.Chart(values(rows)).encode(
        y=alt.Y("label:N", title=None, sort=order),
        yOffset=alt.YOffset("kind:N", sort=["first", "baseline"]),
        color=alt.Color("kind:N", legend=None, sort=["first", "baseline"]),
    )
    span = chart.mark_rule(strokeWidth=2).encode(
        x=alt.X("low:Q", title="NDCG, with 95% interval", axis=alt.Axis(tickCount=5), scale=alt.Scale(domainMin=0)),
        x2="high:Q",
    )
    point = chart.mark_circle(size=60, opacity=1).encode(x="ndcg:Q")
    # over the line: from its start, or up to its end where it lies to the right
    low, high = ([row for row in rows if row["is_high"] is is_high] for is_high in (False, True))
    from_start = (
        chart.properties(data=values(low)).mark_text(align="left", dy=-10).encode(x="low:Q", text="model_name:N")
    )
    to_end = (
        chart.properties(data=values(high)).mark_text(align="right", dy=-10).encode(x="high:Q", text="model_name:N")
    )
    drawn = (span + point + from_start + to_end).properties(width="container", height=alt.Step(28))
    firsts = [f"{row['model_name']} {wording.figure(row['ndcg'])}" for row in asked.rows if row["kind"] == "first"]
    return Chart(
        "leaders",
        "What comes first in each task, beside the best baseline",
        "Blue is what comes first, orange the best baseline where that is another. Dots are means over users, lines "
        "their intervals. Whether two models differ is told by the paired comparisons "
        "above, not by whether these lines overlap.",
        f"Dots with intervals: tasks down, NDCG across; first are {wording.listed(firsts)}.",
        drawn.to_dict(),
        asked.sql,
    )
