"""Trials of a search that ended early are there again, and nothing else is taken for them."""

from dataclasses import asdict
from pathlib import Path

import pytest

from models_py.evaluation.tuning import Trial
from models_py.jobs.unfinished import UnfinishedSearch

TRIALS = {
    '{"factors": 8}': [Trial(0, "all", {"factors": 8}, 0.1 + 0.2, 1.5), Trial(0, "repeat", {"factors": 8}, 0.0, 1.5)],
    '{"factors": 16}': [Trial(1, "all", {"factors": 16}, 0.25, 2.0)],
}


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    """Leave the trials of a search that ended early."""
    path = tmp_path / "music.duckdb"
    search = UnfinishedSearch(path, "svd")
    for setting, trials in TRIALS.items():
        search[setting] = trials
    return path


def test_trials_come_back_as_they_were(warehouse: Path) -> None:
    assert dict(UnfinishedSearch(warehouse, "svd")) == TRIALS
    # and again, with what is added
    search = UnfinishedSearch(warehouse, "svd")
    search['{"factors": 32}'] = TRIALS['{"factors": 8}']
    assert len(UnfinishedSearch(warehouse, "svd")) == 3


def test_another_search_begins_anew_and_leaves_the_first_alone(warehouse: Path) -> None:
    other = UnfinishedSearch(warehouse, "nmf")
    assert not other
    other["{}"] = TRIALS['{"factors": 8}']
    other.forget()
    assert dict(UnfinishedSearch(warehouse, "svd")) == TRIALS


def test_a_search_goes_on_where_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "music.duckdb.trials").write_text("no folder")
    search = UnfinishedSearch(tmp_path / "music.duckdb", "svd")
    search["{}"] = TRIALS['{"factors": 8}']
    assert list(search) == ["{}"]
    search.forget()


def test_half_a_line_is_left_out_and_written_anew(warehouse: Path) -> None:
    (file,) = warehouse.parent.rglob("svd")
    file.write_bytes(file.read_bytes()[:-20])
    search = UnfinishedSearch(warehouse, "svd")
    assert list(search) == ['{"factors": 8}']
    search['{"factors": 16}'] = TRIALS['{"factors": 16}']
    assert dict(UnfinishedSearch(warehouse, "svd")) == TRIALS


@pytest.mark.parametrize("content", [b"", b"\n", b"svd", b"[]\n", b"null\n", b"[1, [{}]]\n", b"\xff"])
def test_a_file_that_holds_no_trials_is_begun_anew(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "music.duckdb.trials").mkdir()
    (tmp_path / "music.duckdb.trials" / "svd").write_bytes(content)
    search = UnfinishedSearch(tmp_path / "music.duckdb", "svd")
    assert not search
    search["{}"] = TRIALS['{"factors": 8}']
    assert [asdict(trial) for trial in UnfinishedSearch(tmp_path / "music.duckdb", "svd")["{}"]] == [
        asdict(trial) for trial in TRIALS['{"factors": 8}']
    ]


def test_what_is_forgotten_leaves_no_file(warehouse: Path) -> None:
    UnfinishedSearch(warehouse, "svd").forget()
    assert not any(warehouse.parent.iterdir())
    UnfinishedSearch(warehouse, "svd").forget()
