"""Writing what clocks announce: the port on aiokafka's transactions.

Announcement and alert come together or not at all, so that nothing is said twice; and who opens a pen for a partition
takes it from whoever had it before, so that a worker which was taken for dead and is not says nothing any more.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import IllegalOperation, InvalidProducerEpoch, KafkaError, ProducerFenced

from agents.clocks.port import OpenPen, Pen, PenLostError
from agents.kafka import Publisher, open_publisher
from agents.kafka_connection import connection
from agents.messages import KafkaMessage
from agents.rights import clock_group
from agents.settings import KafkaSettings
from agents.topics import MAX_MESSAGE_BYTES
from pipeline.errors import WorldError

__all__ = ["pens_of", "transactional_id"]

_REQUEST_TIMEOUT_MS: Final = 10_000


def transactional_id(settings: KafkaSettings, partition: int) -> str:
    """By what the brokers know who writes the announcements of a partition."""
    return f"{clock_group(settings.group)}.{partition}"


def pens_of(settings: KafkaSettings) -> OpenPen:
    """What opens pens on these brokers."""
    return partial(_open_plain_pen if settings.embedded else _open_pen, settings)


@asynccontextmanager
async def _open_pen(settings: KafkaSettings, partition: int) -> AsyncIterator[Pen]:
    producer = AIOKafkaProducer(
        **connection(settings),
        transactional_id=transactional_id(settings, partition),
        compression_type="lz4",
        max_request_size=MAX_MESSAGE_BYTES,
        request_timeout_ms=_REQUEST_TIMEOUT_MS,
    )
    try:
        try:
            await producer.start()
        except KafkaError as error:
            raise _unwritten(error) from error
        yield _KafkaPen(producer)
    finally:
        await producer.stop()


class _KafkaPen:
    """The port on aiokafka's transactional producer."""

    def __init__(self, producer: AIOKafkaProducer) -> None:
        self._producer = producer

    async def write(self, messages: Sequence[KafkaMessage]) -> None:
        try:
            async with self._producer.transaction():
                sent = [await self._send(message) for message in messages]
                # What a broker refuses for good fails its own future, and the transaction would be committed without.
                await asyncio.gather(*sent)
        except (ProducerFenced, InvalidProducerEpoch) as error:
            raise PenLostError from error
        except (KafkaError, IllegalOperation) as error:
            raise _unwritten(error) from error

    async def _send(self, message: KafkaMessage) -> asyncio.Future[object]:
        sent: asyncio.Future[object] = await self._producer.send(
            message.topic,
            message.value,
            message.key,
            partition=message.partition,
            headers=list(message.headers),
        )
        return sent


@asynccontextmanager
async def _open_plain_pen(settings: KafkaSettings, _: int) -> AsyncIterator[Pen]:
    """A pen for the embedded broker, which knows no transactions: after a kill it may write something twice."""
    async with open_publisher(settings) as publisher:
        yield _PlainPen(publisher)


class _PlainPen:
    """The port on a producer without transactions."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher

    async def write(self, messages: Sequence[KafkaMessage]) -> None:
        await self._publisher.publish(messages)


def _unwritten(error: Exception) -> WorldError:
    return WorldError(
        what=f"Kafka did not take what clocks announce ({type(error).__name__}).",
        remedy="It is tried again; see that the brokers are up, and let this user write to the topics with the "
        "transactional ids that begin with SEALSTREAM_KAFKA_GROUP and .clocks.",
    )
