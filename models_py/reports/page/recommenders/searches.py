"""How far tuning got: the best score on validation after each trial."""

import altair as alt

from models_py.reports.page.asking import Answered
from models_py.reports.page.blocks import Block, Chart, Missing
from models_py.reports.page.drawing import Look, lines
from models_py.reports.page.study import Board, K
from models_py.reports.page.wording import counted, named

BEST = ["@accent", "@third", "@fourth"]
# of NDCG, in the last quarter of the trials, that is worth telling
LEAST_GAIN = 0.001


def searches(board: Board) -> Block:
    """Draw the curve of every model; the three best and the baselines by name."""
    asked = board.study.marts.ask(
        f"""
        select
            t.model_name as series,
            t.trial_count,
            round(t.best_validation_ndcg, 6) as ndcg,
            last_value(t.validation_rank) over models as place,
            last_value(t.validation_rank) over models <= 3 or r.is_baseline as is_named,
            r.is_baseline,
            {K}
        from marts.tuning_curves as t
        inner join marts.model_runs as r
            on t.split_name = r.split_name and t.item_type = r.item_type and t.task = r.task
            and t.model_name = r.model_name
        where {board.only("t")}
        window models as (
            partition by t.model_name order by t.trial_count rows between unbounded preceding and unbounded following
        )
        order by place, t.model_name, t.trial_count
        """
    )
    trials = max((row["trial_count"] for row in asked.rows), default=0)
    if trials < 2:
        return Missing(
            f"Not enough data: models of {board.noun} were tuned by fewer than two trials; the var tuning_trials sets "
            "how many."
        )
    return _drawn(board, asked, trials)


def _drawn(board: Board, asked: Answered, trials: int) -> Chart:
    rows = asked.rows
    order = list(dict.fromkeys(row["series"] for row in rows))
    ends = {row["series"]: row["ndcg"] for row in rows}
    still = [name for name in order[:3] if _gained_late(rows, name, trials)]
    return Chart(
        f"tuning_{board.name}",
        f"{board.title}: best score on validation after so many trials",
        f"Each line is a model, all with the same number of trials (or their whole space): the first three in "
        f"colours, baselines orange, others grey. After {trials} trials "
        f"{order[0]} is first on validation with {ends[order[0]]:.3f}. "
        + (
            f"{named(still)} gained a thousandth or more in the last quarter of the trials: more might help."
            if still
            else "None of the first three gained a thousandth in the last quarter of the trials."
        ),
        f"Lines of the best {board.ndcg} on validation over {counted(trials, 'trial')}: "
        f"{', '.join(f'{name} ends at {ends[name]:.3f}' for name in order[:3])}.",
        _spec(rows, order, trials, f"Best {board.ndcg} on validation so far"),
        asked.sql,
    )


def _spec(rows: list[dict[str, object]], order: list[str], trials: int, title: str) -> dict[str, object]:
    of = {row["series"]: row for row in rows}
    looks = {}
    for place, name in enumerate(order):
        colour = "@second" if of[name]["is_baseline"] else BEST[place] if place < len(BEST) else "@muted"
        looks[name] = Look(colour, is_named=of[name]["is_named"])
    x = alt.X(
        "trial_count:Q",
        title="Trials",
        scale=alt.Scale(domain=[1, trials], nice=False),
        axis=alt.Axis(values=_ticks(trials), format="d"),
    )
    # what is named is drawn last, above the others
    shown = sorted(rows, key=lambda row: row["is_named"])
    return lines(shown, x, ("ndcg", title, ".2f"), looks, is_stepped=True)


def _gained_late(rows: list[dict[str, object]], name: str, trials: int) -> bool:
    curve = {row["trial_count"]: row["ndcg"] for row in rows if row["series"] == name}
    return curve[trials] - curve[max(1, trials - max(1, trials // 4))] >= LEAST_GAIN


def _ticks(trials: int) -> list[int]:
    step = next(step for step in (1, 2, 5, 10, 20, 50, trials) if trials <= 8 * step)
    return [1, *range(step, trials + 1, step)] if step > 1 else list(range(1, trials + 1))
