"""The fingerprints of what was sealed: loaded before a worker takes work, and kept up with their topic from then on."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

import msgspec

from agents.delivery.backoff import Backoff
from agents.delivery.tracebacks import without_content
from agents.following.follower import BACKOFF, Follower
from agents.following.port import OpenConsumer, Positions, Read
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

_PATIENCE_SECONDS: Final = 60.0
"""How long it may be uncertain that everything is known, before the worker says that it is not ready."""

_FEWEST_TO_KEEP: Final = 10_000
_SHARE_TO_KEEP: Final = 10
"""A snapshot is written after so many records, and one in so many of those that are known: a restart reads no more."""

_ALL: Final = Share()
_SECONDS_OF_A_DAY: Final = 86_400


def _today() -> int:
    return int(time.time() // _SECONDS_OF_A_DAY)


class _Kept(Partitions):
    """Partitions that are prepared before they begin."""

    def __init__(self, prepare: Callable[[Positions], None]) -> None:
        super().__init__()
        self._prepare = prepare

    def begin(self, ends: Positions) -> None:
        """Begin with what is kept of these partitions."""
        self._prepare(ends)
        super().begin(ends)


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
        backoff: Backoff = BACKOFF,
        clock: Callable[[], float] = time.monotonic,
        today: Callable[[], int] = _today,
    ) -> None:
        self._topic = topic
        self._share = share
        self._days = days
        self._make_keeper = keeper
        self._keeper: Keeper | None = None
        self._keeping: asyncio.Task[None] | None = None
        self._today = today
        self._partitions = _Kept(self._prepare)
        self._is_absent = False
        self._follower = Follower(
            f"the topic {topic}",
            open_consumer,
            [topic],
            self._partitions,
            ours=self._ours,
            take=self._take,
            patience=_PATIENCE_SECONDS,
            backoff=backoff,
            clock=clock,
        )

    def __len__(self) -> int:
        """How many fingerprints are known."""
        return len(self._partitions.index)

    def nearest(self, fingerprints: Sequence[Fingerprint], *, limit: int) -> tuple[Neighbours, ...]:
        """Those that are near, from any thread; see `KnownFingerprints.nearest`.

        An answer is not complete while it is not certain that everything is known.

        Raises:
            WorldError: what was sealed is not loaded yet.
        """
        if not self._follower.is_loaded:
            raise WorldError(
                what=f"The fingerprints of what was sealed are not loaded yet: {self._follower.reason}.",
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
        return self._follower.trouble

    @asynccontextmanager
    async def following(self) -> AsyncIterator["SealedFingerprints"]:
        """Load what was sealed, then enter; follow the topic until the context ends."""
        try:
            async with self._follower.following():
                logger.info("%d fingerprints of sealed assets are known.", len(self))
                yield self
        finally:
            if self._keeper is not None:
                self._keeper.stop()
            if self._keeping is not None:
                self._keeping.cancel()
                await asyncio.gather(self._keeping, return_exceptions=True)

    def _ours(self, ends: Positions) -> Positions:
        """The partitions of the share, of all that there are."""
        self._note_absence(is_absent=not ends)
        return {partition: end for partition, end in ends.items() if self._share.has(partition.partition)}

    def _prepare(self, ends: Positions) -> None:
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

    async def _take(self, read: Read) -> None:
        """Let what was read take effect; of a partition that is being loaded, nothing before everything."""
        if read.positions.items() - self._partitions.positions.items():
            # Off the event loop: to understand many records, and to index them, takes seconds.
            refused = await asyncio.to_thread(self._partitions.read, read)
            if refused:
                logger.warning("%d records of %s are no manifest records, and are passed over.", refused, self._topic)
        if not self._partitions.is_loading:
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

    def _note_absence(self, *, is_absent: bool) -> None:
        """Say once that the topic is not there, and again after it was."""
        if is_absent and not self._is_absent:
            logger.warning(
                "There is no topic %s, so nothing is recognised that lost its marks. Create it with "
                "`sealstream topics create`, or let this user describe it.",
                self._topic,
            )
        self._is_absent = is_absent
