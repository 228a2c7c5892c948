"""Real Apache Kafka as one process: broker and controller in KRaft mode, no container engine.

What is said about reliability is tested against this one. It is what a cluster is to its clients, except that there is
one copy of everything: every replication factor is 1.
"""

import base64
import os
import shutil
import subprocess
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

from devstack.errors import KafkaUnavailableError, ServerStartError
from devstack.kafka_artifacts import kafka_libraries
from devstack.kafka_probe import brokers_known_at
from devstack.ports import LOOPBACK, free_ports
from devstack.process import ServerProcess

__all__ = ["KafkaServer"]

_LOG4J = Path(__file__).with_name("kafka-log4j2.properties")
_JVM_OPTIONS = (
    "-Xms128m",
    "-Xmx512m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",  # half the processor time of a start, at some cost in throughput
    "-XX:-UsePerfData",
    "-XX:+ExitOnOutOfMemoryError",
    "-Djava.awt.headless=true",
    f"-Dlog4j2.configurationFile={_LOG4J}",
)
_FORMAT_TIMEOUT = 60.0


class KafkaServer(ServerProcess):
    """A Kafka broker on a free port of the loopback interface; its data survives stop, kill and restart.

    Topics are not made by accident: whoever needs one creates it.

    Args:
        directory: where its configuration, data and log go. A directory that was used before is used again.
    """

    name = "Apache Kafka"
    ready_within = 60.0

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.port, self._controller_port = free_ports(2)

    @property
    def bootstrap_servers(self) -> str:
        """Where a Kafka client connects."""
        return f"{LOOPBACK}:{self.port}"

    def _prepare(self) -> Sequence[str]:
        configuration = self.directory / "server.properties"
        configuration.write_text("".join(f"{key}={value}\n" for key, value in self._settings().items()))
        java = [_java(), *_JVM_OPTIONS, *self._jvm_options(), "-cp", f"{kafka_libraries()}/*"]
        if not (self._data / "meta.properties").exists():
            tool = [*java, "kafka.tools.StorageTool", "format", "--config", os.fspath(configuration)]
            self._format([*tool, *self._format_options()])
        return [*java, "kafka.Kafka", os.fspath(configuration)]

    def _jvm_options(self) -> Sequence[str]:
        """More options of Java."""
        return ()

    def _format_options(self) -> Sequence[str]:
        """What the storage is formatted with besides."""
        return ()

    def _is_ready(self) -> bool:
        return brokers_known_at(self.port) > 0

    @property
    def _data(self) -> Path:
        return self.directory / "data"

    def _format(self, command: Sequence[str]) -> None:
        cluster_id = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        done = subprocess.run(
            [*command, f"--cluster-id={cluster_id}"],
            cwd=self.directory,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_FORMAT_TIMEOUT,
            check=False,
        )
        if done.returncode != 0:
            raise ServerStartError(
                what="Apache Kafka could not format its storage.",
                remedy=f"It said:\n{done.stdout.decode(errors='replace').rstrip()}",
            )

    def _settings(self) -> Mapping[str, str | int]:
        clients = f"PLAINTEXT://{self.bootstrap_servers}"
        controller = f"{LOOPBACK}:{self._controller_port}"
        return {
            "process.roles": "broker,controller",
            "node.id": 1,
            "controller.quorum.voters": f"1@{controller}",
            "listeners": f"{clients},CONTROLLER://{controller}",
            "advertised.listeners": clients,
            "controller.listener.names": "CONTROLLER",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "log.dirs": os.fspath(self._data),
            "auto.create.topics.enable": "false",
            "default.replication.factor": 1,
            "min.insync.replicas": 1,
            "offsets.topic.replication.factor": 1,
            "offsets.topic.num.partitions": 4,
            "transaction.state.log.replication.factor": 1,
            "transaction.state.log.min.isr": 1,
            "transaction.state.log.num.partitions": 1,
            "share.coordinator.state.topic.replication.factor": 1,
            "share.coordinator.state.topic.min.isr": 1,
            # A production broker waits for more members before it forms a group; tests have theirs at once.
            "group.initial.rebalance.delay.ms": 100,
            # A killed broker is not let back in before its old session is over; nine seconds by default.
            "broker.session.timeout.ms": 2000,
            "broker.heartbeat.interval.ms": 500,
            # What is to be deleted is looked for every five minutes by default; here, while a test waits for it.
            "log.retention.check.interval.ms": 2000,
            "log.initial.task.delay.ms": 2000,
            # Small enough for a laptop that also runs the workers.
            "num.network.threads": 2,
            "num.io.threads": 4,
            "log.cleaner.dedupe.buffer.size": 16 * 1024 * 1024,
        }


def _java() -> str:
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=f"{home}/bin" if home else None)
    if java is None:
        where = f"in JAVA_HOME ({home})" if home else "on the PATH"
        raise KafkaUnavailableError(
            what=f"Apache Kafka needs Java 17 or newer, and there is no `java` {where}.",
            remedy="Install it (on Debian: apt-get install openjdk-17-jre-headless), or use a Kafka of your own.",
        )
    return java
