"""How fast plays lose their worth: settings that are taken unasked where fit is one period, on real days to 2008."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from models_py.data.interactions import Interactions, Periods
from models_py.evaluation.metrics import ndcg
from models_py.evaluation.ranking import recommend
from models_py.recommenders.act_r import ActR
from models_py.recommenders.base import Recommender
from models_py.recommenders.personal_decayed import PersonalDecayed

pytestmark = pytest.mark.real_data

HELD_OUT_FROM = pd.Timestamp("2008-10-01")
# borders of periods: the two that splits cut at dates have, and months
BORDERS = {
    "two periods": pd.DatetimeIndex(["2008-07-01"]),
    "months": pd.date_range("2005-03-01", "2008-09-01", freq="MS"),
}


@pytest.fixture(scope="module")
def days(real_data: Path) -> pd.DataFrame:
    """Read a row per user, artist and day, by dense numbers."""
    path = real_data / "lastfm1k_user_artist_days_to_2008.tsv.gz"
    rows = pd.read_csv(path, sep="\t", quoting=3, header=None, usecols=[0, 1, 3], keep_default_na=False)
    rows.columns = ["user", "at", "artist"]
    return pd.DataFrame(
        {
            "user": rows["user"].astype("category").cat.codes,
            "artist": rows["artist"].astype("category").cat.codes,
            "at": pd.to_datetime(rows["at"]).dt.tz_localize(None),
        }
    )


def cells(rows: pd.DataFrame, shape: tuple[int, int]) -> sparse.csr_matrix:
    """Count rows per user and artist."""
    return sparse.coo_matrix((np.ones(len(rows)), (rows["user"], rows["artist"])), shape=shape).tocsr()


def in_periods(rows: pd.DataFrame, shape: tuple[int, int], borders: pd.DatetimeIndex) -> Interactions:
    """Put days into the periods between borders, the last one first."""
    bounds = pd.DatetimeIndex([rows["at"].min(), *borders, HELD_OUT_FROM])
    period = len(borders) - np.searchsorted(borders, rows["at"], side="right")
    counts = cells(rows, shape)
    played = [cells(rows[period == number], shape)[counts.nonzero()].A1 for number in range(len(borders) + 1)]
    middles = bounds[:-1] + np.diff(bounds) / 2
    ages = ((HELD_OUT_FROM - middles) / pd.Timedelta(days=1)).to_numpy()[::-1]
    periods = Periods(sparse.csr_matrix(np.column_stack(played)), ages)
    return Interactions(counts, np.arange(shape[1]), periods=periods)


@pytest.mark.parametrize("borders", BORDERS)
@pytest.mark.parametrize("recommender", [ActR, PersonalDecayed])
def test_the_default_foresees_what_is_played_again_best(
    days: pd.DataFrame, recommender: type[Recommender], borders: str
) -> None:
    shape = (days["user"].max() + 1, days["artist"].max() + 1)
    is_later = days["at"] >= HELD_OUT_FROM
    interactions = in_periods(days[~is_later], shape, BORDERS[borders])
    repeats = cells(days[is_later], shape).astype(bool).multiply(interactions.counts.astype(bool)).tocsr()
    ((parameter, values),) = recommender.space.items()
    scores = {}
    for value in values:
        model = recommender(**{parameter: value}).fit(interactions, 0)
        lists = recommend(model, interactions, np.arange(shape[0]), ["repeat"], 20)["repeat"]
        scores[value] = ndcg(lists, repeats, np.diff(repeats.indptr), 20).mean()
    print(recommender.name, borders, {value: round(float(score), 4) for value, score in scores.items()})
    assert max(scores, key=scores.get) == getattr(recommender(), parameter)
