"""What a process and all its descendants use: CPU time and memory, from /proc; and what others use meanwhile.

Descendants are found by their parents' ids, so those that other threads started count like any other, which
`/proc/PID/task/PID/children` would leave out. The CPU time of a child that has ended is in its parent's account.
"""

import os
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Final, Self

__all__ = ["Bystanders", "PeakMemory", "Timer", "cpu_seconds", "family_of", "memory_bytes", "open_files", "timer"]

_TICKS: Final = os.sysconf("SC_CLK_TCK")


def family_of(pid: int) -> list[int]:
    """The process and all its descendants that are there now."""
    children: dict[int, list[int]] = defaultdict(list)
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            children[int(fields[1])].append(int(entry.name))
    family = [pid]
    for member in family:
        family += children[member]
    return family


def cpu_seconds(pid: int) -> float:
    """CPU time, user and system, of the process and all its descendants, those that ended included."""
    return sum(sum(map(int, fields[11:15])) for fields in map(_stat, family_of(pid)) if fields) / _TICKS


def _machine_seconds() -> float:
    """CPU time of everything on this machine since it started; what the host gave to others counts as used."""
    fields = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]
    user, nice, system, _idle, _waiting, *interrupts_and_stolen = map(int, fields)
    return (user + nice + system + sum(interrupts_and_stolen)) / _TICKS


def memory_bytes(pid: int) -> int:
    """Memory of the process and all its descendants; what they share counts once (PSS)."""
    return sum(map(_proportional_bytes, family_of(pid)))


def open_files(pid: int) -> int:
    """File descriptors that the process itself holds."""
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat behind the name: state, parent, ...; none where the process is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def _proportional_bytes(pid: int) -> int:
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return 1024 * next((int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")), 0)


class Timer:
    """Wall time and the CPU time of a family, between two moments."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._started, self._used = time.monotonic(), cpu_seconds(pid)
        self.wall = self.cpu = 0.0

    def stop(self) -> None:
        """Take the time, in seconds."""
        self.wall, self.cpu = time.monotonic() - self._started, cpu_seconds(self._pid) - self._used


class Bystanders:
    """What is none of this process and its descendants, and used the processors from now on."""

    def __init__(self) -> None:
        self._ours = Timer(os.getpid())
        self._used = _machine_seconds()

    def share(self) -> float:
        """Which share of all processors' time they took until now, from 0 to 1."""
        used = _machine_seconds() - self._used
        self._ours.stop()
        return max(0.0, used - self._ours.cpu) / (self._ours.wall * (os.cpu_count() or 1))


@contextmanager
def timer(pid: int) -> Iterator[Timer]:
    """Time what is done inside."""
    running = Timer(pid)
    yield running
    running.stop()


class PeakMemory:
    """Looks at the memory of a family five times a second, and keeps the highest."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.bytes = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.2):
            self.bytes = max(self.bytes, memory_bytes(self._pid))
