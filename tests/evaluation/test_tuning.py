"""The search is fair, repeatable and chooses for each task what its own scores say."""

from dataclasses import asdict, dataclass, replace
from typing import ClassVar

import numpy as np
import pytest
from made_matrices import interactions_of, random_plays
from scipy import sparse
from threadpoolctl import threadpool_limits

from models_py.data.interactions import Periods
from models_py.data.validation import Validation
from models_py.evaluation.metrics import ndcg
from models_py.evaluation.ranking import recommend
from models_py.evaluation.search import Search, edges, space_size
from models_py.evaluation.tuning import sample, searched, tune, within_core
from models_py.recommenders.base import Recommender
from models_py.recommenders.registry import recommenders

K = 20

# users 0 and 1 have played items 0 to 2 and play 3 to 5 for the first time in validation; user 2 has no cell
PLAYS = np.array([[1, 1, 1, 0, 0, 0], [1, 1, 1, 0, 0, 0], [0] * 6, [0, 0, 0, 1, 1, 1]])


@dataclass(frozen=True)
class FixedScores:
    """The same scores for everybody."""

    item_scores: np.ndarray

    def scores(self, users: np.ndarray) -> np.ndarray:
        """One row per user."""
        return np.tile(self.item_scores, (len(users), 1))


@dataclass(frozen=True)
class Toy(Recommender):
    """Puts one new item and one known item before the others."""

    name: ClassVar[str] = "toy"
    space: ClassVar[dict[str, tuple]] = {"new": (3, 4, 5), "known": (0, 1, 2)}
    new: int = 4
    known: int = 1

    def fit(self, interactions, seed: int, prepared=None) -> FixedScores:
        """Learn nothing."""
        scores = np.zeros(interactions.n_items)
        scores[[self.new, self.known]] = 1.0
        return FixedScores(scores)


def toy_validation() -> Validation:
    """Users 0 and 1 discover item 5 and come back to item 2; user 0 also plays what is outside the catalogue."""
    users, items = np.array([0, 0, 0, 1, 1]), np.array([5, -1, 2, 5, 2])
    return Validation.from_cells(users, items, is_repeat=items == 2, shape=PLAYS.shape)


def search(
    tasks=("discovery", "repeat"), n_trials: int = 20, budget_seconds: float = np.inf, seed: int = 1, of=Toy, tried=None
):
    return tune(
        of,
        interactions_of(PLAYS),
        toy_validation(),
        n_trials=n_trials,
        budget_seconds=budget_seconds,
        k=K,
        seed=seed,
        tasks=tasks,
        tried=tried,
    )


@pytest.mark.parametrize("n_trials", [1, 4, 9, 20])
def test_there_are_as_many_trials_as_asked_for_or_as_the_space_holds(n_trials: int):
    trials = search(n_trials=n_trials)
    numbers = range(min(n_trials, space_size(Toy.space)))
    assert [(trial.trial, trial.task) for trial in trials] == [(n, t) for n in numbers for t in ("discovery", "repeat")]


def proposed(recommender: type[Recommender], n_trials: int, seed: int) -> list[Recommender]:
    """List what a search proposes where later settings of the space score higher."""
    search, settings = Search(recommender, n_trials, seed, ["all"]), []
    while found := search.propose():
        assert list(found) == list(range(len(settings), len(settings) + len(found)))
        settings += found.values()
        search.learn({number: {"all": height(setting)} for number, setting in found.items()})
    return settings


def height(setting: Recommender) -> float:
    """Sum the places of a setting's values in the space."""
    return sum(setting.space[name].index(value) / len(setting.space[name]) for name, value in asdict(setting).items())


@pytest.mark.parametrize("name", recommenders())
def test_settings_start_with_the_defaults_and_never_repeat(name: str):
    recommender = recommenders()[name]
    settings = proposed(recommender, 25, seed=3)
    assert settings[0] == recommender()
    assert len(set(settings)) == len(settings) == min(25, space_size(recommender.space))
    for setting in settings:
        assert all(value in recommender.space[parameter] for parameter, value in asdict(setting).items())
    assert settings == proposed(recommender, 25, seed=3)
    if space_size(recommender.space) > 25:
        assert settings[:14] == proposed(recommender, 14, seed=3), "fewer trials are the first of more trials"


def test_the_seed_decides_which_settings_are_tried():
    found = {tuple(proposed(Toy, 5, seed)) for seed in range(10)}
    assert len(found) > 1 and all(of_seed[0] == Toy() for of_seed in found)


@pytest.mark.parametrize("name", ["item_knn", "slim"])
def test_what_scored_well_is_followed(name: str):
    recommender = recommenders()[name]
    early, late = [], []
    for seed in range(5):
        heights = [height(setting) for setting in proposed(recommender, 50, seed)]
        early.append(np.mean(heights[:10]))
        late.append(np.mean(heights[-10:]))
    assert np.mean(late) > np.mean(early) + 0.1 * len(recommender.space)


def test_the_same_seed_gives_the_same_trials():
    assert without_times(search()) == without_times(search())


@dataclass(frozen=True)
class LargeToy(Toy):
    """One whose space is not tried whole, that notes what is fitted, and scores by all settings of a round."""

    space: ClassVar[dict[str, tuple]] = {"new": (3, 4, 5), "known": (0, 1, 2), "other": tuple(range(10))}
    fitted: ClassVar[list[int]] = []
    other: int = 0

    @classmethod
    def prepare(cls, settings, interactions, seed: int) -> int:
        """Find the largest of them."""
        return max(setting.other for setting in settings)

    def fit(self, interactions, seed: int, prepared=None) -> FixedScores:
        """Take a note."""
        self.fitted.append(self.other)
        scores = super().fit(interactions, seed, prepared).item_scores
        scores[0] += (prepared % 3) / 2
        return FixedScores(scores)


@pytest.mark.parametrize("ended_after", [0, 1, 10, 13, 20])
def test_a_search_that_ended_early_goes_on_as_if_it_had_not(ended_after: int):
    whole: dict[str, list] = {}
    trials = search(of=LargeToy, tried=whole)
    assert len(whole) == 20
    LargeToy.fitted.clear()
    known = dict(list(whole.items())[:ended_after])
    assert without_times(search(of=LargeToy, tried=known)) == without_times(trials)
    assert len(LargeToy.fitted) == 20 - ended_after and known.keys() == whole.keys()


def test_without_time_only_the_defaults_run():
    trials = search(budget_seconds=0.0)
    assert [(trial.trial, trial.task, trial.is_chosen) for trial in trials] == [
        (0, "discovery", True),
        (0, "repeat", True),
    ]
    assert trials[0].hyper_parameters == {"new": 4, "known": 1}


def test_what_ends_a_space_that_could_go_on_is_an_edge():
    @dataclass(frozen=True)
    class Spaced(Recommender):
        space: ClassVar[dict[str, tuple]] = {
            "penalty": (0.0, 0.5, 2.0),
            "share": (0.5, 0.75, 1.0),
            "neighbours": (5, 20, 10),
            "words": ("a", "b"),
        }
        ends: ClassVar[dict[str, tuple]] = {"share": (1.0,)}
        penalty: float = 0.0
        share: float = 1.0
        neighbours: int = 10
        words: str = "a"
        fixed: int = 1

    assert edges(Spaced()) == {}
    at_edges = {"penalty": 2.0, "share": 0.5, "neighbours": 20}
    assert edges(Spaced(**at_edges, words="b")) == at_edges
    # data with 20 users have no more neighbours
    assert edges(Spaced(**at_edges, words="b"), 20) == {"penalty": 2.0, "share": 0.5}


def without_times(trials):
    return [
        (trial.trial, trial.task, trial.hyper_parameters, trial.validation_ndcg, trial.is_chosen) for trial in trials
    ]


def test_every_task_chooses_for_itself():
    trials = search(("repeat", "discovery", "all"))
    chosen = {trial.task: trial for trial in trials if trial.is_chosen}
    assert list(chosen) == ["repeat", "discovery", "all"]
    assert chosen["discovery"].hyper_parameters["new"] == 5 and chosen["repeat"].hyper_parameters["known"] == 2
    assert chosen["all"].hyper_parameters == {"new": 5, "known": 2}
    for task, best in chosen.items():
        scores = [trial.validation_ndcg for trial in trials if trial.task == task]
        assert best.validation_ndcg == max(scores) and best.trial == scores.index(max(scores))


@pytest.mark.parametrize("name", ["item_knn", "slim"])
def test_rounds_follow_what_scored_well_on_each_task_in_turn(name: str):
    recommender = recommenders()[name]
    rises, falls = [], []
    for seed in range(5):
        search, heights = Search(recommender, 80, seed, ["low", "high"]), []
        while found := search.propose():
            heights += map(height, found.values())
            search.learn({number: {"low": -height(one), "high": height(one)} for number, one in found.items()})
        # after the first, each round learns from all before it
        rises.append(np.mean(heights[50:60]) - np.mean(heights[:10]))
        falls.append(np.mean(heights[60:70]) - np.mean(heights[:10]))
    assert np.mean(rises) > 0.1 * len(recommender.space) and np.mean(falls) < -0.1 * len(recommender.space)


@pytest.mark.parametrize("name", [name for name, one in recommenders().items() if one.in_one_thread])
def test_settings_that_are_fitted_side_by_side_score_as_one_after_the_other(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plays = interactions_of(random_plays(40, 30, 0.3))
    users = np.arange(40)
    likely = np.array([np.flatnonzero(row == 0)[0] for row in plays.counts.toarray()])
    validation = Validation.from_cells(users, likely, np.zeros(40, dtype=bool), plays.counts.shape)
    found = []
    for processors in (1, 3):
        monkeypatch.setattr("os.cpu_count", lambda processors=processors: processors)
        limits = {"n_trials": 12, "budget_seconds": np.inf, "k": K, "seed": 1, "tasks": ["discovery"]}
        found.append(without_times(tune(recommenders()[name], plays, validation, **limits)))
    assert found[0] == found[1]
    assert len({score for _, _, _, score, _ in found[0]}) > 3


@dataclass(frozen=True)
class FadingToy(Toy):
    """Knows a power by which plays fade."""

    space: ClassVar[dict[str, tuple]] = {**Toy.space, "decay": (0.0, 1.0, 2.0)}
    fades_by: ClassVar[tuple[str, ...]] = ("decay",)
    decay: float = 1.0


@pytest.mark.parametrize(("n_periods", "tried"), [(0, {0.0}), (1, {1.0}), (2, {0.0, 1.0, 2.0})])
def test_fading_is_searched_where_plays_are_of_several_ages(n_periods: int, tried: set[float]):
    timed = interactions_of(PLAYS)
    first = Periods(sparse.csr_matrix(timed.counts.data[:, None], dtype=np.float64), np.array([45.0]))
    known = replace(timed, periods=(None, first, timed.periods)[n_periods])
    limits = {"n_trials": 27, "budget_seconds": np.inf, "k": K, "seed": 1, "tasks": ["all"]}
    trials = tune(FadingToy, known, toy_validation(), **limits)
    assert {trial.hyper_parameters["decay"] for trial in trials} == tried
    assert len(trials) == 9 * len(tried)


def test_items_outside_the_catalogue_are_misses():
    best = max(trial.validation_ndcg for trial in search(("discovery",)))
    # both find item 5 at rank 1; user 0 had a second new item, which nobody can recommend
    assert best == pytest.approx((1 / (1 + 1 / np.log2(3)) + 1) / 2)


def test_new_artists_have_relevant_items_of_their_own():
    users, items, is_new_artist = np.array([0, 0, 1]), np.array([3, -1, 4]), np.array([True, True, False])
    validation = Validation.from_cells(users, items, np.zeros(3, dtype=bool), PLAYS.shape, is_new_artist)
    assert validation.relevant["new_artists"].nonzero()[1].tolist() == [3]
    assert validation.n_relevant["new_artists"].tolist() == [2, 0, 0, 0]


def test_nothing_to_judge_on_scores_zero():
    nothing = np.empty(0, dtype=np.int64)
    validation = Validation.from_cells(nothing, nothing, nothing.astype(bool), PLAYS.shape)
    trials = tune(
        Toy, interactions_of(PLAYS), validation, n_trials=2, budget_seconds=np.inf, k=K, seed=0, tasks=["discovery"]
    )
    assert [trial.validation_ndcg for trial in trials] == [0.0, 0.0]
    assert [trial.is_chosen for trial in trials] == [True, False]


@pytest.mark.parametrize(("broken", "reason"), [(np.nan, "ValueError: .*not finite"), (None, "TypeError: ")])
def test_a_trial_that_fails_is_named_with_its_setting(monkeypatch, broken: float | None, reason: str):
    monkeypatch.setattr(Toy, "fit", lambda setting, interactions, seed, prepared: FixedScores(np.full(6, broken + 0)))
    with pytest.raises(RuntimeError, match=rf"trial 0, Toy\(new=4, known=1\), failed with {reason}"):
        search()


def test_validation_cells_are_split_by_task():
    validation = toy_validation()
    for task, items, counts in [
        ("discovery", {(0, 5), (1, 5)}, [2, 1, 0, 0]),
        ("repeat", {(0, 2), (1, 2)}, [1, 1, 0, 0]),
        ("all", {(0, 5), (0, 2), (1, 5), (1, 2)}, [3, 2, 0, 0]),
    ]:
        assert set(zip(*validation.relevant[task].nonzero(), strict=True)) == items
        assert validation.n_relevant[task].tolist() == counts


@pytest.mark.parametrize("name", recommenders())
def test_a_trials_score_is_the_mean_ndcg_of_a_fit_on_fit_cells(name: str):
    recommender, interactions = recommenders()[name], interactions_of(random_plays(30, 40, 0.2))
    held_out = (random_plays(30, 40, 0.1, seed=1) > 0) & ~(interactions.counts.toarray() > 0)
    users, items = held_out.nonzero()
    validation = Validation.from_cells(users, items, np.zeros(len(users), dtype=bool), held_out.shape)
    tasks = ["discovery", "all"]
    trials = tune(recommender, interactions, validation, n_trials=3, budget_seconds=np.inf, k=K, seed=5, tasks=tasks)
    for trial in trials:
        model = recommender(**trial.hyper_parameters).fit(interactions, 5)
        lists = recommend(model, interactions, np.arange(30), [trial.task], K)[trial.task]
        values = ndcg(lists, validation.relevant[trial.task], validation.n_relevant[trial.task], K)
        assert trial.validation_ndcg == values.mean() and trial.fit_seconds >= 0


def sampled(most_cells: int, seed: int = 1, least_users: int = 1):
    """Sample 40 users with 3 to 42 cells each; return them, what they are sampled from, and the cells of each."""
    plays = random_plays(40, 60, 1.0) * (np.arange(60) < np.arange(3, 43)[:, None])
    plays = np.random.default_rng(3).permuted(plays, axis=1)
    held_out = np.random.default_rng(4).random(plays.shape) < 0.1
    users, items = held_out.nonzero()
    interactions = interactions_of(plays)
    validation = Validation.from_cells(users, items, plays[held_out] > 0, plays.shape)
    cells = np.count_nonzero(plays, axis=1)
    drawn = sample(interactions, validation, cells, most_cells=most_cells, least_users=least_users, seed=seed)
    return drawn, (interactions, validation), cells


def users_of(part, whole) -> list[int]:
    """Find the rows of the whole that the sample's are, by their plays, which no two users share."""
    rows = {tuple(sorted(row.data)): number for number, row in enumerate(whole.counts)}
    return [rows[tuple(sorted(row.data))] for row in part.counts]


def test_a_sample_has_users_in_seeded_order_until_their_cells_are_enough():
    (fit, _), (whole, _), cells = sampled(300)
    drawn = users_of(fit, whole)
    assert drawn == sorted(drawn)
    order = [user for user in np.random.default_rng(1).permutation(40) if user in drawn]
    assert cells[drawn].sum() >= 300 > cells[drawn].sum() - cells[order[-1]]
    assert set(np.random.default_rng(1).permutation(40)[: len(drawn)]) == set(drawn)
    assert users_of(sampled(300)[0][0], whole) == drawn != users_of(sampled(300, seed=2)[0][0], whole)


def test_a_sample_keeps_its_users_plays_and_what_they_are_judged_by():
    (fit, validation), (whole, judged), _ = sampled(300)
    users = users_of(fit, whole)
    items = np.flatnonzero((whole.counts[users] > 0).sum(axis=0) >= 2)
    dense = whole.counts.toarray()[np.ix_(users, items)]
    assert (fit.counts.toarray() == dense).all()
    assert (fit.last_played.toarray() == whole.last_played.toarray()[np.ix_(users, items)]).all()
    assert all((fit.windows[days] == whole.windows[days][items]).all() for days in whole.windows)
    for one, other in [(0, 1), (3, 20)]:
        assert (fit.parents[one] == fit.parents[other]) == (whole.parents[items[one]] == whole.parents[items[other]])
    for task in ("discovery", "repeat", "all"):
        assert (validation.relevant[task].toarray() == judged.relevant[task].toarray()[np.ix_(users, items)]).all()
        # what nobody in the sample has played stays a miss
        assert (validation.n_relevant[task] == judged.n_relevant[task][users]).all()


@pytest.mark.parametrize(
    ("plays", "items"),
    [
        ([[1, 1, 0, 0], [1, 0, 1, 0], [1, 0, 1, 0]], [0, 2]),
        ([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]], [0, 1, 2]),
    ],
    ids=["shared", "nothing shared"],
)
def test_a_sample_has_the_items_that_its_users_share(plays: list, items: list[int]):
    interactions = interactions_of(np.array(plays))
    nothing = np.empty(0, dtype=np.int64)
    validation = Validation.from_cells(nothing, nothing, nothing.astype(bool), (3, 4))
    fit, _ = sample(interactions, validation, np.full(3, 2), most_cells=1, least_users=3, seed=1)
    assert (fit.counts.toarray() == np.array(plays)[:, items]).all()


def test_data_within_the_limit_are_not_sampled():
    cells = sampled(1)[2].sum()
    (fit, validation), (whole, judged), _ = sampled(cells)
    assert fit is whole and validation is judged
    assert sampled(cells - 1)[0][0] is not whole


# users 0 to 2 share items 0 to 2; user 3 has two items, and item 4 nobody but user 2
LOOSE = np.array([[1, 1, 1, 0, 0], [1, 1, 1, 0, 0], [1, 1, 1, 0, 1], [0, 0, 1, 2, 0]])


def held_out_of(users: list[int], items: list[int]) -> Validation:
    return Validation.from_cells(np.array(users), np.array(items), np.zeros(len(users), dtype=bool), LOOSE.shape)


def test_a_search_keeps_to_the_core_of_its_cells_and_counts_the_rest_as_misses():
    fit, validation = within_core(interactions_of(LOOSE), held_out_of([2, 2, 1, 3], [0, 3, 4, 0]), 3, 2, 1)
    np.testing.assert_array_equal(fit.counts.toarray(), np.ones((3, 3)))
    assert validation.n_relevant["discovery"].tolist() == [0, 1, 2]
    np.testing.assert_array_equal(validation.relevant["discovery"].toarray().nonzero(), [[2], [0]])


@pytest.mark.parametrize(("held_out", "least_users"), [(([2], [0]), 4), (([2], [4]), 1)])
def test_everything_is_searched_where_the_core_says_nothing(held_out, least_users: int):
    interactions, validation = interactions_of(LOOSE), held_out_of(*held_out)
    fit, judged = within_core(interactions, validation, 3, 2, least_users)
    assert fit is interactions and judged is validation


def test_a_search_is_on_a_sample_or_on_the_core():
    interactions, validation = interactions_of(LOOSE), held_out_of([2], [0])
    limits = {"least_users": 1, "min_items": 3, "min_users": 2, "seed": 1}
    cells = np.diff(interactions.counts.indptr)
    assert searched(interactions, validation, cells, most_cells=12, **limits)[0].counts.shape == (3, 3)
    assert searched(interactions, validation, cells, most_cells=5, **limits)[0].n_users == 2


def test_a_sample_has_no_fewer_users_than_can_be_learnt_from():
    assert sampled(1)[0][0].n_users == 1
    assert sampled(1, least_users=12)[0][0].n_users == 12
    assert sampled(1, least_users=99)[0][0].n_users == 40


@pytest.mark.parametrize("name", recommenders())
def test_threads_of_linear_algebra_change_no_choice(name: str):
    recommender, (fit, validation) = recommenders()[name], sampled(10**9)[0]
    found = []
    for threads in (1, 2):
        with threadpool_limits(limits=threads):
            search = {"n_trials": 4, "budget_seconds": np.inf, "k": K, "seed": 5, "tasks": recommender.tasks}
            found.append(tune(recommender, fit, validation, **search))
    assert [trial.is_chosen for trial in found[0]] == [trial.is_chosen for trial in found[1]]
    scores = [[trial.validation_ndcg for trial in trials] for trials in found]
    assert scores[0] == pytest.approx(scores[1], abs=1e-9)
