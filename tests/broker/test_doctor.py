"""The doctor finds each fault that is planted, says what to do, and finds none where there is none."""

import asyncio
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import boto3
import pytest

from agents.topic_admin import alter_topic
from devstack import SeaweedServer
from devstack.ports import free_port
from pipeline.credentials.development import development_chain
from tests.broker.installation import Installation
from tests.unit.cli.test_notify import written

pytestmark = [pytest.mark.kafka, pytest.mark.s3]


@pytest.fixture(scope="module")
def house(kafka: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    directory = tmp_path_factory.mktemp("doctor")
    with SeaweedServer(directory / "s3") as s3:
        installation = Installation(kafka, s3, directory, SEALSTREAM_POLICY_JURISDICTIONS="ES")
        asyncio.run(installation.create())
        yield installation


def faults(house: Installation, *options: str, code: int = 2, **settings: str) -> dict[str, str]:
    """What the doctor calls a fault, by its place."""
    found: list[dict[str, Any]] = house.answer("doctor", *options, code=code, **settings)["found"]
    return {finding["place"]: finding["said"] for finding in found if finding["state"] == "fault"}


def test_where_all_is_well_it_finds_nothing(house: Installation) -> None:
    assert faults(house, code=0) == {}


def test_for_a_console_and_a_notifier_it_finds_nothing_where_all_is_well(house: Installation, tmp_path: Path) -> None:
    assert faults(house, "--for", "console", code=0, SEALSTREAM_CONSOLE_STORE="true") == {}
    file = written(tmp_path, "https://hooks.example/x")
    assert faults(house, "--for", "notifier", "--notify", file, code=0) == {}


def test_everything_that_is_wrong_at_once_is_found_at_once(house: Installation, tmp_path: Path) -> None:
    (pack := tmp_path / "broken.yaml").write_text("rules: [", encoding="utf-8")
    found = faults(
        house,
        SEALSTREAM_KAFKA_BOOTSTRAP_SERVERS=f"127.0.0.1:{free_port()}",
        SEALSTREAM_POLICY_PACKS=str(pack),
        SEALSTREAM_TIME_STAMP_URL=f"http://127.0.0.1:{free_port()}/tsa",
        SEALSTREAM_RECORDS_BUCKET="no-such-bucket",
        SEALSTREAM_REQUIRE_RETENTON="true",
    )
    assert "No Kafka broker answers" in found["kafka"]
    assert "broken.yaml" in found["packs"]
    assert "No time-stamp authority answers" in found["time stamps"]
    assert "no-such-bucket" in found["object store"]
    assert "did you mean SEALSTREAM_REQUIRE_RETENTION" in found["settings"]


def test_a_certificate_that_may_not_sign_is_found(house: Installation, tmp_path: Path) -> None:
    (certificate := tmp_path / "cert.pem").write_text("no certificate", encoding="utf-8")
    (key := tmp_path / "key.pem").write_text("no key", encoding="utf-8")
    found = faults(house, SEALSTREAM_SIGN_CERT=str(certificate), SEALSTREAM_SIGN_KEY=str(key))
    assert str(certificate) in found["certificate"] or str(key) in found["certificate"]


def test_a_certificate_that_has_ended_is_found(house: Installation, tmp_path: Path) -> None:
    material = development_chain(tmp_path, now=datetime(2020, 1, 1, tzinfo=UTC)).material
    (certificate := tmp_path / "cert.pem").write_bytes(material.certificate_chain)
    (key := tmp_path / "key.pem").touch(mode=0o600)
    key.write_bytes(material.private_key)
    found = faults(house, SEALSTREAM_SIGN_CERT=str(certificate), SEALSTREAM_SIGN_KEY=str(key))
    assert "expired" in found["certificate"]


class _OfYesterday(BaseHTTPRequestHandler):
    """A store whose clock is another one."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        return "Thu, 01 Jan 2026 00:00:00 GMT"

    def do_GET(self) -> None:
        self.send_error(403)

    def log_message(self, *_: object) -> None:
        pass


def test_a_clock_that_is_not_the_stores_is_found(house: Installation) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _OfYesterday)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        found = faults(house, AWS_ENDPOINT_URL_S3=f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
    assert "ahead of the object store's" in found["clock"]


def test_a_bucket_without_object_lock_is_found_where_records_must_be_kept(house: Installation) -> None:
    client = boto3.client(
        "s3",
        endpoint_url=house.environment["AWS_ENDPOINT_URL_S3"],
        aws_access_key_id=house.environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=house.environment["AWS_SECRET_ACCESS_KEY"],
        region_name="us-east-1",
    )
    client.create_bucket(Bucket="unlocked")
    found = faults(house, SEALSTREAM_RECORDS_BUCKET="unlocked", SEALSTREAM_REQUIRE_RETENTION="true")
    assert "unlocked" in found["object store"]


async def test_topics_that_are_missing_or_can_lose_an_event_are_found(house: Installation) -> None:
    assert "is not there" in faults(house, SEALSTREAM_KAFKA_TOPIC_PREFIX="nope.")["kafka"]
    await alter_topic(house.kafka, house.topics.publication, {"message.timestamp.type": "CreateTime"})
    try:
        assert "CreateTime" in faults(house)["kafka"]
    finally:
        await alter_topic(house.kafka, house.topics.publication, {"message.timestamp.type": "LogAppendTime"})


def test_a_broker_that_is_spoken_to_in_another_way_is_found(house: Installation) -> None:
    said = faults(house, SEALSTREAM_KAFKA_SECURITY_PROTOCOL="SSL")["kafka"]
    assert "SEALSTREAM_KAFKA_SECURITY_PROTOCOL" in said
    password = {"SEALSTREAM_KAFKA_SASL_USERNAME": "u", "SEALSTREAM_KAFKA_SASL_PASSWORD": "hush"}
    said = faults(house, SEALSTREAM_KAFKA_SECURITY_PROTOCOL="SASL_PLAINTEXT", **password)["kafka"]
    assert "SEALSTREAM_KAFKA_S" in said
    assert "hush" not in said


async def test_a_broker_whose_authority_is_not_trusted_is_found(house: Installation, tmp_path: Path) -> None:
    """A server with a certificate that nobody signed who is trusted: all that is needed of a broker here."""
    chain = development_chain(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    (pem := tmp_path / "server.pem").write_bytes(chain.material.certificate_chain + chain.material.private_key)
    context.load_cert_chain(pem)
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    async with server:
        found = await asyncio.to_thread(
            faults,
            house,
            SEALSTREAM_KAFKA_SECURITY_PROTOCOL="SSL",
            SEALSTREAM_KAFKA_BOOTSTRAP_SERVERS=f"127.0.0.1:{port}",
        )
    assert "is not trusted" in found["kafka"]
