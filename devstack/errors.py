"""What can go wrong with a development server, said so that a person can act on it."""

from pipeline.errors import OperatorError

__all__ = ["KafkaUnavailableError", "ServerStartError", "ServerUnavailableError"]


class ServerUnavailableError(OperatorError):
    """A server cannot be run on this machine: its program or something it needs is missing."""


class KafkaUnavailableError(ServerUnavailableError):
    """Apache Kafka cannot be run on this machine: Java, Maven or the artifacts are missing."""


class ServerStartError(OperatorError):
    """A server was started and died, or was not ready in time; the message ends with the last lines of its log."""
