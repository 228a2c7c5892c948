"""Brokers to read reference topics from, in memory: they can be away, stall, and lose topics. Time goes by in polls."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager

import msgspec

from agents.delivery import InputRecord, TopicPartition
from agents.following.port import Consumer, Positions, Read
from agents.messages import KafkaMessage
from agents.reference.messages import deletion, entry_message
from agents.reference.records import sets_by_topic
from agents.topics import Topics
from pipeline.errors import WorldError
from pipeline.policy.reference import SetName

TOPICS = Topics("t.")
SETS = sets_by_topic(TOPICS)


class FakeKafka:
    """What is in the topics, and what goes wrong.

    Attributes:
        now: the clock of whoever reads; a poll that brings nothing lets it go on.
        trouble: raised by every call while set.
        is_stalled: polls bring nothing.
        at_a_time: most records that one poll brings.
        seconds_to_deliver: how long a poll takes that brings something.
        delivered: how many records were handed out.
        connections: how often a consumer was opened.
    """

    def __init__(self) -> None:
        self.logs: dict[TopicPartition, list[InputRecord]] = {}
        self.now = 1000.0
        self.trouble: BaseException | None = None
        self.is_stalled = False
        self.at_a_time = 100
        self.seconds_to_deliver = 0.0
        self.delivered = 0
        self.connections = 0

    def create(self, *topics: str, partitions: int = 1) -> None:
        for topic in topics:
            self.logs.update({TopicPartition(topic, number): [] for number in range(partitions)})

    def delete(self, topic: str) -> None:
        self.logs = {partition: log for partition, log in self.logs.items() if partition.topic != topic}

    def send(self, message: KafkaMessage, partition: int = 0) -> None:
        log = self.logs[TopicPartition(message.topic, partition)]
        log.append(
            InputRecord(
                topic=message.topic,
                partition=partition,
                offset=len(log),
                key=message.key,
                value=message.value,
                headers=message.headers,
            )
        )

    def put(self, name: SetName, /, *, partition: int = 0, **data: object) -> None:
        self.send(entry_message(TOPICS, name, data, source="tests"), partition)

    def remove(self, name: SetName, entry_id: str) -> None:
        self.send(deletion(TOPICS, name, entry_id))

    def send_raw(self, name: SetName, key: bytes | None, value: object, *headers: tuple[str, bytes]) -> None:
        body = value if isinstance(value, bytes) else msgspec.json.encode(value)
        self.send(KafkaMessage(topic=f"{TOPICS.prefix}{name}", key=key, value=body, headers=headers))

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Consumer]:
        self.connections += 1
        self.check()
        yield _FakeConsumer(self)

    def check(self) -> None:
        if self.trouble is not None:
            self.now += 10
            raise self.trouble


class _FakeConsumer:
    def __init__(self, kafka: FakeKafka) -> None:
        self._kafka = kafka
        self._positions: dict[TopicPartition, int] = {}

    async def ends(self, topics: Collection[str]) -> Positions:
        self._kafka.check()
        return {partition: len(log) for partition, log in self._kafka.logs.items() if partition.topic in topics}

    def read_from(self, positions: Positions) -> None:
        self._positions = dict(positions)

    async def poll(self, seconds: float) -> Read:
        await asyncio.sleep(0.001)
        self._kafka.check()
        records: list[InputRecord] = []
        for partition, position in self._positions.items():
            log = self._kafka.logs.get(partition, [])
            taken = [] if self._kafka.is_stalled else log[position:][: self._kafka.at_a_time - len(records)]
            self._positions[partition] += len(taken)
            records += taken
        self._kafka.now += self._kafka.seconds_to_deliver if records else seconds
        self._kafka.delivered += len(records)
        return Read(records, dict(self._positions))


AWAY = WorldError(what="The brokers are away.", remedy="Wait.")
