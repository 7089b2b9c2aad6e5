"""What the job stores, and what it leaves where there are no themes."""

from types import SimpleNamespace

import numpy as np
import pytest
from made_matrices import interactions_of, random_plays

from models_py.data.training import Dataset
from models_py.jobs import themes as job

DATASET = Dataset("full", "artist", "full", False, "today", 30)
PARAMETERS = SimpleNamespace(theme_counts=(2, 3), theme_top_items=10, random_seed=1, bootstrap_draws=20)


def replacements(plays: np.ndarray, monkeypatch: pytest.MonkeyPatch, stored: bool = False) -> dict:
    """Run the job on these plays and return what it would write, by table."""
    monkeypatch.setattr(job, "is_stored", lambda warehouse, table, study, search_key: stored)
    data = SimpleNamespace(train=interactions_of(plays))
    monkeypatch.setattr(job, "read_training_data", lambda warehouse, study: data)
    written: list = []
    job.find_themes(SimpleNamespace(replace=written.extend), DATASET, PARAMETERS)
    return {replacement.table: replacement for replacement in written}


def test_every_table_gets_columns_of_one_length(monkeypatch: pytest.MonkeyPatch) -> None:
    written = replacements(random_plays(30, 40, 0.3), monkeypatch)
    assert set(written) == set(job.TABLES)
    for replacement in written.values():
        assert len({len(column) for column in replacement.rows.values()}) == 1
        assert replacement.key == {"item_type": "artist"}
        assert replacement.constants["fingerprint"] == "today"
    assert written["theme_trials"].constants["search_key"]
    # two models, each with two and with three themes
    assert len(written["theme_trials"].rows["n_themes"]) == 4
    assert len(written["theme_figures"].rows["n_themes"]) == 10
    of_users = written["theme_users"].rows
    keys = list(zip(*(of_users[name] for name in ("model_name", "n_themes", "user_index", "rank")), strict=True))
    assert len(keys) == len(set(keys))


def test_without_themes_earlier_ones_go_and_no_row_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    written = replacements(np.ones((2, 2)), monkeypatch)
    assert set(written) == set(job.TABLES)
    assert not any(replacement.rows or replacement.constants for replacement in written.values())


def test_what_is_stored_is_not_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    assert replacements(random_plays(30, 40, 0.3), monkeypatch, stored=True) == {}
