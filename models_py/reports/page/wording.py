"""Figures as words: every number of the report is written by one of these, once, in one form."""

from collections.abc import Sequence
from datetime import datetime

# names in a sentence, beyond which the rest are 'others'
NAMED = 4
# below these shares a percentage has one decimal more
ONE_DECIMAL, TWO_DECIMALS = 0.1, 0.01
MOST_DECIMALS = 6


def count(number: float) -> str:
    """Write a whole number, its thousands apart."""
    return f"{number:,.0f}"


def counted(number: float, one: str, many: str = "") -> str:
    """Write a number of things: '1 user', '1,234 users'."""
    return f"{count(number)} {one if number == 1 else many or one + 's'}"


def percent(share: float) -> str:
    """Write a share of 1 as a percentage, with decimals where it is small, or nearly all."""
    size = round(abs(share), 3)
    least = (size < ONE_DECIMAL) + (abs(share) < TWO_DECIMALS) if share else 0
    written = (f"{share:.{decimals}%}" for decimals in range(least, MOST_DECIMALS))
    # what is not all is not written as all, nor something as nothing
    return next((text for text in written if share in (0, 1) or float(text[:-1]) not in (0, 100)), f"{share:.0%}")


def figure(value: float, decimals: int = 3) -> str:
    """Write a score."""
    return f"{value:.{decimals}f}"


def seconds(value: float) -> str:
    """Write a duration with two or three digits that count."""
    decimals = sum(value < limit for limit in (10, 1, 0.1, 0.01))
    return f"{value:,.{decimals}f} s"


def signed(value: float, decimals: int = 3) -> str:
    """Write a difference with its sign."""
    return f"{value:+.{decimals}f}"


def interval(low: float, high: float, decimals: int = 3) -> str:
    """Write the ends of an interval."""
    return f"{figure(low, decimals)} to {figure(high, decimals)}"


def day(moment: object) -> str:
    """Write the day of a date or time in ISO 8601: '5 May 2009'."""
    found = datetime.fromisoformat(str(moment))
    return f"{found.day} {found:%B %Y}"


def month(moment: object) -> str:
    """Write the month of a date or time in ISO 8601: 'May 2009'."""
    return f"{datetime.fromisoformat(str(moment)):%B %Y}"


def listed(names: Sequence[str], last: str = "and") -> str:
    """Put names in a row: 'a', 'a and b', 'a, b and c'."""
    *first, end = names
    return f"{', '.join(first)} {last} {end}" if first else end


def named(names: Sequence[str]) -> str:
    """Put names in a row, all of them or the first: 'a, b, c, d and others'."""
    return listed(names if len(names) <= NAMED + 1 else [*names[:NAMED], "others"])


def claim(text: str, is_demo: bool) -> str:
    """Say of what a finding is one: of planted tastes, where the data are made up."""
    return f"On these planted tastes, {text[0].lower()}{text[1:]}" if is_demo else text
