"""The application: rooms of routes, one after the other, behind the same headers."""

import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import BaseRoute

from console import errors, health, login, rendering, static_files
from console.guarding import GuardedForms
from console.headers import SafeHeaders
from console.pages import alerts, audit, cases, events, lists, live, registers, reports
from console.parts import ConsoleParts

__all__ = ["ROOMS", "Room", "application"]

Room = Callable[[ConsoleParts], Sequence[BaseRoute]]
"""Routes that belong together; the first one that fits a request answers it."""

ROOMS: Final[tuple[Room, ...]] = (
    health.routes,
    static_files.routes,
    rendering.routes,
    login.routes,
    events.routes,
    cases.routes,
    alerts.routes,
    lists.routes,
    audit.routes,
    registers.routes,
    reports.routes,
    live.routes,
)


def application(parts: ConsoleParts) -> Starlette:
    """The console as an ASGI application."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for run in parts.running:
                await stack.enter_async_context(run())
            yield

    return Starlette(
        routes=[route for room in ROOMS for route in room(parts)],
        middleware=[
            Middleware(SafeHeaders),
            Middleware(TrustedHostMiddleware, allowed_hosts=list(parts.settings.hosts), www_redirect=False),
            Middleware(
                SessionMiddleware,
                secret_key=secrets.token_hex(),  # of this process alone: a login ends with it
                session_cookie="__Host-sealstream_session" if parts.settings.is_https else "sealstream_session",
                max_age=parts.settings.session_minutes * 60,
                # Strict would leave the login behind where the provider, or a link in a message, sends a browser here.
                same_site="strict" if parts.provider is None else "lax",
                https_only=parts.settings.is_https,
            ),
            Middleware(GuardedForms, parts=parts),
        ],
        exception_handlers=errors.handlers(),
        lifespan=lifespan,
    )
