"""A worker on real Apache Kafka: what it reads, what it leaves for later, and when it gives up."""

import asyncio
import signal
from collections.abc import Callable
from secrets import token_hex

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition

from agents.delivery import WorkerExit
from tests.broker.delivery.crew import Crew, ended, signal_worker, until

pytestmark = pytest.mark.kafka


@pytest.fixture
def topic() -> str:
    return f"input-{token_hex(4)}"


async def test_records_arrive_as_they_are(kafka: str, hire: Callable[..., Crew], topic: str) -> None:
    crew = hire(kafka, topics=[topic], partitions=1)
    await crew.create_topics()
    when = 1_700_000_000_123
    async with AIOKafkaProducer(bootstrap_servers=kafka) as producer:
        await producer.send_and_wait(topic, None, key=b"k", headers=[("a", b"1"), ("a", b"2")], timestamp_ms=when)
        await producer.send_and_wait(topic, b"\xff\x00", key=None, headers=[("none", None)], timestamp_ms=when)
        await producer.send_and_wait(topic, b"", key=b"\xfe", headers=[("bytes", b"\xff")], timestamp_ms=when)
    crew.start_worker()
    await until(lambda: len(crew.done()) == 3, within=30)

    assert [
        (line["key"], line["value"], line["headers"], line["timestamp"])
        for line in sorted(crew.journal(), key=lambda line: int(line["offset"]))
    ] == [
        ("k", None, [["a", "1"], ["a", "2"]], when / 1000),
        (None, "\xff\x00", [["none", None]], when / 1000),
        ("\xfe", "", [["bytes", "\xff"]], when / 1000),
    ]


async def test_what_a_transaction_took_back_is_not_read(kafka: str, hire: Callable[..., Crew], topic: str) -> None:
    crew = hire(kafka, topics=[topic], partitions=1)
    await crew.create_topics()
    async with AIOKafkaProducer(bootstrap_servers=kafka, transactional_id=topic) as producer:
        for value, commits in [(b"kept", True), (b"taken back", False), (b"kept too", True)]:
            await producer.begin_transaction()
            await producer.send(topic, value)
            await (producer.commit_transaction() if commits else producer.abort_transaction())
    worker = crew.start_worker()
    await until(lambda: len(crew.done()) == 2, within=30)
    signal_worker(worker, signal.SIGTERM)
    await ended(worker, within=20)

    assert {line["value"] for line in crew.journal()} == {"kept", "kept too"}
    # The marker of the last transaction is behind it, and is no record.
    assert await crew.committed() == {TopicPartition(topic, 0): (await crew.ends())[TopicPartition(topic, 0)] - 1}


async def test_a_record_that_never_ends_holds_up_its_own_partition_only(
    kafka: str, hire: Callable[..., Crew], topic: str
) -> None:
    crew = hire(kafka, topics=[topic], partitions=2, delivery={"max_unacknowledged_per_partition": 100})
    await crew.create_topics()
    await crew.produce([(topic, 0, b"hang")])
    await crew.produce((topic, number % 2, b"sleep 0") for number in range(10_000))
    crew.start_worker()
    await until(lambda: len([place for place in crew.done() if place[1] == 1]) == 5_000, within=60)

    behind = [place for place in crew.done() if place[1] == 0]
    assert len(behind) < 2_000
    await asyncio.sleep(1)
    assert await crew.committed() == {TopicPartition(topic, 1): 5_000}


async def test_what_was_not_done_is_done_by_the_next_worker(kafka: str, hire: Callable[..., Crew], topic: str) -> None:
    crew = hire(kafka, topics=[topic], partitions=1)
    await crew.create_topics()
    await crew.produce((topic, 0, b"sleep %d" % (3600 if number == 5 else 0)) for number in range(10))
    worker = crew.start_worker()
    await until(lambda: len(crew.done()) == 9, within=30)
    signal_worker(worker, signal.SIGTERM)
    assert await ended(worker, within=20) == WorkerExit.STOPPED

    assert await crew.committed() == {TopicPartition(topic, 0): 5}


async def test_a_worker_in_which_nothing_moves_gives_up(kafka: str, hire: Callable[..., Crew], topic: str) -> None:
    crew = hire(kafka, topics=[topic], partitions=1, watch={"stuck_seconds": 4.0, "watch_seconds": 0.5})
    await crew.create_topics()
    await crew.produce([(topic, 0, b"hang")])
    worker = crew.start_worker()

    assert await ended(worker, within=40) == WorkerExit.STUCK
    assert "none was acknowledged for" in crew.log(worker)
