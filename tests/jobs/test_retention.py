"""What the job stores, what it leaves where the data do not suffice, and that it fits once."""

from types import SimpleNamespace

import numpy as np
import pytest

from models_py.jobs import retention as job
from models_py.retention import FEATURES
from models_py.warehouse import Replacement

PARAMETERS = SimpleNamespace(bootstrap_draws=20, random_seed=1, retention_min_outcomes=5)
N_USERS = 80


class Marts:
    """A warehouse that answers what the job asks, and keeps what it writes."""

    def __init__(self, n_users: int, users_with_times: int = N_USERS, stored: bool = False) -> None:
        rng = np.random.default_rng(1)
        self.users: dict[str, np.ndarray] = {
            "user_id": np.array([f"user_{place}" for place in range(n_users)], dtype=object),
            "part": np.where(np.arange(n_users) < 0.7 * n_users, "train", "test").astype(object),
            "is_retained": rng.random(n_users) < 0.5,
            **{name: rng.integers(1, 9, n_users) for name in FEATURES},
        }
        self.users_with_times, self.stored = users_with_times, stored
        self.written: dict[str, Replacement] = {}

    def read(self, query: str, parameters: object = ()) -> dict[str, np.ndarray]:
        """Answer by the table that the query names."""
        if "recommender.retention_fits" in query:
            return {"n": np.array([int(self.stored)])}
        if "marts.users" in query:
            return {"n": np.array([self.users_with_times])}
        return self.users

    def read_rows(self, query: str) -> list[dict[str, object]]:
        """Give the fingerprint."""
        return [{"fingerprint": "today"}]

    def replace(self, replacements: list[Replacement]) -> None:
        """Keep what is written."""
        self.written = {replacement.table: replacement for replacement in replacements}


def test_every_user_of_test_is_foretold_and_no_other() -> None:
    marts = Marts(N_USERS)
    job.foresee_retention(marts, PARAMETERS)
    fit, coefficients, predictions = (
        marts.written[f"retention_{table}"] for table in ("fits", "coefficients", "predictions")
    )
    # all earlier rows go, whatever they were made from
    assert {replacement.key == {} for replacement in marts.written.values()} == {True}
    assert fit.constants["status"] == "ok"
    assert fit.constants["auc_low"] <= fit.constants["auc"] <= fit.constants["auc_high"]
    assert list(coefficients.rows["feature"]) == list(FEATURES)
    assert list(predictions.rows["user_id"]) == [f"user_{place}" for place in range(56, 80)]
    assert {replacement.constants["fingerprint"] for replacement in marts.written.values()} == {"today"}


@pytest.mark.parametrize(
    ("n_users", "with_times", "reason"),
    [
        (0, 0, "the data have no times of plays"),
        (0, 3, "nobody joined so early that both windows of days fit"),
        (8, 8, "there are too few users"),
    ],
)
def test_where_the_data_do_not_suffice_the_reason_is_all_there_is(n_users: int, with_times: int, reason: str) -> None:
    marts = Marts(n_users, with_times)
    job.foresee_retention(marts, PARAMETERS)
    row = marts.written["retention_fits"].constants
    assert row["status"] == "skipped"
    assert reason in row["reason"]
    for table in ("coefficients", "predictions"):
        replacement = marts.written[f"retention_{table}"]
        assert not replacement.rows and not replacement.constants, "a stamp without rows would be a row"


def test_what_is_stored_is_not_made_again() -> None:
    marts = Marts(N_USERS, stored=True)
    job.foresee_retention(marts, PARAMETERS)
    assert marts.written == {}
