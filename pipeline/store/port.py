"""The port to object storage.

The public methods are the same for every store: they check what goes in, and turn whatever fails into an error family.
An implementation fills in the methods with an underscore and may raise what its client library raises.

Everything is synchronous and safe to call from several threads.
"""

import abc
import contextlib
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import ClassVar, Final

from pipeline.errors import AssetRefusedError, BugError, SealstreamError, WorldError
from pipeline.store.location import Location

__all__ = [
    "ObjectHead",
    "ObjectStore",
    "ObjectTooLargeError",
    "OpenObject",
    "StoreObserver",
    "StoreRefusedError",
    "StoreUnavailableError",
    "StoredObject",
]

_METADATA_NAME: Final = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
_HEADER_VALUE: Final = re.compile(r"[\x21-\x7e]+( [\x21-\x7e]+)*")
_MAX_METADATA_BYTES: Final = 2048  # Amazon S3's limit on user metadata, names and values together
_TAKEN_NAMES: Final = re.compile(r"cache-?control|storage-?class|content-?(disposition|encoding|language|type)")
_NO_METADATA: Final[Mapping[str, str]] = MappingProxyType({})


class StoreUnavailableError(WorldError):
    """The store did not do what was asked: no connection, no answer in time, throttling, a fault of its own.

    A `create` that met it may or may not have written; doing it again settles that, because nothing is overwritten.
    """

    stage: ClassVar[str] = "store"


class StoreRefusedError(WorldError):
    """The store is up and refuses: credentials or policy forbid it, or the bucket is not there.

    At start this is the operator's fault and stops the program (`pipeline.store.buckets`). Later it is a matter of
    time: keys are being rotated, a policy is being edited, a bucket restored. The events are good, so they wait.
    """

    stage: ClassVar[str] = "store"


@dataclass(slots=True, eq=False)
class ObjectTooLargeError(AssetRefusedError):
    """The object is larger than the caller takes; found before its bytes were read.

    Args:
        size: how large it is, in bytes.
        limit: how large it may be, in bytes.
    """

    size: int
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectHead:
    """What the store says of an object beside its bytes."""

    media_type: str
    """The media type it was stored with; `application/octet-stream` where none was."""

    metadata: Mapping[str, str]
    """User metadata, names in lower case (S3: `x-amz-meta-...`)."""

    size: int
    """Size in bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredObject(ObjectHead):
    """An object read whole."""

    body: bytes = field(repr=False)
    """The bytes; never part of a log line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenObject:
    """An object whose head was read and whose bytes are not here yet; what `_open` gives to the port."""

    head: ObjectHead
    read: Callable[[], bytes]


class StoreObserver:
    """Hears what stores are asked; this one ignores it. Called from any thread: return at once."""

    def asked(self, operation: str, status: str, seconds: float) -> None:
        """Hear of a request.

        Args:
            operation: `create`, `get`, `head` or `list`.
            status: `done`; `exists` and `absent` for what was there already and what is not there; otherwise the name
                of the error.
            seconds: how long it took.
        """


@dataclass(slots=True)
class _Asked:
    """How a request ended."""

    status: str = "done"


class ObjectStore(abc.ABC):
    """Buckets of objects that are written once, read whole, and never changed."""

    observer: StoreObserver = StoreObserver()
    """Hears of each request."""

    def create(
        self, location: Location, body: bytes, *, media_type: str, metadata: Mapping[str, str] = _NO_METADATA
    ) -> bool:
        """Write an object unless one is there already; of writers at the same time exactly one wins.

        Args:
            location: where to; the bucket must exist.
            body: the bytes.
            media_type: what they are, as an HTTP header can say it.
            metadata: names in lowercase letters, digits and hyphens, other than those of HTTP's own headers; values in
                printable ASCII; 2 KB in all.

        Returns:
            True if the object was written now, False if one was there already; its bytes may differ.

        Raises:
            StoreUnavailableError: the store did not answer or failed; it may have written all the same.
            StoreRefusedError: credentials, policy or a missing bucket stand in the way.
            BugError: media type or metadata cannot be sent as HTTP headers.
        """
        _check_headers(media_type, metadata)
        with self._failing_as_families("create", location.bucket) as asked:
            written = self._create(location, body, media_type, metadata)
            if not written:
                asked.status = "exists"
            return written

    def get(self, location: Location, *, max_bytes: int | None = None) -> StoredObject | None:
        """Read an object whole.

        Args:
            location: where it is.
            max_bytes: the largest size that is read, in bytes; None reads any.

        Returns:
            The object, or None where there is none.

        Raises:
            ObjectTooLargeError: it is larger than `max_bytes`.
            StoreUnavailableError: the store did not answer or failed.
            StoreRefusedError: credentials, policy or a missing bucket stand in the way.
        """
        with self._failing_as_families("get", location.bucket) as asked:
            found = self._open(location)
            if found is None:
                asked.status = "absent"
                return None
            head = found.head
            if max_bytes is not None and head.size > max_bytes:
                raise ObjectTooLargeError(
                    what=f"An object in {location.bucket} has {head.size} bytes; at most {max_bytes} are read.",
                    remedy="Send a smaller object, or ask the operator for a higher limit.",
                    size=head.size,
                    limit=max_bytes,
                )
            return StoredObject(media_type=head.media_type, metadata=head.metadata, size=head.size, body=found.read())

    def require(self, location: Location) -> StoredObject:
        """Read an object that is known to be there, because `create` said so; raises as `get`.

        Raises:
            StoreUnavailableError: it is not there after all.
        """
        stored = self.get(location)
        if stored is None:
            raise unavailable("get", location.bucket, "the object was there before and is not found now")
        return stored

    def head(self, location: Location) -> ObjectHead | None:
        """Read what the store says of an object without its bytes, or None where there is none; raises as `get`."""
        with self._failing_as_families("head", location.bucket) as asked:
            head = self._head(location)
            if head is None:
                asked.status = "absent"
            return head

    def list_keys(self, bucket: str, prefix: str, *, limit: int) -> tuple[str, ...]:
        """List the keys that begin with `prefix`, in the order of their UTF-8 bytes.

        Args:
            bucket: where to look.
            prefix: whole segments of the key; ends with a slash.
            limit: the most keys that are returned, from 1.

        Raises:
            StoreUnavailableError: the store did not answer or failed.
            StoreRefusedError: credentials, policy or a missing bucket stand in the way.
        """
        if not prefix.endswith("/") or limit < 1:
            raise BugError(what="Keys were listed by less than a whole segment.", remedy="End the prefix with a slash.")
        with self._failing_as_families("list", bucket):
            return self._list_keys(bucket, prefix, limit)

    @abc.abstractmethod
    def _create(self, location: Location, body: bytes, media_type: str, metadata: Mapping[str, str]) -> bool:
        """Write unless it is there; True if written."""

    @abc.abstractmethod
    def _open(self, location: Location) -> OpenObject | None:
        """Read the head and leave the bytes to `OpenObject.read`."""

    @abc.abstractmethod
    def _head(self, location: Location) -> ObjectHead | None:
        """Read the head only."""

    @abc.abstractmethod
    def _list_keys(self, bucket: str, prefix: str, limit: int) -> tuple[str, ...]:
        """List at most `limit` keys in order."""

    def _explain(self, error: BaseException, operation: str, bucket: str) -> SealstreamError | None:
        """The error family that an implementation's exception belongs to; None lets it through as it is.

        An implementation overrides this with what it knows of its client library, and asks here for the rest.
        """
        if isinstance(error, OSError):
            return unavailable(operation, bucket, type(error).__name__)
        if isinstance(error, Exception):
            return BugError(
                what=f"The object store's {operation} in the bucket {bucket} broke with {type(error).__name__}.",
                remedy="Report it with the traceback.",
            )
        return None

    @contextlib.contextmanager
    def _failing_as_families(self, operation: str, bucket: str) -> Iterator[_Asked]:
        asked, began = _Asked(), time.perf_counter()
        try:
            yield asked
        except SealstreamError as error:
            asked.status = type(error).__name__
            raise
        except BaseException as error:
            explained = self._explain(error, operation, bucket)
            asked.status = type(explained or error).__name__
            if explained is None:
                raise
            raise explained from error
        finally:
            self.observer.asked(operation, asked.status, time.perf_counter() - began)


def unavailable(operation: str, bucket: str, reason: str) -> StoreUnavailableError:
    """The error for a store that is away or failing."""
    return StoreUnavailableError(
        what=f"The object store's {operation} in the bucket {bucket} failed: {reason}.",
        remedy="It is tried again; check that the store is up and reachable (AWS_ENDPOINT_URL_S3).",
    )


def _check_headers(media_type: str, metadata: Mapping[str, str]) -> None:
    """Refuse what HTTP headers cannot carry: clients crash on it, or sign something else than they send."""
    named_well = all(_METADATA_NAME.fullmatch(name) and not _TAKEN_NAMES.fullmatch(name) for name in metadata)
    valued_well = all(_HEADER_VALUE.fullmatch(value) for value in (media_type, *metadata.values()))
    if not named_well or not valued_well or sum(map(len, (*metadata, *metadata.values()))) > _MAX_METADATA_BYTES:
        raise BugError(
            what="An object's media type or metadata cannot be sent as HTTP headers.",
            remedy="Check media types at intake, and keep metadata short and in ASCII.",
        )
