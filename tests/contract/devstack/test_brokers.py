"""Real Kafka and the embedded broker, used by the client that the workers use."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import UnknownTopicOrPartitionError

from devstack import EmbeddedBroker, KafkaServer


async def publish(bootstrap_servers: str, topic: str, values: Sequence[bytes]) -> None:
    async with AIOKafkaProducer(bootstrap_servers=bootstrap_servers, acks="all") as producer:
        for value in values:
            await producer.send_and_wait(topic, value)


async def create_topic(bootstrap_servers: str, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic, num_partitions=1, replication_factor=1)])
    finally:
        await admin.close()


async def consume(bootstrap_servers: str, topic: str, count: int) -> list[bytes]:
    """Take the next `count` records as a member of one group, and commit."""
    async with AIOKafkaConsumer(
        topic,
        bootstrap_servers=bootstrap_servers,
        group_id="readers",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        session_timeout_ms=6000,  # the embedded broker lets a group wait for half of it
    ) as consumer:
        values = [(await asyncio.wait_for(consumer.getone(), 30)).value for _ in range(count)]
        await consumer.commit()
    return values


async def test_the_embedded_broker_carries_records_to_a_group(tmp_path: Path) -> None:
    with EmbeddedBroker(tmp_path) as broker:
        await create_topic(broker.bootstrap_servers, "events")
        await publish(broker.bootstrap_servers, "events", [b"one", b"two"])
        assert await consume(broker.bootstrap_servers, "events", 2) == [b"one", b"two"]


@pytest.mark.kafka
async def test_kafka_keeps_records_and_offsets_when_stopped_and_when_killed(kafka_server: KafkaServer) -> None:
    await create_topic(kafka_server.bootstrap_servers, "events")
    await publish(kafka_server.bootstrap_servers, "events", [b"one", b"two"])
    assert await consume(kafka_server.bootstrap_servers, "events", 1) == [b"one"]
    kafka_server.restart()
    await publish(kafka_server.bootstrap_servers, "events", [b"three"])
    kafka_server.kill()
    kafka_server.start()
    assert await consume(kafka_server.bootstrap_servers, "events", 2) == [b"two", b"three"]


@pytest.mark.kafka
async def test_kafka_makes_no_topic_that_nobody_created(kafka_server: KafkaServer) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=kafka_server.bootstrap_servers, request_timeout_ms=1000)
    await producer.start()
    with pytest.raises(UnknownTopicOrPartitionError):
        await producer.send("misspelled", b"one")
    await producer.stop()
