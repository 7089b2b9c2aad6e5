"""Raw files are looked at before dbt reads them: its reader takes some damage in silence and refuses other in riddles.

The reader takes a compressed file that was cut off for a shorter one, compressed bytes under a plain name for no lines,
and cannot say where the line ends of a file change. All of this costs a pass over each file, in pieces.
"""

import codecs
import os
import re
import shlex
import zlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from models_py.errors import MusicError, RawFileError
from models_py.settings.environment import Settings
from models_py.sources.folder import NOTES, Candidate
from models_py.sources.formats import (
    first_lines,
    format_of,
    formats,
    guess,
    is_artist_tag,
    is_json,
    is_recording_header,
    might_be,
    recognize,
)
from models_py.sources.gzipped import UnusualGzipError
from models_py.sources.reading import content

HEAD = 1 << 16
# unknown files that are named
MOST_NAMED = 5
ARCHIVES = {
    b"PK\x03\x04": "a ZIP archive",
    b"BZh": "compressed with bzip2",
    b"\xfd7zXZ\x00": "compressed with xz",
    b"\x28\xb5\x2f\xfd": "compressed with zstd",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"PAR1": "a Parquet file",
}
GZIP = b"\x1f\x8b"
UTF_8_MARK = b"\xef\xbb\xbf"
BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
DELETE, REPLACE = "tr -d '\\r'", "tr '\\r' '\\n'"
# bytes that the reader gives to one thread at a time; where a Windows line end lies across such a border and the next
# line is blank or undecodable, DuckDB 1.5 reads a line twice or rejects a good one
READER_PIECE = 8_000_000
ENDING = re.compile(rb"\r\n|\n|\r")
NOT_WINDOWS = re.compile(rb"\r(?!\n)|(?<!\r)\n")
READER_NODES = ("int_lines_read", "int_spellings_read", "assert_files_are_in_a_known_format")


def check_raw_files(settings: Settings) -> None:
    """Refuse raw files that cannot be loaded whole, and a load without a line.

    Raises
    ------
    RawFileError
        Naming the first such file, what is wrong with it, and the remedy.
    """
    _check_formats(settings)
    filled = [_check(path) for path in settings.event_files()]
    for path in settings.profile_files():
        _check(path)
    for path in settings.artist_tag_files():
        if _check(path) and not any(map(is_artist_tag, first_lines(content(path)))):
            raise RawFileError(f"No line of {path} is a tag: write 3 fields separated by tabs, artist, tag and count.")
    for path in settings.recording_feature_files():
        if _check(path) and not is_recording_header(first_lines(content(path))[0]):
            raise RawFileError(f"{path} has no header that begins with mbid: put AcousticBrainz's header on top of it.")
    if not any(filled):
        names = ", ".join(one.name for one in settings.candidates())
        raise RawFileError(f"There is not one line in {settings.raw} ({names}): put event files with lines there.")


def describe_unknown_files(settings: Settings) -> list[str]:
    """Say which files are in no format and left out, and what those of the raw folder itself might have been."""
    unknown = [one for one in settings.candidates() if not one.is_event_file]
    sentences = [f"{_what_it_might_be(one)}; it is left out." for one in unknown if _is_odd(one)]
    inside = [one.name for one in unknown if not one.is_of_the_folder]
    if inside:
        names = ", ".join(inside[:MOST_NAMED]) + ", ..." * (len(inside) > MOST_NAMED)
        sentences.append(
            f"Files of folders and archives that are no plays in a known format are left out ({len(inside)}): {names}."
        )
    return sentences


def _is_odd(one: Candidate) -> bool:
    """Whether a file of the raw folder itself is in no format; a note may lie there."""
    return one.is_of_the_folder and not one.is_event_file and not one.name.endswith(NOTES)


def _what_it_might_be(one: Candidate) -> str:
    return f"{one.path} is in no known format; it might have been {might_be(one.first_lines())}"


def _check_formats(settings: Settings) -> None:
    """Refuse a folder without a file in a known format, and an archive without one."""
    files = settings.candidates()
    filled = {one.name for one in files if one.is_event_file}
    odd = next(filter(_is_odd, files), None)
    if odd and not filled:
        raise RawFileError(f"{_what_it_might_be(odd)}: correct it, or put event files there.")
    for archive in settings.archives():
        prefix = f"{archive.relative_to(settings.raw).as_posix()}/"
        if not any(name.startswith(prefix) for name in filled):
            raise RawFileError(
                f"{archive} holds no file in a known format ({', '.join(formats())}): put an export there."
            )


def checked_lines(path: Path) -> Iterator[bytes]:
    """Give the lines of a file that could be loaded, one after the other, without those that are blank.

    Raises
    ------
    RawFileError
        Where it could not.
    """
    _check(path)
    held, mark = b"", UTF_8_MARK
    for chunk in content(path):
        *lines, held = ENDING.split(held + chunk.removeprefix(mark))
        mark = b""
        yield from filter(bytes.strip, lines)
    if held.strip():
        yield held


def explain(settings: Settings, failed: tuple[str, ...], message: str = "") -> MusicError | None:
    """Say which file made the given dbt nodes fail, if they are those that read raw files and it can be told.

    Parameters
    ----------
    settings : Settings
        The study.
    failed : tuple of str
        Names of the failed nodes.
    message : str
        What dbt says of them.

    Returns
    -------
    MusicError or None
        What to raise in place of dbt's own message.
    """
    if not any(name.startswith(READER_NODES) for name in failed):
        return None
    for path in settings.event_files():
        lines = first_lines(content(path))
        if damage := re.search(
            f'"[^"]*{re.escape(path.name)}", at byte [0-9]+ in record/value ([0-9]+): ([^.]*)[.]', message
        ):
            return RawFileError(
                f"{path} is no JSON at record {damage[1]} ({damage[2]}): download it again, or remove that record."
            )
        if lines and not recognize(lines):
            known = ", ".join(formats())
            expected = guess(lines, format_of(settings.source))
            return RawFileError(f"No line of {path} is in a known format ({known}): {expected}.")
    return None


def recognized_formats(settings: Settings) -> list[str]:
    """Name the format by which each event file is read, in order of the files' names.

    A file that tells nothing is read as the first one that does, and as SOURCE says where none does.
    """
    told = [one.format for one in settings.candidates() if one.is_event_file]
    otherwise = next(filter(None, told), format_of(settings.source))
    return [name or otherwise for name in told]


def _check(path: Path) -> bool:
    """Refuse a file that cannot be loaded whole; otherwise tell whether it holds anything."""
    try:
        head = _head(path)
        _check_head(path, head)
        if is_json(recognize(first_lines(content(path))) if head else None):
            return _check_json(path, head)
        odd = _first_odd_line(path) if head else None
        confusing = not odd and _may_confuse_the_reader(path)
        filled = any(chunk.removeprefix(UTF_8_MARK).strip() for chunk in content(path)) if head else False
    except UnusualGzipError as error:
        raise RawFileError(
            f"{path} has {error}, which gzip takes and the reader does not: "
            f"compress it anew ({_command(path)}) and put the result in its place."
        ) from error
    except (EOFError, zlib.error) as error:
        raise RawFileError(f"{path} is damaged or cut off ({error}): copy or download it again.") from error
    except OSError as error:
        raise RawFileError(
            f"{path} cannot be read ({error.strerror or error}): make it readable, or move it away."
        ) from error
    if odd:
        raise RawFileError(_line_ends(path, *odd))
    if confusing:
        raise RawFileError(
            f"{path} has Windows line ends and blank or undecodable lines, which the reader mixes up in long files: "
            f"make the line ends plain ({_command(path, DELETE)}) and put the result in its place."
        )
    return filled


def _check_json(path: Path, head: bytes) -> bool:
    """Refuse JSON that the reader would take for something else, or that was cut off; it holds records."""
    if path.suffix == ".gz":
        raise RawFileError(
            f"{path} is compressed JSON: unpack it (gunzip {_word(path)}), or put it into a ZIP archive."
        )
    if head.startswith(UTF_8_MARK):
        raise RawFileError(
            f"{path} starts with a byte order mark, which JSON has none of: "
            f"remove it (tail -c +4 {_word(path)} > repaired) and put the result in its place."
        )
    with path.open("rb") as file:
        file.seek(-min(path.stat().st_size, 100), os.SEEK_END)
        # a list; of lines that are records each, a cut one is one bad record
        if head.lstrip().startswith(b"[") and not file.read().rstrip().endswith(b"]"):
            raise RawFileError(f"{path} is damaged or cut off (its list does not end): copy or download it again.")
    return True


def _head(path: Path) -> bytes:
    if path.is_dir():
        raise RawFileError(f"{path} is a folder: move the files in it into {path.parent}, or rename it.")
    if path.exists() and not path.is_file():
        raise RawFileError(f"{path} is no regular file: put a file in its place, or rename it.")
    with path.open("rb") as file:
        return file.read(HEAD)


def _check_head(path: Path, head: bytes) -> None:
    """Refuse what a file's first bytes give away."""
    compressed = head.startswith(GZIP)
    if compressed and path.suffix != ".gz":
        raise RawFileError(f"{path} is compressed, which its name does not say: rename it to {path.name}.gz.")
    for magic, kind in ARCHIVES.items():
        if head.startswith(magic):
            raise RawFileError(f"{path} is {kind}: unpack it, or compress it with gzip as .tsv.gz.")
    if path.suffix == ".gz" and not compressed:
        remedy = f"rename it to {path.stem}" if head else "remove it"
        raise RawFileError(f"{path} is not compressed, though its name says so: {remedy}.")
    text = next(content(path), b"")[:HEAD] if compressed else head
    # a fifth of the bytes: text of 16 bits a character, with or without a mark
    if text.startswith(BYTE_ORDER_MARKS) or text.count(0) * 5 > len(text):
        raise RawFileError(
            f"{path} is not UTF-8 but looks like UTF-16: "
            f"convert it (iconv -f UTF-16 -t UTF-8 {_word(path)} > converted) and put the result in its place."
        )


def _first_odd_line(path: Path) -> tuple[int, bytes] | None:
    """Find the number of the first line that ends otherwise than those before it, and how those end."""
    if not any(b"\r" in chunk for chunk in content(path)):
        return None
    newline = b""
    for number, chunk in enumerate(content(path)):
        if not newline and (first := ENDING.search(chunk)):
            newline = first.group()
        position = _odd_end(chunk, newline) if newline else -1
        if position >= 0:
            before = sum(piece.count(newline) for piece in islice(content(path), number))
            return before + chunk.count(newline, 0, position) + 1, newline
    return None


def _odd_end(chunk: bytes, newline: bytes) -> int:
    """Position of the first line end of another kind, or -1."""
    if newline == b"\r\n":
        if chunk.count(newline) == chunk.count(b"\n") == chunk.count(b"\r"):
            return -1
        odd = NOT_WINDOWS.search(chunk)
        return odd.start() if odd else -1
    return chunk.find(b"\r" if newline == b"\n" else b"\n")


def _may_confuse_the_reader(path: Path) -> bool:
    """Tell whether a file has Windows line ends, is read in several pieces, and has blank or undecodable lines."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    size, end, found = 0, b"\r\n", False
    for chunk in content(path):
        if not size and not re.search(rb"\r\n|\n|\r|\Z", chunk).group() == b"\r\n":
            return False
        size += len(chunk)
        if not found:
            found = b"\r\n\r\n" in end + chunk or not _decodes(decoder, chunk)
            end = chunk[-2:]
    return found and size > READER_PIECE


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes) -> bool:
    try:
        decoder.decode(chunk)
    except UnicodeDecodeError:
        return False
    return True


def _line_ends(path: Path, number: int, newline: bytes) -> str:
    usual = {b"\n": "a line feed", b"\r\n": "carriage return and line feed", b"\r": "a carriage return"}[newline]
    command = _command(path, REPLACE if newline == b"\r" else DELETE)
    return (
        f"{path} mixes line ends: lines end with {usual}, but line {number} has another end or a bare carriage return; "
        f"make them all the same ({command}) and put the result in its place."
    )


def _command(path: Path, change: str = "") -> str:
    """Write the command that makes a changed copy, or one that is only compressed anew."""
    if path.suffix == ".gz":
        return " | ".join(part for part in (f"gzip -dc {_word(path)}", change, "gzip > repaired") if part)
    return f"{change} < {_word(path)} > repaired"


def _word(path: Path) -> str:
    """Write a file's name as a shell takes it for one."""
    return shlex.quote(f"./{path.name}" if path.name.startswith("-") else path.name)
