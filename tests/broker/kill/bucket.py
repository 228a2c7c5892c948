"""The object store as anybody with a stock S3 client sees it."""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

import boto3
import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from tests.broker.kill.cases import Case, Object, sha256

if TYPE_CHECKING:
    from obstore.store import S3Config

__all__ = [
    "Bucket",
    "Listed",
    "Stored",
    "act_key",
    "counted_key",
    "entry_key",
    "illegal_key",
    "list_versions",
    "manifest_key",
    "outcome_key",
    "published_key",
    "record_key",
    "refused_key",
    "retraction_key",
    "review_key",
    "sealed_key",
    "version_key",
]

_AT_ONCE: Final = 32
_ANSWER_WITHIN: Final = 2.0


class Listed(NamedTuple):
    """An object in a listing; the time is in seconds since 1970, without a fraction."""

    size: int
    modified: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """An object's bytes, as a digest, and when it was written."""

    sha256: str
    size: int
    modified: int


class Bucket:
    """One bucket."""

    def __init__(self, name: str, environment: Mapping[str, str]) -> None:
        config: S3Config = {
            "aws_endpoint_url_s3": environment["AWS_ENDPOINT_URL_S3"],
            "access_key_id": environment["AWS_ACCESS_KEY_ID"],
            "secret_access_key": environment["AWS_SECRET_ACCESS_KEY"],
            "region": environment["AWS_REGION"],
            "virtual_hosted_style_request": False,
        }
        self._store = S3Store(
            name,
            config=config,
            client_options={"allow_http": True, "timeout": timedelta(seconds=20)},
            retry_config={"max_retries": 0},
        )

    async def put_all(self, objects: Iterable[Object]) -> int:
        """Store objects side by side; returns how many."""
        room = asyncio.Semaphore(_AT_ONCE)

        async def put(inbox_object: Object) -> None:
            async with room:
                await obstore.put_async(
                    self._store, inbox_object.key, inbox_object.body, attributes={"Content-Type": inbox_object.mime}
                )

        return len(await asyncio.gather(*(put(inbox_object) for inbox_object in objects)))

    async def has(self, key: str) -> bool | None:
        """Whether an object is there; None while the store does not answer."""
        try:
            async with asyncio.timeout(_ANSWER_WITHIN):
                await obstore.head_async(self._store, key)
        except FileNotFoundError:
            return False
        except (BaseError, TimeoutError):
            return None
        return True

    async def listing(self) -> dict[str, Listed]:
        """Everything in the bucket."""
        return {
            listed["path"]: Listed(listed["size"], int(listed["last_modified"].timestamp()))
            async for page in obstore.list(self._store, chunk_size=1000)
            for listed in page
        }

    async def get(self, key: str) -> bytes:
        """The bytes of an object that is there."""
        return bytes(await (await obstore.get_async(self._store, key)).bytes_async())

    async def get_all(self, keys: Collection[str]) -> dict[str, bytes]:
        """The bytes of objects that are there."""
        return {key: body async for key, body in self._each(keys)}

    async def digests(self, listed: Mapping[str, Listed]) -> dict[str, Stored]:
        """The digests of objects that are there; their bytes are not kept."""
        return {
            key: Stored(sha256=sha256(body), size=len(body), modified=listed[key].modified)
            async for key, body in self._each(listed)
        }

    async def _each(self, keys: Collection[str]) -> AsyncIterator[tuple[str, bytes]]:
        rest = list(keys)
        for start in range(0, len(rest), _AT_ONCE):
            some = rest[start : start + _AT_ONCE]
            for key, body in zip(some, await asyncio.gather(*map(self.get, some)), strict=True):
                yield key, body


def list_versions(name: str, environment: Mapping[str, str]) -> dict[str, tuple[int, ...]]:
    """When each version of each key was written, delete markers included, in seconds since 1970."""
    client = boto3.client(
        "s3",
        endpoint_url=environment["AWS_ENDPOINT_URL_S3"],
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        region_name=environment["AWS_REGION"],
    )
    versions: dict[str, tuple[int, ...]] = {}
    for page in client.get_paginator("list_object_versions").paginate(Bucket=name):
        for version in (*page.get("Versions", ()), *page.get("DeleteMarkers", ())):
            versions[version["Key"]] = (*versions.get(version["Key"], ()), int(version["LastModified"].timestamp()))
    return versions


def record_key(uid: str) -> str:
    """Where the layout puts a record."""
    return f"v1/records/{uid[:2]}/{uid[2:4]}/{uid}.json"


def review_key(uid: str, turn: int = 1) -> str:
    """Where the layout puts what a person decided about an event: the first decision apart, of the others the last."""
    later = "" if turn == 1 else f"/{10**8 - turn:08}"
    return f"v1/reviews/{uid[:2]}/{uid[2:4]}/{uid}{later}.json"


def act_key(uid: str, turn: int) -> str:
    """Where the layout puts what a person did about an event beside deciding."""
    return f"v1/acts/{uid[:2]}/{uid[2:4]}/{uid}/{10**8 - turn:08}.json"


def retraction_key(uid: str) -> str:
    """Where the layout puts the retraction of an event."""
    return f"v1/retractions/{uid[:2]}/{uid[2:4]}/{uid}.json"


def version_key(matter: str, version: int) -> str:
    """Where the layout puts a version of a case of an operator."""
    return f"v1/cases/{matter[:2]}/{matter[2:4]}/{matter}/{10**8 - version:08}.json"


def refused_key(uid: str) -> str:
    """Where the layout puts why an act of a person was refused."""
    return f"v1/refused/{uid[:2]}/{uid[2:4]}/{uid}.json"


def illegal_key(digest: str) -> str:
    """Where the layout puts that bytes were found illegal."""
    return f"v1/sha256/{digest[:2]}/{digest[2:4]}/{digest}/illegal.json"


def published_key(digest: str, uid: str) -> str:
    """Where the layout puts the note by which a publication is found by its bytes."""
    return f"v1/published/{digest[:2]}/{digest[2:4]}/{digest}/{uid}.json"


def outcome_key(case: Case) -> str:
    """Where what became of a case is stored."""
    match case.expected.outcome:
        case "act":
            return act_key(case.subject, case.turn)
        case "retraction":
            return retraction_key(case.subject)
        case "dead-letter":
            return refused_key(str(case.uid))
        case "version":
            assert case.matter is not None
            assert case.version is not None
            return version_key(case.matter.uid, case.version.number)
        case _:
            return record_key(case.subject) if case.about is None else review_key(case.subject, case.turn)


def entry_key(account: str, number: int) -> str:
    """Where the layout puts an entry of an account's ledger: the newest first."""
    return f"v1/accounts/{account[:2]}/{account[2:4]}/{account}/{10**8 - number:08}.json"


def counted_key(uid: str) -> str:
    """Where the layout puts the copy of the ledger entry that an event has."""
    return f"v1/counted/{uid[:2]}/{uid[2:4]}/{uid}.json"


def sealed_key(original: str, uid: str, extension: str) -> str:
    """Where the layout puts the sealed asset: under the SHA-256 of the original."""
    return f"v1/sha256/{original[:2]}/{original[2:4]}/{original}/{uid}.sealed.{extension}"


def manifest_key(digest: str, uid: str) -> str:
    """Where the layout puts the manifest for the bytes with this SHA-256."""
    return f"v1/sha256/{digest[:2]}/{digest[2:4]}/{digest}/{uid}.c2pa"
