"""Recognisers that are away, wired wrongly or out of their minds: what is missing is said, and nothing passes."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import aiohttp
import msgspec
import pytest
from aiohttp import web

from agents.serving import serve
from agents.similarity import FollowedFingerprints
from agents.similarity.answering import serve_answers
from agents.similarity.asked import AskedFingerprints
from agents.similarity.metrics import RecogniserMetrics
from agents.similarity.questions import PATH, Answer
from agents.similarity.settings import Share
from pipeline.errors import OperatorError, WorldError
from pipeline.fingerprints import Fingerprint
from pipeline.fingerprints.similarity import Match, Neighbours
from tests.unit.agents.reference.fake_kafka import AWAY
from tests.unit.agents.similarity.topic import Topic, image, uid

ALL = Share()
A = image("a")
NOWHERE = "http://127.0.0.1:1"
FOUND = Neighbours(matches=(Match(key=bytes.fromhex(uid("a")), distance=0),))


@asynccontextmanager
async def recogniser(known: FollowedFingerprints, share: Share = ALL, port: int = 0) -> AsyncIterator[str]:
    with ThreadPoolExecutor(2) as threads:
        async with serve_answers(
            known, share, host="127.0.0.1", port=port, threads=threads, metrics=RecogniserMetrics.create()
        ) as bound:
            yield f"http://127.0.0.1:{bound}"


@asynccontextmanager
async def impostor(answer: Callable[[web.Request], object]) -> AsyncIterator[str]:
    async def handler(request: web.Request) -> web.Response:
        made = answer(request)
        return made if isinstance(made, web.Response) else web.Response(body=msgspec.json.encode(made))

    async with serve([web.post(PATH, handler)], host="127.0.0.1", port=0, what="It", settings="NOTHING") as port:
        yield f"http://127.0.0.1:{port}"


async def near(asked: AskedFingerprints, code: Fingerprint = A) -> Neighbours:
    (answer,) = await asyncio.to_thread(asked.nearest, [code], limit=5)
    return answer


@pytest.fixture
async def topic() -> Topic:
    topic = Topic(1)
    topic.seal("a")
    return topic


@pytest.fixture
async def known(topic: Topic) -> AsyncIterator[FollowedFingerprints]:
    async with topic.follower().following() as known:
        yield known


async def test_where_one_share_does_not_answer_what_is_known_is_said_and_that_it_is_not_all(topic: Topic) -> None:
    share = Share(0, 2)
    async with topic.follower(share).following() as known, recogniser(known, share) as url:
        asked = AskedFingerprints([[url], [NOWHERE]], seconds=5)
        assert await near(asked) == msgspec.structs.replace(FOUND, complete=False)
        assert await near(asked, image("b")) == Neighbours(complete=False)
        async with asked.following():
            assert "partitions 1/2 at http://127.0.0.1:1 (ConnectionRefusedError" in (asked.trouble or "")
            assert len(asked) == 1


async def test_where_nobody_answers_nothing_can_be_said() -> None:
    asked = AskedFingerprints([[NOWHERE], [NOWHERE]], seconds=5)
    with pytest.raises(WorldError, match=r"No recogniser answers: partitions 0/2 at .*; partitions 1/2 at "):
        await near(asked)
    async with asked.following():
        assert asked.trouble is not None


async def test_another_replica_of_the_share_answers_for_one_that_is_away(known: FollowedFingerprints) -> None:
    async with recogniser(known) as url, AskedFingerprints([[NOWHERE, url]], seconds=5).following() as asked:
        assert await near(asked) == FOUND
        assert asked.trouble is None


async def test_one_that_is_not_loaded_yet_says_so_and_does_not_pass_for_one_that_knows_nothing(topic: Topic) -> None:
    topic.kafka.trouble = AWAY
    async with recogniser(topic.follower()) as url:
        asked = AskedFingerprints([[url]], seconds=5)
        with pytest.raises(WorldError, match=r"HTTP 503: The fingerprints of what was sealed are not loaded yet"):
            await near(asked)


async def test_one_that_answers_for_other_partitions_than_it_is_asked_about_is_not_believed(
    known: FollowedFingerprints,
) -> None:
    async with recogniser(known, Share(1, 2)) as url:
        with pytest.raises(WorldError, match="it answers for 1/2; see SEALSTREAM_RECOGNISER_SHARE"):
            await near(AskedFingerprints([[url], [NOWHERE]], seconds=5))


async def test_one_that_was_started_again_is_asked_over_a_new_connection(known: FollowedFingerprints) -> None:
    async with recogniser(known) as url:
        asked = AskedFingerprints([[url]], seconds=5)
        assert await near(asked) == FOUND
    with pytest.raises(WorldError, match="ConnectionRefusedError"):
        await near(asked)
    async with recogniser(known, port=int(url.rpartition(":")[2])):
        assert await near(asked) == FOUND


@pytest.mark.parametrize(
    "answer",
    [
        web.Response,
        lambda _: web.Response(body=b"\x80 no JSON"),
        lambda _: web.Response(status=500, body=b"<h1>proxy</h1>"),
        lambda _: {
            "share": "0/1", "known": 1, "trouble": None, "near": [{"matches": [], "more": -1, "complete": True}],
        },
        lambda _: {
            "share": "0/1", "known": 1, "trouble": None,
            "near": [{"matches": [{"key": "../../etc", "distance": 0}], "more": 0, "complete": True}],
        },
        lambda _: Answer(share="0/1", known=1, trouble=None, near=()),
    ],
    ids=["nothing", "no JSON", "an error", "less than none", "no identity", "another question's"],
)  # fmt: skip
async def test_an_answer_that_is_none_is_not_believed(answer: Callable[[web.Request], object]) -> None:
    async with impostor(answer) as url:
        with pytest.raises(WorldError, match="No recogniser answers"):
            await near(AskedFingerprints([[url]], seconds=5))


async def test_one_that_is_silent_is_not_waited_for_long() -> None:
    async def silent(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
        await asyncio.sleep(60)

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    async with server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        began = time.monotonic()
        with pytest.raises(WorldError, match="TimeoutError"):
            await near(AskedFingerprints([[url]], seconds=0.3))
        assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "truncated"),
        (b"[]", "Expected `object`"),
        (b'{"codes": ["ISCC:KACYPXW445FTYNJ3"], "limit": 5}', "no ISCC of a kind"),
        (b'{"codes": [], "limit": 5, "more": 1}', "unknown field"),
        (b'{"codes": [], "limit": 100000}', "<= 1000"),
        (msgspec.json.encode({"codes": [image("a").code] * 257, "limit": 1}), "length <= 256"),
        (b'{"codes": ["' + b"A" * 70_000 + b'"], "limit": 5}', "exceeded"),
    ],
)
async def test_a_question_that_is_none_is_refused_and_says_why(
    known: FollowedFingerprints, body: bytes, reason: str
) -> None:
    async with (
        recogniser(known) as url,
        aiohttp.ClientSession() as session,
        session.post(url + PATH, data=body) as answer,
    ):
        assert answer.status in {400, 413}
        assert reason in await answer.text()


async def test_an_address_in_use_is_the_operators_and_named(known: FollowedFingerprints) -> None:
    async with recogniser(known) as url:
        with pytest.raises(OperatorError, match="SEALSTREAM_RECOGNISER_PORT"):
            async with recogniser(known, port=int(url.rpartition(":")[2])):
                pass
