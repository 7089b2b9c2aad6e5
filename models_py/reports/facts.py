"""Published counts of the Last.FM 1K files beside what was loaded of them."""

from collections.abc import Iterator

import numpy as np

from models_py.dbt import compiled_analysis
from models_py.settings.environment import Settings
from models_py.sources.download import ARCHIVES, md5
from models_py.sources.download.archives import WantedFile
from models_py.terminal.printing import print_table, say
from models_py.terminal.progress import stage, transfer
from models_py.warehouse import Warehouse

FACTS = """
select
    fact, published_value, cast(published_at as varchar) as published_at,
    loaded_value, cast(loaded_at as varchar) as loaded_at, difference, agrees
from ({analysis}) as facts
order by fact_number
"""


def print_facts(settings: Settings, published: WantedFile = ARCHIVES["1k"].events) -> None:
    """Print every published fact with its loaded value and the difference, and how many agree.

    Where anything but the published events file is loaded, one sentence says that the facts do not apply, and why.

    Parameters
    ----------
    settings : Settings
        `warehouse` is only read; `raw` has to hold the events file that it was built from.
    published : WantedFile
        The events file that the facts are about.

    Raises
    ------
    MusicError
        Where there is no warehouse, or one of an older version.
    """
    warehouse = Warehouse(settings.warehouse)
    if reason := _why_not(settings, warehouse, published):
        say(f"The published facts of Last.FM 1K do not apply: {reason}.")
        return
    with stage("Facts counted (SQL)"):
        analysis = compiled_analysis("published_facts", settings.warehouse, settings.variables)
        rows = warehouse.read(FACTS.format(analysis=analysis))
    headings = ("fact", "published", "loaded", "difference")
    print_table("Published facts of Last.FM 1K", headings, _compared(rows), "lrrr")
    agreeing = int(rows["agrees"].sum())
    say(f"{agreeing} of {len(rows['fact'])} published facts agree with {settings.warehouse}.")


def _why_not(settings: Settings, warehouse: Warehouse, published: WantedFile) -> str | None:
    """Say why the facts do not apply to a warehouse; nothing where it was built from the published file.

    A made-up file may have the same name and as many lines, so only the checksum of the raw file decides.
    """
    files = warehouse.read("select file_name, format, is_demo from marts.load_audit_files")
    others = sorted({*files["format"]} - {"lastfm_1k"})
    if others:
        return f"{settings.warehouse} was built from files of another format ({', '.join(others)})"
    if files["is_demo"].any():
        return f"{settings.warehouse} holds the embedded demo"
    if len(files["file_name"]) != 1:
        return f"{settings.warehouse} was built from {len(files['file_name'])} events files, which is not as published"
    path = settings.raw / str(files["file_name"][0])
    if not path.exists():
        return f"only its checksum tells the real file from a made-up one, and {path} is not there (set RAW)"
    with transfer("Checksum of the events file") as shown:
        found = md5(path, shown)
    if found != published.md5:
        return f"{path} has MD5 {found}, published is {published.md5}"
    return None


def _compared(rows: dict[str, np.ndarray]) -> Iterator[tuple[str, str, str, str]]:
    """Give each fact with its published and loaded value, a number or a time, and the difference."""
    columns = ("fact", "published_value", "published_at", "loaded_value", "loaded_at", "difference")
    for fact, published, published_at, loaded, loaded_at, difference in zip(
        *(rows[name] for name in columns), strict=True
    ):
        if published_at is None:
            yield fact, _text(published), _text(loaded), _text(difference)
        else:
            yield fact, published_at, loaded_at, f"{_text(difference)} s"


def _text(number: float) -> str:
    """Write a whole number whole, any other with two decimals."""
    return f"{number:,.0f}" if number == round(number) else f"{number:,.2f}"
