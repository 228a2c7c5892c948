"""Brokers with the four topics, and workers that follow them."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from agents.delivery.backoff import Backoff
from agents.reference import ReferenceObserver, References
from pipeline.errors import WorldError
from pipeline.events.outputs import Alert
from pipeline.policy.reference import SetName
from tests.unit.agents.reference.fake_kafka import SETS, TOPICS, FakeKafka


class Numbers(ReferenceObserver):
    """What a worker says of itself, in its order."""

    def __init__(self) -> None:
        self.sizes: list[tuple[SetName, int]] = []
        self.updates: dict[SetName, int] = {}
        self.refusals: dict[SetName, int] = {}

    def in_force(self, name: SetName, entries: int, version: str) -> None:
        self.sizes.append((name, entries))

    def updated(self, name: SetName, count: int) -> None:
        self.updates[name] = self.updates.get(name, 0) + count

    def refused(self, name: SetName) -> None:
        self.refusals[name] = self.refusals.get(name, 0) + 1


class Worker:
    """One worker's view of the reference topics."""

    def __init__(self, kafka: FakeKafka) -> None:
        self.numbers = Numbers()
        self.alerts: list[Alert] = []
        self.alerts_are_lost = False
        self.references = References(
            kafka.open,
            SETS,
            observer=self.numbers,
            backoff=Backoff(first=0.001, cap=0.001),
            clock=lambda: kafka.now,
        )

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[References]:
        async with self.references.following(self._publish) as references:
            yield references

    async def _publish(self, alert: Alert) -> None:
        if self.alerts_are_lost:
            raise WorldError(what="No broker takes alerts.", remedy="Wait.")
        self.alerts.append(alert)

    @property
    def phrases(self) -> dict[str, str]:
        return {entry.id: entry.pattern for entry in self.references.current.features.values()}


@pytest.fixture
def kafka() -> FakeKafka:
    """Shadows the fixture that starts a broker."""
    kafka = FakeKafka()
    kafka.create(*TOPICS.references)
    return kafka


@pytest.fixture
def worker(kafka: FakeKafka) -> Worker:
    return Worker(kafka)


async def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.001)
