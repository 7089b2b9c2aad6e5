"""What stands above the chapters: which data this is, of which days, and by what it was made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models_py import __version__
from models_py.reports.page import wording
from models_py.reports.page.asking import Marts

# names of files that are shown, and characters of a fingerprint
MOST_FILES, SHOWN = 3, 12
FILES = """
    select file_name
    from marts.load_audit_files
    order by plays_kept desc, file_name
    """
VOLUME = """
    select count(*) filter (play_count > 0) as user_count, coalesce(sum(play_count), 0) as play_count,
        min(first_played_at) as first_played_at, max(last_played_at) as last_played_at
    from marts.users
    """
PRINTS = """
    select f.split_name, f.item_type, f.fingerprint, max(r.finished_at) as finished_at
    from marts.training_fingerprints as f
    left join marts.model_runs as r on f.split_name = r.split_name and f.item_type = r.item_type
    where f.is_default
    group by all
    order by f.item_type desc
    """


@dataclass(frozen=True)
class Heading:
    """The head of the page.

    Attributes
    ----------
    name : str
        The warehouse's file, without its ending.
    is_demo : bool
        Whether the data are made up.
    facts : sequence of (str, str)
        Terms and what they are here.
    """

    name: str
    is_demo: bool
    facts: Sequence[tuple[str, str]]


def heading(marts: Marts, name: str) -> Heading:
    """Ask what the head of the page says."""
    files = marts.ask(FILES).rows
    volume = marts.ask(VOLUME).first
    prints = marts.ask(PRINTS).rows
    facts = [
        ("Data", _named(files)),
        (
            "Volume",
            f"{wording.counted(volume['play_count'], 'play')} of {wording.counted(volume['user_count'], 'user')}",
        ),
        ("Days", _days(volume)),
        ("Results", _finished(prints)),
        ("Made by", f"music-recommendations {__version__}"),
        ("Fingerprint", _fingerprints(prints)),
    ]
    return Heading(name, marts.is_demo, facts)


def _named(files: Sequence[Mapping[str, object]]) -> str:
    names = [str(row["file_name"]) for row in files]
    if len(names) > MOST_FILES:
        names = [*names[:MOST_FILES], f"{len(names) - MOST_FILES:,} more"]
    return wording.listed(names) if names else "no file"


def _days(volume: Mapping[str, object]) -> str:
    if volume["first_played_at"] is None:
        return "not known: the files hold play counts without times"
    return f"{wording.day(volume['first_played_at'])} to {wording.day(volume['last_played_at'])}"


def _finished(prints: Sequence[Mapping[str, object]]) -> str:
    moments = [str(row["finished_at"]) for row in prints if row["finished_at"]]
    return f"of {wording.day(max(moments))}, on the split '{prints[0]['split_name']}'" if moments else "none stored"


def _fingerprints(prints: Sequence[Mapping[str, object]]) -> str:
    """Tell the training rows of the default split from any others."""
    return ", ".join(f"{row['item_type']}s {str(row['fingerprint'])[:SHOWN]}" for row in prints) or "none"
