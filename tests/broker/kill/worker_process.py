"""One process of a worker: started on a leash, signalled, and waited for."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import devstack.leash

__all__ = ["Ending", "WorkerProcess"]


@dataclass(slots=True, kw_only=True)
class Ending:
    """How one process of a worker ended.

    Args:
        log: where its last words are.
        cause: the signal that it was sent; None where it ended by itself.
        code: its exit code, negative for a signal.
        seconds: from the signal, or else from the start.
        was_up: it had got as far as serving health.
        in_trouble: broker or store were away for a part of its life.
    """

    log: str
    cause: str | None
    code: int
    seconds: float
    was_up: bool
    in_trouble: bool

    @property
    def as_it_should_be(self) -> bool:
        """Killed is killed; asked to stop, it stops with 0; and by itself it ends only where it could not start."""
        match self.cause:
            case "SIGKILL":
                return self.code == -signal.SIGKILL
            case "SIGTERM":
                # Before its handlers are there, the kernel's own answer to SIGTERM holds.
                return self.code == 0 or (self.code == -signal.SIGTERM and not self.was_up)
            case _:
                return self.in_trouble and not self.was_up and self.code in (2, 75)


@dataclass(slots=True)
class WorkerProcess:
    """One process of a worker.

    Args:
        child: the process; its exit code is set by `end`, and by nothing else.
        handle: a pidfd of it.
        log: its output.
        in_trouble: broker or store were away for a part of its life.
        started: when it was started, on the monotonic clock.
        port: where it serves health; None until it does.
        signalled: the first signal that it was sent, and when.
        cpu_seconds: processor time of it and its children, as last seen.
        cpu_at_start: how much of that had gone by when it was first seen to serve health.
    """

    child: subprocess.Popen[bytes]
    handle: int
    log: Path
    in_trouble: bool
    started: float = field(default_factory=time.monotonic)
    port: int | None = None
    signalled: tuple[str, float] | None = None
    cpu_seconds: float = 0.0
    cpu_at_start: float | None = None

    @classmethod
    def start(cls, command: Sequence[str], environment: Mapping[str, str], log: Path, *, in_trouble: bool) -> Self:
        """Start a worker that ends when this program does, however that happens."""
        with log.open("xb") as output:
            child = subprocess.Popen(
                [sys.executable, "-I", "-S", devstack.leash.__file__, *command],
                env=dict(environment),
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return cls(child, os.pidfd_open(child.pid), log, in_trouble)

    def find_port(self) -> int | None:
        """Where it serves health, as its log says."""
        if self.port is None:
            for line in self.log.read_text(errors="replace").splitlines():
                if "Health is served at " in line:
                    self.port = int(line.rpartition(":")[2])
                    self.cpu_at_start = self.cpu_seconds
        return self.port

    def send(self, number: signal.Signals) -> bool:
        """Send a signal; `Popen` has its own way of doing so, which would take the exit code from `os.wait4`."""
        try:
            signal.pidfd_send_signal(self.handle, number)
        except ProcessLookupError:
            return False
        self.signalled = self.signalled or (number.name, time.monotonic())
        return True

    async def end(self) -> int:
        """Wait for the end; returns the exit code."""
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self.handle, ended.set)
        try:
            await ended.wait()
        finally:
            loop.remove_reader(self.handle)
        _, status, usage = os.wait4(self.child.pid, 0)  # noqa: ASYNC222 - it has ended
        os.close(self.handle)
        self.cpu_seconds = max(self.cpu_seconds, usage.ru_utime + usage.ru_stime)
        self.child.returncode = os.waitstatus_to_exitcode(status)
        return self.child.returncode
