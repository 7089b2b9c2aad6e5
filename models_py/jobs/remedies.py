"""What would let recommenders learn where too few people are active: by the data, so that no advice is vain."""

from models_py.data.parameters import Parameters
from models_py.warehouse import Warehouse

# Listeners below which nothing about an item can be learnt from others, and active users below which nobody can teach.
SHARED = 2


def remedies(warehouse: Warehouse, active_users: int) -> str:
    """Say what to do, as the end of a sentence.

    Parameters
    ----------
    warehouse : Warehouse
        Marts of which no dataset has enough active users.
    active_users : int
        The most that a dataset has.
    """
    numbers = Parameters.read_row(warehouse)
    wanted, least_items = int(numbers["min_users_to_learn"]), int(numbers["min_items_per_user"])
    lower = {}
    for item_type, users, with_enough, reached in _items_per_user(warehouse, wanted, least_items):
        listeners = f"min_users_per_{item_type}"
        if users >= wanted > with_enough and reached >= SHARED:
            lower["min_items_per_user"] = max(reached, lower.get("min_items_per_user", 0))
        elif with_enough >= wanted and numbers[listeners] > SHARED:
            lower[listeners] = SHARED
    if active_users >= SHARED:
        lower["min_users_to_learn"] = active_users
    choices = " or ".join(f"{name} to {number}" for name, number in lower.items())
    return f"add listening data of more people{f', or lower {choices}' if choices else ''}"


def _items_per_user(warehouse: Warehouse, wanted: int, least_items: int) -> list[tuple[str, int, int, int]]:
    """Count users in train, and those with enough items; find how many items the wanted number of them reach, or 0."""
    rows = warehouse.read(
        """
        select item_type, count(*) as users, count(*) filter (items >= ?) as with_enough,
            coalesce(list(items order by items desc)[?], 0) as reached
        from (
            select c.item_type, c.user_id, count(distinct c.item_id) as items
            from intermediate.int_train_cells as c
            inner join marts.evaluation_parameters as p on c.split_name = p.default_split
            group by all
        )
        group by item_type
        order by item_type
        """,
        [least_items, wanted],
    )
    return [(str(kind), *map(int, numbers)) for kind, *numbers in zip(*rows.values(), strict=True)]
