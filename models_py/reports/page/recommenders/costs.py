"""What accuracy costs in computing time."""

from models_py.reports.page.asking import Answered
from models_py.reports.page.blocks import Block, Chart, Missing
from models_py.reports.page.drawing import plane
from models_py.reports.page.study import Board
from models_py.reports.page.wording import seconds

# below it a clock says little
LEAST_SECONDS = 0.01


def costs(board: Board) -> Block:
    """Draw accuracy over the seconds of fit, lists and tuning; those of a blend's members are its own."""
    asked = board.study.marts.ask(
        f"""
        with searches as (
            select model_name, sum(fit_seconds) as seconds
            from marts.tuning_trials as t
            where {board.only("t")}
            group by model_name
        )

        select
            l.model_name,
            l.k,
            round(l.ndcg, 6) as ndcg,
            round(greatest(r.fit_seconds + r.recommend_seconds + coalesce(sum(s.seconds), 0), {LEAST_SECONDS}), 3)
                as seconds,
            case
                when l.leaderboard_rank = 1 then 'leader'
                when coalesce(c.verdict, '') = 'tie' then 'level'
                when r.is_baseline then 'baseline'
                else 'other'
            end as role
        from marts.model_leaderboard as l
        inner join marts.model_runs as r
            on l.split_name = r.split_name and l.item_type = r.item_type and l.task = r.task
            and l.model_name = r.model_name
        left join marts.model_comparisons as c
            on l.split_name = c.split_name and l.item_type = c.item_type and l.task = c.task
            and l.model_name = c.model_name and c.compared_with = 'leader'
        left join searches as s
            on s.model_name = l.model_name
            or contains('+' || coalesce(l.members, '') || '+', '+' || s.model_name || '+')
        where {board.only("l")}
        group by l.model_name, l.k, l.ndcg, l.leaderboard_rank, l.members, r.fit_seconds, r.recommend_seconds,
            c.verdict, r.is_baseline
        order by l.leaderboard_rank
        """
    )
    if not asked.rows:
        return Missing(f"Not enough data: no model was fitted for {board.meaning}.")
    return _drawn(board, asked)


def _drawn(board: Board, asked: Answered) -> Chart:
    rows = asked.rows
    first = rows[0]
    near = min((row for row in rows if row["role"] in ("leader", "level")), key=lambda row: row["seconds"])
    slowest = max(rows, key=lambda row: row["seconds"])
    cheaper = (
        f" {near['model_name']} is level with it in {seconds(near['seconds'])}."
        if near is not first
        else " No model that is level with it takes less."
    )
    return Chart(
        f"costs_{board.name}",
        f"{board.title}: accuracy against computing time",
        "Seconds on the machine that fitted, for the final fit, all lists and the fits of tuning; a blend's include "
        f"those of its members. {first['model_name']} took {seconds(first['seconds'])}.{cheaper} The axis is "
        "logarithmic.",
        f"Points of {board.ndcg} over seconds on a logarithmic axis, one per model: {first['model_name']} "
        f"{first['ndcg']:.3f} in {seconds(first['seconds'])}, the slowest {slowest['model_name']} with "
        f"{seconds(slowest['seconds'])}.",
        plane(
            rows, ("seconds", "Seconds of computing", "~g"), ("ndcg", f"{board.ndcg} (0 to 1)", ".2f"), logarithmic=True
        ),
        asked.sql,
    )
