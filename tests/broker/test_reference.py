"""Reference topics on real Apache Kafka: what a worker knows of them, and when."""

import asyncio
import json
import os
import secrets
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.record.util import calc_crc32c

from agents.cli.exits import run_explained
from agents.cli.reference import app
from agents.kafka import open_publisher, read_topic
from agents.messages import KafkaMessage
from agents.metrics import Metrics
from agents.outbox import Outbox
from agents.reference import ReferenceObserver, References, references_of
from agents.reference.messages import deletion, entry_message
from agents.settings import KafkaSettings
from agents.topic_admin import create_topics
from agents.topics import TopicPlan, Topics
from devstack import KafkaServer, KafkaUnavailableError
from tests.conftest import BOOTSTRAP, REQUIRE_KAFKA

pytestmark = pytest.mark.kafka

COMPACTED = {"cleanup.policy": "compact", "retention.ms": "-1"}
COMPACTED_SOON = {**COMPACTED, "segment.ms": "100", "min.cleanable.dirty.ratio": "0.001", "delete.retention.ms": "100"}


class Installation:
    """The topics of one installation, and the operator's side of them."""

    def __init__(self, bootstrap: str) -> None:
        self.settings = KafkaSettings(bootstrap_servers=bootstrap, topic_prefix=f"ref-{secrets.token_hex(4)}.")
        self.topics = Topics(self.settings.topic_prefix)

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

    async def records(self, topic: str) -> list[KafkaMessage]:
        return [message async for message in read_topic(self.settings, topic, from_beginning=True, idle_seconds=1)]

    @asynccontextmanager
    async def worker(self, observer: ReferenceObserver | None = None) -> AsyncIterator[References]:
        """A worker's view, whose alerts go where a worker's alerts go."""
        async with open_publisher(self.settings) as publisher:
            outbox = Outbox(publisher=publisher, topics=self.topics, source="tests", metrics=Metrics.create())
            async with references_of(self.settings, observer).following(outbox.alert) as references:
                yield references


@pytest.fixture
def installation(kafka: str) -> Installation:
    return Installation(kafka)


@pytest.fixture
def own_broker(tmp_path: Path) -> Iterator[KafkaServer]:
    """A broker that may be stopped, beside one that is there already."""
    server = KafkaServer(tmp_path / "kafka")
    try:
        server.start()
    except KafkaUnavailableError as error:
        required = os.environ.get(REQUIRE_KAFKA) and not os.environ.get(BOOTSTRAP)
        (pytest.fail if required else pytest.skip)(f"No Apache Kafka: {error}")
    with server:
        yield server


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
    await installation.create(*installation.topics.references, installation.topics.alerts)
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
    assert await installation.records(installation.topics.alerts) == []


async def test_a_bad_update_leaves_what_was_known_and_is_alerted_once(installation: Installation) -> None:
    await installation.create(*installation.topics.references, installation.topics.alerts)
    await installation.put({"id": "a", "version": 2, "phrase": "one"})
    async with installation.worker() as references:
        await installation.put({"id": "a", "version": 1, "phrase": "older"})
        await installation.put({"id": "b", "phrase": "two"})
        await until(lambda: phrases(references) == {"a": "one", "b": "two"}, within=5)
        alerts = await installation.records(installation.topics.alerts)

    (alert,) = [json.loads(message.value or b"") for message in alerts]
    assert (alert["kind"], alert["evidence"]) == ("operations", {"set": "features", "partition": 0, "offset": 1})
    assert dict(alerts[0].headers)["ce_type"] == b"sealstream.alert.v2"


async def test_compaction_leaves_the_newest_and_workers_agree(installation: Installation) -> None:
    topic = installation.topics.features
    await installation.create(topic, config=COMPACTED_SOON)
    for version in range(1, 21):
        await installation.put(*({"id": f"f-{n}", "version": version, "phrase": f"v{version}"} for n in range(5)))
    await installation.send(deletion(installation.topics, "features", "f-0"))
    async with installation.worker() as early:
        deadline = time.monotonic() + 60
        while len(left := await installation.records(topic)) > 50:
            assert time.monotonic() < deadline, f"{len(left)} records are left"
            # The newest segment is never compacted; another record begins a new one.
            await installation.put({"id": "last", "version": int(time.monotonic() * 1000), "phrase": "x"})
        await until(lambda: not phrases(early).get("f-0") and len(phrases(early)) == 5, within=30)
        async with installation.worker() as late:
            assert {phrase for entry, phrase in phrases(late).items() if entry != "last"} == {"v20"}
            assert phrases(late) == phrases(early)
            assert late.current.versions == early.current.versions
            assert late.trouble is None


async def test_a_broker_that_restarts_is_outlived(own_broker: KafkaServer) -> None:
    installation = Installation(own_broker.bootstrap_servers)
    await installation.create(*installation.topics.references, installation.topics.alerts)
    await installation.put({"id": "a", "phrase": "one"})
    async with installation.worker() as references:
        await asyncio.to_thread(own_broker.kill)
        assert phrases(references) == {"a": "one"}
        await asyncio.sleep(12)
        await asyncio.to_thread(own_broker.start)
        await installation.put({"id": "b", "phrase": "two"})
        await until(lambda: phrases(references) == {"a": "one", "b": "two"}, within=30)
        await until(lambda: references.trouble is None and references.age_seconds < 10, within=30)


async def test_a_broker_that_is_away_at_the_start_is_waited_for(own_broker: KafkaServer) -> None:
    installation = Installation(own_broker.bootstrap_servers)
    await installation.create(*installation.topics.references)
    await installation.put({"id": "a", "phrase": "one"})
    own_broker.stop()
    references = references_of(installation.settings)

    async def start() -> dict[str, str]:
        async with references.following(lambda _: asyncio.sleep(0)):
            return phrases(references)

    starting = asyncio.create_task(start())
    await until(lambda: "cannot be read" in (references.trouble or ""), within=10)
    await asyncio.to_thread(own_broker.start)
    assert await asyncio.wait_for(starting, 30) == {"a": "one"}


async def test_a_header_name_that_is_no_text_does_not_stop_the_reader(installation: Installation) -> None:
    await installation.create(*installation.topics.references)
    message = installation.feature(id="a", phrase="one")
    async with AIOKafkaProducer(bootstrap_servers=installation.settings.bootstrap_servers) as producer:
        batch = producer.create_batch()
        batch.append(timestamp=None, key=message.key, value=message.value, headers=[*message.headers, ("zz", b"x")])
        built = bytes(batch._build())
        head, body = built[:17], built[21:].replace(b"zz", b"\xff\xfe")
        batch._buffer = bytearray(head + calc_crc32c(body).to_bytes(4, "big") + body)
        await (await producer.send_batch(batch, message.topic, partition=0))
    async with asyncio.timeout(20), installation.worker() as references:
        assert phrases(references) == {"a": "one"}
        await installation.put({"id": "b", "phrase": "two"})
        await until(lambda: phrases(references) == {"a": "one", "b": "two"}, within=2)


async def test_what_a_transaction_took_back_is_not_known(installation: Installation) -> None:
    await installation.create(*installation.topics.references)
    servers = installation.settings.bootstrap_servers
    async with AIOKafkaProducer(bootstrap_servers=servers, transactional_id=installation.topics.features) as producer:
        for number, commits in enumerate([True, False]):
            await producer.begin_transaction()
            message = installation.feature(id=f"f-{number}", phrase="x")
            await producer.send(message.topic, message.value, message.key, headers=list(message.headers))
            await (producer.commit_transaction() if commits else producer.abort_transaction())
    async with asyncio.timeout(20), installation.worker() as references:
        assert phrases(references) == {"f-0": "x"}
        assert references.trouble is None


Run = Callable[..., Any]


@pytest.fixture
def run(installation: Installation, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("SEALSTREAM_KAFKA_BOOTSTRAP_SERVERS", installation.settings.bootstrap_servers)
    monkeypatch.setenv("SEALSTREAM_KAFKA_TOPIC_PREFIX", installation.settings.topic_prefix)

    def run(*arguments: object, code: int = 0) -> Any:
        monkeypatch.setattr("sys.argv", ["reference", *map(str, arguments)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as end:
            run_explained(app)
        out, err = capfd.readouterr()
        assert (end.value.code or 0) == code, err
        return json.loads(out) if "--json" in arguments else out + err

    return run


def test_an_operator_puts_lists_and_deletes(installation: Installation, run: Run, tmp_path: Path) -> None:
    asyncio.run(installation.create(*installation.topics.references, partitions=2))
    file = tmp_path / "features.jsonl"
    entries = [{"id": f"f-{n}", "version": 1, "verdict": "rumour", "phrase": "some words"} for n in range(1200)]
    file.write_text("\n".join(map(json.dumps, entries)))
    answer = {"set": "features", "entries": 1200, "put": 1200, "unchanged": 0, "dry_run": False}
    assert run("put", "features", file, "--json") == answer
    assert run("put", "features", file, "--json") == {**answer, "put": 0, "unchanged": 1200}

    assert run("delete", "features", "f-0", "f-1", "nobody", "--json")["deleted"] == [
        {"id": "f-0", "was_there": True},
        {"id": "f-1", "was_there": True},
        {"id": "nobody", "was_there": False},
    ]
    listed = run("list", "features", "--json")
    assert len(listed["entries"]) == 1198
    assert listed["entries"][0] == {
        "id": "f-10",
        "version": 1,
        "verdict": "rumour",
        "how": "phrase",
        "applies_to": ["prompt", "output"],
        "author": None,
        "standard": None,
        "reviewed_at": None,
    }
    assert "some words" not in run("list", "features")
    assert "some words" in run("list", "features", "--show")


def test_what_workers_would_refuse_is_not_sent(installation: Installation, run: Run, tmp_path: Path) -> None:
    asyncio.run(installation.create(installation.topics.features))
    asyncio.run(installation.put({"id": "a", "version": 5, "phrase": "one"}))
    file = tmp_path / "features.json"
    file.write_text(json.dumps([{"id": "a", "version": 4, "verdict": "rumour", "phrase": "two"}]))
    assert "version higher than 5" in run("put", "features", file, code=1)
    assert run("list", "features", "--json")["entries"][0]["version"] == 5


def test_what_workers_refuse_is_listed_with_the_remedy(installation: Installation, run: Run) -> None:
    asyncio.run(installation.create(installation.topics.features))
    asyncio.run(installation.put({"id": "a", "version": 0, "phrase": "one"}))
    (refused,) = run("list", "features", "--json")["refused"]
    assert (refused["partition"], refused["offset"]) == (0, 0)
    assert "$.version" in refused["what"]
    run("delete", "features", "a")
    assert run("list", "features", "--json")["refused"] == []


def test_a_topic_that_is_not_there_is_the_operators_to_create(installation: Installation, run: Run) -> None:
    assert "sealstream topics create" in run("list", "consents", code=2)
