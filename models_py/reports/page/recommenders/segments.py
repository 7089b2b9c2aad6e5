"""For whom and for what the recommendations work: light to heavy users, known to unknown items."""

import altair as alt

from models_py.reports.page.asking import Answered
from models_py.reports.page.blocks import Block, Chart, Missing
from models_py.reports.page.drawing import coloured
from models_py.reports.page.placing import Span
from models_py.reports.page.study import Board
from models_py.reports.page.theme import values
from models_py.reports.page.wording import counted

COLOURS = {"leader": "@accent", "best baseline": "@second", "most_popular": "@fifth"}
# segment: its title, its axis, its first and last value, what they are
SEGMENTS = {
    "activity": ("from light to heavy users", "Tenths of users, fewest plays first"),
    "mainstreamness": (
        "from niche to mainstream users",
        "Tenths of users, least popular music first",
    ),
    "item_popularity": ("from well known to little known items", "Items by their listeners"),
}
HEIGHT = 260
BANDS = ["head", "middle", "tail"]


def segments(board: Board) -> list[Block]:
    """Draw the leader and the baselines over each segment."""
    return [_segment(board, name) for name in SEGMENTS]


def _segment(board: Board, segment: str) -> Block:
    asked = board.study.marts.ask(
        f"""
        with chosen as (
            select
                l.model_name,
                case
                    when l.leaderboard_rank = 1 then 'leader'
                    when l.model_name = 'most_popular' then 'most_popular'
                    else 'best baseline'
                end as role
            from marts.model_leaderboard as l
            where {board.only("l")} and (
                l.leaderboard_rank = 1 or l.model_name = 'most_popular' or l.model_name in (
                    select o.baseline_name from marts.model_comparisons as o
                    where {board.only("o")} and o.compared_with = 'best_baseline'
                )
            )
        )

        select
            c.role,
            s.model_name,
            regexp_replace(s.segment_value, '^tenth 0?', '') as part,
            s.metric,
            round(s.value, 6) as value,
            round(s.ci_low, 6) as low,
            round(s.ci_high, 6) as high,
            s.n_users,
            s.k
        from marts.segment_metrics as s
        inner join chosen as c on s.model_name = c.model_name
        where {board.only("s")} and s.segment = '{segment}' and s.segment_value <> 'unknown'
        order by c.role, s.model_name, s.segment_value
        """
    )
    if len({row["part"] for row in asked.rows}) < 2:
        return Missing(
            f"Not enough data: {board.meaning} cannot be judged {SEGMENTS[segment][0]} (segment_metrics has fewer "
            f"than two groups of {segment})."
        )
    return _drawn(board, segment, asked)


def _drawn(board: Board, segment: str, asked: Answered) -> Chart:
    rows = asked.rows
    words, axis = SEGMENTS[segment]
    metric = f"{'Recall' if rows[0]['metric'] == 'recall' else 'NDCG'}@{board.study.k}"
    found = {row["part"] for row in rows}
    order = [band for band in BANDS if band in found] or sorted(found, key=int)
    models = list(dict.fromkeys(row["model_name"] for row in rows))
    leader = {row["part"]: row for row in rows if row["role"] == "leader"}
    first, last = leader[order[0]], leader[order[-1]]
    few = min(row["n_users"] for row in rows)
    most = max(row["n_users"] for row in rows)
    return Chart(
        f"segment_{segment}_{board.name}",
        f"{board.title}: {metric} {words}",
        f"{first['model_name']} goes from {_figure(first)} ({_part(segment, order[0])}) to {_figure(last)} "
        f"({_part(segment, order[-1])}). Lines are 95% intervals, left out where a group is too small; each group has "
        f"{few:,} to {counted(most, 'user')}.",
        f"Dots with intervals of {metric} by {segment.replace('_', ' ')} for {', '.join(models)}: "
        f"{first['model_name']} from {_figure(first)} to {_figure(last)}.",
        _spec(rows, axis, metric, order),
        asked.sql,
    )


def _spec(rows: list[dict[str, object]], axis: str, metric: str, order: list[str]) -> dict[str, object]:
    span = Span.around([row[name] for row in rows for name in ("value", "low", "high")], 0.08)
    models = sorted({(list(COLOURS).index(row["role"]), row["model_name"]) for row in rows})
    base = alt.Chart(values(rows)).encode(
        x=alt.X("part:N", sort=order, title=axis, axis=alt.Axis(labelAngle=0, ticks=False)),
        xOffset=alt.XOffset("model_name:N", sort=[model for _, model in models]),
        color=coloured(COLOURS),
    )
    y = alt.Y("value:Q", title=f"{metric} (0 to 1)", scale=span.scale(), axis=alt.Axis(format=".2f", tickCount=5))
    names = [
        {"label": model, "shade": list(COLOURS)[role], "dy": -14 - 15 * (len(models) - 1 - place)}
        for place, (role, model) in enumerate(models)
    ]
    key = alt.Chart(values(names)).mark_text(align="left", fontWeight=600, dy={"expr": "datum.dy"}, tooltip=None)
    return (
        alt.layer(
            base.transform_filter("datum.low !== null").mark_rule(strokeWidth=2).encode(y=alt.Y("low:Q"), y2="high:Q"),
            base.mark_point(filled=True, size=45, opacity=1).encode(
                y=y, tooltip=["model_name:N", "part:N", "value:Q", "low:Q", "high:Q", "n_users:Q"]
            ),
            key.encode(x=alt.value(0), y=alt.value(0), text="label:N", color=coloured(COLOURS, "shade")),
        )
        .properties(width="container", height=HEIGHT)
        .to_dict()
    )


def _figure(row: dict[str, object]) -> str:
    interval = f" ({row['low']:.3f} to {row['high']:.3f})" if row["low"] is not None else ""
    return f"{row['value']:.3f}{interval}"


def _part(segment: str, part: str) -> str:
    return part if segment == "item_popularity" else f"tenth {part}"
