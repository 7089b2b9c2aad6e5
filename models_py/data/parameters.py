"""The numbers that define the study, as the dbt vars set them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from models_py.errors import WarehouseError
from models_py.warehouse import Warehouse


@dataclass(frozen=True)
class Parameters:
    """What Python needs of the row of `evaluation_parameters`; the dbt vars are the only home of these numbers."""

    default_split: str
    min_listeners_to_group: int
    min_group_similarity: float
    min_items_per_user: int
    min_users_per_track: int
    min_users_per_artist: int
    min_users_to_learn: int
    tuning_trials: int
    tuning_budget_seconds: float
    max_tuning_cells: int
    random_seed: int
    list_length: int
    max_tracks_per_artist: int
    headline_k: int
    factorization_factors: tuple[int, ...]
    cluster_counts: tuple[int, ...]
    max_clustered_items: int
    theme_counts: tuple[int, ...]
    theme_top_items: int
    bootstrap_draws: int
    window_days: tuple[int, ...]
    love_plays: int
    min_segment_users: int
    new_artists: bool
    built_splits: tuple[str, ...]
    diversity_kind: str | None
    diversity_lambda: float
    mix_smoothing: float
    retention_min_outcomes: int

    def min_users(self, item_type: str) -> int:
        """Users that an active track, or artist, has at least."""
        return self.min_users_per_track if item_type == "track" else self.min_users_per_artist

    @staticmethod
    def read_row(warehouse: Warehouse) -> dict[str, object]:
        """Read the whole row from the warehouse; a timestamp as text."""
        times = warehouse.read(
            "select column_name as name from information_schema.columns where table_schema = 'marts' "
            "and table_name = 'evaluation_parameters' and data_type in ('DATE', 'TIMESTAMP') order by all"
        )["name"]
        as_text = ", ".join(f"cast({name} as varchar) as {name}" for name in times)
        row = warehouse.read(f"select * {f'replace ({as_text})' if as_text else ''} from marts.evaluation_parameters")
        return {name: values[0] for name, values in row.items()}

    @classmethod
    def read(cls, warehouse: Warehouse) -> "Parameters":
        """Read from the warehouse.

        Raises
        ------
        WarehouseError
            Where it was built by a version that did not have one of them.
        """
        row = cls.read_row(warehouse)
        try:
            return cls.of(row)
        except KeyError as error:
            raise WarehouseError(
                f"{warehouse.path} is of another version, which knew no {error.args[0]}: run `make evaluate`."
            ) from error

    @classmethod
    def of(cls, row: Mapping[str, object]) -> "Parameters":
        """Take them from the row of `evaluation_parameters`."""
        return cls(
            default_split=str(row["default_split"]),
            min_listeners_to_group=int(row["min_listeners_to_group"]),
            min_group_similarity=float(row["min_group_similarity"]),
            min_items_per_user=int(row["min_items_per_user"]),
            min_users_per_track=int(row["min_users_per_track"]),
            min_users_per_artist=int(row["min_users_per_artist"]),
            min_users_to_learn=int(row["min_users_to_learn"]),
            tuning_trials=int(row["tuning_trials"]),
            tuning_budget_seconds=float(row["tuning_budget_seconds"]) or np.inf,
            max_tuning_cells=int(row["max_tuning_cells"]),
            random_seed=int(row["random_seed"]),
            list_length=int(row["list_length"]),
            max_tracks_per_artist=int(row["max_tracks_per_artist"]),
            headline_k=int(row["headline_k"]),
            factorization_factors=_integers(row["factorization_factors"]),
            cluster_counts=_integers(row["cluster_counts"]),
            max_clustered_items=int(row["max_clustered_items"]),
            theme_counts=_integers(row["theme_counts"]),
            theme_top_items=int(row["theme_top_items"]),
            bootstrap_draws=int(row["bootstrap_draws"]),
            window_days=_integers(row["window_days"]),
            love_plays=int(row["love_plays"]),
            min_segment_users=int(row["min_segment_users"]),
            new_artists=bool(row["new_artists"]),
            built_splits=tuple(str(row["built_splits"]).split(",")),
            diversity_kind=str(row["diversity_kind"]) if row["diversity_kind"] else None,
            diversity_lambda=float(row["diversity_lambda"]),
            mix_smoothing=float(row["mix_smoothing"]),
            retention_min_outcomes=int(row["retention_min_outcomes"]),
        )


def _integers(text: object) -> tuple[int, ...]:
    return tuple(int(number) for number in str(text).split(",") if number)
