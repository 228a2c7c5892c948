"""Buckets: made once, and looked at before any event is taken.

Records are evidence, so their bucket is meant to have Object Lock, with a default retention that the store gives to
every new object. 183 days is half a year, rounded up: whoever hands out content without an explicit label must keep the
recipients and the related logs for at least six months (Measures for Labeling AI-Generated Synthetic Content, Art. 9),
as must every network operator its logs (Cybersecurity Law, Art. 21(3), since 2026 Art. 23), which the Deep Synthesis
Provisions refer to (Art. 10 and 16). Six calendar months have up to 184 days: set SEALSTREAM_RETENTION_DAYS accordingly
where an authority counts months.

GOVERNANCE is the default, because a user with a special permission can still take out what must not be kept, such as
personal data that has to be erased. COMPLIANCE binds everybody, the owner of the account included, until it runs out.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, Literal, cast

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)

from pipeline.errors import AssetRefusedError, OperatorError, WorldError
from pipeline.settings import ENV_PREFIX, StoreSettings
from pipeline.store.connection import DEFAULT_REGION, S3Connection
from pipeline.store.location import Location
from pipeline.store.port import StoreRefusedError, StoreUnavailableError
from pipeline.store.s3 import S3ObjectStore

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.literals import BucketLocationConstraintType
    from mypy_boto3_s3.type_defs import CreateBucketRequestTypeDef

__all__ = ["BucketReport", "Retention", "create_buckets", "probe_buckets"]

_RECORDS: Final = f"{ENV_PREFIX}RECORDS_BUCKET"
_PROBE_KEY: Final = "v1/probe"
_DAYS_A_YEAR: Final = 365
_EXISTS: Final = frozenset({"BucketAlreadyOwnedByYou", "BucketAlreadyExists"})
_UNANSWERED: Final = (EndpointConnectionError, ConnectTimeoutError, ReadTimeoutError, ConnectionClosedError)
_SKEWED: Final = "RequestTimeTooSkewed"
_NO_LOCK: Final = frozenset({"ObjectLockConfigurationNotFoundError", "NotImplemented"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """For how long, and how strictly, the store keeps every new object of a bucket."""

    mode: Literal["GOVERNANCE", "COMPLIANCE"]
    days: int

    def covers(self, other: "Retention") -> bool:
        """Whether this one is at least as long and as strict as the other."""
        return self.days >= other.days and (self.mode == "COMPLIANCE" or other.mode == "GOVERNANCE")

    def __str__(self) -> str:
        return f"{self.days} days ({self.mode})"


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketReport:
    """What was found of one bucket at start."""

    bucket: str

    object_lock: bool
    """Whether versions can be locked; only looked up for the records bucket."""

    retention: Retention | None
    """What new objects get by default."""

    warning: str | None
    """One sentence for the log, where the installation runs but keeps less than it should."""


def create_buckets(connection: S3Connection, settings: StoreSettings) -> tuple[BucketReport, ...]:
    """Make the content, inbox and records buckets where they are missing, and probe them.

    The records bucket gets Object Lock, versions and the default retention. Where a bucket is there already it stays as
    it is, except that a default retention is set or made longer and stricter, never the other way round. A store that
    knows no Object Lock gets a plain bucket, and the report says so.

    Raises:
        OperatorError: as `probe_buckets`, or a bucket cannot be made.
        WorldError: the object store does not answer.
    """
    for setting, bucket in _buckets(settings).items():
        with _blaming(setting, bucket, connection, "made"):
            _make(connection, bucket, locked=bucket == settings.records_bucket)
    with _blaming(_RECORDS, settings.records_bucket, connection, "given its default retention"):
        _retain(connection.client, settings.records_bucket, _wanted(settings))
    return probe_buckets(connection, settings)


def probe_buckets(connection: S3Connection, settings: StoreSettings) -> tuple[BucketReport, ...]:
    """See that every bucket can be used, by the client that will use it, and how records are kept.

    Raises:
        OperatorError: a bucket is missing or forbidden, or `SEALSTREAM_REQUIRE_RETENTION` is set and records would not
            be kept as configured; the message names the setting and what to type.
        WorldError: the object store does not answer.
    """
    store = S3ObjectStore(connection)
    for setting, bucket in _buckets(settings).items():
        _reach(store, setting, bucket, connection.endpoint)
    return tuple(
        _report(connection, settings)
        if bucket == settings.records_bucket
        else BucketReport(bucket=bucket, object_lock=False, retention=None, warning=None)
        for bucket in _buckets(settings).values()
    )


def _buckets(settings: StoreSettings) -> dict[str, str]:
    """Every bucket once, by the setting that names it; one bucket may serve several purposes."""
    named = {
        settings.content_bucket: f"{ENV_PREFIX}CONTENT_BUCKET",
        settings.inbox_bucket: f"{ENV_PREFIX}INBOX_BUCKET",
        settings.records_bucket: _RECORDS,
    }
    return {setting: bucket for bucket, setting in named.items()}


def _reach(store: S3ObjectStore, setting: str, bucket: str, endpoint: str) -> None:
    try:
        store.head(Location.parse(f"s3://{bucket}/{_PROBE_KEY}"))
    except AssetRefusedError as error:
        raise OperatorError(
            what=f"{setting} is no bucket name.",
            remedy="Use 3 to 63 lowercase letters, digits, dots and hyphens.",
        ) from error
    except StoreUnavailableError as error:
        raise _away(endpoint, error.what) from error
    except StoreRefusedError as error:
        if _SKEWED in error.what:
            raise OperatorError(
                what=f"The clock of this machine and that of the object store at {endpoint} differ by minutes.",
                remedy="Set this one (NTP): the store refuses what is signed at another time.",
            ) from error
        raise OperatorError(
            what=f"The bucket {bucket} ({setting}) cannot be used. {error.what}",
            remedy=f"Type `sealstream bucket create` if it is missing; else correct {setting}, or give the credentials "
            "the rights that `sealstream bucket policy` prints.",
        ) from error


def _away(endpoint: str, why: str) -> WorldError:
    return WorldError(
        what=f"The object store at {endpoint} cannot be reached. {why}",
        remedy="Start it, or correct AWS_ENDPOINT_URL_S3.",
    )


def _report(connection: S3Connection, settings: StoreSettings) -> BucketReport:
    bucket, wanted = settings.records_bucket, _wanted(settings)
    try:
        object_lock, retention = _lock_of(connection.client, bucket)
        warning = None if retention and retention.covers(wanted) else _shortfall(bucket, wanted, retention)
    except ClientError as error:  # s3:GetBucketObjectLockConfiguration may well not be granted
        object_lock, retention = False, None
        warning = f"How the bucket {bucket} keeps records cannot be seen: {_code(error)}."
    except BotoCoreError as error:
        object_lock, retention = False, None
        warning = f"How the bucket {bucket} keeps records cannot be seen: {type(error).__name__}."
    if warning is not None and settings.require_retention:
        raise OperatorError(
            what=f"{warning} {ENV_PREFIX}REQUIRE_RETENTION is set.",
            remedy=f"Give {_RECORDS} a bucket made with Object Lock and a default retention of {wanted}.",
        )
    return BucketReport(bucket=bucket, object_lock=object_lock, retention=retention, warning=warning)


def _shortfall(bucket: str, wanted: Retention, found: Retention | None) -> str:
    kept = f"kept for {found}" if found else "not locked, so that whoever may write may delete"
    return f"Records in {bucket} are {kept}; they should be kept for {wanted}."


def _wanted(settings: StoreSettings) -> Retention:
    return Retention(mode=settings.retention_mode, days=settings.retention_days)


def _make(connection: S3Connection, bucket: str, *, locked: bool) -> None:
    request: CreateBucketRequestTypeDef = {"Bucket": bucket, "ObjectLockEnabledForBucket": locked}
    if connection.region != DEFAULT_REGION:
        request["CreateBucketConfiguration"] = {
            "LocationConstraint": cast("BucketLocationConstraintType", connection.region)
        }
    try:
        connection.client.create_bucket(**request)
    except ClientError as error:
        if locked and _status(error) == HTTPStatus.NOT_IMPLEMENTED:
            _make(connection, bucket, locked=False)
        elif _code(error) not in _EXISTS:  # whose it is, the probe will tell
            raise


def _retain(client: "S3Client", bucket: str, wanted: Retention) -> None:
    object_lock, found = _lock_of(client, bucket)
    if not object_lock or (found and found.covers(wanted)):
        return
    strictest = "COMPLIANCE" if found and found.mode == "COMPLIANCE" else wanted.mode
    longest = max(wanted.days, found.days) if found else wanted.days
    client.put_object_lock_configuration(
        Bucket=bucket,
        ObjectLockConfiguration={
            "ObjectLockEnabled": "Enabled",
            "Rule": {"DefaultRetention": {"Mode": strictest, "Days": longest}},
        },
    )


def _lock_of(client: "S3Client", bucket: str) -> tuple[bool, Retention | None]:
    """Whether a bucket has Object Lock, and its default retention."""
    try:
        found = client.get_object_lock_configuration(Bucket=bucket)["ObjectLockConfiguration"]
    except ClientError as error:
        if _code(error) in _NO_LOCK or _status(error) == HTTPStatus.NOT_IMPLEMENTED:
            return False, None
        raise
    rule = found.get("Rule", {}).get("DefaultRetention", {})
    days = rule.get("Days", 0) or rule.get("Years", 0) * _DAYS_A_YEAR
    retention = Retention(mode=rule["Mode"], days=days) if days and "Mode" in rule else None
    return found.get("ObjectLockEnabled") == "Enabled", retention


@contextlib.contextmanager
def _blaming(setting: str, bucket: str, connection: S3Connection, done: str) -> Iterator[None]:
    """Turn what boto3 raises into one sentence for the operator."""
    try:
        yield
    except _UNANSWERED as error:
        raise _away(connection.endpoint, f"The request failed: {type(error).__name__}.") from error
    except (BotoCoreError, ClientError) as error:
        reason = _code(error) if isinstance(error, ClientError) else type(error).__name__
        raise OperatorError(
            what=f"The bucket {bucket} ({setting}) at {connection.endpoint} cannot be {done}: {reason}.",
            remedy=f"Correct {setting}, AWS_ENDPOINT_URL_S3 or the credentials, or make the bucket yourself.",
        ) from error


def _code(error: ClientError) -> str:
    return error.response.get("Error", {}).get("Code", "no S3 error code")


def _status(error: ClientError) -> int:
    return error.response["ResponseMetadata"]["HTTPStatusCode"]
