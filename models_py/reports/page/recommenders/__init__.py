"""The chapter on recommenders: who leads at what, what is sure about it, and what it costs."""

from models_py.reports.leaderboard import PLAYED, reasons
from models_py.reports.page.asking import Marts
from models_py.reports.page.blocks import Group, Missing, Section
from models_py.reports.page.recommenders.costs import costs
from models_py.reports.page.recommenders.differences import differences
from models_py.reports.page.recommenders.leaders import kinds, leaders, table
from models_py.reports.page.recommenders.lengths import lengths
from models_py.reports.page.recommenders.overlaps import overlaps
from models_py.reports.page.recommenders.searches import searches
from models_py.reports.page.recommenders.segments import segments
from models_py.reports.page.recommenders.splits import random_against_time, spread
from models_py.reports.page.recommenders.trade_offs import diversity, trade_offs
from models_py.reports.page.study import Board, Study, boards


def section(marts: Marts) -> Section:
    """Ask how the models were judged."""
    study = Study.of(marts)
    found = boards(study)
    played = marts.ask(PLAYED)
    lacking = [
        Missing(f"Not enough data: {reason[0].lower()}{reason[1:]}", played.sql)
        for reason in reasons(played.rows, {board.item_type for board in found})
    ]
    led = [block for board in found for block in (*leaders(board), *kinds(board))]
    groups = [Group("leaders", "Who leads", [*led, *lacking]), *(_judged(found) if found else [])]
    return Section("recommenders", "Recommenders", groups)


def _judged(found: list[Board]) -> list[Group]:
    """Give what follows where there is a leaderboard; discovery is what most of it looks at."""
    main = [board for board in found if board.task == "discovery"]
    opponents = [("best_baseline", board) for board in found] + [("leader", board) for board in main]
    tested = [block for opponent, board in opponents for block in differences(board, opponent)]
    return [
        Group("figures", "The figures side by side", [table(board) for board in main]),
        Group("differences", "Which differences are real", tested),
        Group("lengths", "Short lists and long ones", [lengths(board) for board in main]),
        Group("trade_offs", "Accuracy against breadth", [block for board in main for block in trade_offs(board)]),
        Group("diversity", "Accuracy against variety", [block for board in main for block in diversity(board)]),
        Group("segments", "For whom, and for what", [block for board in main for block in segments(board)]),
        Group("costs", "Cost against quality", [costs(board) for board in main]),
        Group("time", "Random against time", [random_against_time(board) for board in main]),
        Group("spread", "Over several splits", [block for board in main for block in spread(board)]),
        Group("tuning", "How far tuning got", [searches(board) for board in main]),
        Group("overlaps", "What models share", [overlaps(board) for board in main]),
    ]
