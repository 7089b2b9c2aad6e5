"""Users and items as people call them on the command line."""

from models_py.errors import SettingError
from models_py.warehouse import Warehouse

# Names that are proposed for one that is not there.
PROPOSED = 5
# How an item is called on the command line.
CALLED = "case item_type when 'track' then artist_name || ' - ' || item_name else item_name end"
OF_TYPE = "(item_type = $item_type or $item_type = '')"


def check_user(warehouse: Warehouse, user_id: str) -> None:
    """Refuse a user that the warehouse does not have.

    Raises
    ------
    SettingError
    """
    users = warehouse.read("select user_id from marts.users order by user_id")["user_id"]
    if user_id not in set(users):
        closest = warehouse.read(
            "select user_id from marts.users "
            f"order by jaro_winkler_similarity(lower(user_id), lower(?)) desc, user_id limit {PROPOSED}",
            [user_id],
        )["user_id"]
        known = f"{users[0]} to {users[-1]}, the closest {', '.join(closest)}" if len(users) else "none"
        path = warehouse.path
        raise SettingError(f"There is no user '{user_id}' in {path}: it has {len(users)} users, {known} (table users).")


def find_item(warehouse: Warehouse, text: str, item_type: str) -> dict[str, object]:
    """Find the most played item of a name, an artist's or 'artist - track', in any case."""
    asked = {"item_type": item_type, "text": text}
    rows = warehouse.read_rows(
        f"select item_type, item_id, item_name, artist_name, {CALLED} as called from marts.item_popularity "
        f"where {OF_TYPE} and (lower({CALLED}) = lower($text) "
        "or item_type = 'artist' and item_id = marts.artist_id_of($text)) order by play_count desc, item_id limit 1",
        asked,
    )
    if rows:
        return rows[0]
    closest = warehouse.read(
        f"select called from (select distinct {CALLED} as called from marts.item_popularity where {OF_TYPE}) "
        f"order by jaro_winkler_similarity(lower(called), lower($text)) desc, called limit {PROPOSED}",
        asked,
    )["called"]
    names = "; ".join(closest) or "there are none at all"
    raise SettingError(f"No {item_type or 'artist or track'} is called '{text}'; the closest names are: {names}.")
