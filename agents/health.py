"""Health over HTTP: /livez, /readyz and /metrics.

Alive means that the event loop turns. Ready means that the worker could seal an event now: partitions are assigned,
the store answers, and the certificate signs for a while yet. A worker that is not ready keeps its partitions and
waits; it is for people and for load balancers to know.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus

import orjson
from aiohttp import web

from agents.metrics import CONTENT_TYPE, Metrics
from pipeline.errors import OperatorError

__all__ = ["Checks", "serve_health"]

Checks = Callable[[], Mapping[str, str | None]]
"""Names every condition of readiness, with None where it holds and the reason where it does not."""


@asynccontextmanager
async def serve_health(*, host: str, port: int, checks: Checks, metrics: Metrics) -> AsyncIterator[int]:
    """Serve health until the context ends; gives the port, which matters where 0 asked for a free one.

    Raises:
        OperatorError: the address cannot be used.
    """
    application = web.Application()
    application.add_routes(
        [
            web.get("/livez", _livez),
            web.get("/readyz", _readyz(checks, metrics)),
            web.get("/metrics", _metrics(checks, metrics)),
        ]
    )
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise OperatorError(
                what=f"Health cannot be served at {host}:{port}: {error.strerror}.",
                remedy="Set SEALSTREAM_HEALTH_HOST and SEALSTREAM_HEALTH_PORT to a free address; port 0 takes any.",
            ) from error
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()


async def _livez(_: web.Request) -> web.Response:
    return web.Response(text="ok\n")


def _readyz(checks: Checks, metrics: Metrics) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def readyz(_: web.Request) -> web.Response:
        outcomes = checks()
        ready = _note(outcomes, metrics)
        return web.Response(
            status=HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE,
            body=orjson.dumps({"ready": ready, "checks": {name: why or "ok" for name, why in outcomes.items()}}),
            content_type="application/json",
        )

    return readyz


def _metrics(checks: Checks, metrics: Metrics) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def render(_: web.Request) -> web.Response:
        _note(checks(), metrics)
        return web.Response(body=metrics.render(), headers={"Content-Type": CONTENT_TYPE})

    return render


def _note(outcomes: Mapping[str, str | None], metrics: Metrics) -> bool:
    ready = not any(outcomes.values())
    metrics.ready.set(ready)
    return ready
