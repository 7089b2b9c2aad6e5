"""Random studies for the metrics, and what their metrics are by the plainest reading of the definitions."""

import math
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import combinations, product

import numpy as np

CUTOFFS = (5, 10, 20, 50, 100)
HEADLINE_K = 20
TASKS = ("discovery", "repeat", "all")
KINDS = ("known_artist", "new_artist")

UserKey = tuple[str, str, str, str, str, str, str, int]
ModelKey = tuple[str, str, str, str, str, str, int]


@dataclass
class Case:
    """Cells, catalogue and lists of one split and item type; users are texts, items numbers.

    Attributes
    ----------
    train, test : set of (user, item)
        Cells before any filter.
    users, items : list
        Active users and the catalogue.
    lists : dict of (model, task) to dict of user to items, best first
        A model without any list for a task it declares has an empty dict.
    artists : dict of item to number
        Who made a track; three neighbours in the catalogue share an artist where nothing is said.
    """

    split_name: str
    item_type: str
    split_kind: str
    train: set[tuple[str, int]]
    test: set[tuple[str, int]]
    users: list[str]
    items: list[int]
    lists: dict[tuple[str, str], dict[str, list[int]]] = field(default_factory=dict)
    artists: dict[int, int] = field(default_factory=dict)

    @property
    def tasks(self) -> tuple[str, ...]:
        """Tasks that the split has."""
        return ("discovery",) if self.split_kind == "random" else TASKS

    def allows(self, task: str, user: str, item: int) -> bool:
        """Whether the task is about this item."""
        return task == "all" or ((user, item) in self.train) == (task == "repeat")

    def relevant(self, task: str, scope: str) -> dict[str, set[int]]:
        """Items to be found, per evaluated user: all, those in the catalogue, or those of a kind of discovery."""
        trained = {user for user, _ in self.train}
        found = defaultdict(set)
        for user, item in self.test:
            counts = {"all": True, "recommendable": item in self.items}.get(scope, self.kind(user, item) == scope)
            if user in trained and self.allows(task, user, item) and counts:
                found[user].add(item)
        return found

    def kind(self, user: str, item: int) -> str:
        """Tell whether the user has played another track of the item's artist."""
        is_known = self.item_type == "track" and any(
            (user, other) in self.train for other in range(item - item % 3, item - item % 3 + 3)
        )
        return "known_artist" if is_known else "new_artist"

    def candidates(self, task: str, user: str) -> list[int]:
        """Items of the catalogue that may be recommended."""
        return [item for item in self.items if self.allows(task, user, item)]

    def parent(self, item: int) -> int:
        """Tell an item's artist by number; an artist is its own."""
        place = self.items.index(item)
        return place if self.item_type == "artist" else self.artists.get(item, place // 3)


def random_case(rng: np.random.Generator, split_name: str, item_type: str, split_kind: str) -> Case:
    """Draw a case with short lists, users without lists, cold items and users without training."""
    all_users = [f"user_{number:02d}" for number in range(rng.integers(1, 12))]
    all_items = list(range(100, 100 + int(rng.choice([1, 5, 30, 200]))))
    shares = rng.uniform(0.05, 0.6, size=2)
    train, test = ({cell for cell in product(all_users, all_items) if rng.random() < share} for share in shares)
    untrained = {user for user in all_users if rng.random() < 0.1}
    train = {(user, item) for user, item in train if user not in untrained}
    if split_kind == "random":
        test -= train
    # in a fixed order, since that of a set of texts changes from run to run
    active = {user for user, _ in sorted(train) if rng.random() < 0.8}
    warm = {item for _, item in sorted(train) if rng.random() < 0.7}
    learned = {(user, item) for user, item in train if user in active and item in warm}
    case = Case(
        split_name,
        item_type,
        split_kind,
        train,
        test,
        sorted({user for user, _ in learned}),
        sorted({item for _, item in learned}),
    )
    for model, task in product(("most_popular", "short", "silent"), case.tasks):
        case.lists[model, task] = {} if model == "silent" else _random_lists(rng, case, model, task)
    return case


def _random_lists(rng: np.random.Generator, case: Case, model: str, task: str) -> dict[str, list[int]]:
    lists = {}
    for user in case.users:
        candidates = case.candidates(task, user)
        scores = rng.integers(0, 4, size=len(candidates))
        best_first = [candidates[place] for place in np.lexsort((candidates, -scores))][:100]
        length = rng.integers(0, len(best_first) + 1) if model == "short" else len(best_first)
        if length:
            lists[user] = best_first[:length]
    return lists


def add_bound_lists(case: Case) -> None:
    """Add models: `ideal` has relevant items first, `tailed` goes on after `short` without a hit, `cut` is ten long."""
    for task in case.tasks:
        relevant, short, popular = (
            case.relevant(task, "all"),
            case.lists["short", task],
            case.lists["most_popular", task],
        )
        candidates = {user: case.candidates(task, user) for user in case.users}
        case.lists["ideal", task] = {
            user: sorted(items, key=lambda item, found=relevant[user]: item not in found)[:100]
            for user, items in candidates.items()
            if items
        }
        case.lists["tailed", task] = {
            user: (items + [item for item in candidates[user] if item not in relevant[user] | set(items)])[:100]
            for user, items in short.items()
        }
        case.lists["cut", task] = {user: items[:10] for user, items in popular.items()}


def relabelled(rng: np.random.Generator, case: Case, split_name: str) -> Case:
    """Give users and items other names, in another order; name the split anew."""
    everyone = sorted({user for user, _ in case.train | case.test} | set(case.users))
    everything = sorted({item for _, item in case.train | case.test} | set(case.items))
    users = {user: f"listener_{number:02d}" for number, user in enumerate(rng.permutation(everyone).tolist())}
    items = {item: 7000 + number for number, item in enumerate(rng.permutation(everything).tolist())}
    return Case(
        split_name,
        case.item_type,
        case.split_kind,
        {(users[user], items[item]) for user, item in case.train},
        {(users[user], items[item]) for user, item in case.test},
        sorted(users[user] for user in case.users),
        sorted(items[item] for item in case.items),
        {
            key: {users[user]: [items[item] for item in ranked] for user, ranked in lists.items()}
            for key, lists in case.lists.items()
        },
        {items[item]: case.parent(item) for item in case.items},
    )


def user_metrics(case: Case) -> Iterator[tuple[UserKey, float]]:
    """Yield every value of `user_metrics`, each list judged on its own."""
    yield from _scoped_metrics(case, ("all", "recommendable"), case.tasks)


def kind_metrics(case: Case) -> Iterator[tuple[UserKey, float]]:
    """Yield every user's value that is behind a kind of discovery in `segment_metrics`, the kind as scope."""
    yield from _scoped_metrics(case, KINDS, ("discovery",))


def _scoped_metrics(case: Case, scopes: Collection[str], tasks: Collection[str]) -> Iterator[tuple[UserKey, float]]:
    lists_of_tasks = [(model, task) for model, task in case.lists if task in tasks]
    for (model, task), scope in product(lists_of_tasks, scopes):
        for user, relevant in case.relevant(task, scope).items():
            ranked = case.lists[model, task].get(user, [])
            popular = case.lists.get(("most_popular", task), {}).get(user, [])
            for k in CUTOFFS if scope == "all" else (HEADLINE_K,):
                for metric, value in judge(ranked, relevant, k, popular).items():
                    yield (case.split_name, case.item_type, task, model, scope, user, metric, k), value


def judge(ranked: list[int], relevant: set[int], k: int, popular: Collection[int] = ()) -> dict[str, float]:
    """Score one list at k, beside what most_popular lists for the same user."""
    hits = [item in relevant for item in ranked[:k]]
    reachable = min(k, len(relevant))
    gain = sum(1 / math.log2(place + 2) for place, hit in enumerate(hits) if hit)
    ideal = sum(1 / math.log2(place + 2) for place in range(reachable))
    precisions = [sum(hits[: place + 1]) / (place + 1) for place, hit in enumerate(hits) if hit]
    return {
        "precision": sum(hits) / k,
        "recall": sum(hits) / len(relevant),
        "recall_capped": sum(hits) / reachable,
        "hit_rate": float(any(hits)),
        "ndcg": gain / ideal,
        "map": sum(precisions) / reachable,
        "mrr": 1 / (hits.index(True) + 1) if any(hits) else 0.0,
        "serendipity": len((set(ranked[:k]) & relevant) - set(list(popular)[:k])) / k,
    }


def model_metrics(case: Case) -> Iterator[tuple[ModelKey, tuple[float | None, int]]]:
    """Yield value and number of users of every row of `model_metrics`."""
    values = defaultdict(list)
    for (split_name, item_type, task, model, scope, _, metric, k), value in user_metrics(case):
        values[split_name, item_type, task, model, scope, metric, k].append(value)
    for key, scores in values.items():
        yield key, (sum(scores) / len(scores), len(scores))
    for (model, task), k in product(case.lists, CUTOFFS):
        users = case.relevant(task, "all").keys()
        if users:
            for metric, value in describe_lists(case, case.lists[model, task], users, k).items():
                yield (case.split_name, case.item_type, task, model, "all", metric, k), value


def describe_lists(
    case: Case, lists: dict[str, list[int]], users: Collection[str], k: int
) -> dict[str, tuple[float | None, int]]:
    """Describe the users' top k: means over those with a list and, where there is a catalogue, what they make of it."""
    listed = {user: lists[user][:k] for user in users if user in lists}
    tops = list(listed.values())
    popularity = {item: sum((user, item) in case.train for user in case.users) / len(case.users) for item in case.items}
    popular = {user: np.mean([popularity[item] for item in top]) for user, top in listed.items()}
    own = {user: np.mean([popularity[item] for item in case.items if (user, item) in case.train]) for user in listed}
    per_user = {
        "novelty": [np.mean([-math.log2(popularity[item]) for item in top]) for top in tops],
        "popularity": list(popular.values()),
        "popularity_bias": [popular[user] - own[user] for user in listed],
        "artist_diversity": [len({case.parent(item) for item in top}) / len(top) for top in tops],
    }
    described = {name: (float(np.mean(values)) if tops else None, len(tops)) for name, values in per_user.items()}
    described["tag_diversity"] = (None, 0)  # no artist here has tags
    if case.items:
        size = len(case.items)
        counts = [sum(item in top for top in tops) for item in case.items]
        differences = sum(abs(one - other) for one in counts for other in counts)
        pairs = [len(set(one) & set(other)) / k for one, other in combinations(tops, 2)]
        n_pairs = math.comb(len(users), 2)
        described["user_overlap"] = (sum(pairs) / n_pairs if n_pairs else None, len(users))
        described["coverage"] = (sum(count > 0 for count in counts) / size, len(users))
        described["coverage_ceiling"] = (min(1.0, len(users) * k / size), len(users))
        described["gini"] = (differences / (2 * size * sum(counts)) if tops else None, len(users))
    return described
