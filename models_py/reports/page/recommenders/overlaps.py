"""How alike the lists of two models are."""

import altair as alt

from models_py.reports.page.asking import Answered
from models_py.reports.page.blocks import Block, Chart, Missing
from models_py.reports.page.study import Board
from models_py.reports.page.theme import STEPS, values

# names on a phone have no room for more
SHOWN = 12
CELL = 24
# for the names below and the key above
NAMES_ROOM = 100


def overlaps(board: Board) -> Block:
    """Draw the share of a list that two models have in common, for each pair."""
    asked = board.study.marts.ask(
        f"""
        select
            o.model_name,
            o.other_model_name,
            round(o.overlap, 3) as overlap,
            o.k,
            l.leaderboard_rank as place
        from marts.model_overlaps as o
        inner join marts.model_leaderboard as l
            on o.split_name = l.split_name and o.item_type = l.item_type and o.task = l.task
            and o.model_name = l.model_name
        inner join marts.model_leaderboard as m
            on o.split_name = m.split_name and o.item_type = m.item_type and o.task = m.task
            and o.other_model_name = m.model_name
        where {board.only("o")} and l.leaderboard_rank <= {SHOWN} and m.leaderboard_rank <= {SHOWN}
        order by l.leaderboard_rank, o.other_model_name
        """
    )
    if not asked.rows:
        return Missing(f"Not enough data: no two models have lists of {board.meaning} (model_overlaps has no row).")
    return _drawn(board, asked)


def _drawn(board: Board, asked: Answered) -> Chart:
    rows = asked.rows
    order = list(dict.fromkeys(row["model_name"] for row in rows))
    # each pair once, and never a baseline's pair with itself
    pairs = [row for row in rows if row["model_name"] < row["other_model_name"]]
    most = max(pairs, key=lambda row: row["overlap"])
    least = min(pairs, key=lambda row: row["overlap"])
    base = alt.Chart(values(rows)).encode(
        x=alt.X(
            "other_model_name:N",
            sort=order,
            title=None,
            axis=alt.Axis(labelAngle=-90, labelFontSize=11, labelOverlap=False, domain=False, ticks=False),
        ),
        y=alt.Y("model_name:N", sort=order, title=None, axis=alt.Axis(labelOverlap=False, domain=False, ticks=False)),
        color=alt.Color(
            "overlap:Q",
            title=f"In common, of {rows[0]['k']} items",
            scale=alt.Scale(type="threshold", domain=[0.15, 0.3, 0.45, 0.6, 0.75], range=STEPS),
            legend=alt.Legend(
                orient="top", format=".0%", direction="horizontal", gradientLength=220, labelOverlap=False
            ),
        ),
        tooltip=["model_name:N", "other_model_name:N", alt.Tooltip("overlap:Q", format=".0%")],
    )
    return Chart(
        f"overlaps_{board.name}",
        f"{board.title}: how much the lists of two models share",
        "The first models of the leaderboard, in its order; pairs in stronger colours recommend more of the same. "
        f"Of the first {most['k']} items, {most['model_name']} and {most['other_model_name']} share "
        f"{most['overlap']:.0%}, {least['model_name']} and {least['other_model_name']} {least['overlap']:.0%}, as "
        "means over users.",
        f"Heat map of the overlap of lists by pair of models: highest {most['model_name']} and "
        f"{most['other_model_name']} ({most['overlap']:.0%}), lowest {least['model_name']} and "
        f"{least['other_model_name']} ({least['overlap']:.0%}).",
        base.mark_rect().properties(width="container", height=CELL * len(order) + NAMES_ROOM).to_dict(),
        asked.sql,
    )
