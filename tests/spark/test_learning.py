"""What Spark learns from the exported marts is what Python learns from the warehouse."""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from conftest import study_in
from spark_marks import NEEDS_SPARK

from models_py.data.interactions import Interactions
from models_py.data.parameters import Parameters
from models_py.data.training import Dataset, TrainingData, read_datasets, read_training_data
from models_py.evaluation.ranking import recommend
from models_py.recommenders.base import Recommender
from models_py.recommenders.ease import EASE
from models_py.recommenders.item_knn import ItemKNN
from models_py.recommenders.most_popular import MostPopular
from models_py.recommenders.recent_popular import RecentPopular
from models_py.recommenders.slim import SLIM
from models_py.terminal.progress import stage
from models_py.warehouse import Warehouse

pytestmark = NEEDS_SPARK

K = 100
TEMPORAL, WINDOWS = ("temporal", "artist"), ("windows", "track")
# each word of a space, and numbers away from the defaults; plays fade where they are in periods, which windows have
CASES = [
    (MostPopular(), TEMPORAL),
    (MostPopular("plays"), WINDOWS),
    (RecentPopular(30), TEMPORAL),
    (ItemKNN(decay=0.0), TEMPORAL),
    (ItemKNN("source", "bm25", "log", "dice", 8, 1.0, 1.0, 2.0, 0.75, decay=1.0), WINDOWS),
    (ItemKNN(compared_by="binary", weighting="binary", neighbours=60, user_power=0.0, shrinkage=0.0), TEMPORAL),
    (EASE(decay=0.5), WINDOWS),
    (EASE(weighting="bm25", user_power=0.5, popularity_power=0.0, exponent=1.0), TEMPORAL),
    (SLIM(decay=2.0), WINDOWS),
    (SLIM(weighting="log", neighbours=10), TEMPORAL),
]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """Build the embedded demo with DuckDB, also with a split cut at dates, and export it."""
    study = study_in(
        tmp_path_factory.mktemp("learning"), SPLITS="windows", VARS="{new_artists: true, max_tuning_cells: 4000}"
    )
    for command in (("build",), ("export", str(study.folder / "exported"))):
        result = study.run(*command)
        assert result.returncode == 0, result.stdout + result.stderr
    return Warehouse(study.warehouse)


@pytest.fixture(scope="module")
def session(warehouse: Warehouse) -> Iterator["SparkSession"]:  # noqa: F821
    """Start Spark on the exported tables, with a catalogue in memory."""
    from pyspark.sql import SparkSession

    # workers are to find the same libraries
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    folder = warehouse.path.parent
    options = {
        "spark.sql.warehouse.dir": str(folder / "spark"),
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.timestampType": "TIMESTAMP_NTZ",
        "spark.sql.shuffle.partitions": "2",
        "spark.ui.enabled": "false",
        "spark.log.level": "ERROR",
    }
    builder = SparkSession.builder.master("local[2]")
    for name, value in options.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sql("create schema marts")
    for table in sorted((folder / "exported" / "marts").iterdir()):
        session.sql(f"create table marts.{table.name} using parquet location '{table}'")
    yield session
    session.stop()


def dataset_of(warehouse: Warehouse, split_name: str, item_type: str) -> tuple[Dataset, TrainingData]:
    """Read one dataset as Python's jobs do."""
    key = {"split_name": split_name, "item_type": item_type}
    dataset = next(dataset for dataset in read_datasets(warehouse) if dataset.key == key)
    return dataset, read_training_data(warehouse, dataset, Parameters.read(warehouse).window_days)


def cells_of(session: "SparkSession", dataset: Dataset) -> "Cells":  # noqa: F821
    """Name the same on Spark."""
    from models_py.spark.cells import Cells

    return Cells(session, "marts", dataset)


def test_every_exported_table_is_read(session: "SparkSession", warehouse: Warehouse) -> None:  # noqa: F821
    names = warehouse.read("select table_name as name from duckdb_tables() where schema_name = 'marts'")["name"]
    assert len(names) > 60
    for name in names:
        (count,) = warehouse.read(f"select count(*) as n from marts.{name}")["n"]
        assert session.table(f"marts.{name}").count() == count, name


@pytest.mark.parametrize(("setting", "key"), CASES, ids=str)
def test_lists_are_those_of_python(
    session: "SparkSession",  # noqa: F821
    warehouse: Warehouse,
    setting: Recommender,
    key: tuple[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from models_py.spark import cells
    from models_py.spark.learning import LEARNERS

    # as Python has it
    monkeypatch.setattr(cells, "LONGEST", 10**6)
    dataset, data = dataset_of(warehouse, *key)
    tasks = ["discovery", "repeat", "all"] + ["new_artists"] * (key == WINDOWS)
    learner = next(learner for learner in LEARNERS if learner.recommender is type(setting))
    rows = learner.lists(setting, cells_of(session, dataset), tasks, K, seed=1).toArrow().to_pylist()
    model = setting.fit(data.train, seed=1)
    expected = recommend(model, data.train, np.arange(data.train.n_users), tasks, K)
    scores = model.scores(np.arange(data.train.n_users))
    for task in tasks:
        found = {(row["user_index"], row["rank"]): row for row in rows if row["task"] == task}
        lists = expected[task]
        assert found.keys() == set(zip(lists.user_index.tolist(), lists.rank.tolist(), strict=True))
        order = [found[key] for key in zip(lists.user_index.tolist(), lists.rank.tolist(), strict=True)]
        np.testing.assert_allclose([row["score"] for row in order], lists.score, rtol=1e-5, atol=1e-9)
        items = np.array([row["item_index"] for row in order])
        # of items that are as good as equal, either may come first
        np.testing.assert_allclose(scores[lists.user_index, items], lists.score, rtol=1e-5, atol=1e-9)
        assert np.mean(items == lists.item_index) > 0.99


def test_the_longest_histories_are_cut(
    session: "SparkSession",  # noqa: F821
    warehouse: Warehouse,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from models_py.spark import cells as of_cells

    dataset, data = dataset_of(warehouse, *TEMPORAL)
    cells = cells_of(session, dataset)
    monkeypatch.setattr(of_cells, "LONGEST", 5)
    weighted = cells.weighted(cells.counted, cells.preparation(cells.counted, "log", 0.0, 0.0))
    products, squares = cells.products(weighted)
    assert products.count() <= data.train.n_users * 10
    kept = np.minimum(np.diff(data.train.counts.indptr), 5).sum()
    (found,) = session.sql("select sum(square) as s from {squares}", squares=squares).first()
    (largest,) = session.sql("select max(weight) as w from {weighted}", weighted=weighted).first()
    assert 0 < found <= kept * largest**2


def test_a_catalogue_that_is_too_large_is_cut_to_the_best_known(
    session: "SparkSession",  # noqa: F821
    warehouse: Warehouse,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from models_py.spark import item_weights

    dataset, data = dataset_of(warehouse, *TEMPORAL)
    monkeypatch.setattr(item_weights, "MOST_ITEMS", 30)
    learner = item_weights.ItemWeightsOfGram(EASE)
    lists = learner.lists(EASE(decay=0.0), cells_of(session, dataset), ["all"], K, seed=1)
    listed = {row.item_index for row in lists.select("item_index").distinct().collect()}
    assert listed == set(np.argsort(-data.train.listeners, kind="stable")[:30].tolist())
    few = data.train.restricted(np.arange(data.train.n_users), np.array(sorted(listed)))
    model = EASE(decay=0.0).fit(Interactions.plain(few.counts), seed=1)
    best = {row.user_index: row.score for row in lists.where("rank = 1").collect()}
    played = np.flatnonzero(np.diff(few.counts.indptr))
    np.testing.assert_allclose([best[user] for user in played], model.scores(played).max(axis=1), rtol=1e-4)


def test_tuning_sees_a_sample_of_users(session: "SparkSession", warehouse: Warehouse, tmp_path: Path) -> None:  # noqa: F821
    from models_py.spark.drawing import draw

    dataset, data = dataset_of(warehouse, *TEMPORAL)
    parameters = Parameters.read(warehouse)
    whole = replace(parameters, max_tuning_cells=data.train.counts.nnz)
    everybody = draw(cells_of(session, dataset), whole, tmp_path / "all.duckdb")
    for part in ("fit", "train"):
        difference = getattr(everybody, part).counts - getattr(data, part).counts
        assert difference.nnz == 0
    some = draw(cells_of(session, dataset), parameters, tmp_path / "some.duckdb")
    share = parameters.max_tuning_cells / data.train.counts.nnz
    assert some.train.n_users == int(np.ceil(share * data.train.n_users)) < data.train.n_users
    rows = {tuple(row.indices.tolist()) for row in data.train.counts}
    assert all(tuple(row.indices.tolist()) in rows for row in some.train.counts)


@dataclass(frozen=True)
class Broken:
    """Fails where Spark computes what it promised."""

    recommender = ItemKNN
    engine = "spark_sql"

    def lists(self, setting: Recommender, cells: "Cells", *_: object) -> "DataFrame":  # noqa: F821
        """Give a row whose score cannot be computed."""
        columns = "0 as user_index, 'all' as task, 1 as rank, 0 as item_index"
        return cells.session.sql(f"select {columns}, cast(raise_error('no room') as double) as score")


def test_a_model_that_fails_leaves_the_others_alone(
    session: "SparkSession",  # noqa: F821
    warehouse: Warehouse,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from models_py.spark import learning
    from models_py.spark.popularity import MostPopularBySQL
    from models_py.spark.results import Results

    warehouse.write_parquet(tmp_path, "recommender")
    session.sql("create schema recommender")
    for table in sorted(tmp_path.iterdir()):
        session.sql(f"create table recommender.{table.name} using parquet location '{table}'")
    monkeypatch.setattr(learning, "LEARNERS", (Broken(), MostPopularBySQL()))
    results = Results(session, "_of_the_test")
    with stage("Recommenders") as shown:
        learning.learn(session, "marts", results, shown)
    runs = session.table(f"{results.schema}.runs").select("model_name", "status", "reason").distinct().collect()
    statuses = {name: (status, reason) for name, status, reason in runs}
    assert statuses.keys() == {"item_knn", "most_popular"} and statuses["most_popular"] == ("ok", None)
    assert statuses["item_knn"][0] == "failed" and "no room" in statuses["item_knn"][1]
    listed = session.table(f"{results.schema}.recommendations").select("model_name").distinct().collect()
    assert [name for (name,) in listed] == ["most_popular"]


def test_als_learns_more_than_popularity(session: "SparkSession", warehouse: Warehouse) -> None:  # noqa: F821
    from models_py.evaluation.metrics import ndcg
    from models_py.spark.als import MLlibALS

    _, data = dataset_of(warehouse, *TEMPORAL)

    def validated(setting: Recommender) -> float:
        model = setting.fit(data.fit, seed=1)
        [lists] = recommend(model, data.fit, np.arange(data.fit.n_users), ["discovery"], 20).values()
        return ndcg(lists, data.validation.relevant["discovery"], data.validation.n_relevant["discovery"], 20).mean()

    assert validated(MLlibALS(decay=0.0)) > 1.5 * validated(MostPopular())
