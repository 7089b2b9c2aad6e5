"""What a load left out is said in sentences, and a load of which nothing is left is refused."""

import re
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from conftest import FEW_DRAWS, ROOT, Study
from staging_sql import one_line

from models_py.errors import RawFileError
from models_py.reports.left_out import MOST_SENTENCES, PARTS, REMEDIES, describe_what_is_left_out, require_plays
from models_py.settings.environment import Settings
from models_py.warehouse import Warehouse

STAGING = ROOT / "dbt_project/models/staging"
WHOLES = {"profile_lines_decoded": 200, "profiles_read": 200, "artist_tag_lines_decoded": 200}


@pytest.fixture
def loaded(tmp_path: Path) -> Callable[..., Warehouse]:
    """Write the audit of a load: files, reasons of rejected lines, and what checks count that is not usual."""

    def write(files: list[tuple], reasons: list[tuple[int, str, int]] = (), **checks: int) -> Warehouse:
        path = tmp_path / "music.duckdb"
        with duckdb.connect(str(path)) as connection:
            connection.execute(
                """create schema marts;
                create table marts.load_audit_files (
                    file_id integer, file_name varchar, format varchar, lines_read bigint, bogus_timestamps bigint,
                    exact_duplicates_removed bigint, plays_kept bigint, plausible_from timestamp,
                    plausible_to timestamp, plausible_by varchar, skipped bigint default 0, too_short bigint default 0,
                    not_music bigint default 0, merged_between_files bigint default 0
                );
                create table marts.rejected_lines (file_id integer, reason varchar);
                create table marts.load_audit (check_name varchar, value bigint)"""
            )
            bounds = "'2002-01-01', '2009-12-31 23:59:59', 'vars'"
            columns = "file_id, file_name, format, lines_read, bogus_timestamps, exact_duplicates_removed, plays_kept, "
            columns += "plausible_from, plausible_to, plausible_by"
            values = f"(?, ?, 'lastfm_1k', ?, ?, ?, ?, {bounds})"
            connection.executemany(f"insert into marts.load_audit_files ({columns}) values {values}", files)
            for file, reason, count in reasons:
                connection.execute("insert into marts.rejected_lines select ?, ? from range(?)", [file, reason, count])
            audit = {**dict.fromkeys(PARTS, 0), "artist_tag_lines_undecodable": 0, **WHOLES, **checks}
            connection.executemany("insert into marts.load_audit values (?, ?)", [list(row) for row in audit.items()])
        return Warehouse(path)

    return write


def test_a_hundredth_of_a_file_is_lost_in_silence_and_more_is_not(loaded: Callable[..., Warehouse]) -> None:
    files = [(1, "[a].tsv", 200, 2, 2, 94), (2, "b.tsv", 200, 150, 3, 44)]
    rejected = [(1, "no user", 2), (2, "no artist name", 3), (1, "header", 100)]
    assert describe_what_is_left_out(loaded(files, rejected)) == [
        "150 of 200 (75%) lines of b.tsv have a time outside 2002-01-01 00:00:00 to 2009-12-31 23:59:59 "
        "(decided by: vars): set first_plausible_play and last_plausible_play in VARS.",
        "3 of 200 (2%) lines of b.tsv are rejected as 'no artist name' (see marts.rejected_lines): "
        "give each line an artist.",
        "3 of 200 (2%) lines of b.tsv repeat another line in every field: each line counts once.",
    ]


@pytest.mark.parametrize("check", PARTS)
def test_so_it_is_with_profiles_and_tags(loaded: Callable[..., Warehouse], check: str) -> None:
    (sentence,) = describe_what_is_left_out(loaded([(1, "a.tsv", 1, 0, 0, 1)], **{check: 3}))
    assert one_line(sentence) and sentence.startswith("3 of 20")


def test_a_hundredth_of_the_profiles_is_lost_in_silence(loaded: Callable[..., Warehouse]) -> None:
    assert describe_what_is_left_out(loaded([(1, "a.tsv", 1, 0, 0, 1)], **dict.fromkeys(PARTS, 2))) == []


def test_many_files_do_not_fill_the_screen(loaded: Callable[..., Warehouse]) -> None:
    sentences = describe_what_is_left_out(loaded([(number, f"{number}.tsv", 9, 1, 0, 8) for number in range(1, 31)]))
    assert len(sentences) == MOST_SENTENCES + 1
    assert sentences[-1].startswith("So do 20 more")


def test_every_reason_has_a_remedy() -> None:
    files = [*STAGING.glob("*/*__canonical_lines.sql"), STAGING.parents[1] / "macros" / "exports.sql"]
    code = "".join(path.read_text() for path in files)
    reasons = set(re.findall(r"(?:then|else) '([^'()]+)'", code))
    # numbers of fields are the format's, headers are no loss, and counts have sentences of their own
    told = {one for one in reasons if re.fullmatch("not .+ fields|header.*", one)} | {
        "skipped",
        "too short",
        "not music",
    }
    assert reasons - told | {"not UTF-8", "unreadable"} == set(REMEDIES)


def test_the_remedy_of_any_other_reason_is_the_format_of_the_file(loaded: Callable[..., Warehouse]) -> None:
    (sentence,) = describe_what_is_left_out(loaded([(1, "a.tsv", 9, 0, 0, 8)], [(1, "not 6 fields", 1)]))
    assert sentence.endswith(
        "(see marts.rejected_lines): write 6 fields separated by tabs: user, time "
        "(2009-05-04T23:08:57Z), artist MBID, artist, track MBID, title."
    )


def test_a_load_of_which_nothing_is_left_is_refused(loaded: Callable[..., Warehouse]) -> None:
    warehouse = loaded([(1, "a.tsv", 4, 1, 0, 0)], [(1, "no user", 3)])
    with pytest.raises(RawFileError) as caught:
        require_plays(Settings.from_environment({"RAW": "folder"}), warehouse)
    assert one_line(str(caught.value))
    assert "of folder can be loaded, so nothing is published: 3 of 4 (75%) lines of a.tsv are rejected" in str(
        caught.value
    )


@pytest.mark.slow
def test_nothing_is_published_of_a_load_of_which_nothing_is_left(new_study: Callable[..., Study]) -> None:
    study = new_study(VARS=f"{{first_plausible_play: 2010-01-01, {FEW_DRAWS}}}")
    (study.folder / "raw" / "plays.tsv").write_text("ann\t2009-05-01T12:00:00Z\t\tLow\t\tMurderer\n")
    result = study.call("build", data_tests=False)
    assert (result.returncode, study.warehouse.exists()) == (1, False), result.stdout + result.stderr
    assert one_line(result.stderr.strip())
    assert "1 of 1 (100%) lines of plays.tsv have a time outside 2010-01-01 00:00:00 to 2" in result.stderr
