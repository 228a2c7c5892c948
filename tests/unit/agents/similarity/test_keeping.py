"""Snapshots: a start reads what came after them; what cannot be used is said, and the topic is read instead."""

import logging
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from agents.delivery import TopicPartition
from agents.similarity import known as module
from agents.similarity.keeping import Keeper, StoppedError
from pipeline.fingerprints.columns import Columns
from pipeline.fingerprints.snapshot import LastRecord
from pipeline.store import Layout
from pipeline.store.keys import CodesKey, SnapshotKey, parse_key
from pipeline.store.simulator import StoreSimulator
from tests.unit.agents.similarity.topic import TODAY, TOPIC, Topic, image, knows, sealed, until

LAYOUT = Layout(content_bucket="content", records_bucket="records")
LAST = LastRecord.of(2, b"content", sealed("three"))
CODES = {"image": Columns.of(bytes(range(96)), bytes(96), 1, np.full(3, TODAY, np.uint16))}
NOON = TODAY * 86_400 + 43_200


class House:
    """A topic, a store, and followers that keep snapshots in it."""

    def __init__(self) -> None:
        self.topic = Topic(1)
        self.store = StoreSimulator("content")
        self.now = float(NOON)

    def follower(self, **more: Any) -> Any:
        return self.topic.follower(keeper=self.keeper, **more)

    def keeper(self) -> Keeper:
        return Keeper(self.store, LAYOUT, TOPIC, minutes=60, clock=lambda: self.now)

    def seal(self, *names: str) -> None:
        for name in names:
            self.topic.seal(name)

    def snapshots(self) -> list[str]:
        keys = {at.key: parse_key(at.key) for at in self.store.objects}
        return sorted(text for text, key in keys.items() if isinstance(key, SnapshotKey) and key.suffix == "json")

    async def keep(self, *names: str) -> None:
        """Have so many assets sealed, followed, and kept in a snapshot."""
        before = len(self.snapshots())
        self.seal(*names)
        async with self.follower().following():
            await until(lambda: len(self.snapshots()) > before)

    def spoil(self, kind: type, what: Any) -> None:
        """Change what is stored; `what` takes the bytes and gives others, or None to delete it."""
        objects = self.store._buckets["content"]
        for text in [text for text in objects if isinstance(parse_key(text), kind)]:
            if isinstance(key := parse_key(text), SnapshotKey) and key.suffix == "claim":
                continue
            body = what(objects[text].body)
            if body is None:
                del objects[text]
            else:
                objects[text] = replace(objects[text], body=body, size=len(body))


@pytest.fixture(autouse=True)
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_FEWEST_TO_KEEP", 3)


@pytest.fixture
def house() -> House:
    return House()


async def test_a_start_loads_the_snapshot_and_reads_only_what_came_after(house: House) -> None:
    await house.keep("one", "two", "three")
    house.seal("four", "five")
    delivered = house.topic.kafka.delivered
    async with house.follower().following() as known:
        assert all(knows(known, name) for name in ("one", "two", "three", "four", "five"))
        assert len(known) == 5
        assert house.topic.kafka.delivered == delivered + 3  # the last record of the snapshot is compared


async def test_it_is_written_again_when_much_was_read_since_but_once_in_its_time(house: House) -> None:
    await house.keep("one", "two", "three")
    async with house.follower().following() as known:
        house.seal("four", "five", "six")
        await until(lambda: knows(known, "six"))
        house.seal("seven")
        await until(lambda: knows(known, "seven"))
        assert len(house.snapshots()) == 1
        house.now += 3600
        house.seal("eight", "nine", "ten")
        await until(lambda: len(house.snapshots()) == 2)
    house.topic.kafka.delivered = 0
    async with house.follower().following() as known:
        assert all(knows(known, name) for name in ("one", "seven", "ten"))
        assert house.topic.kafka.delivered < 4


def test_of_several_that_know_the_same_one_writes_in_an_hour(house: House) -> None:
    assert [house.keeper().keep(0, LAST, CODES) for _ in range(3)] == [True, False, False]
    assert [call.operation for call in house.store.calls] == ["create"] * 5
    house.now += 3600
    assert house.keeper().keep(0, LAST, CODES)
    assert house.keeper().keep(1, LAST, CODES)


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        (SnapshotKey, lambda body: b"no JSON"),
        (SnapshotKey, lambda body: body.replace(b"t.manifests", b"u.manifests")),
        (SnapshotKey, lambda body: b"[" * 2**21),
        (CodesKey, lambda body: body[:-1]),
        (CodesKey, lambda body: body + b"more"),
        (CodesKey, lambda body: bytes([body[0] ^ 1]) + body[1:]),
        (CodesKey, lambda body: None),
    ],
    ids=["no document", "another topic's", "huge", "cut off", "too long", "one bit", "gone"],
)
async def test_one_that_was_spoiled_is_left_aside_loudly_and_the_topic_is_read(
    house: House, caplog: pytest.LogCaptureFixture, kind: type, what: Any
) -> None:
    await house.keep("one", "two", "three")
    house.spoil(kind, what)
    house.topic.kafka.delivered = 0
    with caplog.at_level(logging.WARNING):
        async with house.follower().following() as known:
            assert all(knows(known, name) for name in ("one", "two", "three"))
            assert len(known) == 3
            assert house.topic.kafka.delivered == 3
    assert any("cannot be used and is left aside" in message for message in caplog.messages)


async def test_an_older_one_serves_where_the_newest_cannot_be_used(house: House) -> None:
    await house.keep("one", "two", "three")
    kept = dict(house.store._buckets["content"])
    house.now += 3600
    await house.keep("four", "five", "six")
    house.spoil(CodesKey, lambda body: body[:-1])
    house.store._buckets["content"].update(kept)
    house.topic.kafka.delivered = 0
    async with house.follower().following() as known:
        assert all(knows(known, name) for name in ("one", "three", "four", "six"))
        assert (len(known), house.topic.kafka.delivered) == (6, 4)


async def test_a_topic_that_was_made_anew_meanwhile_is_read_whole(house: House) -> None:
    await house.keep("one", "two", "three")
    house.topic.kafka.logs[TopicPartition(TOPIC, 0)] = []
    house.seal("other", "asset", "and another", "and one more")
    async with house.follower().following() as known:
        await until(lambda: knows(known, "other"))
        assert knows(known, "and one more")
        assert not knows(known, "one")
        assert known.trouble is None


async def test_a_shorter_topic_of_that_name_is_read_whole(house: House, caplog: pytest.LogCaptureFixture) -> None:
    await house.keep("one", "two", "three")
    house.topic.kafka.logs[TopicPartition(TOPIC, 0)] = []
    house.seal("other")
    async with house.follower().following() as known:
        assert knows(known, "other")
        assert not knows(known, "one")
    assert "ends before what was kept" in caplog.text


async def test_a_store_that_is_away_is_waited_for(house: House) -> None:
    await house.keep("one", "two", "three")
    house.topic.kafka.delivered = 0
    house.store.fail(1)
    house.store.fail(4)
    async with house.follower().following() as known:
        assert knows(known, "one")
        assert house.topic.kafka.delivered == 1


async def test_a_store_that_refuses_is_no_reason_not_to_start(house: House, caplog: pytest.LogCaptureFixture) -> None:
    house.store = StoreSimulator("another")
    house.seal("one", "two", "three")
    async with house.follower().following() as known:
        assert knows(known, "one")
        await until(lambda: "No snapshot of t.manifests[0] was written" in caplog.text)
    assert "left aside (StoreRefusedError" in caplog.text


@pytest.mark.parametrize("trouble", ["fail", "lose_answer"])
def test_wherever_writing_fails_there_is_a_whole_snapshot_or_none(house: House, trouble: str) -> None:
    for nth in range(1, 4):
        getattr(house.store, trouble)(nth)
        with pytest.raises(Exception, match="failed"):
            house.keeper().keep(0, LAST, CODES)
        taken: list[object] = []
        house.keeper().resume(0, 3, since=0, take=taken.append)
        assert len(taken) == (trouble == "lose_answer" and nth == 3)
        house.now += 3600


def test_what_is_stopped_leaves_no_half_snapshot(house: House) -> None:
    keeper = house.keeper()
    keeper.stop()
    with pytest.raises(StoppedError):
        keeper.keep(0, LAST, CODES)
    assert house.snapshots() == []


async def test_what_grew_too_old_is_not_loaded(house: House) -> None:
    house.topic.send(sealed("old", at="2026-06-01T00:00:00Z"))
    await house.keep("two", "three")
    house.topic.day += 10
    async with house.follower(days=183).following() as known:
        assert not knows(known, "old")
        assert knows(known, "two")
        (answer,) = known.nearest([image("old")], limit=1)
        assert answer.complete
