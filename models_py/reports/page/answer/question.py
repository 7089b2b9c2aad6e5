"""What the study asks, and of which data."""

from collections.abc import Iterator, Sequence

from models_py.reports.page import wording
from models_py.reports.page.asking import Marts
from models_py.reports.page.blocks import Block, Group, Missing, Row, Sentence

QUESTION = (
    "Can useful recommendations be found when nearly all pairs of people and music are empty? That is three questions: "
    "which patterns there are, what can be recommended, and how much of any answer is decided by the way it is "
    "measured."
)

ANSWERS = """
    select l.item_type, l.model_name, l.k, c.baseline_name, c.mean_difference, c.ci_low, c.ci_high, c.verdict
    from marts.model_leaderboard as l
    inner join marts.evaluation_parameters as p on l.split_name = p.default_split
    left join marts.model_comparisons as c
        on l.split_name = c.split_name and l.item_type = c.item_type and l.task = c.task
            and l.model_name = c.model_name and c.compared_with = 'best_baseline'
    where l.task = 'discovery' and l.leaderboard_rank = 1
    order by l.item_type desc
    """


def group(marts: Marts) -> Group:
    """Ask how empty the matrix is, and whether anything can be recommended from it."""
    return Group("question", "The question", list(_blocks(marts)))


def _blocks(marts: Marts) -> Iterator[Block]:
    yield Sentence(QUESTION)
    empty = marts.ask(
        """
        select item_type, user_count, item_count, cell_count, 1 - density as empty_share
        from marts.matrix_sparsity
        where split_name = 'full' and stage = 'all' and cell_count > 0
        order by item_type desc
        """
    )
    for row in empty.rows:
        kind = str(row["item_type"])
        yield Sentence(
            f"Here {wording.counted(row['user_count'], 'user')} played {wording.counted(row['item_count'], kind)}: "
            f"{wording.count(row['cell_count'])} pairs of user and {kind} have a play, and "
            f"{wording.percent(row['empty_share'])} have none.",
            empty.sql,
        )
    if not empty.rows:
        yield Missing("Not enough data: nothing was played.")
        return
    answers = marts.ask(ANSWERS)
    if not answers.rows:
        yield Missing("Not enough data: no model could be judged, so the question has no answer here.")
        return
    yield Sentence(wording.claim(_answer(answers.rows), marts.is_demo), answers.sql, is_lead=True)


def _answer(rows: Sequence[Row]) -> str:
    """Say yes as far as the first model is shown to be better than the best list that is the same for everybody."""
    shown = [row for row in rows if row["verdict"] == "better"]
    others = [f"{row['item_type']}s" for row in rows if row["verdict"] != "better"]
    gains = [
        f"{wording.signed(row['mean_difference'])} (95% interval {wording.interval(row['ci_low'], row['ci_high'])})"
        for row in shown
    ]
    if not shown:
        return (
            f"Not shown: for new {wording.listed(others)}, no list of one's own is better than the best one that is "
            "the same for everybody."
        )
    but = f"; for new {wording.listed(others)} that is not shown" if others else ""
    new = wording.listed([f"{row['item_type']}s" for row in shown])
    return (
        f"{'In part' if others else 'Yes'}: for new {new}, lists of one's own are better than the best one that is the "
        f"same for everybody, in NDCG@{rows[0]['k']} by {wording.listed(gains)}{but}."
    )
