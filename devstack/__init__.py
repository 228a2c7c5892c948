"""Servers for development, the demo and the tests: a broker and an S3 store as plain child processes.

Each is a context manager that gives a server ready for use and leaves nothing running:

    with KafkaServer(directory / "kafka") as kafka, SeaweedServer(directory / "s3") as s3:
        ...  # kafka.bootstrap_servers, s3.environment()

None of them is meant for production: they listen on the loopback interface and keep one copy of everything.
"""

from devstack.embedded_broker import EmbeddedBroker
from devstack.errors import KafkaUnavailableError, ServerStartError, ServerUnavailableError
from devstack.kafka import KafkaServer
from devstack.ports import free_port, free_ports
from devstack.process import ServerProcess
from devstack.seaweedfs import SeaweedServer
from devstack.secured_kafka import SecuredKafkaServer

__all__ = [
    "EmbeddedBroker",
    "KafkaServer",
    "KafkaUnavailableError",
    "SeaweedServer",
    "SecuredKafkaServer",
    "ServerProcess",
    "ServerStartError",
    "ServerUnavailableError",
    "free_port",
    "free_ports",
]
