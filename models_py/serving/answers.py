"""What is answered to people and programs: lists with reasons, as the tables have them."""

from collections.abc import Iterable
from dataclasses import dataclass

from models_py.data.parameters import Parameters
from models_py.serving.wishes import DISCOVERIES, NO_WISHES, Wishes
from models_py.warehouse import Warehouse


@dataclass(frozen=True)
class Reason:
    """What one item that somebody plays adds to a score; without a name everything else."""

    item_name: str | None
    artist_name: str | None
    contribution: float


@dataclass(frozen=True)
class Recommended:
    """A place in a list; reasons come in order, and add up to the score."""

    rank: int
    item_id: int
    item_name: str
    artist_name: str
    score: float
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class SimilarItem:
    """An item that a model takes for alike to another; similarities compare within one model only."""

    model_name: str
    rank: int
    item_id: int
    item_name: str
    artist_name: str
    similarity: float


@dataclass(frozen=True)
class RecommendedList:
    """A list of one item type and task; the model most_popular stands in where no other has a list.

    Attributes
    ----------
    user_id : str or None
        None for somebody whom the warehouse does not know.
    basis : str
        'stored' (the tables), 'folded in' (made now, from plays and what is loved) or whose favourites it has.
    known_plays, known_items : float or None
        Shares of a given history that the catalogue has.
    """

    user_id: str | None
    item_type: str
    task: str
    model_name: str
    basis: str
    items: tuple[Recommended, ...]
    known_plays: float | None = None
    known_items: float | None = None


def stored_lists(
    warehouse: Warehouse, user_id: str, item_type: str, task: str, length: int, wishes: Wishes, because: bool
) -> list[RecommendedList]:
    """Read what a user is served, less what the user has hidden or loved since."""
    rows = warehouse.read_rows(
        """
        select
            item_type, model_name, item_id, item_name, artist_name, score,
            marts.artist_id_of(artist_name) as artist_id
        from marts.served_recommendations
        where user_id = $user_id and task = $task and (item_type = $item_type or $item_type = '')
        order by item_type, rank
        """,
        {"user_id": user_id, "task": task, "item_type": item_type},
    )
    found = []
    for kind in dict.fromkeys(row["item_type"] for row in rows):
        of_kind = [
            row
            for row in rows
            if row["item_type"] == kind and not wishes.withhold(kind, task, int(row["item_id"]), int(row["artist_id"]))
        ]
        why = _stored_reasons(warehouse, user_id, kind, task) if because else {}
        items = tuple(
            Recommended(
                rank,
                int(row["item_id"]),
                row["item_name"],
                row["artist_name"],
                float(row["score"]),
                why.get(int(row["item_id"]), ()),
            )
            for rank, row in enumerate(of_kind[:length], start=1)
        )
        model_name = next(row["model_name"] for row in rows if row["item_type"] == kind)
        found.append(RecommendedList(user_id, kind, task, model_name, "stored", items))
    return found


def popular_list(
    warehouse: Warehouse,
    item_type: str,
    task: str,
    length: int,
    country: str | None,
    age: int | None,
    user_id: str | None = None,
    wishes: Wishes = NO_WISHES,
) -> RecommendedList:
    """List what most listeners of a country, else of an age within five years, else of all play.

    A group counts from `min_segment_users` listeners on. What is not wished for is left out.
    """
    basis, condition, of_group = _group(warehouse, country, age)
    withheld = wishes.hidden[item_type] | (wishes.loved[item_type] if task in DISCOVERIES else set())
    rows = warehouse.read_rows(
        f"""
        select items.item_id, items.item_name, items.artist_name, count(*) as score
        from marts.user_item_plays as plays
        inner join marts.users as users on plays.user_id = users.user_id
        inner join marts.item_popularity as items
            on plays.item_type = items.item_type and plays.item_id = items.item_id
        where plays.item_type = $item_type and {condition} and not list_contains($withheld, items.item_id)
            and (len($artists) = 0 or not list_contains($artists, marts.artist_id_of(items.artist_name)))
        group by all
        order by score desc, sum(plays.play_count) desc, item_id
        limit $length
        """,
        {
            "item_type": item_type,
            "withheld": sorted(withheld),
            "artists": sorted(wishes.hidden["artist"]),
            "length": length,
            **of_group,
        },
    )
    items = tuple(
        Recommended(rank, int(row["item_id"]), row["item_name"], row["artist_name"], float(row["score"]))
        for rank, row in enumerate(rows, start=1)
    )
    return RecommendedList(user_id, item_type, task, "most_popular", basis, items)


def _group(warehouse: Warehouse, country: str | None, age: int | None) -> tuple[str, str, dict[str, object]]:
    """Choose whose favourites to list: what they are called, a condition of `users`, and its parameters."""
    least = Parameters.read(warehouse).min_segment_users
    groups = []
    if country:
        groups.append((f"favourites in {country}", "lower(country) = lower($country)", {"country": country}))
    if age:
        groups.append(
            (f"favourites between {age - 5} and {age + 5}", "age between $age - 5 and $age + 5", {"age": age})
        )
    for group in groups:
        counted = f"select count(*) as n from marts.users where play_count > 0 and {group[1]}"
        if warehouse.read(counted, group[2])["n"][0] >= least:
            return group
    return "favourites of all", "true", {}


def reasons_of_places(rows: Iterable[tuple[int, str | None, str | None, float]]) -> dict[int, tuple[Reason, ...]]:
    """Gather reasons, in order, by what the first value of each row says: a rank or an item."""
    found: dict[int, list[Reason]] = {}
    for place, item_name, artist_name, contribution in rows:
        found.setdefault(int(place), []).append(Reason(item_name, artist_name, float(contribution)))
    return {place: tuple(reasons) for place, reasons in found.items()}


def _stored_reasons(warehouse: Warehouse, user_id: str, item_type: str, task: str) -> dict[int, tuple[Reason, ...]]:
    rows = warehouse.read(
        "select item_id, because_item_name, because_artist_name, contribution from marts.recommendation_reasons "
        "where user_id = ? and item_type = ? and task = ? order by rank, reason_rank",
        [user_id, item_type, task],
    )
    return reasons_of_places(zip(*rows.values(), strict=True))
