"""The producer of a kill run: reviews wait until what they are about was decided."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from agents.messages import KafkaMessage
from agents.topics import Topics
from pipeline.errors import WorldError
from tests.broker.kill.cases import Case, Expected, Topic
from tests.broker.kill.feed import Feed


class Publisher:
    """Takes everything, except while the broker is away."""

    def __init__(self) -> None:
        self.away = 0
        self.topics: list[str] = []

    async def publish(self, messages: Sequence[KafkaMessage]) -> None:
        if self.away:
            self.away -= 1
            raise WorldError("No broker answers.", "Start one.")
        self.topics += [message.topic for message in messages]


def case(number: int, topic: Topic, *, after: int | None = None, times: int = 1) -> Case:
    return Case(
        number=number,
        kind="any",
        topic=topic,
        key=None,
        value=b"",
        headers=(),
        uid=None,
        expected=Expected(outcome="dead-letter"),
        times=times,
        after=after,
    )


@pytest.fixture
def publisher() -> Publisher:
    return Publisher()


def feed_of(publisher: Any, decided: set[int]) -> Feed:
    return Feed(publisher, Topics("t."), decided)


async def test_a_review_is_sent_when_its_case_was_decided_and_not_before(publisher: Publisher) -> None:
    decided: set[int] = set()
    feed = feed_of(publisher, decided)

    await feed.send([case(0, "publication"), case(1, "reviews", after=0, times=2)])
    await asyncio.sleep(0.5)
    assert (publisher.topics, feed.sent, feed.waiting) == (["t.publication"], 1, 1)

    decided.add(0)
    async with asyncio.timeout(5):
        while feed.waiting:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert publisher.topics == ["t.publication", "t.reviews", "t.reviews"]
    assert feed.sent == 2


async def test_what_was_not_confirmed_is_sent_again(publisher: Publisher) -> None:
    publisher.away = 1
    feed = feed_of(publisher, set())

    await feed.send([case(0, "activities")])

    assert publisher.topics == ["t.activities"]


async def test_what_still_waits_at_the_end_is_given_up(publisher: Publisher) -> None:
    feed = feed_of(publisher, set())
    await feed.send([case(1, "reviews", after=0)])

    await feed.close()

    assert (feed.waiting, publisher.topics) == (0, [])
