"""What waits before a clock says that its time is up, asked of the broker of the demo."""

import asyncio
from pathlib import Path

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from agents.clocks.arrears import arrears_of
from agents.settings import KafkaSettings
from devstack import EmbeddedBroker


async def sent(bootstrap_servers: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers)
    await admin.start()
    await admin.create_topics([NewTopic("sent", num_partitions=1, replication_factor=1)])
    await admin.close()
    async with AIOKafkaProducer(bootstrap_servers=bootstrap_servers, acks="all") as producer:
        await producer.send_and_wait("sent", b"answered in time")


async def worked_on(bootstrap_servers: str, group: str) -> None:
    async with AIOKafkaConsumer(
        "sent",
        bootstrap_servers=bootstrap_servers,
        group_id=group,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        session_timeout_ms=6000,
    ) as consumer:
        await asyncio.wait_for(consumer.getone(), 30)
        await consumer.commit()


async def test_the_broker_of_the_demo_says_what_a_group_has_worked_on(tmp_path: Path) -> None:
    with EmbeddedBroker(tmp_path) as broker:
        settings = KafkaSettings(bootstrap_servers=broker.bootstrap_servers, embedded=True)
        await sent(broker.bootstrap_servers)
        async with arrears_of(settings, ["sent"]) as arrears:
            mark = await arrears.mark()
            assert not await arrears.reached(mark)
            await worked_on(broker.bootstrap_servers, settings.group)
            assert await arrears.reached(mark)
