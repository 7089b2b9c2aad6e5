"""The same list for everybody, by SQL: as `most_popular` and `recent_popular` of models_py/recommenders."""

from collections.abc import Sequence

from pyspark.sql import DataFrame

from models_py.recommenders.most_popular import MostPopular
from models_py.recommenders.recent_popular import RecentPopular
from models_py.spark.cells import Cells
from models_py.spark.listing import same_for_all


class MostPopularBySQL:
    """Counts listeners or plays."""

    recommender = MostPopular
    engine = "spark_sql"

    def lists(self, setting: MostPopular, cells: Cells, tasks: Sequence[str], k: int, seed: int) -> DataFrame:
        """List the most popular items that a task allows."""
        counted = "count(*)" if setting.counted_in == "listeners" else "sum(plays)"
        scored = cells.session.sql(
            f"select item_index, double({counted}) as score from {{cells}} group by all", cells=cells.counted
        )
        return same_for_all(cells, scored, tasks, k)


class RecentPopularBySQL:
    """Counts the plays of a window; among equals, those with more listeners ever."""

    recommender = RecentPopular
    engine = "spark_sql"

    def lists(self, setting: RecentPopular, cells: Cells, tasks: Sequence[str], k: int, seed: int) -> DataFrame:
        """List what was played most lately."""
        (named,) = cells.session.sql(f"select window_days from {cells.schema}.evaluation_parameters").first()
        of_study = [int(days) for days in named.split(",")]
        windows = cells.mart("training_item_windows", "item_index, window_days, play_count", "part = 'train'")
        scored = cells.session.sql(
            """
            with counted as (
                select item_index, count(*) as listeners from {cells} group by all
            ),
            recent as (
                select item_index, sum(play_count) as plays from {windows}
                where window_days = :window_days group by all
            )
            select item_index,
                coalesce(plays, 0) + listeners / ((select max(listeners) from counted) + 1D) as score
            from counted left join recent using (item_index)
            """,
            {"window_days": min(of_study, key=lambda days: (abs(days - setting.window_days), days))},
            windows=windows,
            cells=cells.counted,
        )
        return same_for_all(cells, scored, tasks, k)
