"""Archives made for tests: the published ones in small, and hostile ones."""

import gzip
import hashlib
import io
import tarfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from models_py.sources.download import Archive, WantedFile

# bytes that do not compress, so that an archive is long enough to be cut in many places
EVENTS = np.random.default_rng(1).bytes(300_000)
PROFILES = b"#id\tgender\tage\tcountry\tregistered\nuser_000001\tf\t\tJapan\tAug 13, 2006\n"
EVENTS_NAME, PROFILES_NAME = "made-events.tsv", "userid-profile-made.tsv"
FOLDER = "lastfm-dataset-made"

Member = tuple[tarfile.TarInfo, bytes]


def member(name: str, content: bytes = b"", kind: bytes = tarfile.REGTYPE, **facts: object) -> Member:
    """Describe a member of an archive; facts contradict what is due."""
    info = tarfile.TarInfo(name)
    info.size, info.type = len(content), kind
    for fact, value in facts.items():
        setattr(info, fact, value)
    return info, content


def profiles(name: str = f"{FOLDER}/{PROFILES_NAME}", content: bytes = PROFILES, **facts: object) -> Member:
    return member(name, content, **facts)


def events(name: str = f"{FOLDER}/{EVENTS_NAME}", content: bytes = EVENTS, **facts: object) -> Member:
    return member(name, content, **facts)


PUBLISHED = (
    member(FOLDER, kind=tarfile.DIRTYPE),
    member(f"{FOLDER}/README.txt", b"What is this?\n"),
    member(f"{FOLDER}/._{PROFILES_NAME}", b"Mac OS X"),
    profiles(),
    member(f"{FOLDER}/mbox_sha1sum.py", b"import hashlib\n"),
    events(),
)


def tar(members: Iterable[Member]) -> bytes:
    """Write members one after the other, whatever they say of themselves."""
    file = io.BytesIO()
    for info, content in members:
        file.write(info.tobuf(tarfile.GNU_FORMAT))
        file.write(content + bytes(-len(content) % tarfile.BLOCKSIZE))
    return file.getvalue() + bytes(2 * tarfile.BLOCKSIZE)


def tarball(members: Iterable[Member] = PUBLISHED) -> bytes:
    return gzip.compress(tar(members), mtime=0)


def made_archive(most_bytes: int = 400_000, events_content: bytes = EVENTS) -> Archive:
    """Describe the made archive as the published ones are described."""

    def wanted(name: str, content: bytes) -> WantedFile:
        return WantedFile(name, hashlib.md5(content).hexdigest(), most_bytes)

    return Archive(
        title="Made data",
        url="http://127.0.0.1:9/made.tar.gz",
        mirror="http://127.0.0.1:9/mirror/made.tar.gz",
        profiles=wanted(PROFILES_NAME, PROFILES),
        events=wanted(EVENTS_NAME, events_content),
    )


def contents(folder: Path) -> dict[str, bytes]:
    """Read every file of a folder but the lock."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != ".download.lock"}
