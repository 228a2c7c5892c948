"""Turns: so many records are worked on at once, and those that wait go in turns of whoever sent them.

In the order of arrival, one producer that sends a thousand events would have the next event of every other one wait for
all of them.
"""

import asyncio
import re
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from agents.delivery.record import InputRecord

__all__ = ["Turns", "sender_of"]

_HEADER: Final = "ce_source"
_MEMBER: Final = re.compile(rb'"source"\s*:\s*"([^"\\]{1,256})')
_LOOKED_AT: Final = 4096


class Turns:
    """A bound on how many work at once. All of it runs on one event loop.

    Args:
        capacity: how many.
    """

    def __init__(self, capacity: int) -> None:
        self._free = capacity
        self._waiting: dict[bytes, deque[asyncio.Future[None]]] = {}
        """By sender, in the order in which they have their next turn."""

    @asynccontextmanager
    async def turn(self, sender: bytes) -> AsyncIterator[None]:
        """Wait for a turn of a sender, and have it until the context ends."""
        await self._take(sender)
        try:
            yield
        finally:
            self._pass_on()

    async def _take(self, sender: bytes) -> None:
        if self._free > 0:
            self._free -= 1
            return
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(sender, deque()).append(mine)
        try:
            await mine
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled():  # it came in the same moment, and nobody has it now
                self._pass_on()
            raise

    def _pass_on(self) -> None:
        while self._waiting:
            sender = next(iter(self._waiting))
            queue = self._waiting.pop(sender)
            next_one = queue.popleft()
            if queue:
                self._waiting[sender] = queue  # at the end: the others come first now
            if not next_one.done():
                next_one.set_result(None)
                return
        self._free += 1


def sender_of(record: InputRecord) -> bytes:
    """Who sent a record, as its CloudEvent says it: the header, or the first member of that name.

    It is looked at before anything is checked, and nothing follows from it but whose turn it is.
    """
    for name, value in record.headers:
        if name == _HEADER and value is not None:
            return value
    found = _MEMBER.search(record.value[:_LOOKED_AT]) if record.value is not None else None
    return b"" if found is None else found[1]
