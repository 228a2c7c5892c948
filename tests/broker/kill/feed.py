"""The producer: sends events in bursts, and sends again what was not confirmed."""

import asyncio
from collections.abc import AsyncIterator, Container, Iterable
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
_LOOK_SECONDS: Final = 0.2


class Feed:
    """Sends cases. An event that is sent again after a failure may lie in the topic twice: that is allowed to be.

    Args:
        publisher: sends.
        topics: where to.
        decided: the cases of which the outcome was seen, by number.
    """

    def __init__(self, publisher: Publisher, topics: Topics, decided: Container[int]) -> None:
        self._publisher = publisher
        self._topics = topics
        self._decided = decided
        self._later: list[asyncio.Task[None]] = []
        self.sent = 0

    async def send(self, cases: Iterable[Case]) -> None:
        """Send cases side by side and return when the broker has them all; reviews are sent when their time comes."""
        now = []
        for case in cases:
            if case.after is None:
                now.append(self._send(case))
            else:
                self._later.append(asyncio.create_task(self._send_later(case, case.after), name=f"case {case.number}"))
        await asyncio.gather(*now)

    @property
    def waiting(self) -> int:
        """How many reviews wait for what they are about to be decided."""
        return sum(1 for task in self._later if not task.done())

    async def close(self) -> None:
        """Give up what waits; a review that could not be sent is a failure of ours."""
        for task in self._later:
            if task.done():
                task.result()
            task.cancel()
        await asyncio.gather(*self._later, return_exceptions=True)

    async def _send_later(self, case: Case, after: int) -> None:
        while after not in self._decided:  # noqa: ASYNC110 - it is seen in a topic
            await asyncio.sleep(_LOOK_SECONDS)
        await self._send(case)

    async def _send(self, case: Case) -> None:
        topic = f"{self._topics.prefix}{case.topic}"
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
async def open_feed(settings: KafkaSettings, decided: Container[int]) -> AsyncIterator[Feed]:
    """Connect a producer of our own; `decided` tells which cases are."""
    async with open_publisher(settings) as publisher:
        feed = Feed(publisher, Topics(settings.topic_prefix), decided)
        try:
            yield feed
        finally:
            await feed.close()
