"""Tokens by which we are known to brokers (OAUTHBEARER): asked for where they are issued, kept while they are good."""

import asyncio
import base64
import time
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

import aiohttp
import msgspec
from aiokafka.abc import AbstractTokenProvider
from aiokafka.errors import KafkaConnectionError

from agents.settings import KafkaSettings
from pipeline.errors import OperatorError, SealstreamError, WorldError

__all__ = ["NoTokenError", "token_provider"]

_SECONDS: Final = 10.0
_GOOD_FOR: Final = 0.8
"""Which part of its lifetime a token is shown for; the rest is for clocks that differ."""

_BUSY: Final = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS)
"""Answers that say nothing of who asks: after a start of many workers, the next attempt may be the one."""

_LIFETIME_SECONDS: Final = 300.0
"""Of tokens whose issuer does not say."""


class NoTokenError(KafkaConnectionError):  # type: ignore[misc] # aiokafka ships no types
    """There is no token now, so that no connection can be made; aiokafka tries again as after any other failure."""

    def __init__(self, why: SealstreamError) -> None:
        super().__init__(str(why))
        self.why = why


class _Answer(msgspec.Struct, frozen=True):
    access_token: str
    expires_in: float = _LIFETIME_SECONDS


class _Endpoint(AbstractTokenProvider):  # type: ignore[misc] # as above
    """Asks a token endpoint for us as a client (RFC 6749, section 4.4)."""

    def __init__(self, url: str, client: str, secret: str, scope: str | None) -> None:
        self._url = url
        who = f"{quote(client, safe='')}:{quote(secret, safe='')}"
        self._basic = f"Basic {base64.b64encode(who.encode()).decode()}"
        self._form = {"grant_type": "client_credentials"} | ({} if scope is None else {"scope": scope})
        self._token, self._until = "", 0.0

    async def token(self) -> str:
        """A token that is good now.

        Raises:
            NoTokenError: the issuer refuses, or does not answer.
        """
        if time.monotonic() >= self._until:
            answer = await self._ask()
            self._token = answer.access_token
            self._until = time.monotonic() + _GOOD_FOR * answer.expires_in
        return self._token

    async def _ask(self) -> _Answer:
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(_SECONDS), trust_env=True) as session,
                session.post(self._url, data=self._form, headers={"Authorization": self._basic}) as response,
            ):
                status, body = response.status, await response.read()
        except aiohttp.InvalidURL as error:
            raise self._refused("is no address") from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise NoTokenError(
                WorldError(
                    what=f"No tokens are issued at {self._url} ({type(error).__name__}).",
                    remedy="It is tried again; see that what SEALSTREAM_KAFKA_OAUTH_URL names is up.",
                )
            ) from error
        if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR and status not in _BUSY:
            raise self._refused(f"answered {status} to this client")
        try:
            return msgspec.json.decode(body, type=_Answer)
        except msgspec.DecodeError as error:
            raise NoTokenError(
                WorldError(
                    what=f"What answers at {self._url} issued no token (HTTP {status}).",
                    remedy="It is tried again; see that SEALSTREAM_KAFKA_OAUTH_URL is a token endpoint.",
                )
            ) from error

    def _refused(self, how: str) -> NoTokenError:
        return NoTokenError(
            OperatorError(
                what=f"The token endpoint {self._url} {how}.",
                remedy="Correct SEALSTREAM_KAFKA_OAUTH_URL, _CLIENT_ID, _CLIENT_SECRET and _SCOPE.",
            )
        )


class _MskIam(AbstractTokenProvider):  # type: ignore[misc] # as above
    """Signs tokens with the AWS credentials at hand, for Amazon MSK."""

    def __init__(self, region: str) -> None:
        self._region = region

    async def token(self) -> str:
        """A token that is good for some minutes.

        Raises:
            NoTokenError: there are no AWS credentials.
        """
        from aws_msk_iam_sasl_signer import MSKAuthTokenProvider  # noqa: PLC0415 - an extra

        try:
            token, _ = await asyncio.to_thread(MSKAuthTokenProvider.generate_auth_token, self._region)
        except Exception as error:
            raise NoTokenError(
                OperatorError(
                    what=f"No token for Amazon MSK can be signed ({type(error).__name__}).",
                    remedy="See that AWS credentials are at hand, as for every AWS tool.",
                )
            ) from error
        return str(token)


def token_provider(settings: KafkaSettings) -> AbstractTokenProvider:
    """Where tokens come from, as configured.

    Raises:
        OperatorError: a setting is missing, or what signs tokens for Amazon MSK is not installed.
    """
    if settings.sasl_mechanism == "AWS_MSK_IAM":
        return _msk_iam(settings.msk_region)
    url, client, secret = settings.oauth_url, settings.oauth_client_id, settings.oauth_client_secret
    if url is None or client is None or secret is None:
        raise OperatorError(
            what="Tokens (OAUTHBEARER) need an endpoint that issues them, and who asks.",
            remedy="Set SEALSTREAM_KAFKA_OAUTH_URL, SEALSTREAM_KAFKA_OAUTH_CLIENT_ID and "
            "SEALSTREAM_KAFKA_OAUTH_CLIENT_SECRET.",
        )
    return _Endpoint(url, client, secret.get_secret_value(), settings.oauth_scope)


def _msk_iam(region: str | None) -> AbstractTokenProvider:
    try:
        import aws_msk_iam_sasl_signer  # noqa: F401, PLC0415 - an extra
    except ImportError as error:
        raise OperatorError(
            what="What signs tokens for Amazon MSK is not installed.",
            remedy="pip install 'sealstream[msk]'.",
        ) from error
    if region is None:
        raise OperatorError(
            what="Tokens for Amazon MSK are made for a region.", remedy="Set SEALSTREAM_KAFKA_MSK_REGION."
        )
    return _MskIam(region)
