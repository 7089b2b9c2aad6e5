"""A new format is one folder of staging and one entry in dbt_project.yml: no other file of the project is touched."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
import yaml
from conftest import ROOT
from dbt_runner import run_dbt

from models_py.reports.left_out import describe_what_is_left_out
from models_py.settings.environment import Settings
from models_py.sources.files import check_raw_files, recognized_formats
from models_py.sources.formats import formats
from models_py.warehouse import Warehouse

NAME = "scrobbles"
DECLARED = {
    "ending": ".csv",
    "line": "[^;]*;[^;]*;[^;]*;[0-9]{9,10}",
    "fields": "4 fields separated by semicolons: user, artist, title, seconds since 1970",
    "has_times": True,
    "has_tracks": True,
}
MODEL = """{{ config(materialized='ephemeral') }}

with

lines as (
    {{ read_event_lines('scrobbles') }}
),

split_lines as (
    select file_id, line, string_split(line, ';') as fields from lines
),

final as (
    select
        file_id,
        fields[1] as user_id,
        make_timestamp(try_cast(fields[4] as bigint) * 1000000) as played_at,
        1 as play_count,
        '' as artist_mbid,
        fields[2] as artist_name,
        '' as track_mbid,
        fields[3] as track_name,
        case
            when line is null then 'blank line'
            when len(fields) != 4 then 'not 4 parts'
            when played_at is null then 'unreadable time'
            when {{ is_blank('fields[2]') }} then 'no artist name'
        end as reason,
        line as raw_line
    from split_lines
)

select * from final
"""
DESCRIBED = """version: 2
models:
  - name: stg_scrobbles__canonical_lines
    description: One row per line of a made-up export.
"""
PLAYS = b"ann;Low;Murderer;1241179200\nann;Low;murderer;1241180000\nann;Low;1241181000\nbob;;Half Light;1241181000\n"
KNOWN = b"ann\t2009-05-01T12:00:00Z\t\tLow\t\tMurderer\nbob\t2009-05-01T13:00:00Z\t\tSigur R\xc3\xb3s\t\tGlosoli\n"


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Add the format to a copy of the project, with a file in it beside one in the 1K format."""
    project = tmp_path / "dbt_project"
    shutil.copytree(ROOT / "dbt_project", project, ignore=shutil.ignore_patterns("target", "logs"))
    add_format(project)
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "known.tsv").write_bytes(KNOWN)
    (raw / "export.csv").write_bytes(PLAYS)
    monkeypatch.chdir(tmp_path)
    formats.cache_clear()
    yield tmp_path
    formats.cache_clear()


def add_format(project: Path) -> None:
    """Write the folder and the entry."""
    folder = project / "models" / "staging" / NAME
    folder.mkdir()
    (folder / f"stg_{NAME}__canonical_lines.sql").write_text(MODEL)
    (folder / f"_{NAME}__models.yml").write_text(DESCRIBED)
    declared = yaml.safe_load((project / "dbt_project.yml").read_text())
    declared["vars"]["formats"][NAME] = DECLARED
    (project / "dbt_project.yml").write_text(yaml.safe_dump(declared, sort_keys=False))


def test_its_plays_arrive_beside_those_of_another_format(copy: Path) -> None:
    settings = Settings.from_environment({"RAW": str(copy / "raw")})
    check_raw_files(settings)
    assert recognized_formats(settings) == [NAME, "lastfm_1k"]
    warehouse = copy / "music.duckdb"
    selection = ["--select", "+load_audit", "+rejected_lines", "--exclude", "test_type:unit"]
    selection += ["--indirect-selection", "cautious"]
    run_dbt("build", *selection, warehouse=warehouse, raw=copy / "raw", project=copy / "dbt_project")
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        plays = connection.execute(
            """
            select files.format, plays.line_number, plays.user_id, plays.played_at::varchar, spellings.artist_key
            from marts.plays
            inner join marts.load_audit_files as files on plays.file_id = files.file_id
            inner join (select distinct artist_id, artist_key from intermediate.int_spellings_identified) as spellings
                on plays.artist_id = spellings.artist_id
            order by plays.play_id
            """
        ).fetchall()
        rejected = connection.execute("select reason, raw_line from marts.rejected_lines order by all").fetchall()
    # the first play stands in both files
    assert plays == [
        (NAME, 1, "ann", "2009-05-01 12:00:00", "low"),
        (NAME, 2, "ann", "2009-05-01 12:13:20", "low"),
        ("lastfm_1k", 2, "bob", "2009-05-01 13:00:00", "sigur rós"),
    ]
    assert rejected == [("no artist name", "bob;;Half Light;1241181000"), ("not 4 parts", "ann;Low;1241181000")]
    sentences = describe_what_is_left_out(Warehouse(warehouse))
    assert (
        "1 of 4 (25%) lines of export.csv are rejected as 'not 4 parts' (see marts.rejected_lines): write 4 fields "
        "separated by semicolons: user, artist, title, seconds since 1970."
    ) in sentences
