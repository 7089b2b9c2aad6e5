"""Linear models of items from X'X: added up in Spark, solved on the driver, and sent to the workers that score.

As `ease` and `slim` of models_py/recommenders, which hold all histories. The catalogue is cut to the items that most
people know, so that the square of items fits into memory.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from scipy import sparse

from models_py.matrices.gram import Gram
from models_py.matrices.weighting import best_known
from models_py.memory import memory_limit
from models_py.recommenders.ease import EASE
from models_py.recommenders.fitted import FittedModel
from models_py.recommenders.slim import SLIM
from models_py.spark.cells import Cells
from models_py.spark.listing import in_blocks

# Items whose square is solved at most, and squares of doubles held meanwhile, by the workers of this machine as well.
MOST_ITEMS = 20_000
SQUARES = 10
# Items whose products are fetched at a time.
FETCHED = 500


@dataclass(frozen=True)
class ItemWeightsOfGram:
    """Adds up X'X in Spark, learns from it here, and scores in blocks of users.

    Attributes
    ----------
    recommender : type
        Of the settings.
    """

    recommender: type[EASE] | type[SLIM]
    engine: str = "spark_and_python"

    def lists(self, setting: EASE | SLIM, cells: Cells, tasks: Sequence[str], k: int, seed: int) -> DataFrame:
        """Solve, and fold everybody in."""
        plays = cells.faded(setting.decay)
        known = _known(cells)
        model = setting.of_gram(_gram(setting, cells, plays, known))
        may_be_listed = np.zeros(cells.n_items, dtype=bool)
        may_be_listed[known] = True
        score = partial(_scores, model=model, known=known)
        return in_blocks(cells, plays, score, tasks, k, may_be_listed)


def _scores(histories: sparse.csr_matrix, factors: np.ndarray, model: FittedModel, known: np.ndarray) -> np.ndarray:
    """Score the known items, all others 0."""
    scores = np.zeros(histories.shape, dtype=np.float32)
    scores[:, known] = model.fold_in(histories[:, known])
    return scores


def _known(cells: Cells) -> np.ndarray:
    """Choose as many items as may be solved, those with the most listeners."""
    fitting = int((memory_limit() / (8 * SQUARES)) ** 0.5)
    return best_known(cells.listeners, min(cells.n_items, MOST_ITEMS, fitting))


def _gram(setting: EASE | SLIM, cells: Cells, plays: DataFrame, known: np.ndarray) -> Gram:
    """Add up X'X of the known items."""
    if len(known) < cells.n_items:
        rows = pa.table({"item_index": known})
        plays = cells.session.sql(
            "select * from {plays} left semi join {known} using (item_index)",
            plays=plays,
            known=cells.session.createDataFrame(rows),
        )
    preparation = cells.preparation(plays, setting.weighting, setting.popularity_power, setting.user_power)
    products, squares = cells.products(cells.weighted(plays, preparation, setting.popularity_power))
    values, place = np.zeros((len(known), len(known))), np.full(cells.n_items, -1)
    place[known] = np.arange(len(known))
    for rows in _parts(cells.keep(products), known):
        one, other = place[rows["item_index"].to_numpy()], place[rows["other_index"].to_numpy()]
        values[one, other] = values[other, one] = rows["product"].to_numpy()
    rows = squares.toArrow()
    own = place[rows["item_index"].to_numpy()]
    values[own, own] = rows["square"].to_numpy()
    of_known = replace(preparation, scale=preparation.scale[known])
    return Gram(values, cells.listeners[known], cells.dataset.n_users, of_known)


def _parts(products: DataFrame, known: np.ndarray) -> Iterator[pa.Table]:
    """Fetch the products of some items at a time."""
    for start in range(0, len(known), FETCHED):
        of_items = known[start : start + FETCHED]
        yield products.where(f"item_index between {of_items[0]} and {of_items[-1]}").toArrow()
