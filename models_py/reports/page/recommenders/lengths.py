"""Precision against recall as lists grow longer."""

import altair as alt

from models_py.reports.page.asking import Answered
from models_py.reports.page.blocks import Chart, Missing
from models_py.reports.page.drawing import TICKS, coloured, written
from models_py.reports.page.placing import Span, placed
from models_py.reports.page.study import Board
from models_py.reports.page.theme import values
from models_py.reports.page.wording import named

HEIGHT = 320
COLOURS = {
    "place 1": "@accent",
    "place 2": "@third",
    "place 3": "@fourth",
    "best baseline": "@second",
    "most_popular": "@fifth",
    "length": "@muted",
}


def lengths(board: Board) -> Chart | Missing:
    """Draw the three leading models, the best baseline and the most popular items."""
    asked = board.study.marts.ask(
        f"""
        with chosen as (
            select
                l.model_name,
                case
                    when l.leaderboard_rank <= 3 then 'place ' || l.leaderboard_rank
                    when l.model_name = 'most_popular' then 'most_popular'
                    else 'best baseline'
                end as role
            from marts.model_leaderboard as l
            where {board.only("l")} and (
                l.leaderboard_rank <= 3 or l.model_name = 'most_popular' or l.model_name in (
                    select o.baseline_name from marts.model_comparisons as o
                    where {board.only("o")} and o.compared_with = 'best_baseline'
                )
            )
        )

        select
            m.model_name,
            c.role,
            m.k,
            round(max(m.value) filter (where m.metric = 'precision'), 6) as precision,
            round(max(m.value) filter (where m.metric = 'recall'), 6) as recall
        from marts.model_metrics as m
        inner join chosen as c on m.model_name = c.model_name
        where {board.only("m")} and m.scope = 'all' and m.metric in ('precision', 'recall')
        group by all
        order by c.role, m.model_name, m.k
        """
    )
    if not asked.rows:
        return Missing(f"Not enough data: no precision and recall for {board.meaning} (model_metrics has no row).")
    return _drawn(board, asked)


def _drawn(board: Board, asked: Answered) -> Chart:
    rows = asked.rows
    across, up = (Span.around([row[name] for row in rows], 0.1) for name in ("recall", "precision"))
    position = {
        "x": alt.X(
            "recall:Q",
            title="Recall (share of what was played)",
            scale=across.scale(),
            axis=alt.Axis(format=".1~%", grid=True, tickCount=TICKS),
        ),
        "y": alt.Y(
            "precision:Q",
            title="Precision (share of the list)",
            scale=up.scale(),
            axis=alt.Axis(format=".1~%", tickCount=5),
        ),
    }
    leader = [row for row in rows if row["role"] == "place 1"]
    base = alt.Chart(values(rows)).encode(**position, color=coloured(COLOURS))
    spec = alt.layer(
        base.mark_line(strokeWidth=2).encode(detail="model_name:N", order="k:Q"),
        base.mark_point(filled=True, size=40, opacity=1).encode(
            tooltip=["model_name:N", "k:Q", "precision:Q", "recall:Q"]
        ),
        *written(_labels(rows, leader, across, up), position, coloured(COLOURS, "shade")),
    ).properties(width="container", height=HEIGHT)
    first, last = leader[0], leader[-1]
    return Chart(
        f"lengths_{board.name}",
        f"{board.title}: precision and recall of lists of {leader[0]['k']} to {leader[-1]['k']} items",
        f"Lists grow longer along each line. Of the first {first['k']} items of {first['model_name']}, "
        f"{first['precision']:.1%} are played, which is {first['recall']:.1%} of what there was to find; of "
        f"{last['k']}, {last['precision']:.1%} and {last['recall']:.1%}. Lines further up and to the right are better.",
        f"Lines of precision over recall for {named(list(dict.fromkeys(row['model_name'] for row in rows)))}: "
        f"{first['model_name']} goes from {first['precision']:.1%} precision at {first['k']} items to "
        f"{last['recall']:.1%} recall at {last['k']}.",
        spec.to_dict(),
        asked.sql,
    )


def _labels(
    rows: list[dict[str, object]], leader: list[dict[str, object]], across: Span, up: Span
) -> list[dict[str, object]]:
    """Place a model's name at the end of its line or else at its start, and the lengths along the leader's."""
    curves = [
        [row for row in rows if row["model_name"] == name] for name in dict.fromkeys(row["model_name"] for row in rows)
    ]
    names = [
        {**curve[place], "name": curve[0]["model_name"], "key": curve[0]["model_name"], "shade": curve[0]["role"]}
        for place in (-1, 0)
        for curve in curves
    ]
    numbers = [
        {**row, "name": f"{row['k']} items" if row is leader[0] else str(row["k"]), "key": row["k"], "shade": "length"}
        for row in leader
    ]
    axes = (("recall", across), ("precision", up))
    return placed([*names, *numbers], *axes, "name", HEIGHT, lines=curves, once="key")
