"""Reference topics on real Apache Kafka: what a worker knows of them, and when."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest

from agents.kafka import create_topics, open_publisher
from agents.messages import KafkaMessage
from agents.reference import ReferenceObserver, References, references_of
from agents.reference.messages import deletion, entry_message
from agents.settings import KafkaSettings
from agents.topics import TopicPlan, Topics
from pipeline.events.outputs import Alert

pytestmark = pytest.mark.kafka

COMPACTED = {"cleanup.policy": "compact", "retention.ms": "-1"}
COMPACTED_SOON = {
    **COMPACTED,
    "segment.ms": "100",
    "min.cleanable.dirty.ratio": "0.001",
    "max.compaction.lag.ms": "100",
    "delete.retention.ms": "100",
}


class Installation:
    """The reference topics of one installation, and the operator's side of them."""

    def __init__(self, bootstrap: str) -> None:
        self.settings = KafkaSettings(bootstrap_servers=bootstrap, topic_prefix=f"ref-{secrets.token_hex(4)}.")
        self.topics = Topics(self.settings.topic_prefix)
        self.alerts: list[Alert] = []

    async def create(self, *names: str, config: Mapping[str, str] = COMPACTED, partitions: int = 1) -> None:
        plans = [TopicPlan(name=name, config=config) for name in names]
        await create_topics(self.settings, plans, partitions=partitions, replication_factor=1)

    async def send(self, *messages: KafkaMessage) -> None:
        async with open_publisher(self.settings) as publisher:
            await publisher.publish(messages)

    async def put(self, *features: Mapping[str, object]) -> None:
        await self.send(*(self.feature(**feature) for feature in features))

    def feature(self, **data: Any) -> KafkaMessage:
        whole = {"version": 1, "verdict": "harmful", **data}
        return entry_message(self.topics, "features", whole, source="tests")

    @asynccontextmanager
    async def worker(self, observer: ReferenceObserver | None = None) -> AsyncIterator[References]:
        async with references_of(self.settings, observer).following(self._alert) as references:
            yield references

    async def _alert(self, alert: Alert) -> None:
        self.alerts.append(alert)


@pytest.fixture
def installation(kafka: str) -> Installation:
    return Installation(kafka)


async def until(condition: Callable[[], bool], within: float) -> None:
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, f"not within {within:.0f} seconds"
        await asyncio.sleep(0.05)


def phrases(references: References) -> dict[str, str]:
    return {entry.id: entry.pattern for entry in references.current.features.values()}


async def test_five_thousand_entries_are_there_before_a_worker_takes_work(installation: Installation) -> None:
    await installation.create(*installation.topics.references, partitions=3)
    await installation.put(*({"id": f"f-{number}", "phrase": f"phrase {number}"} for number in range(5_000)))

    began = time.monotonic()
    async with installation.worker() as references:
        took = time.monotonic() - began
        assert len(references.current.features) == 5_000
        assert references.current.versions.features != "none"
        assert references.current.versions.services == "none"
        assert references.trouble is None
    print(f"loaded 5,000 entries in {took:.2f} s")
    assert took < 10


async def test_updates_and_deletions_are_in_force_within_two_seconds(installation: Installation) -> None:
    await installation.create(*installation.topics.references)
    await installation.put({"id": "a", "phrase": "one"}, {"id": "b", "phrase": "two"})
    async with installation.worker() as references:
        before = references.current
        began = time.monotonic()
        await installation.put({"id": "a", "version": 2, "phrase": "three"})
        await until(lambda: phrases(references) == {"a": "three", "b": "two"}, within=2)
        print(f"update in force after {time.monotonic() - began:.3f} s")

        await installation.send(deletion(installation.topics, "features", "b"))
        await until(lambda: phrases(references) == {"a": "three"}, within=2)

        assert {entry.pattern for entry in before.features.values()} == {"one", "two"}
    assert installation.alerts == []
