"""Erasing in S3, by boto3: rare, so its CPU does not count, and it knows versions and locks, which obstore does not."""

import hashlib
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from pipeline.store.boto_errors import boto_code, boto_errors_as_families
from pipeline.store.connection import S3Connection
from pipeline.store.erasing import Erased, LockedVersion, StoredVersion
from pipeline.store.location import Location

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

__all__ = ["S3Eraser"]

_CHUNK: Final = 2**20
_MISSING: Final = frozenset({"NoSuchKey", "NoSuchVersion", "404"})
_LOCKED: Final = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.BAD_REQUEST, HTTPStatus.CONFLICT})
"""How stores say that a version is under Object Lock: AWS with 403, which says the same of a right that is missing."""
_REMEDY: Final = "Check bucket and credentials; `sealstream bucket policy --for eraser` prints the rights needed."


class S3Eraser:
    """The `pipeline.store.erasing.Eraser` of a real store.

    Args:
        connection: how to reach it.
    """

    def __init__(self, connection: S3Connection) -> None:
        self._client: S3Client = connection.client

    def versions(self, bucket: str, prefix: str = "") -> Iterator[StoredVersion]:
        """As `Eraser.versions`."""
        pages = self._client.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix)
        with boto_errors_as_families("list of versions", bucket, remedy=_REMEDY):
            for page in pages:
                for found in page.get("Versions", []):
                    yield StoredVersion(
                        at=Location(bucket, found["Key"]), version=found["VersionId"], size=found["Size"]
                    )

    def digest(self, version: StoredVersion) -> str | None:
        """As `Eraser.digest`."""
        digest = hashlib.sha256()
        with boto_errors_as_families("get", version.at.bucket, remedy=_REMEDY):
            try:
                found = self._client.get_object(Bucket=version.at.bucket, Key=version.at.key, VersionId=version.version)
            except ClientError as error:
                if boto_code(error) in _MISSING:
                    return None
                raise
            for chunk in found["Body"].iter_chunks(_CHUNK):
                digest.update(chunk)
        return digest.hexdigest()

    def erase(self, at: Location, version: str | None = None) -> Erased | LockedVersion:
        """As `Eraser.erase`."""
        with boto_errors_as_families("delete", at.bucket, remedy=_REMEDY):
            ids = self._ids(at) if version is None else [version]
            for version_id in ids:
                locked = self._delete(at, version_id)
                if locked is not None:
                    return locked
        return "erased" if ids else "absent"

    def _ids(self, at: Location) -> list[str]:
        """The versions of an object and its marks of deletion; other keys that begin alike are passed over."""
        ids: list[str] = []
        for page in self._client.get_paginator("list_object_versions").paginate(Bucket=at.bucket, Prefix=at.key):
            found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
            ids += [listed["VersionId"] for listed in found if listed["Key"] == at.key]
        return ids

    def _delete(self, at: Location, version: str) -> LockedVersion | None:
        try:
            self._client.delete_object(Bucket=at.bucket, Key=at.key, VersionId=version)
        except ClientError as error:
            if boto_code(error) in _MISSING:
                return None
            if error.response["ResponseMetadata"]["HTTPStatusCode"] not in _LOCKED:
                raise
            locked = self._lock_of(at, version)
            if locked is None:
                raise
            return locked
        return None

    def _lock_of(self, at: Location, version: str) -> LockedVersion | None:
        head: Mapping[str, Any] = self._client.head_object(Bucket=at.bucket, Key=at.key, VersionId=version)
        until, hold = head.get("ObjectLockRetainUntilDate"), head.get("ObjectLockLegalHoldStatus") == "ON"
        return LockedVersion(until=until, hold=hold) if until or hold else None
