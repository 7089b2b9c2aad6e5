"""Made studies, scored by dbt in one run for all tests of metrics and lists: each is a split of its own."""

import shutil
from collections import defaultdict
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import NamedTuple

import duckdb
import metric_cases as reference
import numpy as np
import pandas as pd
import pytest
from dbt_runner import run_dbt
from metric_cases import Case
from shared_folder import made_once

CASES = 60
SIMULATED_DATA_SETS = 200
PLAYS = "user_000001\t2009-05-0{day}T12:00:00Z\t\tSome Artist\t\tSome Title\n"
SCORED = ("path:models/intermediate/evaluation", "path:models/marts/evaluation")
KEYS = {
    "user_metrics": ["split_name", "item_type", "task", "model_name", "scope", "user_id", "metric", "k"],
    "model_metrics": ["split_name", "item_type", "task", "model_name", "scope", "metric", "k"],
}


class Scratch(NamedTuple):
    """A warehouse file and the raw files it was first built from."""

    warehouse: Path
    raw: Path


@pytest.fixture(scope="session")
def random_cases() -> list[Case]:
    rng = np.random.default_rng(20090619)
    return [
        reference.random_case(rng, f"case_{number}", item_type, "random" if number % 3 == 0 else "temporal")
        for number in range(CASES)
        for item_type in ("track", "artist")
    ]


@pytest.fixture(scope="session")
def control_case() -> Case:
    """Two control models: `oracle` knows what is relevant, `shuffled` recommends at random."""
    rng = np.random.default_rng(7)
    users, items = [f"user_{number:03d}" for number in range(300)], list(range(250))
    played = {user: rng.choice(items, size=60, replace=False) for user in users}
    train = {(user, int(item)) for user in users for item in played[user][:30]}
    test = {(user, int(item)) for user in users for item in played[user][20 : rng.integers(25, 60)]}
    case = Case("control", "track", "temporal", train, test, users, items[:220])
    for task in reference.TASKS:
        relevant = case.relevant(task, "recommendable")
        shuffled = {user: [int(item) for item in rng.permutation(case.candidates(task, user))] for user in users}
        case.lists["shuffled", task] = {user: items[:100] for user, items in shuffled.items()}
        case.lists["oracle", task] = {
            user: sorted(items, key=lambda item, found=relevant[user]: item not in found)[:100]
            for user, items in shuffled.items()
        }
    return case


@pytest.fixture(scope="session")
def crowd_case() -> Case:
    """More users than the bootstrap has blocks: each has one relevant item, and a list that holds it or not."""
    rng = np.random.default_rng(11)
    users = [f"user_{number:04d}" for number in range(4500)]
    train, test = {(user, 1) for user in users}, {(user, 2) for user in users}
    case = Case("crowd", "track", "random", train, test, users, [1, 2, 3])
    places = rng.integers(0, 4, size=len(users))
    case.lists["guess", "discovery"] = {
        user: [3] * int(place) + [2] for user, place in zip(users, places, strict=True) if place < 2
    }
    return case


@pytest.fixture(scope="session")
def twin_cases() -> list[tuple[Case, Case]]:
    """Pairs of one case under two sets of names, with lists whose values are bound to those of others."""
    rng = np.random.default_rng(17)
    pairs = []
    for number in range(25):
        kind = "random" if number % 3 == 0 else "temporal"
        case = reference.random_case(rng, f"original_{number}", "track", kind)
        reference.add_bound_lists(case)
        pairs.append((case, reference.relabelled(rng, case, f"relabelled_{number}")))
    return pairs


@pytest.fixture(scope="session")
def simulated_case() -> Case:
    """Draw data sets whose true means are known: a list hits with probability 1/2, at one of ten ranks."""
    rng = np.random.default_rng(1979)
    users = [f"user_{number:02d}" for number in range(60)]
    train, test = {(user, 1) for user in users}, {(user, 2) for user in users}
    case = Case("simulated", "track", "random", train, test, users, [1, 2, 3])
    for number in range(SIMULATED_DATA_SETS):
        places = rng.integers(0, 20, size=len(users))
        case.lists[f"data_set_{number:03d}", "discovery"] = {
            user: [3] * int(place) + [2] for user, place in zip(users, places, strict=True) if place < 10
        }
    return case


@pytest.fixture(scope="session")
def whole_cases() -> list[Case]:
    """Cases whose lists are all as they should be; who played the whole catalogue can discover nothing."""
    rng = np.random.default_rng(23)
    users, items = [f"user_{number}" for number in range(5)], list(range(1000, 1120))
    sizes = dict(zip(users, (12, 40, 60, 110, 120), strict=True))
    train = {(user, int(item)) for user, size in sizes.items() for item in rng.choice(items, size, replace=False)}
    cases = []
    for name, kind in {"whole_temporal": "temporal", "whole_random": "random", "full": "full"}.items():
        case = Case(name, "track", kind, train, set(), users, items)
        general = case.tasks if kind != "full" else ("discovery",)
        personal = () if kind == "random" else ("repeat", "all")
        for model, task in [*product(["general"], general), *product(["personal"], personal)]:
            case.lists[model, task] = {user: found[:100] for user in users if (found := case.candidates(task, user))}
        cases.append(case)
    return cases


@pytest.fixture(scope="session")
def scratch(
    tmp_path_factory: pytest.TempPathFactory,
    random_cases: list[Case],
    control_case: Case,
    crowd_case: Case,
    twin_cases: list[tuple[Case, Case]],
    simulated_case: Case,
    whole_cases: list[Case],
) -> Scratch:
    """Build a warehouse of the cases and score them all."""
    warehouse, raw = scratch_in(tmp_path_factory.mktemp("metrics"))
    twins = [case for pair in twin_cases for case in pair]
    write_cases(warehouse, [*random_cases, control_case, crowd_case, *twins, simulated_case, *whole_cases])
    # many of the lists are short on purpose; few draws, because a thousand groups are compared here
    selection = ("--select", *SCORED, "--exclude", "test_type:unit", "tag:lists")
    run_dbt("build", *selection, warehouse=warehouse, raw=raw, variables="{permutation_draws: 200}")
    return Scratch(warehouse, raw)


def scratch_in(folder: Path) -> Scratch:
    """Give a warehouse of five plays in a folder: all tables are there, for a test to put its own rows into."""
    warehouse, raw = folder / "music.duckdb", folder / "raw"
    raw.mkdir()
    (raw / "events.tsv").write_text("".join(PLAYS.format(day=day) for day in range(1, 6)))

    def build(built: Path) -> None:
        built.mkdir()
        models = ("--resource-type", "seed", "--resource-type", "model")
        run_dbt("build", *models, warehouse=built / warehouse.name, raw=raw, variables="{permutation_draws: 200}")

    shutil.copy(made_once("scratch", build) / warehouse.name, warehouse)
    return Scratch(warehouse, raw)


@pytest.fixture(scope="session")
def scored(scratch: Scratch) -> dict[str, pd.DataFrame]:
    """Read the tables that dbt makes of the cases, by name."""
    tables = ("user_metrics", "model_metrics", "model_leaderboard", "segment_metrics", "split_summary")
    with duckdb.connect(scratch.warehouse, read_only=True) as connection:
        return {table: connection.execute(f"select * from marts.{table}").df() for table in tables}


def write_cases(warehouse: Path, cases: Sequence[Case]) -> None:
    """Put the cases in the place of what the scratch warehouse was built from."""
    rows = defaultdict(list)
    for case in cases:
        add_cells(rows, case)
        add_results(rows, case)
    # three tracks whose numbers follow one another are by one artist
    items = {item for case in cases for _, item in case.train | case.test}
    rows["marts.tracks"] = [{"track_id": item, "artist_id": item // 3} for item in sorted(items)]
    splits = {case.split_name: {"split_kind": case.split_kind, "tasks": ",".join(case.tasks)} for case in cases}
    rows["intermediate.int_splits_built"] = [{"split_name": name, **split} for name, split in splits.items()]
    with duckdb.connect(warehouse) as connection:
        connection.execute("delete from intermediate.int_cells_by_period")
        for table, records in rows.items():
            frame = pd.DataFrame(records)  # noqa: F841 (DuckDB reads it by name)
            connection.execute(f"delete from {table}")
            connection.execute(f"insert into {table} by name select * from frame")


def add_cells(rows: dict[str, list[dict]], case: Case) -> None:
    """Add cells, users and catalogue; now and then a train cell lies in both of its parts."""
    place = {"split_name": case.split_name, "item_type": case.item_type}
    cells = f"intermediate.int_cells_split_{'by_time' if case.split_kind == 'temporal' else 'at_random'}"
    users = {user: index for index, user in enumerate(case.users)}
    items = {item: index for index, item in enumerate(case.items)}
    parts = [("fit",), ("validation",), ("fit", "validation")][: 2 if case.split_kind == "random" else 3]
    for number, (user, item) in enumerate(sorted(case.train)):
        for part in parts[number % len(parts)]:
            cell = place | {"part": part, "play_count": 1 + number % 4}
            rows[cells].append(cell | {"user_id": user, "item_id": item})
            if user in users and item in items:
                cell |= {"user_index": users[user], "item_index": items[item]}
                rows["marts.training_interactions"].append(cell)
    for user, item in sorted(case.test):
        cell = place | {"part": "test", "play_count": 1, "user_id": user, "item_id": item}
        rows[cells].append(cell)
    rows["marts.training_users"] += [place | {"user_id": user, "user_index": index} for user, index in users.items()]
    rows["marts.training_items"] += [
        place | {"item_id": item, "item_index": index, "parent_item_index": case.parent(item)}
        for item, index in items.items()
    ]
    rows["marts.training_fingerprints"].append(place | {"fingerprint": "new"})


def add_results(rows: dict[str, list[dict]], case: Case) -> None:
    """Add the lists, and a run and a trial of each, listed or not; those of one model failed."""
    place = {"split_name": case.split_name, "item_type": case.item_type, "fingerprint": "new"}
    lists = case.lists | {
        ("broken", task): found for (model, task), found in case.lists.items() if model == "most_popular"
    }
    for (model, task), found in lists.items():
        run = {"task": task, "model_name": model, "is_baseline": model == "most_popular"}
        rows["recommender.runs"].append(place | run | {"status": "failed" if model == "broken" else "ok"})
        if case.split_kind == "full":
            served = {"item_type": case.item_type, "task": task, "model_name": model, "fingerprint": "new"}
            rows["recommender.served_models"].append(served)
        elif not found or model not in ("most_popular", "broken"):
            trial = {"model_name": model, "task": task, "trial": 0, "is_chosen": True}
            rows["recommender.trials"].append(place | trial)
        for user, ranked in found.items():
            for rank, item in enumerate(ranked, start=1):
                place_in_list = {"task": task, "model_name": model, "user_id": user, "rank": rank, "item_id": item}
                rows["recommender.recommendations"].append(place | place_in_list | {"score": -float(rank // 3)})


def by_key(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Index a table by its key, which no two rows share."""
    indexed = table.set_index(KEYS[name])
    assert indexed.index.is_unique
    return indexed


def values_of(scored: dict[str, pd.DataFrame], case: Case, task: str, model: str, scope: str = "all") -> pd.DataFrame:
    """Users x (metric, k) of one model."""
    rows = scored["user_metrics"]
    keys = {"split_name": case.split_name, "task": task, "model_name": model, "scope": scope}
    for column, value in keys.items():
        rows = rows[rows[column] == value]
    return rows.pivot(index="user_id", columns=["metric", "k"], values="value").sort_index(axis="columns")
