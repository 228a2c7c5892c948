"""One installation for tests: topics, buckets, a worker as a process, and producers' and consumers' side of it."""

import asyncio
import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import boto3
import msgspec
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.structs import TopicPartition

from agents.kafka import open_publisher, read_topic
from agents.messages import KafkaMessage
from agents.reference.messages import deletion, entry_message
from agents.settings import KafkaSettings
from agents.topic_admin import create_topics
from agents.topics import Topics
from devstack import SeaweedServer
from pipeline.assets import sha256_hex
from pipeline.policy.reference import SetName
from tests.broker.kill.cases import event_uid
from tests.broker.kill.topic_log import follow

__all__ = ["Installation", "Said"]

_TYPES = {
    "publication": "publication",
    "activities": "activity",
    "reviews": "review",
    "generation": "generation",
    "cases": "case-act",
}
_WITHIN_SECONDS = 240  # patience costs nothing where all is well, and a machine may be busy


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """One message of an output topic."""

    id: str
    key: str | None
    data: dict[str, Any]
    body: bytes
    headers: Mapping[str, bytes | None]


class Installation:
    """The topics and buckets of one installation, and its one worker."""

    def __init__(self, bootstrap: str, s3: SeaweedServer, directory: Path, **settings: str) -> None:
        name = f"law-{secrets.token_hex(4)}"
        self.kafka = KafkaSettings(bootstrap_servers=bootstrap, topic_prefix=f"{name}.", group=name)
        self.topics = Topics(self.kafka.topic_prefix)
        self.log = directory / "worker.log"
        self.environment = {
            **{name: text for name, text in os.environ.items() if not name.startswith(("AWS_", "SEALSTREAM_"))},
            **s3.environment(),
            "SEALSTREAM_KAFKA_BOOTSTRAP_SERVERS": bootstrap,
            "SEALSTREAM_KAFKA_TOPIC_PREFIX": self.kafka.topic_prefix,
            "SEALSTREAM_KAFKA_GROUP": name,
            "SEALSTREAM_KAFKA_SESSION_SECONDS": "6",
            "SEALSTREAM_DRAIN_SECONDS": "1",
            "SEALSTREAM_STATE_DIR": str(directory / "state"),
            "SEALSTREAM_HEALTH_PORT": "0",
            "SEALSTREAM_WITHOUT_OPERATORS": "true",
            **settings,
        }
        self._worker: subprocess.Popen[bytes] | None = None

    async def create(self) -> None:
        """Create topics and buckets."""
        await create_topics(self.kafka, self.topics.plans(), partitions=2, replication_factor=1)
        self.sealstream("bucket", "create")

    def sealstream(self, *arguments: str, code: int = 0, **settings: str) -> str:
        """Run the program to its end; what it said on standard error."""
        return self._run(arguments, code, settings).stderr

    def output(self, *arguments: str, code: int = 0, **settings: str) -> str:
        """Run the program to its end; what it printed for people."""
        return self._run(arguments, code, settings).stdout

    def answer(self, *arguments: str, code: int = 0, **settings: str) -> Any:
        """Run the program to its end; what it answered in JSON."""
        return json.loads(self._run((*arguments, "--json"), code, settings).stdout)

    def _run(
        self, arguments: Sequence[str], code: int, settings: Mapping[str, str]
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "agents.cli", *arguments],
            env={**self.environment, **settings},
            capture_output=True,
            text=True,
            timeout=_WITHIN_SECONDS,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done

    def reference(self, key: str, body: bytes) -> dict[str, Any]:
        """How an event refers to an asset in the inbox, which may not be there yet."""
        return {"uri": f"s3://sealstream-inbox/{key}", "sha256": sha256_hex(body), "size": len(body)}

    def put_asset(self, key: str, body: bytes) -> None:
        """Put an asset into the inbox."""
        client = boto3.client(
            "s3",
            endpoint_url=self.environment["AWS_ENDPOINT_URL_S3"],
            aws_access_key_id=self.environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.environment["AWS_SECRET_ACCESS_KEY"],
            region_name="us-east-1",
        )
        client.put_object(Bucket="sealstream-inbox", Key=key, Body=body)

    def start_worker(self) -> None:
        """Start the worker; events that are sent before it is up wait for it."""
        with self.log.open("ab") as log:
            self._worker = subprocess.Popen(
                [sys.executable, "-m", "agents.cli", "worker"], env=self.environment, stderr=log
            )

    @property
    def worker_pid(self) -> int:
        """The process id of the worker."""
        assert self._worker is not None
        return self._worker.pid

    def kill_worker(self) -> None:
        """Kill the worker with SIGKILL."""
        assert self._worker is not None
        self._worker.kill()
        assert self._worker.wait(10) == -signal.SIGKILL

    def stop_worker(self) -> None:
        """Stop the worker in order."""
        assert self._worker is not None
        self._worker.terminate()
        assert self._worker.wait(40) == 0, self.log.read_text()

    async def send(self, topic: str, data: Mapping[str, Any], name: str | None = None, *, version: int = 1) -> str:
        """Send an event; returns its event_uid. The same name again is the same event."""
        source, identity = "//tests/law", name or secrets.token_hex(8)
        event = {
            "specversion": "1.0",
            "id": identity,
            "source": source,
            "type": f"sealstream.{_TYPES[topic]}.v{version}",
            "time": "2026-11-20T12:00:00Z",
            "data": data,
        }
        uid = event_uid(source, identity)
        await self._publish(
            KafkaMessage(topic=f"{self.topics.prefix}{topic}", key=uid.encode(), value=json.dumps(event).encode())
        )
        return uid

    async def put_feature(self, **entry: Any) -> None:
        """Put an entry into the feature database."""
        whole = {"version": 1, "verdict": "illegal", **entry}
        await self.put("features", whole)

    async def put_operator(self, name: str, *roles: str) -> None:
        """Let somebody act."""
        entry = {"id": name, "version": 1, "roles": roles}
        await self.put("operators", entry)

    async def delete_feature(self, entry_id: str) -> None:
        """Take an entry out of the feature database."""
        await self.delete("features", entry_id)

    async def put(self, name: SetName, entry: Mapping[str, Any]) -> None:
        """Put an entry into a reference set."""
        await self._publish(entry_message(self.topics, name, entry, source="//tests/operator"))

    async def delete(self, name: SetName, entry_id: str) -> None:
        """Delete an entry of a reference set."""
        await self._publish(deletion(self.topics, name, entry_id))

    async def said(self, topic: str, wanted: Callable[[Said], bool], count: int = 1) -> list[Said]:
        """The first messages of an output topic that are wanted, waited for."""
        found: list[Said] = []
        try:
            async with asyncio.timeout(_WITHIN_SECONDS):
                async for message in read_topic(self.kafka, f"{self.topics.prefix}{topic}", from_beginning=True):
                    if wanted(said := _said(message)):
                        found.append(said)
                        if len(found) == count:
                            break
        except TimeoutError:
            raise AssertionError(f"{len(found)} of {count} in {topic}; worker:\n{self.log.read_text()}") from None
        return found

    async def everything_said(self, topic: str) -> list[Said]:
        """All messages that an output topic has now."""
        messages = read_topic(self.kafka, f"{self.topics.prefix}{topic}", from_beginning=True, idle_seconds=2)
        return [_said(message) async for message in messages]

    async def everything_done(self) -> None:
        """Wait until the worker has committed all events and reviews that were sent."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self.kafka.bootstrap_servers)
        await admin.start()
        try:
            async with follow(self.kafka, self.topics.inputs, lambda _: None) as follower:
                sent = {partition: end for partition, end in (await follower.ends()).items() if end}
            async with asyncio.timeout(_WITHIN_SECONDS):
                while await self._is_behind(admin, sent):  # noqa: ASYNC110 - it is asked of the broker
                    await asyncio.sleep(0.2)
        finally:
            await admin.close()

    async def _is_behind(self, admin: AIOKafkaAdminClient, sent: Mapping[TopicPartition, int]) -> bool:
        committed = await admin.list_consumer_group_offsets(self.kafka.group)
        return any(partition not in committed or committed[partition].offset < end for partition, end in sent.items())

    async def decision(self, uid: str) -> dict[str, Any]:
        """The decision about an event, by rules."""
        (decision,) = await self.said(
            "decisions", lambda message: message.data["event_uid"] == uid and message.data["review"] is None
        )
        return decision.data

    async def _publish(self, *messages: KafkaMessage) -> None:
        async with open_publisher(self.kafka) as publisher:
            await publisher.publish(messages)


def _said(message: KafkaMessage) -> Said:
    headers, body = dict(message.headers), message.value or b"null"
    return Said(
        id=(headers.get("ce_id") or b"").decode(),
        key=None if message.key is None else message.key.decode(),
        data=json.loads(body),
        body=body,
        headers=headers,
    )
