"""Any Kafka: every way in, the least rights, a sentence for whatever stands in the way; on a broker that has it all.

Everything is set as an operator sets it, by variables of the environment.
"""

import asyncio
import json
import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from typer.testing import CliRunner

from agents.cli.main import app
from agents.kafka import open_publisher, read_topic
from agents.kafka_trouble import why_unreachable
from agents.messages import KafkaMessage
from agents.rights import Right, rights_of
from agents.settings import KafkaSettings
from agents.topic_planning import as_planned
from devstack import KafkaUnavailableError, SeaweedServer, SecuredKafkaServer
from devstack.certificates import TlsAuthority
from devstack.ports import free_port
from pipeline.errors import OperatorError, WorldError
from tests.broker.access import grant, revoke, until_lacking
from tests.broker.installation import Installation
from tests.broker.token_issuer import TokenIssuer, issuing
from tests.conftest import BOOTSTRAP, REQUIRE_KAFKA

pytestmark = [pytest.mark.kafka, pytest.mark.s3]

TEXT = {"id": "t", "mime": "text/plain", "text": "a human wrote this\n", "synthetic": "no"}
USERS = {"worker": "worker-secret", "sender": "sender-secret", "admin": "admin-secret"}


class Guarded:
    """An installation on a broker that lets nobody do anything that was not granted."""

    def __init__(self, broker: SecuredKafkaServer, issuer: TokenIssuer, house: Installation) -> None:
        self.broker, self.issuer, self.house = broker, issuer, house
        self.administrator = house.kafka

    def as_user(self, name: str, **others: str) -> dict[str, str]:
        """The settings of a user with a password."""
        return {
            "SEALSTREAM_KAFKA_BOOTSTRAP_SERVERS": self.broker.with_password,
            "SEALSTREAM_KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
            "SEALSTREAM_KAFKA_SSL_CA": str(self.broker.authority.file),
            "SEALSTREAM_KAFKA_SASL_USERNAME": name,
            "SEALSTREAM_KAFKA_SASL_PASSWORD": USERS[name],
            **others,
        }

    def with_certificate(self, name: str) -> dict[str, str]:
        """The settings of a user with a certificate."""
        certificate, key = self.broker.authority.issue(name)
        return {
            "SEALSTREAM_KAFKA_BOOTSTRAP_SERVERS": self.broker.with_certificate,
            "SEALSTREAM_KAFKA_SECURITY_PROTOCOL": "SSL",
            "SEALSTREAM_KAFKA_SSL_CA": str(self.broker.authority.file),
            "SEALSTREAM_KAFKA_SSL_CERT": str(certificate),
            "SEALSTREAM_KAFKA_SSL_KEY": str(key),
        }

    def with_token(self, client: str, secret: str) -> dict[str, str]:
        """The settings of a user whom a token names."""
        return {
            "SEALSTREAM_KAFKA_BOOTSTRAP_SERVERS": self.broker.with_password,
            "SEALSTREAM_KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
            "SEALSTREAM_KAFKA_SSL_CA": str(self.broker.authority.file),
            "SEALSTREAM_KAFKA_SASL_MECHANISM": "OAUTHBEARER",
            "SEALSTREAM_KAFKA_OAUTH_URL": self.issuer.url,
            "SEALSTREAM_KAFKA_OAUTH_CLIENT_ID": client,
            "SEALSTREAM_KAFKA_OAUTH_CLIENT_SECRET": secret,
        }

    def rights(self, role: Any) -> tuple[Right, ...]:
        return rights_of(role, self.house.topics, self.house.kafka.group)


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    directory = tmp_path_factory.mktemp("guarded")
    issuer = TokenIssuer({"sender": "token-secret"})
    broker = SecuredKafkaServer(directory / "kafka", users=USERS, token_keys=issuer.keys)
    try:
        broker.start()
    except KafkaUnavailableError as error:
        required = os.environ.get(REQUIRE_KAFKA) and not os.environ.get(BOOTSTRAP)
        (pytest.fail if required else pytest.skip)(f"No Apache Kafka: {error}")
    with broker, issuing(issuer), SeaweedServer(directory / "s3") as s3:
        house = Installation(broker.bootstrap_servers, s3, directory, SEALSTREAM_POLICY_JURISDICTIONS="ES")
        found = Guarded(broker, issuer, house)
        asyncio.run(house.create())
        for user, role in (("worker", "worker"), ("sender", "producer"), ("admin", "administrator")):
            asyncio.run(grant(house.kafka, user, found.rights(role)))
        house.environment |= found.as_user("worker")
        yield found


def kafka(settings: Mapping[str, str], monkeypatch: pytest.MonkeyPatch, guarded: Guarded) -> KafkaSettings:
    """What these variables say."""
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return KafkaSettings(topic_prefix=guarded.administrator.topic_prefix, group=guarded.administrator.group)


WAYS: dict[str, Callable[[Guarded], dict[str, str]]] = {
    "a password, PLAIN": lambda guarded: guarded.as_user("sender", SEALSTREAM_KAFKA_SASL_MECHANISM="PLAIN"),
    "a password, SCRAM-SHA-256": lambda guarded: guarded.as_user(
        "sender", SEALSTREAM_KAFKA_SASL_MECHANISM="SCRAM-SHA-256"
    ),
    "a password, SCRAM-SHA-512": lambda guarded: guarded.as_user("sender"),
    "a password in the clear": lambda guarded: guarded.as_user(
        "sender",
        SEALSTREAM_KAFKA_SECURITY_PROTOCOL="SASL_PLAINTEXT",
        SEALSTREAM_KAFKA_BOOTSTRAP_SERVERS=guarded.broker.with_password_in_the_clear,
    ),
    "a client certificate": lambda guarded: guarded.with_certificate("sender"),
    "a token": lambda guarded: guarded.with_token("sender", "token-secret"),
}


@pytest.mark.parametrize("way", list(WAYS))
async def test_every_way_in_leads_to_the_topics_and_to_no_more_than_was_granted(
    way: str, guarded: Guarded, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = kafka(WAYS[way](guarded), monkeypatch, guarded)
    assert await why_unreachable(settings) is None
    topics = guarded.house.topics
    async with open_publisher(settings) as publisher:
        await publisher.publish([KafkaMessage(topic=topics.activities, key=b"k", value=b"{}")])
        with pytest.raises(WorldError, match="let this user write"):
            await publisher.publish([KafkaMessage(topic=topics.reviews, key=b"k", value=b"{}")])
    with pytest.raises(OperatorError, match=topics.generation):
        _ = [message async for message in read_topic(settings, topics.generation, from_beginning=True, idle_seconds=1)]


@pytest.mark.parametrize("compression", ["none", "gzip", "snappy", "lz4", "zstd"])
async def test_what_is_published_is_compressed_as_configured(
    compression: str, guarded: Guarded, monkeypatch: pytest.MonkeyPatch
) -> None:
    guarded.house.environment["SEALSTREAM_KAFKA_COMPRESSION"] = compression
    monkeypatch.setenv("SEALSTREAM_KAFKA_COMPRESSION", compression)
    topic, value = guarded.house.topics.activities, compression.encode() * 100
    async with open_publisher(kafka(guarded.as_user("sender"), monkeypatch, guarded)) as publisher:
        await publisher.publish([KafkaMessage(topic=topic, key=b"k", value=value)])
    messages = read_topic(guarded.administrator, topic, from_beginning=True, idle_seconds=3)
    async for message in messages:
        if message.value == value:
            break
    else:
        pytest.fail("it did not arrive")
    del guarded.house.environment["SEALSTREAM_KAFKA_COMPRESSION"]


FAULTS: dict[str, tuple[Callable[[Guarded], dict[str, str]], str]] = {
    "a wrong password": (
        lambda guarded: guarded.as_user("worker", SEALSTREAM_KAFKA_SASL_PASSWORD="hush"),
        "does not accept this user",
    ),
    "a mechanism that the broker does not take": (
        lambda guarded: {
            **guarded.with_token("sender", "token-secret"),
            "SEALSTREAM_KAFKA_SECURITY_PROTOCOL": "SASL_PLAINTEXT",
            "SEALSTREAM_KAFKA_BOOTSTRAP_SERVERS": guarded.broker.with_password_in_the_clear,
        },
        "does not take the mechanism OAUTHBEARER",
    ),
    "an authority that is not trusted": (
        lambda guarded: guarded.as_user("worker", SEALSTREAM_KAFKA_SSL_CA=str(strangers(guarded).file)),
        "is not trusted",
    ),
    "no TLS where the broker speaks it": (
        lambda guarded: guarded.as_user("worker", SEALSTREAM_KAFKA_SECURITY_PROTOCOL="SASL_PLAINTEXT"),
        "speaks TLS",
    ),
    "TLS where the broker does not speak it": (
        lambda guarded: guarded.as_user("worker", SEALSTREAM_KAFKA_BOOTSTRAP_SERVERS=guarded.broker.bootstrap_servers),
        "speaks without TLS",
    ),
    "no name where the broker wants one": (
        lambda guarded: guarded.as_user("worker", SEALSTREAM_KAFKA_SECURITY_PROTOCOL="SSL"),
        "by SASL",
    ),
    "no certificate where the broker wants one": (
        lambda guarded: guarded.as_user("worker", SEALSTREAM_KAFKA_BOOTSTRAP_SERVERS=guarded.broker.with_certificate),
        "wants to see a certificate",
    ),
    "a certificate of a stranger": (
        lambda guarded: {
            **guarded.with_certificate("worker"),
            **dict(
                zip(
                    ("SEALSTREAM_KAFKA_SSL_CERT", "SEALSTREAM_KAFKA_SSL_KEY"),
                    map(str, strangers(guarded).issue("worker")),
                    strict=True,
                )
            ),
        },
        "refuses the client's certificate",
    ),
    "a wrong secret of the client": (lambda guarded: guarded.with_token("sender", "hush"), "answered 401"),
    "a name that nobody knows": (
        lambda guarded: guarded.as_user("worker", SEALSTREAM_KAFKA_BOOTSTRAP_SERVERS="kafka.invalid:9092"),
        "is not known",
    ),
}


def strangers(guarded: Guarded) -> TlsAuthority:
    """An authority that nobody knows."""
    (directory := guarded.broker.directory / "stranger").mkdir(exist_ok=True)
    return TlsAuthority(directory)


@pytest.mark.parametrize("fault", list(FAULTS))
async def test_what_keeps_us_from_the_broker_is_the_operators_and_said_without_secrets(
    fault: str, guarded: Guarded, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted, said = FAULTS[fault]
    settings = kafka(planted(guarded), monkeypatch, guarded)
    with pytest.raises(OperatorError) as refusal:
        async with open_publisher(settings):
            pass
    assert said in str(refusal.value)
    assert "SEALSTREAM_KAFKA_" in str(refusal.value)
    assert "hush" not in str(refusal.value)


async def test_a_broker_or_an_issuer_of_tokens_that_is_away_is_waited_for(
    guarded: Guarded, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = f"127.0.0.1:{free_port()}"
    for settings in (
        guarded.as_user("worker", SEALSTREAM_KAFKA_BOOTSTRAP_SERVERS=away),
        guarded.with_token("sender", "token-secret") | {"SEALSTREAM_KAFKA_OAUTH_URL": f"http://{away}/token"},
    ):
        with pytest.raises(WorldError, match=away):
            async with open_publisher(kafka(settings, monkeypatch, guarded)):
                pass


def doctor(guarded: Guarded, **settings: str) -> dict[str, str]:
    """What the doctor calls a fault, by its place."""
    done = CliRunner().invoke(app, ["doctor", "--json"], env=guarded.house.environment | settings)
    found: list[dict[str, Any]] = json.loads(done.stdout)["found"]
    return {finding["place"]: finding["said"] for finding in found if finding["state"] == "fault"}


def test_the_doctor_finds_what_stands_in_the_way_to_the_broker(guarded: Guarded) -> None:
    assert doctor(guarded) == {}
    password = {"SEALSTREAM_KAFKA_SASL_PASSWORD": "hush"}
    assert "does not accept this user" in doctor(guarded, **password)["kafka"]
    assert "is not trusted" in doctor(guarded, SEALSTREAM_KAFKA_SSL_CA=str(strangers(guarded).file))["kafka"]
    mechanism = {
        "SEALSTREAM_KAFKA_SECURITY_PROTOCOL": "SASL_PLAINTEXT",
        "SEALSTREAM_KAFKA_BOOTSTRAP_SERVERS": guarded.broker.with_password_in_the_clear,
        **{name: text for name, text in guarded.with_token("sender", "token-secret").items() if "OAUTH" in name},
        "SEALSTREAM_KAFKA_SASL_MECHANISM": "OAUTHBEARER",
    }
    assert "mechanism OAUTHBEARER" in doctor(guarded, **mechanism)["kafka"]


async def test_each_right_that_a_worker_lacks_is_named_and_stops_it(
    guarded: Guarded, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = kafka(guarded.as_user("worker"), monkeypatch, guarded)
    # Of transactional ids brokers tell nothing before they are used.
    needed = tuple(
        granted for granted in guarded.rights("worker") if granted.needed and granted.resource != "transactional-id"
    )
    await until_lacking(settings, needed, ())
    for right in needed:
        await revoke(guarded.administrator, "worker", right)
        await until_lacking(settings, needed, (right,))
        with pytest.raises(OperatorError, match=str(right)):
            await as_planned(settings, lambda _: None, needed)
        if right.name == guarded.house.topics.alerts:
            assert str(right) in (await asyncio.to_thread(doctor, guarded))["kafka"]
            assert str(right) in await asyncio.to_thread(guarded.house.sealstream, "worker", code=2)
        await grant(guarded.administrator, "worker", [right])
        await until_lacking(settings, needed, ())


async def test_a_worker_works_with_the_least_rights_and_so_do_those_beside_it(guarded: Guarded) -> None:
    """Producer, administrator and worker by passwords, consumer by certificate; each with its own rights."""
    house = guarded.house
    await grant(guarded.administrator, "reader", guarded.rights("consumer"))
    (event := house.log.parent / "event.json").write_text(
        json.dumps(
            {
                "specversion": "1.0",
                "id": "least-rights",
                "source": "//tests/any-kafka",
                "type": "sealstream.publication.v1",
                "time": "2026-11-20T12:00:00Z",
                "data": {"jurisdictions": ["ES"], "content": TEXT},
            }
        )
    )
    house.start_worker()
    try:
        sender = guarded.as_user("sender", SEALSTREAM_KAFKA_SASL_MECHANISM="PLAIN")
        await asyncio.to_thread(house.sealstream, "publish", str(event), **sender)
        await house.send("generation", {"content": {**TEXT, "operation": "generated"}}, "sealed-with-least-rights")
        await house.send("publication", {"nothing": "of it"}, "a dead letter")
        (decided,) = await house.said("decisions", lambda decision: decision.data["event"]["id"] == "least-rights")
        assert decided.data["decision"] == "allow"
        await house.said("manifests", lambda manifest: manifest.data["event"]["id"] == "sealed-with-least-rights")
        await house.said("alerts", lambda alert: alert.data["kind"] == "unjudged")
        reader = KafkaSettings(
            bootstrap_servers=guarded.broker.with_certificate,
            security_protocol="SSL",
            ssl_ca=guarded.broker.authority.file,
            **dict(zip(("ssl_cert", "ssl_key"), guarded.broker.authority.issue("reader"), strict=True)),
        )
        read = read_topic(reader, house.topics.decisions, from_beginning=True, idle_seconds=3)
        assert [message async for message in read]
        listed = await asyncio.to_thread(house.answer, "dead-letters", "list", **guarded.as_user("admin"))
        assert listed
        assert "as planned" in await asyncio.to_thread(house.output, "topics", "check", **guarded.as_user("admin"))
    finally:
        house.stop_worker()
    assert "Not authorized" not in house.log.read_text()


def test_what_is_printed_grants_the_rights_of_the_table(guarded: Guarded) -> None:
    arguments = ["topics", "acls", "--principal", "User:worker"]
    printed = CliRunner().invoke(app, arguments, env=guarded.house.environment).stdout.splitlines()
    for right in guarded.rights("worker"):
        assert any(f"--operation {right.operation}" in line and right.name in line for line in printed)
    assert all(line.startswith("kafka-acls ") for line in printed)
