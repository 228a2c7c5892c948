"""A server as a child process: started until it answers, stopped, killed, paused, and never left behind.

The server runs in its own session, so that Ctrl-C in the terminal reaches our program only, which can then drain before
it stops its servers. It hangs on a leash (`leash.py`), so that it ends when our program ends, however that happens.
"""

import abc
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from devstack.errors import ServerStartError

__all__ = ["ServerProcess"]

_LEASH = Path(__file__).with_name("leash.py")
_PROBE_INTERVAL = 0.05
_INHERITED_VARIABLES = ("HOME", "JAVA_HOME", "LANG", "PATH", "TMPDIR")


class ServerProcess(abc.ABC):
    """One server with its own directory and log file; a context manager that starts and stops it.

    A server that is started again uses the same ports and the same directory. It is one process: what it starts itself
    is not followed.

    Args:
        directory: where the server keeps its configuration, data and log; made when it is missing.
    """

    name: ClassVar[str]
    """What a person calls it."""

    ready_within: ClassVar[float] = 30.0
    """Seconds until a start counts as failed."""

    grace: ClassVar[float] = 15.0
    """Seconds between SIGTERM and SIGKILL."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory.absolute()
        self._process: subprocess.Popen[bytes] | None = None

    @abc.abstractmethod
    def _prepare(self) -> Sequence[str]:
        """Write what the server needs in its directory and return the command that runs it."""

    @abc.abstractmethod
    def _is_ready(self) -> bool:
        """Tell whether the server does its work; an `OSError` means not yet."""

    @property
    def log(self) -> Path:
        """Where the server's output goes; appended to at every start."""
        return self.directory / "server.log"

    @property
    def pid(self) -> int | None:
        """The process id while the server runs, else None."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def start(self) -> Self:
        """Start the server and wait until it is ready; do nothing when it runs already.

        Raises:
            ServerUnavailableError: something the server needs is missing on this machine.
            ServerStartError: it died, or was not ready in time; nothing is left running.
        """
        if self.pid is not None:
            return self
        self.kill()
        self.directory.mkdir(parents=True, exist_ok=True)
        command = self._prepare()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", os.fspath(_LEASH), *command],
                cwd=self.directory,
                env=_environment(),
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            self._wait_until_ready(self._process)
        except BaseException:
            self.kill()
            raise
        return self

    def stop(self) -> None:
        """Ask the server to stop, and kill it when it has not within `grace` seconds."""
        if self._process is not None:
            self._process.terminate()
            self.resume()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(self.grace)
        self.kill()

    def kill(self) -> None:
        """Kill the server at once, as a crash would, and wait until the kernel has taken it away."""
        if self._process is not None:
            self._process.kill()
            with self._process:
                self._process = None

    def restart(self) -> Self:
        """Stop the server and start it again."""
        self.stop()
        return self.start()

    def pause(self) -> None:
        """Freeze the server: connections stay open and nothing answers, as in a stall or a lost network."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a paused server go on."""
        self._signal(signal.SIGCONT)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + self.ready_within
        while time.monotonic() < deadline:
            code = process.poll()
            if code is not None:
                raise self._failure(f"{self.name} ended with exit code {code} while it was being started.")
            with contextlib.suppress(OSError):
                if self._is_ready():
                    return
            time.sleep(_PROBE_INTERVAL)
        raise self._failure(f"{self.name} was not ready within {self.ready_within:.0f} seconds.")

    def _failure(self, what: str) -> ServerStartError:
        return ServerStartError(what=what, remedy=f"Its log, {self.log}, ends with:\n{last_lines(self.log)}")


def last_lines(path: Path, count: int = 20) -> str:
    """Return the last `count` lines of a text file, however badly encoded."""
    with path.open(encoding="utf-8", errors="replace") as lines:
        return "".join(deque(lines, maxlen=count)).rstrip()


def _environment() -> Mapping[str, str]:
    """Return the few variables a server inherits: many would change what a server does, credentials above all."""
    return {name: os.environ[name] for name in _INHERITED_VARIABLES if name in os.environ}
