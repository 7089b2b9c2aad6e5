"""Whether another threshold of the catalogue would serve better, by validation scores."""

from collections.abc import Sequence
from pathlib import Path

from models_py.data.parameters import Parameters
from models_py.errors import WarehouseError
from models_py.experiments.thresholds import Point, threshold_points
from models_py.terminal.printing import print_table, say
from models_py.warehouse import Warehouse


def report_catalogues(path: Path) -> None:
    """Print how the best models score with other thresholds of the default split, and the value that is recommended.

    Parameters
    ----------
    path : Path
        A published warehouse.
    """
    warehouse = Warehouse(path)
    parameters = Parameters.read(warehouse)
    for item_type in ("track", "artist"):
        try:
            points = threshold_points(warehouse, parameters, item_type)
        except WarehouseError as error:
            # views of intermediate name the file that they were built in: under another name they cannot be read
            say(f"Other catalogues cannot be scored: {error}")
            return
        if points:
            _print(points, parameters.headline_k, parameters.min_users(item_type))


def _print(points: Sequence[Point], k: int, today: int) -> None:
    item_type = points[0].item_type
    name = f"min_users_per_{item_type}"
    models = list(dict.fromkeys(point.model_name for point in points))
    scores = {(p.min_users, p.model_name): p.validation_ndcg for p in points if p.validation_ndcg is not None}
    sizes = {point.min_users: (f"{point.n_users:,}", f"{point.n_items:,}") for point in points}
    rows = [
        (str(least), *sizes[least], *(_shown(scores.get((least, model))) for model in models))
        for least in sorted(sizes)
    ]
    title = f"{item_type}s, NDCG@{k} on validation by the listeners that an item needs"
    headings = (name, "users", "items", *models)
    print_table(title, headings, rows, "r" * len(headings))
    for point in points:
        if point.reason:
            say(f"{point.model_name} was not fitted with {name} {point.min_users}: {point.reason}.")
    if scores:
        best = max(scores, key=lambda key: (scores[key], key[0]))
        advice = "It stays." if best[0] == today else f"To change it, add {name}: {best[0]} to VARS."
        say(f"{name} {best[0]} has the best score ({best[1]}, {scores[best]:.4f}); today's is {today}. {advice}")


def _shown(score: float | None) -> str:
    return "" if score is None else f"{score:.4f}"
