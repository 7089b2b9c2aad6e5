"""The regression: what goes in, how it is fitted, and what it says of users whom it has not learnt from."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from models_py.retention.scoring import Estimate, area_under_curve, estimate, squared_error

FEATURES = (
    "play_count",
    "active_days",
    "session_count",
    "artist_count",
    "repeat_share",
    "discovery_share",
    "night_share",
    "quiet_days",
)
# Counts with a long tail, of which the logarithm of 1 + x is taken.
LOGGED = ("play_count", "session_count", "artist_count")
# Inverse strengths of the penalty on coefficients, the strongest first.
STRENGTHS = (0.001, 0.01, 0.1, 1.0, 10.0)
FOLDS = 5


@dataclass(frozen=True)
class Prediction:
    """What was learnt from the users of train, and what it is worth on those of test.

    Attributes
    ----------
    strength : float
        Inverse strength of the penalty, chosen on train.
    coefficients : tuple of Estimate
        Change in log odds for one standard deviation more, in order of FEATURES; intervals over users of train.
    predicted : np.ndarray
        Probability that each user of test stays.
    auc, brier, brier_gain : Estimate
        Of test; the gain is over predicting the share of train for everybody, whose error is `brier_base_rate`.
    """

    strength: float
    coefficients: tuple[Estimate, ...]
    predicted: np.ndarray
    auc: Estimate
    brier: Estimate
    brier_gain: Estimate
    brier_base_rate: float


def lacks(retained: np.ndarray, in_train: np.ndarray, least: int) -> str | None:
    """Say which users are missing: either part needs `least` who stayed and as many who did not."""
    counts = [int(np.sum(part & outcome)) for part in (in_train, ~in_train) for outcome in (retained, ~retained)]
    if min(counts) >= least:
        return None
    stayed, left, later_stayed, later_left = counts
    return (
        f"there are too few users: of those to learn from {stayed} stayed and {left} did not, of those to judge by "
        f"{later_stayed} and {later_left}, and {least} of each are needed"
    )


def predict(
    features: Mapping[str, np.ndarray], retained: np.ndarray, in_train: np.ndarray, n_draws: int, seed: int
) -> Prediction:
    """Fit on the users of train, and judge on the others.

    Parameters
    ----------
    features : mapping of str to array
        Columns called FEATURES, a value per user.
    retained, in_train : array of bool
        Who stayed; who is learnt from.
    n_draws, seed : int
        Of the bootstrap; the seed deals the folds as well.

    Returns
    -------
    Prediction
    """
    inputs = np.column_stack(
        [np.log1p(features[name]) if name in LOGGED else features[name].astype(float) for name in FEATURES]
    )
    learnt, known = inputs[in_train], retained[in_train]
    strength = _strength(learnt, known, seed)
    model = _regression(strength).fit(learnt, known)
    predicted, happened = model.predict_proba(inputs[~in_train])[:, 1], retained[~in_train]
    base_rate = np.full(len(happened), known.mean())
    on_test = partial(estimate, n_users=len(happened), n_draws=n_draws, seed=seed)
    return Prediction(
        strength=strength,
        coefficients=_coefficients(learnt, known, strength, n_draws, seed),
        predicted=predicted,
        auc=on_test(lambda users: area_under_curve(predicted[users], happened[users])),
        brier=on_test(lambda users: squared_error(predicted[users], happened[users])),
        brier_gain=on_test(
            lambda users: (
                squared_error(base_rate[users], happened[users]) - squared_error(predicted[users], happened[users])
            )
        ),
        brier_base_rate=squared_error(base_rate, happened),
    )


def _regression(strength: float) -> Pipeline:
    return make_pipeline(StandardScaler(), LogisticRegression(C=strength, max_iter=1000))


def _strength(learnt: np.ndarray, known: np.ndarray, seed: int) -> float:
    """Choose by the log loss on folds of train that are left out in turn; of equals the strongest penalty."""
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    losses = [
        log_loss(known, cross_val_predict(_regression(strength), learnt, known, cv=folds, method="predict_proba"))
        for strength in STRENGTHS
    ]
    return STRENGTHS[int(np.argmin(losses))]


def _coefficients(
    learnt: np.ndarray, known: np.ndarray, strength: float, n_draws: int, seed: int
) -> tuple[Estimate, ...]:
    def fitted(users: np.ndarray) -> np.ndarray:
        return _regression(strength).fit(learnt[users], known[users])[-1].coef_[0]

    rng = np.random.default_rng(seed)
    draws = (rng.integers(len(known), size=len(known)) for _ in range(n_draws))
    # a draw with one outcome alone says nothing
    drawn = np.array([fitted(users) for users in draws if len(set(known[users])) == 2])
    lows, highs = np.percentile(drawn, [2.5, 97.5], axis=0)
    values = fitted(np.arange(len(known)))
    return tuple(Estimate(*map(float, figures)) for figures in zip(values, lows, highs, strict=True))
