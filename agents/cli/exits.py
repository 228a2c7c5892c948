"""How the command line ends: an exit code for each error family, and one clear sentence instead of a traceback."""

import os
import sys
import traceback
from collections.abc import Callable
from enum import IntEnum

from pipeline.errors import BugError, OperatorError, ProducerError, SealstreamError, WorldError

__all__ = ["ExitCode", "run_explained"]


class ExitCode(IntEnum):
    """What the exit code of every command means."""

    OK = 0
    REFUSED = 1
    """The input cannot be used as it is."""

    CONFIGURATION = 2
    """A setting or an argument is wrong; nothing was started."""

    BUG = 70
    """A fault of the program (`EX_SOFTWARE`)."""

    UNAVAILABLE = 75
    """A service did not answer; the same command may work later (`EX_TEMPFAIL`)."""

    INTERRUPTED = 130


_CODES: tuple[tuple[type[SealstreamError], ExitCode], ...] = (
    (ProducerError, ExitCode.REFUSED),
    (OperatorError, ExitCode.CONFIGURATION),
    (WorldError, ExitCode.UNAVAILABLE),
    (BugError, ExitCode.BUG),
)


def run_explained(command: Callable[[], object]) -> None:
    """Run a command; errors become a sentence on standard error and an exit code."""
    try:
        command()
    except SealstreamError as error:
        _end(str(error), next((code for kind, code in _CODES if isinstance(error, kind)), ExitCode.BUG))
    except KeyboardInterrupt:
        _end("Interrupted.", ExitCode.INTERRUPTED)
    except BrokenPipeError:
        # Whoever read our output (head, less) has seen enough. The interpreter would complain while flushing.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(ExitCode.OK) from None
    except Exception as error:  # noqa: BLE001 - the last line of defence: a user is never shown a traceback
        if os.environ.get("SEALSTREAM_DEBUG"):
            traceback.print_exc()
        _end(
            f"This is a fault of sealstream itself: {type(error).__name__}. "
            "Set SEALSTREAM_DEBUG=1 to see where, and please report it.",
            ExitCode.BUG,
        )


def _end(sentence: str, code: ExitCode) -> None:
    sys.stdout.flush()
    print(f"sealstream: {sentence}", file=sys.stderr)  # noqa: T201 - this is the command line
    raise SystemExit(code)
