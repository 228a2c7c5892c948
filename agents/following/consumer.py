"""How the reference topics are read: the port on aiokafka.

No consumer group: every worker reads every partition, so nobody hands partitions out, and no position is committed.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Collection, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Final, TypeVar

import aiokafka
from aiokafka.errors import KafkaError

from agents.delivery import InputRecord, TopicPartition
from agents.delivery.tracebacks import without_content
from agents.following.port import Consumer, OpenConsumer, Positions, Read
from agents.header_names import accept_any_header_name
from agents.kafka_connection import connection
from agents.settings import KafkaSettings
from pipeline.errors import WorldError

__all__ = ["consumers_of"]

logger = logging.getLogger(__name__)

accept_any_header_name()

_POLL_RECORDS: Final = 2000
_REQUEST_SECONDS: Final = 10.0
_RETRY_MS: Final = 1000
"""Between attempts that aiokafka makes by itself; each that fails is a line in the log."""

_TOPOLOGY_SECONDS: Final = 15.0
"""How long is believed which partitions there are. To ask is to ask about every topic of the cluster."""

_STOP_SECONDS: Final = 2.0
_MILLISECONDS: Final = 1000

Answer = TypeVar("Answer")


def consumers_of(settings: KafkaSettings, of: str = "The reference topics") -> OpenConsumer:
    """What opens consumers on these brokers; `of` is what messages call the topics that they read.

    Raises:
        OperatorError: the settings cannot be used.
    """
    return partial(
        _open_consumer, f"{of} cannot be read from Kafka at {settings.bootstrap_servers}", connection(settings)
    )


@asynccontextmanager
async def _open_consumer(trouble: str, arguments: Mapping[str, object]) -> AsyncIterator[Consumer]:
    client = aiokafka.AIOKafkaConsumer(
        **arguments,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        # As the input topics are read: what a producer's transaction took back is not there.
        isolation_level="read_committed",
        request_timeout_ms=int(_REQUEST_SECONDS * _MILLISECONDS),
        retry_backoff_ms=_RETRY_MS,
    )
    try:
        await _answered(client.start(), trouble, within=2 * _REQUEST_SECONDS)
        yield _KafkaConsumer(client, trouble)
    finally:
        await _stop(client)


async def _stop(client: aiokafka.AIOKafkaConsumer) -> None:
    """Stop, whatever aiokafka makes of it.

    Without a broker parts of it never end. And while it waits for the brokers it takes the cancellation of a task of
    its own for that of its caller, who would end by it, and leaves its connections open.
    """
    for stop in (client.stop, client._client.close):  # noqa: SLF001 - the second is what the first may not get to
        stopping = asyncio.create_task(stop())
        await asyncio.wait([stopping], timeout=_STOP_SECONDS)
        if not stopping.done():
            stopping.cancel()
        elif not stopping.cancelled() and (error := stopping.exception()) is not None:
            logger.warning("A consumer did not stop in order:\n%s", without_content(error))


class _KafkaConsumer:
    """The port on aiokafka."""

    def __init__(self, client: aiokafka.AIOKafkaConsumer, trouble: str) -> None:
        self._client = client
        self._trouble = trouble
        self._partitions: Sequence[aiokafka.TopicPartition] = ()
        self._topology_until = 0.0

    async def ends(self, topics: Collection[str]) -> Positions:
        return await _answered(self._ends(topics), self._trouble, within=2 * _REQUEST_SECONDS)

    def read_from(self, positions: Positions) -> None:
        self._client.assign([aiokafka.TopicPartition(*partition) for partition in positions])
        for partition, offset in positions.items():
            self._client.seek(aiokafka.TopicPartition(*partition), offset)

    async def poll(self, seconds: float) -> Read:
        return await _answered(self._poll(seconds), self._trouble, within=seconds + 2 * _REQUEST_SECONDS)

    async def _ends(self, topics: Collection[str]) -> Positions:
        if time.monotonic() >= self._topology_until:
            self._partitions = await self._partitions_of(topics)
            self._topology_until = time.monotonic() + _TOPOLOGY_SECONDS
        if not self._partitions:
            return {}
        ends: Mapping[aiokafka.TopicPartition, int] = await self._client.end_offsets(self._partitions)
        return {TopicPartition(*partition): offset for partition, offset in ends.items()}

    async def _partitions_of(self, topics: Collection[str]) -> Sequence[aiokafka.TopicPartition]:
        client = self._client._client  # noqa: SLF001 - what is public gives names of topics without their partitions
        # All topics are asked for: a topic that is asked for by name may be created by that.
        cluster = await client.fetch_all_metadata()
        existing = {topic: cluster.partitions_for_topic(topic) or () for topic in topics}
        # Otherwise aiokafka gets to know them one by one, with a wait after each.
        await client.set_topics([topic for topic, numbers in existing.items() if numbers])
        return [aiokafka.TopicPartition(topic, number) for topic, numbers in existing.items() for number in numbers]

    async def _poll(self, seconds: float) -> Read:
        assigned = self._client.assignment()
        if not assigned:  # aiokafka would wait for an assignment
            await asyncio.sleep(seconds)
            return Read((), {})
        fetched = await self._client.getmany(timeout_ms=int(seconds * _MILLISECONDS), max_records=_POLL_RECORDS)
        return Read(
            [_record(record) for records in fetched.values() for record in records],
            {TopicPartition(*partition): await self._client.position(partition) for partition in assigned},
        )


def _record(record: aiokafka.ConsumerRecord) -> InputRecord:
    return InputRecord(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=record.key,
        value=record.value,
        headers=tuple(record.headers),
        timestamp=record.timestamp / _MILLISECONDS,
    )


async def _answered(question: Coroutine[object, object, Answer], trouble: str, *, within: float) -> Answer:
    try:
        async with asyncio.timeout(within):
            return await question
    except (KafkaError, TimeoutError) as error:
        raise WorldError(
            what=f"{trouble} ({type(error).__name__}).",
            remedy="It is tried again; see that the brokers are up and this user may read and describe the topics.",
        ) from error
