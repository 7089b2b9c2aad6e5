"""A download arrives byte for byte or not at all, whatever the server does."""

import json
import resource
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from archive_server import ArchiveServer, Reply, serving
from hypothesis import given, settings
from hypothesis import strategies as st

from models_py.errors import DownloadError
from models_py.sources.download import fetching, room
from models_py.sources.download.fetching import Patience, fetch
from models_py.terminal.progress import transfer

BODY = np.random.default_rng(2).bytes(300_000)
OTHER = np.random.default_rng(3).bytes(300_000)
DATED = {"ETag": "", "Last-Modified": "Tue, 04 May 2010 10:00:00 GMT"}
UNNAMED = {"ETag": ""}


@pytest.fixture(scope="module")
def running() -> Iterator[ArchiveServer]:
    with serving() as server:
        yield server


@pytest.fixture
def server(running: ArchiveServer) -> ArchiveServer:
    running.serve(BODY)
    return running


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "made.tar.gz"


def download(server: ArchiveServer, target: Path, tries: int = 4, path: str = "", **patience: float) -> None:
    with transfer("Download") as shown:
        patience = {"pause": 0, "connect": 5, "silence": 5} | patience
        fetch(server.url + path, target, 0, shown, Patience(tries=tries, **patience))


def part(target: Path) -> Path:
    return target.with_name(target.name + ".part")


def only_whole(target: Path, body: bytes = BODY) -> bool:
    return target.read_bytes() == body and [path.name for path in target.parent.iterdir()] == [target.name]


# Whole downloads


def test_a_whole_file_arrives_under_its_name(server: ArchiveServer, target: Path):
    download(server, target)
    assert only_whole(target)
    assert server.ranges == [None] and server.requests[0]["Accept-Encoding"] == "identity"


@pytest.mark.parametrize(
    "reply",
    [
        Reply(chunked=True),
        Reply(headers={"Content-Length": ""}),
        Reply(headers=UNNAMED),
        Reply(headers={"Content-Encoding": "gzip"}),
        Reply(headers={"Content-Encoding": "x-gzip", "Content-Type": "application/x-tar"}),
        Reply(pause=0.005),
    ],
    ids=["chunked", "no length", "no version", "called gzip", "called x-gzip", "slow"],
)
def test_bytes_arrive_as_they_were_sent(server: ArchiveServer, target: Path, reply: Reply):
    server.serve(BODY, reply)
    download(server, target, tries=1)
    assert only_whole(target)


def test_redirects_are_followed(server: ArchiveServer, target: Path):
    server.serve(BODY, *(Reply(status=status, headers={"Location": "/there"}) for status in (301, 302, 307, 308)))
    download(server, target, tries=1)
    assert only_whole(target)


def test_a_redirect_is_followed_again_for_the_rest(server: ArchiveServer, target: Path):
    moved = Reply(status=302, headers={"Location": "/there"})
    server.serve(BODY, moved, Reply(cut=100_000), moved)
    download(server, target)
    assert only_whole(target)
    assert server.ranges == [None, None, "bytes=100000-", "bytes=100000-"]


# Broken connections


@settings(max_examples=40)
@given(cuts=st.lists(st.integers(0, len(BODY)), max_size=6), chunked=st.booleans())
def test_any_cuts_give_the_served_bytes(running: ArchiveServer, cuts: list[int], chunked: bool):
    running.serve(BODY, *(Reply(cut=cut, chunked=chunked) for cut in cuts))
    with tempfile.TemporaryDirectory() as folder:
        download(running, Path(folder) / "made.tar.gz", tries=len(cuts) + 1)
        assert only_whole(Path(folder) / "made.tar.gz")


@settings(max_examples=40)
@given(
    replies=st.lists(
        st.builds(
            Reply,
            cut=st.integers(0, len(BODY)),
            body=st.sampled_from([None, BODY, OTHER, OTHER[:200_000]]),
            ignores_range=st.booleans(),
            headers=st.sampled_from([{}, DATED, UNNAMED]),
        ),
        max_size=5,
    )
)
def test_no_behaviour_of_an_honest_server_mixes_two_files(running: ArchiveServer, replies: list[Reply]):
    """A server is honest when another file has another version."""
    names = {BODY: '"body"', OTHER: '"other"', OTHER[:200_000]: '"short"'}
    dates = {body: f"Tue, 04 May 2010 10:00:0{k} GMT" for k, body in enumerate(names)}
    running.serve(BODY, etag=names[BODY])
    body = BODY
    for reply in replies:
        body = reply.body or body
        headers = {"Last-Modified": dates[body]} | {"ETag": ""} if reply.headers == DATED else reply.headers
        values = reply.__dict__ | {"body": body, "etag": names[body], "headers": headers}
        running.replies.append(Reply(**values))
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "made.tar.gz"
        download(running, target, tries=len(replies) + 2)
        assert target.read_bytes() in names


def test_each_retry_asks_for_what_is_missing(server: ArchiveServer, target: Path):
    server.serve(BODY, Reply(cut=70_000), Reply(cut=70_000), Reply(status=503), Reply(cut=0))
    download(server, target, tries=5)
    assert only_whole(target)
    assert server.ranges == [None, "bytes=70000-", "bytes=140000-", "bytes=140000-", "bytes=140000-"]
    assert {headers.get("If-Range") for headers in server.requests} == {None, '"first"'}


def test_a_server_that_sends_short_parts_is_asked_again(server: ArchiveServer, target: Path):
    server.serve(BODY, Reply(cut=100_000), Reply(most=90_000), Reply(most=90_000))
    download(server, target)
    assert only_whole(target)
    assert server.ranges[2:] == ["bytes=190000-", "bytes=280000-"]


def test_a_date_names_a_version_as_well(server: ArchiveServer, target: Path):
    server.serve(BODY, Reply(cut=100_000, headers=DATED), Reply(headers=DATED))
    download(server, target)
    assert only_whole(target)
    assert server.ranges == [None, "bytes=100000-"]
    assert server.requests[1]["If-Range"] == DATED["Last-Modified"]


def test_waiting_has_an_end(server: ArchiveServer, target: Path, monkeypatch: pytest.MonkeyPatch):
    get, limits = fetching.requests.Session.get, []

    def noted(session: fetching.requests.Session, url: str, **options: object) -> fetching.requests.Response:
        limits.append(options["timeout"])
        return get(session, url, **options)

    monkeypatch.setattr(fetching.requests.Session, "get", noted)
    download(server, target, connect=3, silence=4)
    assert limits == [(3, 4)]


def test_a_silent_server_is_left(server: ArchiveServer, target: Path):
    server.serve(BODY, Reply(stall=200_000))
    download(server, target, silence=0.1)
    assert only_whole(target)
    assert server.ranges[1] is not None


def test_a_server_that_does_not_answer_is_left(server: ArchiveServer, target: Path):
    server.serve(BODY, Reply(status=200, headers={"Content-Length": "5"}, stall=0))
    download(server, target, silence=0.1)
    assert only_whole(target)


def test_pauses_grow_and_end(server: ArchiveServer, target: Path, monkeypatch: pytest.MonkeyPatch):
    pauses = []
    monkeypatch.setattr(fetching.time, "sleep", pauses.append)
    server.serve(BODY, *[Reply(status=500)] * 6)
    with pytest.raises(DownloadError, match="500"):
        download(server, target, tries=6, pause=1)
    assert [pause for pause in pauses if pause] == [1, 2, 4, 8, 8]
    assert len(server.requests) == 6


def test_after_the_last_retry_the_next_run_goes_on(server: ArchiveServer, target: Path):
    server.serve(BODY, Reply(cut=100_000), Reply(cut=20_000))
    with pytest.raises(DownloadError, match=r"120\.0 kB of 300\.0 kB are in .*made\.tar\.gz\.part.*goes on from there"):
        download(server, target, tries=2)
    assert part(target).read_bytes() == BODY[:120_000] and not target.exists()
    download(server, target)
    assert only_whole(target)
    assert server.ranges[-1] == "bytes=120000-"


def test_a_run_that_brought_nothing_says_so(server: ArchiveServer, target: Path):
    server.serve(BODY, *[Reply(status=503)] * 2)
    with pytest.raises(DownloadError, match=r"brought nothing in 2 requests \(the server answers 503"):
        download(server, target, tries=2)
    assert list(target.parent.iterdir()) == []


def test_nobody_listens(target: Path):
    with serving() as gone:
        pass
    with pytest.raises(DownloadError, match=r"brought nothing in 2 requests \(no connection to 127\.0\.0\.1"):
        download(gone, target, tries=2)


# Bytes that cannot be continued


def test_a_server_without_ranges_starts_over(server: ArchiveServer, target: Path):
    server.serve(BODY, Reply(cut=100_000), Reply(ignores_range=True))
    download(server, target)
    assert only_whole(target)


def test_without_a_version_nothing_is_continued(server: ArchiveServer, target: Path):
    server.serve(BODY, Reply(cut=100_000, headers=UNNAMED), Reply(cut=90_000, headers=UNNAMED))
    with pytest.raises(DownloadError, match=r"90\.0 kB .*starts over"):
        download(server, target, tries=2)
    download(server, target)
    assert only_whole(target)
    assert server.ranges == [None, None, None]


def test_a_weak_version_is_none(server: ArchiveServer, target: Path):
    server.serve(BODY, Reply(cut=100_000, headers={"ETag": 'W/"weak"'}))
    download(server, target)
    assert only_whole(target)
    assert server.ranges == [None, None]


@pytest.mark.parametrize(
    "changed",
    [
        Reply(body=OTHER, etag='"second"'),
        Reply(body=OTHER, etag='"second"', ignores_if_range=True),
        Reply(body=OTHER, ignores_if_range=True, headers=UNNAMED),
        Reply(body=OTHER + b"more", ignores_if_range=True),
        Reply(body=OTHER[:150_000], etag='"second"', ignores_if_range=True),
        Reply(body=OTHER[:50_000], etag='"second"', ignores_if_range=True),
    ],
    ids=["noticed", "unnoticed", "unnamed", "longer", "shorter", "shorter than what is there"],
)
def test_a_file_that_changes_between_two_ranges_is_never_mixed(server: ArchiveServer, target: Path, changed: Reply):
    server.serve(BODY, Reply(cut=100_000), changed)
    download(server, target)
    assert only_whole(target, changed.body)


@pytest.mark.parametrize("start", [0, 99_999, 100_001])
def test_a_part_of_another_place_is_not_appended(server: ArchiveServer, target: Path, start: int):
    server.serve(BODY, Reply(cut=100_000), Reply(start=start))
    download(server, target)
    assert only_whole(target)


@pytest.mark.parametrize("place", ["bytes", "", "bytes */300000", "pages 100000-299999/300000"])
def test_a_part_of_an_unknown_place_is_not_appended(server: ArchiveServer, target: Path, place: str):
    server.serve(BODY, Reply(cut=100_000), Reply(start=7, headers={"Content-Range": place}))
    download(server, target)
    assert only_whole(target)


def test_more_than_was_announced_is_not_kept(server: ArchiveServer, target: Path):
    place = {"Content-Range": "bytes 100000-299999/300000"}
    server.serve(BODY, Reply(cut=100_000), Reply(body=BODY + b"more", headers=place, chunked=True))
    with pytest.raises(DownloadError, match=r"sends more than 300\.0 kB"):
        download(server, target)
    assert list(target.parent.iterdir()) == []


def left_behind(target: Path, size: int, **notes: object) -> None:
    """Write what an earlier run would have left."""
    part(target).write_bytes(BODY[:size])
    facts = {"header": "ETag", "value": '"first"', "total": len(BODY)} | notes
    part(target).with_name(part(target).name + ".json").write_text(json.dumps(facts))


def test_a_complete_part_needs_no_byte(server: ArchiveServer, target: Path):
    left_behind(target, len(BODY), url=server.url)
    download(server, target)
    assert only_whole(target)
    assert server.ranges == ["bytes=300000-"]


def test_a_part_of_another_address_is_not_continued(server: ArchiveServer, target: Path):
    left_behind(target, 100_000, url="http://127.0.0.1:9/made.tar.gz")
    download(server, target)
    assert only_whole(target)
    assert server.ranges == [None]


@pytest.mark.parametrize("notes", ["", "{", "[1]", '{"surprise": 1}', None])
def test_a_part_without_readable_notes_is_not_continued(server: ArchiveServer, target: Path, notes: str | None):
    left_behind(target, 100_000)
    path = part(target).with_name(part(target).name + ".json")
    path.unlink() if notes is None else path.write_text(notes)
    download(server, target)
    assert only_whole(target)
    assert server.ranges == [None]


# What ends a download at once


@pytest.mark.parametrize("status", [204, 401, 403, 404, 410])
def test_a_refusal_is_final(server: ArchiveServer, target: Path, status: int):
    server.serve(BODY, Reply(status=status))
    with pytest.raises(DownloadError, match=f"made.tar.gz answers {status}.*DATA_URL"):
        download(server, target)
    assert len(server.requests) == 1 and list(target.parent.iterdir()) == []


def test_redirects_come_to_an_end(server: ArchiveServer, target: Path):
    server.serve(BODY, *[Reply(status=302, headers={"Location": "/there"})] * 20)
    with pytest.raises(DownloadError, match="redirects.*DATA_URL"):
        download(server, target)
    assert len(server.requests) < 10


@pytest.mark.parametrize(
    "url", ["made.tar.gz", "ftp://127.0.0.1/made.tar.gz", "file:///etc/hosts", "http://", "http://[/"]
)
def test_an_address_of_another_kind_is_refused(target: Path, url: str):
    with pytest.raises(DownloadError, match="no address.*DATA_URL"), transfer("Download") as shown:
        fetch(url, target, 0, shown, Patience(tries=2, pause=0))
    assert list(target.parent.iterdir()) == []


@pytest.mark.parametrize("reply", [Reply(), Reply(chunked=True)], ids=["announced", "unannounced"])
def test_a_file_that_is_far_too_large_ends(
    server: ArchiveServer, target: Path, reply: Reply, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(fetching, "MOST_ARCHIVE_BYTES", 200_000)
    server.serve(BODY, reply)
    with pytest.raises(DownloadError, match="it is not the archive"):
        download(server, target)
    assert list(target.parent.iterdir()) == []


@pytest.mark.parametrize("free", [299_999, 199_999])
def test_room_is_checked_before_the_first_byte(
    server: ArchiveServer, target: Path, free: int, monkeypatch: pytest.MonkeyPatch
):
    left = free < 200_000
    if left:
        left_behind(target, 100_000, url=server.url)
    usage = room.shutil.disk_usage(target.parent)
    monkeypatch.setattr(room.shutil, "disk_usage", lambda _: usage._replace(free=free))
    with pytest.raises(DownloadError, match="has room for .* are needed: free some space"):
        download(server, target)
    assert part(target).exists() is left and not target.exists()
    monkeypatch.setattr(room.shutil, "disk_usage", lambda _: usage._replace(free=free + 1))
    download(server, target)
    assert only_whole(target)


def test_a_disk_that_fills_up_leaves_a_part_to_go_on_from(server: ArchiveServer, target: Path):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, hard))
    try:
        with pytest.raises(OSError, match="too large"):
            download(server, target)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not target.exists()
    download(server, target)
    assert only_whole(target)
    assert server.ranges[-1] == "bytes=150000-"
