"""What was sealed, asked of recognisers: the port over HTTP."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from http.client import HTTPException
from typing import Final

import msgspec

from agents.similarity.connections import Connections, RefusedError
from agents.similarity.questions import MOST_ASKED, PATH, Answer, Question
from agents.similarity.settings import Share
from pipeline.errors import WorldError
from pipeline.fingerprints import Fingerprint
from pipeline.fingerprints.similarity import Match, Neighbours

__all__ = ["AskedFingerprints"]

logger = logging.getLogger(__name__)

_THREADS_A_SHARE: Final = 16
"""As many as a worker has that wait for answers, by default."""
_LOOK_SECONDS: Final = 5.0
_FAILURES: Final = (RefusedError, OSError, HTTPException, ValueError)


class AskedFingerprints:
    """A `KnownFingerprints` that asks the recognisers, every share of them.

    Args:
        shares: for each share the URLs that answer for it; the next one is asked where one does not answer.
        seconds: how long one of them may take.
    """

    def __init__(self, shares: Sequence[Sequence[str]], *, seconds: float) -> None:
        self._shares: Final = [_Asked(Share(number, len(shares)), urls, seconds) for number, urls in enumerate(shares)]
        self._threads: Final = ThreadPoolExecutor(_THREADS_A_SHARE * len(shares), thread_name_prefix="recogniser")
        self._known = 0
        self._trouble: str | None = "no recogniser was asked yet"

    def __len__(self) -> int:
        """How many fingerprints the recognisers knew when they were last looked at."""
        return self._known

    @property
    def trouble(self) -> str | None:
        """Why not all of them can be relied on, as they were last looked at; None when they can."""
        return self._trouble

    def nearest(self, fingerprints: Sequence[Fingerprint], *, limit: int) -> tuple[Neighbours, ...]:
        """Those that are near, from any thread; see `KnownFingerprints.nearest`.

        Raises:
            WorldError: no recogniser answers.
        """
        found: list[Neighbours] = []
        for begin in range(0, len(fingerprints), MOST_ASKED):
            codes = tuple(fingerprint.code for fingerprint in fingerprints[begin : begin + MOST_ASKED])
            answers = self._ask(Question(codes=codes, limit=limit))
            shares = [answer.near for answer in answers if answer is not None]
            if not shares:
                raise WorldError(
                    what=f"No recogniser answers: {self._failures()}.",
                    remedy="It is tried again; see that `sealstream recogniser` runs, is ready, and is reachable at "
                    "SEALSTREAM_RECOGNISER_URLS.",
                )
            is_whole = len(shares) == len(self._shares)
            found += [
                _merged([share[place].neighbours for share in shares], limit, is_whole=is_whole)
                for place in range(len(codes))
            ]
        return tuple(found)

    @asynccontextmanager
    async def following(self) -> AsyncIterator["AskedFingerprints"]:
        """Look now and then whether the recognisers are ready, until the context ends."""
        await asyncio.to_thread(self._look)
        task = asyncio.create_task(self._look_on())
        try:
            yield self
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            self._threads.shutdown(wait=False, cancel_futures=True)

    async def _look_on(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            await asyncio.to_thread(self._look)

    def _look(self) -> None:
        """Ask how much is known, which is a question without codes."""
        answers = self._ask(Question(codes=(), limit=0))
        troubles = [self._failures() or None, *(answer.trouble for answer in answers if answer is not None)]
        before, self._trouble = self._trouble, next((trouble for trouble in troubles if trouble is not None), None)
        self._known = sum(answer.known for answer in answers if answer is not None)
        if self._trouble is not None and self._trouble != before:
            logger.warning("What was sealed cannot be recognised for now: %s", self._trouble)

    def _ask(self, question: Question) -> list[Answer | None]:
        """The answer of each share; None of one that has none."""
        body = msgspec.json.encode(question)
        if len(self._shares) == 1:
            return [self._shares[0].ask(body, len(question.codes))]
        return list(self._threads.map(lambda share: share.ask(body, len(question.codes)), self._shares))

    def _failures(self) -> str:
        return "; ".join(share.failure for share in self._shares if share.failure is not None)


class _Asked:
    """One share, and who answers for it.

    Attributes:
        failure: why nobody answered the last question; None where somebody did.
    """

    def __init__(self, share: Share, urls: Sequence[str], seconds: float) -> None:
        self._share = share
        self._servers = [(url, Connections(url, seconds)) for url in urls]
        self.failure: str | None = None

    def ask(self, body: bytes, count: int) -> Answer | None:
        """The first answer that one of them gives about all of so many codes."""
        reasons = []
        for url, connections in self._servers:
            try:
                answer = msgspec.json.decode(connections.post(PATH, body), type=Answer)
                self._check(answer, count)
            except _FAILURES as error:
                reasons.append(f"{url} ({type(error).__name__}: {error})")
            else:
                self.failure = None
                return answer
        self.failure = f"partitions {self._share} at " + ", ".join(reasons)
        return None

    def _check(self, answer: Answer, count: int) -> None:
        if answer.share != str(self._share):
            raise RefusedError(f"it answers for {answer.share}; see SEALSTREAM_RECOGNISER_SHARE")
        if len(answer.near) != count:
            raise RefusedError("it answers another question")


def _merged(shares: Sequence[Neighbours], limit: int, *, is_whole: bool) -> Neighbours:
    """The nearest of all shares."""
    least: dict[bytes, int] = {}
    for match in (match for share in shares for match in share.matches):
        least[match.key] = min(match.distance, least.get(match.key, match.distance))
    ordered = sorted((distance, key) for key, distance in least.items())
    return Neighbours(
        matches=tuple(Match(key=key, distance=distance) for distance, key in ordered[:limit]),
        more=sum(share.more for share in shares) + max(len(ordered) - limit, 0),
        complete=is_whole and all(share.complete for share in shares),
    )
