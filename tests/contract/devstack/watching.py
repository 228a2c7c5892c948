"""What runs, and where: for the tests of servers that must not be left behind."""

import time
from collections.abc import Callable
from pathlib import Path


def running_in(directory: Path) -> set[int]:
    """Which processes have their working directory there: a server, and the watcher on its leash."""
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink() == directory:
                found.add(int(process.name))
        except OSError:
            continue
    return found


def eventually(holds: Callable[[], bool], *, within: float = 10.0) -> bool:
    deadline = time.monotonic() + within
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.02)
    return holds()
