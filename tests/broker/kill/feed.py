"""The producer: stores assets in the inbox, then sends events in bursts, and sends again what was not confirmed."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from agents.kafka import connection
from agents.settings import KafkaSettings
from agents.topics import Topics
from tests.broker.kill.cases import Case

__all__ = ["Feed", "open_feed"]

_TRY_AGAIN_SECONDS: Final = 0.5


class Feed:
    """Sends cases. An event that is sent again after a failure may lie in the topic twice: that is allowed to be."""

    def __init__(self, producer: AIOKafkaProducer, topics: Topics) -> None:
        self._producer = producer
        self._topics = topics
        self.sent = 0

    async def send(self, cases: Iterable[Case]) -> None:
        """Send cases side by side and return when the broker has them all."""
        await asyncio.gather(*(self._send(case) for case in cases for _ in range(case.times)))

    async def _send(self, case: Case) -> None:
        topic = self._topics.generation if case.topic == "generation" else self._topics.publication
        while True:
            try:
                await (await self._begin(topic, case))
            except KafkaError:
                await asyncio.sleep(_TRY_AGAIN_SECONDS)
            else:
                self.sent += 1
                return

    async def _begin(self, topic: str, case: Case) -> asyncio.Future[object]:
        headers = list(case.headers)
        if (case.key, case.value) != (None, None):
            return await self._producer.send(topic, case.value, case.key, headers=headers)
        # Any producer may send a record without key and value; aiokafka does so in a batch only.
        batch = self._producer.create_batch()
        batch.append(timestamp=None, key=None, value=None, headers=headers)
        return await self._producer.send_batch(batch, topic, partition=0)


@asynccontextmanager
async def open_feed(settings: KafkaSettings) -> AsyncIterator[Feed]:
    """Connect a producer of our own."""
    producer = AIOKafkaProducer(**connection(settings), acks="all", linger_ms=5)
    await producer.start()
    try:
        yield Feed(producer, Topics(settings.topic_prefix))
    finally:
        await producer.stop()
