"""Resumable download over HTTP: what a broken connection has brought stays, and the next request asks for the rest."""

import re
import time
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

import requests
import urllib3

from models_py.errors import DownloadError
from models_py.sources.download.archives import MOST_ARCHIVE_BYTES
from models_py.sources.download.partial import Partial, Version
from models_py.sources.download.room import check_room, readable
from models_py.terminal.progress import Transfer

CHUNK_BYTES = 64 * 1024
MOST_REDIRECTS = 5
BUSY = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS)


@dataclass(frozen=True)
class Patience:
    """How long a server is waited for.

    Attributes
    ----------
    tries : int
        Requests before giving up.
    pause : float
        Seconds before the second request; doubled each time, up to eight times as long.
    connect, silence : float
        Seconds to wait for a connection, and for the next byte.
    """

    tries: int = 10
    pause: float = 1.0
    connect: float = 15.0
    silence: float = 60.0


class _BrokenOffError(Exception):
    """A request brought less than the whole; the next may bring the rest."""


def fetch(url: str, target: Path, room_after: int, shown: Transfer, patience: Patience) -> None:
    """Download a file, or the rest of it, and give it its name when it is whole.

    Parameters
    ----------
    url : str
        An http or https address.
    target : Path
        Where the whole file goes. While it is not whole it is called `.part`.
    room_after : int
        Bytes of room wanted on the disk beside the file.
    shown : Transfer
        Shows the progress.
    patience : Patience
        How often to try and how long to wait.

    Raises
    ------
    DownloadError
        Where the address is of no use, the disk is too small or the server did not deliver the whole.
    OSError
        Where the disk does not take it.
    """
    partial = Partial(target, url)
    reason = ""
    with requests.Session() as session:
        session.max_redirects = MOST_REDIRECTS
        for attempt in range(patience.tries):
            if attempt:
                shown.doing(f"try {attempt + 1} of {patience.tries}")
                time.sleep(patience.pause * min(2 ** (attempt - 1), 8))
            try:
                _request(session, partial, url, room_after, shown, patience)
            except _BrokenOffError as broken:
                reason = str(broken)
            else:
                partial.finish()
                return
    raise DownloadError(_gave_up(partial, url, reason, patience.tries))


def _request(
    session: requests.Session, partial: Partial, url: str, room_after: int, shown: Transfer, patience: Patience
) -> None:
    """Ask for what is missing and write it down; returns when the file is whole."""
    headers = {"Accept-Encoding": "identity"}
    if partial.size and partial.version.header:
        headers |= {"Range": f"bytes={partial.size}-", "If-Range": partial.version.value}
    try:
        with session.get(url, headers=headers, stream=True, timeout=(patience.connect, patience.silence)) as response:
            if _is_whole_already(response, partial):
                return
            _prepare(response, partial, url)
            check_room(partial.path.parent, (partial.version.total or partial.size) - partial.size + room_after)
            shown.begin(partial.version.total, partial.size)
            _receive(response, partial, shown)
    except (requests.ConnectionError, requests.Timeout) as error:
        raise _BrokenOffError(f"no connection to {urlsplit(url).hostname}") from error
    except requests.RequestException as error:
        raise DownloadError(f"{url} is no address that can be asked ({error}): correct DATA_URL.") from error
    if not partial.is_complete:
        raise _BrokenOffError("the connection was cut")


def _is_whole_already(response: requests.Response, partial: Partial) -> bool:
    """Tell whether the server has nothing to add; what it contradicts is discarded."""
    if response.status_code != HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
        return False
    total = re.fullmatch(r"bytes \*/(\d+)", response.headers.get("Content-Range", ""))
    if total and partial.size == int(total[1]) and partial.is_complete:
        return True
    partial.discard()
    raise _BrokenOffError("the server's file has changed")


def _prepare(response: requests.Response, partial: Partial, url: str) -> None:
    """Make the partial file end where the body of the response begins."""
    if response.status_code == HTTPStatus.PARTIAL_CONTENT:
        if not _continues(response, partial):
            partial.discard()
            raise _BrokenOffError("the server's file has changed")
    elif response.status_code == HTTPStatus.OK:
        length = response.headers.get("Content-Length", "")
        total = int(length) if length.isdecimal() else None
        if total is not None and total > MOST_ARCHIVE_BYTES:
            raise DownloadError(f"{url} has {readable(total)}: correct DATA_URL, it is not the archive.")
        partial.start(Version.of(url, response.headers, total))
    elif response.status_code in BUSY or response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise _BrokenOffError(f"the server answers {response.status_code} ({response.reason})")
    else:
        raise DownloadError(
            f"{url} answers {response.status_code} ({response.reason}): check DATA_URL, or try again later."
        )


def _continues(response: requests.Response, partial: Partial) -> bool:
    """Tell whether a part is of the same version and begins with the first byte that is missing."""
    given = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", response.headers.get("Content-Range", ""))
    if not given or int(given[1]) != partial.size:
        return False
    total = None if given[2] == "*" else int(given[2])
    return partial.version.agrees_with(response.headers, total)


def _receive(response: requests.Response, partial: Partial, shown: Transfer) -> None:
    """Append the body as it was sent: an archive that is called an encoding must not be decoded on the way."""
    size, total = partial.size, partial.version.total
    most = MOST_ARCHIVE_BYTES if total is None else total
    with partial.path.open("ab") as file:
        try:
            for chunk in response.raw.stream(CHUNK_BYTES, decode_content=False):
                size += len(chunk)
                if size > most:
                    break
                file.write(chunk)
                shown.at(size)
        except urllib3.exceptions.HTTPError as error:
            raise _BrokenOffError("the connection was cut") from error
    if size > most:
        partial.discard()
        raise DownloadError(
            f"{response.url} sends more than {readable(most)}: correct DATA_URL, it is not the archive."
        )


def _gave_up(partial: Partial, url: str, reason: str, tries: int) -> str:
    if not partial.size:
        return f"{url} brought nothing in {tries} requests ({reason}): try again later, or correct DATA_URL."
    total = f" of {readable(partial.version.total)}" if partial.version.total else ""
    rest = "goes on from there" if partial.version.header else "starts over, as the server does not name its version"
    return (
        f"{url} broke off {tries} times ({reason}): {readable(partial.size)}{total} are in {partial.path}, "
        f"and running `make data` again {rest}."
    )
