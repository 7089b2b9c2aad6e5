"""A build never swaps real data for less in silence: what is published is compared with what would take its place."""

from pathlib import Path

from models_py.errors import SettingError
from models_py.settings.environment import Settings
from models_py.terminal.printing import say
from models_py.warehouse import Warehouse

REMEDY = "set WAREHOUSE to another file, or REPLACE=yes if you want that."


def check_demo_replaces_no_data(settings: Settings) -> None:
    """Refuse to put the demo in the place of real data, before anything is built.

    Raises
    ------
    SettingError
        Where the published warehouse holds other data than the demo's, or does not tell which it holds.
    """
    if settings.may_replace or not settings.warehouse.exists():
        return
    published = Warehouse(settings.warehouse)
    if _holds(published, "marts.%.%") and not _is_demo(published):
        raise SettingError(
            f"There is no event file in {settings.raw}, so the demo would be built, but {settings.warehouse} holds "
            f"other data: {REMEDY}"
        )


def check_users_remain(settings: Settings, working: Path) -> None:
    """Refuse new marts that hold the demo, no play, or plays of other users only, in the place of real data.

    Parameters
    ----------
    settings : Settings
        The study, which names the published warehouse.
    working : Path
        The warehouse with the new marts.

    Raises
    ------
    SettingError
        With the number of users that would be lost.
    """
    published, new = Warehouse(settings.warehouse), Warehouse(working)
    if settings.may_replace or not published.path.exists() or _is_demo(published):
        return
    if not _holds(published, "marts.users.play_count"):
        say(f"{published.path} does not tell whose plays it held: it is replaced.")
        return
    before, after = _users(published), _users(new)
    if before and (_is_demo(new) or before.isdisjoint(after)):
        there = "the demo" if _is_demo(new) else "plays of others only" if after else "no play"
        raise SettingError(
            f"{published.path} holds plays of {len(before)} user{'s' * (len(before) > 1)} and would be replaced by "
            f"{there}: {REMEDY}"
        )


def _is_demo(warehouse: Warehouse) -> bool:
    if not _holds(warehouse, "marts.load_audit_files.is_demo"):
        return False
    only = warehouse.read("select coalesce(bool_and(is_demo), false) as is_demo from marts.load_audit_files")
    return bool(only["is_demo"][0])


def _users(warehouse: Warehouse) -> set[str]:
    return set(warehouse.read("select user_id from marts.users where play_count > 0")["user_id"])


def _holds(warehouse: Warehouse, column: str) -> bool:
    """Tell whether there is such a column (schema.table.column): a published file may be of another version."""
    found = warehouse.read(
        "select count(*) as n from information_schema.columns "
        "where concat_ws('.', table_schema, table_name, column_name) like ?",
        [column],
    )
    return bool(found["n"][0])
