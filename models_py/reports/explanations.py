"""What the command line prints of why something is recommended, and of what is alike."""

from pathlib import Path

from models_py.errors import SettingError
from models_py.reports.naming import CALLED, OF_TYPE, check_user, find_item
from models_py.serving.answers import Reason, Recommended, SimilarItem
from models_py.terminal.printing import print_json, print_table
from models_py.warehouse import Warehouse


def print_explanation(path: Path, user_id: str, item: str, item_type: str, task: str, as_json: bool = False) -> None:
    """Print what the score of one served recommendation comes from.

    Raises
    ------
    SettingError
        Where there is no such user, no item has that name, or it is not among the first that the user is served.
    """
    warehouse = Warehouse(path)
    check_user(warehouse, user_id)
    rows = warehouse.read_rows(
        f"""
        select {CALLED} as called, rank, model_name, item_id, item_name, artist_name, score, contribution, is_exact,
            because_item_name, because_artist_name
        from marts.recommendation_reasons
        where {OF_TYPE} and user_id = $user_id and task = $task and lower({CALLED}) = lower($item)
        order by item_type, rank, reason_rank
        """,
        {"item_type": item_type, "user_id": user_id, "task": task, "item": item},
    )
    if not rows:
        called = find_item(warehouse, item, item_type)["called"]
        raise SettingError(
            f"{path} has no reasons for {called}, because it is not among the first that {user_id} is served for task "
            f"'{task}': `python -m models_py recommend --user {user_id} --task {task} --because` prints them."
        )
    first = rows[0]
    of_first = [row for row in rows if (row["called"], row["rank"]) == (first["called"], first["rank"])]
    if as_json:
        reasons = (
            Reason(row["because_item_name"], row["because_artist_name"], float(row["contribution"])) for row in of_first
        )
        place, names = (int(first["rank"]), int(first["item_id"])), (first["item_name"], first["artist_name"])
        print_json(Recommended(*place, *names, float(first["score"]), tuple(reasons)))
        return
    shown = [(*_because(row), f"{row['contribution']:.4g}") for row in of_first]
    title = (
        f"{first['called']}: rank {first['rank']} for {user_id}, score {first['score']:.4g} by {first['model_name']}"
    )
    if first["is_exact"] == 0:
        title += "; what each play adds is about right, the last row takes up the difference"
    print_table(title, ("because of", "by", "adds"), shown, "llr")


def print_similar(
    path: Path, item: str, item_type: str, length: int, as_json: bool = False, model_name: str = ""
) -> None:
    """Print what the served model, or another one, takes for most alike to an item.

    Raises
    ------
    SettingError
        Where no item has that name, or no served model likens it.
    """
    warehouse = Warehouse(path)
    found = find_item(warehouse, item, item_type)
    other = CALLED.replace("item_name", "similar_item_name").replace("artist_name", "similar_artist_name")
    rows = warehouse.read_rows(
        f"""
        select model_name, rank, similar_item_id, similar_item_name, similar_artist_name, similarity, {other} as called
        from marts.similar_items
        where item_type = $item_type and item_id = $item_id and rank <= $length
            and (model_name = $model_name or $model_name = '' and is_served)
        order by model_name, rank
        """,
        {"item_type": found["item_type"], "item_id": int(found["item_id"]), "length": length, "model_name": model_name},
    )
    if not rows:
        raise SettingError(
            f"{path} has nothing like {found['called']} by {model_name or 'a model that serves'}: it is not among the "
            "items with most listeners, or the model likens none (table similar_items)."
        )
    if as_json:
        kinds = (str, int, int, str, str, float)
        print_json(
            [SimilarItem(*(kind(value) for kind, value in zip(kinds, row.values(), strict=False))) for row in rows]
        )
        return
    shown = [(row["rank"], row["called"], f"{row['similarity']:.4g}", row["model_name"]) for row in rows]
    print_table(f"Most alike to {found['called']}", ("rank", found["item_type"], "similarity", "model"), shown, "rlrl")


def _because(row: dict[str, object]) -> tuple[str, str]:
    name, artist = row["because_item_name"], row["because_artist_name"]
    return name or "everything else", "" if artist == name else artist or ""
