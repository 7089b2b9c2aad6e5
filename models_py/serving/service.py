"""A small service for programs on this machine: the published tables as JSON, read-only.

It answers from memory. When a new warehouse is published, it is read beside the old one and takes its place when whole,
so that every answer is of one publication and none is refused meanwhile.
"""

import asyncio
import html
import json
import logging
import pathlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Annotated, Any, Literal

import uvicorn
from fastapi import FastAPI, Path, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, Field
from starlette.datastructures import Headers
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from models_py import __version__
from models_py.errors import SettingError, WarehouseError
from models_py.recommenders.base import TASKS
from models_py.serving.answers import Recommended, RecommendedList, SimilarItem
from models_py.serving.histories import History
from models_py.serving.loopback import HOST, listening
from models_py.serving.snapshot import Snapshot, version_of
from models_py.sources.feedback import KINDS

logger = logging.getLogger(__name__)

# Seconds between looks for a new publication.
LOOK_EVERY = 0.5
MOST_BYTES = 10 * 2**20
MOST_PLAYED = 100_000
# Characters of a name or an id.
LONGEST = 500

ItemType = Literal[KINDS]
Task = Literal[TASKS]
Length = Annotated[int, Query(ge=1, le=100, description="Items at most.")]
User = Annotated[str, Path(max_length=LONGEST)]
Asker = Annotated[str, Query(max_length=LONGEST)]
Item = Annotated[str, Query(min_length=1, max_length=LONGEST, description="An artist, 'artist - track', or an id.")]


class Played(BaseModel):
    """What somebody plays."""

    artist: str = Field(min_length=1)
    title: str = ""
    plays: int = Field(default=1, ge=1, le=999_999_999)


class Plays(BaseModel):
    """Somebody's plays, and what to make of them."""

    plays: list[Played] = Field(min_length=1, max_length=MOST_PLAYED)
    item_type: ItemType = "artist"
    task: Task = "discovery"
    length: int = Field(default=20, ge=1, le=100)


class Publication:
    """The newest published warehouse, as far as it is read."""

    def __init__(self, path: pathlib.Path) -> None:
        self._path = path
        self.snapshot = Snapshot.read(path)
        self._refused = ""

    async def follow(self) -> None:
        """Read every new publication, again and again where it cannot be read; until then the old one is served."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            with suppress(OSError):
                version = version_of(self._path)
                if version != self.snapshot.version:
                    await self._take(version)

    async def _take(self, version: str) -> None:
        try:
            self.snapshot = await run_in_threadpool(Snapshot.read, self._path)
        except Exception as error:
            # whatever it is, it may pass, and what is served goes on
            if version != self._refused:
                logger.warning("The warehouse from before is served on: %s", error)
            self._refused = version


def serve(path: pathlib.Path, port: int, ready: Callable[[], None]) -> None:
    """Answer on this machine's own address until stopped.

    Parameters
    ----------
    path : Path
        The published warehouse.
    port : int
    ready : function
        Called when the warehouse is read.

    Raises
    ------
    MusicError
        Where the port is taken, or the warehouse cannot be read.
    """
    with listening(port) as own:
        app = application(Publication(path))
        ready()
        config = uvicorn.Config(app, log_level="warning", access_log=False, lifespan="on")
        uvicorn.Server(config).run(sockets=[own])


def application(publication: Publication) -> FastAPI:
    """Make the application that answers from a publication."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        following = asyncio.create_task(publication.follow())
        yield
        following.cancel()

    app = FastAPI(title="Music recommendations", version=__version__, lifespan=lifespan, docs_url=None, redoc_url=None)
    app.add_middleware(_Limited)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=[HOST, "localhost"])
    _refuse_in_sentences(app)
    _add_answers(app, publication)
    # compiled loops take one caller at a time: one list is made after the other
    one_at_a_time = asyncio.Lock()

    @app.post("/fold-in", summary="The list of somebody new", response_model=RecommendedList)
    async def fold_in(plays: Plays) -> Response:
        snapshot = publication.snapshot
        counted: dict[tuple[str, str], int] = {}
        for played in plays.plays:
            name = (played.artist, played.title)
            counted[name] = counted.get(name, 0) + played.plays
        make = partial(snapshot.fold_in, History(counted), plays.item_type, plays.task, plays.length)
        async with one_at_a_time:
            return _json(snapshot, await run_in_threadpool(make))

    @app.get("/", include_in_schema=False)
    async def page() -> HTMLResponse:
        return HTMLResponse(_page(app.openapi()))

    return app


def _add_answers(app: FastAPI, publication: Publication) -> None:
    # in threads: looking for the closest names takes a while
    @app.get("/recommendations/{user:path}", summary="What a user is served", response_model=RecommendedList)
    def recommendations(
        user: User, item_type: ItemType = "artist", task: Task = "discovery", length: Length = 20, because: bool = False
    ) -> Response:
        snapshot = publication.snapshot
        return _json(snapshot, snapshot.recommendations(user, item_type, task, length, because))

    @app.get("/explain", summary="Why a user is served an item", response_model=Recommended)
    def explain(user: Asker, item: Item, item_type: ItemType = "artist", task: Task = "discovery") -> Response:
        snapshot = publication.snapshot
        return _json(snapshot, snapshot.explain(user, item_type, task, item))

    @app.get("/similar", summary="What is most alike to an item", response_model=list[SimilarItem])
    def similar(item: Item, item_type: ItemType = "artist", length: Length = 20) -> Response:
        snapshot = publication.snapshot
        return _json(snapshot, snapshot.similar_to(item_type, item, length))


def _refuse_in_sentences(app: FastAPI) -> None:
    @app.exception_handler(SettingError)
    async def not_found(_: Request, error: SettingError) -> Response:
        return _refused(404, str(error))

    @app.exception_handler(WarehouseError)
    async def not_served(_: Request, error: WarehouseError) -> Response:
        return _refused(503, str(error))

    @app.exception_handler(RequestValidationError)
    async def misspelt(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        where = " ".join(str(part) for part in first["loc"][1:]) or "the body"
        if first["loc"] == ("body",) and "json" not in request.headers.get("content-type", ""):
            return _refused(422, "The body has to be JSON, with the header content-type: application/json.")
        return _refused(422, f"{where}: {first['msg']}.")


def _refused(status: int, sentence: str) -> Response:
    return Response(json.dumps({"detail": sentence}), status, media_type="application/json")


class _Limited:
    """Refuses bodies that are long, or do not say how long they are, before they are read."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "POST":
            size = Headers(scope=scope).get("content-length", "")
            if not (size.isascii() and size.isdigit()) or int(size) > MOST_BYTES:
                refusal = _refused(413, f"The request has to say its length, of at most {MOST_BYTES} bytes.")
                await refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _json(snapshot: Snapshot, value: Any) -> Response:
    text = json.dumps(value, default=vars)
    return Response(text, media_type="application/json", headers={"X-Publication": snapshot.version})


def _page(schema: dict) -> str:
    """Describe the service on one page that asks nothing of any other machine."""
    parts = []
    for path, methods in schema["paths"].items():
        for method, what in methods.items():
            parameters = "".join(
                f"<li><code>{html.escape(one['name'])}</code> {html.escape(json.dumps(one['schema']))}</li>"
                for one in what.get("parameters", ())
            )
            heading = f"{method.upper()} {html.escape(path)}"
            parts.append(f"<h2><code>{heading}</code></h2><p>{html.escape(what['summary'])}</p><ul>{parameters}</ul>")
    title = html.escape(schema["info"]["title"])
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title><style>body{{font:1rem/1.5 sans-serif;"
        f"max-width:50rem;margin:2rem auto;padding:0 1rem}}</style><h1>{title}</h1>"
        f"<p>Every answer is JSON; <a href=/openapi.json>openapi.json</a> has the schemas.</p>{''.join(parts)}</html>"
    )
