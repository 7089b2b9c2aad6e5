"""What the command line prints of the published tables when it is asked for: one person's list, or a query's answer."""

from pathlib import Path

from models_py.errors import SettingError
from models_py.terminal.printing import print_csv, print_table, say
from models_py.warehouse import Warehouse

# The names of the plays that most of a score comes from.
REASONS = """(
    select string_agg(r.because_item_name, ', ' order by r.reason_rank)
    from marts.recommendation_reasons as r
    where r.item_type = s.item_type and r.task = s.task and r.user_id = s.user_id and r.rank = s.rank
        and r.reason_rank <= 3
)"""


def check_user(warehouse: Warehouse, user_id: str) -> None:
    """Refuse a user that the warehouse does not have.

    Raises
    ------
    SettingError
    """
    users = warehouse.read("select user_id from marts.users order by user_id")["user_id"]
    if user_id not in set(users):
        known = f"{users[0]} to {users[-1]}" if len(users) else "none"
        path = warehouse.path
        raise SettingError(f"There is no user '{user_id}' in {path}: it has {len(users)} users, {known} (table users).")


def print_served(path: Path, user_id: str, item_type: str, task: str, length: int, because: bool = False) -> None:
    """Print the first items of the list that is served to a user, with the plays that they come from if asked for.

    Raises
    ------
    SettingError
        Where the warehouse has no such user, or serves no such list.
    """
    warehouse = Warehouse(path)
    check_user(warehouse, user_id)
    rows = warehouse.read(
        f"""
        select s.item_type, s.model_name, s.rank, s.item_name, s.artist_name, s.score,
            {REASONS if because else "''"} as because
        from marts.served_recommendations as s
        where s.user_id = ? and s.task = ? and (s.item_type = ? or ? = '') and s.rank <= ?
        order by s.item_type, s.rank
        """,
        [user_id, task, item_type, item_type, length],
    )
    if not len(rows["rank"]) and task == "new_artists" and item_type != "artist" and not _has_new_artists(warehouse):
        raise SettingError(
            f"{path} has no lists by new artists, because they were not asked for when it was built: "
            "run `make evaluate NEW_ARTISTS=1`."
        )
    if not len(rows["rank"]):
        raise SettingError(
            f"{path} serves {user_id} no list of {item_type or 'item'}s for task '{task}': "
            f"{_served_lists(warehouse, user_id)}."
        )
    for kind in dict.fromkeys(rows["item_type"]):
        names = ("track", "artist") if kind == "track" else ("artist",)
        shown = [
            (rank, *(item, artist)[: len(names)], f"{score:.4g}", model, *([reasons or ""] if because else []))
            for row_type, model, rank, item, artist, score, reasons in zip(*rows.values(), strict=True)
            if row_type == kind
        ]
        headings = ("rank", *names, "score", "model", *(["because you play"] if because else []))
        align = f"r{'l' * len(names)}rl{'l' * because}"
        print_table(f"{kind}s for {user_id} ({task})", headings, shown, align)


def print_answer(path: Path, statement: str, most_rows: int | None) -> None:
    """Print what a query gives: as a table of at most so many rows, or all of it as CSV.

    Raises
    ------
    MusicError
        Where there is no warehouse, or the query cannot be answered.
    """
    with Warehouse(path).answering(statement) as answer:
        if most_rows is None:
            print_csv(answer.headings, answer.rows())
            return
        rows = list(answer.rows(most_rows + 1))
        more = answer.count() - most_rows if len(rows) > most_rows else 0
        align = "".join("r" if is_number else "l" for is_number in answer.is_number)
    print_table("", answer.headings, rows[:most_rows], align)
    if more:
        say(f"{more:,} more rows: raise --rows, or print all of them with --csv.")


def _has_new_artists(warehouse: Warehouse) -> bool:
    return bool(warehouse.read("select new_artists from marts.evaluation_parameters")["new_artists"][0])


def _served_lists(warehouse: Warehouse, user_id: str) -> str:
    """Say which lists a user is served."""
    lists = warehouse.read(
        "select distinct item_type, task from marts.served_recommendations where user_id = ? order by all", [user_id]
    )
    named = [f"{item_type}s for '{task}'" for item_type, task in zip(*lists.values(), strict=True)]
    if named:
        return f"there are lists of {', '.join(named)}"
    return "there is none for any task (the var serve_users_without_plays decides on users without a play)"
