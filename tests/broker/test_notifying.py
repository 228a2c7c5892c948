"""Notifications on a real broker: what was not delivered when it was killed is, and old news wakes nobody."""

import asyncio
import json
import os
import re
import secrets
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from agents.kafka import open_publisher
from agents.messages import KafkaMessage
from agents.settings import KafkaSettings
from agents.topic_admin import create_topics
from agents.topics import Topics
from pipeline.events.identity import alert_id
from pipeline.events.outgoing import encode
from tests.unit.agents.notifying.receiver import SECRET, Receiver, receiver
from tests.unit.console.happenings import ALERT

pytestmark = pytest.mark.kafka

PLAN = """
undelivered = "{directory}/undelivered.jsonl"
group_seconds = 0
[targets.ops]
webhook = "{url}"
secret_file = "{directory}/secret"
[[routes]]
to = ["ops"]
"""


@contextmanager
def notifying(settings: KafkaSettings, directory: Path, url: str) -> Iterator[subprocess.Popen[bytes]]:
    (directory / "secret").write_text(f"whsec_{SECRET}")
    (directory / "plan.toml").write_text(PLAN.format(directory=directory, url=url))
    environment = {
        "SEALSTREAM_KAFKA_BOOTSTRAP_SERVERS": settings.bootstrap_servers,
        "SEALSTREAM_KAFKA_TOPIC_PREFIX": settings.topic_prefix,
        "SEALSTREAM_KAFKA_GROUP": settings.group,
        "SEALSTREAM_HEALTH_PORT": "0",
    }
    with (directory / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "agents.cli", "notify", "run", str(directory / "plan.toml")],
            env={**os.environ, **environment},
            stderr=log,
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()


async def until(is_so: Callable[[], bool], seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while not is_so():  # noqa: ASYNC110 - other threads and processes
            await asyncio.sleep(0.05)


async def publish(settings: KafkaSettings, event: str) -> str:
    """Publish an alert about an event; returns the alert's identity."""
    alert = msgspec.structs.replace(ALERT, alert_id=alert_id(event, ALERT.rule.id), event_uid=event)
    said = encode(alert, source="sealstream")
    topic = Topics(settings.topic_prefix).alerts
    async with open_publisher(settings) as publisher:
        await publisher.publish([KafkaMessage(topic=topic, key=said.key, value=said.value, headers=said.headers)])
    return alert.alert_id


def told(hook: Receiver) -> list[str]:
    return [item["id"] for body in hook.bodies for item in body["items"]]


def asked(directory: Path, path: str) -> str:
    """What the process says of itself; nothing while it does not."""
    found = re.findall(r"Health is served at (\S+)", (directory / "log").read_text())
    if not found:
        return ""
    try:
        with urllib.request.urlopen(f"{found[-1]}{path}", timeout=5) as answer:  # noqa: S310 - on this machine
            return str(answer.read().decode())
    except urllib.error.HTTPError as refusal:
        return refusal.read().decode()


def is_ready(directory: Path) -> bool:
    said = asked(directory, "/readyz")
    return bool(said) and bool(json.loads(said)["ready"])


def lag(directory: Path) -> float:
    """Records that are not done, of all partitions."""
    said = re.findall(r"^sealstream_notification_lag\{[^}]*\} (\S+)$", asked(directory, "/metrics"), re.MULTILINE)
    return sum(map(float, said))


async def test_what_was_not_delivered_when_it_was_killed_is_delivered_by_the_next_and_old_news_wakes_nobody(
    kafka: str, tmp_path: Path
) -> None:
    name = secrets.token_hex(4)
    settings = KafkaSettings(bootstrap_servers=kafka, topic_prefix=f"{name}.", group=name)
    await create_topics(settings, Topics(settings.topic_prefix).plans(), partitions=2, replication_factor=1)
    old = await publish(settings, "0" * 64)

    with receiver("hang") as hook:
        with notifying(settings, tmp_path, hook.url) as process:
            await until(lambda: b"Notifications go to" in (tmp_path / "log").read_bytes())
            new = await publish(settings, "1" * 64)
            await until(lambda: len(hook.got) == 1)
            await until(lambda: is_ready(tmp_path) and lag(tmp_path) == 1)
            process.kill()  # while the target has not answered
        with notifying(settings, tmp_path, hook.url) as process:
            newest = await publish(settings, "2" * 64)
            await until(lambda: newest in told(hook))
            await until(lambda: is_ready(tmp_path))
            ready = json.loads(asked(tmp_path, "/readyz"))
            assert ready["checks"].keys() == {"brokers", "topics", "partitions", "notifications"}
            assert ready["states"] == {"target ops": "nothing failed"}
            delivered = 'sealstream_notifications_total{outcome="delivered",target="ops"}'
            assert f"{delivered} {len(hook.got) - 1}.0" in asked(tmp_path, "/metrics")
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0
        assert sorted(told(hook)) == sorted([new, new, newest])
        assert old not in told(hook)
        assert len({headers["webhook-id"] for headers, _ in hook.got}) == 2
