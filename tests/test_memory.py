"""What may be used, as it is written and as it is found."""

import re

import duckdb
import numpy as np
import pytest
from made_matrices import interactions_of

from models_py.errors import SettingError
from models_py.memory import memory_limit, too_large
from models_py.recommenders.most_popular import MostPopular
from models_py.settings.environment import Settings
from models_py.settings.sizes import read_size


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("6GB", 6 * 10**9),
        ("500 MB", 500 * 10**6),
        ("1.5gib", 3 * 2**29),
        (" 2 MiB ", 2**21),
        ("6TB", 6 * 10**12),
        ("2G", 2 * 10**9),
        (".5GB", 5 * 10**8),
        ("4096k", 4_096_000),
        ("1TiB", 2**40),
    ],
)
def test_a_limit_is_a_size(monkeypatch: pytest.MonkeyPatch, text: str, size: int):
    monkeypatch.setenv("PYTHON_MEMORY_LIMIT", text)
    assert memory_limit() == size


@pytest.mark.parametrize("text", ["much", "6", "-1GB", "6PB", "1e3MB", "80%", "none", "0MB", "2,5GB", "2Gi", "٣GB"])
def test_anything_else_is_refused(monkeypatch: pytest.MonkeyPatch, text: str):
    monkeypatch.setenv("PYTHON_MEMORY_LIMIT", text)
    with pytest.raises(SettingError, match="PYTHON_MEMORY_LIMIT is"):
        memory_limit()


def test_without_a_limit_it_is_what_is_free(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("PYTHON_MEMORY_LIMIT", raising=False)
    assert memory_limit() > 2**20


@pytest.mark.parametrize(
    ("limit", "item_type", "remedy"),
    [
        ("1MB", "", ": raise PYTHON_MEMORY_LIMIT"),
        ("1MB", "track", ": raise PYTHON_MEMORY_LIMIT, or raise the var min_users_per_track"),
        ("", "artist", ": free memory, or raise the var min_users_per_artist"),
    ],
)
def test_what_does_not_fit_comes_with_what_would_help(
    monkeypatch: pytest.MonkeyPatch, limit: str, item_type: str, remedy: str
):
    monkeypatch.setenv("PYTHON_MEMORY_LIMIT", limit)
    monkeypatch.setattr("models_py.memory._free", lambda: 1)
    assert too_large([MostPopular()], interactions_of(np.ones((2, 2))), item_type).endswith(f"may be used{remedy}")


@pytest.mark.parametrize("text", ["lots", "0", "-1", "-5MB", "80%", "none", "0GB", "20MB", "2500", "5MB'", "1 000MB"])
def test_a_limit_that_duckdb_misreads_or_can_do_nothing_with_is_refused(text: str):
    with pytest.raises(SettingError, match=f"MEMORY_LIMIT is '{re.escape(text)}'"):
        Settings.from_environment({"MEMORY_LIMIT": text})


@pytest.mark.parametrize("text", ["2500MB", "2.5GB", "2GiB", "2500 mb", "1TB", "3000000K", "30MB", " 2GB ", "2.GB"])
def test_duckdb_reads_what_passes_as_the_same_size(text: str):
    Settings.from_environment({"MEMORY_LIMIT": text})
    with duckdb.connect() as connection:
        limits = []
        for size in (text, f"{read_size('MEMORY_LIMIT', text)}B"):
            connection.execute(f"set memory_limit = '{size}'")
            limits += connection.execute("select current_setting('memory_limit')").fetchone()
    assert limits[0] == limits[1]
