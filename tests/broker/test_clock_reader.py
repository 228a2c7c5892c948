"""Reading one's own partitions of the clocks topic on real Kafka: a new deal forgets nothing that stays."""

import asyncio
import secrets
from collections.abc import Mapping

import pytest

from agents.clocks.port import Reader
from agents.clocks.reader import open_reader
from agents.kafka import open_publisher
from agents.messages import KafkaMessage
from agents.settings import KafkaSettings
from agents.topic_admin import create_topics
from agents.topics import TopicPlan

pytestmark = pytest.mark.kafka


class Worker:
    """Polls as the keeper of clocks does: what is not its own any more it forgets."""

    def __init__(self, reader: Reader) -> None:
        self.known: dict[int, set[bytes | None]] = {}
        self._takings: Mapping[int, int] = {}
        self._reader = reader

    async def poll(self) -> None:
        page = await self._reader.poll(0.2)
        for partition in [known for known in self.known if page.owned.get(known) != self._takings[known]]:
            del self.known[partition]
        for partition in page.owned:
            self.known.setdefault(partition, set())
        for record in page.records:
            self.known[record.partition].add(record.key)
        self._takings = page.owned


async def test_a_worker_knows_all_of_its_partitions_whoever_else_comes_and_goes(kafka: str) -> None:
    name = f"clocks-{secrets.token_hex(4)}"
    settings = KafkaSettings(bootstrap_servers=kafka, group=name, session_seconds=6.0)
    await create_topics(settings, [TopicPlan(name=name, config={})], partitions=2, replication_factor=1)
    keys = {partition: {b"%d-%d" % (partition, number) for number in range(5)} for partition in range(2)}
    async with open_publisher(settings) as publisher:
        for partition, some in keys.items():
            await publisher.publish(
                [KafkaMessage(topic=name, key=key, value=b"{}", partition=partition) for key in some]
            )

    async with open_reader(settings, name) as first, asyncio.timeout(240):  # a group may take its time to deal
        staying = Worker(first)
        while staying.known != keys:
            await staying.poll()
        for _ in range(2):
            async with open_reader(settings, name) as second:
                coming = Worker(second)
                while len(coming.known) != 1 or {**staying.known, **coming.known} != keys:
                    await asyncio.gather(staying.poll(), coming.poll())
            while staying.known != keys:
                await staying.poll()
