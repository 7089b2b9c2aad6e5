"""What of the published tables goes to the explorer, and above all whose data.

Every mart goes by the rules here, also one that is added later. A column that holds ids of users ends in `user_id`;
where a table has one, only rows of the chosen users go.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from models_py.errors import SettingError
from models_py.reports.examples import example_users
from models_py.warehouse import Warehouse

EVERYBODY = "all"
# Ids in a sentence about wrong ones, and in one about those who were chosen.
NAMED = 5
LISTED = 20
USER_ID = re.compile(r"(\w+_)?user_id")
# Indices are for what computes: of no use to a reader, and those of users stand for ids.
INDEX = re.compile(r"(\w+_)?index")
# Lines and files as somebody gave and named them, which can say anything of anybody.
LEFT_OUT = {"rejected_lines": "lines as they were given", "load_audit_files": "names of files"}
# Rows of one table above which it goes empty: plays, where everybody's are asked for.
MOST_ROWS = 6_000_000
# Rows of one table of items above which it is cut to those that the chosen users or most others play.
MOST_ITEM_ROWS = 200_000
MOST_POPULAR = 10_000
CHOSEN = "in (select unnest($user_ids))"
DEFAULT_SPLIT = "split_name = (select default_split from marts.evaluation_parameters)"
HEADLINE_K = "(select headline_k from marts.evaluation_parameters)"
# What goes of tables that hold more than a page can show, in SQL and in words.
SHOWN = {
    "recommendations": (f"rank <= {HEADLINE_K}", "the first headline_k places"),
    "similar_items": (
        "(is_served or rank <= 10 and (item_type, item_id) in "
        "(select item_type, item_id from marts.item_popularity where popularity_rank <= 1000))",
        "of models that do not serve the first 10 places for the 1,000 most played items",
    ),
    "user_metrics": (f"scope = 'all' and k = {HEADLINE_K}", "scope all, headline_k places"),
}
WANTED_ITEMS = f"""
    select item_type, item_id from marts.user_item_plays where user_id {CHOSEN}
    union
    select item_type, item_id from marts.served_recommendations where user_id {CHOSEN}
    union
    select item_type, item_id from marts.recommendations
    where user_id {CHOSEN} and {DEFAULT_SPLIT} and {SHOWN["recommendations"][0]}
    union
    select item_type, item_id from marts.item_popularity where popularity_rank <= {MOST_POPULAR}
"""
# What the page says of the file; beside the marts, because no mart may be about one file alone.
OWN_TABLES = {
    "excerpt.users": "select unnest($user_ids) as user_id, nullif(unnest($roles), '') as role",
    "excerpt.tables": "select unnest($table_names) as table_name, unnest($cuts) as what_goes",
    "excerpt.facts": """
        select (select count(*) from marts.users) as users_in_data, len($user_ids) as users_exported,
            (select coalesce(bool_or(is_demo), false) from marts.load_audit_files) as is_demo
    """,
}


@dataclass(frozen=True)
class Chosen:
    """Whose data go into the explorer.

    Attributes
    ----------
    roles : mapping of str to str
        Ids of users, to what each is an example of; that is empty where the user was asked for.
    n_users : int
        How many users the warehouse has.
    """

    roles: Mapping[str, str]
    n_users: int


@dataclass(frozen=True)
class Cut:
    """How much of a table goes.

    Attributes
    ----------
    query : str
        What makes the table of the file; empty where it does not go.
    in_words : str
    """

    query: str
    in_words: str


def choose(warehouse: Warehouse, wanted: str) -> Chosen:
    """Find the users who are asked for.

    Parameters
    ----------
    warehouse : Warehouse
    wanted : str
        Ids between commas, 'all', or nothing for the example users.

    Raises
    ------
    SettingError
        Naming ids that the warehouse does not have, or where it has nobody to show.
    """
    known = list(warehouse.read("select user_id from marts.users order by play_count desc, user_id")["user_id"])
    named = [part.strip() for part in wanted.split(",") if part.strip()]
    if named == [EVERYBODY]:
        named = known
    if missing := sorted(set(named).difference(known)):
        raise SettingError(
            f"{warehouse.path} has no user {', '.join(missing[:NAMED])}: give --users ids of the table users between "
            f"commas, such as {','.join(known[:2])}, or {EVERYBODY}."
        )
    roles = dict.fromkeys(named, "") or {each.user_id: each.kind for each in example_users(warehouse)}
    if not roles:
        raise SettingError(f"{warehouse.path} has no user with a play, so there is nothing to explore.")
    return Chosen(roles, len(known))


def whose(chosen: Chosen) -> str:
    """Say in words whose data go, before they do."""
    if len(chosen.roles) == chosen.n_users:
        return f"The data of all {chosen.n_users} users go into the explorer."
    named = [f"{user_id} ({role})" if role else user_id for user_id, role in chosen.roles.items()]
    more = f" and {len(named) - LISTED} more" if len(named) > LISTED else ""
    return (
        f"The data of {len(named)} of {chosen.n_users} users go into the explorer: {', '.join(named[:LISTED])}{more}. "
        "What the others play is not in it; totals count everybody."
    )


def export(warehouse: Warehouse, excerpt: Path, chosen: Chosen) -> None:
    """Write the part of a warehouse that the explorer shows into a file of its own.

    Parameters
    ----------
    warehouse : Warehouse
        The published one.
    excerpt : Path
        The file, which is not there yet.
    chosen : Chosen

    Raises
    ------
    WarehouseError
        Where one of the files cannot be read or written.
    """
    user_ids = list(chosen.roles)
    # one version of the file, opened once
    with warehouse.held_open():
        cuts = _cuts(warehouse, user_ids)
        warehouse.write_excerpt(
            excerpt,
            {**OWN_TABLES, **{f"marts.{table}": cut.query for table, cut in cuts.items() if cut.query}},
            {
                "user_ids": user_ids,
                "roles": list(chosen.roles.values()),
                "table_names": list(cuts),
                "cuts": [cut.in_words for cut in cuts.values()],
            },
        )


def _cuts(warehouse: Warehouse, user_ids: list[str]) -> dict[str, Cut]:
    columns: dict[str, list[str]] = {}
    for row in warehouse.read_rows(
        "select table_name, column_name from information_schema.columns where table_schema = 'marts' "
        "order by table_name, ordinal_position"
    ):
        columns.setdefault(str(row["table_name"]), []).append(str(row["column_name"]))
    cuts = {table: _cut(table, its_columns) for table, its_columns in columns.items()}
    sizes = warehouse.read_rows(
        " union all ".join(
            f"select '{table}' as name, count(*) as size from ({cut.query})" for table, cut in cuts.items() if cut.query
        ),
        {"user_ids": user_ids},
    )
    for table, size in ((str(row["name"]), int(row["size"])) for row in sizes):
        cuts[table] = _limited(table, cuts[table], columns[table], size)
    return cuts


def _cut(table: str, columns: list[str]) -> Cut:
    """Say how much of a table goes, if it is small enough."""
    if table in LEFT_OUT:
        return Cut("", f"left out: {LEFT_OUT[table]}")
    if any(INDEX.fullmatch(column) for column in columns):
        return Cut("", "left out: what recommenders learn from, by index")
    conditions = [f"{column} {CHOSEN}" for column in columns if USER_ID.fullmatch(column)]
    words = ["rows of these users"] if conditions else []
    if conditions and "split_name" in columns:
        conditions.append(DEFAULT_SPLIT)
        words.append("the default split")
    if table in SHOWN:
        conditions.append(SHOWN[table][0])
        words.append(SHOWN[table][1])
    where = f" where {' and '.join(conditions)}" if conditions else ""
    return Cut(f"select * from marts.{table}{where}", "; ".join(words) or "all of it")


def _limited(table: str, cut: Cut, columns: list[str], size: int) -> Cut:
    """Leave a table empty, or cut it to the items that are wanted, where it is too large."""
    if size > MOST_ROWS:
        return Cut(f"{cut.query} limit 0", f"none of {size:,} rows, which are too many for a page")
    about_users = any(USER_ID.fullmatch(column) for column in columns)
    wanted = _wanted(columns)
    if about_users or not wanted or size <= MOST_ITEM_ROWS:
        return cut
    words = [cut.in_words] * (table in SHOWN) + ["items that these users play or are recommended, or most others play"]
    return Cut(f"select * from ({cut.query}) where {wanted}", "; ".join(words))


def _wanted(columns: list[str]) -> str:
    """Restrict a table of items to those that are wanted; nothing where it is about something else."""
    if {"item_type", "item_id"} <= set(columns):
        return f"(item_type, item_id) in ({WANTED_ITEMS})"
    column = next((column for column in ("track_id", "artist_id") if column in columns), "")
    item_type = column.removesuffix("_id")
    return column and f"{column} in (select item_id from ({WANTED_ITEMS}) where item_type = '{item_type}')"
