"""The fingerprints of what was sealed: loaded before a worker takes work, and kept up with their topic from then on."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from typing import Final

from agents.delivery import TopicPartition
from agents.delivery.backoff import Backoff
from agents.delivery.tracebacks import without_content
from agents.following.consumer import consumers_of
from agents.following.freshness import Freshness
from agents.following.port import Consumer, OpenConsumer, Positions, Read
from agents.settings import KafkaSettings
from agents.similarity.shards import Shards
from agents.topics import Topics
from pipeline.errors import WorldError
from pipeline.fingerprints import Fingerprint
from pipeline.fingerprints.similarity import Match

__all__ = ["SealedFingerprints", "known_fingerprints_of"]

logger = logging.getLogger(__name__)

_POLL_SECONDS: Final = 0.5
_ASK_SECONDS: Final = 5.0
"""How often the brokers are asked where the topic ends."""

_PATIENCE_SECONDS: Final = 60.0
"""How long it may be uncertain that everything is known, before the worker says that it is not ready."""

_BACKOFF: Final = Backoff(first=0.5, cap=10.0)


class _TopicChangedError(Exception):
    """Partitions end before what was read of them: they were made anew, or lost their ends."""


def known_fingerprints_of(kafka: KafkaSettings) -> "SealedFingerprints":
    """The fingerprints of what is sealed on these brokers; nothing is read yet.

    Raises:
        OperatorError: the settings cannot be used.
    """
    return SealedFingerprints(
        consumers_of(kafka, "The topic of manifest records"), Topics(kafka.topic_prefix).manifests
    )


class SealedFingerprints:
    """A `pipeline.fingerprints.port.KnownFingerprints` that follows what all workers seal.

    Args:
        open_consumer: connects to the brokers.
        topic: where manifest records are.
        backoff: how long to wait after something went wrong.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        open_consumer: OpenConsumer,
        topic: str,
        *,
        backoff: Backoff = _BACKOFF,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._open_consumer = open_consumer
        self._topic = topic
        self._backoff = backoff
        self._clock = clock
        self._shards = Shards()
        self._freshness = Freshness(patience=_PATIENCE_SECONDS)
        self._is_loaded = asyncio.Event()
        self._reason = "the topic is being read"
        self._failures = 0
        self._is_absent = False

    def __len__(self) -> int:
        """How many fingerprints are known."""
        return len(self._shards)

    def nearest(
        self, fingerprint: Fingerprint, *, max_distance: int | None = None, limit: int = 1
    ) -> tuple[Match, ...]:
        """Those that are near, from any thread; see `KnownFingerprints.nearest`."""
        return self._shards.nearest(fingerprint, max_distance=max_distance, limit=limit)

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
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

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
        ends = await consumer.ends([self._topic])
        self._note_absence(is_absent=not ends)
        self._refuse_changed(self._shards.cut_back(ends))
        if self._shards.is_behind(ends) and self._freshness.is_stuck(asked_at):
            raise WorldError(
                what=f"The brokers have more of {self._topic} and deliver nothing.",
                remedy="The worker connects again; see whether the brokers are healthy.",
            )
        self._shards.begin(ends)
        if ends.keys() != before.keys():
            consumer.read_from({partition: self._shards.positions[partition] for partition in ends})
        self._freshness.answered(ends, asked_at)
        return ends

    async def _take(self, read: Read) -> None:
        """Let what was read take effect; of a partition that is being loaded, nothing before everything."""
        self._refuse_changed(self._shards.behind_itself(read))
        if read.positions.items() - self._shards.positions.items():
            self._freshness.moved(self._clock())
            # Off the event loop: to understand many records, and to index them, takes seconds.
            refused = await asyncio.to_thread(self._shards.read, read)
            if refused:
                logger.warning("%d records of %s are no manifest records, and are passed over.", refused, self._topic)
        if self._shards.is_loading:
            return
        self._is_loaded.set()
        if not self._shards.is_behind(self._freshness.ends):
            self._freshness.caught_up()
            self._reason, self._failures = "records are being read", 0

    def _refuse_changed(self, partitions: Collection[TopicPartition]) -> None:
        if partitions:
            self._shards.begin_anew(partitions)
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
