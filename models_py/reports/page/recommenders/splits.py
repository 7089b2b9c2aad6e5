"""What a random split promises against what time allows, and how far results spread over splits."""

import altair as alt

from models_py.reports.page.asking import Answered, literal
from models_py.reports.page.blocks import Block, Chart, Missing
from models_py.reports.page.drawing import NAMES, TICKS, dots
from models_py.reports.page.placing import Span
from models_py.reports.page.study import Board, K
from models_py.reports.page.theme import values
from models_py.reports.page.wording import counted

COLOURS = {"temporal": "@accent", "random": "@second"}
VERDICTS = {"leader": "@accent", "level": "@accent", "unclear": "@fifth", "behind": "@muted", "not known": "@muted"}
STEP = 19
# rows of a model's score by time and at random: of a random split that takes its numbers of items from one by time
ALIKE = """
            select
                t.model_name, t.ndcg as temporal, r.ndcg as random, t.split_name as temporal_split,
                r.split_name as random_split
            from (select distinct split_name, like_split from marts.split_summary where like_split is not null) as alike
            inner join marts.model_leaderboard as t on alike.like_split = t.split_name
            inner join marts.model_leaderboard as r
                on alike.split_name = r.split_name and t.item_type = r.item_type and t.task = r.task
                and t.model_name = r.model_name
            where t.item_type = {item_type} and t.task = {task}
            qualify alike.split_name = min(alike.split_name) over ()"""
# ... and of the means over splits of the two kinds
KINDS = """
            select
                t.model_name, t.ndcg as temporal, r.ndcg as random, t.split_count as temporal_splits,
                r.split_count as random_splits
            from marts.model_spread as t
            inner join marts.model_spread as r
                on t.item_type = r.item_type and t.task = r.task and t.model_name = r.model_name
            where t.item_type = {item_type} and t.task = {task}
                and t.split_kind = 'temporal' and r.split_kind = 'random'"""
MORE = {
    "temporal": "`make evaluate SPLITS='rolling_1 rolling_2 rolling_3'`",
    "random": "`make evaluate SPLITS='random_2 random_3 random_4 random_5'`",
}


def random_against_time(board: Board) -> Block:
    """Draw each model's accuracy by time beside that at random: of as many items, where there is such a split."""
    alike = _compared(board, ALIKE)
    if alike.rows:
        return _alike(board, alike)
    asked = _compared(board, KINDS)
    if asked.rows:
        return _of_kinds(board, asked)
    if not board.study.has_times:
        return Missing(
            f"Not enough data: plays of this source have no times, so {board.noun} can only be held out at random."
        )
    return Missing(
        f"Not enough data: {board.noun} are not held out both by time and at random; "
        "`make evaluate SPLITS=random` adds the random split."
    )


def _compared(board: Board, pairs: str) -> Answered:
    """Ask for the scores of models by time and at random, from rows of them side by side."""
    return board.study.marts.ask(
        f"""
        with pairs as ({pairs.format(item_type=literal(board.item_type), task=literal(board.task))}
        )

        select
            pairs.* exclude (temporal, random),
            round(temporal, 6) as temporal,
            round(random, 6) as random,
            rank() over (order by temporal desc) as temporal_place,
            rank() over (order by random desc) as random_place,
            {K},
            round(random / nullif(temporal, 0), 2) as ratio,
            round(median(random / nullif(temporal, 0)) over (), 2) as median_ratio
        from pairs
        order by pairs.temporal desc, model_name
        """
    )


def _alike(board: Board, asked: Answered) -> Chart:
    row = asked.rows[0]
    return _chart(
        board,
        asked,
        f"as many items held out by time and at random ({row['temporal_split']}, {row['random_split']})",
        "Blue: what comes after a date is held out; orange: as many items of each user, at random.",
        "Both hold out as many items of each user, from the same plays: the difference is what models gain from plays "
        "of the time that they are judged on.",
    )


def _of_kinds(board: Board, asked: Answered) -> Chart:
    return _chart(
        board,
        asked,
        "held out by time and at random",
        "Blue: what comes after a point in time is held out; orange: a random part is.",
        "A random split lets models learn from what came later, and holds out other numbers of items.",
    )


def _chart(board: Board, asked: Answered, what: str, colours: str, why: str) -> Chart:
    rows = asked.rows
    first, other = rows[0], min(rows, key=lambda row: row["random_place"])
    same = (
        f"{first['model_name']} is highest on both"
        if other is first
        else f"{first['model_name']} is highest by time, {other['model_name']} at random"
    )
    return Chart(
        f"random_time_{board.name}",
        f"{board.title}: {board.ndcg}, {what}",
        f"{colours} The median model scores {first['median_ratio']:.2g} times as much at random as by time; {same}. "
        f"{why}",
        f"Dumbbell plot of {board.ndcg} by model: {first['model_name']} {first['temporal']:.3f} by time and "
        f"{first['random']:.3f} at random; the median ratio is {first['median_ratio']:.2g}.",
        _dumbbells(rows, board.ndcg),
        asked.sql,
    )


def spread(board: Board) -> list[Block]:
    """Draw each model's range over the splits of a kind, for kinds that have several."""
    asked = board.study.marts.ask(
        f"""
        select
            split_kind,
            model_name,
            split_count,
            round(ndcg, 6) as ndcg,
            round(ndcg_lowest, 6) as low,
            round(ndcg_highest, 6) as high,
            format('{{:.3f}}', ndcg) as text,
            leader_name,
            case verdict when 'tie' then 'level' else verdict end as role,
            count(*) filter (where verdict = 'tie') over (partition by split_kind) as ties,
            {K}
        from marts.model_spread
        where item_type = {literal(board.item_type)} and task = {literal(board.task)} and split_count > 1
        order by split_kind desc, ndcg desc, model_name
        """
    )
    kinds = list(dict.fromkeys(row["split_kind"] for row in asked.rows))
    if not kinds:
        kind = "temporal" if board.study.has_times else "random"
        return [
            Missing(
                f"Not enough data: {board.noun} were evaluated on one split of a kind, so their spread over splits is "
                f"not known; {MORE[kind]} adds some."
            )
        ]
    return [_spread(board, kind, [row for row in asked.rows if row["split_kind"] == kind], asked.sql) for kind in kinds]


def _spread(board: Board, kind: str, rows: list[dict[str, object]], sql: str) -> Chart:
    first = rows[0]
    ties = first["ties"]
    level = f"; {counted(ties, 'model')} tied with it" if ties else "; no model is tied with it"
    return Chart(
        f"spread_{kind}_{board.name}",
        f"{board.title}: {board.ndcg} over {counted(first['split_count'], f'{kind} split')}",
        f"Dots are means over the splits, lines go from the lowest to the highest. {first['leader_name']} has the "
        f"highest mean{level}. A tie (blue ring) is a difference below its spread over splits and its interval over "
        "users; one below either is unclear (ochre); grey is behind. Splits share users and plays, so other people's "
        "data would spread more.",
        f"Dot plot of {board.ndcg} by model, mean and range over {kind} splits: {first['model_name']} {first['text']} "
        f"({first['low']:.3f} to {first['high']:.3f}) first.",
        dots(rows, "ndcg", f"{board.ndcg} (0 to 1)", VERDICTS),
        sql,
    )


def _dumbbells(rows: list[dict[str, object]], ndcg: str) -> dict[str, object]:
    span = Span.around([row[name] for row in rows for name in COLOURS])
    y = alt.Y(
        "model_name:N",
        sort=[row["model_name"] for row in rows],
        title=None,
        axis=alt.Axis(**NAMES),
    )
    axis = alt.Axis(format=".2f", grid=True, tickCount=TICKS)
    x = {kind: alt.X(f"{kind}:Q", title=f"{ndcg} (0 to 1)", scale=span.scale(), axis=axis) for kind in (*COLOURS, "at")}
    base = alt.Chart(values(rows)).encode(y=y)
    return (
        alt.layer(
            base.mark_rule(strokeWidth=2, color="@faint").encode(x=x["temporal"], x2="random:Q"),
            *[
                base.mark_point(filled=True, size=60, opacity=1, color=colour).encode(x=x[kind])
                for kind, colour in COLOURS.items()
            ],
            *[
                alt.Chart(values([label]))
                .mark_text(dy=-14, align=label["align"], color=label["colour"])
                .encode(x=x["at"], y=y, text="label:N")
                for label in _ends(rows[0], span)
            ],
        )
        .properties(width="container", height=STEP * len(rows))
        .to_dict()
    )


def _ends(row: dict[str, object], span: Span) -> list[dict[str, object]]:
    """Name the two dots of the first row, away from each other where there is room."""
    low, high = sorted(COLOURS, key=lambda kind: row[kind])
    words = {"temporal": "by time", "random": "at random"}
    sides = {low: "right" if span.share(row[low]) > 0.3 else "left", high: "left"}
    sides[high] = "left" if span.share(row[high]) < 0.7 else "right"
    return [
        {**row, "at": row[kind], "label": words[kind], "align": side, "colour": COLOURS[kind]}
        for kind, side in sides.items()
    ]
