"""Reading one's own partitions: nothing is lost between the moment they are given and the moment they are known."""

import asyncio
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import aiokafka
import pytest

from agents.clocks.reader import open_reader
from agents.settings import KafkaSettings

FIRST, SECOND = (aiokafka.TopicPartition("clocks", number) for number in (0, 1))


class Client:
    """A client that hands out the records of one partition while it still asks where the other one begins."""

    def __init__(self, **_: Any) -> None:
        self.handed_out = asyncio.Event()
        self.asked: list[aiokafka.TopicPartition] = []

    def subscribe(self, _: Sequence[str], listener: Any) -> None:
        self.listener = listener

    async def start(self) -> None:
        self.joining = asyncio.create_task(self.listener.on_partitions_assigned([FIRST, SECOND]))

    async def stop(self) -> None:
        self.joining.cancel()

    async def seek_to_beginning(self, partition: aiokafka.TopicPartition) -> None:
        self.asked.append(partition)
        if partition == SECOND:
            await self.handed_out.wait()

    async def getmany(self, **_: int) -> Mapping[aiokafka.TopicPartition, Sequence[Any]]:
        await asyncio.sleep(0)
        if self.asked == [FIRST, SECOND] and not self.handed_out.is_set():
            self.handed_out.set()
            record = {"topic": "clocks", "partition": 0, "offset": 0, "key": b"k", "value": b"v", "timestamp": 0}
            return {FIRST: [SimpleNamespace(**record, headers=())]}
        return {}

    async def position(self, partition: aiokafka.TopicPartition) -> int:
        return int(partition == FIRST and self.handed_out.is_set())


async def test_what_is_handed_out_while_another_partition_is_looked_for_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(aiokafka, "AIOKafkaConsumer", Client)
    async with open_reader(KafkaSettings(bootstrap_servers="unused:9092"), "clocks") as reader:
        pages = [await reader.poll(0.01) for _ in range(5)]
    assert [record.offset for page in pages for record in page.records] == [0]
    assert all(0 in page.owned for page in pages if page.records)


class Dealing(Client):
    """A client whose group deals anew, and the same again, a few turns of the event loop after it was asked."""

    turns = 0

    def seek(self, partition: aiokafka.TopicPartition, offset: int) -> None:
        """What was read of it is known."""

    async def start(self) -> None:
        self.handed_out.set()
        await super().start()

    async def getmany(self, **_: int) -> Mapping[aiokafka.TopicPartition, Sequence[Any]]:
        await self.joining
        self.joining = asyncio.create_task(self._deal())
        return {}

    async def _deal(self) -> None:
        for _ in range(self.turns):
            await asyncio.sleep(0)
        await self.listener.on_partitions_revoked([FIRST, SECOND])
        await asyncio.sleep(0)
        await self.listener.on_partitions_assigned([FIRST, SECOND])


@pytest.mark.parametrize("turns", range(6))
async def test_what_stays_is_owned_all_the_while_whenever_the_group_deals_anew(
    monkeypatch: pytest.MonkeyPatch, turns: int
) -> None:
    monkeypatch.setattr(aiokafka, "AIOKafkaConsumer", Dealing)
    monkeypatch.setattr(Dealing, "turns", turns)
    async with open_reader(KafkaSettings(bootstrap_servers="unused:9092"), "clocks") as reader:
        pages = [await reader.poll(0.01) for _ in range(5)]
    assert [dict(page.owned) for page in pages] == [{0: 1, 1: 2}] * 5
