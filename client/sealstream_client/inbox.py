"""Puts assets where workers read them: the inbox bucket, under the digest of their bytes."""

import asyncio
import hashlib
import inspect
from collections.abc import Callable
from typing import Any, Final, Protocol

import msgspec

from sealstream_client.errors import DeliveryError

__all__ = ["Inbox", "S3Client", "Stored"]

_THERE_ALREADY: Final = 412


class S3Client(Protocol):
    """What is needed of an S3 client: `put_object` as boto3 has it, or aiobotocore, whose answer is awaited."""

    @property
    def put_object(self) -> Callable[..., Any]:
        """Put an object; called with Bucket, Key, Body, ContentType and IfNoneMatch."""


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """An asset that is in the inbox, in the words of an event's content.

    Give it to the content: `GenerationContent(id=…, mime=stored.mime, operation="generated", uri=stored.uri,
    sha256=stored.sha256, size=stored.size)`.
    """

    uri: str
    sha256: str
    size: int
    mime: str


class Inbox:
    """The inbox bucket of an installation."""

    def __init__(self, client: S3Client, bucket: str = "sealstream-inbox") -> None:
        self._client = client
        self._bucket = bucket

    async def put(self, body: bytes, *, mime: str) -> Stored:
        """Store an asset; the same bytes are stored once, however often they are put.

        Raises:
            DeliveryError: the store did not take it.
        """
        digest = hashlib.sha256(body).hexdigest()
        key = f"sha256/{digest[:2]}/{digest[2:4]}/{digest}"
        try:
            answer = await asyncio.to_thread(
                self._client.put_object,
                Bucket=self._bucket,
                Key=key,
                Body=body,
                ContentType=mime,
                IfNoneMatch="*",
            )
            if inspect.isawaitable(answer):
                await answer
        except Exception as error:
            if _status(error) != _THERE_ALREADY:
                raise DeliveryError(f"The asset could not be stored in {self._bucket}: {error}") from error
        return Stored(uri=f"s3://{self._bucket}/{key}", sha256=digest, size=len(body), mime=mime)


def _status(error: Exception) -> object:
    """The HTTP status of an error, as botocore keeps it."""
    response = getattr(error, "response", None)
    return response.get("ResponseMetadata", {}).get("HTTPStatusCode") if isinstance(response, dict) else None
