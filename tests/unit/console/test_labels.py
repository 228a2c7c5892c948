"""Which event has which manifest label: followed from the topic, kept in a file that may be deleted."""

import asyncio
import hashlib
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from agents.messages import KafkaMessage
from console.doors.labels import FollowedLabels
from pipeline.errors import OperatorError, WorldError
from tests.unit.agents.reference.fake_kafka import FakeKafka

TOPIC = "t.manifests"


@pytest.fixture
def kafka() -> FakeKafka:
    kafka = FakeKafka()
    kafka.create(TOPIC, partitions=2)
    return kafka


def uid(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def label(name: str) -> str:
    return f"urn:c2pa:{name}"


def send(kafka: FakeKafka, name: str, partition: int = 0) -> None:
    value = msgspec.json.encode({"event_uid": uid(name), "manifest": {"label": label(name)}})
    kafka.send(KafkaMessage(topic=TOPIC, key=b"content", value=value), partition)


async def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


async def test_what_was_sealed_is_known_and_what_is_sealed_meanwhile_too(kafka: FakeKafka, tmp_path: Path) -> None:
    send(kafka, "a", 0)
    send(kafka, "b", 1)
    labels = FollowedLabels(tmp_path / "labels.sqlite", kafka.open, TOPIC)
    async with labels.following():
        assert [labels.event_of(label(name)) for name in ("a", "b", "c")] == [uid("a"), uid("b"), None]
        send(kafka, "c", 1)
        await until(lambda: labels.event_of(label("c")) == uid("c"))


async def test_a_restart_reads_on_from_where_it_was(kafka: FakeKafka, tmp_path: Path) -> None:
    send(kafka, "a")
    async with FollowedLabels(tmp_path / "labels.sqlite", kafka.open, TOPIC).following():
        pass
    with sqlite3.connect(tmp_path / "labels.sqlite") as file:
        file.execute("delete from manifests")  # whoever reads from the beginning would find it again
    send(kafka, "b")
    again = FollowedLabels(tmp_path / "labels.sqlite", kafka.open, TOPIC)
    async with again.following():
        assert [again.event_of(label(name)) for name in ("a", "b")] == [None, uid("b")]


async def test_a_file_that_is_gone_is_made_anew(kafka: FakeKafka, tmp_path: Path) -> None:
    send(kafka, "a")
    for name in ("labels.sqlite", "other.sqlite"):
        labels = FollowedLabels(tmp_path / name, kafka.open, TOPIC)
        async with labels.following():
            assert labels.event_of(label("a")) == uid("a")


async def test_what_is_no_manifest_record_is_passed_over(kafka: FakeKafka, tmp_path: Path) -> None:
    kafka.send(KafkaMessage(topic=TOPIC, key=b"x", value=b"{"), 0)
    kafka.send(KafkaMessage(topic=TOPIC, key=b"x", value=None), 0)
    send(kafka, "a")
    labels = FollowedLabels(tmp_path / "labels.sqlite", kafka.open, TOPIC)
    async with labels.following():
        assert labels.event_of(label("a")) == uid("a")


async def test_before_all_is_read_nothing_is_said_not_to_be_known(kafka: FakeKafka, tmp_path: Path) -> None:
    labels = FollowedLabels(tmp_path / "labels.sqlite", kafka.open, TOPIC)
    with pytest.raises(WorldError, match="not loaded yet"):
        labels.event_of(label("a"))
    assert labels.trouble is not None


async def test_a_topic_that_is_not_there_holds_nothing_up(tmp_path: Path) -> None:
    labels = FollowedLabels(tmp_path / "labels.sqlite", FakeKafka().open, TOPIC)
    async with labels.following():
        assert labels.event_of(label("a")) is None


def test_a_file_that_cannot_be_used_is_told(kafka: FakeKafka, tmp_path: Path) -> None:
    (tmp_path / "labels.sqlite").write_bytes(b"no database" * 1000)
    with pytest.raises(OperatorError, match=r"labels\.sqlite"):
        FollowedLabels(tmp_path / "labels.sqlite", kafka.open, TOPIC)
