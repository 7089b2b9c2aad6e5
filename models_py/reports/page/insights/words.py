"""Words that several insights share: kinds of lists as SQL writes them, numbers between which others lie."""

from models_py.reports.page.study import TASKS
from models_py.reports.page.wording import count, counted


def called(table: str) -> str:
    """Write the SQL of what a row's kind of list is called: 'Discovery, tracks'."""
    names = " ".join(f"when '{task}' then '{name}'" for task, name in TASKS.items())
    return f"case {table}.task {names} end || ', ' || {table}.item_type || 's'"


def order(table: str) -> str:
    """Write the SQL by which kinds of lists are put in order."""
    tasks = ", ".join(f"'{task}'" for task in TASKS)
    return f"{table}.item_type desc, list_position([{tasks}], {table}.task)"


def within(fewest: float, most: float, noun: str) -> str:
    """Write between which numbers they lie: '10 to 28 users', or '18 users' where all are equal."""
    return counted(most, noun) if fewest == most else f"{count(fewest)} to {counted(most, noun)}"
