"""The published protocol: its split, what models see of it, its metrics, and its figures on the real data."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar

import metric_cases as reference
import numpy as np
import pytest
from conftest import study_in
from made_matrices import random_plays
from scipy import sparse

from models_py.errors import SettingError
from models_py.evaluation.metrics import ndcg, recall
from models_py.evaluation.ranking import Lists
from models_py.experiments.published import print_comparison, protocol, report
from models_py.experiments.published.counts import cells_as_matrix, read_counts
from models_py.experiments.published.protocol import compare, split, tuned_lists
from models_py.experiments.published.report import interval
from models_py.recommenders.base import Recommender
from models_py.recommenders.fitted import SameForAll
from models_py.recommenders.item_knn import ItemKNN
from models_py.recommenders.most_popular import MostPopular
from models_py.recommenders.recent_popular import RecentPopular
from models_py.recommenders.svd import SVD
from models_py.settings.checks import check_counts
from models_py.settings.environment import Settings

NUMBERS = SimpleNamespace(tuning_trials=3, tuning_budget_seconds=np.inf, headline_k=20)
SHOWN = SimpleNamespace(doing=lambda what: None, advance=lambda: None)
# NDCG@10 of default settings, which is less than twenty trials reach; each band is wide enough for other splits
HETREC = {"item_knn": (0.165, 0.19), "svd": (0.13, 0.16), "most_popular": (0.055, 0.075)}


@dataclass(frozen=True)
class Spy(Recommender):
    """Scores items alike, and keeps what it was fitted on."""

    name: ClassVar[str] = "spy"
    tasks: ClassVar[tuple[str, ...]] = ("discovery",)
    space: ClassVar[dict[str, tuple]] = {"number": (1, 2, 3, 4)}
    fitted_on: ClassVar[list] = []

    number: int = 1

    def fit(self, interactions, seed, prepared=None):
        """Remember the matrix."""
        self.fitted_on.append(interactions)
        return SameForAll(interactions.listeners.astype(float))

    def memory(self, interactions):
        """Need nothing."""
        return 0


@dataclass(frozen=True)
class OnlyRepeats(Spy):
    """Makes no lists for discovery."""

    name: ClassVar[str] = "only_repeats"
    tasks: ClassVar[tuple[str, ...]] = ("repeat",)


@dataclass(frozen=True)
class Broken(Spy):
    """Fails."""

    name: ClassVar[str] = "broken"

    def fit(self, interactions, seed, prepared=None):
        """Fail."""
        raise ZeroDivisionError("on purpose")


def sizes_as_recbole_counts(n: int) -> list[int]:
    """Cells of a user in train, validation and test: the rule of RecBole's dataset.py, in its own arithmetic."""
    ratios = [0.8, 0.1, 0.1]
    sizes = [0, int(ratios[1] * n), int(ratios[2] * n)]
    sizes[0] = n - sizes[1] - sizes[2]
    for part in (2, 1):
        if sizes[0] <= 1:
            break
        if 0 < ratios[part] * n < 1:
            sizes[part] += 1
            sizes[0] -= 1
    return sizes


def test_a_users_cells_are_divided_as_recbole_divides_them():
    counts = sparse.csr_matrix(np.arange(60)[None, :] < np.arange(60)[:, None], dtype=np.float32)
    parts = split(counts, 1)
    sizes = np.stack([np.diff(part.indptr) for part in (parts.train, parts.validation, parts.test)], axis=1)
    assert sizes.tolist() == [sizes_as_recbole_counts(n) for n in range(60)]


def test_every_cell_is_in_one_part_with_its_plays():
    counts = sparse.csr_matrix(random_plays(40, 90, 0.4), dtype=np.float32)
    parts = split(counts, 1)
    assert (parts.train + parts.validation + parts.test != counts).nnz == 0
    assert parts.train.nnz + parts.validation.nnz + parts.test.nnz == counts.nnz


def test_the_seed_alone_decides_the_split():
    counts = sparse.csr_matrix(random_plays(40, 90, 0.4), dtype=np.float32)
    first, again, other = (split(counts, seed).test for seed in (1, 1, 2))
    assert (first != again).nnz == 0
    assert (first != other).nnz > 0


def test_each_cell_of_a_user_is_as_likely_to_be_tested():
    counts = sparse.csr_matrix(np.ones((1, 10)), dtype=np.float32)
    tested = sum(split(counts, seed).test.toarray()[0] for seed in range(500))
    # 50 each; four standard errors
    assert abs(tested - 50).max() < 4 * np.sqrt(500 * 0.1 * 0.9)


def test_models_are_fitted_on_train_and_lists_leave_validation_out(monkeypatch):
    monkeypatch.setattr(Spy, "fitted_on", [])
    counts = sparse.csr_matrix(random_plays(30, 80, 0.4), dtype=np.float32)
    parts = split(counts, 5)
    lists, trials, _ = tuned_lists(Spy, parts.train, parts.validation, NUMBERS, 5)
    assert (trials, len(Spy.fitted_on)) == (3, 4)
    for seen in Spy.fitted_on:
        assert (seen.counts != parts.train).nnz == 0
    known = (parts.train + parts.validation).toarray() > 0
    assert len(lists.rank) == 30 * 10
    assert not known[lists.user_index, lists.item_index].any()


def test_whoever_cannot_take_part_is_named_with_the_reason(monkeypatch):
    models = {model.name: model for model in (Spy, RecentPopular, OnlyRepeats, Broken, MostPopular)}
    monkeypatch.setattr(protocol, "recommenders", lambda: models)
    counts = sparse.csr_matrix(random_plays(30, 80, 0.4), dtype=np.float32)
    results, skipped = compare(counts, [1, 2], NUMBERS, SHOWN)
    assert {name: len(found) for name, found in results.items()} == {"spy": 2, "most_popular": 2}
    assert skipped.keys() == {"recent_popular", "only_repeats", "broken"}
    assert "times" in skipped["recent_popular"]
    assert "ZeroDivisionError: on purpose" in skipped["broken"]


@pytest.mark.slow
def test_blends_of_the_best_take_part(monkeypatch):
    models = {model.name: model for model in (ItemKNN, SVD, MostPopular)}
    monkeypatch.setattr(protocol, "recommenders", lambda: models)
    counts = sparse.csr_matrix(random_plays(30, 80, 0.4), dtype=np.float32)
    results, skipped = compare(counts, [1, 2], NUMBERS, SHOWN)
    assert skipped == {}
    assert {name: len(found) for name, found in results.items()} == dict.fromkeys([*models, "fusion", "reranked"], 2)
    for name in ("fusion", "reranked"):
        settings = json.loads(results[name][0].chosen.hyper_parameters)
        assert set(settings["members"].split("+")) == {"item_knn", "svd"}


def test_metrics_equal_the_reference():
    rng = np.random.default_rng(8)
    judged = 0
    for _ in range(60):
        case = reference.random_case(rng, "case", "artist", "random")
        items = {item: index for index, item in enumerate(range(100, 300))}
        relevant = case.relevant("discovery", "all")
        users = {user: index for index, user in enumerate(sorted({*case.users, *relevant}))}
        hits = np.zeros((len(users), len(items)), dtype=bool)
        for user, found in relevant.items():
            hits[users[user], [items[item] for item in found]] = True
        for ranked in case.lists.values():  # a random split has lists for discovery only
            rows = [(users[user], rank, items[item]) for user in ranked for rank, item in enumerate(ranked[user], 1)]
            user_index, rank, item_index = np.array(rows, dtype=np.int64).reshape(-1, 3).T
            lists = Lists(user_index, rank.astype(np.int32), item_index, -rank.astype(float))
            expected = [reference.judge(ranked.get(user, []), relevant[user], 10) for user in sorted(relevant)]
            for metric in (ndcg, recall):
                values = metric(lists, sparse.csr_matrix(hits), hits.sum(axis=1), 10)
                wanted = [value[metric.__name__] for value in expected]
                np.testing.assert_allclose(values, wanted, rtol=0, atol=1e-12)
            judged += len(expected)
    assert judged > 500


def test_the_interval_is_students():
    # mean 3, standard deviation 1.5811, t(0.975, 4) = 2.7764
    assert interval([1, 2, 3, 4, 5]) == pytest.approx((3 - 1.9632, 3 + 1.9632), abs=1e-4)


@pytest.mark.parametrize("data", ["", "nowhere.tsv", "README.md", "tests"])
def test_data_that_is_none_is_refused(data: str):
    with pytest.raises(SettingError, match="DATA is .*: name a .tsv or .tsv.gz file in the 360K format"):
        check_counts(data)


@pytest.mark.slow
@pytest.mark.usefixtures("parsed_once")
def test_a_file_is_read_under_its_own_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for name, value in study_in(tmp_path).environment.items():
        monkeypatch.setenv(name, value)
    data = tmp_path / "counts [2011]*?.tsv"
    data.write_text("".join(f"ann\t\t{artist}\t{plays}\n" for plays, artist in enumerate(["Low", "Can", "Air"], 1)))
    check_counts(str(data))
    counts, _ = read_counts(Settings.from_environment(), str(data))
    assert sorted(counts.data) == [1, 2, 3]


@pytest.mark.slow
@pytest.mark.usefixtures("parsed_once")
def test_counts_are_loaded_by_the_rules_of_every_load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A line in two files counts once, a spelling is an artist of its own, and what is no count is left out."""
    study = study_in(tmp_path)
    for name, value in study.environment.items():
        monkeypatch.setenv(name, value)
    lines = [f"{user}\t\tBand {band}\t{10 * band}.0\n" for user in ("ann", "bob") for band in (1, 2, 3)]
    raw = study.folder / "raw"
    (raw / "a.tsv").write_text("".join(["user\tmbid\tartist\tplays\n", *lines, "sep 20, 2008\t\tBand 1\t7\n"]))
    (raw / "b.tsv").write_text("".join([*lines, "ann\t\tBAND 1\t5\n"]))
    counts, _ = read_counts(Settings.from_environment(study.environment), str(raw))
    assert counts.toarray().tolist() == [[5, 10, 20, 30], [0, 10, 20, 30]]


@pytest.mark.parametrize("users", [[], [0, 0, 1]])
def test_data_in_which_nothing_can_be_held_out_is_refused(users: list[int]):
    cells = {"user_index": users, "item_index": [*range(len(users))], "play_count": [5] * len(users)}
    with pytest.raises(SettingError, match="no user with three artists"):
        cells_as_matrix({name: np.array(values, dtype=np.int64) for name, values in cells.items()}, "counts.tsv")


@pytest.mark.real_data
@pytest.mark.slow
def test_models_reach_plausible_figures_on_hetrec(
    real_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    """Run the command on two splits with the default settings of a few models; more trials are better."""
    study = study_in(tmp_path, VARS="{tuning_trials: 1}")
    for name, value in study.environment.items():
        monkeypatch.setenv(name, value)
    models = {model.name: model for model in (ItemKNN, MostPopular, RecentPopular, SVD)}
    for module in (protocol, report):
        monkeypatch.setattr(module, "recommenders", lambda: models)
    data = str(real_data / "hetrec_user_artist_plays.tsv")
    print_comparison(Settings.from_environment(), data, [1, 2])
    printed = capsys.readouterr().out
    print(printed)
    assert "1,892 users, 17,632 artists, 92,834 play counts, density 0.28%; 2 random splits" in printed
    for model, (least, most) in HETREC.items():
        figure = re.search(rf"^ *{model} +(0\.\d+)", printed, re.MULTILINE)
        assert least <= float(figure[1]) <= most, (model, figure[1])
    assert re.search(r"LightGCN \(printed by RecBole-GNN\) +0.1972 +0.2064", printed)
    assert "recent_popular is left out: it needs the times of plays" in printed
