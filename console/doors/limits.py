"""How much strangers may ask: so often in a minute, so many files at once, so many bytes."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address
from math import ceil
from typing import Final

from starlette.requests import Request

from console.refusing import Refusal

__all__ = ["Allowance", "UploadGate", "address_of", "body_of", "bytes_of", "in_time", "require_size"]

_MINUTE: Final = 60.0
_MOST_ADDRESSES: Final = 20_000
_NETWORK_BITS: Final = 64
_COME_BACK: Final = {"Retry-After": "5"}
_CLOSE: Final = {"Connection": "close"}
_TIMEOUT, _TOO_LARGE, _TOO_MANY = 408, 413, 429


@dataclass(slots=True, kw_only=True)
class Allowance:
    """How often each address may ask: so many at once, and as many again as time goes by. For one event loop.

    Args:
        a_minute: how many in a minute.
        clock: monotonic seconds.
    """

    a_minute: int
    clock: Callable[[], float] = time.monotonic
    _left: "OrderedDict[str, tuple[float, float]]" = field(default_factory=OrderedDict, init=False)

    def take(self, address: str) -> None:
        """Let an address ask once.

        Raises:
            Refusal: it has asked too often; 429, and says when to come back.
        """
        now = self.clock()
        left, at = self._left.pop(address, (float(self.a_minute), now))
        left = min(left + (now - at) * self.a_minute / _MINUTE, float(self.a_minute))
        granted = left >= 1
        self._left[address] = (left - 1 if granted else left, now)
        if len(self._left) > _MOST_ADDRESSES:  # whoever has not asked for longest has all of it again
            self._left.popitem(last=False)
        if not granted:
            wait = ceil((1 - left) * _MINUTE / self.a_minute)
            raise Refusal("refused.too-often", _TOO_MANY, {"Retry-After": str(wait)}, seconds=wait)


@dataclass(slots=True, kw_only=True)
class UploadGate:
    """Lets so many files in at a time; nobody waits in front of it.

    Args:
        at_once: how many.
        most_bytes: how large one may be.
        seconds: how long one may take to arrive.
    """

    at_once: int
    most_bytes: int
    seconds: float
    _inside: int = field(default=0, init=False)

    @asynccontextmanager
    async def entered(self, request: Request, around: int = 0) -> AsyncIterator[None]:
        """Hold a place as long as the file is in memory.

        Args:
            request: what says how large it is, maybe.
            around: how many bytes there may be around the file.

        Raises:
            Refusal: 413, before a byte is read where its size was said; 429 where there is no place.
        """
        require_size(request, self.most_bytes + around)
        if self._inside >= self.at_once:
            raise Refusal("refused.too-many-files", _TOO_MANY, _COME_BACK)
        self._inside += 1
        try:
            yield
        finally:
            self._inside -= 1


@asynccontextmanager
async def in_time(seconds: float) -> AsyncIterator[None]:
    """Let a body arrive within so many seconds.

    Raises:
        Refusal: 408, it did not.
    """
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise Refusal("refused.too-slow", _TIMEOUT, _CLOSE) from None


def address_of(request: Request) -> str:
    """Who asks: an address of IPv4, or the network of one of IPv6, which one household has to itself."""
    host = "" if request.client is None else request.client.host
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return f"{int(address) >> _NETWORK_BITS:x}"
    return str(address)


async def bytes_of(request: Request, most: int) -> AsyncIterator[bytes]:
    """The body as it comes.

    Raises:
        Refusal: 413, as soon as it is larger than it may be.
    """
    require_size(request, most)
    read = 0
    async for chunk in request.stream():
        read += len(chunk)
        if read > most:
            raise _too_large(most)
        yield chunk


async def body_of(request: Request, most: int, seconds: float) -> bytes:
    """The whole body, in memory; raises as `bytes_of` and `in_time`."""
    async with in_time(seconds):
        return b"".join([chunk async for chunk in bytes_of(request, most)])


def require_size(request: Request, most: int) -> None:
    """See that a body is not too large by what is said of it, before any of it is read.

    Raises:
        Refusal: 413.
    """
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > most:
        raise _too_large(most)


def _too_large(most: int) -> Refusal:
    # Nobody reads what is left of it: the connection ends.
    return Refusal("refused.too-large", _TOO_LARGE, _CLOSE, most=most)
