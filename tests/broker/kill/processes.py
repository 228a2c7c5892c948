"""What Linux knows of the processes of one session: who is there, and how much processor time they used."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

__all__ = ["Usage", "sessions"]

_TICKS: Final = os.sysconf("SC_CLK_TCK")
_STATE, _SESSION, _UTIME, _CSTIME = 0, 3, 11, 14
"""Places in /proc/PID/stat, counted behind the name of the program."""


class Usage(NamedTuple):
    """The processes of one session.

    Args:
        pids: those that run.
        seconds: processor time of them and of children that they have waited for.
    """

    pids: frozenset[int]
    seconds: float


def sessions(leaders: frozenset[int]) -> dict[int, Usage]:
    """Look at every process whose session is one of these; a worker leads a session that its children are in."""
    found = {leader: Usage(frozenset(), 0.0) for leader in leaders}
    for pid, stat in _all_processes():
        session = int(stat[_SESSION])
        if session in found and stat[_STATE] != "Z":
            ticks = sum(map(int, stat[_UTIME : _CSTIME + 1]))
            pids, seconds = found[session]
            found[session] = Usage(pids | {pid}, seconds + ticks / _TICKS)
    return found


def _all_processes() -> Iterator[tuple[int, list[str]]]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                text = (entry / "stat").read_text()
            except OSError:  # it has ended since
                continue
            yield int(entry.name), text.rpartition(")")[2].split()
