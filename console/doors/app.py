"""The public doors as an application of their own."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from agents.door_settings import Door
from console import rendering, static_files
from console.doors import complaints, documents, lookup, records_log, resolution, verify
from console.doors.asking import door_handlers, wants_json
from console.doors.parts import Doors
from console.headers import SafeHeaders
from console.refusing import PageRefusal, told_in
from console.rendering import language_of, page
from console.texts import text

__all__ = ["door_routes", "doors_application"]

Handler = Callable[[Request, Exception], Awaitable[Response]]
Running = Callable[[], AbstractAsyncContextManager[None]]

_ROOMS: Final[Mapping[Door, Callable[[Doors], Sequence[BaseRoute]]]] = {
    "verify": verify.routes,
    "lookup": lookup.routes,
    "complaints": complaints.routes,
    "resolution": resolution.routes,
    "log": records_log.routes,
    "log-entries": records_log.entry_routes,
}
_AWAY: Final = "what was sealed cannot be asked about now; the log says why"
"""To strangers no more than that: where brokers and recognisers are is not theirs to know."""
_SEE_OTHER, _NOT_FOUND, _NOT_READY = 303, 404, 503
_KEPT: Final = ("retry-after", "connection", "allow")


def doors_application(doors: Doors, running: Sequence[Running] = ()) -> Starlette:
    """The public doors as an ASGI application.

    Args:
        doors: what is behind them.
        running: what goes on beside the server as long as it runs.
    """

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for run in running:
                await stack.enter_async_context(run())
            yield

    return Starlette(
        routes=[*_health(doors), *static_files.routes(doors), *rendering.routes(doors), *door_routes(doors)],
        middleware=[Middleware(SafeHeaders)],
        exception_handlers=_handlers(doors),
        lifespan=lifespan,
    )


def door_routes(doors: Doors) -> list[BaseRoute]:
    """The routes of those doors that are open, and what tells of them."""
    opened = [route for door, room in _ROOMS.items() if doors.settings.is_open(door) for route in room(doors)]
    return [*opened, *(documents.routes(doors) if opened else ()), Route("/", _first(doors))]


def _first(doors: Doors) -> Callable[[Request], Awaitable[Response]]:
    """The first page there is."""

    async def first(request: Request) -> Response:
        del request
        if not doors.settings.pages:
            raise HTTPException(_NOT_FOUND)
        return RedirectResponse(doors.settings.pages[0], _SEE_OTHER)

    return first


def _handlers(doors: Doors) -> Mapping[type[Exception], Callable[[Request, Exception], Awaitable[Response]]]:
    """What answers people and programs where something is refused, away or broken."""
    return {kind: _told(doors, handler) for kind, handler in door_handlers().items()}


def _told(doors: Doors, handler: Callable[[Request, Exception], Awaitable[Response]]) -> Handler:
    async def told(request: Request, error: Exception) -> Response:
        answer = await handler(request, error)
        if wants_json(request) or "text/html" not in request.headers.get("accept", "text/html"):
            return answer
        language = language_of(request)
        why = {_NOT_FOUND: text("errors.not-found", language), _NOT_READY: text("doors.away", language)}.get(
            answer.status_code
        )
        if why is None and isinstance(error, HTTPException) and not isinstance(error, PageRefusal):
            why = text("errors.for-programs", language, why=error.detail)
        shown = page(
            request, "doors_error.html", answer.status_code, doors=doors.settings, why=why or told_in(language, error)
        )
        shown.headers.update({name: answer.headers[name] for name in _KEPT if name in answer.headers})
        return shown

    return told


def _health(doors: Doors) -> Sequence[BaseRoute]:
    async def healthz(_: Request) -> Response:
        return JSONResponse({"status": "alive"})

    async def readyz(_: Request) -> Response:
        if doors.trouble() is None:
            return JSONResponse({"status": "ready"})
        return JSONResponse({"status": "not ready", "why": _AWAY}, _NOT_READY)

    return (Route("/healthz", healthz), Route("/readyz", readyz))
