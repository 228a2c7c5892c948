"""Pages that are open learn that something changed: server-sent events, each with nothing in it but a number."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from console.parts import ConsoleParts
from console.people import person_of

__all__ = ["routes"]

_LOOK_SECONDS: Final = 0.2
_SAY_SECONDS: Final = 10.0
"""So often at least something is sent, so that pages say how late they are, and what ended is noticed."""

_MINUTE: Final = 60.0


def routes(parts: ConsoleParts) -> Sequence[BaseRoute]:
    """`/live`."""

    async def live(request: Request) -> Response:
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        if parts.settings.login != "none" and await run_in_threadpool(person_of, parts, request) is None:
            # What is open is out of date, whoever asks: it is asked for anew, which leads to the login.
            return Response(_said(0), media_type="text/event-stream", headers=headers)
        return StreamingResponse(_changes(parts), media_type="text/event-stream", headers=headers)

    return (Route("/live", live),)


def _said(number: int) -> bytes:
    return f"event: changed\ndata: {number}\n\n".encode()


async def _changes(parts: ConsoleParts) -> AsyncIterator[bytes]:
    """For a minute at most: then the browser connects again, and is asked once more who it is."""
    known, said_at, end = parts.changes(), 0.0, asyncio.get_running_loop().time() + _MINUTE
    while (now := asyncio.get_running_loop().time()) < end:
        if parts.changes() != known or now - said_at > _SAY_SECONDS:
            known, said_at = parts.changes(), now
            yield _said(known)
        await asyncio.sleep(_LOOK_SECONDS)
