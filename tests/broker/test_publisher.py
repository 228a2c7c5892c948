"""Publishing with awaited delivery, on a real broker."""

import asyncio
import logging
import os
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from agents.kafka import Publisher, open_publisher, read_topic
from agents.messages import KafkaMessage
from agents.settings import KafkaSettings
from agents.topic_admin import create_topics
from agents.topics import TopicPlan
from devstack import KafkaServer, KafkaUnavailableError
from pipeline.errors import WorldError
from tests.conftest import BOOTSTRAP, REQUIRE_KAFKA

pytestmark = pytest.mark.kafka

NO_CONFIG: Mapping[str, str] = {}
AWAY_SECONDS = 5


async def new_topic(settings: KafkaSettings) -> str:
    topic = f"messages-{secrets.token_hex(4)}"
    await create_topics(settings, [TopicPlan(name=topic, config=NO_CONFIG)], partitions=3, replication_factor=1)
    return topic


@pytest.mark.parametrize("key", [None, b"", b"key"])
@pytest.mark.parametrize("value", [None, b"", b"value"])
async def test_whatever_an_input_may_be_a_dead_letter_can_be(
    kafka: str, key: bytes | None, value: bytes | None
) -> None:
    """A record without key and value once kept its partition waiting for ever: its dead letter could not be sent."""
    settings = KafkaSettings(bootstrap_servers=kafka)
    topic = await new_topic(settings)
    letter = KafkaMessage(topic=topic, key=key, value=value, headers=(("why", b"because"),))

    async with open_publisher(settings) as publisher:
        await publisher.publish([letter, letter])
    found = [message async for message in read_topic(settings, topic, from_beginning=True, idle_seconds=1)]

    assert [(message.key, message.value, message.headers) for message in found] == [(key, value, letter.headers)] * 2


@pytest.fixture
def own_broker(tmp_path: Path) -> Iterator[KafkaServer]:
    """A broker that may be stopped, beside one that is there already."""
    server = KafkaServer(tmp_path / "kafka")
    try:
        server.start()
    except KafkaUnavailableError as error:
        required = os.environ.get(REQUIRE_KAFKA) and not os.environ.get(BOOTSTRAP)
        (pytest.fail if required else pytest.skip)(f"No Apache Kafka: {error}")
    with server:
        yield server


async def test_a_broker_that_stops_is_waited_for_calmly(
    own_broker: KafkaServer, caplog: pytest.LogCaptureFixture
) -> None:
    """Once thousands of attempts to connect were made in every second, each with two lines in the log."""
    settings = KafkaSettings(bootstrap_servers=own_broker.bootstrap_servers)
    topic = await new_topic(settings)
    messages = [KafkaMessage(topic=topic, key=b"%d" % number, value=b"x" * 1000) for number in range(30)]
    caplog.set_level(logging.ERROR, "aiokafka")

    async with open_publisher(settings) as publisher:
        at_work = asyncio.Event()
        publishing = asyncio.create_task(publish_for_ever(publisher, messages, at_work))
        await at_work.wait()
        await asyncio.to_thread(own_broker.stop)
        caplog.clear()
        await asyncio.sleep(AWAY_SECONDS)
        lines = len(caplog.records)
        await asyncio.to_thread(own_broker.start)
        at_work.clear()
        await asyncio.wait_for(at_work.wait(), 30)
        publishing.cancel()
        await asyncio.gather(publishing, return_exceptions=True)

    assert lines < 20 * AWAY_SECONDS


async def publish_for_ever(publisher: Publisher, messages: list[KafkaMessage], at_work: asyncio.Event) -> None:
    while True:
        try:
            await publisher.publish(messages)
        except WorldError:
            await asyncio.sleep(0.1)
        else:
            at_work.set()
