"""Making buckets and looking at them at start."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from typing import Any

import pytest
from botocore.exceptions import ClientError

from pipeline.errors import OperatorError, WorldError
from pipeline.settings import StoreSettings
from pipeline.store import Layout
from pipeline.store.buckets import BucketReport, Retention, create_buckets, probe_buckets
from pipeline.store.connection import S3Connection, connect
from pipeline.store.s3 import S3ObjectStore
from tests.contract.store.scripted import Answer, ScriptedServer

_NUMBERS = count()
DONE = Answer()
NO_SUCH_KEY = Answer(status=404, error="NoSuchKey")
NOT_IMPLEMENTED = Answer(status=501, error="NotImplemented")


@pytest.fixture
def settings() -> StoreSettings:
    """Bucket names nobody has used before."""
    number = next(_NUMBERS)
    return StoreSettings(
        content_bucket=f"content-{number}", inbox_bucket=f"inbox-{number}", records_bucket=f"records-{number}"
    )


Script = Callable[..., S3Connection]


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Iterator[Script]:
    """A connection to a server that gives these answers in order."""
    with ExitStack() as servers:

        def connection(*answers: Answer) -> S3Connection:
            server = servers.enter_context(ScriptedServer(*answers))
            monkeypatch.setenv("AWS_ENDPOINT_URL_S3", server.url)
            monkeypatch.setenv("AWS_ACCESS_KEY_ID", "id")
            monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
            return connect()

        yield connection


def but(settings: StoreSettings, **changed: Any) -> StoreSettings:
    return StoreSettings(**{**settings.model_dump(), **changed})


def records(reports: tuple[BucketReport, ...], settings: StoreSettings) -> BucketReport:
    return next(report for report in reports if report.bucket == settings.records_bucket)


@pytest.mark.s3
def test_all_three_buckets_are_made_and_records_are_locked_for_183_days(
    connection: S3Connection, settings: StoreSettings
) -> None:
    reports = create_buckets(connection, settings)
    assert {report.bucket for report in reports} == {
        settings.content_bucket,
        settings.inbox_bucket,
        settings.records_bucket,
    }
    assert records(reports, settings) == BucketReport(
        bucket=settings.records_bucket,
        object_lock=True,
        retention=Retention(mode="GOVERNANCE", days=183),
        warning=None,
    )
    versioning = connection.client.get_bucket_versioning(Bucket=settings.records_bucket)
    assert versioning["Status"] == "Enabled"


@pytest.mark.s3
def test_making_buckets_again_changes_nothing(connection: S3Connection, settings: StoreSettings) -> None:
    first = create_buckets(connection, settings)
    assert create_buckets(connection, settings) == first == probe_buckets(connection, settings)


@pytest.mark.s3
def test_one_bucket_may_serve_all_purposes(connection: S3Connection, settings: StoreSettings) -> None:
    together = but(settings, content_bucket=settings.records_bucket, inbox_bucket=settings.records_bucket)
    (report,) = create_buckets(connection, together)
    assert report.object_lock


@pytest.mark.s3
def test_retention_gets_longer_and_stricter_but_never_the_other_way_round(
    connection: S3Connection, settings: StoreSettings
) -> None:
    def retention(mode: str, days: int) -> str:
        changed = but(settings, retention_mode=mode, retention_days=days)
        return str(records(create_buckets(connection, changed), settings).retention)

    assert retention("GOVERNANCE", 10) == "10 days (GOVERNANCE)"
    assert retention("GOVERNANCE", 20) == "20 days (GOVERNANCE)"
    assert retention("COMPLIANCE", 15) == "20 days (COMPLIANCE)"
    assert retention("GOVERNANCE", 10) == "20 days (COMPLIANCE)"


@pytest.mark.s3
def test_a_locked_record_cannot_be_deleted_even_by_its_owner(connection: S3Connection, settings: StoreSettings) -> None:
    create_buckets(connection, but(settings, retention_mode="COMPLIANCE"))
    at = Layout(content_bucket=settings.content_bucket, records_bucket=settings.records_bucket).record("ab" * 32)
    store = S3ObjectStore(connection, locked_buckets=frozenset({settings.records_bucket}))
    assert store.create(at, b"{}", media_type="application/json")
    (version,) = connection.client.list_object_versions(Bucket=at.bucket)["Versions"]
    for bypass in (False, True):
        with pytest.raises(ClientError, match="AccessDenied"):
            connection.client.delete_object(
                Bucket=at.bucket, Key=at.key, VersionId=version["VersionId"], BypassGovernanceRetention=bypass
            )
    assert store.require(at).body == b"{}"


@pytest.mark.s3
def test_a_records_bucket_without_object_lock_is_a_warning_unless_it_is_required(
    connection: S3Connection, settings: StoreSettings
) -> None:
    for bucket in (settings.content_bucket, settings.inbox_bucket, settings.records_bucket):
        connection.client.create_bucket(Bucket=bucket)
    report = records(create_buckets(connection, settings), settings)
    assert (report.object_lock, report.retention) == (False, None)
    assert report.warning is not None
    assert "183 days (GOVERNANCE)" in report.warning
    with pytest.raises(OperatorError, match="SEALSTREAM_REQUIRE_RETENTION"):
        probe_buckets(connection, but(settings, require_retention=True))


@pytest.mark.s3
def test_a_retention_shorter_than_configured_is_a_warning_that_names_both(
    connection: S3Connection, settings: StoreSettings
) -> None:
    create_buckets(connection, but(settings, retention_days=30))
    report = records(probe_buckets(connection, settings), settings)
    assert report.retention == Retention(mode="GOVERNANCE", days=30)
    assert report.warning is not None
    assert "30 days (GOVERNANCE)" in report.warning
    assert "183 days (GOVERNANCE)" in report.warning


@pytest.mark.s3
@pytest.mark.parametrize("purpose", ["content", "inbox", "records"])
def test_a_missing_bucket_stops_the_start_and_names_the_setting_and_what_to_type(
    connection: S3Connection, settings: StoreSettings, purpose: str
) -> None:
    create_buckets(connection, settings)
    with pytest.raises(OperatorError) as stop:
        probe_buckets(connection, but(settings, **{f"{purpose}_bucket": "nobody-made-this"}))
    assert f"nobody-made-this (SEALSTREAM_{purpose.upper()}_BUCKET)" in stop.value.what
    assert "NoSuchBucket" in stop.value.what
    assert "sealstream bucket create" in stop.value.remedy


@pytest.mark.s3
def test_wrong_credentials_stop_the_start(
    connection: S3Connection, settings: StoreSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_buckets(connection, settings)
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", connection.endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nothing")
    for start in (probe_buckets, create_buckets):
        with pytest.raises(OperatorError) as stop:
            start(connect(), settings)
        assert "InvalidAccessKeyId" in stop.value.what
        assert "nothing" not in str(stop.value)


@pytest.mark.parametrize("start", [probe_buckets, create_buckets])
def test_a_store_that_is_away_is_the_worlds_and_the_endpoint_is_named(
    settings: StoreSettings, monkeypatch: pytest.MonkeyPatch, start: Any
) -> None:
    with ScriptedServer(DONE) as server:
        endpoint = server.url
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "id")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    with pytest.raises(WorldError) as stop:
        start(connect(), settings)
    assert endpoint in stop.value.what
    assert "AWS_ENDPOINT_URL_S3" in stop.value.remedy


def test_a_clock_that_is_wrong_stops_the_start_and_is_named(settings: StoreSettings, scripted: Script) -> None:
    with pytest.raises(OperatorError, match="The clock of this machine"):
        probe_buckets(scripted(Answer(status=403, error="RequestTimeTooSkewed")), settings)


@pytest.mark.parametrize(("start", "answer"), [(probe_buckets, NO_SUCH_KEY), (create_buckets, DONE)])
@pytest.mark.parametrize("purpose", ["content", "inbox", "records"])
def test_what_is_no_bucket_name_stops_the_start(
    settings: StoreSettings, scripted: Script, start: Any, answer: Answer, purpose: str
) -> None:
    connection = scripted(answer)
    with pytest.raises(OperatorError, match=f"SEALSTREAM_{purpose.upper()}_BUCKET"):
        start(connection, but(settings, **{f"{purpose}_bucket": "No Bucket/../Name"}))


def test_a_store_that_knows_no_object_lock_gets_a_plain_bucket_and_a_warning(
    settings: StoreSettings, scripted: Script
) -> None:
    everything_in_one = but(settings, content_bucket=settings.records_bucket, inbox_bucket=settings.records_bucket)
    made, looked_up, probed = [NOT_IMPLEMENTED, DONE], [NOT_IMPLEMENTED], [NO_SUCH_KEY, NO_SUCH_KEY]
    (report,) = create_buckets(scripted(*made, *looked_up, *probed, *looked_up), everything_in_one)
    assert (report.object_lock, report.retention) == (False, None)
    assert report.warning is not None


def test_retention_that_may_not_be_seen_is_a_warning_unless_it_is_required(
    settings: StoreSettings, scripted: Script
) -> None:
    everything_in_one = but(settings, content_bucket=settings.records_bucket, inbox_bucket=settings.records_bucket)
    connection = scripted(NO_SUCH_KEY, NO_SUCH_KEY, Answer(status=403, error="AccessDenied"))
    (report,) = probe_buckets(connection, everything_in_one)
    assert report.warning is not None
    assert "AccessDenied" in report.warning
    connection = scripted(NO_SUCH_KEY, NO_SUCH_KEY, Answer(status=403, error="AccessDenied"))
    with pytest.raises(OperatorError, match="cannot be seen"):
        probe_buckets(connection, but(everything_in_one, require_retention=True))


def test_buckets_are_made_in_the_configured_region(settings: StoreSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "cn-north-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "id")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    with ScriptedServer(Answer(status=400, error="IllegalLocationConstraintException")) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", server.url)
        with pytest.raises(OperatorError, match="IllegalLocationConstraintException"):
            create_buckets(connect(), settings)
        assert b"<LocationConstraint>cn-north-1</LocationConstraint>" in server.requests[0].body


def test_retention_in_years_is_read_as_days(settings: StoreSettings, scripted: Script) -> None:
    lock = (
        b"<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention>"
        b"<Mode>COMPLIANCE</Mode><Years>2</Years></DefaultRetention></Rule></ObjectLockConfiguration>"
    )
    everything_in_one = but(settings, content_bucket=settings.records_bucket, inbox_bucket=settings.records_bucket)
    (report,) = probe_buckets(scripted(NO_SUCH_KEY, NO_SUCH_KEY, Answer(body=lock)), everything_in_one)
    assert report.retention == Retention(mode="COMPLIANCE", days=730)
    assert report.warning is None
