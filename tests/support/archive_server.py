"""A web server on this machine that misbehaves as it is told, request by request."""

import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Reply:
    """What the server does with one request; as it stands, it serves the file and continues it when asked."""

    status: int = 0  # another one than 200, 206 or 416, with an empty body
    headers: Mapping[str, str] = field(default_factory=dict)  # replacing those that are due; an empty value leaves out
    body: bytes | None = None  # another file from here on
    etag: str | None = None  # another version from here on
    cut: int | None = None  # bytes after which the connection is closed
    stall: int | None = None  # bytes after which nothing comes any more
    pause: float = 0  # seconds between pieces
    start: int | None = None  # where a part begins, instead of where it was asked to
    most: int | None = None  # bytes of a part, where the server sends no longer ones
    ignores_range: bool = False
    ignores_if_range: bool = False
    chunked: bool = False


class ArchiveServer(ThreadingHTTPServer):
    """Serves one file at every path."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.serve(b"")

    @property
    def url(self) -> str:
        """Address of the file."""
        return f"http://127.0.0.1:{self.server_port}/made.tar.gz"

    @property
    def ranges(self) -> list[str | None]:
        """The Range header of each request so far."""
        return [headers.get("Range") for headers in self.requests]

    def serve(self, body: bytes, *replies: Reply, etag: str = '"first"') -> None:
        """Serve a file from now on; the first requests get these replies, later ones an honest one."""
        self.body, self.etag, self.replies = body, etag, list(replies)
        self.requests: list[Mapping[str, str]] = []

    def handle_error(self, *_: object) -> None:
        """Say nothing: clients that go away are part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: ArchiveServer

    def do_GET(self) -> None:
        self.close_connection = True
        server = self.server
        server.requests.append(self.headers)
        reply = server.replies.pop(0) if server.replies else Reply()
        server.body = server.body if reply.body is None else reply.body
        server.etag = server.etag if reply.etag is None else reply.etag
        status, headers, body = self._answer(reply)
        headers |= reply.headers
        if reply.chunked:
            headers |= {"Content-Length": "", "Transfer-Encoding": "chunked"}
        self.send_response(status)
        for name, value in headers.items():
            if value:
                self.send_header(name, value)
        self.send_header("Connection", "close")
        self.end_headers()
        self._send(reply, body)

    def _answer(self, reply: Reply) -> tuple[int, dict[str, str], bytes]:
        body, etag = self.server.body, self.server.etag
        if reply.status:
            return reply.status, {"Content-Length": "0"}, b""
        headers = {"ETag": etag}
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        same = reply.ignores_if_range or self.headers.get("If-Range") == (reply.headers.get("Last-Modified") or etag)
        if not asked or not same or reply.ignores_range:
            return 200, headers | {"Content-Length": str(len(body))}, body
        start = int(asked[1]) if reply.start is None else reply.start
        if start >= len(body):
            return 416, headers | {"Content-Range": f"bytes */{len(body)}", "Content-Length": "0"}, b""
        part = body[start:] if reply.most is None else body[start : start + reply.most]
        place = f"bytes {start}-{start + len(part) - 1}/{len(body)}"
        return 206, headers | {"Content-Range": place, "Content-Length": str(len(part))}, part

    def _send(self, reply: Reply, body: bytes) -> None:
        end = min(len(body) if limit is None else limit for limit in (reply.cut, reply.stall))
        step = max(1, -(-end // 8)) if reply.pause or reply.chunked else max(1, end)
        for start in range(0, end, step):
            piece = body[start : min(start + step, end)]
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece) if reply.chunked else piece)
            time.sleep(reply.pause)
        if reply.stall is not None:
            self.rfile.read(1)  # until the client goes away
        elif reply.chunked and reply.cut is None:
            self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *_: object) -> None:
        """Keep the tests' output clean."""


@contextmanager
def serving() -> Iterator[ArchiveServer]:
    """Run a server while the block runs."""
    with ArchiveServer() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()
