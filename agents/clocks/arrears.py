"""Whether events wait that may say something of cases: the port on Kafka's offsets.

What was done in time may stand in an event that nobody has worked on yet, above all when workers were down. So before
a clock says that its time is up, everything that had been sent by then is waited for.
"""

from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

from aiokafka import TopicPartition as AiokafkaPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from agents.clocks.port import Arrears
from agents.delivery import TopicPartition
from agents.following.consumer import consumers_of
from agents.following.port import Consumer, Positions
from agents.kafka import start
from agents.kafka_connection import connection
from agents.settings import KafkaSettings
from pipeline.errors import WorldError

__all__ = ["arrears_of"]

_REQUEST_TIMEOUT_MS: Final = 10_000


@asynccontextmanager
async def arrears_of(settings: KafkaSettings, topics: Collection[str]) -> AsyncIterator[Arrears]:
    """Ask these brokers about the inputs that say something of cases.

    Raises:
        WorldError: no broker answers.
    """
    async with AsyncExitStack() as opened:
        consumer = await opened.enter_async_context(consumers_of(settings, "Where the inputs end")())
        admin = AIOKafkaAdminClient(**connection(settings), request_timeout_ms=_REQUEST_TIMEOUT_MS)
        await start(admin, settings)
        opened.push_async_callback(admin.close)
        yield _KafkaArrears(consumer, admin, settings.group, topics)


class _KafkaArrears:
    """The port on aiokafka."""

    def __init__(self, consumer: Consumer, admin: AIOKafkaAdminClient, group: str, topics: Collection[str]) -> None:
        self._consumer = consumer
        self._admin = admin
        self._group = group
        self._topics = tuple(topics)

    async def mark(self) -> Positions:
        return {
            topic_partition: end for topic_partition, end in (await self._consumer.ends(self._topics)).items() if end
        }

    async def reached(self, mark: Positions) -> bool:
        if not mark:
            return True
        try:
            found = await self._admin.list_consumer_group_offsets(
                self._group, partitions=[AiokafkaPartition(place.topic, place.partition) for place in mark]
            )
        except KafkaError as error:
            raise WorldError(
                what=f"Kafka does not say what this group has worked on ({type(error).__name__}).",
                remedy="It is asked again; let this user describe the group (SEALSTREAM_KAFKA_GROUP).",
            ) from error
        done = {
            TopicPartition(topic_partition.topic, topic_partition.partition): position.offset
            for topic_partition, position in found.items()
        }
        return all(done.get(topic_partition, -1) >= end for topic_partition, end in mark.items())
