"""The whole way: events in through a broker, records in S3, outputs on their topics, the command line around it."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from agents.kafka import read_to_end
from agents.settings import KafkaSettings
from devstack import SeaweedServer
from pipeline.settings import StoreSettings
from pipeline.store.rights import grants_of, policy_of
from tests.unit.house import png

pytestmark = pytest.mark.s3

Run = Callable[..., Any]
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def environment(broker: tuple[str, bool], tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    servers, embedded = broker
    directory = tmp_path_factory.mktemp("pipeline")
    with SeaweedServer(directory / "s3", {"worker": policy_of(grants_of("worker", StoreSettings()))}) as s3:
        yield {
            **{name: text for name, text in os.environ.items() if not name.startswith(("AWS_", "SEALSTREAM_"))},
            **s3.environment(),
            "WORKER_ACCESS_KEY_ID": s3.environment("worker")["AWS_ACCESS_KEY_ID"],
            "SEALSTREAM_KAFKA_BOOTSTRAP_SERVERS": servers,
            "SEALSTREAM_KAFKA_EMBEDDED": str(embedded).lower(),
            "SEALSTREAM_KAFKA_TOPIC_PREFIX": "way.",
            "SEALSTREAM_KAFKA_GROUP": "way",
            "SEALSTREAM_DRAIN_SECONDS": "1",
            "SEALSTREAM_MISSING_ASSET_PATIENCE": "1",
            "SEALSTREAM_POLICY_JURISDICTIONS": "ES",
            "SEALSTREAM_STATE_DIR": str(directory / "state"),
            "SEALSTREAM_HEALTH_PORT": "0",
            "SEALSTREAM_WITHOUT_OPERATORS": "true",
        }


@pytest.fixture(scope="module")
def run(environment: dict[str, str]) -> Run:
    def run(*arguments: object, code: int = 0) -> Any:
        done = subprocess.run(
            [sys.executable, "-m", "agents.cli", *map(str, arguments)],
            env=environment,
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )
        assert done.returncode == code, done.stderr
        return json.loads(done.stdout) if "--json" in arguments and "tail" not in arguments else done.stdout

    return run


@pytest.fixture(scope="module")
def worker(environment: dict[str, str], run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    run("topics", "create", "--partitions", "2")
    run("bucket", "create")
    log = tmp_path_factory.mktemp("worker") / "log"
    # It works with the least rights in S3 that are documented.
    least = {**environment, "AWS_ACCESS_KEY_ID": environment["WORKER_ACCESS_KEY_ID"]}
    with log.open("wb") as output:
        process = subprocess.Popen([sys.executable, "-m", "agents.cli", "worker"], env=least, stderr=output)
    yield log
    process.terminate()
    assert process.wait(40) == 0, log.read_text()


def looked_up(run: Run, worker: Path, event: dict[str, str]) -> dict[str, Any]:
    """The record of an event, waited for."""
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        try:
            (found,) = run("lookup", "--event", event["source"], event["id"], "--json")["found"]
        except AssertionError:
            time.sleep(0.5)
        else:
            return dict(found)
    pytest.fail(f"no record; the worker says:\n{worker.read_text()}")


@pytest.mark.usefixtures("worker")
def test_topics_and_buckets_may_be_created_again(run: Run) -> None:
    assert {topic["created"] for topic in run("topics", "create", "--json")["topics"]} == {False}
    (records,) = (
        bucket for bucket in run("bucket", "create", "--json")["buckets"] if bucket["name"] == "sealstream-records"
    )
    assert records["retention"] == {"mode": "GOVERNANCE", "days": 183}


def test_an_image_is_sealed_published_and_found_again(run: Run, worker: Path, tmp_path: Path) -> None:
    image = tmp_path / "a.png"
    image.write_bytes(png())
    (sent,) = run("publish", image, "--json")["sent"]
    found = looked_up(run, worker, sent)
    assert found["record"]["credential"]["trust"] == "trusted"
    (original,) = run("lookup", "--file", image, "--json")["found"]
    assert (original["role"], original["manifest"]) == ("original", found["manifest"])

    (again,) = run("publish", image, "--as", "publication", "--data", '{"content":{"synthetic":"yes"}}', "--json")[
        "sent"
    ]
    assert looked_up(run, worker, again)["record"]["decision"] == "hold"
    tailed = run("alerts", "tail", "--from-beginning", "--limit", 20, "--idle", 5, "--json").splitlines()
    alerts = [json.loads(line) for line in tailed]
    assert "unlabeled" in [alert["kind"] for alert in alerts if alert["event"]["id"] == again["id"]]


def test_events_of_a_file_are_sent_as_they_are(run: Run, worker: Path, tmp_path: Path) -> None:
    events = tmp_path / "events.jsonl"
    events.write_text(
        "\n".join(
            json.dumps(
                {
                    "specversion": "1.0",
                    "id": f"line-{number}",
                    "source": "/lines",
                    "type": "sealstream.generation.v1",
                    "content": {"id": f"line-{number}", "mime": "text/plain", "operation": "generated", "text": "x"},
                }
            )
            for number in range(3)
        )
    )
    for sent in run("publish", events, "--json")["sent"]:
        assert looked_up(run, worker, sent)["record"]["manifest"]["binding"] == "embedded"


def test_a_folder_is_sent_once_however_often_it_is_typed(run: Run, worker: Path, tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "a.png").write_bytes(png(21))
    (tmp_path / "b" / "c.png").write_bytes(png(22))
    bad = [tmp_path / "b" / name for name in (os.fsdecode(b"caf\xe9.png"), "cut-off.jsonl", "empty.png")]
    for file, body in zip(bad, (png(24), b'{"specversion":"1.0"}\n7', b""), strict=True):
        file.write_bytes(body)
    first = run("publish", tmp_path, "--json", code=1)
    assert [Path(refused["file"]).name for refused in first["refused"]] == [
        r"caf\xe9.png",
        "cut-off.jsonl",
        "empty.png",
    ]
    sent = [event for done in first["done"] for event in done]
    assert [event["key"] for event in sent] == ["a.png", "b/c.png"]
    for event in sent:
        assert looked_up(run, worker, event)["record"]["content"]["id"] == event["key"]
    for file in bad:
        file.unlink()
    (tmp_path / "b" / "d.png").write_bytes(png(23))
    again = run("publish", tmp_path, "--rate", "50", "--json")
    assert [event["key"] for done in again["done"] for event in done] == ["b/d.png"]
    assert len(again["left_out"]) == 2


def test_the_client_sends_what_its_ten_lines_say_and_it_comes_out_sealed(
    run: Run, worker: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "picture.png").write_bytes(png(7))
    page = (ROOT / "docs" / "producers.md").read_text(encoding="utf-8")
    lines = page.partition("**Python**, with the client")[2].partition("```python\n")[2].partition("```")[0]
    here = lines.replace("localhost:9092", environment["SEALSTREAM_KAFKA_BOOTSTRAP_SERVERS"])
    here = here.replace('example")', 'example", topic_prefix="way.")')
    assert lines.count('example")') == 1
    sent = [
        subprocess.run(
            [sys.executable, "-c", here],
            env={**environment, "PYTHONPATH": str(ROOT / "client")},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for _ in range(2)
    ]
    assert sent[0] == sent[1]
    found = looked_up(run, worker, {"source": "//stories.example", "id": "42"})
    assert found["record"]["credential"]["trust"] == "trusted"
    assert found["record"]["event_uid"] == sent[0].strip()


def test_an_event_that_breaks_its_schema_is_refused_before_it_is_sent(run: Run, tmp_path: Path) -> None:
    event = tmp_path / "event.json"
    event.write_text('{"specversion":"1.0","id":"1","source":"/s","type":"sealstream.generation.v1","data":{}}')
    assert run("publish", event, code=1) == ""


def test_what_nobody_knows_is_not_found(run: Run, worker: Path) -> None:
    assert worker.exists()
    assert run("lookup", "--sha256", "0" * 64, "--json", code=1) == {"found": [], "illegal": None, "erased": []}


def test_what_is_erased_is_gone_and_its_topic_says_so(
    run: Run, worker: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    image = tmp_path / "somebody.png"
    image.write_bytes(png(99))
    (sent,) = run("publish", image, "--data", '{"user":{"id_hash":"5f1d-anna"}}', "--json")["sent"]
    found = looked_up(run, worker, sent)
    assert run("erase", "--user", "5f1d-anna", "--dry-run", "--json")["events"] == [found["event_uid"]]
    did = run("erase", "--user", "5f1d-anna", "--json")
    assert {erased["what"] for erased in did["erased"]} == {"sealed asset or manifest", "inbox copy", "message"}
    assert {left["what"] for left in did["left"]} >= {"record", "log"}
    later = run("lookup", "--file", image, "--json")
    assert (later["found"], later["erased"][0]["event_uid"]) == ([], found["event_uid"])
    assert run("erase", "--user", "5f1d-anna", "--json")["was_erased"] == 1

    settings = KafkaSettings(
        bootstrap_servers=environment["SEALSTREAM_KAFKA_BOOTSTRAP_SERVERS"],
        embedded=environment["SEALSTREAM_KAFKA_EMBEDDED"] == "true",
    )
    key = found["record"]["content"]["id"].encode()

    async def said() -> list[bytes | None]:
        return [message.value async for message in read_to_end(settings, "way.manifests") if message.key == key]

    values = asyncio.run(said())
    assert values[0] is not None
    assert values[1:] == [None, None]
