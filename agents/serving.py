"""Serving HTTP beside everything else."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from aiohttp import web

from pipeline.errors import OperatorError

__all__ = ["serve"]


@asynccontextmanager
async def serve(
    routes: Iterable[web.RouteDef], *, host: str, port: int, what: str, settings: str, most_bytes: int = 2**20
) -> AsyncIterator[int]:
    """Serve until the context ends; gives the port, which matters where 0 asked for a free one.

    Args:
        routes: what is served.
        host: address to listen at.
        port: port to listen at.
        what: is served, for the message of the error.
        settings: that say where, for the same.
        most_bytes: the largest body that is read.

    Raises:
        OperatorError: the address cannot be used.
    """
    application = web.Application(client_max_size=most_bytes)
    application.add_routes(routes)
    # Whoever gave up waiting is not worked for any more.
    runner = web.AppRunner(application, access_log=None, handler_cancellation=True)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise OperatorError(
                what=f"{what} cannot be served at {host}:{port}: {error.strerror}.",
                remedy=f"Set {settings} to a free address; port 0 takes any.",
            ) from error
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()
