"""What lies in Kafka: topics read from the beginning and followed, and the commits that a group ever made."""

import asyncio
import struct
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Final, NamedTuple

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError
from aiokafka.structs import ConsumerRecord, TopicPartition

from agents.kafka_connection import connection
from agents.settings import KafkaSettings

__all__ = ["Commit", "GroupHistory", "TopicFollower", "follow", "group_history", "rising"]

_COMMITS: Final = "__consumer_offsets"
_OFFSET_KEY_VERSIONS, _GROUP_KEY_VERSION = (0, 1), 2
_CATCH_UP_SECONDS: Final = 60.0


class Commit(NamedTuple):
    """A position that a group committed: everything of the partition below `offset` was done at `time` (ms)."""

    partition: TopicPartition
    offset: int
    time: int


class GroupHistory(NamedTuple):
    """Every commit of a group in the order of the broker, and its highest generation: how often it was dealt anew."""

    commits: tuple[Commit, ...]
    generation: int


def rising(commits: Iterable[Commit]) -> dict[TopicPartition, list[Commit]]:
    """Of each partition the commits that went further than all before them, in the order of time."""
    by_partition: dict[TopicPartition, list[Commit]] = {}
    for commit in sorted(commits, key=lambda committed: committed.time):
        history = by_partition.setdefault(commit.partition, [])
        if not history or commit.offset > history[-1].offset:
            history.append(commit)
    return by_partition


class TopicFollower:
    """Reads topics from their beginnings for as long as it is asked to."""

    def __init__(self, consumer: AIOKafkaConsumer, take: Callable[[ConsumerRecord], None]) -> None:
        self.positions: dict[TopicPartition, int] = {}
        self._consumer = consumer
        self._take = take
        self.task = asyncio.create_task(self._run(), name="follow topics")

    async def _run(self) -> None:
        """Read for ever; a broker that is away is waited for."""
        while True:
            for records in (await self._consumer.getmany(timeout_ms=200)).values():
                for record in records:
                    self._take(record)
            # Behind the last message of a transaction lies what ended it, which is no record.
            self.positions = {
                partition: await self._consumer.position(partition) for partition in self._consumer.assignment()
            }

    async def ends(self) -> dict[TopicPartition, int]:
        """Where the partitions end now."""
        ends: dict[TopicPartition, int] = await self._consumer.end_offsets(self._consumer.assignment())
        return ends

    def has_reached(self, partition: TopicPartition, offset: int) -> bool:
        """Whether everything below the offset was read."""
        return self.positions.get(partition, 0) >= offset

    async def catch_up(self) -> None:
        """Return when everything has been read that is there at this moment."""
        ends = await self.ends()
        async with asyncio.timeout(_CATCH_UP_SECONDS):
            while not all(self.has_reached(*end) for end in ends.items()):  # noqa: ASYNC110
                await asyncio.sleep(0.05)


@asynccontextmanager
async def follow(
    settings: KafkaSettings, topics: Iterable[str], take: Callable[[ConsumerRecord], None]
) -> AsyncIterator[TopicFollower]:
    """Follow all partitions of topics in the background, outside any group."""
    consumer = AIOKafkaConsumer(
        **connection(settings),
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        isolation_level="read_committed",
    )
    await consumer.start()
    try:
        consumer.assign(await _partitions(consumer, topics))
        follower = TopicFollower(consumer, take)
        try:
            yield follower
        finally:
            follower.task.cancel()
            await asyncio.gather(follower.task, return_exceptions=True)
    finally:
        await consumer.stop()


async def group_history(settings: KafkaSettings) -> GroupHistory | None:
    """Read what the broker itself keeps of a group; None where a user may not see that.

    The format is Kafka's own (`OffsetCommitKey`, `OffsetCommitValue`, `GroupMetadataValue`); only its first fields are
    read, which have been the same in all versions.
    """
    commits: list[Commit] = []
    generation = 0

    def take(record: ConsumerRecord) -> None:
        nonlocal generation
        if record.key is None or record.value is None:
            return
        (version,) = struct.unpack_from(">h", record.key)
        if version in _OFFSET_KEY_VERSIONS:
            group, at = _string(record.key, 2)
            topic, at = _string(record.key, at)
            if group == settings.group:
                (partition,) = struct.unpack_from(">i", record.key, at)
                (offset,) = struct.unpack_from(">q", record.value, 2)
                commits.append(Commit(TopicPartition(topic, partition), offset, record.timestamp))
        elif version == _GROUP_KEY_VERSION and _string(record.key, 2)[0] == settings.group:
            _, at = _string(record.value, 2)
            generation = max(generation, *struct.unpack_from(">i", record.value, at))

    try:
        async with follow(settings, [_COMMITS], take) as follower:
            await follower.catch_up()
    except KafkaError:
        return None
    return GroupHistory(tuple(commits), generation)


async def _partitions(consumer: AIOKafkaConsumer, topics: Iterable[str]) -> list[TopicPartition]:
    found = []
    for topic in topics:
        await consumer._client.add_topic(topic)  # or no partition is known outside a group
        found += [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or ()]
    return found


def _string(data: bytes, at: int) -> tuple[str, int]:
    (length,) = struct.unpack_from(">h", data, at)
    end = at + 2 + length
    return data[at + 2 : end].decode(), end
