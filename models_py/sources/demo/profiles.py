"""The demo listeners' profiles, with the odd and missing values of real ones."""

from typing import NamedTuple

import numpy as np

COUNTRIES = (
    "United States", "United Kingdom", "Germany", "Poland", "Brazil", "Sweden", "Finland", "Japan", "Turkey", "Canada",
    "Netherlands", "Cote D'Ivoire", "Serbia and Montenegro", "Korea, Republic of", "Chile", "New Zealand",
)  # fmt: skip
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DAY = 86_400


class Profile(NamedTuple):
    """One person's row; every field a text, empty where unknown."""

    gender: str
    age: str
    country: str
    registered: str


def make_profiles(first_played: np.ndarray, rng: np.random.Generator) -> list[Profile]:
    """Invent a profile for each user, and one more for somebody who never played anything.

    Parameters
    ----------
    first_played : numpy.ndarray
        int64, shape (users,): second of each user's first play; most registered shortly before.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    list of Profile
        `len(first_played)` and one. The second and third have the ages 3 and 103, the fourth is empty.
    """
    profiles = [_profile(second, rng) for second in [*first_played.tolist(), int(first_played.max())]]
    profiles[1] = profiles[1]._replace(age="3")
    profiles[2] = profiles[2]._replace(age="103")
    profiles[3] = Profile("", "", "", "")
    return profiles


def _profile(first_played: int, rng: np.random.Generator) -> Profile:
    gender, age, years, country, where, dated, days = rng.random(7).tolist()
    return Profile(
        gender="m" if gender < 0.5 else "f" if gender < 0.88 else "",
        age=str(15 + int(45 * years * years)) if age < 0.4 else "",
        country=COUNTRIES[int(where * where * len(COUNTRIES))] if country < 0.92 else "",
        registered=_date(first_played - int(300 * DAY * days * days)) if dated < 0.98 else "",
    )


def _date(second: int) -> str:
    """Write a date as the real files do, 'Aug 13, 2006', whatever the locale."""
    year, month, day = np.datetime_as_string(np.datetime64(second, "s"), unit="D").split("-")
    return f"{MONTHS[int(month) - 1]} {int(day)}, {year}"
