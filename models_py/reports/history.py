"""What is in somebody's exports, and what the catalogue knows of it, without building anything that stays."""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from models_py import dbt
from models_py.errors import RawFileError, SettingError
from models_py.reports.left_out import describe_local_clocks, describe_what_is_left_out, require_plays
from models_py.serving.credits import first_artist, plain_title
from models_py.settings.environment import Settings
from models_py.sources.archives import unpack
from models_py.sources.files import check_raw_files, describe_unknown_files
from models_py.sources.formats import formats, might_be
from models_py.terminal.printing import print_table, say
from models_py.terminal.progress import stage
from models_py.warehouse import NameIds, Warehouse

LOADING = ("--select", "+load_audit", "+rejected_lines", "+item_popularity", "--exclude-resource-type", "unit_test")
CAUTIOUSLY = ("--indirect-selection", "cautious")
FILES = """
select file_name, format, lines_read, plays_kept, lines_rejected, skipped + too_short + not_music as uncounted,
    exact_duplicates_removed + merged_between_files as repeated, bogus_timestamps
from marts.load_audit_files
order by file_id
"""
PEOPLE = """
select users.user_id, users.play_count, users.artist_count, users.track_count,
    cast(cast(users.first_played_at as date) as varchar) as first_day,
    cast(cast(users.last_played_at as date) as varchar) as last_day
from marts.users
where users.play_count > 0
order by users.user_id
"""
REJECTED = """
select files.file_name, rejected.line_number, rejected.reason
from marts.rejected_lines as rejected
inner join marts.load_audit_files as files on rejected.file_id = files.file_id
where rejected.reason not like 'header%'
order by rejected.file_id, rejected.line_number
limit 20
"""
PLAYED = """
select items.artist_name, items.item_name, items.play_count
from marts.item_popularity as items
where items.item_type = ?
"""


def print_history(settings: Settings, files: Sequence[Path], user: str) -> None:
    """Print what the files hold (plays, span, artists, what is left out and why) and what the catalogue knows.

    Parameters
    ----------
    settings : Settings
        Its warehouse is only read, and may be missing.
    files : sequence of Path
        Exports or archives of them.
    user : str
        Whose they are; empty where they say so themselves.

    Raises
    ------
    MusicError
        Where a file cannot be loaded.
    """
    with _loaded(settings, files, user) as (loaded, told):
        warehouse = Warehouse(loaded.warehouse)
        require_plays(loaded, warehouse)
        _print_rows("Files", warehouse.read_values(FILES), "llrrrrrr")
        _print_rows("People", warehouse.read_values(PEOPLE), "lrrrll")
        _print_rows("The first lines that are rejected", warehouse.read_values(REJECTED), "lrl")
        for sentence in told + describe_what_is_left_out(warehouse) + describe_local_clocks(warehouse):
            say(sentence)
        for sentence in describe_known(warehouse, Warehouse(settings.warehouse)):
            say(sentence)


def describe_known(history: Warehouse, published: Warehouse) -> list[str]:
    """Say how much of a history another warehouse has, by its names and by looser ones.

    Parameters
    ----------
    history : Warehouse
        With the marts of the history alone.
    published : Warehouse
        Whose items are the catalogue; it may be missing.
    """
    if not published.path.exists():
        return [f"There is no warehouse at {published.path} to find them in: run `make evaluate`."]
    names = NameIds(history)
    return [_known(history, published, names, item_type) for item_type in ("artist", "track")]


def _known(history: Warehouse, published: Warehouse, names: NameIds, item_type: str) -> str:
    rows = history.read(PLAYED, [item_type])
    catalogue = published.read("select item_id from marts.item_popularity where item_type = ?", [item_type])["item_id"]
    artists, titles, plays = list(rows["artist_name"]), list(rows["item_name"]), rows["play_count"].astype(float)

    def ids(artists: list[str], titles: list[str]) -> np.ndarray:
        return names.artists(artists) if item_type == "artist" else names.tracks(artists, titles)

    exact = np.isin(ids(artists, titles), catalogue)
    folded = exact | np.isin(ids(list(map(first_artist, artists)), list(map(plain_title, titles))), catalogue)
    if item_type == "track":
        # either may be written otherwise
        folded |= np.isin(ids(artists, list(map(plain_title, titles))), catalogue)
    return (
        f"{_of(exact, plays, item_type)} are known by their names in {published.path}; without guests and editions, "
        f"{_of(folded, plays, item_type)}."
    )


def _of(known: np.ndarray, plays: np.ndarray, item_type: str) -> str:
    share = plays[known].sum() / max(plays.sum(), 1)
    return f"{known.sum():,} of {len(known):,} {item_type}s ({share:.0%} of the plays)"


def _print_rows(title: str, rows: Sequence[Mapping[str, object]], align: str) -> None:
    """Print rows under the names of their columns, if there are any."""
    if rows:
        print_table(title, list(rows[0]), [tuple(row.values()) for row in rows], align)


@contextmanager
def _loaded(settings: Settings, files: Sequence[Path], user: str) -> Iterator[tuple[Settings, list[str]]]:
    """Load the files in a folder that is gone afterwards; give the settings, and what is said of unknown files."""
    with TemporaryDirectory(prefix="history") as folder:
        raw = Path(folder) / "raw"
        _put(files, raw / user)
        own = replace(settings, raw=raw, warehouse=Path(folder) / "history.duckdb", given_unpacked=None)
        # dbt reads them there
        os.environ |= {"RAW": str(raw), "UNPACKED": str(own.unpacked), "DEMO": f"{folder}/demo", "SPLITS": ""}
        _check(own)
        with stage("Exports read (dbt)") as shown:
            dbt.build([*LOADING, *CAUTIOUSLY], own.warehouse, own.variables, shown)
        yield own, describe_unknown_files(own)


def _check(own: Settings) -> None:
    """Refuse what cannot be read, by the names that the files were given with."""
    try:
        unpack(own.archives(), own.unpacked)
        if not own.has_event_files():
            names = ", ".join(path.name for path in sorted(own.raw.rglob("*")) if path.is_file())
            lines = [line for one in own.candidates() for line in one.first_lines()]
            meant = might_be(lines) if lines else " or ".join(formats())
            raise RawFileError(f"{names} is in no known format; it might have been {meant}: name exports of plays.")
        check_raw_files(own)
    except RawFileError as error:
        raise RawFileError(str(error).replace(f"{own.raw}/", "")) from error


def _put(files: Sequence[Path], folder: Path) -> None:
    folder.mkdir(parents=True)
    for file in files:
        if not file.is_file():
            raise SettingError(f"{file} is no file: name exports, or archives of them.")
        target = folder / file.name
        if target.exists():
            raise SettingError(f"Two files are called {file.name}: rename one of them, or look at one at a time.")
        try:
            os.link(file, target)
        except OSError:
            shutil.copyfile(file, target)
