"""PNG files, read without a library: how large they are, and how many colours they have."""

import struct
import zlib


def size_of(png: bytes) -> tuple[int, int]:
    """Width and height in pixels."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    return struct.unpack(">II", png[16:24])


def colours_of(png: bytes) -> int:
    """Count the colours of a picture of eight bits per channel."""
    width, height = size_of(png)
    channels = {2: 3, 6: 4}[png[25]]
    data, place = b"", 8
    while place < len(png):
        (length,) = struct.unpack(">I", png[place : place + 4])
        if png[place + 4 : place + 8] == b"IDAT":
            data += png[place + 8 : place + 8 + length]
        place += length + 12
    lines, row = zlib.decompress(data), bytearray(width * channels)
    found = set()
    for number in range(height):
        start = number * (width * channels + 1)
        row = _unfiltered(lines[start], lines[start + 1 : start + 1 + width * channels], row, channels)
        found.update(bytes(row[place : place + channels]) for place in range(0, len(row), channels))
    return len(found)


def _unfiltered(kind: int, line: bytes, above: bytearray, channels: int) -> bytearray:
    row = bytearray(line)
    for place in range(len(row)):
        left = row[place - channels] if place >= channels else 0
        corner = above[place - channels] if place >= channels else 0
        guess = (0, left, above[place], (left + above[place]) // 2, _paeth(left, above[place], corner))[kind]
        row[place] = (row[place] + guess) & 255
    return row


def _paeth(left: int, above: int, corner: int) -> int:
    distances = [abs(left + above - corner - each) for each in (left, above, corner)]
    return (left, above, corner)[distances.index(min(distances))]
