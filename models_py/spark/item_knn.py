"""What resembles the items that a user plays, by SQL: as `item_knn` of models_py/recommenders."""

from collections.abc import Sequence

from pyspark.sql import DataFrame

from models_py.recommenders.item_knn import ItemKNN
from models_py.spark.cells import Cells
from models_py.spark.listing import by_user

# Of the product and the squares of two items.
SIMILARITIES = {
    "cosine": "product / (sqrt(square) * sqrt(other_square) + :shrinkage)",
    "dice": "product / ((square + other_square) / 2 + :shrinkage)",
}


class ItemKNNBySQL:
    """Counts what users play together, the longest histories cut, and keeps the nearest of each item."""

    recommender = ItemKNN
    engine = "spark_sql"

    def lists(self, setting: ItemKNN, cells: Cells, tasks: Sequence[str], k: int, seed: int) -> DataFrame:
        """Add up the weights between the user's items and all others."""
        plays = cells.faded(setting.decay)
        weights = self._weights(setting, cells, plays)
        histories = cells.weighted(plays, cells.preparation(plays, setting.weighting, 0.0, 0.0))
        scored = cells.keep(
            cells.session.sql(
                """
            select histories.user_index, weights.target as item_index,
                double(float(sum(double(histories.weight) * weights.weight))) as score
            from {histories} as histories
            inner join {weights} as weights on histories.item_index = weights.played
            group by all
            """,
                histories=histories,
                weights=weights,
            )
        )
        return by_user(cells, scored, tasks, k)

    def _weights(self, setting: ItemKNN, cells: Cells, plays: DataFrame) -> DataFrame:
        """Weigh the nearest, from the item that is played to those it speaks for; columns played, target, weight."""
        return cells.keep(
            cells.session.sql(
                f"""
            with ranked as (
                select *, row_number() over (partition by item_index order by similarity desc, other_index) as place
                from {{similar}}
            ),
            sharpened as (
                select {"other_index" if setting.nearest_to == "target" else "item_index"} as played,
                    {"item_index" if setting.nearest_to == "target" else "other_index"} as target,
                    float(power(similarity, :sharpness)) as weight
                from ranked where place <= :neighbours
            )
            select played, target,
                weight * float(
                    power(greatest(sum(double(weight)) over (partition by target), 1e-12D), -:normalization)
                ) as weight
            from sharpened where weight > 0
            """,
                {
                    "sharpness": setting.sharpness,
                    "neighbours": setting.neighbours,
                    "normalization": setting.normalization,
                },
                similar=self._similar(setting, cells, plays),
            )
        )

    def _similar(self, setting: ItemKNN, cells: Cells, plays: DataFrame) -> DataFrame:
        """Compare the items that some user plays both of; columns item_index, other_index, similarity (float)."""
        compared = cells.weighted(plays, cells.preparation(plays, setting.compared_by, 0.0, 0.0))
        products, squares = cells.products(cells.by_length(compared, setting.user_power))
        (energy,) = cells.session.sql("select coalesce(sum(square), 0D) from {squares}", squares=squares).first()
        return cells.session.sql(
            f"""
            with pairs as (
                select *, float({SIMILARITIES[setting.similarity]}) as similarity from {{products}}
            )
            select inline(array(
                struct(item_index, other_index, similarity),
                struct(other_index as item_index, item_index as other_index, similarity)
            ))
            from pairs where similarity > 0
            """,
            {"shrinkage": setting.shrinkage * energy / cells.n_items},
            products=products,
        )
