"""What the embedded broker needs of those who write to it."""

from pathlib import Path

import pytest

from agents.delivery import TopicPartition
from agents.following.consumer import consumers_of
from agents.kafka import open_publisher
from agents.messages import KafkaMessage
from agents.settings import KafkaSettings
from agents.topic_admin import create_topics
from agents.topics import TopicPlan
from devstack import EmbeddedBroker


@pytest.mark.parametrize("size", [1, 100_000])
async def test_a_partition_ends_after_everything_that_was_published_at_once(tmp_path: Path, size: int) -> None:
    """It says that a partition ends after the first record of the newest batch; who read on took that for a loss."""
    messages = [KafkaMessage(topic="records", key=b"%d" % number, value=b"x" * size) for number in range(5)]
    with EmbeddedBroker(tmp_path) as broker:
        settings = KafkaSettings(bootstrap_servers=broker.bootstrap_servers, embedded=True)
        await create_topics(settings, [TopicPlan(name="records", config={})], partitions=1, replication_factor=1)
        async with open_publisher(settings) as publisher:
            await publisher.publish(messages)
        async with consumers_of(settings)() as consumer:
            ends = await consumer.ends(["records"])

    assert ends == {TopicPartition("records", 0): 5}
