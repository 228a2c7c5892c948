"""The reference sets of a worker: loaded before it takes work, and kept up with their topics from then on."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Final

from agents.delivery import TopicPartition
from agents.delivery.backoff import Backoff
from agents.delivery.tracebacks import without_content
from agents.following.freshness import Freshness
from agents.following.port import Consumer, OpenConsumer, Positions, Read
from agents.reference.alerting import AlertSender, PublishAlert
from agents.reference.book import Book
from agents.reference.observing import ReferenceObserver
from agents.reference.reporting import Reporter
from agents.reference.settings import ReferenceSettings
from pipeline.errors import WorldError
from pipeline.policy.reference import ReferenceSets, SetName

__all__ = ["References"]

logger = logging.getLogger(__name__)

_POLL_SECONDS: Final = 0.5
_ASK_SECONDS: Final = 5.0
"""How often the brokers are asked where the topics end."""

_READ_AGAIN_SECONDS: Final = 3600.0
"""After so long without an answer of the brokers everything is read again. Of what was deleted in the meantime,
compaction may take even the tombstones, which Kafka keeps for a day by default (`delete.retention.ms`)."""

_BACKOFF: Final = Backoff(first=0.5, cap=10.0)


class _TopicChangedError(Exception):
    """Partitions end before what was read of them: they were made anew, or lost their ends."""


class References:
    """The sets that a worker judges by, as the topics say they are.

    Args:
        open_consumer: connects to the brokers.
        sets_by_topic: which set each topic carries.
        settings: how patient it is.
        observer: hears what happens.
        backoff: how long to wait after something went wrong.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        open_consumer: OpenConsumer,
        sets_by_topic: Mapping[str, SetName],
        *,
        settings: ReferenceSettings | None = None,
        observer: ReferenceObserver | None = None,
        backoff: Backoff = _BACKOFF,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._open_consumer = open_consumer
        self._sets_by_topic = sets_by_topic
        self._backoff = backoff
        self._clock = clock
        self._reporter = Reporter(sets_by_topic, observer or ReferenceObserver())
        self._freshness = Freshness(patience=(settings or ReferenceSettings()).stale_seconds)
        self._current = ReferenceSets.empty()
        self._is_loaded = asyncio.Event()
        self._reason = "the topics are being read"
        self._failures = 0
        self._book = Book(sets_by_topic)
        self._is_loading = True
        self._load_until: Positions = {}

    @property
    def current(self) -> ReferenceSets:
        """The sets to judge by now, from any thread. Ask once for an event: it is judged by one snapshot."""
        return self._current

    @property
    def trouble(self) -> str | None:
        """Why the sets cannot be relied on now; None when they can."""
        if not self._is_loaded.is_set():
            return f"not loaded yet: {self._reason}"
        return f"not known to be up to date: {self._reason}" if self._freshness.is_stale(self._clock()) else None

    @property
    def age_seconds(self) -> float:
        """How long ago everything in the topics was surely in force; infinite before the first time."""
        return self._freshness.age(self._clock())

    @asynccontextmanager
    async def following(self, publish: PublishAlert) -> AsyncIterator["References"]:
        """Load the sets, then enter; follow their topics until the context ends.

        Args:
            publish: delivers an alert about an entry that was refused.
        """
        alerts = AlertSender(publish, self._backoff)
        tasks = [asyncio.create_task(self._follow(alerts)), asyncio.create_task(alerts.run())]
        try:
            await self._is_loaded.wait()
            yield self
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _follow(self, alerts: AlertSender) -> None:
        """Read for ever: whatever goes wrong, reading goes on from what was applied."""
        while True:
            try:
                async with self._open_consumer() as consumer:
                    await self._read_on(consumer, alerts)
            except WorldError as error:
                logger.warning("%s", error)
                self._reason = error.what
            except _TopicChangedError as error:
                logger.warning("%s All reference topics are read again; what was known stays in force so long.", error)
                self._reason = str(error)
                self._begin_anew()
            except (Exception, asyncio.CancelledError) as error:
                if _is_cancelled():
                    raise
                # Neither an error nor the end of a task inside the client may end this one.
                logger.error("Reading the reference topics failed:\n%s", without_content(error))  # noqa: TRY400
                self._reason = f"a fault of the program ({type(error).__name__}); see the log"
            self._failures += 1
            await asyncio.sleep(self._backoff.wait(self._failures))

    def _begin_anew(self) -> None:
        """Read everything from its beginning into a book of its own; what is in force stays so until that is done."""
        self._book, self._is_loading, self._load_until = Book(self._sets_by_topic), True, {}

    async def _read_on(self, consumer: Consumer, alerts: AlertSender) -> None:
        """Read with one consumer until something goes wrong."""
        if self._freshness.silence(self._clock()) > _READ_AGAIN_SECONDS:
            self._begin_anew()
        self._freshness.began(self._clock())
        ends: Positions = {}
        ask_at = self._clock()
        while True:
            if self._clock() >= ask_at:
                ends = await self._ask(consumer, before=ends)
                ask_at = self._clock() + _ASK_SECONDS
            await self._take(await consumer.poll(_POLL_SECONDS), alerts)

    async def _ask(self, consumer: Consumer, *, before: Positions) -> Positions:
        """Learn where the topics end now, and have every partition read that there is."""
        asked_at = self._clock()
        ends = await consumer.ends(self._sets_by_topic)
        self._reporter.present({partition.topic for partition in ends})
        if changed := self._book.cut_back(ends):
            raise _TopicChangedError(f"{_named(changed)} ended before what was read.")
        if self._book.is_behind(ends) and self._freshness.is_stuck(asked_at):
            raise WorldError(
                what=f"The brokers have updates in {_named(ends)} and deliver none.",
                remedy="The worker connects again; see whether the brokers are healthy.",
            )
        if ends.keys() != before.keys():
            self._book.begin(ends)
            consumer.read_from({partition: self._book.positions[partition] for partition in ends})
        if self._is_loading:  # up to where the topics ended first, or a busy topic would never be loaded
            self._load_until = {partition: self._load_until.get(partition, end) for partition, end in ends.items()}
        if lost := self._book.lost(ends):
            self._reason = f"{_named(lost)} is gone"
        self._freshness.answered(ends, asked_at)
        return ends

    async def _take(self, read: Read, alerts: AlertSender) -> None:
        """Let what was read take effect; while loading, nothing before everything."""
        if changed := self._book.behind_itself(read):
            raise _TopicChangedError(f"{_named(changed)} began anew.")
        if read.positions.items() - self._book.positions.items():
            self._freshness.moved(self._clock())
        # Off the event loop: to understand many entries, and to index them, takes seconds.
        await asyncio.to_thread(self._book.read, read)
        if self._is_loading and self._book.is_behind(self._load_until):
            return
        if self._is_loading or self._book.has_unsettled:
            await self._settle(alerts)
        if not self._book.is_behind(self._freshness.ends) and not self._book.lost(self._freshness.ends):
            self._freshness.caught_up()
            self._reason, self._failures = "updates are being read", 0

    async def _settle(self, alerts: AlertSender) -> None:
        settled = await asyncio.to_thread(self._book.settle)
        self._current = self._book.sets
        updates, refused = settled.taken, settled.refused
        if self._is_loading:
            updates = {name: updates.get(name, 0) for name in self._sets_by_topic.values()}
            # What somebody has put right since needs nobody's attention any more, however often workers start.
            refused = [refusal for refusal in refused if not refusal.is_mended]
        self._is_loading = False
        self._is_loaded.set()
        self._reporter.in_force(self._current, updates)
        self._reporter.refused(refused, alerts)


def _is_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _named(partitions: Iterable[TopicPartition]) -> str:
    topics = sorted({partition.topic for partition in partitions})
    return f"The topic {topics[0]}" if len(topics) == 1 else f"The topics {', '.join(topics)}"
