"""What is answered to people and programs: lists with reasons, as the tables have them."""

from collections.abc import Iterable
from dataclasses import dataclass

from models_py.errors import WarehouseError
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
                tuple(why.get(int(row["item_id"]), ())),
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
    least = parameter(warehouse, "min_segment_users")
    groups = [
        (f"favourites in {country}", "lower(country) = lower($country)", country),
        (f"favourites between {(age or 0) - 5} and {(age or 0) + 5}", "age between $age - 5 and $age + 5", age),
    ]
    withheld = wishes.hidden[item_type] | (wishes.loved[item_type] if task in DISCOVERIES else set())
    asked = {
        "withheld": sorted(withheld),
        "artists": sorted(wishes.hidden["artist"]),
        "country": country,
        "age": age,
        "item_type": item_type,
        "length": length,
    }
    basis, condition = "favourites of all", "true"
    for name, of_group, value in groups:
        counted = f"select count(*) as n from marts.users where play_count > 0 and {of_group}"
        given = {key: asked[key] for key in ("country", "age") if f"${key}" in of_group}
        if value is not None and warehouse.read(counted, given)["n"][0] >= least:
            basis, condition = name, of_group
            break
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
            key: value
            for key, value in asked.items()
            if key in ("withheld", "artists", "item_type", "length") or f"${key}" in condition
        },
    )
    items = tuple(
        Recommended(rank, int(row["item_id"]), row["item_name"], row["artist_name"], float(row["score"]))
        for rank, row in enumerate(rows, start=1)
    )
    return RecommendedList(user_id, item_type, task, "most_popular", basis, items)


def names_of(warehouse: Warehouse, item_type: str, ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Read the names of items and of their artists, by id."""
    rows = warehouse.read(
        "select item_id, item_name, artist_name from marts.item_popularity "
        "where item_type = ? and item_id in (select unnest(?))",
        [item_type, list(map(int, ids))],
    )
    return {int(item): (name, artist) for item, name, artist in zip(*rows.values(), strict=True)}


def _stored_reasons(warehouse: Warehouse, user_id: str, item_type: str, task: str) -> dict[int, list[Reason]]:
    rows = warehouse.read_rows(
        "select item_id, because_item_name, because_artist_name, contribution from marts.recommendation_reasons "
        "where user_id = ? and item_type = ? and task = ? order by rank, reason_rank",
        [user_id, item_type, task],
    )
    found: dict[int, list[Reason]] = {}
    for row in rows:
        reason = Reason(row["because_item_name"], row["because_artist_name"], float(row["contribution"]))
        found.setdefault(int(row["item_id"]), []).append(reason)
    return found


def parameter(warehouse: Warehouse, name: str) -> int:
    """Read a number that the warehouse was built with.

    Raises
    ------
    WarehouseError
        Where it was built by a version that did not have it.
    """
    row = warehouse.read_rows("select * from marts.evaluation_parameters")[0]
    if name not in row:
        raise WarehouseError(f"{warehouse.path} is of another version, which knew no {name}: run `make evaluate`.")
    return int(row[name])
