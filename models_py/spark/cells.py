"""The training cells of one split and item type as tables of Spark, and their weights by SQL.

Sums are in double precision, and what Python's models keep in single precision is rounded to it, so that both rank
alike.
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from pyspark.sql import DataFrame, SparkSession

from models_py.data.training import Dataset
from models_py.matrices.weighting import BM25_B, BM25_K1, SHARE_SCALE, Preparation, popularity_scale

# Items of a user that items are compared by, the user's most played: pairs grow with the square of a history, and
# a few people have most of them.
LONGEST = 1000
# Of a cell's plays, its user's plays and the mean of these: the weightings of models_py/matrices/weighting.py.
WEIGHTS = {
    "binary": "1D",
    "log": "log1p(plays)",
    "log_share": f"log1p({SHARE_SCALE}D * plays / of_user)",
    "bm25": (
        f"plays * {BM25_K1 + 1}D "
        f"/ (plays + {BM25_K1}D * ({1 - BM25_B}D + {BM25_B}D * of_user / greatest({{mean_plays}}D, 1D)))"
    ),
}


@dataclass(frozen=True)
class Cells:
    """Plays of users and items.

    Attributes
    ----------
    session : SparkSession
    schema : str
        Of the marts that they are read from.
    dataset : Dataset
    """

    session: SparkSession
    schema: str
    dataset: Dataset
    _kept: list[DataFrame] = field(default_factory=list)

    def _spread(self, rows: DataFrame) -> DataFrame:
        """Divide rows among tasks by user: what is small becomes one task otherwise, and its pairs are many."""
        tasks = self.session.conf.get("spark.sql.shuffle.partitions")
        # some services choose the number themselves
        return rows.repartition(*[int(tasks)] if tasks.isdigit() else [], "user_index")

    def mart(self, name: str, columns: str, condition: str = "true") -> DataFrame:
        """Read columns of this dataset's rows of a mart."""
        return self.session.sql(
            f"select {columns} from {self.schema}.{name} "
            f"where split_name = :split_name and item_type = :item_type and {condition}",
            args=self.dataset.key,
        )

    @cached_property
    def counted(self) -> DataFrame:
        """Plays of each cell; columns user_index, item_index, plays."""
        rows = self.mart("training_interactions", "user_index, item_index, play_count")
        counted = self.session.sql(
            "select user_index, item_index, cast(sum(play_count) as double) as plays from {rows} group by all",
            rows=rows,
        )
        return self._spread(counted).persist()

    def keep(self, rows: DataFrame) -> DataFrame:
        """Keep rows that are read more than once, until `release`."""
        self._kept.append(rows.persist())
        return rows

    def release(self) -> None:
        """Let go of what was kept."""
        while self._kept:
            self._kept.pop().unpersist()

    def close(self) -> None:
        """Let go of the cells as well."""
        self.release()
        self.counted.unpersist()

    def faded(self, decay: float) -> DataFrame:
        """Divide plays by their period's age to a power, as `Interactions.faded`; all of them where there are none."""
        periods = self.mart(
            "training_interaction_periods", "user_index, item_index, age_days, play_count", "part = 'train'"
        )
        if not decay or periods.isEmpty():
            return self.counted
        faded = self.session.sql(
            """
            with youngest as (select min(age_days) as age from {periods})
            select user_index, item_index,
                cast(cast(sum(play_count * power(age_days / age, -:decay)) as float) as double) as plays
            from {periods} cross join youngest
            group by all
            """,
            {"decay": decay},
            periods=periods,
        )
        return self.keep(self._spread(faded))

    @cached_property
    def listeners(self) -> np.ndarray:
        """Users of every item, int64, in order of the items' index: all that is fetched of the catalogue."""
        rows = self.session.sql(
            """
            select count(cells.plays) as listeners
            from {items} as items
            left join {cells} as cells on items.item_index = cells.item_index
            group by items.item_index
            order by items.item_index
            """,
            items=self.mart("training_items", "item_index"),
            cells=self.counted,
        ).toArrow()
        return rows["listeners"].to_numpy()

    @property
    def n_items(self) -> int:
        """Number of items of the catalogue."""
        return len(self.listeners)

    def preparation(self, plays: DataFrame, weighting: str, popularity_power: float, user_power: float) -> Preparation:
        """Take from all cells what weights depend on, as `Preparation.of`."""
        (total,) = self.session.sql("select sum(plays) as plays from {plays}", plays=plays).first()
        scale = popularity_scale(self.listeners, -popularity_power).astype(np.float32)
        return Preparation(weighting, float(total or 0) / max(self.dataset.n_users, 1), scale, user_power)

    def weighted(self, plays: DataFrame, preparation: Preparation, popularity_power: float = 0.0) -> DataFrame:
        """Weigh cells as `preparation` does; columns user_index, item_index, weight (float)."""
        weight = WEIGHTS[preparation.weighting].format(mean_plays=preparation.mean_plays)
        weighted = self.session.sql(
            f"""
            with shared as (
                select *,
                    sum(plays) over (partition by user_index) as of_user,
                    count(*) over (partition by item_index) as listeners
                from {{plays}}
            )
            select user_index, item_index,
                cast({weight} as float) * cast(power(listeners, -:popularity_power) as float) as weight
            from shared
            """,
            {"popularity_power": popularity_power},
            plays=plays,
        )
        return self.by_length(weighted, preparation.user_power)

    def by_length(self, weighted: DataFrame, power: float) -> DataFrame:
        """Divide each user's weights by their length to a power."""
        if not power:
            return weighted
        return self.session.sql(
            """
            select user_index, item_index,
                weight * cast(
                    power(greatest(sqrt(sum(double(weight) * weight) over (partition by user_index)), 1e-12D), -:power)
                    as float
                ) as weight
            from {weighted}
            """,
            {"power": power},
            weighted=weighted,
        )

    def products(self, weighted: DataFrame) -> tuple[DataFrame, DataFrame]:
        """Multiply the columns of any two items, over each user's most played.

        Returns
        -------
        products : DataFrame
            Columns item_index, other_index (the larger of the two), product, and the items' products with themselves,
            square and other_square (double).
        squares : DataFrame
            Columns item_index and square.
        """
        rows = self.session.sql(
            """
            with placed as (
                select *, row_number() over (partition by user_index order by weight desc, item_index) as place
                from {weighted}
            )
            select user_index, item_index, double(weight) as weight,
                sum(double(weight) * weight) over (partition by item_index) as square
            from placed where place <= :longest
            """,
            {"longest": LONGEST},
            weighted=weighted,
        )
        compared = self.keep(self._spread(rows))
        products = self.session.sql(
            """
            select one.item_index, other.item_index as other_index, sum(one.weight * other.weight) as product,
                any_value(one.square) as square, any_value(other.square) as other_square
            from {compared} as one
            inner join {compared} as other
                on one.user_index = other.user_index and one.item_index < other.item_index
            group by one.item_index, other.item_index
            """,
            compared=compared,
        )
        squares = self.session.sql(
            "select item_index, any_value(square) as square from {compared} group by all", compared=compared
        )
        return products, squares
