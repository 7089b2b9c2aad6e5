"""What became of every raw line, and what is known beside the plays."""

from collections.abc import Iterator

from models_py.reports.page import wording
from models_py.reports.page.asking import Answered, Marts
from models_py.reports.page.blocks import Block, Column, Group, Missing, Row, Sentence, Table

LINES = {
    "lines_read": "Lines read",
    "lines_rejected": "Lines that cannot be read as plays",
    "skipped": "Lines of tracks that were skipped",
    "too_short": "Lines of plays too short to count",
    "not_music": "Lines of what is no music",
    "bogus_timestamps": "Lines at an impossible time",
    "exact_duplicates_removed": "Lines that repeat another in every field",
    "merged_between_files": "Lines whose play another file has",
    "plays_kept": "Lines kept",
}
NAMES = {
    "artist_spellings_merged": "Other spellings of an artist's name, counted as the same artist",
    "track_spellings_merged": "Other spellings of a track's name, counted as the same track",
    "plays_without_title": "Plays without a title",
    "plays_without_artist_mbid": "Plays without a MusicBrainz id of the artist",
    "plays_without_track_mbid": "Plays without a MusicBrainz id of the track",
}
PROFILES = {
    "profile_lines_decoded": "Lines of profiles read",
    "profile_lines_undecodable": "Lines that are not UTF-8",
    "profile_headers": "Headers",
    "profile_lines_malformed": "Lines that are no profile",
    "profiles_repeated": "Further profiles of a user who has one",
    "profiles_read": "Profiles that count",
    "profile_ages_unreadable": "Ages that cannot be read",
    "profile_ages_implausible": "Impossible ages",
    "profile_dates_unreadable": "Dates of registration that cannot be read",
    "profile_dates_implausible": "Impossible dates of registration",
    "profile_genders_respelt": "Genders spelt anew",
    "profile_countries_respelt": "Countries spelt anew",
    "users_without_profile": "Users with plays and no profile",
    "profiles_without_plays": "Users with a profile and no plays",
}
METADATA = {
    "artist_tag_lines_decoded": "Lines of artists' tags read",
    "artist_tag_lines_undecodable": "Lines of tags that are not UTF-8",
    "artist_tag_headers": "Headers of tags",
    "artist_tag_lines_malformed": "Lines that are no tag",
    "recording_feature_lines_undecodable": "Lines of recordings' features that are not UTF-8",
    "recording_feature_headers": "Headers of recordings' features",
    "recording_feature_lines_malformed": "Lines that are no recording's features",
}
# a table of which no check but these counts anything is left out
USUAL = ("users_without_profile",)
TABLES = (
    ("audit_lines", "What became of every line", LINES),
    ("audit_names", "Names and ids", NAMES),
    ("audit_profiles", "Profiles", PROFILES),
    ("audit_metadata", "Tags and features of recordings", METADATA),
)
DESCRIBED = {"artist_tags": "Artists' tags", "recording_features": "Features of recordings"}


def group(marts: Marts) -> Group:
    """Ask for the audit."""
    return Group("load", "What was loaded", list(_blocks(marts)))


def _blocks(marts: Marts) -> Iterator[Block]:
    lines = marts.ask(
        """
        select
            (select count(*) from marts.load_audit_files) as file_count,
            (select count(*) from marts.plays) as timed_count,
            sum(value) filter (check_name = 'lines_read') as lines_read,
            sum(value) filter (check_name = 'lines_rejected') as lines_rejected,
            sum(value) filter (check_name = 'bogus_timestamps') as bogus_timestamps,
            sum(value) filter (check_name = 'exact_duplicates_removed') as duplicates,
            sum(value) filter (check_name in ('skipped', 'too_short', 'not_music')) as uncounted,
            sum(value) filter (check_name = 'merged_between_files') as merged,
            sum(value) filter (check_name = 'plays_kept') as plays_kept
        from marts.load_audit
        """
    )
    if not lines.first["lines_read"]:
        yield Missing("Not enough data: no line was read.")
        return
    yield Sentence(_of_lines(lines.first), lines.sql)
    yield from _reasons(marts)
    if (names := _spellings(marts)).first["artist_spellings"]:
        yield Sentence(_of_names(names.first), names.sql)
    people = _people(marts)
    if people.first["user_count"]:
        yield Sentence(_of_people(people.first), people.sql)
    yield from _coverage(marts)
    for name, title, words in TABLES:
        yield from _table(marts, name, title, words)
    yield from _files(marts)


def _of_lines(row: Row) -> str:
    kept = "kept as plays" if row["timed_count"] else "kept, each of them one person's count of plays"
    lost = row["lines_read"] - row["plays_kept"]
    left_out = (
        wording.counted(row["lines_rejected"], "line that cannot be read", "lines that cannot be read"),
        wording.counted(row["bogus_timestamps"], "line at an impossible time", "lines at an impossible time"),
        wording.counted(row["duplicates"], "repeat of another line", "repeats of another line"),
        *[
            wording.counted(row[name], *words)
            for name, words in {
                "uncounted": ("line that counts as no play of music", "lines that count as no play of music"),
                "merged": ("line whose play another file has", "lines whose play another file has"),
            }.items()
            if row[name]
        ],
    )
    return (
        f"{wording.counted(row['lines_read'], 'line')} of {wording.counted(row['file_count'], 'file')} were read, and "
        f"{wording.count(row['plays_kept'])} of them are {kept}. "
        f"{f'Left out are {wording.listed(left_out)}' if lost else 'Nothing is left out'}."
    )


def _reasons(marts: Marts) -> Iterator[Block]:
    reasons = marts.ask(
        """
        select reason, count(*) as line_count
        from marts.rejected_lines
        group by reason
        order by line_count desc, reason
        """
    )
    if reasons.rows:
        columns = (Column("reason", "Reason"), Column("line_count", "Lines", ","))
        yield Table("rejected", "Why lines are rejected", columns, reasons.rows, reasons.sql)


def _spellings(marts: Marts) -> Answered:
    return marts.ask(
        """
        select
            sum(value) filter (check_name = 'artist_spellings_merged') as artist_spellings,
            sum(value) filter (check_name = 'track_spellings_merged') as track_spellings
        from marts.load_audit
        """
    )


def _of_names(row: Row) -> str:
    tracks = row["track_spellings"]
    and_tracks = f" and {wording.count(tracks)} of tracks" if tracks else ""
    return (
        f"Artists and tracks are told apart by name, without regard to case and blanks: "
        f"{wording.counted(row['artist_spellings'], 'other spelling')} of artists{and_tracks} counted as the usual one."
    )


def _people(marts: Marts) -> Answered:
    return marts.ask(
        """
        select count(*) as user_count, median(play_count) as median_play_count, max(play_count) as most_play_count,
            count(country) / count(*) as share_with_country, count(distinct country) as country_count,
            count(age) / count(*) as share_with_age, median(age) as median_age,
            count(gender) / count(*) as share_with_gender
        from marts.users
        where play_count > 0
        """
    )


def _of_people(row: Row) -> str:
    volume = (
        f"Half of the {wording.counted(row['user_count'], 'user')} with plays have at most "
        f"{wording.count(row['median_play_count'])} plays; the most active one has "
        f"{wording.count(row['most_play_count'])}."
    )
    if not row["share_with_country"] and not row["share_with_age"] and not row["share_with_gender"]:
        return f"{volume} Nothing is known of their age, gender or country."
    age = f" (half are at most {row['median_age']:.0f})" if row["share_with_age"] else ""
    country = f" ({row['country_count']:,} different ones)" if row["share_with_country"] else ""
    return (
        f"{volume} {wording.percent(row['share_with_country'])} state a country{country}, "
        f"{wording.percent(row['share_with_age'])} an age{age}, and {wording.percent(row['share_with_gender'])} a "
        "gender."
    )


def _coverage(marts: Marts) -> Iterator[Sentence]:
    covered = marts.ask(
        """
        select metadata, share_of_items, share_of_plays
        from marts.metadata_coverage
        where covered_items > 0
        order by metadata
        """
    )
    for row in covered.rows:
        what = DESCRIBED.get(str(row["metadata"]), str(row["metadata"]).replace("_", " "))
        items = "tracks" if row["metadata"] == "recording_features" else "artists"
        yield Sentence(
            f"{what} cover {wording.percent(row['share_of_items'])} of the {items} and "
            f"{wording.percent(row['share_of_plays'])} of their plays.",
            covered.sql,
        )


def _table(marts: Marts, name: str, title: str, words: dict[str, str]) -> Iterator[Table]:
    checks = ", ".join(f"'{check}'" for check in words)
    asked = marts.ask(
        f"""
        select check_name, value, unit
        from marts.load_audit
        where check_name in ({checks})
        order by list_position([{checks}], check_name)
        """
    )
    named = [{"words": words[str(row["check_name"])], **row} for row in asked.rows]
    found = [row for row in named if row["value"]]
    if any(row["check_name"] not in USUAL for row in found):
        columns = (Column("words", "What"), Column("value", "Count", ","), Column("unit", "Unit"))
        none = [row["words"][0].lower() + row["words"][1:] for row in named if not row["value"]]
        caption = f"None: {', '.join(none)}." if none else ""
        yield Table(name, title, columns, found, asked.sql, caption)


def _files(marts: Marts) -> Iterator[Table]:
    files = marts.ask(
        """
        select file_name, format, lines_read, lines_rejected, skipped, too_short, not_music, bogus_timestamps,
            exact_duplicates_removed, merged_between_files, plays_kept
        from marts.load_audit_files
        order by file_id
        limit 100
        """
    )
    if len(files.rows) > 1:
        counts = (Column(name, words, ",") for name, words in LINES.items())
        columns = (Column("file_name", "File"), Column("format", "Format"), *counts)
        yield Table("audit_files", "File by file", columns, files.rows, files.sql)
