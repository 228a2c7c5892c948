"""What a worker knows of sealed assets: everything before it takes work, and whatever is sealed from then on."""

import asyncio
from functools import cached_property

import msgspec
import pytest

from agents.delivery import TopicPartition
from agents.similarity import SealedFingerprints
from pipeline.errors import WorldError
from tests.unit.agents.reference.fake_kafka import AWAY
from tests.unit.agents.similarity import topic as made
from tests.unit.agents.similarity.topic import TOPIC, image, knows, sealed, uid, until


class Topic(made.Topic):
    """The manifests topic, and a worker's view of it."""

    days = 0

    @cached_property
    def known(self) -> SealedFingerprints:
        return self.follower(days=self.days)

    def is_relied_on(self) -> bool:
        return self.known.trouble is None

    def knows(self, name: str) -> bool:
        return knows(self.known, name)


@pytest.fixture
def topic() -> Topic:
    return Topic()


async def test_everything_is_known_before_work_is_taken(topic: Topic) -> None:
    for number in range(250):
        topic.seal(f"asset {number}", number % 2)
    assert not topic.is_relied_on()
    async with topic.known.following():
        assert topic.is_relied_on()
        assert len(topic.known) == 250
        assert topic.knows("asset 0")
        assert topic.knows("asset 249")
        assert not topic.knows("another")


async def test_what_is_sealed_later_is_known_at_once(topic: Topic) -> None:
    async with topic.known.following():
        assert not topic.knows("new")
        topic.seal("new", 1)
        await until(lambda: topic.knows("new"))


@pytest.mark.parametrize(
    "value",
    [
        None,
        b"no JSON",
        b"{}",
        b'{"event_uid": "xy"}',
        sealed("x").replace(uid("x").encode(), b"00"),
        sealed("x").replace(image("x").code.encode(), b"ISCC:EED"),
        sealed("x", at="yesterday"),
        msgspec.json.encode({"event_uid": uid("old"), "sealed_at": "2026-11-29T12:00:00Z"}),
    ],
)
async def test_what_tells_no_fingerprint_is_passed_over(topic: Topic, value: bytes | None) -> None:
    topic.send(value)
    topic.seal("after it")
    async with topic.known.following():
        assert topic.knows("after it")
        assert len(topic.known) == 1


async def test_brokers_that_are_away_are_waited_for_and_the_worker_says_so(topic: Topic) -> None:
    topic.seal("before")
    async with topic.known.following():
        topic.kafka.trouble = AWAY
        await until(lambda: topic.known.trouble is not None)
        (answer,) = topic.known.nearest([image("before")], limit=1)
        assert [match.key.hex() for match in answer.matches] == [uid("before")]
        assert not answer.complete
        topic.seal("meanwhile")
        topic.kafka.trouble = None
        await until(lambda: topic.knows("meanwhile") and topic.known.trouble is None)
        assert len(topic.known) == 2


@pytest.mark.parametrize("trouble", [RuntimeError("a bug"), asyncio.CancelledError()])
async def test_reading_never_dies(topic: Topic, trouble: BaseException) -> None:
    async with topic.known.following():
        topic.kafka.trouble = trouble
        await until(lambda: topic.known.trouble is not None)
        topic.kafka.trouble = None
        topic.seal("after")
        await until(lambda: topic.knows("after") and topic.known.trouble is None)


async def test_brokers_that_deliver_nothing_are_left_for_a_new_connection(topic: Topic) -> None:
    async with topic.known.following():
        topic.kafka.is_stalled = True
        topic.seal("stalled")
        await until(lambda: topic.kafka.connections > 1 and topic.known.trouble is not None)
        topic.kafka.is_stalled = False
        await until(lambda: topic.knows("stalled") and topic.known.trouble is None)


async def test_a_partition_that_was_made_anew_is_read_again_and_the_others_are_not(topic: Topic) -> None:
    topic.seal("one", 0)
    topic.seal("two", 0)
    topic.seal("other", 1)
    async with topic.known.following():
        delivered = topic.kafka.delivered
        topic.kafka.logs[TopicPartition(TOPIC, 0)] = []
        topic.seal("three", 0)
        await until(lambda: topic.knows("three"))
        assert not topic.knows("one")
        assert topic.knows("other")
        assert topic.kafka.delivered == delivered + 1


async def test_what_was_known_stays_in_force_until_a_partition_that_began_anew_is_read_again(topic: Topic) -> None:
    topic.seal("one", 0)
    topic.seal("two", 0)
    async with topic.known.following():
        topic.kafka.is_stalled = True
        topic.kafka.logs[TopicPartition(TOPIC, 0)] = []
        topic.seal("three", 0)
        await until(lambda: topic.kafka.connections > 1)
        await asyncio.sleep(0.01)
        assert topic.knows("one")
        assert not topic.knows("three")
        topic.kafka.is_stalled = False
        await until(lambda: topic.knows("three"))
        assert not topic.knows("one")


async def test_what_was_sealed_before_the_window_is_not_known_and_leaves_as_days_go_by(topic: Topic) -> None:
    topic.days = 183
    topic.send(sealed("too old", at="2026-05-29T23:59:59Z"))
    topic.send(sealed("just young enough", at="2026-05-30T00:00:00Z"))
    topic.seal("young")
    async with topic.known.following():
        assert not topic.knows("too old")
        assert topic.knows("just young enough")
        topic.day += 1
        await until(lambda: not topic.knows("just young enough"))
        assert topic.knows("young")


async def test_without_the_topic_nothing_is_known_until_it_is_there() -> None:
    topic = Topic()
    topic.kafka.delete(TOPIC)
    async with topic.known.following():
        assert len(topic.known) == 0
        topic.kafka.create(TOPIC)
        topic.seal("first")
        await until(lambda: topic.knows("first"))


async def test_work_is_not_taken_while_the_brokers_are_away(topic: Topic) -> None:
    topic.kafka.trouble = WorldError(what="The brokers are away.", remedy="Wait.")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1), topic.known.following():
            pytest.fail("it was entered")
