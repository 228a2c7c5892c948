"""The delivery loop: every record is worked on until it is done or a dead letter, and acknowledged only then.

Records run side by side, each in a task of its own. Four bounds keep memory and load in hand:

- `max_in_flight` records are in work at one moment, in turns of whoever sent them: a flood of one producer keeps no
  other waiting behind all of it. A record that waits for its next attempt is not in work, so events whose asset is
  missing cannot use the bound up and stop everything else.
- `max_unacknowledged_per_partition` is soft. All partitions arrive merged in one stream, so to wait when one of them is
  full would stop the others; instead the consumer leaves a full partition (`crowded`) out of its next fetch. What was
  fetched before still arrives: one fetch and what Faust has buffered.
- `max_unacknowledged` is hard: the stream is not read on while it is reached. The settings keep it so large that one
  partition alone never reaches it.
- `max_held_bytes` is about records that are not finished, which are kept whole. A partition that holds a quarter of it
  is crowded; nothing at all is fetched once all together hold it. It is soft in the same way.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import NoReturn

from agents.delivery.exits import leave_for_operator
from agents.delivery.ledger import Ledger, Slot
from agents.delivery.observer import DeliveryObserver
from agents.delivery.record import InputRecord, TopicPartition
from agents.delivery.settings import DeliverySettings
from agents.delivery.throttle import Throttle
from agents.delivery.tracebacks import without_content
from agents.delivery.trouble import GiveUp, Stop, Trouble, TroublePolicy, TryAgain
from agents.delivery.turns import Turns, sender_of
from pipeline.errors import BugError, OperatorError, ProducerError, SealstreamError, WorldError

__all__ = ["DeadLetterSender", "DeliveryLoop", "Process"]

Process = Callable[[InputRecord], Awaitable[asyncio.Event | None]]
"""Does all the work of one record, and returns when everything it published was delivered.

Where something has still to happen before the record may be acknowledged, it returns what is set once it has; the
record is not in work any more then, so that others can be.
"""

DeadLetterSender = Callable[[InputRecord, SealstreamError, int], Awaitable[None]]
"""Publishes a record as a dead letter, with the error and the number of attempts, and returns when it was delivered."""

_CANCEL_GRACE = 1.0
"""How long cancelled work may take to end, in seconds."""

logger = logging.getLogger(__name__)


class DeliveryLoop:
    """Works on records and says which positions may be committed. All of it runs on one event loop.

    Args:
        settings: bounds and times.
        patience: classes of `WorldError` that become a dead letter in a record that is so many seconds old, instead
            of never.
        observer: hears what happens.
        stop: called when the configuration turns out to be unusable; expected to end the process.
        clock: a monotonic time, in seconds.
        time_of_day: seconds since 1970, which timestamps of records are compared with.
    """

    def __init__(
        self,
        settings: DeliverySettings,
        *,
        patience: Mapping[type[WorldError], float] | None = None,
        observer: DeliveryObserver | None = None,
        stop: Callable[[OperatorError], None] = leave_for_operator,
        clock: Callable[[], float] = time.monotonic,
        time_of_day: Callable[[], float] = time.time,
    ) -> None:
        self.settings = settings
        self._policy = TroublePolicy(
            backoff=settings.backoff, bug_attempts=settings.bug_attempts, patience=patience or {}
        )
        self._observer = observer or DeliveryObserver()
        self._stop = stop
        self._clock = clock
        self._time_of_day = time_of_day
        self._letters = Throttle(logger)
        self._ledger = Ledger()
        self._turns = Turns(settings.max_in_flight)
        self._tasks: dict[asyncio.Task[None], float] = {}
        self._held: Counter[TopicPartition] = Counter()
        self._working: set[asyncio.Task[None]] = set()
        self._settling: set[asyncio.Task[None]] = set()
        self._room = asyncio.Event()
        self._draining = False
        self._acknowledged = 0

    def admit(self, record: InputRecord, generation: int, *, process: Process, dead_letter: DeadLetterSender) -> bool:
        """Take a record in and begin to work on it; False when it is refused, because it will come or came again."""
        slot = self._ledger.admit(record.topic_partition, generation, record.offset)
        if slot is None:
            return False
        task = asyncio.create_task(self._deliver(slot, record, process, dead_letter), name=f"deliver {record}")
        self._tasks[task] = self._clock()
        self._held[record.topic_partition] += record.size
        task.add_done_callback(partial(self._forget, record.topic_partition, record.size))
        self._observer.admitted(record)
        return True

    async def room(self) -> None:
        """Wait until another record may be taken in."""
        while self._ledger.unacknowledged >= self.settings.max_unacknowledged:
            self._room.clear()
            await self._room.wait()

    def positions(self) -> Mapping[TopicPartition, int]:
        """Return what may be committed now, by partition."""
        return self._ledger.positions()

    def firsts(self) -> Mapping[TopicPartition, int]:
        """Return the offset of the first record of each partition that is not acknowledged, or is yet to come."""
        return self._ledger.firsts()

    def crowded(self) -> frozenset[TopicPartition]:
        """Return the partitions from which nothing should be fetched for now."""
        heavy = (
            partition for partition, size in self._held.items() if size >= self.settings.max_held_bytes_per_partition
        )
        return self._ledger.crowded(self.settings.max_unacknowledged_per_partition).union(heavy)

    @property
    def is_full(self) -> bool:
        """Whether so much is held that nothing at all should be fetched for now."""
        return self.held_bytes >= self.settings.max_held_bytes

    @property
    def held_bytes(self) -> int:
        """Bytes of records that were taken in and are not finished."""
        return self._held.total()

    async def drain(self, generation: int) -> None:
        """Stop taking records of this generation in, let work under way end, and cancel what takes too long.

        What was not begun, or failed and waits for another attempt, is cancelled at once: the next owner of the
        partition is as likely to succeed, and the whole group waits for us meanwhile. What is done and may soon be
        acknowledged is waited for. Positions can be committed afterwards; `kill` ends it.
        """
        self._ledger.close(generation)
        self._draining = True
        try:
            under_way = self._working | self._settling
            waiting = self._tasks.keys() - under_way
            for task in waiting:
                task.cancel()
            late: set[asyncio.Task[None]] = set()
            if under_way:
                _, late = await asyncio.wait(under_way, timeout=self.settings.drain_seconds)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late, timeout=_CANCEL_GRACE)
        finally:
            self._draining = False
        if waiting or late:
            logger.info(
                "Left %d records to whoever gets their partitions, %d of them in work.", len(waiting | late), len(late)
            )

    def kill(self, generation: int) -> None:
        """Forget this generation: nothing of it is committed from here on."""
        self._ledger.kill(generation)
        self._room.set()

    @property
    def longest_patience(self) -> float:
        """How long a record may wait before it becomes a dead letter, in seconds; 0 when none ever does."""
        return max(self._policy.patience.values(), default=0.0)

    @property
    def in_flight(self) -> int:
        """How many records are in work at this moment."""
        return len(self._working)

    @property
    def unacknowledged(self) -> int:
        """How many records were taken in and are not acknowledged."""
        return self._ledger.unacknowledged

    @property
    def acknowledged(self) -> int:
        """How many records were acknowledged since the start."""
        return self._acknowledged

    @property
    def oldest_seconds(self) -> float:
        """How long ago the oldest unfinished record was taken in, in seconds; 0 when there is none."""
        began = next(iter(self._tasks.values()), None)
        return 0.0 if began is None else self._clock() - began

    async def _deliver(self, slot: Slot, record: InputRecord, process: Process, dead_letter: DeadLetterSender) -> None:
        began = self._clock()
        settled: asyncio.Event | None = None

        async def once() -> None:
            nonlocal settled
            settled = await process(record)

        given_up, attempts = await self._work(record, once)
        if given_up is not None:
            await self._bury(record, given_up, attempts, dead_letter)
        seconds = self._clock() - began
        if settled is not None:
            await self._settle(settled)
        acknowledged = len(self._ledger.complete(slot))
        self._acknowledged += acknowledged
        self._room.set()
        if given_up is not None:
            self._observer.dead_lettered(record, given_up)
        self._observer.completed(record, seconds)
        if acknowledged:
            self._observer.acknowledged(record.topic_partition, acknowledged)

    async def _settle(self, settled: asyncio.Event) -> None:
        """Wait until a record whose work is done may be acknowledged."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - every caller is a task of this loop
        self._settling.add(task)
        try:
            await settled.wait()
        finally:
            self._settling.discard(task)

    async def _work(
        self, record: InputRecord, process: Callable[[], Awaitable[None]]
    ) -> tuple[SealstreamError | None, int]:
        """Process a record until that succeeds or is given up; return why it was given up, and the attempts."""
        trouble, appeared = Trouble(), self._clock() - self._age(record)
        while (error := await self._attempt(record, process)) is not None:
            trouble, decision = self._policy.judge(trouble, error, self._clock() - appeared)
            if not isinstance(error, ProducerError):  # that it becomes a dead letter is said once it has
                _log(record, error, trouble.attempts)
            match decision:
                case GiveUp(error=reason):
                    return reason, trouble.attempts
                case Stop(error=reason):
                    self._surrender(reason)
                case TryAgain(delay=delay):
                    self._observer.retried(record, error, delay)
                    await self._pause(delay)
        return None, trouble.attempts

    def _age(self, record: InputRecord) -> float:
        """How long ago the record was sent, in seconds; 0 where that is not known, or in the future by our clock."""
        return 0.0 if record.timestamp is None else max(0.0, self._time_of_day() - record.timestamp)

    async def _bury(
        self, record: InputRecord, error: SealstreamError, attempts: int, dead_letter: DeadLetterSender
    ) -> None:
        """Publish a dead letter, trying for ever: there is nothing else that could still be done with the record."""
        failures = 0
        while (failure := await self._attempt(record, lambda: dead_letter(record, error, attempts))) is not None:
            failures += 1
            _log(record, failure, failures)
            if isinstance(failure, OperatorError):
                self._surrender(failure)
            await self._pause(self._policy.backoff.wait(failures))
        kind = f"{type(error).__name__} on {record.topic}"
        self._letters.warning(kind, "%s became a dead letter after %d attempts: %s", record, attempts, error)

    async def _attempt(self, record: InputRecord, work: Callable[[], Awaitable[None]]) -> Exception | None:
        """Do the work once there is capacity for it, and return what it raised."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - every caller is a task of this loop
        async with self._turns.turn(sender_of(record)):
            self._working.add(task)
            try:
                await work()
            except asyncio.CancelledError:
                if task.cancelling():
                    raise
                # Something the work waited for was cancelled, not this task: to end here would leave the record
                # neither done nor abandoned, and its partition stuck behind it.
                return BugError("Something the work waited for was cancelled.", "Report this with the log.")
            except Exception as error:  # noqa: BLE001 - the policy decides about every one of them
                return error
            finally:
                self._working.discard(task)
        return None

    async def _pause(self, seconds: float) -> None:
        if self._draining:
            raise asyncio.CancelledError
        await asyncio.sleep(seconds)

    def _surrender(self, error: OperatorError) -> NoReturn:
        self._stop(error)
        raise asyncio.CancelledError

    def _forget(self, partition: TopicPartition, size: int, task: asyncio.Task[None]) -> None:
        del self._tasks[task]
        self._held[partition] -= size
        if self._held[partition] == 0:
            del self._held[partition]
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.critical("%s is stuck, by a bug in the delivery loop:\n%s", task.get_name(), without_content(error))


def _log(record: InputRecord, error: Exception, attempts: int) -> None:
    """Log a failed attempt: bugs every time, with their traceback; the rest at the 1st, 2nd, 4th, 8th, ... attempt."""
    if isinstance(error, SealstreamError) and not isinstance(error, BugError):
        if attempts & (attempts - 1) == 0:
            logger.warning("%s failed at attempt %d: %s", record, attempts, error)
    else:
        logger.error("%s met a bug at attempt %d:\n%s", record, attempts, without_content(error))
