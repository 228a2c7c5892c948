"""The recogniser's answers over HTTP: a share of what was sealed, asked by workers."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from concurrent.futures import Executor
from contextlib import asynccontextmanager
from http import HTTPStatus

import msgspec
from aiohttp import web

from agents.serving import serve
from agents.similarity.metrics import RecogniserMetrics
from agents.similarity.port import FollowedFingerprints
from agents.similarity.questions import PATH, Answer, Near, Question
from agents.similarity.settings import Share
from pipeline.errors import WorldError
from pipeline.fingerprints import Fingerprint

__all__ = ["serve_answers"]

logger = logging.getLogger(__name__)

_MOST_BYTES = 2**16


@asynccontextmanager
async def serve_answers(
    known: FollowedFingerprints, share: Share, *, host: str, port: int, threads: Executor, metrics: RecogniserMetrics
) -> AsyncIterator[int]:
    """Answer questions until the context ends; gives the port.

    Args:
        known: what is asked.
        share: which partitions it is about.
        host: address to listen at.
        port: port to listen at; 0 takes a free one.
        threads: where answers are found.
        metrics: count them.

    Raises:
        OperatorError: the address cannot be used.
    """

    async def nearest(request: web.Request) -> web.Response:
        try:
            question = msgspec.json.decode(await request.read(), type=Question)
            fingerprints = [_parsed(code) for code in question.codes]
        except ValueError as error:  # msgspec's errors are of this class; they tell no value
            return web.Response(status=HTTPStatus.BAD_REQUEST, text=f"{error}\n")
        started = time.monotonic()
        try:
            found = await asyncio.get_running_loop().run_in_executor(
                threads, lambda: known.nearest(fingerprints, limit=question.limit)
            )
        except WorldError as error:
            return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE, text=f"{error.what}\n")
        metrics.questions.inc(len(fingerprints))
        metrics.question_seconds.observe(time.monotonic() - started)
        answer = Answer(
            share=str(share), known=len(known), trouble=known.trouble, near=tuple(Near.of(near) for near in found)
        )
        return web.Response(body=msgspec.json.encode(answer), content_type="application/json")

    async with serve(
        [web.post(PATH, nearest)],
        host=host,
        port=port,
        what="The recogniser",
        settings="SEALSTREAM_RECOGNISER_HOST and SEALSTREAM_RECOGNISER_PORT",
        most_bytes=_MOST_BYTES,
    ) as bound:
        logger.info("Questions about partitions %s are answered at http://%s:%d", share, host, bound)
        yield bound


def _parsed(code: str) -> Fingerprint:
    fingerprint = Fingerprint.parse(code)
    if fingerprint is None:
        raise ValueError("a code is no ISCC of a kind and length that is known here")
    return fingerprint
