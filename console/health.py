"""Whether the console lives, and whether what it shows can be relied on."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

from console.parts import ConsoleParts

__all__ = ["routes"]

_NOT_READY = 503


def routes(parts: ConsoleParts) -> Sequence[BaseRoute]:
    """`/healthz` and `/readyz`."""

    async def healthz(_: Request) -> JSONResponse:
        return JSONResponse({"status": "alive"})

    async def readyz(_: Request) -> JSONResponse:
        trouble = parts.state().trouble
        if trouble is None:
            return JSONResponse({"status": "ready"})
        return JSONResponse({"status": "not ready", "why": trouble}, _NOT_READY)

    return (Route("/healthz", healthz), Route("/readyz", readyz))
