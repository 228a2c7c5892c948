"""Fetching: an event's content becomes an asset in hand, or an error that says why not.

Nothing is fetched but objects in the allowed buckets of our own store, and never more bytes than the event declares:
addresses come from producers, and a producer may be mistaken or hostile.
"""

import base64
import binascii
from dataclasses import dataclass

from pipeline.assets.asset import Asset, asset_of, sha256_hex
from pipeline.errors import AssetDigestError, AssetForbiddenError, AssetMissingError, AssetRefusedError
from pipeline.events.inputs import Content, Sidecar
from pipeline.store import Location, ObjectStore, ObjectTooLargeError, StoreRefusedError
from pipeline.timing import Timed, untimed

__all__ = ["AssetFetcher"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetFetcher:
    """Fetches what events refer to; `max_bytes` bounds what one asset may take, `timed` hears how long it takes."""

    store: ObjectStore
    allowed_buckets: frozenset[str]
    max_bytes: int
    timed: Timed = untimed

    def fetch(self, content: Content) -> Asset:
        """The asset of an event: digest and size checked against what the event declares, its type told by its bytes.

        Raises:
            AssetRefusedError: outside the allowed buckets, or too large.
            AssetMissingError: not there (yet).
            AssetForbiddenError: there, and the store does not hand it out.
            AssetDigestError: there, but not what the event declares.
            WorldError: the store does not answer.
        """
        with self.timed("fetch"):
            return self._fetched(content)

    def _fetched(self, content: Content) -> Asset:
        if content.uri is not None:
            body = self._referenced(content.uri, content.size)
        elif content.text is not None:
            body = content.text.encode()
        else:
            body = _decoded(content.base64 or "", "content.base64")
        return asset_of(body, content.mime, sha256=self._check(body, content.sha256, content.size))

    def fetch_sidecar(self, sidecar: Sidecar) -> bytes:
        """The manifest that travels beside an asset; errors as for `fetch`."""
        if sidecar.uri is not None:
            body = self._referenced(sidecar.uri, sidecar.size)
        else:
            body = _decoded(sidecar.base64 or "", "content.manifest.base64")
        self._check(body, sidecar.sha256, sidecar.size)
        return body

    def fetch_reference(self, uri: str, sha256: str | None, size: int | None) -> bytes:
        """Bytes by reference, such as a parent's; errors as for `fetch`."""
        body = self._referenced(uri, size)
        self._check(body, sha256, size)
        return body

    def _referenced(self, uri: str, size: int | None) -> bytes:
        location = Location.parse(uri)
        if location.bucket not in self.allowed_buckets:
            raise AssetRefusedError(
                what=f"The bucket {location.bucket} is not one that events may refer to.",
                remedy="Use the inbox bucket, or let the operator add this one to SEALSTREAM_ALLOWED_BUCKETS.",
            )
        if size is not None and size > self.max_bytes:
            raise _too_large(size, self.max_bytes)
        limit = self.max_bytes if size is None else size
        try:
            stored = self.store.get(location, max_bytes=limit)
        except ObjectTooLargeError as error:
            if size is None:
                raise
            raise AssetDigestError(
                what=f"The object is {error.size} bytes, and the event declares {size}.",
                remedy="Send the size and SHA-256 of the object as it is stored, in a new event.",
                declared=str(size),
                found=str(error.size),
            ) from error
        except StoreRefusedError as error:
            raise AssetForbiddenError(
                what=f"The store does not hand out the asset in {location.bucket}.",
                remedy="Let the workers read it, or send its content in a new event; it is tried again for a while.",
            ) from error
        if stored is None:
            raise AssetMissingError(
                what=f"The asset is not in {location.bucket}.",
                remedy="Store the asset before sending its event; it is looked for again for a while.",
            )
        return stored.body

    def _check(self, body: bytes, sha256: str | None, size: int | None) -> str:
        """The digest of the bytes, which are what they are declared to be."""
        if len(body) > self.max_bytes:
            raise _too_large(len(body), self.max_bytes)
        found = sha256_hex(body)
        if (sha256 is not None and sha256 != found) or (size is not None and size != len(body)):
            raise AssetDigestError(
                what="The bytes found are not the bytes that the event declares.",
                remedy="Send the size and SHA-256 of the asset as it is, in a new event.",
                declared=sha256 or str(size),
                found=found if sha256 is not None else str(len(body)),
            )
        return found


def _too_large(size: int, limit: int) -> AssetRefusedError:
    return AssetRefusedError(
        what=f"The asset is {size} bytes, more than the limit of {limit}.",
        remedy="Send a smaller asset, or let the operator raise SEALSTREAM_MAX_ASSET_BYTES.",
    )


def _decoded(text: str, member: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise AssetRefusedError(
            what=f"The member {member} is not base64.",
            remedy="Encode the bytes with the standard alphabet and padding.",
        ) from None
