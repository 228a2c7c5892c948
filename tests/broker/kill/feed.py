"""The producer: sends events in bursts, and sends again what was not confirmed."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Final

from agents.kafka import Publisher, open_publisher
from agents.messages import KafkaMessage
from agents.settings import KafkaSettings
from agents.topics import Topics
from pipeline.errors import WorldError
from tests.broker.kill.cases import Case

__all__ = ["Feed", "open_feed"]

_TRY_AGAIN_SECONDS: Final = 0.5


class Feed:
    """Sends cases. An event that is sent again after a failure may lie in the topic twice: that is allowed to be."""

    def __init__(self, publisher: Publisher, topics: Topics) -> None:
        self._publisher = publisher
        self._topics = topics
        self.sent = 0

    async def send(self, cases: Iterable[Case]) -> None:
        """Send cases side by side and return when the broker has them all."""
        await asyncio.gather(*map(self._send, cases))

    async def _send(self, case: Case) -> None:
        topic = self._topics.generation if case.topic == "generation" else self._topics.publication
        message = KafkaMessage(topic=topic, key=case.key, value=case.value, headers=case.headers)
        while True:
            try:
                await self._publisher.publish([message] * case.times)
            except WorldError:
                await asyncio.sleep(_TRY_AGAIN_SECONDS)
            else:
                self.sent += 1
                return


@asynccontextmanager
async def open_feed(settings: KafkaSettings) -> AsyncIterator[Feed]:
    """Connect a producer of our own."""
    async with open_publisher(settings) as publisher:
        yield Feed(publisher, Topics(settings.topic_prefix))
