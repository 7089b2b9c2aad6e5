"""The content of a raw file in pieces, decompressed where its name says that it is compressed."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from models_py.sources.gzipped import unpacked

CHUNK = 1 << 24


def content(path: Path) -> Iterator[bytes]:
    """Give a file in pieces of about CHUNK bytes, decompressed, none of which ends within a Windows line end."""
    is_packed = path.suffix == ".gz" and path.stat().st_size
    held = b""
    for piece in unpacked(path, CHUNK) if is_packed else _pieces(path):
        chunk = held + piece
        held = chunk[-1:] if chunk.endswith(b"\r") else b""
        if chunk != held:
            yield chunk.removesuffix(held)
    if held:
        yield held


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from iter(partial(file.read, CHUNK), b"")
