"""Third finding: how much of any figure is decided by the protocol, by time, by the split and by tuning."""

from collections.abc import Iterator

import altair as alt

from models_py.reports.page import wording
from models_py.reports.page.asking import Marts
from models_py.reports.page.blocks import Block, Chart, Group, Missing, Row, Sentence
from models_py.reports.page.theme import room, values

SWITCHES = {
    "counts": "logarithm of plays",
    "seen": "known items left out",
    "split": "whole items held out",
    "catalogue": "rare items filtered",
    "candidates": "ranked among all",
    "relevance": "an item counts once",
    "averaging": "users weigh alike",
    "tuning": "settings searched",
}


def group(marts: Marts) -> Group:
    """Ask what moves the figures."""
    blocks = [*_protocol(marts), *_time(marts), *_repeats(marts), *_splits(marts), *_tuning(marts)]
    return Group("decide", "Finding 3: what protocol, time and tuning decide", blocks)


def _protocol(marts: Marts) -> Iterator[Block]:
    """Take the averages over the models that were studied, for the hit rate."""
    asked = marts.ask(
        """
        with effects as (
            select item_type, switch, k, avg(effect_average) as effect, count(*) as model_count
            from marts.protocol_effects
            where metric = 'hit_rate'
            group by all
        ),
        ends as (
            select item_type, k, avg(value) filter (turned = 0) as plain_value,
                avg(value) filter (turned = 8) as own_value,
                max(value) filter (turned = 8) - min(value) filter (turned = 8) as model_range
            from (
                select *, (counts = 'log')::int + (seen = 'left_out')::int + (split = 'by_cell')::int
                    + (catalogue = 'filtered')::int + (candidates = 'all')::int + (relevance = 'by_item')::int
                    + (averaging = 'over_users')::int + (tuning = 'tuned')::int as turned
                from marts.protocol_scores
                where metric = 'hit_rate'
            )
            group by all
        )
        select effects.item_type, effects.k, ends.plain_value, ends.own_value,
            abs(ends.own_value - ends.plain_value) as protocol_range, ends.model_range, effects.model_count,
            effects.switch, effects.effect, greatest(effects.effect, 0) as label_at
        from effects
        inner join ends on effects.item_type = ends.item_type and effects.k = ends.k
        order by effects.item_type, abs(effects.effect) desc, effects.switch
        """
    )
    if not asked.rows:
        yield Missing(
            "Not enough data: the switches of the protocol were not turned here; `make protocols` turns them."
        )
    for item_type in dict.fromkeys(str(row["item_type"]) for row in asked.rows):
        rows = [row for row in asked.rows if row["item_type"] == item_type]
        yield Sentence(wording.claim(_lead(item_type, rows[0]), marts.is_demo), asked.sql, is_lead=True)
        yield Sentence(_of_protocol(item_type, rows), asked.sql)
        yield _effects(item_type, rows, asked.sql)


def _lead(item_type: str, row: Row) -> str:
    more = "more" if row["protocol_range"] > row["model_range"] else "no more"
    return (
        f"How lists of {item_type}s are measured decides {more} than which model makes them: it moves the mean hit "
        f"rate by {wording.figure(row['protocol_range'], 2)}, and by this project's protocol models differ by at most "
        f"{wording.figure(row['model_range'], 2)}."
    )


def _of_protocol(item_type: str, rows: list[Row]) -> str:
    first, second, *_ = rows
    return (
        f"The same models on the same plays of {item_type}s have a hit rate at {first['k']} of "
        f"{wording.figure(first['plain_value'], 2)} by a plain protocol and of {wording.figure(first['own_value'], 2)} "
        f"by this one (means of {wording.counted(first['model_count'], 'model')}). The switches that decide most are "
        f"'{SWITCHES[str(first['switch'])]}' ({wording.signed(first['effect'], 2)}) and "
        f"'{SWITCHES[str(second['switch'])]}' ({wording.signed(second['effect'], 2)}): no figure can be compared with "
        "one that was measured otherwise."
    )


def _effects(item_type: str, rows: list[Row], sql: str) -> Chart:
    named = [{"words": SWITCHES[str(row["switch"])], **row} for row in rows]
    order = [str(row["words"]) for row in named]
    chart = alt.Chart(values(named)).encode(
        y=alt.Y("words:N", title=None, sort=order),
        x=alt.X("effect:Q", title=f"Average effect on the hit rate at {rows[0]['k']}", axis=alt.Axis(tickCount=5)),
    )
    bars = chart.mark_bar(height={"band": 0.75}).encode(
        color=alt.condition("datum.effect < 0", alt.value("@second"), alt.value("@accent"))
    )
    # beside the end of a bar to the right, beside the axis for one to the left
    labels = chart.mark_text(align="left", dx=5).encode(text=alt.Text("effect:Q", format="+.3f"), x="label_at:Q")
    return Chart(
        f"protocol_of_{item_type}s",
        f"What each switch of the protocol does to the hit rate, {item_type}s",
        "Each switch is turned from its plain side to this project's; effects are averages over all orders of turning "
        "and over the models, and add up to the whole difference.",
        f"Bars: switches down, average effect across, from {wording.signed(rows[0]['effect'], 2)} for "
        f"{order[0]} to {wording.signed(rows[-1]['effect'], 2)} for {order[-1]}.",
        (bars + labels).properties(width="container", height=alt.Step(24), padding=room(right=48)).to_dict(),
        sql,
    )


def _time(marts: Marts) -> Iterator[Block]:
    asked = marts.ask(
        """
        with leaders as (
            select f.split_kind, l.item_type, l.k, avg(l.ndcg) as ndcg, min(l.ndcg_ci_low) as lowest,
                max(l.ndcg_ci_high) as highest, count(*) as split_count
            from marts.model_leaderboard as l
            inner join marts.training_fingerprints as f on l.split_name = f.split_name and l.item_type = f.item_type
            where l.task = 'discovery' and l.leaderboard_rank = 1 and f.split_kind in ('temporal', 'random')
            group by all
        )
        select t.item_type, t.k, t.ndcg as temporal_ndcg, t.split_count as temporal_count,
            r.ndcg as random_ndcg, r.split_count as random_count,
            r.lowest > t.highest as random_is_higher
        from leaders as t
        inner join leaders as r on t.item_type = r.item_type and t.k = r.k
        where t.split_kind = 'temporal' and r.split_kind = 'random'
        order by t.item_type desc
        """
    )
    for row in asked.rows:
        said = (
            "a random split promises more than the future keeps"
            if row["random_is_higher"]
            else "their intervals overlap, so no difference is shown"
        )
        yield Sentence(
            f"Time: the best list of new {row['item_type']}s has NDCG@{row['k']} "
            f"{wording.figure(row['temporal_ndcg'])} where the test part lies after the training part, and "
            f"{wording.figure(row['random_ndcg'])} where it is drawn at random (means of "
            f"{wording.counted(row['temporal_count'], 'split')} by time and "
            f"{wording.counted(row['random_count'], 'random one')}): {said}.",
            asked.sql,
        )
    if not asked.rows:
        yield Missing(
            "Not enough data: only one kind of split was built, so random and time cannot be set side by side; where "
            "there are times, `make evaluate SPLITS=random` builds both."
        )


def _repeats(marts: Marts) -> Iterator[Block]:
    asked = marts.ask(
        """
        select s.item_type, s.share_repeat_plays
        from marts.split_summary as s
        inner join marts.evaluation_parameters as p on s.split_name = p.default_split
        where s.part = 'test' and s.share_repeat_plays is not null
        order by s.item_type
        """
    )
    if asked.rows:
        shares = [f"{wording.percent(row['share_repeat_plays'])} for {row['item_type']}s" for row in asked.rows]
        yield Sentence(
            f"Habit: of the plays in the test part, the share that repeats what the person had played before is "
            f"{wording.listed(shares)}. A protocol that lets such items count measures habit, and one that leaves them "
            "out measures discovery.",
            asked.sql,
        )


def _splits(marts: Marts) -> Iterator[Block]:
    asked = marts.ask(
        """
        with places as (
            select *, row_number() over (
                partition by split_kind, item_type order by (verdict = 'leader') desc, ndcg desc, model_name
            ) as place
            from marts.model_spread
            where task = 'discovery' and split_count > 1
        )
        select a.split_kind, a.item_type, a.split_count, a.model_name, a.ndcg, a.ndcg_sd,
            b.model_name as second_name, -b.difference as lead, b.difference_sd as lead_sd, b.verdict
        from places as a
        inner join places as b on a.split_kind = b.split_kind and a.item_type = b.item_type
        where a.place = 1 and b.place = 2
        order by a.split_kind, a.item_type desc
        """
    )
    if not asked.rows:
        yield Missing(
            "Not enough data: one split of each kind was scored, so how far figures move with the split is not known; "
            "SPLITS names more."
        )
    for row in asked.rows:
        yield Sentence(_of_splits(row), asked.sql)


def _of_splits(row: Row) -> str:
    verdict = {
        "tie": "which is no real difference",
        "unclear": "which one of the two measures of chance would not tell from nothing",
        "behind": "which is real both over users and over splits",
    }.get(str(row["verdict"]), "and whether that is real is not known")
    return (
        f"Splits: over {wording.counted(row['split_count'], str(row['split_kind']).replace('_', ' ') + ' split')} the "
        f"best list of new {row['item_type']}s has a mean NDCG of {wording.figure(row['ndcg'])} ({row['model_name']}), "
        f"with a standard deviation of {wording.figure(row['ndcg_sd'])}. {row['second_name']} follows at a distance of "
        f"{wording.figure(row['lead'])} (standard deviation {wording.figure(row['lead_sd'])}), {verdict}."
    )


def _tuning(marts: Marts) -> Iterator[Block]:
    asked = marts.ask(
        """
        with searched as (
            select c.*, max(c.trial_count) over () as last_count,
                greatest(1, max(c.trial_count) over () // 2) as half_count
            from marts.tuning_curves as c
            inner join marts.evaluation_parameters as p on c.split_name = p.default_split
            where c.task = 'discovery'
        ),
        models as (
            select item_type, model_name, any_value(last_count) as last_count, any_value(half_count) as half_count,
                max(best_validation_ndcg) filter (trial_count = 1) as first_ndcg,
                max(best_validation_ndcg) filter (trial_count = last_count) as last_ndcg,
                max(validation_rank) filter (trial_count = half_count) as half_rank,
                max(validation_rank) filter (trial_count = last_count) as last_rank
            from searched
            group by all
        )
        select item_type, last_count, half_count, count(*) as model_count,
            count(*) filter (half_rank <> last_rank) as moved_count,
            median(last_ndcg / nullif(first_ndcg, 0) - 1) as median_gain,
            max(last_ndcg / nullif(first_ndcg, 0) - 1) as largest_gain,
            arg_max(model_name, last_ndcg / nullif(first_ndcg, 0) - 1) as most_tuned,
            min_by(model_name, half_rank) = min_by(model_name, last_rank) as same_first
        from models
        group by all
        order by item_type desc
        """
    )
    rows = [row for row in asked.rows if row["last_count"] > 1]
    if not rows:
        yield Missing("Not enough data: no search had more than one trial, so what tuning decides is not known.")
    for row in rows:
        yield Sentence(_of_tuning(row), asked.sql)


def _of_tuning(row: Row) -> str:
    gain = (
        f" The search raised the validation score of the median model by {wording.percent(row['median_gain'])} over "
        f"its first trial, and that of {row['most_tuned']}, which gained most, by "
        f"{wording.percent(row['largest_gain'])}."
        if row["median_gain"] is not None
        else ""
    )
    first = "the same model is first before and after" if row["same_first"] else "another model is first after them"
    return (
        f"Tuning, {row['item_type']}s: every model has {wording.counted(row['last_count'], 'trial')}. After "
        f"{row['half_count']} of them {wording.count(row['moved_count'])} of {row['model_count']} models stand at "
        f"another place than in the end; {first}.{gain}"
    )
