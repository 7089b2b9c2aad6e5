"""Example users: by the rule, always the same, and fewer where there are few."""

import math
import random
from pathlib import Path

import duckdb
import pytest

from models_py.reports.examples import Example, example_users
from models_py.warehouse import Warehouse

Listeners = dict[str, tuple[int, float | None]]


def chosen(folder: Path, listeners: Listeners) -> dict[str, str]:
    """Choose among listeners, whose plays and mainstreamness are given, and return the id by role."""
    file = folder / "music.duckdb"
    file.unlink(missing_ok=True)
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema marts; create table marts.users (user_id varchar, play_count bigint)")
        connection.execute("create table marts.user_features (user_id varchar, mainstreamness double)")
        for user_id, (plays, mainstreamness) in listeners.items():
            connection.execute("insert into marts.users values (?, ?)", [user_id, plays])
            connection.execute("insert into marts.user_features values (?, ?)", [user_id, mainstreamness])
    examples = example_users(Warehouse(file))
    assert all(isinstance(example, Example) for example in examples)
    return {example.role: example.user_id for example in examples}


def test_a_hundred_users_by_hand(tmp_path: Path) -> None:
    # user 1 has 1 play, user 100 has 100, and who plays more is less mainstream
    listeners: Listeners = {f"u{n:03}": (n, 1 - n / 100) for n in range(1, 101)}
    # of users 50 to 100 without 50 and 95 there are 49: by mainstreamness place 3 is u098, place 47 is u053
    assert chosen(tmp_path, listeners) == {
        "light": "u013",
        "median": "u050",
        "heavy": "u095",
        "mainstream": "u053",
        "niche": "u098",
    }


@pytest.mark.parametrize("seed", range(5))
def test_any_users_by_another_way(tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    listeners: Listeners = {
        f"u{n:02}": (draw.randint(0, 30), draw.choice([None, *[n / 10 for n in range(10)]]))
        for n in range(draw.randint(10, 60))
    }
    by_plays = sorted((plays, user) for user, (plays, _) in listeners.items() if plays)

    def place(share: float, n: int) -> int:
        return max(1, math.ceil(share * n)) - 1

    light, median, heavy = (by_plays[place(share, len(by_plays))][1] for share in (0.125, 0.5, 0.95))
    middle = place(0.5, len(by_plays))
    others = sorted(
        (listeners[user][1], user)
        for _, user in by_plays[middle:]
        if user not in (light, median, heavy) and listeners[user][1] is not None
    )
    expected = {"light": light, "median": median, "heavy": heavy}
    if others:
        expected |= {"mainstream": others[place(0.95, len(others))][1], "niche": others[place(0.05, len(others))][1]}
    assert chosen(tmp_path, listeners) == expected


@pytest.mark.parametrize("n", range(8))
def test_few_users_are_fewer_examples_and_nobody_twice(tmp_path: Path, n: int) -> None:
    roles = chosen(tmp_path, {f"u{i}": (10 + i, i / 10) for i in range(n)})
    assert len(set(roles.values())) == len(roles) <= min(n, 5)
    assert (n == 0) == (not roles)


def test_users_without_plays_are_no_examples(tmp_path: Path) -> None:
    assert chosen(tmp_path, {"silent": (0, 0.5), "heard": (1, None)}) == {"light": "heard"}
