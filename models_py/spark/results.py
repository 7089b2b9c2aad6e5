"""The tables of schema `recommender` on Spark: filled beside those that are read, which they replace by publication."""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession

from models_py.data.parameters import Parameters
from models_py.data.training import Dataset
from models_py.jobs.runs import Run, run_columns, trial_columns
from models_py.spark.cells import Cells
from models_py.warehouse import SCHEMA, strings


class Results:
    """Tables of one run, in schema `recommender` with the build's stamp; they are empty at first.

    Parameters
    ----------
    session : SparkSession
    build : str
        What the names of the build's schemas end in.
    """

    def __init__(self, session: SparkSession, build: str) -> None:
        self._session = session
        self.schema = f"{SCHEMA}{build}"
        session.sql(f"drop schema if exists {self.schema} cascade")
        session.sql(f"create schema {self.schema}")
        for row in session.sql(f"show tables in {SCHEMA}").collect():
            if not row.isTemporary:
                session.sql(
                    f"create table {self.schema}.{row.tableName} using parquet "
                    f"as select * from {SCHEMA}.{row.tableName} where false"
                )

    def add_runs(self, runs: Sequence[Run]) -> None:
        """Add the rows of one model's runs on a dataset, and of their trials."""
        dataset = runs[0].dataset
        key = {**dataset.key, "model_name": runs[0].model_name, "fingerprint": dataset.fingerprint}
        self._add("runs", run_columns(runs), key)
        self._add("trials", trial_columns(runs), key)

    def add_lists(self, cells: Cells, listed: DataFrame, model_name: str) -> None:
        """Add a model's lists; indices become the ids that the training marts give them."""
        rows = self._session.sql(
            """
            select :split_name as split_name, :item_type as item_type, task, :model_name as model_name, user_id,
                rank, item_id, score, :fingerprint as fingerprint
            from {listed}
            inner join {users} using (user_index)
            inner join {items} using (item_index)
            """,
            {**cells.dataset.key, "model_name": model_name, "fingerprint": cells.dataset.fingerprint},
            listed=listed,
            users=cells.mart("training_users", "user_index, user_id"),
            items=cells.mart("training_items", "item_index, item_id"),
        )
        self._insert("recommendations", rows)

    def add_served(self, dataset: Dataset, parameters: Parameters, served: Mapping[str, tuple[str, float]]) -> None:
        """Say which model serves each task, with its score on validation; lists are served as the model has them."""
        rows = {
            "task": strings(served),
            "model_name": strings(name for name, _ in served.values()),
            "validation_ndcg": np.array([score for _, score in served.values()], dtype=float),
            "max_tracks_per_artist": np.full(len(served), parameters.max_tracks_per_artist),
        }
        constants = {
            "item_type": dataset.item_type,
            "chosen_on_split": parameters.default_split,
            "fingerprint": dataset.fingerprint,
        }
        self._add("served_models", rows, constants)

    def _add(self, table: str, rows: Mapping[str, np.ndarray], constants: Mapping[str, object]) -> None:
        """Add rows of Python's, which a table has one or a few of per model."""
        n_rows = len(next(iter(rows.values())))
        if n_rows:
            arrays = {name: pa.array(_nullable(values)) for name, values in rows.items()}
            arrays |= {name: pa.array([value] * n_rows) for name, value in constants.items()}
            self._insert(table, self._session.createDataFrame(pa.table(arrays)))

    def _insert(self, table: str, rows: DataFrame) -> None:
        """Insert by name what the table has columns for, the others null."""
        columns = [
            f"cast({name if name in rows.columns else 'null'} as {data_type}) as {name}"
            for name, data_type in self._session.table(f"{self.schema}.{table}").dtypes
        ]
        rows.selectExpr(*columns).write.insertInto(f"{self.schema}.{table}")


def _nullable(values: np.ndarray) -> np.ndarray | list:
    """Make what could not be computed null, which is nan in Python."""
    return [None if value != value else value for value in values.tolist()] if values.dtype.kind == "f" else values
