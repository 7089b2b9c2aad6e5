"""The k-core is what is left when nothing more can be taken away, however many rounds that takes."""

from collections import Counter
from pathlib import Path

import duckdb
import numpy as np
from dbt_runner import run_dbt

LINE = "ann\t2009-05-01T12:00:00Z\t\tLow\t\tMurderer\n"
MIN_ITEMS, MIN_USERS = 10, {"track": 5, "artist": 2}
CHAIN = 300

Cells = set[tuple[str, int]]


def chain_and_core() -> Cells:
    """Make users of whom only the two at the ends go in each round, and twelve who stay."""
    shared = {(f"user_{user}", 1000 + item) for user in range(CHAIN) for item in range(MIN_ITEMS - 2)}
    links = {(f"user_{user}", user + end) for user in range(CHAIN) for end in (0, 1)}
    core = {(f"core_{user}", 1000 + item) for user in range(12) for item in range(MIN_ITEMS)}
    return shared | links | core


def scattered(seed: int) -> Cells:
    """Make users and items of all sizes."""
    rng = np.random.default_rng(seed)
    return {
        (f"user_{user}", int(item)) for user in range(60) for item in rng.geometric(0.02, rng.integers(1, 60)) if item
    }


def peeled(cells: Cells, min_users: int) -> tuple[Cells, int]:
    """Take away what is below its threshold until nothing is, and count the rounds."""
    rounds = 0
    while True:
        of_user, of_item = Counter(user for user, _ in cells), Counter(item for _, item in cells)
        left = {(user, item) for user, item in cells if of_user[user] >= MIN_ITEMS and of_item[item] >= min_users}
        if left == cells:
            return cells, rounds
        cells, rounds = left, rounds + 1


def test_the_data_decide_how_many_rounds_are_peeled(tmp_path: Path) -> None:
    studies = {
        ("full", "artist"): chain_and_core(),
        ("full", "track"): scattered(1),
        ("random", "artist"): scattered(2),
        ("random", "track"): {(f"user_{user}", item) for user in range(4) for item in range(20)},
    }
    # more rounds than one statement can hold
    assert peeled(studies["full", "artist"], 2)[1] > CHAIN / 2
    warehouse, raw = tmp_path / "music.duckdb", tmp_path / "raw"
    raw.mkdir()
    (raw / "plays.tsv").write_text(LINE)
    users = sorted({user for cells in studies.values() for user, _ in cells})
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema intermediate")
        connection.execute(
            "create table intermediate.int_users_numbered as "
            "select unnest(?) as user_id, cast(unnest(range(?)) as integer) as user_number",
            [users, len(users)],
        )
        connection.execute(
            "create table intermediate.int_train_cells "
            "(split_name varchar, item_type varchar, user_id varchar, item_id bigint)"
        )
        # who is in fit and in validation is counted once
        rows = [(*study, *cell) for study, cells in studies.items() for cell in sorted(cells)] * 2
        connection.execute(
            "insert into intermediate.int_train_cells select unnest(?), unnest(?), unnest(?), unnest(?)",
            [list(column) for column in zip(*rows, strict=True)],
        )
    run_dbt("run", "--select", "int_k_core_peeled", warehouse=warehouse, raw=raw)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        found = connection.execute("select * from intermediate.int_k_core_peeled").fetchall()
    expected = []
    for (split_name, item_type), cells in studies.items():
        core, _ = peeled(cells, MIN_USERS[item_type])
        for place in (0, 1):
            active = Counter(cell[place] for cell in core)
            for member, degree in Counter(cell[place] for cell in cells).items():
                names = (member, None) if place == 0 else (None, member)
                expected.append((split_name, item_type, *names, member in active, degree, active.get(member)))
    assert any(row[4] for row in expected)
    assert Counter(found) == Counter(expected)
