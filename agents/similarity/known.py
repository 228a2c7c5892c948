"""The fingerprints of what was sealed: loaded before a worker takes work, and kept up with their topic from then on."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

import msgspec

from agents.delivery import TopicPartition
from agents.delivery.backoff import Backoff
from agents.delivery.tracebacks import without_content
from agents.following.freshness import Freshness
from agents.following.port import Consumer, OpenConsumer, Positions, Read
from agents.similarity.keeping import Keeper, StoppedError
from agents.similarity.partitions import Partitions
from agents.similarity.settings import Share
from pipeline.errors import SealstreamError, WorldError
from pipeline.fingerprints import Fingerprint
from pipeline.fingerprints.columns import Columns
from pipeline.fingerprints.fingerprint import Kind
from pipeline.fingerprints.similarity import Neighbours
from pipeline.fingerprints.snapshot import LastRecord

__all__ = ["SealedFingerprints"]

logger = logging.getLogger(__name__)

_POLL_SECONDS: Final = 0.5
_ASK_SECONDS: Final = 5.0
"""How often the brokers are asked where the topic ends."""

_PATIENCE_SECONDS: Final = 60.0
"""How long it may be uncertain that everything is known, before the worker says that it is not ready."""

_FEWEST_TO_KEEP: Final = 10_000
_SHARE_TO_KEEP: Final = 10
"""A snapshot is written after so many records, and one in so many of those that are known: a restart reads no more."""

_BACKOFF: Final = Backoff(first=0.5, cap=10.0)
_ALL: Final = Share()
_SECONDS_OF_A_DAY: Final = 86_400


def _today() -> int:
    return int(time.time() // _SECONDS_OF_A_DAY)


class _TopicChangedError(Exception):
    """Partitions end before what was read of them: they were made anew, or lost their ends."""


class SealedFingerprints:
    """A `pipeline.fingerprints.port.KnownFingerprints` in memory, which follows what all workers seal.

    Args:
        open_consumer: connects to the brokers.
        topic: where manifest records are.
        share: which of its partitions are followed.
        days: how many days ago an asset may have been sealed; 0 for any.
        keeper: makes what reads and writes snapshots, when it is wanted for the first time; None for none.
        backoff: how long to wait after something went wrong.
        clock: monotonic seconds.
        today: days since 1 January 1970.
    """

    def __init__(
        self,
        open_consumer: OpenConsumer,
        topic: str,
        *,
        share: Share = _ALL,
        days: int = 0,
        keeper: Callable[[], Keeper] | None = None,
        backoff: Backoff = _BACKOFF,
        clock: Callable[[], float] = time.monotonic,
        today: Callable[[], int] = _today,
    ) -> None:
        self._open_consumer = open_consumer
        self._topic = topic
        self._share = share
        self._days = days
        self._make_keeper = keeper
        self._keeper: Keeper | None = None
        self._keeping: asyncio.Task[None] | None = None
        self._backoff = backoff
        self._clock = clock
        self._today = today
        self._partitions = Partitions()
        self._freshness = Freshness(patience=_PATIENCE_SECONDS)
        self._is_loaded = asyncio.Event()
        self._reason = "the topic is being read"
        self._failures = 0
        self._is_absent = False

    def __len__(self) -> int:
        """How many fingerprints are known."""
        return len(self._partitions.index)

    def nearest(self, fingerprints: Sequence[Fingerprint], *, limit: int) -> tuple[Neighbours, ...]:
        """Those that are near, from any thread; see `KnownFingerprints.nearest`.

        An answer is not complete while it is not certain that everything is known.

        Raises:
            WorldError: what was sealed is not loaded yet.
        """
        if not self._is_loaded.is_set():
            raise WorldError(
                what=f"The fingerprints of what was sealed are not loaded yet: {self._reason}.",
                remedy="It is tried again; loading ten million takes some minutes.",
            )
        answers = self._partitions.index.nearest(fingerprints, limit=limit)
        if self.trouble is None:
            return answers
        return tuple(msgspec.structs.replace(answer, complete=False) for answer in answers)

    @property
    def nbytes(self) -> int:
        """Memory of what is known."""
        return self._partitions.index.nbytes

    @property
    def trouble(self) -> str | None:
        """Why it cannot be relied on now; None when it can."""
        if not self._is_loaded.is_set():
            return f"not loaded yet: {self._reason}"
        return f"not known to be up to date: {self._reason}" if self._freshness.is_stale(self._clock()) else None

    @asynccontextmanager
    async def following(self) -> AsyncIterator["SealedFingerprints"]:
        """Load what was sealed, then enter; follow the topic until the context ends."""
        task = asyncio.create_task(self._follow())
        try:
            await self._is_loaded.wait()
            logger.info("%d fingerprints of sealed assets are known.", len(self))
            yield self
        finally:
            if self._keeper is not None:
                self._keeper.stop()
            tasks = [task] if self._keeping is None else [task, self._keeping]
            for one in tasks:
                one.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _follow(self) -> None:
        """Read for ever: whatever goes wrong, reading goes on from what was taken in."""
        while True:
            try:
                async with self._open_consumer() as consumer:
                    await self._read_on(consumer)
            except WorldError as error:
                logger.warning("%s", error)
                self._reason = error.what
            except _TopicChangedError as error:
                logger.warning("%s It is read again; what was known stays in force so long.", error)
                self._reason = str(error)
            except (Exception, asyncio.CancelledError) as error:
                if _is_cancelled():
                    raise
                # Neither an error nor the end of a task inside the client may end this one.
                logger.error("Reading manifest records failed:\n%s", without_content(error))  # noqa: TRY400
                self._reason = f"a fault of the program ({type(error).__name__}); see the log"
            self._failures += 1
            await asyncio.sleep(self._backoff.wait(self._failures))

    async def _read_on(self, consumer: Consumer) -> None:
        """Read with one consumer until something goes wrong."""
        self._freshness.began(self._clock())
        ends: Positions = {}
        ask_at = self._clock()
        while True:
            if self._clock() >= ask_at:
                ends = await self._ask(consumer, before=ends)
                ask_at = self._clock() + _ASK_SECONDS
            await self._take(await consumer.poll(_POLL_SECONDS))

    async def _ask(self, consumer: Consumer, *, before: Positions) -> Positions:
        """Learn where the topic ends now, and have every partition read that there is."""
        asked_at = self._clock()
        every = await consumer.ends([self._topic])
        self._note_absence(is_absent=not every)
        ends = {partition: end for partition, end in every.items() if self._share.has(partition.partition)}
        self._refuse_changed(self._partitions.cut_back(ends))
        if self._partitions.is_behind(ends) and self._freshness.is_stuck(asked_at):
            raise WorldError(
                what=f"The brokers have more of {self._topic} and deliver nothing.",
                remedy="It connects again; see whether the brokers are healthy.",
            )
        # Off the event loop: loading takes as long as there is much.
        await asyncio.to_thread(self._begin, ends)
        if ends.keys() != before.keys():
            consumer.read_from({partition: self._partitions.positions[partition] for partition in ends})
            self._freshness.began(self._clock())
        self._freshness.answered(ends, asked_at)
        return ends

    def _begin(self, ends: Positions) -> None:
        """Forget what grew old; begin with partitions that are new, from a snapshot where there is one."""
        since = self._today() - self._days if self._days else 0
        if since != self._partitions.since:
            self._partitions.expire(since)
        if self._keeper is None and self._make_keeper is not None:
            self._keeper = self._make_keeper()
        if self._keeper is not None:
            for partition in ends.keys() - self._partitions.positions.keys():
                take = partial(self._partitions.resume, partition)
                self._keeper.resume(partition.partition, ends[partition], since=since, take=take)
        self._partitions.begin(ends)

    async def _take(self, read: Read) -> None:
        """Let what was read take effect; of a partition that is being loaded, nothing before everything."""
        self._refuse_changed(self._partitions.changed(read))
        if read.positions.items() - self._partitions.positions.items():
            self._freshness.moved(self._clock())
            # Off the event loop: to understand many records, and to index them, takes seconds.
            refused = await asyncio.to_thread(self._partitions.read, read)
            if refused:
                logger.warning("%d records of %s are no manifest records, and are passed over.", refused, self._topic)
        if self._partitions.is_loading:
            return
        self._is_loaded.set()
        if not self._partitions.is_behind(self._freshness.ends):
            self._freshness.caught_up()
            self._reason, self._failures = "records are being read", 0
        await self._keep()

    async def _keep(self) -> None:
        """Have the snapshot written of a partition that is due, one at a time, while reading goes on."""
        if self._keeper is None or (self._keeping is not None and not self._keeping.done()):
            return
        for partition in self._partitions.due(fewest=_FEWEST_TO_KEEP, share=_SHARE_TO_KEEP):
            # Off the event loop: it copies all that is known of it.
            taken = await asyncio.to_thread(self._partitions.taken, partition)
            if taken is not None:
                self._keeping = asyncio.create_task(self._write(self._keeper, partition.partition, *taken))
                return

    async def _write(self, keeper: Keeper, partition: int, last: LastRecord, columns: Mapping[Kind, Columns]) -> None:
        try:
            if await asyncio.to_thread(keeper.keep, partition, last, columns):
                logger.info("A snapshot of %s[%d] was written.", self._topic, partition)
        except SealstreamError as error:
            logger.warning("No snapshot of %s[%d] was written: %s", self._topic, partition, error)
        except StoppedError:
            logger.info("No snapshot of %s[%d] was written, as it ends.", self._topic, partition)
        except Exception as error:  # noqa: BLE001 - nobody waits for this task; following goes on without
            logger.error("Writing a snapshot failed:\n%s", without_content(error))  # noqa: TRY400

    def _refuse_changed(self, partitions: Collection[TopicPartition]) -> None:
        if partitions:
            self._partitions.begin_anew(partitions)
            raise _TopicChangedError(f"{len(partitions)} partitions of {self._topic} began anew.")

    def _note_absence(self, *, is_absent: bool) -> None:
        """Say once that the topic is not there, and again after it was."""
        if is_absent and not self._is_absent:
            logger.warning(
                "There is no topic %s, so nothing is recognised that lost its marks. Create it with "
                "`sealstream topics create`, or let this user describe it.",
                self._topic,
            )
        self._is_absent = is_absent


def _is_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
