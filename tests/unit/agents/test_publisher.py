"""Publishing when the brokers go away in the middle of it."""

import asyncio
import gc
from typing import Any

import pytest
from aiokafka.errors import LeaderNotAvailableError

from agents.kafka import Publisher
from agents.messages import KafkaMessage
from pipeline.errors import WorldError


class Producer:
    """Takes one message, and none after it; the one it took fails when the test says so."""

    def __init__(self) -> None:
        self.taken: list[asyncio.Future[object]] = []

    async def send(self, *_: object, **__: object) -> asyncio.Future[object]:
        if self.taken:
            raise LeaderNotAvailableError
        self.taken.append(asyncio.get_running_loop().create_future())
        return self.taken[0]


async def test_a_message_that_cannot_be_sent_leaves_no_earlier_delivery_to_fail_unseen(
    caplog: pytest.LogCaptureFixture,
) -> None:
    producer: Any = Producer()
    message = KafkaMessage(topic="decisions", key=b"key", value=b"value")

    with pytest.raises(WorldError):
        await Publisher(producer).publish([message, message])
    producer.taken.pop().set_exception(LeaderNotAvailableError())
    await asyncio.sleep(0)
    gc.collect()

    assert "never retrieved" not in caplog.text
