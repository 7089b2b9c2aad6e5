"""What Python needs of the marts on Spark: the study's numbers, and of each dataset a sample of users to tune on."""

import math
from dataclasses import replace
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession

from models_py.data.parameters import Parameters
from models_py.data.training import DATASETS, Dataset, TrainingData, read_training_data
from models_py.spark.cells import Cells
from models_py.warehouse import Warehouse, write_tables

# Marts with a row per item or a few, and those with rows per user, of which those of the sample are fetched.
OF_ITEMS = ("training_items", "training_item_windows", "training_tags")
OF_USERS = (
    "training_interactions",
    "training_interaction_periods",
    "validation_interactions",
    "training_known_artists",
)


def read_study(session: SparkSession, schema: str) -> tuple[Parameters, list[Dataset]]:
    """Read the study's numbers, and which datasets have training rows, from the marts in a schema."""
    row = session.table(f"{schema}.evaluation_parameters").first().asDict()
    return Parameters.of(row), [
        Dataset.of(each.asDict()) for each in session.sql(DATASETS.format(marts=schema)).collect()
    ]


def draw(cells: Cells, parameters: Parameters, path: Path) -> TrainingData:
    """Read the training data of a sample of users: all of them where their cells are no more than `max_tuning_cells`.

    Users are taken in the order of a hash of their ids, which is random and the same everywhere.

    Parameters
    ----------
    cells : Cells
    parameters : Parameters
    path : Path
        A file that is not there, for what is fetched.
    """
    users = cells.keep(_sampled(cells, parameters))
    tables = {name: cells.mart(name, "*") for name in OF_ITEMS}
    for name in OF_USERS:
        tables[name] = cells.session.sql(
            "select rows.* except (user_index), users.new_index as user_index "
            "from {rows} as rows inner join {users} as users on rows.user_index = users.user_index",
            rows=cells.mart(name, "*"),
            users=users,
        )
    write_tables(path, {f"marts.{name}": rows.toArrow() for name, rows in tables.items()})
    sampled = replace(cells.dataset, n_users=users.count())
    cells.release()
    return read_training_data(Warehouse(path), sampled, parameters.window_days)


def _sampled(cells: Cells, parameters: Parameters) -> DataFrame:
    """Draw users, and number them anew in the order of their index; columns user_index, new_index."""
    share = min(1.0, parameters.max_tuning_cells / max(cells.counted.count(), 1))
    users = max(math.ceil(share * cells.dataset.n_users), parameters.min_users_to_learn)
    return cells.session.sql(
        """
        with sampled as (select user_index from {users} order by md5(user_id) limit :users)
        select user_index, row_number() over (order by user_index) - 1 as new_index from sampled
        """,
        {"users": users},
        users=cells.mart("training_users", "user_index, user_id"),
    )
