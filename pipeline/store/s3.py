"""The port on S3, by obstore: the hot path.

obstore is the `object_store` crate, with signing, TLS and buffers outside of Python. It costs a fraction of boto3's CPU
for each request (`tools/bench_store.py` measures it); boto3 stays for buckets and retention.

What is particular about it is dealt with here: it reports 409 and 412 as the same exception and a missing bucket as a
missing object, crashes on headers that cannot be sent (see `ObjectStore.create`), reads nothing of an object that has
headers beyond ASCII (see `pipeline.store.foreign_headers`), and says in text only which status and error code it got.
"""

import re
import time
from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, UnauthenticatedError
from obstore.store import S3Store

from pipeline.errors import BugError, SealstreamError
from pipeline.media_types import UNKNOWN
from pipeline.store.connection import CONNECT_SECONDS, SILENCE_SECONDS, S3Connection
from pipeline.store.foreign_headers import open_with_foreign_headers
from pipeline.store.location import Location
from pipeline.store.port import ObjectHead, ObjectStore, OpenObject, StoreObserver, StoreRefusedError, unavailable
from pipeline.store.rights import remedy_for

if TYPE_CHECKING:
    from obstore import Attributes, GetResult
    from obstore.store import ClientConfig, RetryConfig, S3Config

__all__ = ["S3ObjectStore"]

_LARGE_BYTES: Final = 2**20
_TRANSFER_SECONDS: Final = 60.0
"""Longest time for one transfer: the default limit of 64 MiB at 1 MiB a second, the slowest link worth serving."""

_RETRIES: "Final[RetryConfig]" = {
    # For a stumble only: a dropped connection, one 503. An outage is for our own loop. After a silence there is no time
    # left for a second try, so it is reported at once.
    "max_retries": 2,
    "retry_timeout": timedelta(seconds=SILENCE_SECONDS - 1),
    "backoff": {
        "init_backoff": timedelta(milliseconds=50),
        "max_backoff": timedelta(milliseconds=500),
        "base": 2,
    },
}
_CONFLICT_PAUSES: Final = (0.05, 0.1, 0.2, 0.4)
"""Seconds before trying again after a 409: another conditional write to the same key was under way."""

_STANDARD_ATTRIBUTES: Final = frozenset(
    {"Cache-Control", "Content-Disposition", "Content-Encoding", "Content-Language", "Content-Type", "Storage-Class"}
)

# obstore's text ends with the error's fields, one a line. Only those lines are read: everything before them, and every
# quoted string, may repeat a producer's key, which can say anything but has no line break.
_STATUS: Final = re.compile(r"\n +status: (\d{3}),\n")
_CODE: Final = re.compile(r'\n +body: Some\(\n +"[^\n]*?<Code>([\w.]+)</Code>')
_REDIRECT: Final = re.compile(r"\n +(inner: BareRedirect|status: 30\d),\n")
_TRANSPORT: Final = re.compile(r"\n +kind: (Connect|Timeout),\n")
_UNREADABLE_HEADER: Final = re.compile(r"\n +source: Invalid(Metadata|Content\w+|CacheControl|StorageClass) \{\n")
_REASONS: Final = {"Connect": "no connection", "Timeout": "no answer in time"}
_REFUSALS: Final = frozenset({401, 403, 501})
_MOMENTARY: Final = frozenset({408, 409, 429})
_SERVER_ERRORS: Final = 500
_PANIC_MODULE: Final = "pyo3_runtime"
"""A panic of the Rust library arrives as an exception that cannot be imported and is no `Exception`."""


class S3ObjectStore(ObjectStore):
    """Objects in S3 or a store that speaks its language.

    Not to be used on both sides of a fork: its threads stay behind. Child processes make their own.

    Args:
        connection: how to reach it.
        locked_buckets: buckets with Object Lock, into which a PUT must carry a checksum.
        observer: hears of each request.
    """

    def __init__(
        self,
        connection: S3Connection,
        *,
        locked_buckets: frozenset[str] = frozenset(),
        observer: StoreObserver | None = None,
    ) -> None:
        self.observer = observer or StoreObserver()
        self._connection = connection
        self._locked_buckets = locked_buckets
        self._clients: dict[tuple[str, bool], S3Store] = {}

    def _create(self, location: Location, body: bytes, media_type: str, metadata: Mapping[str, str]) -> bool:
        client = self._client(location.bucket, patient=len(body) > _LARGE_BYTES)
        attributes: Attributes = {"Content-Type": media_type, **metadata}
        for pause in (*_CONFLICT_PAUSES, None):
            try:
                obstore.put(client, location.key, body, attributes=attributes, mode="create")
            except AlreadyExistsError as error:
                if _status(error) == HTTPStatus.PRECONDITION_FAILED:
                    return False
                if pause is None:
                    raise
                time.sleep(pause)
            else:
                break
        return True

    def _open(self, location: Location) -> OpenObject | None:
        try:
            found = obstore.get(self._client(location.bucket), location.key)
        except FileNotFoundError as error:
            if _code(error) == "NoSuchKey":
                return None
            raise
        except BaseError as error:
            if _UNREADABLE_HEADER.search(str(error)) is None:
                raise
            return open_with_foreign_headers(self._connection.client, location)
        return OpenObject(head=_head_of(found), read=lambda: bytes(found.bytes()))

    def _head(self, location: Location) -> ObjectHead | None:
        try:
            return _head_of(obstore.get(self._client(location.bucket), location.key, options={"head": True}))
        except (FileNotFoundError, BaseError) as error:
            if _status(error) is None and _UNREADABLE_HEADER.search(str(error)) is None:
                raise
            # The answer to a HEAD has no body to say what is wrong: is the object missing, or its bucket? A GET has.
            found = self._open(location)
            return None if found is None else found.head

    def _list_keys(self, bucket: str, prefix: str, limit: int) -> tuple[str, ...]:
        first_chunk = next(iter(obstore.list(self._client(bucket), prefix, chunk_size=limit)), ())
        return tuple(found["path"] for found in first_chunk)

    def _explain(self, error: BaseException, operation: str, bucket: str) -> SealstreamError | None:
        if isinstance(error, FileNotFoundError | BaseError):
            return _explained(error, operation, bucket)
        if type(error).__module__ == _PANIC_MODULE:
            return BugError(
                what=f"The S3 client crashed in {operation} in the bucket {bucket}.",
                remedy="Report it with the traceback.",
            )
        return super()._explain(error, operation, bucket)

    def _client(self, bucket: str, *, patient: bool = False) -> S3Store:
        """The client for a bucket: one that takes five seconds of silence for an outage, or a patient one.

        The limit on silence runs from the start of a request to its answer, so a large PUT needs the patient one.
        """
        key = (bucket, patient)
        if key not in self._clients:
            self._clients[key] = self._connect(bucket, patient=patient)
        return self._clients[key]

    def _connect(self, bucket: str, *, patient: bool) -> S3Store:
        to = self._connection
        endpoint, virtual_hosted = to.bucket_endpoint(bucket)
        config: S3Config = {
            "aws_endpoint_url_s3": endpoint,  # beats every endpoint that obstore would find in the environment
            "region": to.region,
            "virtual_hosted_style_request": virtual_hosted,
        }
        if to.checksum_everything or bucket in self._locked_buckets:
            config["checksum_algorithm"] = "SHA256"
        options: ClientConfig = {
            "allow_http": not to.on_aws,
            "connect_timeout": timedelta(seconds=CONNECT_SECONDS),
            "timeout": timedelta(seconds=_TRANSFER_SECONDS),
        }
        if not patient:
            options["read_timeout"] = timedelta(seconds=SILENCE_SECONDS)
        if to.ca_bundle is not None:
            options["root_certificate"] = to.ca_bundle
        return S3Store(
            bucket, config=config, client_options=options, retry_config=_RETRIES, credential_provider=to.credentials
        )


def _head_of(found: "GetResult") -> ObjectHead:
    attributes = found.attributes
    return ObjectHead(
        media_type=attributes.get("Content-Type", UNKNOWN),
        metadata={name: value for name, value in attributes.items() if name not in _STANDARD_ATTRIBUTES},
        size=found.meta["size"],
    )


def _explained(error: Exception, operation: str, bucket: str) -> SealstreamError:
    """What obstore says, as an error family."""
    text, status, code = str(error), _status(error), _code(error)
    if isinstance(error, UnauthenticatedError):
        return _refused(operation, bucket, "the credentials were not accepted or could not be renewed")
    if _REDIRECT.search(text):
        return _refused(operation, bucket, "the bucket is in another region")
    if status is None:
        kind = _TRANSPORT.search(text)
        return unavailable(operation, bucket, _REASONS[kind[1]] if kind else "the connection broke")
    said = f"HTTP {status} {code or 'without an S3 error code'}"
    # A refusal comes from S3 itself and says why. A bare 404 comes from something in between, such as a gateway whose
    # store is away, and says nothing about the object.
    is_refusal = status in _REFUSALS or (code is not None and status < _SERVER_ERRORS and status not in _MOMENTARY)
    return _refused(operation, bucket, said) if is_refusal else unavailable(operation, bucket, said)


def _refused(operation: str, bucket: str, reason: str) -> StoreRefusedError:
    return StoreRefusedError(
        what=f"The object store refuses {operation} in the bucket {bucket}: {reason}.",
        remedy=remedy_for(operation),
    )


def _status(error: Exception) -> int | None:
    found = _STATUS.search(str(error))
    return None if found is None else int(found[1])


def _code(error: Exception) -> str | None:
    found = _CODE.search(str(error))
    return None if found is None else found[1]
