"""How S3 is reached: what AWS's variables and files say is what happens on the wire."""

import base64
import datetime as dt
import hashlib
import ipaddress
import json
import ssl
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from pipeline.errors import OperatorError
from pipeline.store import Location, StoreRefusedError, StoreUnavailableError
from pipeline.store import connection as connection_module
from pipeline.store.connection import connect
from pipeline.store.s3 import S3ObjectStore
from tests.contract.store.scripted import Answer, Request, ScriptedServer

AT = Location("content", "a/b")
KEYS = {"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret"}
DONE = Answer(body=b"")


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The environment, with credentials in it and nothing else of AWS."""
    set_all(monkeypatch, KEYS)
    return monkeypatch


def set_all(monkeypatch: pytest.MonkeyPatch, variables: Mapping[str, str]) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


def write(at: Path, text: str) -> str:
    at.write_text(text)
    return str(at)


def asked(server: ScriptedServer, *, locked: frozenset[str] = frozenset()) -> Request:
    """Create one object and return the request that did it."""
    S3ObjectStore(connect(), locked_buckets=locked).create(AT, b"body", media_type="text/plain")
    return server.requests[-1]


# Where to


def test_without_an_endpoint_it_is_aws_in_the_region_by_bucket_name(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("AWS_REGION", "eu-west-1")
    connection = connect()
    assert connection.on_aws
    assert connection.bucket_endpoint("content") == ("https://content.s3.eu-west-1.amazonaws.com", True)


def test_regions_in_china_have_their_own_domain(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("AWS_REGION", "cn-north-1")
    assert connect().bucket_endpoint("content") == ("https://content.s3.cn-north-1.amazonaws.com.cn", True)


def test_a_bucket_with_a_dot_in_its_name_is_part_of_the_path(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("AWS_REGION", "eu-west-1")
    assert connect().bucket_endpoint("con.tent") == ("https://s3.eu-west-1.amazonaws.com", False)


def test_on_any_other_endpoint_the_bucket_is_part_of_the_path(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("AWS_ENDPOINT_URL_S3", "https://objects.example.test/")
    connection = connect()
    assert not connection.on_aws
    assert connection.bucket_endpoint("content") == ("https://objects.example.test", False)


def test_the_addressing_style_of_a_profile_is_kept(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environment.setenv("AWS_ENDPOINT_URL_S3", "https://objects.example.test")
    environment.setenv("AWS_CONFIG_FILE", write(tmp_path / "aws", "[default]\ns3 =\n  addressing_style = virtual\n"))
    assert connect().bucket_endpoint("content") == ("https://content.objects.example.test", True)


def test_the_bucket_is_part_of_the_host_on_the_wire_and_proxies_are_used(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    environment.setenv("AWS_ENDPOINT_URL_S3", "http://objects.example.test")
    environment.setenv("AWS_CONFIG_FILE", write(tmp_path / "aws", "[default]\ns3 =\n  addressing_style = virtual\n"))
    with ScriptedServer(DONE) as proxy:
        environment.setenv("http_proxy", proxy.url)
        assert asked(proxy).path == "http://content.objects.example.test/a/b"


def test_the_region_of_the_environment_is_the_one_requests_are_signed_for(environment: pytest.MonkeyPatch) -> None:
    set_all(environment, {"AWS_REGION": "eu-north-1", "AWS_DEFAULT_REGION": "us-west-2"})
    with ScriptedServer(DONE) as server:
        environment.setenv("AWS_ENDPOINT_URL_S3", server.url)
        assert "/eu-north-1/s3/aws4_request" in asked(server).headers["authorization"]


@pytest.mark.parametrize("endpoint", ["http://s3.eu-west-1.amazonaws.com", "http://s3.cn-north-1.amazonaws.com.cn"])
def test_aws_is_not_spoken_to_without_tls(environment: pytest.MonkeyPatch, endpoint: str) -> None:
    environment.setenv("AWS_ENDPOINT_URL_S3", endpoint)
    with pytest.raises(OperatorError, match="AWS_ENDPOINT_URL_S3"):
        connect()


@pytest.mark.parametrize("endpoint", ["localhost:8333", "ftp://localhost", "not a url"])
def test_what_is_no_endpoint_stops_the_start(environment: pytest.MonkeyPatch, endpoint: str) -> None:
    environment.setenv("AWS_ENDPOINT_URL_S3", endpoint)
    with pytest.raises(OperatorError):
        connect()


# Who


def test_a_session_token_is_sent(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("AWS_SESSION_TOKEN", "token")
    with ScriptedServer(DONE) as server:
        environment.setenv("AWS_ENDPOINT_URL_S3", server.url)
        assert asked(server).headers["x-amz-security-token"] == "token"


def test_a_profile_gives_endpoint_and_credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with ScriptedServer(DONE) as server:
        profile = (
            f"[profile ours]\nservices = ours\nregion = eu-west-3\naws_access_key_id = profiled\n"
            f"aws_secret_access_key = s\n[services ours]\ns3 =\n  endpoint_url = {server.url}\n"
        )
        set_all(monkeypatch, {"AWS_CONFIG_FILE": write(tmp_path / "aws", profile), "AWS_PROFILE": "ours"})
        assert "Credential=profiled/" in asked(server).headers["authorization"]
        assert "/eu-west-3/" in asked(server).headers["authorization"]


class Rotating:
    """A `credential_process` whose keys live for five minutes, so that botocore asks for new ones every time."""

    def __init__(self, directory: Path) -> None:
        self._answer = directory / "answer.json"
        script = write(directory / "process.py", f"print(open({str(self._answer)!r}).read())")
        self.config = write(directory / "aws", f"[default]\ncredential_process = {sys.executable} {script}\n")

    def give(self, key_id: str) -> None:
        expires = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=5)
        answer = {"Version": 1, "AccessKeyId": key_id, "SecretAccessKey": "s", "SessionToken": f"token-{key_id}"}
        self._answer.write_text(json.dumps({**answer, "Expiration": expires.isoformat()}))

    def break_down(self) -> None:
        self._answer.unlink()


@pytest.fixture
def rotating(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Rotating:
    rotating = Rotating(tmp_path)
    monkeypatch.setenv("AWS_CONFIG_FILE", rotating.config)
    monkeypatch.setattr(connection_module, "_ASK_AGAIN_AFTER", dt.timedelta(0))
    return rotating


def test_rotated_credentials_are_used_without_a_restart(monkeypatch: pytest.MonkeyPatch, rotating: Rotating) -> None:
    rotating.give("first")
    with ScriptedServer(DONE) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", server.url)
        store = S3ObjectStore(connect())
        store.head(AT)
        rotating.give("second")
        store.head(AT)
        first, second = server.requests
    assert "Credential=first/" in first.headers["authorization"]
    assert "Credential=second/" in second.headers["authorization"]
    assert second.headers["x-amz-security-token"] == "token-second"


def test_credentials_that_cannot_be_renewed_are_a_refusal_until_they_can(
    monkeypatch: pytest.MonkeyPatch, rotating: Rotating
) -> None:
    rotating.give("first")
    with ScriptedServer(DONE) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", server.url)
        store = S3ObjectStore(connect())
        rotating.break_down()
        with pytest.raises(StoreRefusedError, match="could not be renewed"):
            store.head(AT)
        rotating.give("second")
        assert store.head(AT) is not None


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"AWS_ACCESS_KEY_ID": "id"},
        {"AWS_ACCESS_KEY_ID": "id\n", "AWS_SECRET_ACCESS_KEY": "secret"},
        {"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "sec ret"},
        {**KEYS, "AWS_SESSION_TOKEN": "tok\u00e9n"},
        {**KEYS, "AWS_PROFILE": "nobody-made-this"},
        {**KEYS, "AWS_CA_BUNDLE": "/nowhere/ca.pem"},
        {**KEYS, "AWS_REGION": "eu west"},
        {**KEYS, "AWS_REQUEST_CHECKSUM_CALCULATION": "sometimes"},
    ],
    ids=[
        "none",
        "half",
        "line break",
        "space",
        "not ascii",
        "no such profile",
        "no such bundle",
        "no region",
        "no mode",
    ],
)
def test_a_configuration_that_cannot_work_stops_the_start_with_what_to_set(
    monkeypatch: pytest.MonkeyPatch, variables: Mapping[str, str]
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "https://objects.example.test")
    set_all(monkeypatch, variables)
    with pytest.raises(OperatorError, match="AWS") as stop:
        connect()
    assert "sec" not in stop.value.what


# How


def test_every_write_carries_a_checksum(environment: pytest.MonkeyPatch) -> None:
    with ScriptedServer(DONE) as server:
        environment.setenv("AWS_ENDPOINT_URL_S3", server.url)
        sent = asked(server).headers["x-amz-checksum-sha256"]
    assert base64.b64decode(sent) == hashlib.sha256(b"body").digest()


def test_where_checksums_are_unwelcome_only_locked_buckets_get_them(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("AWS_REQUEST_CHECKSUM_CALCULATION", "when_required")
    with ScriptedServer(DONE) as server:
        environment.setenv("AWS_ENDPOINT_URL_S3", server.url)
        assert "x-amz-checksum-sha256" not in asked(server).headers
        assert "x-amz-checksum-sha256" in asked(server, locked=frozenset({"content"})).headers


def test_a_private_certificate_authority_is_trusted_when_it_is_named(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with ScriptedServer(DONE, tls=self_signed(tmp_path)) as server:
        environment.setenv("AWS_ENDPOINT_URL_S3", server.url)
        with pytest.raises(StoreUnavailableError):
            asked(server)
        environment.setenv("AWS_CA_BUNDLE", str(tmp_path / "certificate.pem"))
        assert asked(server).method == "PUT"


def self_signed(directory: Path) -> ssl.SSLContext:
    key, now = ec.generate_private_key(ec.SECP256R1()), dt.datetime.now(dt.UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    hosts = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(hosts), critical=False)
        .sign(key, hashes.SHA256())
    )
    (directory / "certificate.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    (directory / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory / "certificate.pem", directory / "key.pem")
    return context
