"""The S3 server, used by the stock client: what the store contract relies on."""

import base64
import functools
import socket
import stat
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError, ReadTimeoutError
from mypy_boto3_s3.client import S3Client

from devstack import SeaweedServer

pytestmark = pytest.mark.s3


def answer(call: Callable[[], object]) -> str:
    """Tell how S3 answers: `ok`, or its error code."""
    try:
        call()
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "ok"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeaweedServer]:
    with SeaweedServer(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture
def s3(server: SeaweedServer, monkeypatch: pytest.MonkeyPatch) -> S3Client:
    """The stock client, told nothing but the server's environment."""
    for name, value in server.environment().items():
        monkeypatch.setenv(name, value)
    client = boto3.session.Session().client("s3", config=Config(retries={"total_max_attempts": 1}))
    if "bucket" not in [bucket.get("Name") for bucket in client.list_buckets()["Buckets"]]:
        client.create_bucket(Bucket="bucket")
    return client


def test_keeps_objects_when_stopped_and_when_killed(server: SeaweedServer, s3: S3Client) -> None:
    for end in (server.stop, server.kill):
        s3.put_object(Bucket="bucket", Key=end.__name__, Body=b"kept")
        end()
        server.start()
        assert s3.get_object(Bucket="bucket", Key=end.__name__)["Body"].read() == b"kept"


def test_a_paused_one_keeps_silent_until_it_is_resumed(server: SeaweedServer, s3: S3Client) -> None:
    impatient = boto3.session.Session().client("s3", config=Config(read_timeout=1, retries={"total_max_attempts": 1}))
    server.pause()
    with pytest.raises(ReadTimeoutError):
        impatient.list_buckets()
    server.resume()
    assert answer(s3.list_buckets) == "ok"


def test_serves_its_own_account_only(server: SeaweedServer, s3: S3Client) -> None:
    nobody = boto3.session.Session().client("s3", config=Config(signature_version=UNSIGNED))
    stranger = boto3.session.Session().client(
        "s3", aws_access_key_id=server.access_key, aws_secret_access_key="guessed"
    )
    assert answer(nobody.list_buckets) == "AccessDenied"
    assert answer(lambda: nobody.put_object(Bucket="bucket", Key="graffiti", Body=b"")) == "AccessDenied"
    assert answer(stranger.list_buckets) == "SignatureDoesNotMatch"
    assert stat.S_IMODE((server.directory / "s3.json").stat().st_mode) == 0o600


def test_makes_no_bucket_that_nobody_created(s3: S3Client) -> None:
    assert answer(lambda: s3.put_object(Bucket="misspelled", Key="key", Body=b"")) == "NoSuchBucket"


def test_of_creations_of_one_key_exactly_one_succeeds(s3: S3Client) -> None:
    def create(body: bytes) -> str:
        return answer(lambda: s3.put_object(Bucket="bucket", Key=key, Body=body, IfNoneMatch="*"))

    with ThreadPoolExecutor(4) as threads:
        for key in map(str, range(10)):
            answers = [*threads.map(create, [b"a", b"b", b"c", b"d"])]
            assert sorted(answers) == ["PreconditionFailed"] * 3 + ["ok"]
            assert s3.get_object(Bucket="bucket", Key=key)["Body"].read() == b"abcd"[answers.index("ok") :][:1]


@pytest.mark.parametrize("mode", ["GOVERNANCE", "COMPLIANCE"])
def test_locks_versions_by_the_bucket_s_default(mode: Literal["GOVERNANCE", "COMPLIANCE"], s3: S3Client) -> None:
    locked = mode.lower()
    s3.create_bucket(Bucket=locked, ObjectLockEnabledForBucket=True)
    s3.put_object_lock_configuration(
        Bucket=locked,
        ObjectLockConfiguration={
            "ObjectLockEnabled": "Enabled",
            "Rule": {"DefaultRetention": {"Mode": mode, "Days": 183}},
        },
    )
    version = s3.put_object(Bucket=locked, Key="record", Body=b"kept", IfNoneMatch="*")["VersionId"]
    assert s3.head_object(Bucket=locked, Key="record")["ObjectLockMode"] == mode
    assert answer(lambda: s3.delete_object(Bucket=locked, Key="record", VersionId=version)) == "AccessDenied"
    s3.delete_object(Bucket=locked, Key="record")
    assert s3.get_object(Bucket=locked, Key="record", VersionId=version)["Body"].read() == b"kept"


def test_refuses_content_that_differs_from_its_checksum(s3: S3Client) -> None:
    wrong = base64.b64encode(bytes(32)).decode()
    put = functools.partial(s3.put_object, Bucket="bucket", Key="sum", Body=b"content", ChecksumSHA256=wrong)
    assert answer(put) == "BadDigest"
    assert answer(lambda: s3.head_object(Bucket="bucket", Key="sum")) == "404"


def test_draws_other_ports_where_one_was_taken_before_anybody_knew_it(tmp_path: Path) -> None:
    server = SeaweedServer(tmp_path / "s3")
    taken = server.endpoint_url
    port = int(taken.rpartition(":")[2])
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        with server:
            assert server.endpoint_url != taken
            client = boto3.session.Session().client(
                "s3",
                endpoint_url=server.endpoint_url,
                aws_access_key_id=server.access_key,
                aws_secret_access_key=server.secret_key,
                region_name="us-east-1",
            )
            client.create_bucket(Bucket="kept")
