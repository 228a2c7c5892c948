"""How much a worker does: events sealed a second, and CPU for each, on this machine.

    python tools/bench_pipeline.py [EVENTS]

Real Kafka (or the embedded broker, where there is none) and SeaweedFS run beside the worker and share its cores, so the
rate says little about other machines; the CPU time for each event is the worker's own, with its child processes.

Settings are taken from the environment: SEALSTREAM_POLICY_JURISDICTIONS=CN judges the events by the law of China.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import orjson

from agents.kafka import open_publisher, read_topic
from agents.messages import KafkaMessage
from agents.settings import KafkaSettings
from agents.topic_admin import create_topics
from agents.topics import Topics
from devstack import EmbeddedBroker, KafkaServer, KafkaUnavailableError, SeaweedServer
from pipeline.assets import sha256_hex
from pipeline.events.intake import GENERATION
from pipeline.settings import StoreSettings
from pipeline.store import Location
from pipeline.store.buckets import create_buckets
from pipeline.store.connection import connect
from pipeline.store.s3 import S3ObjectStore

SAMPLES = Path(__file__).parents[1] / "samples"
WARM_UP = 50
TOPICS = Topics("sealstream.")


def cpu_seconds(pid: int) -> float:
    """CPU of a process and of its children, the ended ones included, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    own = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return own + sum(cpu_seconds(int(child)) for child in children)


def event(number: int, content: Mapping[str, object]) -> KafkaMessage:
    """A generation event about the content, under an identity of its own."""
    document = {
        "specversion": "1.0",
        "id": str(number),
        "source": "bench",
        "type": GENERATION,
        "content": {**content, "id": f"bench-{number}", "operation": "generated"},
    }
    return KafkaMessage(topic=TOPICS.generation, key=f"bench-{number}".encode(), value=orjson.dumps(document))


async def measure(kafka: KafkaSettings, pid: int, contents: Mapping[str, Mapping[str, object]], events: int) -> None:
    """Send the events of each kind in one go, wait until all are sealed, and print what that took."""
    sealed = read_topic(kafka, TOPICS.manifests, from_beginning=True)
    number = 0
    async with open_publisher(kafka) as publisher:
        for kind, content in {"warm-up": contents["image"], **contents}.items():
            count = WARM_UP if kind == "warm-up" else events
            before, started = cpu_seconds(pid), time.monotonic()
            await publisher.publish([event(number + index, content) for index in range(count)])
            number += count
            for _ in range(count):
                await anext(sealed)
            took, cpu = time.monotonic() - started, cpu_seconds(pid) - before
            print(f"{kind:8} {count:6} events  {count / took:7.1f} a second  {1000 * cpu / count:6.2f} ms CPU each")


def main() -> None:
    """Start everything, measure, stop everything."""
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    directory = Path(tempfile.mkdtemp(prefix="sealstream-bench-"))
    try:
        broker: KafkaServer | EmbeddedBroker = KafkaServer(directory / "broker").start()
    except KafkaUnavailableError:
        broker = EmbeddedBroker(directory / "broker").start()
    with broker, SeaweedServer(directory / "s3") as s3:
        os.environ.update(s3.environment())
        kafka = KafkaSettings(bootstrap_servers=broker.bootstrap_servers)
        asyncio.run(create_topics(kafka, TOPICS.plans(), partitions=4, replication_factor=1))
        create_buckets(connect(), StoreSettings())
        image = (SAMPLES / "harbour.jpg").read_bytes()
        at = Location("sealstream-inbox", "bench.jpg")
        S3ObjectStore(connect()).create(at, image, media_type="image/jpeg")
        contents = {
            "image": {"mime": "image/jpeg", "uri": at.uri, "sha256": sha256_hex(image), "size": len(image)},
            "text": {"mime": "text/plain", "text": "Written by a machine. " * 90},
        }
        environment = {
            **os.environ,
            "SEALSTREAM_KAFKA_BOOTSTRAP_SERVERS": broker.bootstrap_servers,
            "SEALSTREAM_KAFKA_EMBEDDED": str(isinstance(broker, EmbeddedBroker)).lower(),
            "SEALSTREAM_STATE_DIR": str(directory / "state"),
            "SEALSTREAM_HEALTH_PORT": "0",
        }
        with (directory / "worker.log").open("wb") as log:
            worker = subprocess.Popen([sys.executable, "-m", "agents.cli", "worker"], env=environment, stderr=log)
        try:
            asyncio.run(measure(kafka, worker.pid, contents, events))
        finally:
            worker.terminate()
            worker.wait(40)


if __name__ == "__main__":
    main()
