"""The explorer's folder for browsers on this machine, and for nobody else."""

import os
import sys
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from models_py.serving.loopback import HOST, listening

# What a machine calls these files may be anything, and a browser runs none of another type.
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".wasm": "application/wasm",
    ".duckdb": "application/octet-stream",
}
HEADERS = {
    # a browser asks whether a file has changed, and keeps what it compiled where it has not
    "cache-control": "no-cache",
    "content-security-policy": "frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",
    "x-content-type-options": "nosniff",
}


class _Files(StaticFiles):
    def file_response(self, full_path: Any, *others: Any) -> Response:
        response = super().file_response(full_path, *others)
        response.headers.update(HEADERS)
        if kind := TYPES.get(Path(full_path).suffix):
            response.headers["content-type"] = kind
        return response


def application(folder: Path) -> Starlette:
    """Make the application that gives the files of a folder."""
    files = Mount("/", _Files(directory=folder, html=True))
    return Starlette(routes=[files], middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=[HOST, "localhost"])])


def serve(folder: Path, port: int, ready: Callable[[], None]) -> None:
    """Give the files of a folder on this machine's own address until stopped.

    Parameters
    ----------
    folder : Path
    port : int
    ready : function
        Called when the port is listened on.

    Raises
    ------
    SettingError
        Where the port is taken.
    """
    with listening(port) as own:
        ready()
        config = uvicorn.Config(application(folder), log_level="warning", access_log=False)
        uvicorn.Server(config).run(sockets=[own])


def open_browser(address: str) -> None:
    """Show a page, where that would not take over the terminal."""
    if sys.platform != "linux" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        webbrowser.open(address)
