"""Whoever knows what was sealed answers alike: from the worker's own memory, or asked of recognisers over HTTP."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from agents.similarity import FollowedFingerprints
from agents.similarity.answering import serve_answers
from agents.similarity.asked import AskedFingerprints
from agents.similarity.metrics import RecogniserMetrics
from agents.similarity.settings import Share
from pipeline.errors import WorldError
from pipeline.fingerprints import NEAR, Fingerprint
from pipeline.fingerprints.similarity import Match, Neighbours
from tests.unit.agents.reference.fake_kafka import AWAY
from tests.unit.agents.similarity.topic import Topic, image, nearly, uid

PARTITIONS = 4


@asynccontextmanager
async def in_memory(topic: Topic) -> AsyncIterator[FollowedFingerprints]:
    async with topic.follower().following() as known:
        yield known


def asked(shares: int) -> Callable[[Topic], object]:
    @asynccontextmanager
    async def over_http(topic: Topic) -> AsyncIterator[FollowedFingerprints]:
        async with AsyncExitStack() as stack:
            threads = stack.enter_context(ThreadPoolExecutor(4))
            urls = []
            for number in range(shares):
                share = Share(number, shares)
                known = await stack.enter_async_context(topic.follower(share).following())
                port = await stack.enter_async_context(
                    serve_answers(
                        known, share, host="127.0.0.1", port=0, threads=threads, metrics=RecogniserMetrics.create()
                    )
                )
                urls.append([f"http://127.0.0.1:{port}"])
            yield await stack.enter_async_context(AskedFingerprints(urls, seconds=20).following())

    return over_http


@pytest.fixture(params=[in_memory, asked(1), asked(3)], ids=["in memory", "one recogniser", "three recognisers"])
def ways(request: pytest.FixtureRequest) -> Callable[[Topic], object]:
    return request.param


@pytest.fixture
def topic() -> Topic:
    return Topic(PARTITIONS)


async def near(known: FollowedFingerprints, *codes: Fingerprint, limit: int = 5) -> Sequence[Neighbours]:
    return await asyncio.to_thread(known.nearest, codes, limit=limit)


def match(name: str, distance: int = 0) -> Match:
    return Match(key=bytes.fromhex(uid(name)), distance=distance)


async def test_each_code_of_a_batch_is_answered_in_its_place(ways: Callable[[Topic], object], topic: Topic) -> None:
    for number in range(12):
        topic.seal(f"asset {number}", number % PARTITIONS)
    async with ways(topic) as known:
        names = ["asset 7", "never sealed", "asset 2"]
        assert await near(known, *map(image, names)) == (
            Neighbours(matches=(match("asset 7"),)),
            Neighbours(),
            Neighbours(matches=(match("asset 2"),)),
        )
        assert await near(known) == ()


async def test_more_codes_than_one_request_carries_are_answered_in_order(
    ways: Callable[[Topic], object], topic: Topic
) -> None:
    for number in range(300):
        topic.seal(str(number), number % PARTITIONS)
    async with ways(topic) as known:
        answers = await near(known, *(image(str(number)) for number in range(300)), limit=1)
        assert [answer.matches for answer in answers] == [(match(str(number)),) for number in range(300)]


async def test_the_nearest_of_all_partitions_come_first_and_the_rest_is_counted(
    ways: Callable[[Topic], object], topic: Topic
) -> None:
    for bits in (5, 3, 9, 0, 1, 7):
        topic.seal(f"copy {bits}", bits % PARTITIONS, code=nearly(image("original"), bits))
    async with ways(topic) as known:
        (answer,) = await near(known, image("original"), limit=4)
        assert answer == Neighbours(matches=tuple(match(f"copy {bits}", bits) for bits in (0, 1, 3, 5)), more=2)
        assert (await near(known, image("original"), limit=6))[0].more == 0
        assert (await near(known, image("original"), limit=0))[0] == Neighbours(more=6)


async def test_of_equally_near_ones_the_lowest_key_comes_first(ways: Callable[[Topic], object], topic: Topic) -> None:
    for number in range(8):
        topic.seal(f"twin {number}", number % PARTITIONS, code=image("the same"))
    async with ways(topic) as known:
        (answer,) = await near(known, image("the same"), limit=3)
        assert [neighbour.key.hex() for neighbour in answer.matches] == sorted(
            uid(f"twin {number}") for number in range(8)
        )[:3]
        assert answer.more == 5


async def test_a_key_with_several_codes_is_named_once_at_its_least_distance(
    ways: Callable[[Topic], object], topic: Topic
) -> None:
    for bits in (9, 2, 4):
        topic.seal("one asset", 1, code=nearly(image("a"), bits))
    async with ways(topic) as known:
        assert await near(known, image("a")) == (Neighbours(matches=(match("one asset", 2),)),)


async def test_only_codes_of_one_kind_are_compared_and_only_near_ones_found(
    ways: Callable[[Topic], object], topic: Topic
) -> None:
    topic.seal("picture")
    topic.seal("text", code=Fingerprint.of("text", image("picture").digest))
    async with ways(topic) as known:
        assert await near(known, nearly(image("picture"), NEAR["image"])) == (
            Neighbours(matches=(match("picture", NEAR["image"]),)),
        )
        assert await near(known, nearly(image("picture"), NEAR["image"] + 1)) == (Neighbours(),)


async def eventually(known: FollowedFingerprints, code: Fingerprint, *expected: Neighbours) -> None:
    """Ask until that is the answer."""
    async with asyncio.timeout(10):
        while await near(known, code) != expected:  # noqa: ASYNC110 - it is asked
            await asyncio.sleep(0.005)


async def test_what_is_sealed_later_is_known(ways: Callable[[Topic], object], topic: Topic) -> None:
    async with ways(topic) as known:
        assert await near(known, image("new")) == (Neighbours(),)
        topic.seal("new", 3)
        await eventually(known, image("new"), Neighbours(matches=(match("new"),)))


async def test_while_it_is_not_certain_that_everything_is_known_no_answer_is_complete(
    ways: Callable[[Topic], object], topic: Topic
) -> None:
    topic.seal("before")
    async with ways(topic) as known:
        topic.kafka.trouble = AWAY
        await eventually(known, image("before"), Neighbours(matches=(match("before"),), complete=False))
        topic.kafka.trouble = None
        await eventually(known, image("before"), Neighbours(matches=(match("before"),)))


async def test_nothing_can_be_said_before_everything_is_loaded(topic: Topic) -> None:
    topic.kafka.trouble = AWAY
    with pytest.raises(WorldError, match="not loaded yet"):
        topic.follower().nearest([image("a")], limit=1)
