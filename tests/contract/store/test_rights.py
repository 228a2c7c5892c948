"""The least rights in S3: what each role may do with exactly those, against a server that keeps to IAM policies."""

import hashlib
from collections.abc import Callable, Iterator
from typing import get_args

import pytest
from botocore.exceptions import ClientError

from devstack.seaweedfs import SeaweedServer
from pipeline.errors import OperatorError
from pipeline.store import Layout, Location
from pipeline.store.buckets import create_buckets, probe_buckets
from pipeline.store.connection import S3Connection
from pipeline.store.erasing import LockedVersion
from pipeline.store.port import StoreRefusedError
from pipeline.store.rights import RIGHT_OF, StoreRole, grants_of, policy_of
from pipeline.store.s3 import S3ObjectStore
from pipeline.store.s3_erasing import S3Eraser
from tests.contract.store.conftest import SETTINGS, connect_to

pytestmark = pytest.mark.s3

RECORD = Location("records", "v1/records/aa/bb/record.json")
SEALED = Location("content", "v1/sha256/aa/bb/sealed.png")
ASSET = Location("inbox", "sha256/aa/bb/asset")

Connect = Callable[[str], S3Connection]


@pytest.fixture(scope="module")
def connect(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connect]:
    """Connects as a role, or as a worker that lacks one action."""
    directory = tmp_path_factory.mktemp("rights")
    policies = {role: policy_of(grants_of(role, SETTINGS)) for role in get_args(StoreRole)}
    for action in sorted(set(RIGHT_OF.values())):
        kept = [
            grant._replace(actions=[granted for granted in grant.actions if granted != action])
            for grant in grants_of("worker", SETTINGS)
        ]
        policies[f"without-{action.partition(':')[2]}"] = policy_of([grant for grant in kept if grant.actions])
    with SeaweedServer(directory / "s3", policies) as server:
        create_buckets(connect_to(server, directory, "administrator"), SETTINGS)
        yield lambda account: connect_to(server, directory, account)


def test_an_administrator_makes_the_buckets_and_makes_them_again(connect: Connect) -> None:
    reports = create_buckets(connect("administrator"), SETTINGS)
    assert {report.bucket for report in reports if report.object_lock} == {SETTINGS.records_bucket}


def test_a_worker_does_all_it_does_and_sees_how_records_are_kept(connect: Connect) -> None:
    assert all(report.warning is None for report in probe_buckets(connect("worker"), SETTINGS))
    S3ObjectStore(connect("producer")).create(ASSET, b"asset", media_type="image/png")
    store = S3ObjectStore(connect("worker"), locked_buckets=frozenset({"records"}))
    assert store.head(ASSET) is not None
    assert store.head(Location("inbox", "not-there")) is None
    for location in (RECORD, SEALED):
        assert store.create(location, b"{}", media_type="application/json")
        assert not store.create(location, b"{}", media_type="application/json")
        assert store.list_keys(location.bucket, location.key.rpartition("/")[0] + "/", limit=2) == (location.key,)
    reader = S3ObjectStore(connect("reader"))
    assert reader.head(RECORD) is not None
    assert reader.head(Location("content", "v1/not-there")) is None


@pytest.mark.parametrize("role", sorted(set(get_args(StoreRole)) - {"eraser"}))
def test_nobody_deletes_but_who_erases(connect: Connect, role: StoreRole) -> None:
    with pytest.raises(ClientError, match="Access Denied"):
        connect(role).client.delete_object(Bucket="content", Key=SEALED.key)
    assert not [action for grant in grants_of(role, SETTINGS) for action in grant.actions if "Delete" in action]


@pytest.mark.parametrize(
    ("role", "location"),
    [
        ("worker", Location("content", "elsewhere/object")),
        ("worker", Location("inbox", "v1/asset")),
        ("recogniser", RECORD),
        ("producer", SEALED),
        ("reader", SEALED),
        ("doors", SEALED),
        ("doors", RECORD),
        ("doors", ASSET),
        ("administrator", RECORD),
    ],
)
def test_a_role_writes_nowhere_else(connect: Connect, role: StoreRole, location: Location) -> None:
    with pytest.raises(StoreRefusedError, match="refuses create"):
        S3ObjectStore(connect(role)).create(location, b"x", media_type="text/plain")


def test_a_recogniser_keeps_its_snapshots(connect: Connect) -> None:
    store = S3ObjectStore(connect("recogniser"))
    for key in ("v1/recognition/aa/bb/t/0/99999999.json", "v1/codes/aa/bb/t/0/99999999/0.codes"):
        assert store.create(Location("content", key), b"x", media_type="application/octet-stream")
    assert len(store.list_keys("content", "v1/recognition/", limit=5)) == 1


def test_the_doors_take_complaints_and_read_what_the_public_may_ask_for(connect: Connect) -> None:
    S3ObjectStore(connect("worker")).create(RECORD, b"{}", media_type="application/json")
    store = S3ObjectStore(connect("doors"))
    complaint = Location("inbox", "complaints/web-1-received.json")
    assert store.create(complaint, b"{}", media_type="application/json")
    assert not store.create(complaint, b"{}", media_type="application/json")
    assert store.require(complaint).body == b"{}"
    assert store.head(RECORD) is not None
    assert store.head(Location("content", "v1/not-there")) is None
    with pytest.raises(StoreRefusedError):
        store.head(ASSET)


def test_an_eraser_erases_what_it_finds_and_leaves_what_is_locked(connect: Connect) -> None:
    asset, sealed = (
        Location("inbox", "photo of somebody.png"),
        Location("content", f"v1/sha256/ab/cd/{'0' * 64}/x.c2pa"),
    )
    beside = Location("content", f"{sealed.key}.more")
    record = Location("records", "v1/records/aa/bb/locked.json")
    S3ObjectStore(connect("producer")).create(asset, b"somebody", media_type="image/png")
    worker = S3ObjectStore(connect("worker"), locked_buckets=frozenset({"records"}))
    for at in (sealed, beside, record):
        worker.create(at, b"{}", media_type="application/json")
    eraser = S3Eraser(connect("eraser"))
    (found,) = [version for version in eraser.versions("inbox") if version.at == asset]
    assert (eraser.digest(found), found.size) == (hashlib.sha256(b"somebody").hexdigest(), 8)
    assert eraser.erase(asset, found.version) == "erased"
    assert eraser.digest(found) is None
    assert (eraser.erase(sealed), eraser.erase(sealed)) == ("erased", "absent")
    assert (worker.head(asset), worker.head(sealed)) == (None, None)
    assert worker.head(beside) is not None
    locked = eraser.erase(record)
    assert isinstance(locked, LockedVersion)
    assert locked.until is not None
    assert worker.head(record) is not None
    written = S3ObjectStore(connect("eraser"), locked_buckets=frozenset({"records"}))
    for at in (Layout(content_bucket="content", records_bucket="records").erased_event("0" * 64),):
        assert written.create(at, b"{}", media_type="application/json")


@pytest.mark.parametrize("operation", ["create", "head", "list"])
def test_a_right_that_is_missing_is_named(connect: Connect, operation: str) -> None:
    right = RIGHT_OF[operation]
    store = S3ObjectStore(connect(f"without-{right.partition(':')[2]}"))
    tried: dict[str, Callable[[], object]] = {
        "create": lambda: store.create(Location("content", "v1/another"), b"x", media_type="text/plain"),
        "head": lambda: store.head(SEALED),
        "list": lambda: store.list_keys("content", "v1/", limit=1),
    }
    with pytest.raises(StoreRefusedError) as refused:
        tried[operation]()
    assert right in refused.value.remedy
    assert "sealstream bucket policy" in refused.value.remedy


def test_at_start_it_is_said_where_the_rights_are_printed(connect: Connect) -> None:
    with pytest.raises(OperatorError, match="sealstream bucket policy"):
        probe_buckets(connect("producer"), SETTINGS)
