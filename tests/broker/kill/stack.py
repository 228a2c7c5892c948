"""What the workers need: a Kafka broker, an S3 server, topics and buckets, and the environment that names them."""

import os
import secrets
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from agents.settings import KafkaSettings
from agents.topic_admin import create_topics
from agents.topics import Topics
from devstack import KafkaServer, SeaweedServer
from devstack.ports import free_ports
from pipeline.settings import StoreSettings
from tests.broker.kill.law import LADDER

__all__ = ["BOOTSTRAP", "STORES", "Stack", "create_all_topics", "open_stack", "sealstream"]

BOOTSTRAP: Final = "KAFKA_BOOTSTRAP_SERVERS"
"""Names a broker that is there already, which is used and never restarted."""

STORES: Final = StoreSettings(
    content_bucket="sealstream", records_bucket="sealstream-records", inbox_bucket="sealstream-inbox"
)

_SHORT_TIMES: Final[Mapping[str, str]] = {
    "SEALSTREAM_KAFKA_SESSION_SECONDS": "6",
    "SEALSTREAM_DRAIN_SECONDS": "5",
    "SEALSTREAM_RETRY_CAP_SECONDS": "3",
    "SEALSTREAM_MISSING_ASSET_PATIENCE": "3",
    # Of events that do not say where: no law of ours is in force there, so only the rules for everywhere have a say.
    "SEALSTREAM_POLICY_JURISDICTIONS": "ES",
    "SEALSTREAM_POLICY_LADDER": LADDER,
}
"""What is shorter than in production, so that a run ends in minutes, and the law. Nothing else is no default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """Servers that run, and how to reach them.

    Args:
        broker: None where the broker is somebody else's.
        kafka: how to reach it, with a group and topics of this run alone.
        store: the S3 server.
        recogniser_port: where the recogniser answers.
        directory: where everything of this run lies.
        max_asset_bytes: the workers' limit.
    """

    broker: KafkaServer | None
    kafka: KafkaSettings
    store: SeaweedServer
    directory: Path
    recogniser_port: int
    max_asset_bytes: int = 256 * 1024

    @property
    def topics(self) -> Topics:
        """The names of the topics."""
        return Topics(self.kafka.topic_prefix)

    @property
    def recogniser(self) -> str:
        """Where the recogniser is asked."""
        return f"http://127.0.0.1:{self.recogniser_port}"

    @property
    def state_dir(self) -> Path:
        """Where the development signing chain is kept."""
        return self.directory / "state"

    @property
    def log_key(self) -> Path:
        """The key of the tile logs."""
        return self.directory / "log.pem"

    def environment(self) -> Mapping[str, str]:
        """The whole environment of a worker: nothing of whoever runs this gets in."""
        return {
            **{name: os.environ[name] for name in ("HOME", "LANG", "PATH", "TMPDIR") if name in os.environ},
            **self.store.environment(),
            "SEALSTREAM_KAFKA_BOOTSTRAP_SERVERS": self.kafka.bootstrap_servers,
            "SEALSTREAM_KAFKA_GROUP": self.kafka.group,
            "SEALSTREAM_KAFKA_TOPIC_PREFIX": self.kafka.topic_prefix,
            "SEALSTREAM_CONTENT_BUCKET": STORES.content_bucket,
            "SEALSTREAM_RECORDS_BUCKET": STORES.records_bucket,
            "SEALSTREAM_INBOX_BUCKET": STORES.inbox_bucket,
            "SEALSTREAM_STATE_DIR": os.fspath(self.state_dir),
            "SEALSTREAM_TILE_LOG_KEY": os.fspath(self.log_key),
            "SEALSTREAM_MAX_ASSET_BYTES": str(self.max_asset_bytes),
            "SEALSTREAM_HEALTH_PORT": "0",
            "SEALSTREAM_RECOGNISER_URLS": self.recogniser,
            "SEALSTREAM_RECOGNISER_PORT": str(self.recogniser_port),
            **_SHORT_TIMES,
        }


@contextmanager
def open_stack(directory: Path) -> Iterator[Stack]:
    """Start what is needed; it ends with the context.

    Raises:
        KafkaUnavailableError: Kafka cannot be run on this machine.
        ServerStartError: a server did not start.
    """
    run = secrets.token_hex(4)
    with ExitStack() as running:
        external = os.environ.get(BOOTSTRAP)
        broker = None if external else running.enter_context(KafkaServer(directory / "kafka"))
        store = running.enter_context(SeaweedServer(directory / "s3"))
        kafka = KafkaSettings(
            bootstrap_servers=external or (broker.bootstrap_servers if broker else ""),
            group=f"kill-{run}",
            topic_prefix=f"kill-{run}.",
        )
        (port,) = free_ports(1)
        stack = Stack(broker=broker, kafka=kafka, store=store, recogniser_port=port, directory=directory)
        stack.log_key.write_bytes(
            Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )
        yield stack


async def create_all_topics(stack: Stack, partitions: int) -> None:
    """Create the topics as `sealstream topics create` does, with one difference.

    The broker writes down when it had each output too, and not when the producer says it made it: the commits, which
    the broker also dates, are compared with that.
    """
    plans = [
        replace(plan, config={**plan.config, "message.timestamp.type": "LogAppendTime"})
        for plan in stack.topics.plans()
    ]
    await create_topics(stack.kafka, plans, partitions=partitions, replication_factor=1)


def sealstream() -> str:
    """The installed program."""
    return os.fspath(Path(sys.executable).with_name("sealstream"))
