"""The command that serves the public doors."""

import os
from typing import Annotated

import typer

from agents.cli.screens import require_console
from agents.door_settings import DoorSettings
from agents.settings import WorkerSettings

__all__ = ["serve_public"]


def serve_public(
    bind: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Where they are served; 127.0.0.1:8788 if not said.")
    ] = None,
) -> None:
    """Serve the public doors, for people and programs without a login. Ctrl-C or SIGTERM stops it.

    The C2PA Soft Binding Resolution API below /v1, what is known by digest, event or manifest at /lookup, a page that
    looks into a file at /verify, and a complaint form at /complaints/new. SEALSTREAM_DOORS_OPEN says which are open.
    Files that are sent are kept nowhere. With SEALSTREAM_DOORS_TOKEN_ISSUER and _TOKEN_AUDIENCE the API below /v1 wants
    access tokens (OAuth 2.0 client credentials).
    """
    require_console()
    from agents.configuration import require_known
    from agents.logs import configure_logging
    from console.doors.opening import serve_doors

    require_known(os.environ)
    if bind is not None:
        os.environ["SEALSTREAM_DOORS_BIND"] = bind
    settings, worker = DoorSettings(), WorkerSettings()
    configure_logging(level=worker.log_level, style=worker.log_format)
    serve_doors(settings)
