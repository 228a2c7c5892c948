"""The stores that the contract is held against: the simulator, and a real S3 server."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import pytest

from devstack.seaweedfs import SeaweedServer
from pipeline.settings import StoreSettings
from pipeline.store import Location, ObjectStore
from pipeline.store.buckets import create_buckets
from pipeline.store.connection import S3Connection, connect
from pipeline.store.s3 import S3ObjectStore
from pipeline.store.simulator import StoreSimulator

SETTINGS = StoreSettings(
    content_bucket="content", inbox_bucket="inbox", records_bucket="records", retention_mode="COMPLIANCE"
)
BUCKETS = (SETTINGS.content_bucket, SETTINGS.inbox_bucket, SETTINGS.records_bucket)


@pytest.fixture(autouse=True)
def _no_aws_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _forget_aws_settings(monkeypatch, tmp_path)


def _forget_aws_settings(monkeypatch: pytest.MonkeyPatch, nowhere: Path) -> None:
    for name in (
        "AWS_ACCESS_KEY_ID",
        "AWS_CA_BUNDLE",
        "AWS_DEFAULT_PROFILE",
        "AWS_DEFAULT_REGION",
        "AWS_ENDPOINT_URL",
        "AWS_ENDPOINT_URL_S3",
        "AWS_PROFILE",
        "AWS_REGION",
        "AWS_REQUEST_CHECKSUM_CALCULATION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "REQUESTS_CA_BUNDLE",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(nowhere / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(nowhere / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def connect_to(server: SeaweedServer, directory: Path, account: str | None = None) -> S3Connection:
    """Connect as a user would: by the variables the server gives out."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        _forget_aws_settings(monkeypatch, directory)
        for name, value in server.environment(account).items():
            monkeypatch.setenv(name, value)
        return connect()


@pytest.fixture(scope="session")
def seaweedfs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeaweedServer]:
    """One S3 server for every test that leaves it running; killed at the end, since nobody needs its data."""
    server = SeaweedServer(tmp_path_factory.mktemp("seaweedfs"))
    try:
        yield server.start()
    finally:
        server.kill()


@pytest.fixture(scope="session")
def connection(seaweedfs: SeaweedServer) -> S3Connection:
    """How to reach that server, whose buckets are there."""
    connection = connect_to(seaweedfs, seaweedfs.directory)
    create_buckets(connection, SETTINGS)
    return connection


@pytest.fixture(params=["simulator", pytest.param("seaweedfs", marks=pytest.mark.s3)])
def store(request: pytest.FixtureRequest) -> ObjectStore:
    """Each store in turn; all three buckets are there."""
    if request.param == "simulator":
        return StoreSimulator(*BUCKETS)
    connection = cast("S3Connection", request.getfixturevalue("connection"))
    return S3ObjectStore(connection, locked_buckets=frozenset({SETTINGS.records_bucket}))


_PLACES = itertools.count()


@pytest.fixture
def at() -> Callable[..., Location]:
    """Places nobody has used before."""
    place = f"t{next(_PLACES):04}"

    def location(name: str = "object", bucket: str = SETTINGS.content_bucket) -> Location:
        return Location(bucket, f"{place}/{name}")

    return location
