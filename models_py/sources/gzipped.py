"""Compressed files, unpacked piece by piece: what gzip takes and DuckDB's reader does not is told apart from damage.

A file is one gzip member after another. DuckDB 1.5 reads any number of them, but stops at zero bytes that pad the end
(tapes and some disks leave them) and at headers with a comment, a checksum or the flag for text.
"""

import zlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO

# compressed bytes taken at a time: what is left of them is copied at the end of each member, of which there may be many
PIECE = 1 << 16
GZIP_WRAPPER = 31
FLAGS_AT = 3
# text (1), checksum (2) and comment (16) in any company of extra fields (4) and a name (8), which are read
UNUSUAL_FLAGS = [bytes([flags]) for flags in range(32) if flags & 0b10011]


class UnusualGzipError(Exception):
    """The file is sound, but DuckDB does not read it; the text says what is unusual."""


def unpacked(path: Path, size: int) -> Iterator[bytes]:
    """Give a compressed file's content in pieces of at least `size` bytes, but for the last.

    Raises
    ------
    UnusualGzipError
        Where only gzip would read it.
    EOFError, zlib.error
        Where it is cut off or damaged.
    """
    gathered = bytearray()
    for piece in _pieces(path):
        gathered += piece
        if len(gathered) >= size:
            yield bytes(gathered)
            gathered.clear()
    if gathered:
        yield bytes(gathered)


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        packed = file.read(PIECE)
        while packed:
            if len(packed) <= FLAGS_AT:
                packed += file.read(PIECE)
            if packed[:1] == b"\0" and _only_zeros(packed, file):
                raise UnusualGzipError("zero bytes after its end")
            if packed[FLAGS_AT : FLAGS_AT + 1] in UNUSUAL_FLAGS:
                raise UnusualGzipError("a comment, a checksum or the flag for text in a header")
            member = zlib.decompressobj(GZIP_WRAPPER)
            while not member.eof:
                if not packed:
                    raise EOFError("compressed data ends in the middle")
                yield member.decompress(packed)
                packed = member.unused_data if member.eof else file.read(PIECE)
            packed = packed or file.read(PIECE)


def _only_zeros(packed: bytes, file: BinaryIO) -> bool:
    return not any(piece.strip(b"\0") for piece in (packed, *iter(partial(file.read, PIECE), b"")))
