"""The command that serves the console."""

import os
from importlib.util import find_spec
from typing import Annotated, Final

import typer

from agents.settings import ConsoleSettings, WorkerSettings
from pipeline.errors import OperatorError

__all__ = ["NEEDED", "require_console", "serve_console"]

NEEDED: Final = ("authlib", "httpx2", "itsdangerous", "jinja2", "joserfc", "multipart", "starlette", "uvicorn")
"""The packages of the extra `console`."""


def serve_console(
    ctx: typer.Context,
    bind: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Where it is served; 127.0.0.1:8787 if not said.")
    ] = None,
    database: Annotated[
        str | None,
        typer.Option(metavar="FILE|postgresql://...", help="Its read model, which it makes anew where it is gone."),
    ] = None,
    login: Annotated[
        str | None,
        typer.Option(
            metavar="none|development|oidc",
            help="Who may act: nobody; whom the browser says it is; whom a provider knows.",
        ),
    ] = None,
    store: Annotated[
        bool | None,
        typer.Option("--store/--no-store", help="Whether it reads the buckets, to show content to who may see it."),
    ] = None,
) -> None:
    """Serve the console: what is held, alerted and due, for people in a browser. Ctrl-C or SIGTERM stops it.

    It reads the topics and writes nothing but events. Without a login it only shows; the login `development` believes
    whoever says who he is; both are refused where others than this machine could reach it. The login `oidc` asks a
    provider of OpenID Connect (SEALSTREAM_CONSOLE_OIDC_ISSUER, _CLIENT_ID, _CLIENT_SECRET_FILE).
    """
    given = {"BIND": bind, "DATABASE": database, "LOGIN": login, "STORE": store}
    os.environ.update({f"SEALSTREAM_CONSOLE_{name}": str(told) for name, told in given.items() if told is not None})
    if ctx.invoked_subcommand is not None:
        return
    require_console()
    from agents.configuration import require_known
    from agents.logs import configure_logging
    from console.serving import run_console

    require_known(os.environ)
    settings = ConsoleSettings()
    worker = WorkerSettings()
    configure_logging(level=worker.log_level, style=worker.log_format)
    run_console(settings)


def require_console() -> None:
    """See that the packages of the extra are installed.

    Raises:
        OperatorError: they are not.
    """
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise OperatorError(
            what=f"The console needs packages that are not installed: {', '.join(missing)}.",
            remedy="Install them with: pip install 'sealstream[console]'.",
        )
