"""Why no broker is reached: aiokafka says so in its log only, and calls everything a failed connection."""

import asyncio
import socket
import ssl
from typing import Any, Final

from aiokafka.conn import create_conn, get_ip_port_afi
from aiokafka.errors import (
    IllegalSaslStateError,
    KafkaConnectionError,
    KafkaError,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
)
from aiokafka.protocol.metadata import MetadataRequest

from agents.kafka_connection import connection
from agents.kafka_tokens import NoTokenError
from agents.settings import KafkaSettings
from pipeline.errors import OperatorError, SealstreamError, WorldError

__all__ = ["why_unreachable"]

_TIMEOUT_MS: Final = 5000
_ALERT_SECONDS: Final = 2.0
"""How long a broker may take to refuse a certificate. By TLS 1.3 it does so after the connection is made."""


async def why_unreachable(settings: KafkaSettings) -> SealstreamError | None:
    """Connect to each broker that is named, and say what stands in the way; None where one is reached.

    An `OperatorError` is about a setting, a `WorldError` about a broker that is away. A broker that says why outweighs
    one that is away, and that one a name that nobody knows.

    Raises:
        OperatorError: the settings cannot be used.
    """
    arguments: dict[str, Any] = dict(connection(settings))
    del arguments["bootstrap_servers"]
    said: list[tuple[int, SealstreamError]] = []
    for server in settings.bootstrap_servers.split(","):
        trouble = await _why_not(server.strip(), settings, arguments)
        if trouble is None:
            return None
        said.append(trouble)
    return min(said, key=lambda told: told[0])[1]


async def _why_not(
    server: str, settings: KafkaSettings, arguments: dict[str, Any]
) -> tuple[int, SealstreamError] | None:
    host, number, _ = get_ip_port_afi(server)
    try:
        connected = await create_conn(host, number, request_timeout_ms=_TIMEOUT_MS, **arguments)
        try:
            await connected.send(MetadataRequest([]))
        except KafkaConnectionError as error:
            return 0, _not_without_a_name(server, settings, error)
        finally:
            connected.close()
    except socket.gaierror as error:
        return 2, _unknown_name(server, error)
    except (OSError, KafkaError, TimeoutError, ValueError) as error:
        trouble = await _explained(server, (host, number), settings, arguments, error)
        return (0 if isinstance(trouble, OperatorError) else 1), trouble
    return None


def _not_without_a_name(server: str, settings: KafkaSettings, error: KafkaConnectionError) -> SealstreamError:
    if settings.security_protocol.startswith("SASL"):
        return WorldError(
            what=f"The broker {server} ends the connection ({type(error).__name__}).",
            remedy="It is tried again; see the log of the broker.",
        )
    return OperatorError(
        what=f"The broker {server} answers nobody whom it does not know by SASL.",
        remedy="Set SEALSTREAM_KAFKA_SECURITY_PROTOCOL to SASL_PLAINTEXT or SASL_SSL, and user and password.",
    )


def _unknown_name(server: str, error: socket.gaierror) -> SealstreamError:
    what = f"The name of the broker {server} is not known."
    remedy = "Correct SEALSTREAM_KAFKA_BOOTSTRAP_SERVERS, or see to it that names are answered."
    return (WorldError if error.errno == socket.EAI_AGAIN else OperatorError)(what=what, remedy=remedy)


async def _explained(
    server: str,
    address: tuple[str, int],
    settings: KafkaSettings,
    arguments: dict[str, Any],
    error: Exception,
) -> SealstreamError:
    match error:
        case KafkaError() if (refusal := _refused(server, settings, error)) is not None:
            return refusal
        case ssl.SSLCertVerificationError():
            return OperatorError(
                what=f"The certificate of the broker {server} is not trusted: {error.verify_message}.",
                remedy="Let SEALSTREAM_KAFKA_SSL_CA name the authority that signed it; use the name it is made for.",
            )
        case ssl.SSLError():
            return OperatorError(
                what=f"The broker {server} does not speak TLS as asked ({error.reason or type(error).__name__}).",
                remedy="Correct SEALSTREAM_KAFKA_SECURITY_PROTOCOL or the port.",
            )
        case KafkaConnectionError() | ConnectionResetError() if await asyncio.to_thread(_is_there, address):
            return await _hung_up(server, address, settings, arguments)
    return WorldError(
        what=f"No Kafka broker answers at {server} ({type(error).__name__}).",
        remedy="Start it, or set SEALSTREAM_KAFKA_BOOTSTRAP_SERVERS to where it is.",
    )


def _refused(server: str, settings: KafkaSettings, error: KafkaError) -> SealstreamError | None:
    """What is wrong with who we say that we are; None where it is something else."""
    match error:
        case NoTokenError():
            return error.why
        case UnsupportedSaslMechanismError() | IllegalSaslStateError():
            return OperatorError(
                what=f"The broker {server} does not take the mechanism {settings.sasl_mechanism}.",
                remedy="Correct SEALSTREAM_KAFKA_SASL_MECHANISM, SEALSTREAM_KAFKA_SECURITY_PROTOCOL or the port.",
            )
        case SaslAuthenticationFailed():
            return OperatorError(what=f"The broker {server} does not accept this user.", remedy=_credentials(settings))
    return None


def _credentials(settings: KafkaSettings) -> str:
    if settings.sasl_mechanism in ("OAUTHBEARER", "AWS_MSK_IAM"):
        return "See that the broker believes this issuer of tokens, and whom they are for (audience, scope)."
    return "Correct SEALSTREAM_KAFKA_SASL_USERNAME, _PASSWORD and _MECHANISM."


async def _hung_up(
    server: str, address: tuple[str, int], settings: KafkaSettings, arguments: dict[str, Any]
) -> SealstreamError:
    """What to say where somebody takes the connection and ends it: a broker is never said to be what it may not be."""
    protocol = settings.security_protocol
    if not protocol.endswith("SSL"):
        if await asyncio.to_thread(_speaks_tls, address):
            return OperatorError(
                what=f"The broker {server} speaks TLS, and {protocol} is without.",
                remedy=f"Set SEALSTREAM_KAFKA_SECURITY_PROTOCOL to {'SASL_SSL' if 'SASL' in protocol else 'SSL'}.",
            )
    elif await _speaks_without_tls(address):
        return OperatorError(
            what=f"The broker {server} speaks without TLS, and {protocol} is with it.",
            remedy="Correct SEALSTREAM_KAFKA_SECURITY_PROTOCOL or the port.",
        )
    elif (refusal := await asyncio.to_thread(_alert, address, arguments["ssl_context"])) is not None:
        if settings.ssl_cert is None:
            return OperatorError(
                what=f"The broker {server} wants to see a certificate of the client ({refusal}).",
                remedy="Set SEALSTREAM_KAFKA_SSL_CERT and SEALSTREAM_KAFKA_SSL_KEY, or SASL_SSL as the protocol.",
            )
        return OperatorError(
            what=f"The broker {server} refuses the client's certificate ({refusal}).",
            remedy="Let SEALSTREAM_KAFKA_SSL_CERT name one of an authority that the broker trusts.",
        )
    return WorldError(
        what=f"What answers at {server} ends the connection.",
        remedy=f"It is tried again. If it is no broker that starts, see that it speaks {protocol}: "
        "SEALSTREAM_KAFKA_SECURITY_PROTOCOL.",
    )


def _is_there(address: tuple[str, int]) -> bool:
    try:
        socket.create_connection(address, timeout=_ALERT_SECONDS).close()
    except OSError:
        return False
    return True


def _speaks_tls(address: tuple[str, int]) -> bool:
    """Whether TLS is answered; nothing is sent but a greeting, so the certificate does not matter."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with (
            socket.create_connection(address, timeout=_ALERT_SECONDS) as plain,
            context.wrap_socket(plain),
        ):
            return True
    except OSError:
        return False


async def _speaks_without_tls(address: tuple[str, int]) -> bool:
    try:
        (await create_conn(*address, request_timeout_ms=_TIMEOUT_MS)).close()
    except (OSError, KafkaError, TimeoutError):
        return False
    return True


def _alert(address: tuple[str, int], context: ssl.SSLContext) -> str | None:
    """The alert by which the other side refuses our certificate or the lack of one; None where it sends none."""
    try:
        with (
            socket.create_connection(address, timeout=_ALERT_SECONDS) as plain,
            context.wrap_socket(plain, server_hostname=address[0]) as connected,
        ):
            connected.recv(1)
    except ssl.SSLError as error:
        reason = str(error.reason or "").lower().replace("_", " ")
        return reason if "alert" in reason else None
    except OSError:
        return None
    return None
