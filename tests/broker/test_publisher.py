"""Publishing with awaited delivery, on a real broker."""

import secrets
from collections.abc import Mapping

import pytest

from agents.kafka import KafkaMessage, create_topics, open_publisher, read_topic
from agents.settings import KafkaSettings
from agents.topics import TopicPlan

pytestmark = pytest.mark.kafka

NO_CONFIG: Mapping[str, str] = {}


@pytest.mark.parametrize("key", [None, b"", b"key"])
@pytest.mark.parametrize("value", [None, b"", b"value"])
async def test_whatever_an_input_may_be_a_dead_letter_can_be(
    kafka: str, key: bytes | None, value: bytes | None
) -> None:
    """A record without key and value once kept its partition waiting for ever: its dead letter could not be sent."""
    settings = KafkaSettings(bootstrap_servers=kafka)
    topic = f"letters-{secrets.token_hex(4)}"
    await create_topics(settings, [TopicPlan(name=topic, config=NO_CONFIG)], partitions=3, replication_factor=1)
    letter = KafkaMessage(topic=topic, key=key, value=value, headers=(("why", b"because"),))

    async with open_publisher(settings) as publisher:
        await publisher.publish([letter, letter])
    found = [one async for one in read_topic(settings, topic, from_beginning=True, idle_seconds=1)]

    assert [(one.key, one.value, one.headers) for one in found] == [(key, value, letter.headers)] * 2
