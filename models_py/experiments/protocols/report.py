"""What `make protocols` prints: effects per switch, errors per scale, and how near the earlier study's figures lie."""

import math
from pathlib import Path

from models_py.experiments.protocols.models import TEXTBOOK, TEXTBOOK_FACTORS
from models_py.experiments.protocols.protocol import SWITCHES
from models_py.terminal.printing import print_table, say
from models_py.warehouse import Warehouse

# The figures of the earlier study, which states no protocol for them.
PUBLISHED_HIT_RATE = 0.003
PUBLISHED_RMSE = {"nmf": 7.07, "svd": 11.19}
# Ratio up to which a figure counts as near a published one.
NEAR = 1.5
MODELS = tuple(model.name for model in TEXTBOOK)

Rows = list[dict[str, object]]


def print_study(path: Path, item_type: str) -> None:
    """Print the results of the study of one item type from the published warehouse."""
    warehouse = Warehouse(path)
    say(_data(warehouse, item_type))
    scores = warehouse.read_rows("select * from marts.protocol_scores where item_type = ? order by all", [item_type])
    effects = warehouse.read_rows("select * from marts.protocol_effects where item_type = ? order by all", [item_type])
    errors = warehouse.read_rows(
        "select * from marts.reconstruction_errors_by_scale where item_type = ? order by all", [item_type]
    )
    for metric in ("hit_rate", "ndcg"):
        _print_effects(metric, scores, effects)
    _print_errors(errors)
    say(nearest_hit_rate(scores))
    say(nearest_errors(errors))
    say(f"Everything is in {path}: marts.protocol_scores, protocol_effects, reconstruction_errors_by_scale.")


def nearest_hit_rate(scores: Rows) -> str:
    """Say which combination gives most_popular the hit rate nearest to the published one, by ratio."""
    values = [row for row in scores if row["model_name"] == "most_popular" and row["metric"] == "hit_rate"]
    distances = [_distance(row["value"], PUBLISHED_HIT_RATE) for row in values]
    nearest = values[distances.index(min(distances))]
    near = sum(distance <= math.log(NEAR) for distance in distances)
    combination = ", ".join(f"{switch} {nearest[switch]}" for switch in SWITCHES)
    return (
        f"{near or 'None'} of {len(values)} combinations lie within a factor of {NEAR} of the published hit rate of "
        f"{PUBLISHED_HIT_RATE} for most_popular: the nearest gives {nearest['value']:.4f}, "
        f"{nearest['value'] / PUBLISHED_HIT_RATE:.2f} times as high ({combination})."
    )


def nearest_errors(errors: Rows) -> str:
    """Say which scale, cells and number of factors give nmf and svd errors nearest to the published ones, by ratio."""
    by_place: dict[tuple, dict[str, float]] = {}
    for row in errors:
        if row["n_factors"]:
            place = (row["scale"], row["cells"], row["n_factors"])
            by_place.setdefault(place, {})[str(row["model_name"])] = float(row["rmse"])

    def distance(place: tuple) -> float:
        return max(_distance(by_place[place][model], rmse) for model, rmse in PUBLISHED_RMSE.items())

    if not by_place:
        return "No factorization was measured: there are fewer users or items than factors."
    nearest = min(by_place, key=distance)
    below = sum(pair["nmf"] < pair["svd"] for pair in by_place.values())
    gap = max(pair["svd"] / pair["nmf"] for pair in by_place.values())
    published_gap = PUBLISHED_RMSE["svd"] / PUBLISHED_RMSE["nmf"]
    near = sum(distance(place) <= math.log(NEAR) for place in by_place)
    published = "NMF {nmf} and SVD {svd}".format(**PUBLISHED_RMSE)
    pair = "{nmf:.3g} and {svd:.3g}".format(**by_place[nearest])
    return (
        f"{near or 'None'} of {len(by_place)} places lie within a factor of {NEAR} of the published RMSE of "
        f"{published}: the nearest are {pair}, up to a factor of {math.exp(distance(nearest)):.1f} away ({nearest[0]}, "
        f"{nearest[1]}, {nearest[2]} factors). NMF lies below SVD in {below} places, SVD at most {gap:.2f} times as "
        f"high; published: {published_gap:.2f} times."
    )


def _distance(value: object, published: float) -> float:
    """Logarithm of the ratio, whichever is larger; 0 counts as the smallest value that a table shows."""
    return abs(math.log(max(float(value), 1e-4) / published))


def _data(warehouse: Warehouse, item_type: str) -> str:
    """Say what the figures are of."""
    (cells,) = warehouse.read_rows(
        """
        select count(distinct user_id) as users, count(distinct item_id) as items, count(*) as cells,
            sum(play_count) as plays
        from marts.user_item_plays
        where item_type = ?
        """,
        [item_type],
    )
    (source,) = warehouse.read_rows(
        "select coalesce(bool_or(is_demo), false) as is_demo, min(file_name) as file_name, count(*) as n_files "
        "from marts.load_audit_files",
    )
    others = f" and {source['n_files'] - 1} more files" if source["n_files"] > 1 else ""
    data = "the embedded demo, no evidence about music" if source["is_demo"] else f"{source['file_name']}{others}"
    density = cells["cells"] / (cells["users"] * cells["items"])
    return (
        f"Data: {item_type}s of {data}: {cells['users']:,} users, {cells['items']:,} items, {cells['cells']:,} cells "
        f"(density {density:.2%}), {int(cells['plays']):,} plays."
    )


def _print_effects(metric: str, scores: Rows, effects: Rows) -> None:
    """Print average effects on a metric, between the plain protocol's score and this project's: columns add up."""
    value = {
        (row["model_name"], tuple(row[switch] for switch in SWITCHES)): row["value"]
        for row in scores
        if row["metric"] == metric
    }
    average = {(row["model_name"], row["switch"]): row["effect_average"] for row in effects if row["metric"] == metric}
    plain, project = zip(*SWITCHES.values(), strict=True)
    rows = [
        ("plain protocol", *(f"{value[model, plain]:.4f}" for model in MODELS)),
        *(
            (f"{switch}: {from_} to {to}", *(f"{average[model, switch]:+.4f}" for model in MODELS))
            for switch, (from_, to) in SWITCHES.items()
        ),
        ("this project's", *(f"{value[model, project]:.4f}" for model in MODELS)),
    ]
    title = f"{metric}@10: average effect of each switch (Shapley)"
    print_table(title, ("switch", *MODELS), rows, "l" + "r" * len(MODELS))


def _print_errors(errors: Rows) -> None:
    models = ("zero", "global_mean", "item_mean", "user_item_bias", "svd", "nmf")
    shown = [row for row in errors if row["n_factors"] in (0, TEXTBOOK_FACTORS)]
    rmse = {(row["scale"], row["cells"], row["model_name"]): f"{row['rmse']:.4g}" for row in shown}
    rows = [
        (scale, cells, *(rmse.get((scale, cells, model), "") for model in models))
        for scale, cells in dict.fromkeys((scale, cells) for scale, cells, _ in sorted(rmse))
    ]
    title = f"RMSE by scale and cells ({TEXTBOOK_FACTORS} factors)"
    print_table(title, ("scale", "cells", *models), rows, "ll" + "r" * len(models))
