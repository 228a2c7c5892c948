"""Reading one's own partitions of the clocks topic: the port on aiokafka, with a consumer group of its own.

The group hands out the partitions, and nothing is committed: what is to be known of a partition is all that it holds.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Final

import aiokafka
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.errors import KafkaError

from agents.clocks.port import Page, Reader
from agents.delivery import InputRecord
from agents.header_names import accept_any_header_name
from agents.kafka_connection import connection
from agents.rights import clock_group
from agents.settings import KafkaSettings
from pipeline.errors import WorldError

__all__ = ["open_reader"]

accept_any_header_name()

_POLL_RECORDS: Final = 2000
_REQUEST_SECONDS: Final = 10.0
_MILLISECONDS: Final = 1000
_RETRY_MS: Final = 1000
_DEAL_SECONDS: Final = 120.0
"""So long a group may take to deal its partitions anew."""


@asynccontextmanager
async def open_reader(settings: KafkaSettings, topic: str) -> AsyncIterator[Reader]:
    """Join the group; leaves it when the context ends.

    Raises:
        WorldError: no broker answers.
    """
    trouble = f"The clocks cannot be read from Kafka at {settings.bootstrap_servers}"
    session = 6.0 if settings.embedded else settings.session_seconds or 30.0
    client = aiokafka.AIOKafkaConsumer(
        **connection(settings),
        group_id=clock_group(settings.group),
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        session_timeout_ms=int(session * _MILLISECONDS),
        heartbeat_interval_ms=int(session * _MILLISECONDS / 10),
        rebalance_timeout_ms=int(max(session, 10.0) * _MILLISECONDS),
        request_timeout_ms=int(_REQUEST_SECONDS * _MILLISECONDS),
        retry_backoff_ms=_RETRY_MS,
    )
    reader = _KafkaReader(client, topic, trouble)
    client.subscribe([topic], listener=reader)
    try:
        try:
            await client.start()
        except KafkaError as error:
            raise _unavailable(trouble, error) from error
        yield reader
    finally:
        stopping = asyncio.create_task(client.stop())
        await asyncio.wait([stopping], timeout=_REQUEST_SECONDS)


class _KafkaReader(ConsumerRebalanceListener):  # type: ignore[misc] # aiokafka ships no types
    """The port on aiokafka; the group tells it which partitions are its own."""

    def __init__(self, client: aiokafka.AIOKafkaConsumer, topic: str, trouble: str) -> None:
        self._client = client
        self._topic = topic
        self._trouble = trouble
        self._owned: dict[int, int] = {}
        self._kept: dict[int, tuple[int, int]] = {}
        self._takings = 0
        self._dealt = asyncio.Event()

    async def on_partitions_revoked(self, revoked: Collection[aiokafka.TopicPartition]) -> None:
        """Stop with what was ours; most of it comes back in a moment, and need not be read again."""
        for topic_partition in revoked:
            if topic_partition.partition in self._owned:
                position = await self._client.position(topic_partition)
                self._kept[topic_partition.partition] = (self._owned[topic_partition.partition], position)
        self._owned = {}
        self._dealt.clear()

    async def on_partitions_assigned(self, assigned: Collection[aiokafka.TopicPartition]) -> None:
        """Go on with what was ours just before, and begin with everything else."""
        owned = {}
        for topic_partition in assigned:
            if topic_partition.partition in self._kept:
                owned[topic_partition.partition], position = self._kept[topic_partition.partition]
                self._client.seek(topic_partition, position)
            else:
                self._takings += 1
                owned[topic_partition.partition] = self._takings
                await self._client.seek_to_beginning(topic_partition)
        self._kept = {}
        self._owned = owned
        self._dealt.set()

    async def poll(self, seconds: float) -> Page:
        try:
            fetched = await self._client.getmany(timeout_ms=int(seconds * _MILLISECONDS), max_records=_POLL_RECORDS)
            owned = await self._dealt_out()
            positions = {partition: await self._position(partition) for partition in owned}
        except (KafkaError, TimeoutError) as error:
            raise _unavailable(self._trouble, error) from error
        records = [_record(record) for records in fetched.values() for record in records if record.partition in owned]
        return Page(owned, records, positions)

    async def _dealt_out(self) -> dict[int, int]:
        """What is ours. While the group deals anew nobody knows; to say that nothing is would forget all clocks."""
        async with asyncio.timeout(_DEAL_SECONDS):
            while not self._dealt.is_set():  # asked once more when the wait is over: it may deal again by then
                await self._dealt.wait()
            return dict(self._owned)

    async def ends(self, partitions: Sequence[int]) -> Mapping[int, int]:
        wanted = [aiokafka.TopicPartition(self._topic, partition) for partition in partitions]
        try:
            ends: Mapping[aiokafka.TopicPartition, int] = await self._client.end_offsets(wanted)
        except KafkaError as error:
            raise _unavailable(self._trouble, error) from error
        return {topic_partition.partition: end for topic_partition, end in ends.items()}

    async def _position(self, partition: int) -> int:
        position: int = await self._client.position(aiokafka.TopicPartition(self._topic, partition))
        return position


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


def _unavailable(trouble: str, error: Exception) -> WorldError:
    return WorldError(
        what=f"{trouble} ({type(error).__name__}).",
        remedy="It is tried again; see that the brokers are up and this user may read the topic, with a group of its "
        "own (SEALSTREAM_KAFKA_GROUP and .clocks behind it).",
    )
