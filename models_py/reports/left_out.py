"""What a load left out, in sentences: a rule that takes more than one line in a hundred is never silent."""

from pathlib import Path

from models_py.errors import RawFileError
from models_py.settings.environment import Settings
from models_py.sources.formats import formats
from models_py.warehouse import Warehouse

MOST_SENTENCES = 10
WHOLE_PLAYS = "write plays as whole numbers from 1 to 999999999"
# of a reason that is not here the remedy is to write lines of the file's format
REMEDIES = {
    "blank line": "nothing is lost with them",
    "no user": "give each line a user",
    "user is a date": "give each line the id of its user",
    "unreadable time": "write times in UTC as 2009-05-04T23:08:57Z",
    "no artist name": "give each line an artist",
    "unreadable playing time": "write how long a play took in whole milliseconds",
    "neither L nor S": "write L for what was listened to and S for what was skipped",
    "not a record": "download the export again",
    "now playing": "nothing is lost with what was playing during the export: it stands there with its time as well",
    "play count is a fraction": WHOLE_PLAYS,
    "play count is too large": WHOLE_PLAYS,
    "play count is not a positive number": WHOLE_PLAYS,
    "not UTF-8": "convert the file to UTF-8",
    "unreadable": "a line is text of less than 2 MB",
}
# counts of load_audit_files that only exports have
OF_EXPORTS = {
    "skipped": "are of tracks that were skipped, which are no plays",
    "too_short": "are of plays too short to count: see min_played_seconds in dbt_project/dbt_project.yml",
    "not_music": "are of podcasts, audiobooks or films, which are left out",
    "merged": "tell of a play that another file of the same person has: it counts once",
}
# a header is no loss
LINES = """
with losses as (
    select file_id, reason, count(*) as line_count from marts.rejected_lines
    where reason not like 'header%'
    group by all
    union all
    select file_id, 'bogus' as reason, bogus_timestamps as line_count from marts.load_audit_files
    union all
    select file_id, 'repeated' as reason, exact_duplicates_removed as line_count from marts.load_audit_files
    union all
    select file_id, unnest(['skipped', 'too_short', 'not_music', 'merged']) as reason,
        unnest([skipped, too_short, not_music, merged_between_files]) as line_count
    from marts.load_audit_files
)
select
    files.file_name, files.format, losses.reason, losses.line_count, files.lines_read, files.plausible_by,
    cast(files.plausible_from as varchar) as plausible_from, cast(files.plausible_to as varchar) as plausible_to
from losses
inner join marts.load_audit_files as files on losses.file_id = files.file_id
where losses.line_count * 100 > files.lines_read
order by losses.line_count desc, files.file_id, losses.reason
"""
PROFILE_LINES = ("profile_lines_decoded", "profile_lines_undecodable")
TAG_LINES = ("artist_tag_lines_decoded", "artist_tag_lines_undecodable")
# checks of load_audit: those that add up to what each is a part of, what it counts, and the remedy
PARTS = {
    "profile_lines_undecodable": (PROFILE_LINES, "lines of profiles are not UTF-8", "convert them to UTF-8"),
    "profile_lines_malformed": (
        PROFILE_LINES,
        "lines of profiles are none",
        "write 5 fields separated by tabs: user, gender, age, country, date of registration",
    ),
    "profiles_repeated": (PROFILE_LINES, "lines of profiles are of a user who has one already", "the first one counts"),
    "profile_ages_unreadable": (("profiles_read",), "profiles have an age that cannot be read", "write whole numbers"),
    "profile_ages_implausible": (
        ("profiles_read",),
        "profiles have an age outside min_age..max_age",
        "set these two in VARS",
    ),
    "profile_dates_unreadable": (
        ("profiles_read",),
        "profiles have a date that cannot be read",
        "write dates as 2006-08-13",
    ),
    "profile_dates_implausible": (
        ("profiles_read",),
        "profiles have a date of registration before 2002 or after the load",
        "correct these dates",
    ),
    "artist_tag_lines_undecodable": (TAG_LINES, "lines of artists' tags are not UTF-8", "convert them to UTF-8"),
    "artist_tag_lines_malformed": (
        TAG_LINES,
        "lines of artists' tags are none",
        "write 3 fields separated by tabs: artist, tag, count",
    ),
}


def describe_what_is_left_out(warehouse: Warehouse) -> list[str]:
    """Say which rules took more than 1% of an events file's lines or of all profiles or tags, and what to do about it.

    Parameters
    ----------
    warehouse : Warehouse
        With the listening marts of a load.

    Returns
    -------
    list of str
        One sentence per file and rule, the most lines first.
    """
    counted = [(int(row["line_count"]), _of_lines(row)) for row in warehouse.read_rows(LINES)] + _of_parts(warehouse)
    # sorted is stable: equal counts stay in order of the files
    sentences = [sentence for _, sentence in sorted(counted, key=lambda one: -one[0])]
    more = len(sentences) - MOST_SENTENCES
    if more > 0:
        rest = f"So do {more} more rules and files: see marts.load_audit_files and marts.rejected_lines."
        return [*sentences[:MOST_SENTENCES], rest]
    return sentences


def describe_local_clocks(warehouse: Warehouse) -> list[str]:
    """Say which files have the times of a player's own clock."""
    rows = warehouse.read_rows("select file_name from marts.load_audit_files where has_local_clock order by file_id")
    return [
        f"The times of {row['file_name']} are those of the player's own clock: they are taken for UTC." for row in rows
    ]


def describe_idle_feedback(path: Path, warehouse: Warehouse) -> list[str]:
    """Say which entries of the feedback file are of a user or about an item that the warehouse does not have."""
    rows = warehouse.read_rows(
        """
        select entry_number, user_id, artist, title, status from marts.feedback
        where status in ('unknown user', 'unknown item')
        order by entry_number
        """
    )
    sentences = [
        f"Entry {row['entry_number']} of {path} matches nothing: there is no "
        + (f"user '{row['user_id']}'." if row["status"] == "unknown user" else f"{_called(row)}.")
        for row in rows[:MOST_SENTENCES]
    ]
    more = len(rows) - MOST_SENTENCES
    return [*sentences, f"So do {more} more entries: see marts.feedback."] if more > 0 else sentences


def describe_older_serving(warehouse: Warehouse) -> list[str]:
    """Say where served lists were made by other vars than the build has now."""
    rows = warehouse.read(
        """
        select count(*) as n
        from recommender.served_models as served
        inner join marts.training_fingerprints as today
            on today.split_name = 'full' and served.item_type = today.item_type
                and served.fingerprint = today.fingerprint
        cross join marts.evaluation_parameters as asked
        where served.max_tracks_per_artist <> asked.max_tracks_per_artist
            or served.diversity_kind is distinct from asked.diversity_kind
            or asked.diversity_kind is not null and served.diversity_lambda <> asked.diversity_lambda
        """
    )
    if not rows["n"][0]:
        return []
    return [
        "Lists were fitted with another max_tracks_per_artist, diversity_kind or diversity_lambda: run `make fit` with "
        "the same VARS, which diversifies lists and explains every place."
    ]


def _called(row: dict[str, object]) -> str:
    return f"track '{row['artist']} - {row['title']}'" if row["title"] else f"artist '{row['artist']}'"


def require_plays(settings: Settings, warehouse: Warehouse) -> None:
    """Refuse a load of which nothing is left.

    Raises
    ------
    RawFileError
        With what most of the lines were lost to.
    """
    (kept,) = warehouse.read("select coalesce(sum(plays_kept), 0) as kept from marts.load_audit_files")["kept"]
    if not kept:
        why = [_of_lines(row) for row in warehouse.read_rows(LINES)] or ["they are headers."]
        raise RawFileError(f"No line of {settings.raw} can be loaded, so nothing is published: {why[0]}")


def _of_lines(row: dict[str, object]) -> str:
    counted = f"{_share(row['line_count'], row['lines_read'])} lines of {row['file_name']}"
    reason = str(row["reason"])
    if reason == "bogus":
        bounds = f"{row['plausible_from']} to {row['plausible_to']} (decided by: {row['plausible_by']})"
        return f"{counted} have a time outside {bounds}: set first_plausible_play and last_plausible_play in VARS."
    if reason == "repeated":
        return f"{counted} repeat another line in every field: each line counts once."
    if reason in OF_EXPORTS:
        return f"{counted} {OF_EXPORTS[reason]}."
    remedy = REMEDIES.get(reason) or f"write {formats()[str(row['format'])].fields}"
    return f"{counted} are rejected as '{reason}' (see marts.rejected_lines): {remedy}."


def _of_parts(warehouse: Warehouse) -> list[tuple[int, str]]:
    audit = {str(row["check_name"]): int(row["value"]) for row in warehouse.read_rows("from marts.load_audit")}
    sentences = []
    for check, (wholes, what, remedy) in PARTS.items():
        whole = sum(audit[name] for name in wholes)
        if audit[check] * 100 > whole:
            sentences.append((audit[check], f"{_share(audit[check], whole)} {what}: {remedy}."))
    return sentences


def _share(part: int, whole: int) -> str:
    return f"{part:,} of {whole:,} ({part / whole:.0%})"
