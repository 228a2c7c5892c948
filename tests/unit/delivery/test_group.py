"""Two workers share partitions of a simulated broker: whatever happens to them, nothing committed was left undone."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from agents.delivery.loop import DeliveryLoop
from agents.delivery.record import InputRecord, TopicPartition
from agents.delivery.settings import DeliverySettings
from pipeline.errors import EnvelopeError, SealstreamError, WorldError

PARTITIONS = [TopicPartition("generation", number) for number in range(3)]
RECORDS = 12

BOUNDS = DeliverySettings(
    max_in_flight=3,
    max_unacknowledged_per_partition=6,
    fetch_records=1,
    buffer_records=1,
    max_unacknowledged=8,
    drain_seconds=0.003,
    retry_first_seconds=0.0005,
    retry_cap_seconds=0.001,
)

AWAY = WorldError("The store does not answer.", "Wait.")
MALFORMED = EnvelopeError("The record is no CloudEvent.", "Send one.")

Behaviour = tuple[str, float]
"""How the work of a record ends ("done", "away", "malformed", "bug"), and how long it takes, in seconds."""

behaviours = st.tuples(
    st.sampled_from(["done", "done", "done", "away", "malformed", "bug"]), st.sampled_from([0, 0, 0.0005, 0.002, 0.02])
)


@dataclass
class SimulatedGroup:
    """A topic, what its consumer group has committed, and the workers that own its partitions."""

    plan: Callable[[], Behaviour]
    committed: dict[TopicPartition, int] = field(default_factory=lambda: dict.fromkeys(PARTITIONS, 0))
    settled: set[tuple[TopicPartition, int]] = field(default_factory=set)
    generation: int = 0
    workers: list[DeliveryLoop] = field(default_factory=lambda: [DeliveryLoop(BOUNDS), DeliveryLoop(BOUNDS)])
    readers: list[asyncio.Task[None]] = field(default_factory=list)

    async def rebalance(self, share: int) -> None:
        """Take all partitions away in order; give the first `share` of them to one worker, the rest to the other."""
        for worker in self.workers:
            await worker.drain(self.generation)
            self.commit(worker)
            worker.kill(self.generation)
        self.assign(share)

    async def crash(self, victim: int, share: int) -> None:
        """Kill one worker where it stands, with all it had not committed; the group then gives out its partitions."""
        self.workers[victim] = DeliveryLoop(BOUNDS)
        await self.rebalance(share)

    def assign(self, share: int) -> None:
        for reader in self.readers:
            reader.cancel()
        self.generation += 1
        owned = PARTITIONS[:share], PARTITIONS[share:]
        self.readers = [
            asyncio.create_task(self.read(worker, partition, self.committed[partition], self.generation))
            for worker, partitions in zip(self.workers, owned, strict=True)
            for partition in partitions
        ]

    async def read(self, worker: DeliveryLoop, partition: TopicPartition, start: int, generation: int) -> None:
        for offset in range(start, RECORDS):
            await worker.room()
            record = InputRecord(
                topic=partition.topic, partition=partition.partition, offset=offset, key=None, value=b""
            )
            worker.admit(record, generation, process=self.process, dead_letter=self.dead_letter)
            await asyncio.sleep(0)

    async def process(self, record: InputRecord) -> None:
        ending, seconds = self.plan()
        await asyncio.sleep(seconds)
        match ending:
            case "away":
                raise AWAY
            case "malformed":
                raise MALFORMED
            case "bug":
                raise ValueError
        self.settled.add((record.topic_partition, record.offset))

    async def dead_letter(self, record: InputRecord, error: SealstreamError, attempts: int) -> None:
        ending, seconds = self.plan()
        await asyncio.sleep(seconds)
        if ending == "away":
            raise AWAY
        self.settled.add((record.topic_partition, record.offset))

    def commit(self, worker: DeliveryLoop) -> None:
        """Commit what a worker says may be committed, and see that all of it was done."""
        for partition, position in worker.positions().items():
            assert position >= self.committed[partition], "a position moved back"
            undone = [offset for offset in range(position) if (partition, offset) not in self.settled]
            assert not undone, f"{partition} was committed at {position} past {undone}"
            self.committed[partition] = position


Step = tuple[str, int, int]

steps = st.lists(
    st.tuples(st.sampled_from(["rebalance", "crash", "commit", "commit"]), st.integers(0, 1), st.integers(0, 3)),
    max_size=6,
)


async def _live_through(plan: Callable[[], Behaviour], story: list[Step]) -> None:
    group = SimulatedGroup(plan)
    group.assign(2)
    for event, victim, share in story:
        await asyncio.sleep(0.002)
        match event:
            case "rebalance":
                await group.rebalance(share)
            case "crash":
                await group.crash(victim, share)
            case "commit":
                group.commit(group.workers[victim])
    group.plan = lambda: ("done", 0)
    await group.rebalance(1)
    async with asyncio.timeout(10):
        while set(group.committed.values()) != {RECORDS}:
            await asyncio.sleep(0.001)
            for worker in group.workers:
                group.commit(worker)
                assert worker.unacknowledged < BOUNDS.max_unacknowledged + len(PARTITIONS)


@settings(max_examples=150, deadline=None)
@given(story=steps, endings=st.lists(behaviours, min_size=1, max_size=40))
def test_nothing_that_was_committed_was_left_undone_and_all_is_committed_in_the_end(
    story: list[Step], endings: list[Behaviour]
) -> None:
    left = list(endings)
    asyncio.run(_live_through(lambda: left.pop() if left else ("done", 0), story))
