"""The demo's stack as the demo sees it: a process of its own that is brought up, and told to stop or to go on."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
import orjson

from agents.demo.stack import KEEP, READY_FILE, STACK_LOG, TROUBLE_FILE, WITH_CONSOLE
from pipeline.errors import OperatorError

__all__ = ["RunningStack", "running_stack"]

_UP_WITHIN: Final = 90.0
"""Longest wait for the stack, in seconds; it takes about ten."""


class _Ready(msgspec.Struct, frozen=True, kw_only=True):
    """What the stack says of itself."""

    environment: dict[str, str]
    pid: int
    health: str
    console: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningStack:
    """A stack that came up.

    Args:
        environment: the environment variables that reach it.
        pid: its process.
        health: the address at which its worker serves /livez, /readyz and /metrics.
        console: the address of its console; None where it has none.
    """

    environment: dict[str, str]
    pid: int
    health: str
    console: str | None
    _process: subprocess.Popen[bytes]
    _directory: Path

    def require(self) -> None:
        """See that it is still there.

        Raises:
            OperatorError: it ended; the message says why, as far as it did.
        """
        if self._process.poll() is not None:
            raise _trouble(self._directory, otherwise="The demo's stack ended.")


@contextlib.contextmanager
def running_stack(directory: Path, *, keep: bool) -> Iterator[RunningStack]:
    """Bring a stack up; told at the end to stop or to go on.

    Args:
        directory: where its data and its logs go.
        keep: whether it goes on, with a console.

    Raises:
        OperatorError: it cannot come up.
    """
    with (directory / STACK_LOG).open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "agents.demo.stack", str(directory), *([WITH_CONSOLE] if keep else [])],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    assert process.stdin is not None  # noqa: S101 - it was asked for
    try:
        ready = _wait_until_up(process, directory)
        yield RunningStack(
            environment=ready.environment,
            pid=ready.pid,
            health=ready.health,
            console=ready.console,
            _process=process,
            _directory=directory,
        )
        if keep:
            process.stdin.write(KEEP)
    finally:
        # A stack that ended by itself has closed its side.
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
        if not keep:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(45)
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def _wait_until_up(process: subprocess.Popen[bytes], directory: Path) -> _Ready:
    deadline = time.monotonic() + _UP_WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        if (directory / READY_FILE).exists():
            return msgspec.json.decode((directory / READY_FILE).read_bytes(), type=_Ready)
        time.sleep(0.05)
    raise _trouble(directory, otherwise="The demo's stack did not come up.")


def _trouble(directory: Path, *, otherwise: str) -> OperatorError:
    if (directory / TROUBLE_FILE).exists():
        return OperatorError(**orjson.loads((directory / TROUBLE_FILE).read_bytes()))
    return OperatorError(what=otherwise, remedy=f"Its log is {directory / 'stack.log'}.")
