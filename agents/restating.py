"""Filling topics anew from the records bucket, while workers may be at work."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Final

from agents.outbox import Outbox
from pipeline.events.outgoing import Output

__all__ = ["restate"]

_AT_ONCE: Final = 256
_THREADS: Final = 16

Said = Sequence[Output]


async def restate(outbox: Outbox, uids: Iterator[str], stored: Callable[[str], Said]) -> int:
    """Publish what is stored of each; returns how many messages that were.

    What a worker stores and publishes meanwhile may come before what was read here. So it is read again afterwards, and
    published again where it has changed, until the last on the topics is what is stored.

    Args:
        outbox: publishes.
        uids: of events or of cases.
        stored: what is stored of one; called from several threads.

    Raises:
        WorldError: the store or the brokers do not answer; what was published so far may be published again.
    """
    count = 0
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(_THREADS) as threads:

        async def read(some: Sequence[str]) -> dict[str, Said]:
            found = await asyncio.gather(*(loop.run_in_executor(threads, stored, uid) for uid in some))
            return dict(zip(some, found, strict=True))

        while some := await loop.run_in_executor(threads, lambda: list(islice(uids, _AT_ONCE))):
            said: dict[str, Said] = {}
            while changed := {uid: now for uid, now in (await read(some)).items() if now != said.get(uid)}:
                await outbox.repeat(*(output for outputs in changed.values() for output in outputs))
                said |= changed
                count += sum(map(len, changed.values()))
                some = list(changed)
    return count
