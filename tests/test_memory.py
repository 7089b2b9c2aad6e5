"""What may be used, as it is written and as it is found."""

import numpy as np
import pytest
from matrices import interactions_of

from models_py.errors import StudyError
from models_py.memory import memory_limit, too_large
from models_py.recommenders.most_popular import MostPopular


@pytest.mark.parametrize(
    ("text", "size"), [("6GB", 6 * 10**9), ("500 MB", 500 * 10**6), ("1.5gib", 3 * 2**29), (" 2 MiB ", 2**21)]
)
def test_a_limit_is_a_size(monkeypatch: pytest.MonkeyPatch, text: str, size: int):
    monkeypatch.setenv("PYTHON_MEMORY_LIMIT", text)
    assert memory_limit() == size


@pytest.mark.parametrize("text", ["much", "6", "-1GB", "6TB", "1e3MB"])
def test_anything_else_is_refused(monkeypatch: pytest.MonkeyPatch, text: str):
    monkeypatch.setenv("PYTHON_MEMORY_LIMIT", text)
    with pytest.raises(StudyError, match="PYTHON_MEMORY_LIMIT is"):
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
