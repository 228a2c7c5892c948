"""The commands that run something: a worker, the demo."""

import logging
import os
from pathlib import Path
from typing import Annotated, Final

import typer

from agents.logs import configure_logging
from agents.settings import WorkerSettings

__all__ = ["demo", "recogniser", "worker"]

logger = logging.getLogger(__name__)

_SAMPLES: Final = Path(__file__).parents[2] / "samples"
"""Beside the packages, in a checkout and when installed."""


def worker() -> None:
    """Run a worker: seal generation events, judge publication events, raise alerts. Ctrl-C or SIGTERM stops it.

    The configuration is checked before any partition is taken. Topics and buckets must exist: see `sealstream topics
    create` and `sealstream bucket create`. Start as many workers as there are partitions; they share the work.
    """
    from agents.app import create_app
    from agents.delivery.exits import WorkerExit, end_now
    from pipeline.isolation.confinement import keep_to_itself

    keep_to_itself()
    settings = _configured()
    app = create_app(worker=settings)
    app.finalize()
    program = app.Worker(override_logging=False, redirect_stdouts=False)
    program.spinner = None
    try:
        program.execute_from_commandline()
    except SystemExit as end:
        # Threads that still wait for a service have nothing to say any more, and the interpreter would wait for them.
        end_now(end.code if isinstance(end.code, int) else WorkerExit.CRASHED)


def recogniser() -> None:
    """Know what was sealed, for workers that ask (SEALSTREAM_RECOGNISER_URLS). Ctrl-C or SIGTERM stops it.

    Each replica answers for the partitions of its share, SEALSTREAM_RECOGNISER_SHARE. Without recognisers every worker
    keeps all of it in its own memory.
    """
    from agents.similarity.recogniser import run_recogniser

    run_recogniser(_configured())


def _configured() -> WorkerSettings:
    """The settings of a process, once it is known that nobody meant other ones."""
    from agents.configuration import require_known

    strange = require_known(os.environ)
    settings = WorkerSettings()
    configure_logging(level=settings.log_level, style=settings.log_format)
    for variable in strange:
        logger.warning("%s.", variable)
    return settings


def demo(
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave broker, S3 server and worker running at the end.")
    ] = False,
    samples: Annotated[Path | None, typer.Option(help="Another directory of sample files.", show_default=False)] = None,
) -> None:
    """Watch real media go through, on this machine alone: embedded broker, S3 server, one worker, a dozen events."""
    from agents.demo.play import play

    if not play(keep=keep, samples=samples or _SAMPLES):
        raise typer.Exit(1)
