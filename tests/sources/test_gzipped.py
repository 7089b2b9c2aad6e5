"""What gzip reads is read, or refused by name with the command that mends it; DuckDB is the judge of what it reads."""

import gzip
import struct
import subprocess
import zlib
from pathlib import Path

import duckdb
import pytest

from models_py.errors import RawFileError
from models_py.settings.environment import Settings
from models_py.sources import gzipped as raw_gzip
from models_py.sources.files import check_raw_files
from models_py.sources.gzipped import unpacked

LINES = b"".join(b"ann\t2009-05-01T12:00:00Z\t\tLow\t\tSong %d\n" % number for number in range(200))
TEXT, CHECKSUM, EXTRA, NAME, COMMENT = (1 << bit for bit in range(5))


def member(content: bytes, flags: int = 0, name: bytes = b"plays.tsv") -> bytes:
    """Compress by RFC 1952 with any header."""
    header = b"\x1f\x8b\x08" + bytes([flags]) + bytes(4) + b"\x00\x03"
    header += struct.pack("<H", 6) + b"AB\x02\x00xy" if flags & EXTRA else b""
    header += name + b"\0" if flags & NAME else b""
    header += b"a comment\0" if flags & COMMENT else b""
    header += struct.pack("<H", zlib.crc32(header) & 0xFFFF) if flags & CHECKSUM else b""
    packer = zlib.compressobj(wbits=-15)
    body = packer.compress(content) + packer.flush()
    return header + body + struct.pack("<II", zlib.crc32(content), len(content))


SOUND = {
    "plain": member(LINES),
    "name": member(LINES, NAME),
    "long name": member(LINES, NAME, b"n" * 9000),
    "extra field": member(LINES, EXTRA),
    "name and extra field": member(LINES, NAME | EXTRA),
    "two members": member(LINES[:3000]) + member(LINES[3000:], NAME | EXTRA),
    "a member per line": b"".join(map(member, LINES.splitlines(keepends=True))),
    "empty member first": member(b"") + member(LINES),
    "empty member between": member(LINES[:3000]) + member(b"") + member(LINES[3000:]),
    "empty member last": member(LINES) + member(b""),
    "block of zeros inside": gzip.compress(LINES, compresslevel=0, mtime=0),
}
UNUSUAL = {
    "one zero byte": (member(LINES) + b"\0", "zero bytes after its end"),
    "zero padding": (member(LINES) + bytes(512), "zero bytes after its end"),
    "much zero padding": (member(LINES) + bytes(1 << 18), "zero bytes after its end"),
    "padding after two": (member(LINES) + member(b"") + bytes(512), "zero bytes after its end"),
    "text": (member(LINES, TEXT), "the flag for text in a header"),
    "checksum": (member(LINES, CHECKSUM), "a checksum"),
    "comment": (member(LINES, COMMENT), "a comment"),
    "all": (member(LINES, 31), "a comment"),
    "comment in the second": (member(LINES[:3000]) + member(LINES[3000:], COMMENT), "a comment"),
}
DAMAGED = {
    "garbage after it": member(LINES) + b"garbage",
    "padding between": member(LINES[:3000]) + bytes(512) + member(LINES[3000:]),
    "cut off": member(LINES)[:-1],
    "cut off in the second": member(LINES) + member(LINES)[:20],
    "cut off in a header": member(LINES) + b"\x1f\x8b",
    "another checksum": member(LINES)[:-8] + bytes(8),
    "another method": b"\x1f\x8b\x07" + member(LINES)[3:],
}


@pytest.fixture(params=[7, raw_gzip.PIECE])
def piece(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take compressed bytes in small pieces too."""
    monkeypatch.setattr(raw_gzip, "PIECE", request.param)


def settings_of(tmp_path: Path, content: bytes, name: str = "plays.tsv.gz") -> Settings:
    """Put one raw file into a folder."""
    (tmp_path / name).write_bytes(content)
    return Settings.from_environment({"RAW": str(tmp_path)})


def read_by_duckdb(path: Path) -> list[bytes]:
    """Read lines as the staging models do."""
    with duckdb.connect() as connection:
        rows = connection.execute(
            "select line from read_csv(?, columns = {'line': 'varchar'}, delim = e'\\x01\\x02\\x03\\x04', quote = '', "
            "escape = '', header = false, auto_detect = false, strict_mode = true)",
            [str(path)],
        ).fetchall()
    return [line.encode() + b"\n" for (line,) in rows]


@pytest.mark.usefixtures("piece")
@pytest.mark.parametrize("kind", SOUND)
def test_what_passes_is_read_whole(tmp_path: Path, kind: str) -> None:
    settings = settings_of(tmp_path, SOUND[kind])
    check_raw_files(settings)
    [path] = settings.event_files()
    assert b"".join(unpacked(path, 100)) == b"".join(read_by_duckdb(path)) == LINES
    assert all(len(piece) >= 100 for piece in list(unpacked(path, 100))[:-1])


@pytest.mark.usefixtures("piece")
@pytest.mark.parametrize("kind", UNUSUAL)
def test_what_only_gzip_reads_is_refused_with_the_command_that_mends_it(tmp_path: Path, kind: str) -> None:
    content, cause = UNUSUAL[kind]
    settings = settings_of(tmp_path, content, "-the plays.tsv.gz")
    with pytest.raises(RawFileError) as caught:
        check_raw_files(settings)
    sentence = str(caught.value)
    assert sentence.startswith(f"{settings.raw / '-the plays.tsv.gz'} has ") and cause in sentence
    command = sentence[sentence.index("(") + 1 : sentence.index(")")]
    subprocess.run(command, shell=True, cwd=tmp_path, check=True, timeout=60)
    assert gzip.decompress((tmp_path / "repaired").read_bytes()) == LINES
    (tmp_path / "repaired").rename(tmp_path / "-the plays.tsv.gz")
    check_raw_files(settings)
    assert b"".join(read_by_duckdb(tmp_path / "-the plays.tsv.gz")) == LINES


@pytest.mark.parametrize("kind", UNUSUAL)
def test_duckdb_does_not_read_what_is_refused(tmp_path: Path, kind: str) -> None:
    """Once it does, the refusal can go."""
    path = tmp_path / "plays.tsv.gz"
    path.write_bytes(UNUSUAL[kind][0])
    with pytest.raises(duckdb.IOException, match="GZIP"):
        read_by_duckdb(path)


@pytest.mark.usefixtures("piece")
@pytest.mark.parametrize("kind", DAMAGED)
def test_damage_is_damage(tmp_path: Path, kind: str) -> None:
    with pytest.raises(RawFileError, match="plays.tsv.gz is damaged or cut off .*: copy or download it again"):
        check_raw_files(settings_of(tmp_path, DAMAGED[kind]))
