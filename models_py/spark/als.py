"""Factors by alternating least squares (Hu, Koren & Volinsky 2008), through Spark's MLlib."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
from pyspark.ml import recommendation
from pyspark.ml.recommendation import ALSModel
from pyspark.sql import DataFrame, SparkSession
from scipy import sparse

from models_py.data.interactions import DECAYS, Interactions
from models_py.matrices.cells import rows_of
from models_py.matrices.weighting import DAMPED, Preparation
from models_py.recommenders.base import Fading
from models_py.recommenders.fitted import Factors
from models_py.spark.cells import Cells
from models_py.spark.listing import in_blocks

# As those of models_py/recommenders/als.py.
ITERATIONS = 10


@dataclass(frozen=True)
class MLlibALS(Fading):
    """Played cells have a confidence of 1 + `confidence` times their weight.

    `regularization` counts once per cell of a user or an item, as MLlib has it (Zhou et al. 2008), so that its values
    are others than those of `als` of models_py/recommenders.
    """

    name: ClassVar[str] = "als"
    space: ClassVar[dict[str, tuple]] = {
        "factors": (8, 16, 32, 64),
        "weighting": DAMPED,
        "confidence": (0.1, 0.3, 1.0, 3.0, 10.0, 30.0),
        "regularization": (0.003, 0.01, 0.03, 0.1, 0.3, 1.0),
        "decay": DECAYS,
    }

    factors: int = 32
    weighting: str = "log_share"
    confidence: float = 1.0
    regularization: float = 0.1

    def fit(self, interactions: Interactions, seed: int, prepared: Any = None) -> Factors:
        """Hand the cells to Spark, and take back the factors."""
        counts = interactions.faded(self.decay).counts
        weights = Preparation.of(counts, self.weighting)(counts)
        table = pa.table({"user_index": rows_of(weights), "item_index": weights.indices, "weight": weights.data})
        session = SparkSession.builder.getOrCreate()
        model = self.learnt(session.createDataFrame(table), seed)
        users = factors_of(model.userFactors, counts.shape[0], model.rank)
        items = factors_of(model.itemFactors, counts.shape[1], model.rank)
        return Factors.learnt(counts, users, items, np.zeros(len(items)))

    def learnt(self, weighted: DataFrame, seed: int) -> ALSModel:
        """Fit on cells with columns user_index, item_index, weight."""
        als = recommendation.ALS(
            rank=self.factors,
            maxIter=ITERATIONS,
            regParam=self.regularization,
            alpha=self.confidence,
            implicitPrefs=True,
            userCol="user_index",
            itemCol="item_index",
            ratingCol="weight",
            seed=seed,
        )
        return als.fit(weighted.selectExpr("int(user_index)", "int(item_index)", "float(weight)"))


class ALSByMLlib:
    """Learns users' and items' factors in Spark; those of the items are sent to all workers."""

    recommender = MLlibALS
    engine = "spark_mllib"

    def lists(self, setting: MLlibALS, cells: Cells, tasks: Sequence[str], k: int, seed: int) -> DataFrame:
        """Rank items by their factors' products with the user's."""
        plays = cells.faded(setting.decay)
        model = setting.learnt(cells.weighted(plays, cells.preparation(plays, setting.weighting, 0.0, 0.0)), seed)
        items = factors_of(model.itemFactors, cells.n_items, model.rank)
        with_factors = cells.session.sql(
            """
            select plays.user_index, plays.item_index, plays.plays, cast(users.features as array<double>) as factors
            from {plays} as plays inner join {users} as users on plays.user_index = users.id
            """,
            plays=plays,
            users=model.userFactors,
        )

        def score(histories: sparse.csr_matrix, users: np.ndarray) -> np.ndarray:
            return (users @ items.T).astype(np.float32)

        return in_blocks(cells, with_factors, score, tasks, k, np.ones(cells.n_items, dtype=bool))


def factors_of(rows: DataFrame, n: int, rank: int) -> np.ndarray:
    """Put MLlib's factors into an array of float64, shape (n, rank); those of what has no cell are 0."""
    table, factors = rows.toArrow(), np.zeros((n, rank))
    if table.num_rows:
        factors[table["id"].to_numpy()] = np.stack(table["features"].to_numpy())
    return factors
