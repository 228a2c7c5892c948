"""A worker knows what the reference topics say: all of it before it takes work, and every change after that."""

import asyncio
import logging

import pytest

from tests.unit.agents.reference.conftest import Worker, until
from tests.unit.agents.reference.fake_kafka import AWAY, TOPICS, FakeKafka


def put_phrase(kafka: FakeKafka, entry_id: str, phrase: str, version: int = 1, partition: int = 0) -> None:
    kafka.put("features", partition=partition, id=entry_id, version=version, verdict="harmful", phrase=phrase)


async def test_a_worker_starts_with_everything(kafka: FakeKafka, worker: Worker) -> None:
    kafka.put("services", id="s", version=3, service={"kind": "chat"})
    kafka.put("news-sources", id="n", version=1, name="The Daily", status="licensed")
    kafka.put("consents", id="c", version=1, status="granted")
    put_phrase(kafka, "f", "old")
    put_phrase(kafka, "f", "new", version=2)
    put_phrase(kafka, "g", "gone")
    kafka.remove("features", "g")

    async with worker.at_work() as references:
        sets = references.current
        assert (set(sets.services), set(sets.news_sources), set(sets.consents)) == ({"s"}, {"n"}, {"c"})
        assert worker.phrases == {"f": "new"}
        assert references.trouble is None
    assert sorted(worker.numbers.sizes) == [
        ("consents", 1),
        ("features", 1),
        ("inventory", 0),
        ("news-sources", 1),
        ("operators", 0),
        ("services", 1),
    ]
    assert worker.numbers.updates == {
        "services": 1,
        "news-sources": 1,
        "consents": 1,
        "features": 4,
        "inventory": 0,
        "operators": 0,
    }


async def test_nothing_is_in_force_before_everything_is(kafka: FakeKafka, worker: Worker) -> None:
    kafka.create(TOPICS.features, partitions=3)
    for number in range(90):
        put_phrase(kafka, f"f-{number}", "x", partition=number % 3)
    kafka.at_a_time = 4

    async with worker.at_work():
        assert [size for name, size in worker.numbers.sizes if name == "features"] == [90]


async def test_a_topic_that_is_never_quiet_does_not_delay_the_start(kafka: FakeKafka, worker: Worker) -> None:
    for version in range(1, 21):
        put_phrase(kafka, "f", "x", version=version)
    kafka.at_a_time, kafka.seconds_to_deliver = 1, 6.0

    async def write_for_ever() -> None:
        for version in range(21, 1_000_000):
            put_phrase(kafka, "f", "x", version=version)
            await asyncio.sleep(0)

    writing = asyncio.create_task(write_for_ever())
    async with asyncio.timeout(10), worker.at_work():
        assert worker.phrases == {"f": "x"}
    writing.cancel()


async def test_a_long_load_is_not_taken_for_a_stuck_one(kafka: FakeKafka, worker: Worker) -> None:
    for number in range(50):
        put_phrase(kafka, f"f-{number}", "x")
    kafka.at_a_time, kafka.seconds_to_deliver = 1, 6.0
    async with worker.at_work():
        assert len(worker.phrases) == 50
    assert kafka.connections == 1


async def test_a_topic_that_does_not_exist_is_an_empty_set_and_is_named_once(
    worker: Worker, kafka: FakeKafka, caplog: pytest.LogCaptureFixture
) -> None:
    kafka.delete(TOPICS.consents)
    caplog.set_level(logging.WARNING)
    async with worker.at_work() as references:
        assert references.trouble is None
        assert references.current.versions.consents == "none"
        before = kafka.now
        await until(lambda: kafka.now > before + 20)
        (line,) = [record.getMessage() for record in caplog.records]
        assert "t.consents" in line
        assert "sealstream topics create" in line

        kafka.create(TOPICS.consents)
        kafka.put("consents", id="c", version=1, status="revoked")
        await until(lambda: "c" in references.current.consents)
    assert kafka.connections == 1


async def test_without_any_topic_a_worker_works(worker: Worker, kafka: FakeKafka) -> None:
    kafka.logs.clear()
    async with worker.at_work() as references:
        assert set(references.current.versions.__struct_fields__) == {
            "services",
            "news_sources",
            "features",
            "consents",
            "inventory",
        }
        assert references.trouble is None


async def test_changes_come_into_force_and_snapshots_stay_what_they_are(kafka: FakeKafka, worker: Worker) -> None:
    put_phrase(kafka, "f", "one")
    async with worker.at_work() as references:
        snapshot = references.current
        put_phrase(kafka, "f", "two", version=2)
        await until(lambda: worker.phrases == {"f": "two"})
        kafka.remove("features", "f")
        await until(lambda: worker.phrases == {})
        assert references.current.versions.features == "none"
        # What was deleted may come again, with any version.
        put_phrase(kafka, "f", "three", version=1)
        await until(lambda: worker.phrases == {"f": "three"})

        assert [entry.pattern for entry in snapshot.features.values()] == ["one"]
    assert worker.alerts == []


async def test_workers_agree_on_versions(kafka: FakeKafka) -> None:
    first, second = Worker(kafka), Worker(kafka)
    put_phrase(kafka, "f", "one")
    async with first.at_work() as early:
        put_phrase(kafka, "g", "two")
        put_phrase(kafka, "f", "three", version=2)
        async with second.at_work() as late:
            await until(lambda: len(first.phrases) == 2 and first.phrases["f"] == "three")
            assert early.current.versions == late.current.versions


async def test_brokers_that_are_away_at_the_start_are_waited_for(kafka: FakeKafka, worker: Worker) -> None:
    put_phrase(kafka, "f", "one")
    kafka.trouble = AWAY
    assert worker.references.trouble is not None

    async def come_back() -> None:
        await until(lambda: kafka.connections > 3)
        assert "The brokers are away." in (worker.references.trouble or "")
        kafka.trouble = None

    back = asyncio.create_task(come_back())
    async with worker.at_work() as references:
        assert worker.phrases == {"f": "one"}
        assert references.trouble is None
    await back


@pytest.mark.parametrize(
    "trouble",
    [AWAY, ValueError("a phrase"), TimeoutError(), asyncio.CancelledError()],
    ids=lambda trouble: type(trouble).__name__,
)
async def test_whatever_goes_wrong_reading_goes_on_from_where_it_was(
    kafka: FakeKafka, worker: Worker, trouble: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(50):
        put_phrase(kafka, f"f-{number}", "x")
    async with worker.at_work() as references:
        kafka.trouble = trouble
        put_phrase(kafka, "late", "y")
        await until(lambda: references.trouble is not None)
        assert len(references.current.features) == 50

        kafka.trouble = None
        await until(lambda: "late" in worker.phrases)
        await until(lambda: references.trouble is None)
        assert kafka.delivered == 51
    assert caplog.records
    assert "a phrase" not in caplog.text


async def test_a_consumer_that_stands_still_is_replaced(kafka: FakeKafka, worker: Worker) -> None:
    async with worker.at_work() as references:
        kafka.is_stalled = True
        put_phrase(kafka, "f", "one")
        await until(lambda: references.trouble is not None)
        await until(lambda: kafka.connections > 1)
        kafka.is_stalled = False
        await until(lambda: worker.phrases == {"f": "one"} and references.trouble is None)


async def test_a_quiet_topic_is_no_reason_for_doubt(kafka: FakeKafka, worker: Worker) -> None:
    async with worker.at_work() as references:
        before = kafka.now
        while kafka.now < before + 300:
            assert references.trouble is None
            await asyncio.sleep(0.001)
        assert references.age_seconds < 10
    assert kafka.connections == 1


async def test_a_topic_made_anew_is_read_from_its_beginning(kafka: FakeKafka, worker: Worker) -> None:
    for number in range(10):
        put_phrase(kafka, f"f-{number}", "x", version=7)
    kafka.put("consents", id="c", version=1, status="granted")
    async with worker.at_work() as references:
        kafka.create(TOPICS.features)
        put_phrase(kafka, "f-1", "other", version=1)
        await until(lambda: worker.phrases == {"f-1": "other"})
        assert set(references.current.consents) == {"c"}
    # Nobody ever saw less than either: what was known stayed until the rest was read.
    assert [size for name, size in worker.numbers.sizes if name == "features"] == [10, 1]


async def test_a_topic_that_vanishes_leaves_what_was_known_and_doubt(kafka: FakeKafka, worker: Worker) -> None:
    put_phrase(kafka, "f", "one")
    async with worker.at_work() as references:
        kafka.delete(TOPICS.features)
        await until(lambda: references.trouble is not None)
        assert "t.features" in (references.trouble or "")
        assert worker.phrases == {"f": "one"}


async def test_after_an_hour_without_brokers_everything_is_read_again(kafka: FakeKafka, worker: Worker) -> None:
    """Meanwhile an entry was deleted, and compaction took its tombstone too: nothing in the topic tells of it."""
    put_phrase(kafka, "deleted", "x")
    put_phrase(kafka, "kept", "x")
    async with worker.at_work():
        kafka.trouble = AWAY
        start = kafka.now
        await until(lambda: kafka.now > start + 3600)
        partition = next(topic_partition for topic_partition in kafka.logs if topic_partition.topic == TOPICS.features)
        kafka.logs[partition][0] = kafka.logs[partition][1]
        kafka.trouble = None
        await until(lambda: set(worker.phrases) == {"kept"})
