"""The keys by which an issuer signs access tokens, as it describes itself: read when needed, and kept a while."""

import asyncio
import logging
import ssl
from collections.abc import Callable, Iterator
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import httpx2
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from starlette.exceptions import HTTPException

from agents.settings import is_loopback

__all__ = ["IssuerKeys"]

logger = logging.getLogger(__name__)

_SECONDS: Final = 5.0
_FRESH_SECONDS: Final = 600.0
"""So long nobody asks the issuer again whether its keys are still these."""
_BELIEVED_SECONDS: Final = 3600.0
"""So long they are believed where it does not answer."""
_AGAIN_SECONDS: Final = 60.0
"""So long it is left alone after it was asked, where there are keys: who sends tokens of made-up keys makes no load."""
_RETRY_SECONDS: Final = 5.0
"""So long where there are none."""
_NOT_THERE, _AWAY = 404, 503
_NOT_AS_IT_SHOULD: Final = (
    httpx2.HTTPError,
    httpx2.InvalidURL,
    ssl.SSLError,
    TimeoutError,
    JoseError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    RuntimeError,
)
"""What is raised over no answer, or one that is not what it should be; as over that of a provider of logins."""


class IssuerKeys:
    """The keys of one issuer. For one event loop.

    Args:
        issuer: exactly as it calls itself.
        ticks: seconds that never go back.
    """

    def __init__(self, issuer: str, *, ticks: Callable[[], float]) -> None:
        self._issuer = issuer
        self._ticks = ticks
        self._trusted = httpx2.create_ssl_context()  # once: each request would make its own, at 40 ms
        self._keys: KeySet | None = None
        self._read_at = self._asked_at = float("-inf")
        self._is_away = False
        self._asking = asyncio.Lock()

    async def at_hand(self) -> KeySet:
        """The keys, as they were ten minutes ago at most; as an hour ago where the issuer does not answer.

        Raises:
            HTTPException: they are not known; 503.
        """
        age = self._ticks() - self._read_at
        believed = self._keys if age < _BELIEVED_SECONDS else None
        if believed is not None and (age < _FRESH_SECONDS or self._asking.locked()):
            return believed
        async with self._asking:
            if self._ticks() - self._read_at >= _FRESH_SECONDS:
                await self._ask(_RETRY_SECONDS if believed is None else _AGAIN_SECONDS)
        if self._keys is None or self._ticks() - self._read_at >= _BELIEVED_SECONDS:
            raise _away()
        return self._keys

    async def newer_than(self, known: KeySet) -> KeySet:
        """The keys after one was named that is not among these; the same where the issuer was asked a moment ago.

        Raises:
            HTTPException: it does not answer, so that nobody knows what it signs by now; 503.
        """
        async with self._asking:
            if self._keys is known:
                await self._ask(_AGAIN_SECONDS)
                if self._is_away:
                    raise _away()
            return self._keys or known

    async def _ask(self, patience: float) -> None:
        """Ask the issuer, unless that was done a moment ago."""
        if self._ticks() - self._asked_at < patience:
            return
        try:
            async with (
                asyncio.timeout(_SECONDS),
                httpx2.AsyncClient(verify=self._trusted, timeout=_SECONDS) as client,
            ):
                self._keys = await self._read(client)
            self._read_at, self._is_away = self._ticks(), False
        except _NOT_AS_IT_SHOULD as error:
            self._is_away = True
            logger.warning("The issuer of access tokens, %s, cannot be asked for its keys: %r", self._issuer, error)
        finally:
            self._asked_at = self._ticks()

    async def _read(self, client: httpx2.AsyncClient) -> KeySet:
        said = await self._description(client)
        if said.get("issuer") != self._issuer:
            raise ValueError(f"it calls itself {str(said.get('issuer'))[:200]}")
        at = urlsplit(str(said["jwks_uri"]))
        if at.scheme != "https" and not is_loopback(at.hostname or ""):
            raise ValueError("its jwks_uri is none of https")
        answer = (await client.get(urlunsplit(at))).raise_for_status()
        return KeySet.import_key_set(answer.json())

    async def _description(self, client: httpx2.AsyncClient) -> Any:
        """What the issuer says of itself, by OpenID Connect Discovery or RFC 8414."""
        for at in _described_at(self._issuer):
            answer = await client.get(at)
            if answer.status_code != _NOT_THERE:
                return answer.raise_for_status().json()
        raise ValueError("it has no description of itself at the places that OpenID Connect and RFC 8414 name")


def _described_at(issuer: str) -> Iterator[str]:
    parts = urlsplit(issuer)
    path = parts.path.rstrip("/")
    yield urlunsplit(parts._replace(path=f"{path}/.well-known/openid-configuration"))
    yield urlunsplit(parts._replace(path=f"/.well-known/oauth-authorization-server{path}"))


def _away() -> HTTPException:
    why = "Access tokens cannot be checked now: their issuer does not answer."
    return HTTPException(_AWAY, why, {"Retry-After": str(round(_RETRY_SECONDS))})
