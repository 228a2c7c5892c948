"""Delivery on real Apache Kafka: kills, a broker that goes away, a storm of rebalances, and nothing is lost."""

import asyncio
import random
import signal
import time
from collections.abc import Callable, Iterator

import pytest

from agents.delivery import WorkerExit
from devstack import KafkaServer
from tests.broker.delivery.crew import Crew, ended, signal_worker, until

pytestmark = [pytest.mark.kafka, pytest.mark.kill]

TOPICS = ["generation", "publication"]
PARTITIONS = 4
RECORDS = 8_000
PER_SECOND = 130
OUTAGE_SECONDS = 10
STOPS_WITHIN = 3.0 + 5.0 + 5.0 + 3.0
"""Drain, last commit, the rest, and some slack for a busy machine."""

KILLED = -signal.SIGKILL
TERMINATED_WHILE_STARTING = -signal.SIGTERM


def work(dice: random.Random) -> Iterator[tuple[str, int, bytes]]:
    """Records all over the partitions: most take some milliseconds, a few take seconds, and a few are malformed."""
    for number in range(RECORDS):
        seconds = dice.choice([1, 2, 5]) if dice.random() < 0.01 else dice.uniform(0, 0.05)
        value = b"malformed" if dice.random() < 0.01 else b"sleep %.3f" % seconds
        yield TOPICS[number % 2], number // 2 % PARTITIONS, value


class Ordeal:
    """What two workers go through. Each worker that goes is followed by another, as a supervisor would see to."""

    def __init__(self, crew: Crew, kafka: KafkaServer, dice: random.Random) -> None:
        self.crew = crew
        self.kafka = kafka
        self.dice = dice
        self.pair = [crew.start_worker(), crew.start_worker()]
        self.exits: list[int] = []

    async def replace(self, number: int, by: signal.Signals) -> None:
        signal_worker(self.pair[number], by)
        self.exits.append(await ended(self.pair[number], within=STOPS_WITHIN))
        self.pair[number] = self.crew.start_worker()

    async def kills(self, count: int) -> None:
        for _ in range(count):
            await asyncio.sleep(self.dice.uniform(3, 7))
            await self.replace(self.dice.randrange(2), self.dice.choice([signal.SIGKILL, signal.SIGTERM]))

    async def outage(self) -> None:
        """The broker restarts, and a worker is told to stop while it is away."""
        self.kafka.stop()
        await asyncio.sleep(OUTAGE_SECONDS / 2)
        await self.replace(0, signal.SIGTERM)
        await asyncio.sleep(OUTAGE_SECONDS / 2)
        await asyncio.to_thread(self.kafka.start)
        await self.relieve()

    async def storm(self) -> None:
        """Members come and go faster than the group settles."""
        guests = []
        for _ in range(5):
            guests.append(self.crew.start_worker())
            await asyncio.sleep(self.dice.uniform(1.5, 3))
        for guest in guests:
            signal_worker(guest, self.dice.choice([signal.SIGKILL, signal.SIGTERM]))
            await asyncio.sleep(self.dice.uniform(0, 2))
        self.exits.extend([await ended(guest, within=STOPS_WITHIN) for guest in guests])

    async def relieve(self) -> None:
        """Start anew who ended by himself."""
        for number, worker in enumerate(self.pair):
            if (code := worker.poll()) is not None:
                self.exits.append(code)
                self.pair[number] = self.crew.start_worker()

    async def finish(self) -> None:
        for number in range(len(self.pair)):
            signal_worker(self.pair[number], signal.SIGTERM)
        self.exits.extend([await ended(worker, within=STOPS_WITHIN) for worker in self.pair])


async def test_nothing_is_lost_through_kills_an_outage_and_a_storm_of_rebalances(
    own_kafka: KafkaServer, hire: Callable[..., Crew], record_property: Callable[[str, object], None]
) -> None:
    seed = int(time.time())
    record_property("seed", seed)
    print(f"seed {seed}")
    dice = random.Random(seed)
    crew = hire(own_kafka.bootstrap_servers, topics=TOPICS, partitions=PARTITIONS)
    await crew.create_topics()
    producing = asyncio.create_task(crew.produce(work(dice), per_second=PER_SECOND))
    ordeal = Ordeal(crew, own_kafka, dice)

    await until(lambda: len(crew.done()) > 100, within=30)
    await ordeal.kills(3)
    await ordeal.outage()
    await ordeal.kills(1)
    await ordeal.storm()
    await producing
    async with asyncio.timeout(60):
        while not await crew.all_committed():
            await ordeal.relieve()
            await asyncio.sleep(1)
    await ordeal.finish()

    lines = crew.journal()
    print(f"{len(crew.done())} records, done {len(lines)} times, by {len(crew.workers)} workers; exits {ordeal.exits}")
    assert await crew.lost() == []
    assert len(crew.done()) == RECORDS
    assert {"processed", "dead letter"} == {line["how"] for line in lines}
    # A worker that is started while the broker is away crashes, until it is there.
    assert set(ordeal.exits) <= {WorkerExit.STOPPED, KILLED, TERMINATED_WHILE_STARTING, WorkerExit.CRASHED}


async def test_a_worker_lives_through_a_restart_of_the_broker(
    own_kafka: KafkaServer, hire: Callable[..., Crew]
) -> None:
    crew = hire(own_kafka.bootstrap_servers, topics=["generation"], partitions=1)
    await crew.create_topics()
    worker = crew.start_worker()
    await crew.produce(("generation", 0, b"sleep 0") for _ in range(50))
    await until(lambda: len(crew.done()) == 50, within=30)

    await asyncio.to_thread(own_kafka.restart)
    await crew.produce(("generation", 0, b"sleep 0") for _ in range(50))
    await until(lambda: len(crew.done()) == 100, within=60)

    assert worker.poll() is None
    assert await crew.lost() == []
