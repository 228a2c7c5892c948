"""A demo that was kept, on the embedded broker: it outlives every patience of the watchdog, and so does its work."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.unit.console.browsing import hidden
from tests.unit.house import png

pytestmark = pytest.mark.kill  # on a full machine, fifteen seconds may pass without any fault

WATCHDOG = {
    "SEALSTREAM_WATCH_SECONDS": "0.5",
    "SEALSTREAM_OUTSIDE_SECONDS": "12",  # a join after a kill takes the whole session of the dead member: six
    "SEALSTREAM_STUCK_SECONDS": "15",
    "SEALSTREAM_FORBIDDEN_ASSET_PATIENCE": "3",
}
LONGER_THAN_ANY_PATIENCE = 20


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What the demo printed, and what it left up.

    Args:
        told: everything that it printed.
        environment: of a shell that did what it says first.
        pid: the process that holds the stack.
        health: where it says that the worker may be asked.
        directory: its logs.
    """

    told: str
    environment: dict[str, str]
    pid: int
    health: str
    directory: Path

    def sealstream(self, *arguments: object, code: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "agents.cli", *map(str, arguments)],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        assert done.returncode == code, done.stderr
        return done.stdout

    def readiness(self) -> dict[str, Any]:
        try:
            with urllib.request.urlopen(self.health, timeout=5) as answer:  # noqa: S310 - of this machine
                return dict(json.load(answer))
        except urllib.error.HTTPError as refusal:
            return dict(json.load(refusal))
        except OSError:
            return {"ready": False, "checks": {}}

    def is_ready(self) -> bool:
        return bool(self.readiness()["ready"])

    def workers(self) -> list[int]:
        """The worker processes that the stack has, one or none."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return [
            int(child) for child in children if b"worker" in Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
        ]

    def seal(self, image: Path) -> str:
        """Publish an image of our own; what is found of it."""
        self.sealstream("publish", image)
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            try:
                return self.sealstream("lookup", "--file", image)
            except AssertionError:
                time.sleep(0.5)
        raise AssertionError((self.directory / "worker.log").read_text())

    def log(self) -> str:
        return (self.directory / "stack.log").read_text()


def until(condition: Callable[[], bool], within: float) -> None:
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, f"not within {within:.0f} seconds"
        time.sleep(0.2)


def sourced(file: Path) -> dict[str, str]:
    """The environment of a shell that sourced a file of exports."""
    words = (shlex.split(line) for line in file.read_text().splitlines())
    exports = dict(word.split("=", 1) for _, word in words)
    return {**os.environ, **exports, "PATH": os.environ["PATH"]}


@pytest.fixture(scope="module")
def kept() -> Iterator[Kept]:
    demo = subprocess.run(
        [sys.executable, "-m", "agents.cli", "demo", "--keep"],
        env={**os.environ, **WATCHDOG},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert demo.returncode == 0, demo.stdout + demo.stderr
    pid = int(re.findall(r"kill (\d+) ", demo.stdout)[0])
    try:
        (environment,) = re.findall(r"^  \. (\S+)$", demo.stdout, re.MULTILINE)
        (health,) = re.findall(r"^  curl (\S+)$", demo.stdout, re.MULTILINE)
        yield Kept(
            told=demo.stdout,
            environment=sourced(Path(environment)),
            pid=pid,
            health=health,
            directory=Path(environment).parent,
        )
    finally:
        os.kill(pid, signal.SIGTERM)
        until(lambda: not Path(f"/proc/{pid}").exists(), within=45)


def test_what_is_held_is_decided_in_the_console_it_names(kept: Kept) -> None:
    (address,) = re.findall(r"The console is at (\S+)", kept.told)
    with httpx2.Client(base_url=address, follow_redirects=True) as browser:
        login = {"form": hidden(browser.get("/login").text, "form"), "who": "reviewer-17 reviewer"}
        assert browser.post("/login", data=login).status_code == 200
        uid = browser.get("/queue.json").json()["rows"][-1]["event_uid"]
        page = browser.get(f"/queue/{uid}").text
        form = {name: hidden(page, name) for name in ("form", "token", "seen")}
        sent = browser.post(f"/queue/{uid}/acts", data={**form, "act": "escalate", "reason": "Two should see it."})
        assert sent.status_code == 200
        until(lambda: "Done: Second eyes" in browser.get(sent.url).text, within=30)
        (act,) = [act for act in browser.get("/audit.json").json()["rows"] if act["reason"] == "Two should see it."]
        assert (act["event_uid"], act["actor"], act["state"]) == (uid, "reviewer-17", "taken")


def test_it_stays_ready_beyond_every_patience_of_the_watchdog(kept: Kept, tmp_path: Path) -> None:
    """The embedded broker's first generation is number 0, and once no worker counted as a member of that."""
    (worker,) = kept.workers()
    until(kept.is_ready, within=30)

    end = time.monotonic() + LONGER_THAN_ANY_PATIENCE
    while time.monotonic() < end:
        said = kept.readiness()
        assert (said["ready"], set(said["checks"].values())) == (True, {"ok"})
        assert {"partitions", "store", "reference sets", "fingerprints", "signer"} <= set(said["checks"])
        time.sleep(0.5)

    assert kept.workers() == [worker]
    assert "the original" in kept.sealstream("lookup", "--file", "samples/harbour.jpg")
    image = tmp_path / "after.png"
    image.write_bytes(png(1))
    assert "the original" in kept.seal(image)


def test_nothing_is_read_again_that_was_not_lost(kept: Kept) -> None:
    """It once said of a partition whose newest batch had several records that it had been made anew."""
    assert "began anew" not in (kept.directory / "worker.log").read_text()


def test_a_worker_that_is_killed_is_started_again_and_events_flow(kept: Kept, tmp_path: Path) -> None:
    for number in (2, 3):
        (killed,) = kept.workers()
        os.kill(killed, signal.SIGKILL)
        image = tmp_path / f"{number}.png"
        image.write_bytes(png(number))

        assert "the original" in kept.seal(image)
        assert kept.workers() != [killed]
    until(kept.is_ready, within=60)
    assert kept.log().count("exit code -9; it is started again in") == 2


def test_a_worker_that_cannot_start_is_said_to_the_person_who_started_the_demo() -> None:
    demo = subprocess.run(
        [sys.executable, "-m", "agents.cli", "demo", "--keep"],
        env={**os.environ, "SEALSTREAM_STUCK_SECONDS": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert demo.returncode == 2
    assert "The worker ended with exit code 2 before it was ready." in demo.stderr
    assert "SEALSTREAM_STUCK_SECONDS" in demo.stderr
