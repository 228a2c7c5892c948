"""Health over HTTP: /livez, /readyz and /metrics.

Alive means that the event loop turns. Ready means that the worker could seal an event now: partitions are assigned,
the store answers, and the certificate signs for a while yet. A worker that is not ready keeps its partitions and
waits; it is for people and for load balancers to know. A recogniser is ready when everything is known that was sealed.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Protocol

import orjson
from aiohttp import web
from prometheus_client import Gauge

from agents.metrics import CONTENT_TYPE
from agents.serving import serve

__all__ = ["Checks", "Shown", "States", "serve_health"]

Checks = Callable[[], Mapping[str, str | None]]
"""Names every condition of readiness, with None where it holds and the reason where it does not."""

States = Mapping[str, str]
"""What else is to be known, and does not decide whether the process is ready."""


class Shown(Protocol):
    """Metrics that can be shown, of which one says whether the process is ready."""

    @property
    def ready(self) -> Gauge:
        """1 while it is."""
        ...

    def render(self) -> bytes:
        """All of them as Prometheus reads them."""
        ...


@asynccontextmanager
async def serve_health(
    *, host: str, port: int, checks: Checks, metrics: Shown, states: Callable[[], States] = dict
) -> AsyncIterator[int]:
    """Serve health until the context ends; gives the port, which matters where 0 asked for a free one.

    Raises:
        OperatorError: the address cannot be used.
    """
    routes = [
        web.get("/livez", _livez),
        web.get("/readyz", _readyz(checks, states, metrics)),
        web.get("/metrics", _metrics(checks, metrics)),
    ]
    settings = "SEALSTREAM_HEALTH_HOST and SEALSTREAM_HEALTH_PORT"
    async with serve(routes, host=host, port=port, what="Health", settings=settings) as bound:
        yield bound


async def _livez(_: web.Request) -> web.Response:
    return web.Response(text="ok\n")


def _readyz(
    checks: Checks, states: Callable[[], States], metrics: Shown
) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def readyz(_: web.Request) -> web.Response:
        outcomes = checks()
        ready = _note(outcomes, metrics)
        return web.Response(
            status=HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE,
            body=orjson.dumps(
                {
                    "ready": ready,
                    "checks": {name: why or "ok" for name, why in outcomes.items()},
                    "states": states(),
                }
            ),
            content_type="application/json",
        )

    return readyz


def _metrics(checks: Checks, metrics: Shown) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def render(_: web.Request) -> web.Response:
        _note(checks(), metrics)
        return web.Response(body=metrics.render(), headers={"Content-Type": CONTENT_TYPE})

    return render


def _note(outcomes: Mapping[str, str | None], metrics: Shown) -> bool:
    ready = not any(outcomes.values())
    metrics.ready.set(ready)
    return ready
