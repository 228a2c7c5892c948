"""Recognisers on real Kafka: two share what was sealed, and while one is dead nothing passes that it might know."""

import asyncio
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path

import msgspec
import pytest

from agents.kafka import open_publisher
from agents.messages import KafkaMessage
from devstack import SeaweedServer
from devstack.ports import free_ports
from tests.broker.copies import decided, published, recognised, removed, sealed
from tests.broker.installation import Installation
from tests.unit.agents.similarity.topic import sealed as sealed_record

pytestmark = [pytest.mark.kafka, pytest.mark.s3, pytest.mark.kill]

_READY_SECONDS = 240
_HELD_SECONDS = 8


class Recogniser:
    """One replica, as a process."""

    def __init__(self, house: Installation, directory: Path, share: str, port: int) -> None:
        self._command = [sys.executable, "-m", "agents.cli", "recogniser"]
        self._environment = {
            **house.environment,
            "SEALSTREAM_RECOGNISER_SHARE": share,
            "SEALSTREAM_RECOGNISER_PORT": str(port),
        }
        self._port = port
        self.log = directory / f"recogniser-{port}.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(self._command, env=self._environment, stderr=log)

    def is_ready(self) -> bool:
        try:
            return self.ask(b'{"codes": [], "limit": 0}') == HTTPStatus.OK
        except OSError:
            return False

    def ask(self, body: bytes) -> int:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=5)
        try:
            connection.request("POST", "/v1/nearest", body)
            return connection.getresponse().status
        finally:
            connection.close()

    def wait(self) -> None:
        deadline = time.monotonic() + _READY_SECONDS
        while not self.is_ready():
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.1)

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        assert self._process.wait(10) == -signal.SIGKILL

    def stop(self) -> int:
        assert self._process is not None
        self._process.terminate()
        return self._process.wait(30)


class House(Installation):
    """An installation whose worker asks two recognisers."""

    def __init__(self, kafka: str, s3: SeaweedServer, directory: Path) -> None:
        ports = free_ports(2)
        urls = ",".join(f"http://127.0.0.1:{port}" for port in ports)
        super().__init__(
            kafka, s3, directory, SEALSTREAM_POLICY_JURISDICTIONS="ES", SEALSTREAM_RECOGNISER_URLS=urls,
            SEALSTREAM_RETRY_CAP_SECONDS="1",
        )  # fmt: skip
        self.recognisers = [Recogniser(self, directory, f"{number}/2", port) for number, port in enumerate(ports)]


@pytest.fixture(scope="module")
def house(kafka: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    directory = tmp_path_factory.mktemp("recogniser")
    with SeaweedServer(directory / "s3") as s3:
        house = House(kafka, s3, directory)
        asyncio.run(house.create())
        for recogniser in house.recognisers:
            recogniser.start()
        for recogniser in house.recognisers:
            recogniser.wait()
        house.start_worker()
        yield house
        house.stop_worker()
        assert [recogniser.stop() for recogniser in house.recognisers] == [0, 0]


async def decisions_of(house: House, *uids: str) -> list[str]:
    return [
        decision.data["event_uid"]
        for decision in await house.everything_said("decisions")
        if decision.data["event_uid"] in uids
    ]


async def test_a_worker_that_asks_recognises_what_the_recognisers_know(house: House) -> None:
    record = await sealed(house, "harbour.jpg")
    (finding,) = removed(await recognised(house, "harbour.jpg"))
    assert finding["evidence"]["event_uid"] == record["event_uid"]
    assert removed(await decided(house, "portrait.jpg")) == []


@pytest.mark.parametrize(("number", "name"), [(0, "still-life.png"), (1, "garden.webp")])
async def test_while_a_recogniser_is_dead_nothing_passes_and_when_it_is_back_copies_are_blocked(
    house: House, number: int, name: str
) -> None:
    record = await sealed(house, name)
    (known,) = removed(await recognised(house, name))
    assert known["evidence"]["event_uid"] == record["event_uid"]

    house.recognisers[number].kill()
    copy, stranger = await published(house, name), await published(house, "portrait.jpg")
    await asyncio.sleep(_HELD_SECONDS)
    assert await decisions_of(house, copy, stranger) == []

    house.recognisers[number].start()
    blocked = await house.decision(copy)
    (finding,) = removed(blocked)
    assert (blocked["decision"], finding["evidence"]["event_uid"]) == ("block", record["event_uid"])
    assert removed(await house.decision(stranger)) == []


async def test_a_recogniser_that_is_started_again_reads_on_from_its_snapshot(house: House) -> None:
    records = [
        KafkaMessage(topic=house.topics.manifests, key=name.encode(), value=sealed_record(name))
        for name in (f"{secrets.token_hex(8)}" for _ in range(30_000))
    ]
    async with open_publisher(house.kafka) as publisher:
        for begin in range(0, len(records), 2000):
            await publisher.publish(records[begin : begin + 2000])
    recogniser = house.recognisers[0]
    await said(recogniser, "A snapshot of")
    recogniser.kill()
    recogniser.start()
    await asyncio.to_thread(recogniser.wait)
    await said(recogniser, "is read on from a snapshot")
    (finding,) = removed(await decided(house, "harbour.jpg"))
    assert finding["kind"] == "label-removed"


async def said(recogniser: Recogniser, words: str) -> None:
    """Wait until the log has these words."""
    async with asyncio.timeout(_READY_SECONDS):
        while words not in recogniser.log.read_text():  # noqa: ASYNC110 - a file cannot be waited for
            await asyncio.sleep(0.1)


def test_a_question_that_is_none_is_refused_by_the_process_too(house: House) -> None:
    body = msgspec.json.encode({"codes": ["ISCC:AAAA"], "limit": 1})
    assert house.recognisers[0].ask(body) == HTTPStatus.BAD_REQUEST
