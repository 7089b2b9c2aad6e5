"""Who leads: each leaderboard as dots with intervals, those of kinds of discovery, and its figures side by side."""

from collections.abc import Sequence

from models_py.reports.page.asking import Answered
from models_py.reports.page.blocks import Block, Chart, Column, Sentence, Table
from models_py.reports.page.drawing import Mark, dots
from models_py.reports.page.study import KINDS, Board
from models_py.reports.page.wording import counted, named


def leaders(board: Board) -> list[Block]:
    """Say who leads, and draw it."""
    asked = _ranked(board)
    return [_leading(board, asked), _drawn(board, asked)]


def kinds(board: Board) -> list[Block]:
    """Draw the same lists judged on one kind of discovery at a time, where there are several."""
    asked = board.study.marts.ask(
        f"""
        select
            s.segment_value as kind,
            s.model_name,
            round(s.value, 6) as ndcg,
            round(s.ci_low, 6) as low,
            round(s.ci_high, 6) as high,
            format('{{:.3f}}', s.value) as text,
            s.n_users,
            s.k,
            case
                when row_number() over (partition by kind order by s.value desc, s.model_name) = 1 then 'leader'
                when r.is_baseline then 'baseline'
                else 'other'
            end as role
        from marts.segment_metrics as s
        inner join marts.model_runs as r
            on s.split_name = r.split_name and s.item_type = r.item_type and s.task = r.task
            and s.model_name = r.model_name
        where {board.only("s")}
            and s.segment in ('artist_discovery', 'group_discovery') and s.metric = 'ndcg'
        order by kind, s.value desc, s.model_name
        """
    )
    found = list(dict.fromkeys(row["kind"] for row in asked.rows))
    return [_kind(board, kind, asked) for kind in found] if len(found) > 1 else []


def table(board: Board) -> Table:
    """Show the figures of every model side by side."""
    asked = board.study.marts.ask(
        f"""
        select
            l.leaderboard_rank, l.model_name, l.ndcg, l.ndcg_ci_low, l.ndcg_ci_high,
            coalesce(c.verdict, 'baseline') as verdict,
            l.recall, l.hit_rate, l.mrr, l.coverage, l.novelty, l.gini, l.trials_run
        from marts.model_leaderboard as l
        left join marts.model_comparisons as c
            on l.split_name = c.split_name and l.item_type = c.item_type and l.task = c.task
            and l.model_name = c.model_name and c.compared_with = 'best_baseline'
        where {board.only("l")}
        order by l.leaderboard_rank
        """
    )
    return Table(
        f"leaderboard_table_{board.name}",
        f"{board.title}: the figures of each model",
        _columns(board),
        asked.rows,
        asked.sql,
        "Coverage is the share of the catalogue that is recommended to anybody; Gini is the lower, the more equally "
        "items are recommended; novelty is the higher, the fewer listeners items have.",
    )


def _columns(board: Board) -> tuple[Column, ...]:
    return (
        Column("leaderboard_rank", "", ","),
        Column("model_name", "Model"),
        Column("ndcg", board.ndcg, ".4f"),
        Column("ndcg_ci_low", "95% from", ".4f"),
        Column("ndcg_ci_high", "to", ".4f"),
        Column("verdict", "Against best baseline"),
        Column("recall", "Recall", ".4f"),
        Column("hit_rate", "Hit rate", ".3f"),
        Column("mrr", "MRR", ".3f"),
        Column("coverage", "Coverage", ".1%"),
        Column("novelty", "Novelty (bits)", ".2f"),
        Column("gini", "Gini", ".3f"),
        Column("trials_run", "Trials", ","),
    )


def _ranked(board: Board) -> Answered:
    return board.study.marts.ask(
        f"""
        select
            l.model_name,
            round(l.ndcg, 6) as ndcg,
            round(l.ndcg_ci_low, 6) as low,
            round(l.ndcg_ci_high, 6) as high,
            format('{{:.3f}}', l.ndcg) as text,
            l.n_users,
            l.k,
            coalesce(a.verdict, '') as against_leader,
            count(b.verdict) over () as others,
            count(*) filter (where b.verdict = 'better') over () as better,
            count(*) filter (where b.verdict = 'worse') over () as worse,
            coalesce(b.baseline_name, (
                select any_value(baseline_name) from marts.model_comparisons as o
                where {board.only("o")} and o.compared_with = 'best_baseline'
            ), '') as best_baseline,
            case
                when l.leaderboard_rank = 1 then 'leader'
                when a.verdict = 'tie' then 'level'
                when r.is_baseline then 'baseline'
                else 'other'
            end as role
        from marts.model_leaderboard as l
        inner join marts.model_runs as r
            on l.split_name = r.split_name and l.item_type = r.item_type and l.task = r.task
            and l.model_name = r.model_name
        left join marts.model_comparisons as a
            on l.split_name = a.split_name and l.item_type = a.item_type and l.task = a.task
            and l.model_name = a.model_name and a.compared_with = 'leader'
        left join marts.model_comparisons as b
            on l.split_name = b.split_name and l.item_type = b.item_type and l.task = b.task
            and l.model_name = b.model_name and b.compared_with = 'best_baseline'
        where {board.only("l")}
        order by l.leaderboard_rank
        """
    )


def _leading(board: Board, asked: Answered) -> Sentence:
    first, *others = asked.rows
    figure = f"{board.ndcg} {first['ndcg']:.3f}, 95% interval {first['low']:.3f} to {first['high']:.3f}"
    of = f"{board.meaning[0].upper()}{board.meaning[1:]}"
    level = [row["model_name"] for row in others if row["against_leader"] == "tie"]
    unknown = [row["model_name"] for row in others if row["against_leader"] not in ("tie", "worse")]
    if not others:
        text = f"{of}: {first['model_name']} alone was evaluated ({figure})."
    elif level:
        text = f"{of}: {first['model_name']} is highest ({figure}), but level with {named(level)}."
    elif unknown:
        text = f"{of}: {first['model_name']} is highest ({figure})."
    else:
        text = f"{of}: {first['model_name']} leads ({figure})."
    if unknown:
        text += f" No verdict is known on {named(unknown)}."
    return board.study.says(text + _against_baseline(asked.rows), asked.sql)


def _against_baseline(rows: Sequence[dict[str, object]]) -> str:
    found = next((row for row in rows if row["model_name"] == row["best_baseline"]), None)
    if found is None:
        return ""
    better, worse = (f"{_or_none(found[verdict])} {verdict}" for verdict in ("better", "worse"))
    return (
        f" Of {counted(found['others'], 'other model')}, {better} than the best baseline, {found['model_name']} "
        f"({found['text']}), and {worse}."
    )


def _or_none(number: int) -> str:
    return f"{number or 'none'} {'are' if number > 1 else 'is'}"


def _drawn(board: Board, asked: Answered) -> Chart:
    rows = asked.rows
    first = rows[0]
    best = next((row for row in rows if row["model_name"] == first["best_baseline"]), None)
    mark = Mark(best["ndcg"], f"best baseline: {best['model_name']}") if best else None
    baseline = f" The dashed rule is the best baseline, {best['model_name']}, at {best['text']}." if best else ""
    return Chart(
        f"leaderboard_{board.name}",
        f"{board.title}: {board.ndcg} of each model",
        f"Dots are means over {counted(first['n_users'], 'user')}, lines 95% intervals. The leader is a blue "
        f"dot, models level with it blue rings, other baselines orange.{baseline}",
        f"Dot plot of {board.ndcg} by model, {board.meaning}: highest {first['model_name']} with {first['text']} "
        f"({first['low']:.3f} to {first['high']:.3f}), lowest {rows[-1]['model_name']} with {rows[-1]['text']}.",
        dots(rows, "ndcg", f"{board.ndcg} (0 to 1)", mark=mark),
        asked.sql,
    )


def _kind(board: Board, kind: str, asked: Answered) -> Chart:
    rows = [row for row in asked.rows if row["kind"] == kind]
    first = rows[0]
    words = f"{board.noun} {KINDS[kind]}"
    return Chart(
        f"leaderboard_{board.name}_{kind}",
        f"Discovery, {words}: {board.ndcg} of the same lists",
        f"{first['model_name']} is highest where only {words} count ({first['text']}), over "
        f"{counted(first['n_users'], 'user')} who played some in test; baselines are orange. Models are not "
        "tested against each other within a kind: where intervals overlap, the order is not sure.",
        f"Dot plot of {board.ndcg} by model for {words}: highest {first['model_name']} with {first['text']}, lowest "
        f"{rows[-1]['model_name']} with {rows[-1]['text']}.",
        dots(rows, "ndcg", f"{board.ndcg} (0 to 1)"),
        asked.sql,
    )
