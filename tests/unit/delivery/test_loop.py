"""The delivery loop: a record is acknowledged when it is done or a dead letter, and never before."""

import asyncio
import itertools
import logging
from collections.abc import Awaitable, Callable

import pytest

from agents.delivery.loop import DeliveryLoop
from agents.delivery.observer import DeliveryObserver
from agents.delivery.record import InputRecord, TopicPartition
from agents.delivery.settings import DeliverySettings
from pipeline.errors import (
    AssetMissingError,
    BugError,
    EnvelopeError,
    OperatorError,
    SealstreamError,
    WorldError,
)

A = TopicPartition("generation", 0)
B = TopicPartition("generation", 1)

AWAY = WorldError("The store does not answer.", "Wait.")
MISSING = AssetMissingError("The asset is not there.", "Upload it before the event.")
MALFORMED = EnvelopeError("The record is no CloudEvent.", "Send one.")
EXPIRED = OperatorError("The certificate has expired.", "Renew it.")

FAST = DeliverySettings(
    max_in_flight=4,
    max_unacknowledged_per_partition=8,
    fetch_records=4,
    buffer_records=4,
    max_unacknowledged=16,
    drain_seconds=0.2,
    retry_first_seconds=0.002,
    retry_cap_seconds=0.01,
)


class Listener(DeliveryObserver):
    """Writes down what it hears, in order."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def admitted(self, record: InputRecord) -> None:
        self.heard.append(f"admitted {record.offset}")

    def retried(self, record: InputRecord, error: Exception, delay: float) -> None:
        self.heard.append(f"retried {record.offset}")

    def dead_lettered(self, record: InputRecord, error: SealstreamError) -> None:
        self.heard.append(f"dead-lettered {record.offset}")

    def completed(self, record: InputRecord, seconds: float) -> None:
        self.heard.append(f"completed {record.offset}")

    def acknowledged(self, partition: TopicPartition, count: int) -> None:
        self.heard.append(f"acknowledged {count}")


class Bench:
    """A delivery loop whose records do what a test says, and whose dead letters are kept."""

    def __init__(self, settings: DeliverySettings = FAST, patience: float | None = None) -> None:
        self.now = 100.0
        self.today = 1_800_000_000.0
        self.listener = Listener()
        self.dead: list[tuple[int, SealstreamError, int]] = []
        self.dead_letter_failures: list[Exception] = []
        self.stopped_by: list[OperatorError] = []
        self.loop = DeliveryLoop(
            settings,
            patience=None if patience is None else {AssetMissingError: patience},
            observer=self.listener,
            stop=self.stopped_by.append,
            clock=lambda: self.now,
            time_of_day=lambda: self.today,
        )

    def admit(
        self,
        offset: int,
        work: Callable[[], Awaitable[asyncio.Event | None]],
        partition: TopicPartition = A,
        generation: int = 1,
        timestamp: float | None = None,
        value: bytes = b"",
        headers: tuple[tuple[str, bytes | None], ...] = (),
    ) -> bool:
        record = InputRecord(
            topic=partition.topic,
            partition=partition.partition,
            offset=offset,
            key=None,
            value=value,
            headers=headers,
            timestamp=timestamp,
        )
        return self.loop.admit(record, generation, process=lambda _: work(), dead_letter=self._dead_letter)

    async def _dead_letter(self, record: InputRecord, error: SealstreamError, attempts: int) -> None:
        if self.dead_letter_failures:
            raise self.dead_letter_failures.pop(0)
        self.dead.append((record.offset, error, attempts))

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(5):
            while not condition():  # noqa: ASYNC110 - conditions are about several things
                await asyncio.sleep(0.001)

    async def until_acknowledged(self, position: int, partition: TopicPartition = A) -> None:
        await self.until(lambda: self.loop.positions().get(partition) == position)


def failing(*errors: Exception) -> Callable[[], Awaitable[None]]:
    """Work that meets these errors one after the other, then succeeds."""
    left = list(errors)

    async def work() -> None:
        if left:
            raise left.pop(0)

    return work


def held(by: asyncio.Event) -> Callable[[], Awaitable[None]]:
    """Work that is done when the event is set."""

    async def work() -> None:
        await by.wait()

    return work


async def nothing() -> None:
    """Work that is done at once."""


async def for_ever() -> None:
    """Work that never ends."""
    await asyncio.Event().wait()


async def settled() -> None:
    """Give every task the chance to go as far as it can."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_a_record_is_acknowledged_when_its_work_returned() -> None:
    bench, done = Bench(), asyncio.Event()
    assert bench.admit(7, held(by=done))
    await settled()
    assert bench.loop.positions() == {}
    done.set()
    await bench.until_acknowledged(8)


async def test_records_run_side_by_side_and_are_acknowledged_in_order() -> None:
    bench, first = Bench(), asyncio.Event()
    bench.admit(7, held(by=first))
    bench.admit(8, nothing)
    bench.admit(9, nothing)
    await settled()
    assert "completed 9" in bench.listener.heard
    assert bench.loop.positions() == {}
    first.set()
    await bench.until_acknowledged(10)


async def test_no_more_records_are_in_work_than_allowed() -> None:
    bench, gate = Bench(), asyncio.Event()
    for offset in range(10):
        bench.admit(offset, held(by=gate))
    await settled()
    assert bench.loop.in_flight == FAST.max_in_flight
    gate.set()
    await bench.until_acknowledged(10)
    assert bench.loop.in_flight == 0


async def test_records_that_wait_for_another_attempt_do_not_keep_others_from_working() -> None:
    bench = Bench(FAST.model_copy(update={"retry_first_seconds": 3600.0, "retry_cap_seconds": 3600.0}))
    for offset in range(FAST.max_in_flight):
        bench.admit(offset, failing(AWAY))
    bench.admit(0, nothing, partition=B)
    await bench.until_acknowledged(1, partition=B)
    assert bench.loop.positions() == {B: 1}


async def test_the_worlds_fault_is_tried_again_until_it_is_over() -> None:
    bench = Bench()
    bench.admit(7, failing(*[AWAY] * 20))
    await bench.until_acknowledged(8)
    assert bench.listener.heard.count("retried 7") == 20
    assert bench.dead == []


async def test_the_producers_fault_becomes_a_dead_letter_and_is_then_acknowledged() -> None:
    bench = Bench()
    bench.admit(7, failing(MALFORMED))
    await bench.until_acknowledged(8)
    assert bench.dead == [(7, MALFORMED, 1)]
    assert bench.listener.heard == ["admitted 7", "dead-lettered 7", "completed 7", "acknowledged 1"]


async def test_a_dead_letter_is_tried_for_ever_and_nothing_is_acknowledged_before_it_is_delivered() -> None:
    bench = Bench()
    bench.dead_letter_failures = [AWAY, ValueError(), MALFORMED] * 5
    seen: list[object] = []
    bench.listener.completed = lambda record, seconds: seen.append(list(bench.dead))  # type: ignore[method-assign]
    bench.admit(7, failing(MALFORMED))
    await bench.until_acknowledged(8)
    assert bench.dead_letter_failures == []
    assert seen == [[(7, MALFORMED, 1)]]


def missing(bench: Bench, seconds: float = 7.0) -> Callable[[], Awaitable[None]]:
    """Work that takes so long and never finds its asset."""

    async def work() -> None:
        bench.now += seconds
        raise MISSING

    return work


async def test_an_asset_that_stays_missing_becomes_a_dead_letter_when_patience_ends() -> None:
    bench = Bench(patience=60.0)
    bench.admit(7, missing(bench))
    await bench.until_acknowledged(8)
    assert [(offset, error) for offset, error, _ in bench.dead] == [(7, MISSING)]
    assert bench.now == 100 + 63


async def test_patience_goes_on_where_an_earlier_owner_of_the_partition_left_it() -> None:
    bench = Bench(patience=60.0)
    bench.admit(7, missing(bench, seconds=5), timestamp=bench.today - 30)
    await bench.until_acknowledged(8)
    assert bench.now == 100 + 30


async def test_an_hour_in_which_nobody_worked_costs_no_event_its_tries() -> None:
    bench = Bench(patience=60.0)
    bench.admit(7, failing(*[MISSING] * 2), timestamp=bench.today - 3600)
    bench.admit(8, missing(bench), timestamp=bench.today - 3600)
    await bench.until_acknowledged(9)
    assert bench.dead == [(8, MISSING, 3)]


async def test_a_producer_whose_clock_is_ahead_makes_nobody_wait_longer() -> None:
    bench = Bench(patience=60.0)
    bench.admit(7, missing(bench), timestamp=bench.today + 3600)
    await bench.until_acknowledged(8)
    assert bench.now == 100 + 63


async def test_a_bug_becomes_a_dead_letter_after_a_few_attempts_and_its_log_quotes_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bench = Bench()
    bench.admit(7, failing(*[KeyError("a name that nobody should read")] * 3))
    await bench.until_acknowledged(8)
    ((offset, error, attempts),) = bench.dead
    assert (offset, type(error), attempts) == (7, BugError, 3)
    assert [entry.levelno for entry in caplog.records].count(logging.ERROR) == 3
    assert "KeyError" in caplog.text
    assert "test_loop.py" in caplog.text
    assert "nobody should read" not in caplog.text


async def test_a_fault_of_the_configuration_stops_the_process_and_leaves_the_record_alone() -> None:
    bench = Bench()
    bench.admit(7, failing(EXPIRED))
    await settled()
    assert bench.stopped_by == [EXPIRED]
    assert bench.loop.positions() == {}
    assert bench.dead == []


async def test_a_fault_of_the_configuration_met_by_a_dead_letter_stops_the_process_too() -> None:
    bench = Bench()
    bench.dead_letter_failures = [EXPIRED]
    bench.admit(7, failing(MALFORMED))
    await settled()
    assert bench.stopped_by == [EXPIRED]
    assert bench.loop.positions() == {}


async def test_a_cancellation_that_was_not_ours_is_a_failed_attempt_and_not_the_end() -> None:
    bench = Bench()
    bench.admit(7, failing(asyncio.CancelledError(), asyncio.CancelledError()))  # type: ignore[arg-type]
    await bench.until_acknowledged(8)
    assert bench.dead == []


async def test_draining_waits_for_work_under_way() -> None:
    bench = Bench()
    bench.admit(7, lambda: asyncio.sleep(0.05))
    await settled()
    await bench.loop.drain(1)
    assert bench.loop.positions() == {A: 8}


async def test_a_record_that_is_done_is_acknowledged_when_what_it_waits_for_has_happened() -> None:
    bench = Bench(FAST.model_copy(update={"max_in_flight": 1}))
    logged = asyncio.Event()

    async def work() -> asyncio.Event:
        return logged

    for offset in (7, 8, 9):
        bench.admit(offset, work)
    await settled()
    assert (bench.loop.in_flight, bench.loop.unacknowledged, bench.loop.positions()) == (0, 3, {})
    logged.set()
    await bench.until_acknowledged(10)


async def test_draining_leaves_what_does_not_happen_in_time_unacknowledged() -> None:
    bench = Bench()

    async def work() -> asyncio.Event:
        return asyncio.Event()

    bench.admit(7, work)
    await settled()
    await bench.loop.drain(1)
    assert bench.loop.positions() == {}


async def test_draining_cancels_work_that_takes_too_long_and_never_acknowledges_it() -> None:
    bench = Bench()
    bench.admit(7, for_ever)
    bench.admit(8, nothing)
    await settled()
    await bench.loop.drain(1)
    assert bench.loop.in_flight == 0
    assert bench.loop.positions() == {}


async def test_draining_leaves_at_once_what_was_not_begun_or_waits_for_another_attempt() -> None:
    bench = Bench(FAST.model_copy(update={"retry_first_seconds": 3600.0, "retry_cap_seconds": 3600.0}))
    begun: list[int] = []

    async def slow() -> None:
        begun.append(1)
        await asyncio.sleep(0.05)

    bench.admit(6, failing(AWAY))
    await settled()
    for offset in range(7, 7 + 2 * FAST.max_in_flight):
        bench.admit(offset, slow)
    await settled()
    await bench.loop.drain(1)
    assert len(begun) == FAST.max_in_flight
    assert bench.listener.heard.count("retried 6") == 1
    assert bench.loop.positions() == {}


async def test_work_that_fails_while_draining_is_left_at_once() -> None:
    bench = Bench(FAST.model_copy(update={"drain_seconds": 3600.0}))

    async def fails_soon() -> None:
        await asyncio.sleep(0.01)
        raise AWAY

    bench.admit(7, fails_soon)
    await settled()
    async with asyncio.timeout(1):
        await bench.loop.drain(1)
    assert bench.loop.positions() == {}


async def test_nothing_is_taken_in_from_the_drained_generation() -> None:
    bench = Bench()
    await bench.loop.drain(1)
    assert not bench.admit(7, nothing)
    assert bench.admit(7, nothing, generation=2)


async def test_a_killed_generation_is_not_acknowledged_though_its_work_ends_later() -> None:
    bench, done = Bench(), asyncio.Event()
    bench.admit(7, held(by=done))
    await settled()
    bench.loop.kill(1)
    done.set()
    await bench.until(lambda: "completed 7" in bench.listener.heard)
    assert bench.loop.positions() == {}
    assert bench.loop.acknowledged == 0


async def test_the_stream_waits_while_too_much_is_unacknowledged() -> None:
    bench, gate = Bench(), asyncio.Event()
    for offset in range(FAST.max_unacknowledged):
        bench.admit(offset, held(by=gate))
    room = asyncio.create_task(bench.loop.room())
    await settled()
    assert not room.done()
    gate.set()
    async with asyncio.timeout(1):
        await room


async def test_the_stream_goes_on_when_the_generation_that_filled_the_room_is_over() -> None:
    bench = Bench()
    for offset in range(FAST.max_unacknowledged):
        bench.admit(offset, for_ever)
    room = asyncio.create_task(bench.loop.room())
    await settled()
    bench.loop.kill(1)
    async with asyncio.timeout(1):
        await room


async def test_a_partition_stuck_behind_one_record_is_fetched_no_more_and_leaves_room_for_others() -> None:
    bench = Bench()
    bench.admit(0, for_ever)
    for offset in range(1, FAST.max_unacknowledged_per_partition):
        bench.admit(offset, nothing)
    assert bench.loop.crowded() == {A}
    async with asyncio.timeout(1):
        await bench.loop.room()
    bench.admit(0, nothing, partition=B)
    await bench.until_acknowledged(1, partition=B)


async def test_a_partition_whose_records_hold_much_memory_is_fetched_no_more_until_they_are_done() -> None:
    bench, gate = Bench(), asyncio.Event()
    quarter = bench.loop.settings.max_held_bytes_per_partition
    bench.admit(0, held(by=gate), value=bytes(quarter))
    bench.admit(0, held(by=gate), partition=B, value=bytes(quarter - 1))
    assert bench.loop.crowded() == {A}
    assert not bench.loop.is_full
    gate.set()
    await bench.until_acknowledged(1)
    await settled()
    assert bench.loop.crowded() == frozenset()
    assert bench.loop.held_bytes == 0


async def test_nothing_is_fetched_while_all_partitions_together_hold_too_much_memory() -> None:
    bench, gate = Bench(), asyncio.Event()
    bench.admit(0, held(by=gate), value=bytes(bench.loop.settings.max_held_bytes - 1))
    assert not bench.loop.is_full
    bench.admit(0, held(by=gate), partition=B, value=b"x")
    assert bench.loop.is_full
    gate.set()
    await bench.until_acknowledged(1)
    await bench.until_acknowledged(1, partition=B)
    await settled()
    assert not bench.loop.is_full


async def test_what_is_given_up_with_its_generation_holds_nothing() -> None:
    bench = Bench()
    bench.admit(0, for_ever, value=b"x" * 100)
    assert bench.loop.held_bytes == 100
    await bench.loop.drain(1)
    bench.loop.kill(1)
    await settled()
    assert bench.loop.held_bytes == 0


async def test_headers_are_held_too() -> None:
    bench = Bench()
    bench.admit(0, for_ever, value=b"x" * 100, headers=(("ce_id", b"x" * 50), ("none", None)))
    assert bench.loop.held_bytes == 100 + len("ce_id") + 50 + len("none")


async def test_the_age_of_the_oldest_unfinished_record_is_known() -> None:
    bench = Bench()
    assert bench.loop.oldest_seconds == 0
    bench.admit(7, for_ever)
    bench.now += 5
    bench.admit(8, for_ever)
    bench.now += 1
    assert bench.loop.oldest_seconds == 6


async def test_every_record_is_counted_once() -> None:
    bench = Bench()
    offsets = itertools.count()
    for _ in range(200):
        await bench.loop.room()
        bench.admit(next(offsets), nothing)
    await bench.until_acknowledged(200)
    assert bench.loop.acknowledged == 200
    assert bench.loop.unacknowledged == 0


async def test_a_flood_of_one_producer_does_not_keep_another_waiting_behind_all_of_it() -> None:
    bench, begun = Bench(FAST.model_copy(update={"max_in_flight": 1})), list[int]()

    def noted(offset: int) -> Callable[[], Awaitable[None]]:
        async def work() -> None:
            begun.append(offset)
            await asyncio.sleep(0)

        return work

    for offset in range(8):
        sender = b"//quiet" if offset == 7 else b"//flood"
        bench.admit(offset, noted(offset), headers=(("ce_source", sender),))
    await bench.until_acknowledged(8)
    assert begun.index(7) <= 2
    assert sorted(begun) == list(range(8))
