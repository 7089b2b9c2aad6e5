"""A download that is under way: the bytes so far, and the facts by which a server can be asked for the rest of them.

The bytes lie in `<archive>.part`. Beside it, `<archive>.part.json` says which version of which address they are of. It
is written before the first byte and after older bytes are gone, so the two never speak of different files.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Version:
    """What a server said about a file when it sent the first byte.

    Attributes
    ----------
    url : str
        The address asked.
    header, value : str
        The header that names this version, a strong ETag or else Last-Modified; empty where there is neither, and then
        nothing tells whether later bytes are of the same file.
    total : int or None
        Length of the whole file, where known.
    """

    url: str
    header: str = ""
    value: str = ""
    total: int | None = None

    @classmethod
    def of(cls, url: str, headers: Mapping[str, str], total: int | None) -> "Version":
        """Read the version from the headers of a whole file."""
        tag, date = headers.get("ETag", ""), headers.get("Last-Modified", "")
        if tag.startswith('"'):
            return cls(url, "ETag", tag, total)
        return cls(url, "Last-Modified" if date else "", date, total)

    def agrees_with(self, headers: Mapping[str, str], total: int | None) -> bool:
        """Tell whether a part that was sent later is of the same version.

        A part has to repeat an ETag, and may leave Last-Modified out. Where the total is unknown on one side, the
        version decides alone.
        """
        value = headers.get(self.header)
        same = value == self.value or (value is None and self.header == "Last-Modified")
        return same and (total is None or self.total is None or total == self.total)


class Partial:
    """The partial file of an archive.

    Parameters
    ----------
    target : Path
        Where the whole file will lie; the parts lie beside it.
    url : str
        The address it is fetched from now. What another address began is not continued.
    """

    def __init__(self, target: Path, url: str) -> None:
        self.path = target.with_name(target.name + ".part")
        self._target = target
        self._notes = target.with_name(target.name + ".part.json")
        self.version = self._read_version(url)
        if not self.version.header:
            self.discard()

    @property
    def size(self) -> int:
        """Bytes that are there."""
        return self.path.stat().st_size if self.path.exists() else 0

    @property
    def is_complete(self) -> bool:
        """Whether all bytes are there, as far as the server told how many there are."""
        return self.version.total is None or self.size == self.version.total

    def discard(self) -> None:
        """Forget what is there."""
        self.path.unlink(missing_ok=True)
        self._notes.unlink(missing_ok=True)

    def start(self, version: Version) -> None:
        """Begin anew with this version."""
        self.discard()
        self.version = version
        self._notes.write_text(json.dumps(asdict(version)))

    def finish(self) -> None:
        """Give the whole file its name."""
        os.replace(self.path, self._target)
        self._notes.unlink(missing_ok=True)

    def _read_version(self, url: str) -> Version:
        try:
            version = Version(**json.loads(self._notes.read_text()))
        except (FileNotFoundError, ValueError, TypeError):
            return Version(url)
        return version if version.url == url else Version(url)
