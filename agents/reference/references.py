"""The reference sets of a worker: loaded before it takes work, and kept up with their topics from then on."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Final

from agents.delivery.backoff import Backoff
from agents.following.follower import BACKOFF, Follower
from agents.following.port import OpenConsumer, Positions, Read
from agents.reference.alerting import AlertSender, PublishAlert
from agents.reference.book import Book
from agents.reference.observing import ReferenceObserver
from agents.reference.reporting import Reporter
from agents.reference.settings import ReferenceSettings
from pipeline.policy.reference import ReferenceSets, SetName

__all__ = ["References"]

_READ_AGAIN_SECONDS: Final = 3600.0
"""After so long without an answer of the brokers everything is read again. Of what was deleted in the meantime,
compaction may take even the tombstones, which Kafka keeps for a day by default (`delete.retention.ms`)."""


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
        backoff: Backoff = BACKOFF,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._sets_by_topic = sets_by_topic
        self._backoff = backoff
        self._reporter = Reporter(sets_by_topic, observer or ReferenceObserver())
        self._current = ReferenceSets.empty()
        self._book = Book(sets_by_topic)
        self._alerts: AlertSender | None = None
        self._follower = Follower(
            "the reference topics",
            open_consumer,
            list(sets_by_topic),
            self._book,
            ours=self._present,
            take=self._take,
            patience=(settings or ReferenceSettings()).stale_seconds,
            read_again_after=_READ_AGAIN_SECONDS,
            backoff=backoff,
            clock=clock,
        )

    @property
    def current(self) -> ReferenceSets:
        """The sets to judge by now, from any thread. Ask once for an event: it is judged by one snapshot."""
        return self._current

    @property
    def trouble(self) -> str | None:
        """Why the sets cannot be relied on now; None when they can."""
        return self._follower.trouble

    @property
    def age_seconds(self) -> float:
        """How long ago everything in the topics was surely in force; infinite before the first time."""
        return self._follower.age_seconds

    @asynccontextmanager
    async def following(self, publish: PublishAlert) -> AsyncIterator["References"]:
        """Load the sets, then enter; follow their topics until the context ends.

        Args:
            publish: delivers an alert about an entry that was refused.
        """
        self._alerts = AlertSender(publish, self._backoff)
        sending = asyncio.create_task(self._alerts.run())
        try:
            async with self._follower.following():
                yield self
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)

    def _present(self, ends: Positions) -> Positions:
        self._reporter.present({partition.topic for partition in ends})
        return ends

    async def _take(self, read: Read) -> None:
        """Let what was read take effect; while loading, nothing before everything."""
        # Off the event loop: to understand many entries, and to index them, takes seconds.
        await asyncio.to_thread(self._book.read, read)
        if not self._book.is_loading and (self._book.is_new or self._book.has_unsettled):
            await self._settle()

    async def _settle(self) -> None:
        is_new = self._book.is_new
        settled = await asyncio.to_thread(self._book.settle)
        self._current = self._book.sets
        updates, refused = settled.taken, settled.refused
        if is_new:
            updates = {name: updates.get(name, 0) for name in self._sets_by_topic.values()}
            # What somebody has put right since needs nobody's attention any more, however often workers start.
            refused = [refusal for refusal in refused if not refusal.is_mended]
        self._reporter.in_force(self._current, updates)
        if self._alerts is not None:
            self._reporter.refused(refused, self._alerts)
