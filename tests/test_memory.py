"""What may be used, as it is written and as it is found."""

import pytest

from models_py.errors import StudyError
from models_py.memory import memory_limit


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
