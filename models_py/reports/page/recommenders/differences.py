"""Which differences between models are real: paired by user, with p-values corrected for how many models are tried."""

from models_py.reports.page.asking import Answered
from models_py.reports.page.blocks import Block, Chart, Missing, Sentence
from models_py.reports.page.drawing import Mark, dots
from models_py.reports.page.study import Board
from models_py.reports.page.wording import counted, named

COLOURS = {"better": "@accent", "worse": "@second", "tie": "@muted", "not known": "@muted"}
OPPONENTS = {"best_baseline": "the best baseline", "leader": "the leader"}


def differences(board: Board, opponent: str) -> list[Block]:
    """Say which models differ from an opponent, and draw by how much; anything at once is repeats above all."""
    asked = board.study.marts.ask(
        f"""
        select
            model_name,
            baseline_name,
            round(mean_difference, 6) as difference,
            round(ci_low, 6) as low,
            round(ci_high, 6) as high,
            p_value_adjusted,
            case
                when p_value_adjusted < 0.001 then 'p < 0.001'
                else format('p {{:.3f}}', p_value_adjusted)
            end as text,
            verdict as role,
            count(*) over (partition by verdict) as of_verdict,
            n_users,
            k
        from marts.model_comparisons as c
        where {board.only("c")} and compared_with = '{opponent}'
        order by mean_difference desc, model_name
        """
    )
    if not asked.rows:
        return [
            Missing(
                f"Not enough data: no model can be compared with {OPPONENTS[opponent]} at {board.meaning} "
                "(model_comparisons has no row)."
            )
        ]
    return [_verdicts(board, opponent, asked), *([] if board.task == "all" else [_drawn(board, opponent, asked)])]


def _verdicts(board: Board, opponent: str, asked: Answered) -> Sentence:
    name = asked.rows[0]["baseline_name"]
    words = {"better": "above it", "tie": "level with it", "worse": "below it", "not known": "without a verdict"}
    parts = []
    for verdict in dict.fromkeys(row["role"] for row in asked.rows):
        found = [row for row in asked.rows if row["role"] == verdict]
        names = named([row["model_name"] for row in found])
        verb = "is" if len(found) == 1 else "are"
        parts.append(f"{counted(found[0]['of_verdict'], 'model')} {verb} {words[verdict]} ({names})")
    text = f"{board.title}, against {OPPONENTS[opponent]}, {name}: {'; '.join(parts)}."
    return board.study.says(text, asked.sql)


def _drawn(board: Board, opponent: str, asked: Answered) -> Chart:
    rows = asked.rows
    first, last = rows[0], rows[-1]
    name = first["baseline_name"]
    note = (
        " The leader is picked on these very users, which flatters it: a tie is a tie, but a loss against it "
        "needs other splits."
        if opponent == "leader"
        else ""
    )
    return Chart(
        f"differences_{board.name}_{opponent}",
        f"{board.title}: difference of {board.ndcg} to {OPPONENTS[opponent]}, {name}",
        f"Dots are mean differences over {counted(first['n_users'], 'user')}, lines 95% intervals, paired by user; p "
        "is adjusted for the number of models (Holm). Blue is better, orange worse, grey a tie: the interval reaches "
        f"the rule, or p is too high to tell.{note}",
        f"Forest plot of differences of {board.ndcg} to {name}: {first['model_name']} {first['difference']:+.3f} "
        f"({first['text']}) at the top, {last['model_name']} {last['difference']:+.3f} ({last['text']}) at the bottom.",
        dots(
            rows,
            "difference",
            f"Difference of {board.ndcg} to {name}",
            COLOURS,
            mark=Mark(0.0, "no difference"),
            form="+.2~f",
        ),
        asked.sql,
    )
