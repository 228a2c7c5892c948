"""Where it all happens: one real Kafka, one SeaweedFS, the assets in it, and a certificate for everybody."""

import os
import urllib.request
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from prometheus_client.parser import text_string_to_metric_families

from agents.settings import KafkaSettings
from bench.contents import ContentKind
from devstack import KafkaServer, SeaweedServer, free_port
from pipeline.assets import sha256_hex
from pipeline.credentials.development import development_chain
from pipeline.settings import StoreSettings
from pipeline.store import Location
from pipeline.store.buckets import create_buckets
from pipeline.store.connection import connect
from pipeline.store.s3 import S3ObjectStore

__all__ = ["INBOX", "Stand", "Traffic"]

INBOX: Final = "sealstream-inbox"


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """What the S3 server was asked, from its start until now."""

    requests: Counter[str]
    """By method."""

    received: int
    """Bytes of bodies that came in."""

    sent: int
    """Bytes of bodies that went out."""


class _CountingServer(SeaweedServer):
    """SeaweedFS that also says what it was asked."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self._counts_at = free_port()

    def _prepare(self) -> list[str]:
        return [*super()._prepare(), f"-metricsPort={self._counts_at}"]

    def traffic(self) -> Traffic:
        """What it was asked until now."""
        requests: Counter[str] = Counter()
        moved: Counter[str] = Counter()
        with urllib.request.urlopen(f"http://127.0.0.1:{self._counts_at}/metrics", timeout=10) as answer:
            families = text_string_to_metric_families(answer.read().decode())
        for family in families:
            for sample in family.samples:
                if sample.name == "SeaweedFS_s3_request_total":
                    requests[sample.labels["type"]] += int(sample.value)
                else:
                    moved[sample.name] += int(sample.value)
        return Traffic(
            requests=requests,
            received=moved["SeaweedFS_s3_bucket_traffic_received_bytes_total"],
            sent=moved["SeaweedFS_s3_bucket_traffic_sent_bytes_total"],
        )


class Stand:
    """Servers, assets and a signing identity that all contestants share."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._broker = KafkaServer(directory / "broker")
        self._s3 = _CountingServer(directory / "s3")
        self._running = ExitStack()

    def __enter__(self) -> Self:
        self._running.enter_context(self._broker)
        self._running.enter_context(self._s3)
        os.environ.update(self._s3.environment())
        create_buckets(connect(), StoreSettings(inbox_bucket=INBOX))
        material = development_chain(self.state).material
        (self.state / "peer.pem").write_bytes(material.certificate_chain)
        (self.state / "peer.key").write_bytes(material.private_key)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._running.close()

    @property
    def state(self) -> Path:
        """The directory of the development chain, with which everybody signs."""
        return self.directory / "state"

    @property
    def kafka(self) -> KafkaSettings:
        """How to reach the broker."""
        return KafkaSettings(bootstrap_servers=self._broker.bootstrap_servers)

    def environment(self) -> Mapping[str, str]:
        """What every contestant's process finds in its environment: nothing of ours, but the stand's."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("SEALSTREAM_")}
        return {
            **inherited,
            **self._s3.environment(),
            "BENCH_CERTIFICATES": str(self.state / "peer.pem"),
            "BENCH_KEY": str(self.state / "peer.key"),
        }

    def traffic(self) -> Traffic:
        """What the S3 server was asked until now."""
        return self._s3.traffic()

    def put(self, key: str, body: bytes, media_type: str) -> Mapping[str, object]:
        """Put an asset into the inbox; returns what an event says of it."""
        at = Location(INBOX, key)
        S3ObjectStore(connect()).create(at, body, media_type=media_type)
        return {"mime": media_type, "uri": at.uri, "sha256": sha256_hex(body), "size": len(body)}

    def put_all(self, kind: ContentKind, count: int | None = None) -> list[Mapping[str, object]]:
        """Make and put the files of a kind; returns what events say of each."""
        if kind.make is None:
            return []
        return [
            self.put(f"{kind.name}/{number}", kind.make(number), kind.media_type)
            for number in range(count or kind.files)
        ]
