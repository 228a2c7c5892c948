"""The record log: leaves are gathered for each partition, and put into its tile log together.

A record is acknowledged once its leaf is in the log, and published before: nobody who reads what was decided waits for
the log. Leaves of one partition wait for each other, for a second or until a tile of them is there, so that a signature
and a request are shared by all that come meanwhile. What fails is tried while the worker has the partition, since an
acknowledged record that is in no log is what the log is there to find; whoever has it next does the same.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final

from agents.delivery.backoff import Backoff
from agents.delivery.tracebacks import without_content
from agents.metrics import Metrics
from pipeline.errors import SealstreamError
from pipeline.store import Location, ObjectStore
from pipeline.tile_log import MOST_LEAVES, Leaf, TileLog, TileLogs

__all__ = ["RecordLog"]

logger = logging.getLogger(__name__)

_FULL: Final = 256
"""So many leaves are put into the log at once, without waiting for more."""

_THREADS: Final = 8
_BACKOFF: Final = Backoff(first=0.2, cap=30.0)


class _Gathering:
    """The leaves of one partition that wait, and who waits for them."""

    __slots__ = ("entries", "full", "log", "logged", "task", "trouble")

    def __init__(self, log: TileLog) -> None:
        self.log = log
        self.entries: list[bytes] = []
        self.logged = asyncio.Event()
        self.full = asyncio.Event()
        self.task: asyncio.Task[None] | None = None
        self.trouble: str | None = None


class RecordLog:
    """Puts leaves into the logs of the partitions that a worker has. All of it runs on one event loop.

    Args:
        logs: the logs.
        store: where the records are.
        seconds: how long leaves are gathered.
        metrics: what is counted.
    """

    def __init__(self, logs: TileLogs, store: ObjectStore, seconds: float, metrics: Metrics) -> None:
        self._logs = logs
        self._store = store
        self._seconds = seconds
        self._metrics = metrics
        self._partitions: dict[tuple[str, int], _Gathering] = {}
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="tile-log")

    def add(self, topic: str, partition: int, leaves: Sequence[Leaf]) -> asyncio.Event:
        """Take leaves for the log of a partition; what is returned is set once they are in it.

        Args:
            topic: the input topic.
            partition: the partition of the input whose records the leaves are about.
            leaves: what they say; at least one.
        """
        gathering = self._partitions.get((topic, partition))
        if gathering is None:
            gathering = self._partitions[topic, partition] = _Gathering(self._logs.log(topic, partition))
        gathering.entries += [leaf.entry for leaf in leaves]
        if len(gathering.entries) >= _FULL:
            gathering.full.set()
        if gathering.task is None or gathering.task.done():
            gathering.task = asyncio.create_task(self._run(gathering), name=f"tile log {topic} {partition}")
        return gathering.logged

    async def leaf_of(self, uri: str) -> Leaf:
        """The leaf of a record that is stored, by its address.

        Raises:
            WorldError: the store does not answer.
        """
        at = Location.parse(uri)
        stored = await asyncio.get_running_loop().run_in_executor(self._threads, self._store.require, at)
        return Leaf.of(at, stored.body)

    @property
    def trouble(self) -> str | None:
        """Why leaves do not get into a log at present; None where they do."""
        return next(
            (partition.trouble for partition in self._partitions.values() if partition.trouble is not None), None
        )

    @property
    def name(self) -> str:
        """What the names of the logs begin with."""
        return self._logs.name

    def give_up(self) -> None:
        """Stop trying to log what waits, once its partitions were taken away.

        Its records are not acknowledged: whoever has their partitions next works on them again and logs them, as this
        worker does where it is given them back.
        """
        for partition in self._partitions.values():
            if partition.task is not None:
                partition.task.cancel()
        self._partitions.clear()

    async def close(self) -> None:
        """Let go of what is open; nobody waits for leaves any more."""
        tasks = [partition.task for partition in self._partitions.values() if partition.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _run(self, gathering: _Gathering) -> None:
        """Put what is gathered into the log, until nothing is."""
        while gathering.entries:
            if len(gathering.entries) < _FULL:
                await _first(gathering.full, self._seconds)
            gathering.full.clear()
            entries, gathering.entries = gathering.entries, []
            logged, gathering.logged = gathering.logged, asyncio.Event()
            for first in range(0, len(entries), MOST_LEAVES):
                await self._until_done(gathering, partial(gathering.log.append, entries[first : first + MOST_LEAVES]))
            logged.set()
            self._metrics.tile_log_leaves.inc(len(entries))
            await self._until_done(gathering, gathering.log.settle)

    async def _until_done(self, gathering: _Gathering, work: Callable[[], object]) -> None:
        failures = 0
        while True:
            try:
                await asyncio.get_running_loop().run_in_executor(self._threads, work)
            except SealstreamError as error:
                _tell(gathering, str(error))
            except Exception as error:  # noqa: BLE001 - a bug of ours must not leave records without their leaves
                _tell(gathering, f"A fault of sealstream itself:\n{without_content(error)}")
            else:
                gathering.trouble = None
                return
            failures += 1
            await asyncio.sleep(_BACKOFF.wait(failures))


async def _first(event: asyncio.Event, seconds: float) -> None:
    """Wait for an event, but not for longer than so many seconds."""
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return


def _tell(gathering: _Gathering, why: str) -> None:
    """Note why leaves wait, and say it once."""
    if gathering.trouble != why:
        logger.warning("Records wait for their place in the tile log, and are not acknowledged: %s", why)
    gathering.trouble = why
