"""Workers as processes, the topics they read, and the one question: was anything committed that was not done?"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

_WORKER = Path(__file__).with_name("worker.py")
_ROOT = Path(__file__).parents[3]

QUICK_GROUP = {"broker_session_timeout": 6.0, "broker_rebalance_timeout": 10.0, "broker_heartbeat_interval": 1.0}
"""A group that notices a killed member after six seconds."""

Place = tuple[str, int, int]
"""Topic, partition and offset of a record."""


@dataclass(kw_only=True)
class Crew:
    """Workers of one group, and what they wrote down.

    Args:
        directory: for the journal and the logs of the workers.
        bootstrap: where the broker is.
        topics: what the workers read.
        partitions: of each topic.
    """

    directory: Path
    bootstrap: str
    topics: list[str]
    partitions: int
    delivery: Mapping[str, float] = field(default_factory=dict)
    watch: Mapping[str, float] = field(default_factory=dict)
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def group(self) -> str:
        return f"group-of-{'-'.join(self.topics)}"

    async def create_topics(self) -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap)
        await admin.start()
        try:
            # Tests send records with old times, which a broker would delete as soon as it looks.
            forever = {"retention.ms": "-1"}
            await admin.create_topics(
                [NewTopic(topic, self.partitions, 1, topic_configs=forever) for topic in self.topics]
            )
        finally:
            await admin.close()

    def start_worker(self) -> subprocess.Popen[bytes]:
        orders = {
            "bootstrap": self.bootstrap,
            "group": self.group,
            "topics": self.topics,
            "journal": os.fspath(self._journal),
            "delivery": {"drain_seconds": 3.0, "commit_seconds": 0.5, **self.delivery},
            "watch": self.watch,
            "options": QUICK_GROUP,
        }
        with self._log(len(self.workers)).open("wb") as log:
            worker = subprocess.Popen(
                [sys.executable, os.fspath(_WORKER), json.dumps(orders)],
                cwd=_ROOT,
                env={**os.environ, "PYTHONPATH": os.fspath(_ROOT)},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.workers.append(worker)
        return worker

    async def produce(self, records: Iterable[tuple[str, int, bytes]], per_second: float = 1e9) -> None:
        """Send records (topic, partition, value) at a steady rate, through any outage of the broker."""
        producer = AIOKafkaProducer(bootstrap_servers=self.bootstrap, linger_ms=5, request_timeout_ms=120_000)
        await producer.start()
        began, sent = time.monotonic(), []
        for number, (topic, partition, value) in enumerate(records):
            sent.append(await producer.send(topic, value, partition=partition))
            await asyncio.sleep(max(0.0, began + number / per_second - time.monotonic()))
        await asyncio.gather(*sent)
        await producer.stop()

    def journal(self) -> list[dict[str, Any]]:
        """What the workers wrote down, in order."""
        return [json.loads(line) for line in self._journal.read_bytes().splitlines()] if self._journal.exists() else []

    def done(self) -> set[Place]:
        """Which records were done, at least once."""
        return {(line["topic"], line["partition"], line["offset"]) for line in self.journal()}

    async def committed(self) -> dict[TopicPartition, int]:
        admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap)
        await admin.start()
        try:
            offsets = await admin.list_consumer_group_offsets(self.group)
        finally:
            await admin.close()
        return {partition: entry.offset for partition, entry in offsets.items()}

    async def ends(self) -> dict[TopicPartition, int]:
        consumer = AIOKafkaConsumer(bootstrap_servers=self.bootstrap)
        await consumer.start()
        try:
            every = [TopicPartition(topic, number) for topic in self.topics for number in range(self.partitions)]
            return dict(await consumer.end_offsets(every))
        finally:
            await consumer.stop()

    async def lost(self) -> list[Place]:
        """Which records were never done though a position past them is committed: nobody would ever do them."""
        done = self.done()
        committed = await self.committed()
        return [
            (partition.topic, partition.partition, offset)
            for partition, position in committed.items()
            for offset in range(position)
            if (partition.topic, partition.partition, offset) not in done
        ]

    async def all_committed(self) -> bool:
        committed = await self.committed()
        return all(committed.get(partition, 0) == end for partition, end in (await self.ends()).items())

    def log(self, worker: subprocess.Popen[bytes]) -> str:
        return self._log(self.workers.index(worker)).read_text(errors="replace")

    def dismiss(self) -> None:
        """Kill whoever is left."""
        for worker in self.workers:
            worker.kill()
            worker.wait()

    @property
    def _journal(self) -> Path:
        return self.directory / "journal.jsonl"

    def _log(self, number: int) -> Path:
        return self.directory / f"worker-{number}.log"


async def ended(worker: subprocess.Popen[bytes], within: float) -> int:
    """Wait for a worker to end and return its exit code; fail when it takes longer, and kill it."""
    try:
        return await asyncio.to_thread(worker.wait, within)
    except subprocess.TimeoutExpired:
        worker.kill()
        raise AssertionError(f"the worker did not end within {within:.0f} seconds") from None


async def until(condition: Callable[[], bool], within: float) -> None:
    """Wait for something to become true; fail when it takes longer."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, f"not within {within:.0f} seconds"
        await asyncio.sleep(0.2)


def signal_worker(worker: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Send a signal to a worker that may have ended."""
    with suppress(ProcessLookupError):
        worker.send_signal(number)
