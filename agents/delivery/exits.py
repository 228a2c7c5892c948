"""How a worker that cannot go on ends, and with which exit code.

It ends at once, as if it were killed: whoever cannot go on may not be able to stop in order either, and the delivery
loop loses nothing in a kill. A supervisor (Compose, systemd, Kubernetes) starts it again.
"""

import logging
import os
import sys
from enum import IntEnum
from typing import NoReturn

from pipeline.errors import OperatorError

__all__ = ["WorkerExit", "end_now", "leave", "leave_for_operator"]

logger = logging.getLogger(__name__)


class WorkerExit(IntEnum):
    """Exit codes of a worker."""

    STOPPED = 0
    """Stopped on request."""

    CRASHED = 1
    """An error that nobody handled ended it: to start again is likely to help."""

    CONFIGURATION = 2
    """The configuration cannot work: to start again does not help until it is corrected."""

    BUG = 70
    """The program broke its own promise where no record can be blamed (`EX_SOFTWARE`)."""

    STUCK = 75
    """Nothing moves though it should (`EX_TEMPFAIL`): to start again is likely to help."""


def leave(code: WorkerExit, reason: str) -> NoReturn:
    """Say why, and end the process."""
    logger.critical("%s Exit code %d (%s).", reason, code, code.name)
    end_now(code)


def end_now(code: int) -> NoReturn:
    """End the process without waiting for its threads; what was logged is written."""
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code)


def leave_for_operator(error: OperatorError) -> NoReturn:
    """End the process because its configuration cannot work."""
    leave(WorkerExit.CONFIGURATION, str(error))
