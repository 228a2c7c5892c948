"""Ready means working: whatever stands in the way of an event is said by /readyz, on a real broker of its own."""

import asyncio
import contextlib
import os
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
import orjson
import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions

from agents.topic_admin import alter_topic
from devstack import KafkaServer, KafkaUnavailableError, SeaweedServer
from devstack.ports import free_port
from tests.broker.installation import Installation
from tests.conftest import BOOTSTRAP, REQUIRE_KAFKA

pytestmark = [pytest.mark.kafka, pytest.mark.s3]

DRAIN_SECONDS = 1  # of an installation for tests
TEXT = {"id": "t", "mime": "text/plain", "text": "a human wrote this\n", "synthetic": "no"}


class Watched(msgspec.Struct):
    """An installation whose worker started before there were topics, and its broker."""

    house: Installation
    broker: KafkaServer
    port: int
    before_topics: Mapping[str, str] = {}

    def checks(self) -> dict[str, str]:
        """What /readyz says."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as answer:
                return dict(orjson.loads(answer.read())["checks"])
        except urllib.error.HTTPError as error:
            return dict(orjson.loads(error.read())["checks"])
        except OSError:
            return {}

    def metrics(self) -> str:
        """What /metrics says."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=5) as answer:
            return str(answer.read().decode())

    async def until(self, check: str, wanted: str | None, within: float = 40) -> str:
        """Wait until a check says this in some place, or is ok for None; returns what it says."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            said = (await asyncio.to_thread(self.checks)).get(check)
            if said is not None and (said == "ok" if wanted is None else wanted in said):
                return said
            await asyncio.sleep(0.2)
        raise AssertionError(f"{check}: {self.checks()}\n{self.house.log.read_text()}")


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    directory = tmp_path_factory.mktemp("ready")
    broker = KafkaServer(directory / "kafka")
    try:
        broker.start()
    except KafkaUnavailableError as error:
        required = os.environ.get(REQUIRE_KAFKA) and not os.environ.get(BOOTSTRAP)
        (pytest.fail if required else pytest.skip)(f"No Apache Kafka: {error}")
    with broker, SeaweedServer(directory / "s3") as s3:
        port = free_port()
        settings = {
            "SEALSTREAM_HEALTH_PORT": str(port),
            "SEALSTREAM_KAFKA_METADATA_SECONDS": "2",
            "SEALSTREAM_POLICY_JURISDICTIONS": "ES",
            "SEALSTREAM_RETRY_CAP_SECONDS": "1",
        }
        watched = Watched(Installation(broker.bootstrap_servers, s3, directory, **settings), broker, port)
        watched.house.sealstream("bucket", "create")
        watched.house.start_worker()
        asyncio.run(watched.until("topics", "not there"))
        watched.before_topics = watched.checks()
        asyncio.run(watched.house.create())
        asyncio.run(watched.until("partitions", None))
        asyncio.run(watched.until("brokers", None))
        yield watched
        watched.house.stop_worker()


def test_a_worker_without_topics_is_not_ready_and_takes_up_work_once_they_are_there(watched: Watched) -> None:
    assert f"{watched.house.topics.generation}" in watched.before_topics["topics"]
    assert set(watched.checks().values()) == {"ok"}


async def test_new_partitions_are_taken_while_it_runs_and_the_lag_of_each_is_shown(watched: Watched) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=watched.house.kafka.bootstrap_servers)
    await admin.start()
    await admin.create_partitions({watched.house.topics.publication: NewPartitions(total_count=8)})
    await admin.close()
    for _ in range(24):  # under random keys: the odds that six new partitions of eight get none are nil
        await watched.house.send("publication", {"jurisdictions": ["ES"], "content": TEXT})
    await watched.house.everything_done()
    name = watched.house.topics.publication
    async with asyncio.timeout(20):
        while any(  # noqa: ASYNC110 - it is asked of the worker
            f'sealstream_lag{{partition="{partition}",topic="{name}"}} 0.0' not in watched.metrics()
            for partition in range(8)
        ):
            await asyncio.sleep(0.5)


async def test_an_output_that_cannot_be_written_is_named_until_it_can(watched: Watched) -> None:
    letters = watched.house.topics.dead_letters
    await alter_topic(watched.house.kafka, letters, {"max.message.bytes": "200"})
    try:
        await watched.house.send("publication", {"nothing": "of it"})
        assert "larger" in await watched.until("outputs", letters)
    finally:
        await alter_topic(watched.house.kafka, letters, {"max.message.bytes": "4194304"})
    await watched.until("outputs", None)
    await watched.house.everything_done()


async def test_a_stop_is_over_in_time_whatever_is_queued_and_whatever_hangs(watched: Watched) -> None:
    """Parsers that hang held up the stop for as long as one may take; here they are frozen, and much is queued."""
    house = watched.house
    frozen = children(house.worker_pid)
    for child in frozen:
        os.kill(child, signal.SIGSTOP)
    try:
        uids = [await house.send("generation", {"content": {**TEXT, "operation": "generated"}}) for _ in range(40)]
        async with asyncio.timeout(20):
            while "sealstream_in_flight 40.0" not in watched.metrics():  # noqa: ASYNC110 - it is asked of the worker
                await asyncio.sleep(0.1)
        began = time.monotonic()
        house.stop_worker()
        assert time.monotonic() - began < DRAIN_SECONDS + 10 + 1
    finally:
        for child in frozen:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
    house.start_worker()
    await house.said("manifests", lambda message: message.data["event_uid"] == uids[-1])


def children(pid: int) -> list[int]:
    """The child processes of a process, and theirs."""
    direct = [
        int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()
    ]
    return [*direct, *(below for child in direct for below in children(child))]


async def test_a_broker_that_falls_silent_is_missed_within_seconds(watched: Watched) -> None:
    watched.broker.pause()
    try:
        assert "not answered" in await watched.until("brokers", "not answered", within=25)
    finally:
        watched.broker.resume()
    await watched.until("brokers", None)
    await watched.until("partitions", None)
    await watched.house.send("publication", {"jurisdictions": ["ES"], "content": TEXT})
    await watched.house.everything_done()
