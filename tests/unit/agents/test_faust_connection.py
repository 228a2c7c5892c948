"""Faust's consumer reaches the brokers as our own clients do, and is the member of the group that it was told to be."""

import pytest
from faust.transport.drivers.aiokafka import credentials_to_aiokafka_auth

from agents.faust_connection import faust_connection
from agents.kafka_connection import connection
from agents.settings import KafkaSettings
from pipeline.errors import OperatorError

SASL = {"sasl_username": "sealstream", "sasl_password": "not a secret"}
SECURED = [
    KafkaSettings(),
    KafkaSettings(security_protocol="SSL"),
    KafkaSettings(security_protocol="SASL_PLAINTEXT", sasl_mechanism="PLAIN", **SASL),
    KafkaSettings(security_protocol="SASL_SSL", sasl_mechanism="SCRAM-SHA-256", **SASL),
    KafkaSettings(security_protocol="SASL_SSL", **SASL),
]


@pytest.mark.parametrize(
    "settings", SECURED, ids=lambda settings: f"{settings.security_protocol}-{settings.sasl_mechanism}"
)
def test_faust_is_secured_as_our_own_clients_are(settings: KafkaSettings) -> None:
    ours = connection(settings)
    fausts = credentials_to_aiokafka_auth(faust_connection(settings)["broker_credentials"])

    assert fausts["security_protocol"] == settings.security_protocol
    assert _without_context(fausts) == _without_context({name: ours[name] for name in ours if name in fausts})
    assert (fausts.get("ssl_context") is None) == ("ssl_context" not in ours)


def test_what_cannot_secure_our_own_clients_stops_faust_as_well() -> None:
    with pytest.raises(OperatorError, match="SEALSTREAM_KAFKA_SASL_USERNAME"):
        faust_connection(KafkaSettings(security_protocol="SASL_SSL"))


def test_a_static_member_is_one_to_faust() -> None:
    assert faust_connection(KafkaSettings(static_member="one"))["consumer_group_instance_id"] == "one"
    assert faust_connection(KafkaSettings())["consumer_group_instance_id"] is None


def test_a_session_has_ten_heartbeats() -> None:
    options = faust_connection(KafkaSettings(session_seconds=20))

    assert options["broker_session_timeout"] == 20
    assert options["broker_heartbeat_interval"] == 2


def test_without_a_setting_the_session_is_as_the_delivery_loop_was_tested() -> None:
    assert not faust_connection(KafkaSettings()).keys() & {"broker_session_timeout", "broker_heartbeat_interval"}


def _without_context(arguments: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in arguments.items() if name != "ssl_context"}
