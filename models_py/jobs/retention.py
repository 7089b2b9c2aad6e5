"""Stores what early listening says about who will stay; SQL measures early listening and says who stayed."""

from collections.abc import Mapping

import numpy as np
from threadpoolctl import threadpool_limits

from models_py.data.parameters import Parameters
from models_py.jobs.code import code_digest
from models_py.jobs.runs import digest
from models_py.retention import FEATURES, LOGGED, Prediction, lacks, predict
from models_py.warehouse import Replacement, Warehouse, strings

SCORES = ("auc", "brier", "brier_gain")


def foresee_retention(warehouse: Warehouse, parameters: Parameters) -> None:
    """Learn who stays from the users who joined first, and predict the others; store why where data do not suffice."""
    (stamp,) = warehouse.read_rows("select fingerprint from intermediate.int_retention_fingerprinted")
    draws, seed, least = parameters.bootstrap_draws, parameters.random_seed, parameters.retention_min_outcomes
    search_key = digest([draws, seed, least, code_digest(predict)])
    if _is_stored(warehouse, str(stamp["fingerprint"]), search_key):
        return
    users = warehouse.read(
        f"select user_id, part, is_retained, {', '.join(FEATURES)} from marts.retention_features "
        "order by joined_at, user_id"
    )
    retained, in_train = users["is_retained"].astype(bool), users["part"] == "train"
    row: dict[str, object] = {"search_key": search_key, **stamp}
    if reason := _missing(warehouse, retained, in_train, least):
        row |= {"status": "skipped", "reason": reason}
        coefficients, predictions = {}, {}
    else:
        # one thread: the matrices are too thin for two
        with threadpool_limits(limits=1):
            found = predict(users, retained, in_train, draws, seed)
        row |= {"status": "ok", **_figures(found)}
        coefficients = _coefficients(found)
        predictions = {"user_id": strings(users["user_id"][~in_train]), "predicted": found.predicted}
    warehouse.replace(
        [
            Replacement("retention_fits", {}, {}, row),
            Replacement("retention_coefficients", {}, coefficients, stamp if coefficients else {}),
            Replacement("retention_predictions", {}, predictions, stamp if predictions else {}),
        ]
    )


def _is_stored(warehouse: Warehouse, fingerprint: str, search_key: str) -> bool:
    rows = warehouse.read(
        "select count(*) as n from recommender.retention_fits where fingerprint = ? and search_key = ?",
        [fingerprint, search_key],
    )
    return bool(rows["n"][0])


def _missing(warehouse: Warehouse, retained: np.ndarray, in_train: np.ndarray, least: int) -> str | None:
    if len(retained):
        return lacks(retained, in_train, least)
    timed = warehouse.read("select count(first_played_at) as n from marts.users")["n"][0]
    return "nobody joined so early that both windows of days fit" if timed else "the data have no times of plays"


def _figures(found: Prediction) -> Mapping[str, float]:
    estimates = {name: getattr(found, name) for name in SCORES}
    intervals = {
        f"{name}{end}": getattr(figure, part)
        for name, figure in estimates.items()
        for end, part in (("", "value"), ("_low", "low"), ("_high", "high"))
    }
    return {"strength": found.strength, "brier_base_rate": found.brier_base_rate, **intervals}


def _coefficients(found: Prediction) -> dict[str, np.ndarray]:
    return {
        "feature": strings(FEATURES),
        "transform": strings("log" if name in LOGGED else "none" for name in FEATURES),
        "coefficient": np.array([figure.value for figure in found.coefficients]),
        "ci_low": np.array([figure.low for figure in found.coefficients]),
        "ci_high": np.array([figure.high for figure in found.coefficients]),
    }
