"""Of an archive come the two published files, or nothing at all."""

import gzip
import resource
import tarfile
from pathlib import Path

import made_archives as made
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models_py.errors import DownloadError
from models_py.sources.download import extraction, room
from models_py.sources.download.extraction import NotAsPublishedError, extract
from models_py.terminal.progress import transfer

BOTH = {made.PROFILES_NAME: made.PROFILES, made.EVENTS_NAME: made.EVENTS}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "raw").mkdir()
    return tmp_path / "raw"


def unpack(folder: Path, archive: bytes, **description: object) -> None:
    path = folder.parent / "made.tar.gz"
    path.write_bytes(archive)
    with transfer("Unpacking") as shown:
        extract(path, made.made_archive(**description), folder, shown)


def refused(folder: Path, archive: bytes, reason: str) -> None:
    """Check that an archive is refused, and that the folder and all around it is as before."""
    kept = {made.PROFILES_NAME: b"older profiles\n", "own.tsv": b"own history\n"}
    for name, content in kept.items():
        (folder / name).write_bytes(content)
    with pytest.raises(NotAsPublishedError, match=reason):
        unpack(folder, archive)
    assert made.contents(folder) == kept
    assert {path.name for path in folder.parent.iterdir()} == {"raw", "made.tar.gz"}


# What is published


def test_the_wanted_files_come_out_and_nothing_else(folder: Path):
    unpack(folder, made.tarball())
    assert made.contents(folder) == BOTH


def test_order_and_folders_do_not_matter(folder: Path):
    unpack(folder, made.tarball([made.events(made.EVENTS_NAME), made.profiles(f"./a/b/{made.PROFILES_NAME}")]))
    assert made.contents(folder) == BOTH


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_every_tar_format_is_read(folder: Path, form: int):
    path = folder.parent / "made.tar"
    with tarfile.open(path, "w", format=form) as tar:
        for name, content in BOTH.items():
            (folder.parent / name).write_bytes(content)
            tar.add(folder.parent / name, arcname=f"{'long name ' * 9}/{name}", filter=lambda info: info)
    unpack(folder, gzip.compress(path.read_bytes()))
    assert made.contents(folder) == BOTH


def test_what_a_killed_run_left_is_replaced_and_links_are_not_followed(folder: Path):
    outside = folder.parent / "outside"
    outside.write_bytes(b"precious")
    (folder / f"{made.PROFILES_NAME}.part").symlink_to(outside)
    (folder / f"{made.EVENTS_NAME}.part").write_bytes(b"half")
    unpack(folder, made.tarball())
    assert made.contents(folder) == BOTH and outside.read_bytes() == b"precious"


# Hostile archives


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        (made.PROFILES_NAME, tarfile.SYMTYPE),
        (made.PROFILES_NAME, tarfile.LNKTYPE),
        (made.EVENTS_NAME, tarfile.SYMTYPE),
        (made.EVENTS_NAME, tarfile.DIRTYPE),
        (made.EVENTS_NAME, tarfile.FIFOTYPE),
        (made.EVENTS_NAME, tarfile.CHRTYPE),
        (made.EVENTS_NAME, tarfile.BLKTYPE),
        (made.EVENTS_NAME, tarfile.GNUTYPE_SPARSE),
    ],
)
def test_a_wanted_name_that_is_no_plain_file_is_refused(folder: Path, name: str, kind: bytes):
    hostile = made.member(f"{made.FOLDER}/{name}", kind=kind, linkname="/etc/passwd")
    rest = [one for one in made.PUBLISHED if not one[0].name.endswith(f"/{name}")]
    refused(folder, made.tarball([hostile, *rest]), f"its {name} is no plain file")
    # after the good file it is one too many as well
    refused(folder, made.tarball([*made.PUBLISHED, hostile]), "twice")


@pytest.mark.parametrize("place", ["/", "../", "a/../../", "/../"])
def test_a_wanted_name_outside_its_folder_is_refused(folder: Path, place: str):
    refused(folder, made.tarball([made.profiles(place + made.PROFILES_NAME), made.events()]), "outside its own folder")


def test_a_wanted_name_that_comes_twice_is_refused(folder: Path):
    refused(folder, made.tarball([*made.PUBLISHED, made.profiles("other/" + made.PROFILES_NAME)]), "twice")


@pytest.mark.parametrize("missing", [made.PROFILES_NAME, made.EVENTS_NAME])
def test_a_missing_file_is_named(folder: Path, missing: str):
    rest = [one for one in made.PUBLISHED if not one[0].name.endswith(f"/{missing}")]
    refused(folder, made.tarball(rest), f"does not hold {missing}")


def test_unwanted_members_go_nowhere(folder: Path):
    unwanted = [
        made.member("../outside.tsv", b"bad"),
        made.member(str(folder.parent / "absolute.tsv"), b"bad"),
        made.member("link", kind=tarfile.SYMTYPE, linkname=str(folder.parent)),
        made.member("link/through.tsv", b"bad"),
        made.member(f"x/{made.EVENTS_NAME}.part", b"bad"),
        made.member(f"x\\{made.EVENTS_NAME}", b"bad"),
        made.member("pipe", kind=tarfile.FIFOTYPE),
    ]
    unpack(folder, made.tarball([*unwanted, *made.PUBLISHED]))
    assert made.contents(folder) == BOTH
    assert {path.name for path in folder.parent.iterdir()} == {"raw", "made.tar.gz"}


# Wrong and damaged archives


def test_a_wrong_checksum_is_named_and_neither_file_is_taken(folder: Path):
    wrong = made.EVENTS[:-1] + b"x"
    reason = f"its {made.EVENTS_NAME} has MD5 [0-9a-f]{{32}}, published is {made.made_archive().events.md5}"
    refused(folder, made.tarball([made.profiles(), made.events(content=wrong)]), reason)
    refused(folder, made.tarball([made.profiles(content=b"x"), made.events()]), made.PROFILES_NAME)


@pytest.mark.parametrize(
    "archive",
    [
        b"",
        b"<!doctype html><title>Not found</title>",
        b"PK\x03\x04" + bytes(1_000),
        gzip.compress(b"", mtime=0),
        gzip.compress(b"<!doctype html>" * 100, mtime=0),
        made.tar(made.PUBLISHED),
        made.tarball()[:5],
        made.tarball()[:200_000],
        made.tarball()[:-200_000] + bytes(200_000),
    ],
    ids=["empty", "page", "zip", "gzip of nothing", "gzip of a page", "no gzip", "start", "half", "half zeros"],
)
def test_what_is_no_archive_is_refused(folder: Path, archive: bytes):
    refused(folder, archive, "damaged, or no .tar.gz file")


SMALL = made.EVENTS[:3_000]
SMALL_TAR = made.tar([made.member("README.txt", b"?"), made.profiles(), made.events(content=SMALL)])


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    changes=st.lists(st.tuples(st.integers(0, len(SMALL_TAR) - 1), st.binary(max_size=12)), min_size=1, max_size=4),
    end=st.sampled_from([None, -1, -600, -1_500, 2_000, 513]),
    packed=st.booleans(),
)
def test_damage_gives_a_refusal_or_the_published_files(
    folder: Path, changes: list[tuple[int, bytes]], end: int | None, packed: bool
):
    damaged = bytearray(gzip.compress(SMALL_TAR, mtime=0) if packed else SMALL_TAR)
    for place, bytes_there in changes:
        place %= len(damaged)
        damaged[place : place + len(bytes_there)] = bytes_there
    archive = bytes(damaged[:end]) if packed else gzip.compress(bytes(damaged[:end]))
    for path in folder.iterdir():
        path.unlink()
    try:
        unpack(folder, archive, events_content=SMALL)
    except NotAsPublishedError:
        assert made.contents(folder) == {}
    else:
        assert made.contents(folder) == {made.PROFILES_NAME: made.PROFILES, made.EVENTS_NAME: SMALL}


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kinds=st.lists(st.sampled_from([bytes([kind]) for kind in b"\x000123456789AgxXLKSVZ"]), min_size=1, max_size=4),
    content=st.binary(max_size=40) | st.from_regex(rb"[0-9]{1,2} (path|size|GNU\.sparse\.[a-z]+)=[-0-9]{1,9}\n"),
    size=st.integers(-(2**70), 2**70) | st.integers(-600, 600),
)
def test_odd_headers_give_a_refusal_or_the_published_files(folder: Path, kinds: list[bytes], content: bytes, size: int):
    odd = [made.member("odd", content, kind, size=size) for kind in kinds]
    for path in folder.iterdir():
        path.unlink()
    try:
        unpack(folder, made.tarball([*odd, made.profiles(), made.events(content=SMALL)]), events_content=SMALL)
    except NotAsPublishedError:
        assert made.contents(folder) == {}
    else:
        assert made.contents(folder) == {made.PROFILES_NAME: made.PROFILES, made.EVENTS_NAME: SMALL}


def test_headers_that_the_parser_stumbles_over_are_refused(folder: Path):
    for content in (
        b"26 GNU.sparse.map=one,two\n",
        b"25 GNU.sparse.size=three\n",
        b"22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n",
    ):
        odd = [made.member("header", content, tarfile.XHDTYPE), made.member("odd", b"x\n" * 300)]
        refused(folder, made.tarball([*odd, *made.PUBLISHED]), "damaged")


# Archives made to fill memory or disk


def test_a_wanted_file_larger_than_it_can_be_is_refused_unread(folder: Path):
    refused(folder, made.tarball([made.profiles(), made.events(size=400_001)]), "larger than 400.0 kB")


@pytest.mark.parametrize("size", [-1, -512, -(2**60)])
def test_a_negative_size_is_refused(folder: Path, size: int):
    refused(folder, made.tarball([made.events(size=size), made.profiles()]), "is larger than|damaged")


@pytest.mark.parametrize("kind", [tarfile.REGTYPE, b"Z", tarfile.GNUTYPE_SPARSE])
def test_an_endless_size_comes_to_an_end(folder: Path, kind: bytes):
    refused(
        folder, made.tarball([made.member("endless", kind=kind, size=2**70), *made.PUBLISHED]), "damaged|unpacks to"
    )


def test_unwanted_bytes_are_bounded(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(extraction, "MOST_OTHER_BYTES", 1_000_000)
    bomb = made.member("zeros", bytes(2_000_000))
    refused(folder, made.tarball([bomb, *made.PUBLISHED]), "unpacks to more than was published")


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK])
@pytest.mark.parametrize("before", [[], [made.member("hollow", kind=tarfile.SYMTYPE, size=2_000_000)]])
def test_headers_are_bounded(folder: Path, kind: bytes, before: list[made.Member]):
    bomb = made.member("header", b"9" * 2_000_000, kind)
    refused(folder, made.tarball([*before, bomb, *made.PUBLISHED]), "unpacks to more than was published")


def test_the_number_of_members_is_bounded(folder: Path):
    refused(folder, made.tarball([made.member(f"{k}.txt") for k in range(1_000)]), "more than 100 entries")


# The disk


def test_room_is_checked_by_the_size_in_the_header(folder: Path, monkeypatch: pytest.MonkeyPatch):
    usage = room.shutil.disk_usage(folder)
    monkeypatch.setattr(room.shutil, "disk_usage", lambda _: usage._replace(free=len(made.EVENTS) - 1))
    with pytest.raises(DownloadError, match=r"has room for 300\.0 kB, but .* free some space"):
        unpack(folder, made.tarball())
    assert made.contents(folder) == {}


def test_a_disk_that_fills_up_leaves_nothing(folder: Path):
    (folder.parent / "made.tar.gz").write_bytes(made.tarball())
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, hard))
    try:
        with pytest.raises(OSError, match="too large"), transfer("Unpacking") as shown:
            extract(folder.parent / "made.tar.gz", made.made_archive(), folder, shown)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert made.contents(folder) == {}


def test_the_events_take_their_place_last(folder: Path, monkeypatch: pytest.MonkeyPatch):
    replace, moved = extraction.os.replace, []

    def breaks_off(draft: Path, path: Path) -> None:
        moved.append(path.name)
        if path.name == made.EVENTS_NAME:
            raise PermissionError(13, "Permission denied")
        replace(draft, path)

    monkeypatch.setattr(extraction.os, "replace", breaks_off)
    with pytest.raises(PermissionError):
        unpack(folder, made.tarball())
    assert moved == [made.PROFILES_NAME, made.EVENTS_NAME]
    assert made.contents(folder) == {made.PROFILES_NAME: made.PROFILES}
