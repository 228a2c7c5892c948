"""Why no broker is reached: aiokafka says so in its log only, and calls everything a failed connection."""

import socket
import ssl
from typing import Any

from aiokafka.conn import create_conn
from aiokafka.errors import KafkaError

from agents.kafka import connection
from agents.settings import KafkaSettings
from pipeline.errors import OperatorError, SealstreamError, WorldError

__all__ = ["why_unreachable"]

_TIMEOUT_MS = 5000
_DEFAULT_PORT = 9092


async def why_unreachable(settings: KafkaSettings) -> SealstreamError | None:
    """Connect to each broker that is named, and say what stands in the way; None where one is reached.

    An `OperatorError` is about a setting, a `WorldError` about a broker that is away.

    Raises:
        OperatorError: the settings cannot be used.
    """
    arguments: dict[str, Any] = dict(connection(settings))
    del arguments["bootstrap_servers"]
    trouble: SealstreamError | None = None
    for server in settings.bootstrap_servers.split(","):
        host, _, port = server.strip().rpartition(":")
        try:
            connected = await create_conn(host, int(port or _DEFAULT_PORT), request_timeout_ms=_TIMEOUT_MS, **arguments)
        except (OSError, KafkaError, TimeoutError, ValueError) as error:
            trouble = _explained(server.strip(), settings, error)
        else:
            connected.close()
            return None
    return trouble


def _explained(server: str, settings: KafkaSettings, error: Exception) -> SealstreamError:
    name = type(error).__name__
    match error:
        case ssl.SSLCertVerificationError():
            return OperatorError(
                what=f"The certificate of the broker {server} is not trusted: {error.verify_message}.",
                remedy="Let SEALSTREAM_KAFKA_SSL_CA name the authority that signed it; use the name it is made for.",
            )
        case ssl.SSLError():
            return OperatorError(
                what=f"The broker {server} does not speak TLS as asked ({error.reason or name}).",
                remedy="Correct SEALSTREAM_KAFKA_SECURITY_PROTOCOL or the port.",
            )
        case socket.gaierror():
            return OperatorError(
                what=f"The name of the broker {server} is not known.",
                remedy="Correct SEALSTREAM_KAFKA_BOOTSTRAP_SERVERS.",
            )
        case KafkaError() if "Sasl" in name or "Authentication" in name:
            return OperatorError(
                what=f"The broker {server} does not accept this user ({name}).",
                remedy="Correct SEALSTREAM_KAFKA_SASL_USERNAME, _PASSWORD and _MECHANISM.",
            )
        case KafkaError() | ConnectionResetError():
            return OperatorError(
                what=f"What answers at {server} ends the connection ({name}).",
                remedy=f"See that it speaks {settings.security_protocol}: SEALSTREAM_KAFKA_SECURITY_PROTOCOL.",
            )
    return WorldError(
        what=f"No Kafka broker answers at {server} ({name}).",
        remedy="Start it, or set SEALSTREAM_KAFKA_BOOTSTRAP_SERVERS to where it is.",
    )
