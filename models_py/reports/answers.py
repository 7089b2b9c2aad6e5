"""What the command line prints of the published tables when it is asked for: one person's list, or a query's answer."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from models_py.data.parameters import Parameters
from models_py.errors import SettingError, WarehouseError
from models_py.reports.naming import check_user, find_item
from models_py.serving.answers import Recommended, RecommendedList, popular_list, stored_lists
from models_py.serving.histories import read_history
from models_py.serving.wishes import Wishes, wishes
from models_py.sources.feedback import Entry, add_entry, read_feedback
from models_py.terminal.printing import complain, print_csv, print_json, print_table, say
from models_py.warehouse import Warehouse

# Title of tracks that have none, in `tracks`.
UNTITLED = "(untitled)"
# Plays that are named where a list says why.
NAMED = 3
COUNTED_FROM = "select min_played_seconds from marts.evaluation_parameters"


def print_served(
    path: Path,
    user_id: str,
    item_type: str,
    task: str,
    length: int,
    because: bool = False,
    feedback: Path | None = None,
    as_json: bool = False,
) -> None:
    """Print the first items of the list that is served to a user, with the plays that they come from if asked for.

    What the user has hidden since is left out; for what the user loves the list is made anew.

    Raises
    ------
    SettingError
        Where the warehouse has no such user, or serves no such list.
    """
    warehouse = Warehouse(path)
    check_user(warehouse, user_id)
    said = wishes(warehouse, read_feedback(feedback) if feedback else [], user_id)
    for entry in said.unmatched:
        complain(f"{feedback} says '{entry.feedback}' of {entry.called}, which {path} does not have.")
    found = stored_lists(warehouse, user_id, item_type, task, length, said, because)
    found = [_with_loved(warehouse, one, length, said) if said.loved[one.item_type] else one for one in found]
    found = found or _popular_lists(warehouse, user_id, item_type, task, length, said)
    _print_lists(found, because, as_json)


def print_for_history(
    path: Path,
    history: Path,
    user_id: str,
    item_type: str,
    task: str,
    length: int,
    country: str | None,
    age: int | None,
    as_json: bool = False,
) -> None:
    """Print lists for plays in a file, with the plays that they come from; what is popular where none is known.

    Raises
    ------
    MusicError
        Where the file or the saved model cannot be read.
    """
    from models_py.serving.folding import list_for_history  # here, because it loads the models
    from models_py.serving.people import served_labels

    warehouse = Warehouse(path)
    (least_seconds,) = warehouse.read(COUNTED_FROM)["min_played_seconds"]
    plays = read_history(history, user_id, int(least_seconds))
    if plays.n_other_lines:
        complain(f"{plays.n_other_lines:,} lines of {history} are no plays, and are left out.")
    # one version of the file, opened once
    with warehouse.held_open():
        kinds = [item_type] if item_type else ["artist", "track"]
        labels = served_labels(warehouse)
        if task == "new_artists" and ("track", task) not in labels:
            raise SettingError(_no_new_artists(path))
        found = [
            one
            for kind in kinds
            if (label := labels.get((kind, task))) and (one := list_for_history(warehouse, plays, label, task, length))
        ]
        if not found and task != "discovery" and task != "all":
            raise SettingError(f"No list for task '{task}' can be made: the catalogue knows no play of {history}.")
        if not found:
            named = " or ".join(f"{kind}s" for kind in kinds)
            complain(f"No model knows the {named} of {history}: these are favourites of others.")
            found = [popular_list(warehouse, kind, task, length, country, age) for kind in kinds]
    _print_lists([one for one in found if one.items], True, as_json)


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


def take_feedback(path: Path, feedback: Path, user_id: str, item: str, item_type: str, said: str) -> None:
    """Add what a user says about an item to the feedback file.

    Raises
    ------
    SettingError
        Where there is no such user or item, or the file cannot be written.
    """
    warehouse = Warehouse(path)
    check_user(warehouse, user_id)
    found = find_item(warehouse, item, item_type)
    is_track = found["item_type"] == "track"
    title = str(found["item_name"]) if is_track else ""
    if title == UNTITLED:
        raise SettingError(
            f"{found['called']} stands for all tracks of the artist without a title: hide or love the artist."
        )
    entry = Entry(user_id, str(found["item_type"]), str(found["artist_name"]), title, said, date.today())
    add_entry(feedback, entry)
    say(
        f"{feedback} says '{said}' of {entry.called} for {user_id}: it counts in lists that are asked for from now on, "
        "and in every table from the next build on."
    )


def _with_loved(warehouse: Warehouse, stored: RecommendedList, length: int, said: Wishes) -> RecommendedList:
    """Make a list anew for what its user loves; the stored one stays where its model cannot be asked."""
    from models_py.serving.folding import list_with_loved  # here, because it loads the models

    try:
        return list_with_loved(warehouse, str(stored.user_id), stored.item_type, stored.task, length, said)
    except WarehouseError as error:
        complain(f"What {stored.user_id} loves is not heeded yet: {error}")
        return stored


def _print_lists(found: Sequence[RecommendedList], because: bool, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    for one in found:
        names = ("track", "artist") if one.item_type == "track" else ("artist",)
        shown = [
            (
                item.rank,
                *(item.item_name, item.artist_name)[: len(names)],
                f"{item.score:.4g}",
                one.model_name,
                *([", ".join(_named(item))] if because else []),
            )
            for item in one.items
        ]
        headings = ("rank", *names, "score", "model", *(["because you play"] if because else []))
        align = f"r{'l' * len(names)}rl{'l' * because}"
        print_table(_title(one), headings, shown, align)


def _named(item: Recommended) -> list[str]:
    return [reason.item_name for reason in item.reasons if reason.item_name][:NAMED]


def _title(one: RecommendedList) -> str:
    whom = one.user_id or "these plays"
    title = f"{one.item_type}s for {whom} ({one.task})"
    if one.known_plays is not None:
        shares = f"{one.known_plays:.0%} of the plays and {one.known_items:.0%} of the {one.item_type}s"
        title += f"; the catalogue knows {shares}"
    return title if one.basis == "stored" else f"{title}, {one.basis}"


def _popular_lists(
    warehouse: Warehouse, user_id: str, item_type: str, task: str, length: int, said: Wishes
) -> list[RecommendedList]:
    """Give somebody of whom only a profile is known what people of the same country or age play.

    Raises
    ------
    SettingError
        Where the user plays something, and there is no such list all the same.
    """
    user = warehouse.read_rows("select play_count, country, age from marts.users where user_id = ?", [user_id])[0]
    kinds = warehouse.read("select distinct item_type from marts.item_popularity order by all desc")["item_type"]
    wanted = [kind for kind in kinds if item_type in ("", kind)]
    if user["play_count"] == 0 and task in ("discovery", "all") and wanted:
        age = None if user["age"] is None or user["age"] < 0 else int(user["age"])
        return [popular_list(warehouse, kind, task, length, user["country"], age, user_id, said) for kind in wanted]
    if task == "new_artists" and item_type != "artist" and not Parameters.read(warehouse).new_artists:
        raise SettingError(_no_new_artists(warehouse.path))
    raise SettingError(
        f"{warehouse.path} serves {user_id} no list of {item_type or 'item'}s for task '{task}': "
        f"{_served_lists(warehouse, user_id)}."
    )


def _no_new_artists(path: Path) -> str:
    return (
        f"{path} has no lists by new artists, because they were not asked for when it was built: "
        "run `make evaluate NEW_ARTISTS=1`."
    )


def _served_lists(warehouse: Warehouse, user_id: str) -> str:
    """Say which lists a user is served."""
    lists = warehouse.read(
        "select distinct item_type, task from marts.served_recommendations where user_id = ? order by all", [user_id]
    )
    named = [f"{item_type}s for '{task}'" for item_type, task in zip(*lists.values(), strict=True)]
    if named:
        return f"there are lists of {', '.join(named)}"
    return "there is none for any task (the var serve_users_without_plays decides on users without a play)"
