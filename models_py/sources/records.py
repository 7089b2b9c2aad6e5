"""Plays in JSON exports, by who played what: what `recommend --history` needs of them.

Which fields of a record these are stands with the format (`record` in dbt_project.yml).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from models_py.errors import RawFileError
from models_py.sources.formats import Format
from models_py.sources.reading import content
from models_py.warehouse import read_files

# Bytes beyond a file's own size that DuckDB may ask for to read an object of the whole file.
SPARE = 1 << 20


class Played(NamedTuple):
    """Plays of something by somebody, none of them where a record is no play; empty texts are unknown."""

    user: str
    artist: str
    title: str
    plays: int
    records: int


def read_records(path: Path, declared: Format, least_seconds: int) -> Iterator[Played]:
    """Count the plays and records of a JSON file by user, artist and title.

    Parameters
    ----------
    path : Path
    declared : Format
    least_seconds : int
        A record that says how long it was played is a play from so many seconds on.

    Raises
    ------
    RawFileError
        Where DuckDB cannot read it.
    """
    fields = dict(declared.record)
    form, records = _form(path, fields.pop("list", ""))
    taken = ", ".join(
        f"json_extract_string(record, '{fields[name]}') as {name}" if name in fields else f"null as {name}"
        for name in ("user", "artist", "title", "milliseconds")
    )
    query = f"""
        select
            coalesce("user", ''), {_joined("artist") if "[*]" in fields["artist"] else "artist"}, coalesce(title, ''),
            count(*) filter (milliseconds is null or try_cast(milliseconds as double) >= ?),
            count(*)
        from (select {taken} from (select {records} as record from read_json_objects(?, {form})))
        group by all
        order by all
    """
    try:
        rows = read_files(query, [1000 * least_seconds, str(path)])
    except ValueError as error:
        reason = str(error).rstrip(".")
        raise RawFileError(f"{path} cannot be read as JSON ({reason}): export or download it again.") from error
    for user, artist, title, plays, n_records in rows:
        yield Played(user, artist or "", title, plays if (artist or "").strip() else 0, n_records)


def _form(path: Path, of_list: str) -> tuple[str, str]:
    """Say how DuckDB reads the file's objects, and what of an object is a record."""
    start = next(content(path), b"").removeprefix(b"\xef\xbb\xbf").lstrip()
    if of_list:
        form = f"format = 'unstructured', maximum_object_size = {path.stat().st_size + SPARE}"
        return form, f"unnest(json_extract(json, '{of_list}[*]'))"
    if start.startswith(b"["):
        return "format = 'array'", "json"
    # a line that is no record does not end a file of lines
    return "format = 'newline_delimited', ignore_errors = true", "json"


def _joined(names: str) -> str:
    """Write names as one, as the load does (macro `joined_artists`): A, B & C."""
    return (
        f"case when len({names}) > 1 then array_to_string({names}[:-2], ', ') || ' & ' || {names}[-1] "
        f"else {names}[1] end"
    )
