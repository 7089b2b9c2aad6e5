"""Words for how many there are of each of several things."""

from models_py.reports.page.wording import count, counted


def within(fewest: float, most: float, noun: str) -> str:
    """Write between which numbers they lie: '10 to 28 users', or '18 users' where all are equal."""
    return counted(most, noun) if fewest == most else f"{count(fewest)} to {counted(most, noun)}"
