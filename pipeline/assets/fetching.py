"""Fetching: an event's content becomes an asset in hand, or an error that says why not.

Nothing is fetched but objects in the allowed buckets of our own store, and never more bytes than the event declares:
addresses come from producers, and a producer may be mistaken or hostile.
"""

import base64
import binascii
from dataclasses import dataclass

from pipeline.assets.asset import Asset, sha256_hex
from pipeline.errors import AssetDigestError, AssetMissingError, AssetRefusedError
from pipeline.events.inputs import Content, Sidecar
from pipeline.store.port import Location, ObjectStore

__all__ = ["AssetFetcher"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetFetcher:
    """Fetches what events refer to; `max_bytes` bounds what one asset may take."""

    store: ObjectStore
    allowed_buckets: frozenset[str]
    max_bytes: int

    def fetch(self, content: Content) -> Asset:
        """The asset of an event, its digest and size checked against what the event declares.

        Raises:
            AssetRefusedError: outside the allowed buckets, or too large.
            AssetMissingError: not there (yet).
            AssetDigestError: there, but not what the event declares.
            WorldError: the store does not answer.
        """
        if content.uri is not None:
            body = self._referenced(content.uri, content.sha256, content.size)
        elif content.text is not None:
            body = content.text.encode()
        else:
            body = _decoded(content.base64 or "", "content.base64")
        self._check(body, content.sha256, content.size)
        return Asset(body=body, media_type=content.mime, sha256=sha256_hex(body))

    def fetch_sidecar(self, sidecar: Sidecar) -> bytes:
        """The manifest that travels beside an asset; errors as for `fetch`."""
        if sidecar.uri is not None:
            body = self._referenced(sidecar.uri, sidecar.sha256, sidecar.size)
        else:
            body = _decoded(sidecar.base64 or "", "content.manifest.base64")
        self._check(body, sidecar.sha256, sidecar.size)
        return body

    def fetch_reference(self, uri: str, sha256: str | None, size: int | None) -> bytes:
        """Bytes by reference, such as a parent's; errors as for `fetch`."""
        body = self._referenced(uri, sha256, size)
        self._check(body, sha256, size)
        return body

    def _referenced(self, uri: str, sha256: str | None, size: int | None) -> bytes:
        location = Location.parse(uri)
        if location.bucket not in self.allowed_buckets:
            raise AssetRefusedError(
                what=f"The bucket {location.bucket} is not one that events may refer to.",
                remedy="Put the asset into the inbox bucket, or let the operator add its bucket to SEALSTREAM_ALLOWED_BUCKETS.",
            )
        if size is not None and size > self.max_bytes:
            raise AssetRefusedError(
                what=f"The asset is {size} bytes, more than the limit of {self.max_bytes}.",
                remedy="Send a smaller asset, or let the operator raise SEALSTREAM_MAX_ASSET_BYTES.",
            )
        limit = self.max_bytes if size is None else size
        found_size = self._size(location)
        if found_size > limit:
            raise AssetDigestError(
                what=f"The object is {found_size} bytes, and the event declares {limit}.",
                remedy="Send the size and SHA-256 of the object as it is stored, in a new event.",
                declared=str(limit),
                found=str(found_size),
            )
        stored = self.store.get(location, max_bytes=limit)
        if stored is None:
            raise _missing(location)
        return stored.body

    def _check(self, body: bytes, sha256: str | None, size: int | None) -> None:
        if len(body) > self.max_bytes:
            raise AssetRefusedError(
                what=f"The asset is {len(body)} bytes, more than the limit of {self.max_bytes}.",
                remedy="Send a smaller asset, or let the operator raise SEALSTREAM_MAX_ASSET_BYTES.",
            )
        found = sha256_hex(body)
        if (sha256 is not None and sha256 != found) or (size is not None and size != len(body)):
            raise AssetDigestError(
                what="The bytes found are not the bytes that the event declares.",
                remedy="Send the size and SHA-256 of the asset as it is, in a new event.",
                declared=sha256 or str(size),
                found=found if sha256 is not None else str(len(body)),
            )
