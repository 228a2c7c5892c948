"""Delivers to webhooks: one signed POST, no redirect is followed, nothing of the answer is kept."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import aiohttp
import msgspec

from agents.notifying.port import Deliver, Notification, NotTakenError, TargetRefusesError
from agents.notifying.signing import secret_of, signed_headers

__all__ = ["open_webhook"]

_SECONDS: Final = 10.0
_LATER: Final = frozenset({408, 425, 429})
_TAKEN: Final = range(200, 300)
_REFUSED: Final = range(300, 500)


@asynccontextmanager
async def open_webhook(url: str, secret_file: Path, *, seconds: float = _SECONDS) -> AsyncIterator[Deliver]:
    """What delivers to an address; its secret is read each time, so that it can be exchanged.

    Args:
        url: where.
        secret_file: what it is signed by.
        seconds: how long the target has to answer.
    """
    timeout = aiohttp.ClientTimeout(total=seconds)
    async with aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()) as session:

        async def deliver(told: Notification) -> None:
            body = msgspec.json.encode(told)
            try:
                signed = signed_headers(secret_of(secret_file), told.id, int(time.time()), body)
            except ValueError as error:
                raise NotTakenError(what=f"The secret {error}.", remedy="It is tried again.") from error
            try:
                headers = {"content-type": "application/json", "user-agent": "sealstream", **signed}
                async with session.post(url, data=body, headers=headers, allow_redirects=False) as answer:
                    status = answer.status
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                raise NotTakenError(
                    what=f"The webhook did not answer ({type(error).__name__}).", remedy="It is tried again."
                ) from error
            if status in _TAKEN:
                return
            if status in _REFUSED and status not in _LATER:
                raise TargetRefusesError(
                    what=f"The webhook refuses it with HTTP {status}.",
                    remedy="See what the receiver logs; `sealstream notify resend` delivers it once that is mended.",
                )
            raise NotTakenError(what=f"The webhook answered with HTTP {status}.", remedy="It is tried again.")

        yield deliver
