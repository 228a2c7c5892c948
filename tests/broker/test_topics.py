"""Topics on real Kafka: made as planned, compared with the plan, and what a worker starts on."""

import asyncio
import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer

from agents.kafka import read_to_end
from agents.settings import KafkaSettings
from agents.topic_admin import alter_topic, create_topics, found_topics
from agents.topic_planning import alter_topics, compared
from agents.topics import TopicPlan, Topics
from devstack import SeaweedServer
from tests.broker.installation import Installation
from tests.conftest import BOOTSTRAP

pytestmark = [pytest.mark.kafka, pytest.mark.s3]

YEAR_MS = 365 * 24 * 3600 * 1000
HOUR_MS = 3600 * 1000


@pytest.fixture
def settings(kafka: str) -> KafkaSettings:
    return KafkaSettings(bootstrap_servers=kafka, topic_prefix=f"plan-{secrets.token_hex(4)}.")


@pytest.fixture
def installation(kafka: str, tmp_path: Path) -> Iterator[Installation]:
    with SeaweedServer(tmp_path / "s3") as s3:
        yield Installation(kafka, s3, tmp_path)


async def test_topics_are_created_as_planned_and_a_second_time_left_alone(settings: KafkaSettings) -> None:
    plans = Topics(settings.topic_prefix).plans()
    assert set((await create_topics(settings, plans, partitions=2, replication_factor=1)).values()) == {True}
    found = await compared(settings)
    assert (found.missing, found.not_shown, found.differences) == ((), (), ())
    assert set((await create_topics(settings, plans, partitions=2, replication_factor=1)).values()) == {False}


async def test_what_differs_is_told_and_set_as_planned_and_the_rest_stays(settings: KafkaSettings) -> None:
    topics = Topics(settings.topic_prefix)
    plain = [TopicPlan(name=plan.name, config={}) for plan in topics.plans()]
    await create_topics(settings, plain, partitions=1, replication_factor=1)
    await alter_topic(settings, topics.publication, {"segment.ms": "3600000"})

    losing = {
        (difference.topic, difference.setting)
        for difference in (await compared(settings)).differences
        if difference.loses
    }
    assert losing == {(topic, "message.timestamp.type") for topic in topics.inputs} | {
        (topic, "cleanup.policy") for topic in topics.references
    }

    await alter_topics(settings)
    assert (await compared(settings)).differences == ()
    assert (await found_topics(settings, [topics.publication]))[topics.publication].config["segment.ms"] == "3600000"


async def test_an_event_of_any_date_stays_until_it_is_read(settings: KafkaSettings) -> None:
    """SDKs date the message as the event; the broker deleted it by that date, or refused it."""
    topics = Topics(settings.topic_prefix)
    plain = TopicPlan(name=f"{settings.topic_prefix}plain", config={})
    await create_topics(settings, [plain, *topics.plans()], partitions=1, replication_factor=1)
    now = round(time.time() * 1000)
    dates = {"old": now - 2 * YEAR_MS, "epoch": 0, "now": now, "soon": now + 2 * HOUR_MS, "far": now + 10 * YEAR_MS}
    producer = AIOKafkaProducer(bootstrap_servers=settings.bootstrap_servers)
    await producer.start()
    try:
        sent = [
            await producer.send_and_wait(topics.publication, name.encode(), timestamp_ms=date)
            for name, date in dates.items()
        ]
        await producer.send_and_wait(plain.name, b"old", timestamp_ms=dates["old"])
    finally:
        await producer.stop()
    assert all(abs(message.timestamp - now) < HOUR_MS for message in sent)
    if os.environ.get(BOOTSTRAP):
        return  # a broker of somebody else looks for what is to be deleted every five minutes

    async with asyncio.timeout(60):
        while await kept(settings, plain.name):  # noqa: ASYNC110 - the same message where its date is believed
            await asyncio.sleep(0.5)
    assert await kept(settings, topics.publication) == [name.encode() for name in dates]


async def test_a_worker_does_not_start_on_topics_that_can_lose_an_event(installation: Installation) -> None:
    plain = [TopicPlan(name=plan.name, config={}) for plan in installation.topics.plans()]
    await create_topics(installation.kafka, plain, partitions=1, replication_factor=1)
    installation.sealstream("bucket", "create")

    said = installation.sealstream("worker", code=2)
    assert f"{installation.topics.generation}: message.timestamp.type is CreateTime" in said
    assert "topics create --alter" in said
    installation.sealstream("topics", "check", code=2)

    installation.sealstream("topics", "create", "--alter")
    assert installation.answer("topics", "check") == {"missing": [], "not_shown": [], "differences": [], "ok": True}


async def kept(settings: KafkaSettings, topic: str) -> list[bytes | None]:
    return [message.value async for message in read_to_end(settings, topic)]
