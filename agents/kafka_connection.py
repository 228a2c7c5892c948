"""How every Kafka client of ours reaches the brokers: the settings, in the words of aiokafka."""

import ssl
from pathlib import Path
from typing import Final

from aiokafka.conn import collect_hosts

from agents.kafka_tokens import token_provider
from agents.renewed_tls import RenewedContext
from agents.settings import KafkaSettings
from pipeline.errors import OperatorError

__all__ = ["connection"]

_BY_TOKEN: Final = ("OAUTHBEARER", "AWS_MSK_IAM")


def connection(settings: KafkaSettings) -> dict[str, object]:
    """The arguments that every aiokafka client takes to reach the brokers.

    Raises:
        OperatorError: the settings cannot be used; the message names which.
    """
    try:
        collect_hosts(settings.bootstrap_servers)
    except ValueError as error:
        raise OperatorError(
            what=f"{settings.bootstrap_servers} names no addresses of brokers.",
            remedy="Let SEALSTREAM_KAFKA_BOOTSTRAP_SERVERS be host:port, separated by commas.",
        ) from error
    arguments: dict[str, object] = {
        "bootstrap_servers": settings.bootstrap_servers,
        "security_protocol": settings.security_protocol,
        "client_id": "sealstream",
    }
    if settings.security_protocol.endswith("SSL"):
        arguments["ssl_context"] = _tls(settings)
    if settings.security_protocol.startswith("SASL"):
        arguments.update(_who(settings))
    return arguments


def _tls(settings: KafkaSettings) -> ssl.SSLContext:
    context = RenewedContext()
    try:
        if settings.ssl_ca is None:
            context.load_default_certs()
        else:
            context.load_verify_locations(settings.ssl_ca.expanduser())
    except (OSError, ssl.SSLError) as error:
        raise OperatorError(
            what=f"The certificate authorities in {settings.ssl_ca} cannot be read: {error}.",
            remedy="Let SEALSTREAM_KAFKA_SSL_CA name a PEM file.",
        ) from error
    if (settings.ssl_cert is None) != (settings.ssl_key is None):
        raise OperatorError(
            what="Only one of the client's certificate and key is named.",
            remedy="Set both SEALSTREAM_KAFKA_SSL_CERT and SEALSTREAM_KAFKA_SSL_KEY, or neither.",
        )
    if settings.ssl_cert is not None and settings.ssl_key is not None:
        password = None if settings.ssl_key_password is None else settings.ssl_key_password.get_secret_value()
        _show_certificate(context, settings.ssl_cert, settings.ssl_key, password)
    return context


def _show_certificate(context: RenewedContext, certificate: Path, key: Path, password: str | None) -> None:
    try:
        context.show(certificate.expanduser(), key.expanduser(), password)
    except (OSError, ValueError) as error:
        raise OperatorError(
            what=f"The client's certificate {certificate} and its key {key} cannot be used: {error}.",
            remedy="Let SEALSTREAM_KAFKA_SSL_CERT and SEALSTREAM_KAFKA_SSL_KEY name PEM files that belong together, "
            "and SEALSTREAM_KAFKA_SSL_KEY_PASSWORD what opens the key, if it is locked.",
        ) from error


def _who(settings: KafkaSettings) -> dict[str, object]:
    if settings.sasl_mechanism in _BY_TOKEN:
        return {"sasl_mechanism": "OAUTHBEARER", "sasl_oauth_token_provider": token_provider(settings)}
    if settings.sasl_username is None or settings.sasl_password is None:
        raise OperatorError(
            what=f"The security protocol {settings.security_protocol} needs a user and a password.",
            remedy="Set SEALSTREAM_KAFKA_SASL_USERNAME and SEALSTREAM_KAFKA_SASL_PASSWORD.",
        )
    return {
        "sasl_mechanism": settings.sasl_mechanism,
        "sasl_plain_username": settings.sasl_username,
        "sasl_plain_password": settings.sasl_password.get_secret_value(),
    }
