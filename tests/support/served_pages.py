"""Pages that are served or opened, with what goes wrong in them and what they ask for; `browsing` has the browser."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page
from starlette.applications import Starlette

from models_py.serving.loopback import HOST, listening

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
# milliseconds for what a shared machine may take long for
PATIENCE = 60_000
INSIDE = ("blob:", "data:")


@dataclass
class Watched:
    """A page, with what went wrong in it and what it asked for.

    Attributes
    ----------
    page : Page
    errors : list of str
        What was said on the console as an error or a warning, or thrown.
    requests : list of str
        Addresses, without those of what the page holds itself.
    """

    page: Page
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@contextmanager
def watched(started: Browser, **settings: object) -> Iterator[Watched]:
    """Give a page of its own, and fail in the end if anything went wrong in it."""
    context: BrowserContext = started.new_context(**{"viewport": WIDE, **settings})
    context.set_default_timeout(PATIENCE)
    found = Watched(context.new_page())
    found.page.on("pageerror", lambda error: found.errors.append(str(error)))
    found.page.on("console", lambda said: said.type in ("error", "warning") and found.errors.append(said.text))
    found.page.on("request", lambda asked: asked.url.startswith(INSIDE) or found.requests.append(asked.url))
    yield found
    context.close()
    assert found.errors == []


@contextmanager
def served(application: Starlette) -> Iterator[str]:
    """Serve an application on a port of its own, and give its address."""
    with listening(0) as own:
        server = uvicorn.Server(uvicorn.Config(application, log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [own]})
        thread.start()
        try:
            yield f"http://{HOST}:{own.getsockname()[1]}/"
        finally:
            server.should_exit = True
            thread.join()
