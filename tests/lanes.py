"""How a run divides its files: those that wait go beside those that compute, so that no core idles.

Tests with brokers and stores wait most of their time. One worker in three takes these first, the others take what
computes first and let those who wait have the processor; whoever is through with his own takes what is left of the
other kind. What computes begins with the media, whose files are the longest, so that no long one is left for the end.
"""

import os
from collections.abc import Iterable
from typing import Final

import pytest
from xdist.remote import Producer
from xdist.scheduler.loadfile import LoadFileScheduling
from xdist.workermanage import WorkerController

__all__ = ["LONG", "WAITING", "Lanes", "give_way", "next_of", "waits_first", "workers"]

WAITING: Final = ("tests/broker/", "tests/contract/devstack/", "tests/contract/store/")
LONG: Final = ("tests/media/test_families.py", "tests/media/", "tests/browser/")
_WORKERS_TO_ONE_THAT_WAITS: Final = 3
_GIVING_WAY: Final = 5
"""How nice a worker is that computes."""


def workers() -> int:
    """How many workers a run on this machine has: one for each core, and one that waits."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return cores + 1


def waits_first(worker: str) -> bool:
    """Whether a worker, such as `gw0`, takes first what waits: the first one of every three."""
    return int(worker.removeprefix("gw")) % _WORKERS_TO_ONE_THAT_WAITS == 0


def give_way(worker: str) -> None:
    """Let others have the processor first, in a worker that computes."""
    if not waits_first(worker):
        os.nice(_GIVING_WAY)


def next_of(files: Iterable[str], *, waiting: bool) -> str:
    """Which file a worker takes next; there is one."""

    def place(file: str) -> tuple[bool, int]:
        long = next((at for at, of in enumerate(LONG) if file.startswith(of)), len(LONG))
        return file.startswith(WAITING) is not waiting, long

    return min(files, key=place)


class Lanes(LoadFileScheduling):
    """Gives each worker whole files, of its own kind first."""

    def __init__(self, config: pytest.Config, log: Producer) -> None:
        config.option.loadscopereorder = False  # by the number of tests, which puts what is long at the end
        super().__init__(config, log)

    def _assign_work_unit(self, node: WorkerController) -> None:
        file = next_of(self.workqueue, waiting=waits_first(node.gateway.id))
        self.workqueue.move_to_end(file, last=False)
        super()._assign_work_unit(node)
