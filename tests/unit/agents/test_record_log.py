"""The record log: leaves go into the log of their partition together, and a record is acknowledged after that."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from agents.delivery import DeliveryLoop, DeliverySettings, InputRecord
from agents.metrics import Metrics
from agents.record_log import RecordLog
from pipeline.store import Location
from pipeline.store.simulator import StoreSimulator
from pipeline.tile_log import Leaf, TileLogs
from tests.unit.tile_log.logs import BUCKET, NOON, SIGNER

TOPIC = "any.publication"


def leaf(number: int) -> Leaf:
    return Leaf(key=f"v1/records/{number}.json", sha256=f"{number:064x}")


@pytest.fixture
def store() -> StoreSimulator:
    return StoreSimulator(BUCKET)


@pytest.fixture
def logs(store: StoreSimulator) -> TileLogs:
    return TileLogs(store=store, bucket=BUCKET, name="log", keys=(SIGNER.public,), signer=SIGNER, now=lambda: NOON)


@pytest.fixture
async def log(store: StoreSimulator, logs: TileLogs) -> AsyncIterator[RecordLog]:
    opened = RecordLog(logs, store, 0.05, Metrics.create())
    yield opened
    await opened.close()


def logged(logs: TileLogs, partition: int) -> list[str]:
    reader = logs.reader(logs.place(TOPIC, partition))
    return [entry for number in range(1, reader.newest() + 1) for entry in reader.batch(number).entries]


async def test_leaves_that_come_together_share_a_batch_and_each_partition_has_a_log(
    log: RecordLog, logs: TileLogs, store: StoreSimulator
) -> None:
    waits = [log.add(TOPIC, number % 2, [leaf(number)]) for number in range(100)]
    async with asyncio.timeout(5):
        await asyncio.gather(*(event.wait() for event in waits))
    assert logged(logs, 0) == [leaf(number).entry.decode() for number in range(0, 100, 2)]
    assert logged(logs, 1) == [leaf(number).entry.decode() for number in range(1, 100, 2)]
    assert sum("/batches/" in at.key for at in store.objects) == 2
    assert logs.places() == (logs.place(TOPIC, 0), logs.place(TOPIC, 1))


async def test_a_tile_full_of_leaves_waits_for_no_more(store: StoreSimulator, logs: TileLogs) -> None:
    patient = RecordLog(logs, store, 3600.0, Metrics.create())
    async with asyncio.timeout(5):
        await patient.add(TOPIC, 0, [leaf(number) for number in range(256)]).wait()
    await patient.close()
    assert len(logged(logs, 0)) == 256


async def test_while_the_store_is_away_leaves_wait_and_it_is_said(
    log: RecordLog, logs: TileLogs, store: StoreSimulator
) -> None:
    store.outage = True
    waits = log.add(TOPIC, 0, [leaf(1)])
    async with asyncio.timeout(5):
        while log.trouble is None:  # noqa: ASYNC110 - it is said, not announced
            await asyncio.sleep(0.01)
    assert "object store" in log.trouble
    assert not waits.is_set()
    store.outage = False
    later = log.add(TOPIC, 0, [leaf(2)])
    async with asyncio.timeout(5):
        await asyncio.gather(waits.wait(), later.wait())
    assert log.trouble is None
    assert logged(logs, 0) == [leaf(1).entry.decode(), leaf(2).entry.decode()]


async def test_the_leaf_of_what_is_stored_is_of_its_bytes(log: RecordLog, store: StoreSimulator) -> None:
    store.create(Location(BUCKET, "v1/retractions/x.json"), b"{}", media_type="application/json")
    found = await log.leaf_of(f"s3://{BUCKET}/v1/retractions/x.json")
    assert found.entry.decode() == (
        "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a  v1/retractions/x.json"
    )


def record(offset: int) -> InputRecord:
    return InputRecord(topic=TOPIC, partition=0, offset=offset, key=None, value=b"", headers=(), timestamp=None)


async def unneeded(*_: Any) -> None:
    raise AssertionError


async def test_a_record_is_acknowledged_when_its_leaf_is_in_the_log_and_keeps_no_other_from_work(
    log: RecordLog, logs: TileLogs, store: StoreSimulator
) -> None:
    loop = DeliveryLoop(DeliverySettings(max_in_flight=2))
    store.outage = True

    async def work(input_record: InputRecord) -> asyncio.Event:
        return log.add(input_record.topic, input_record.partition, [leaf(input_record.offset)])

    for offset in range(10):
        loop.admit(record(offset), 1, process=work, dead_letter=unneeded)
    async with asyncio.timeout(5):
        while log.trouble is None:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.01)
    assert loop.in_flight == 0
    assert loop.unacknowledged == 10
    assert not loop.positions()
    store.outage = False
    async with asyncio.timeout(5):
        await loop.drain(1)  # waits for what is done
    assert list(loop.positions().values()) == [10]
    assert len(logged(logs, 0)) == 10


async def test_when_its_partitions_are_given_up_nothing_waits_any_more_and_whoever_has_them_next_logs_it(
    log: RecordLog, logs: TileLogs, store: StoreSimulator
) -> None:
    loop = DeliveryLoop(DeliverySettings(drain_seconds=0.05))
    store.outage = True

    async def work(input_record: InputRecord) -> asyncio.Event:
        return log.add(input_record.topic, input_record.partition, [leaf(input_record.offset)])

    loop.admit(record(0), 1, process=work, dead_letter=unneeded)
    async with asyncio.timeout(5):
        while log.trouble is None:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.01)
        await loop.drain(1)
    loop.kill(1)
    log.give_up()
    assert log.trouble is None, "a worker without the partition is ready"
    async with asyncio.timeout(5):
        while any(task.get_name().startswith("tile log") for task in asyncio.all_tasks()):  # noqa: ASYNC110 - as above
            await asyncio.sleep(0)
    store.outage = False
    loop.admit(record(0), 2, process=work, dead_letter=unneeded)
    async with asyncio.timeout(5):
        while not loop.positions():  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.01)
    assert list(loop.positions().values()) == [1]
    assert logged(logs, 0) == [leaf(0).entry.decode()]
