"""One follower for every topic that is read whole: loads it, then keeps up with it, whatever goes wrong meanwhile.

What the records mean is not its business: a `TopicReading` takes them in, and says how far it is.
"""

import asyncio
import logging
import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable
from contextlib import asynccontextmanager
from typing import Final, Protocol

from agents.delivery import TopicPartition
from agents.delivery.backoff import Backoff
from agents.delivery.tracebacks import without_content
from agents.following.freshness import Freshness
from agents.following.port import Consumer, OpenConsumer, Positions, Read
from pipeline.errors import WorldError

__all__ = ["BACKOFF", "Follower", "TopicReading", "topics_of"]

logger = logging.getLogger(__name__)

BACKOFF: Final = Backoff(first=0.5, cap=10.0)

_POLL_SECONDS: Final = 0.5
_ASK_SECONDS: Final = 5.0
"""How often the brokers are asked where the topics end."""


class TopicReading(Protocol):
    """What has been read so far. It knows neither Kafka nor a clock; one task at a time changes it."""

    @property
    def positions(self) -> Positions:
        """Where reading goes on, for each partition that is read."""

    @property
    def is_loading(self) -> bool:
        """Whether something has not been read up to where it ended when its reading began."""

    def begin(self, ends: Positions) -> None:
        """Read these partitions too; they end where it says. Called off the event loop."""

    def begin_anew(self, partitions: Collection[TopicPartition]) -> None:
        """Read from the beginning, these partitions at least; what was known stays in force until that is done."""

    def is_behind(self, ends: Positions) -> bool:
        """Whether there is more in the topics than was read."""

    def cut_back(self, ends: Positions) -> Collection[TopicPartition]:
        """The partitions that end before what was read of them: what was there is gone, and something else may be."""

    def changed(self, read: Read) -> Collection[TopicPartition]:
        """The partitions of which something was read that cannot be if they are what they were."""

    def lost(self, ends: Positions) -> Collection[TopicPartition]:
        """The partitions without which it is not known whether all is known."""


class _TopicChangedError(Exception):
    """A partition is not what it was: it was made anew, or lost its end."""


class Follower:
    """Reads topics for ever: reading goes on from what was taken in.

    Args:
        subject: what is read, as messages say it, such as "the reference topics".
        open_consumer: connects to the brokers.
        topics: which topics.
        reading: takes in what is read.
        ours: of where all partitions end, those that are followed.
        take: has what was read taken in, and put in force where nothing is loading any more.
        patience: after how many seconds without certainty it is said that something may be unknown.
        read_again_after: after so many seconds without an answer of the brokers everything is read again.
        backoff: how long to wait after something went wrong.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        subject: str,
        open_consumer: OpenConsumer,
        topics: Collection[str],
        reading: TopicReading,
        *,
        ours: Callable[[Positions], Positions],
        take: Callable[[Read], Awaitable[None]],
        patience: float,
        read_again_after: float = math.inf,
        backoff: Backoff = BACKOFF,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._subject = subject
        self._open_consumer = open_consumer
        self._topics = topics
        self._reading = reading
        self._ours = ours
        self._take_in = take
        self._read_again_after = read_again_after
        self._backoff = backoff
        self._clock = clock
        self._freshness = Freshness(patience=patience)
        self._is_loaded = asyncio.Event()
        self._failures = 0
        self.reason = "it is being read"
        """What it waits for, or why something may be unknown."""

    @property
    def is_loaded(self) -> bool:
        """Whether everything was in force once that the topics held at first."""
        return self._is_loaded.is_set()

    @property
    def trouble(self) -> str | None:
        """Why what is known cannot be relied on now; None when it can."""
        if not self.is_loaded:
            return f"not loaded yet: {self.reason}"
        return f"not known to be up to date: {self.reason}" if self._freshness.is_stale(self._clock()) else None

    @property
    def age_seconds(self) -> float:
        """How long ago everything in the topics was surely known; infinite before the first time."""
        return self._freshness.age(self._clock())

    @asynccontextmanager
    async def following(self) -> AsyncIterator[None]:
        """Load, then enter; follow until the context ends."""
        task = asyncio.create_task(self._follow())
        try:
            await self._is_loaded.wait()
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _follow(self) -> None:
        while True:
            try:
                async with self._open_consumer() as consumer:
                    await self._read_on(consumer)
            except WorldError as error:
                logger.warning("%s", error)
                self.reason = error.what
            except _TopicChangedError as error:
                logger.warning("%s It is read again; what was known stays in force so long.", error)
                self.reason = str(error)
            except (Exception, asyncio.CancelledError) as error:
                if _is_cancelled():
                    raise
                # Neither an error nor the end of a task inside the client may end this one.
                logger.error("Reading %s failed:\n%s", self._subject, without_content(error))  # noqa: TRY400
                self.reason = f"a fault of the program ({type(error).__name__}); see the log"
            self._failures += 1
            await asyncio.sleep(self._backoff.wait(self._failures))

    async def _read_on(self, consumer: Consumer) -> None:
        """Read with one consumer until something goes wrong."""
        if self._freshness.silence(self._clock()) > self._read_again_after:
            self._reading.begin_anew(list(self._reading.positions))
        self._freshness.began(self._clock())
        ends: Positions = {}
        ask_at = self._clock()
        while True:
            if self._clock() >= ask_at:
                ends = await self._ask(consumer, before=ends)
                ask_at = self._clock() + _ASK_SECONDS
            await self._take(await consumer.poll(_POLL_SECONDS))

    async def _ask(self, consumer: Consumer, *, before: Positions) -> Positions:
        """Learn where the topics end now, and have every partition read that there is."""
        asked_at = self._clock()
        ends = self._ours(await consumer.ends(self._topics))
        self._refuse(self._reading.cut_back(ends), "ended before what was read")
        if self._reading.is_behind(ends) and self._freshness.is_stuck(asked_at):
            raise WorldError(
                what=f"The brokers have more of {self._subject} ({topics_of(ends)}) and deliver nothing.",
                remedy="The program connects again; see whether the brokers are healthy.",
            )
        # Off the event loop: what is known of them already may have to be loaded.
        await asyncio.to_thread(self._reading.begin, ends)
        if ends.keys() != before.keys():
            consumer.read_from({partition: self._reading.positions[partition] for partition in ends})
            self._freshness.began(self._clock())
        if lost := self._reading.lost(ends):
            self.reason = f"there is no {topics_of(lost)} any more"
        self._freshness.answered(ends, asked_at)
        return ends

    async def _take(self, read: Read) -> None:
        """Have what was read taken in; while something is loading for the first time, nothing is in force."""
        self._refuse(self._reading.changed(read), "began anew")
        if read.positions.items() - self._reading.positions.items():
            self._freshness.moved(self._clock())
        await self._take_in(read)
        if self._reading.is_loading:
            return
        self._is_loaded.set()
        ends = self._freshness.ends
        if not self._reading.is_behind(ends) and not self._reading.lost(ends):
            self._freshness.caught_up()
            self.reason, self._failures = "what is new is being read", 0

    def _refuse(self, partitions: Collection[TopicPartition], why: str) -> None:
        if partitions:
            self._reading.begin_anew(partitions)
            raise _TopicChangedError(f"{topics_of(partitions)} {why}.")


def topics_of(partitions: Iterable[TopicPartition]) -> str:
    """The topics that these partitions are of, for a message."""
    return ", ".join(sorted({partition.topic for partition in partitions}))


def _is_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
