"""Who takes part: workers of this tree and of others, the two loops, the floor. Each gets the same events."""

import abc
import asyncio
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Self

import msgspec

from agents.kafka import Publisher, open_publisher, read_topic
from agents.messages import KafkaMessage
from agents.settings import KafkaSettings
from agents.topic_admin import create_topics
from agents.topics import TopicPlan
from bench.measuring import memory_bytes, timer
from bench.stand import INBOX, Stand
from pipeline.settings import StoreSettings
from pipeline.store.buckets import create_buckets
from pipeline.store.connection import connect

__all__ = ["Contestant", "Effort", "Floor", "Loop", "Streaming", "WorkerContestant"]

_PARTITIONS = 4
_STOP_SECONDS = 40
_PATIENCE_SECONDS = 900.0


class Effort(msgspec.Struct, frozen=True, kw_only=True):
    """What a number of events took."""

    events: int
    cpu_ms: float
    """For each event, of the process and all its descendants."""

    wall_seconds: float
    memory_mb: float
    """Of all these processes at the end."""

    requests: Mapping[str, float]
    """S3 requests for each event, by method."""

    put_bytes: float
    """Bytes of bodies that the store was given for each event."""

    got_bytes: float
    """Bytes of bodies that the store gave for each event."""


class Contestant(abc.ABC):
    """A process that works on events."""

    def __init__(self, stand: Stand, name: str, part: str, tree: Path) -> None:
        self.name = name
        """What tables call it."""

        self.place = name + part
        """What its topics, buckets and log begin with: no two runs of one contestant share them."""

        self.tree = tree
        self._stand = stand
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Of its process."""
        if self._process is None:
            raise RuntimeError(f"{self.name} was not started")
        return self._process.pid

    @property
    def log(self) -> Path:
        """Where its process complains."""
        return self._stand.directory / f"{self.place}.log"

    async def work(self, messages: Sequence[KafkaMessage]) -> Effort:
        """Give it the events at once, wait until all are done, and say what that took."""
        before = self._stand.traffic()
        with timer(self.pid) as took:
            await self._work(messages)
        after = self._stand.traffic()
        asked = Counter(after.requests)
        asked.subtract(before.requests)
        count = len(messages)
        return Effort(
            events=count,
            cpu_ms=1000 * took.cpu / count,
            wall_seconds=took.wall,
            memory_mb=memory_bytes(self.pid) / 2**20,
            requests={method: number / count for method, number in sorted(asked.items()) if number},
            put_bytes=(after.received - before.received) / count,
            got_bytes=(after.sent - before.sent) / count,
        )

    @abc.abstractmethod
    async def __aenter__(self) -> Self:
        """Start the process, and wait until it works."""

    async def __aexit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.terminate()
            try:
                await asyncio.to_thread(self._process.wait, _STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    @abc.abstractmethod
    async def _work(self, messages: Sequence[KafkaMessage]) -> None:
        """Give it the events, and wait until all are done."""

    def _start(self, command: Sequence[str], environment: Mapping[str, str], *, talks: bool = False) -> None:
        pipe = subprocess.PIPE if talks else subprocess.DEVNULL
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                env={**self._stand.environment(), **environment, "PYTHONPATH": str(self.tree)},
                cwd=self.tree,
                stdin=pipe,
                stdout=pipe if talks else log,
                stderr=log,
            )


class Streaming(Contestant):
    """One that reads events from its own topics, and publishes a manifest record for each."""

    def __init__(self, stand: Stand, name: str, part: str, tree: Path) -> None:
        super().__init__(stand, name, part, tree)
        self._open = AsyncExitStack()
        self._publisher: Publisher | None = None
        self._done: dict[str, AsyncIterator[KafkaMessage]] = {}

    @property
    def prefix(self) -> str:
        """What its topics begin with."""
        return f"{self.place}."

    @property
    def kafka(self) -> KafkaSettings:
        """How to reach the broker."""
        return self._stand.kafka

    async def send(self, messages: Sequence[KafkaMessage]) -> None:
        """Publish events on its topics."""
        if self._publisher is None:
            self._publisher = await self._open.enter_async_context(open_publisher(self.kafka))
        await self._publisher.publish(
            [msgspec.structs.replace(message, topic=self.prefix + message.topic) for message in messages]
        )

    async def next_done(self, topic: str) -> KafkaMessage:
        """The next message that it publishes on one of its topics."""
        if topic not in self._done:
            self._done[topic] = read_topic(self.kafka, self.prefix + topic, from_beginning=True)
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return await anext(self._done[topic])

    async def __aexit__(self, *failure: object) -> None:
        for reading in self._done.values():
            await reading.aclose()  # type: ignore[attr-defined] # it is a generator
        await self._open.aclose()
        await super().__aexit__(*failure)

    async def _work(self, messages: Sequence[KafkaMessage]) -> None:
        await self.send(messages)
        topic = "manifests" if messages[0].topic == "generation" else "decisions"
        for _ in messages:
            await self.next_done(topic)


class WorkerContestant(Streaming):
    """A worker of sealstream, of this source tree or another one."""

    async def __aenter__(self) -> Self:
        environment = {
            "SEALSTREAM_KAFKA_BOOTSTRAP_SERVERS": self.kafka.bootstrap_servers,
            "SEALSTREAM_KAFKA_TOPIC_PREFIX": self.prefix,
            "SEALSTREAM_KAFKA_GROUP": self.place,
            "SEALSTREAM_CONTENT_BUCKET": self.place,
            "SEALSTREAM_RECORDS_BUCKET": f"{self.place}-records",
            "SEALSTREAM_INBOX_BUCKET": INBOX,
            "SEALSTREAM_STATE_DIR": str(self._stand.state),
            "SEALSTREAM_HEALTH_PORT": "0",
            "SEALSTREAM_LABEL_PRODUCER": "001191110000MA0EXAMP0D10000",
        }
        program = [sys.executable, "-m", "agents.cli"]
        for setup in (["topics", "create", f"--partitions={_PARTITIONS}"], ["bucket", "create"]):
            await asyncio.to_thread(
                subprocess.run,
                [*program, *setup],
                env={**self._stand.environment(), **environment, "PYTHONPATH": str(self.tree)},
                cwd=self.tree,
                check=True,
                stdout=subprocess.DEVNULL,
            )
        self._start([*program, "worker"], environment)
        return self


class Loop(Streaming):
    """One of the peers that read Kafka."""

    def __init__(self, stand: Stand, name: str, part: str, tree: Path, module: str) -> None:
        super().__init__(stand, name, part, tree)
        self._module = module

    async def __aenter__(self) -> Self:
        topics = [TopicPlan(name=self.prefix + name, config={}) for name in ("generation", "manifests", "decisions")]
        await create_topics(self.kafka, topics, partitions=_PARTITIONS, replication_factor=1)
        _make_buckets(self.place)
        places = (self.place, f"{self.place}-records")
        command = [sys.executable, "-m", self._module, self.kafka.bootstrap_servers, self.prefix, *places]
        self._start(command, {})
        return self


class Floor(Contestant):
    """The peer without Kafka: it is given events by a pipe."""

    async def __aenter__(self) -> Self:
        _make_buckets(self.place)
        command = [sys.executable, "-m", "bench.peers.floor", self.place, f"{self.place}-records"]
        self._start(command, {}, talks=True)
        await self._answer()
        return self

    async def _work(self, messages: Sequence[KafkaMessage]) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(b"".join((message.value or b"") + b"\n" for message in messages) + b"\n")
        self._process.stdin.flush()
        await self._answer()

    async def _answer(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        if not await asyncio.to_thread(self._process.stdout.readline):
            raise RuntimeError(f"{self.name} ended; see {self.log}")


def _make_buckets(name: str) -> None:
    create_buckets(connect(), StoreSettings(content_bucket=name, records_bucket=f"{name}-records", inbox_bucket=INBOX))
