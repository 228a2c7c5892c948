"""No server outlives the program that started it, however that program ends; and Ctrl-C is for that program alone."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contract.devstack.watching import eventually, running_in

ROOT = Path(__file__).parents[3]

STARTER = """
import pathlib, signal, sys, devstack
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell ignores it for what runs in the background
server = getattr(devstack, sys.argv[1])(pathlib.Path(sys.argv[2])).start()
try:
    print("started", flush=True)
    input()
except KeyboardInterrupt:
    print(server.pid, flush=True)
    input()
"""


def start_elsewhere(server: str, directory: Path) -> subprocess.Popen[str]:
    """Start a server from a program of its own, and return that program once the server is ready."""
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, server, os.fspath(directory)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert line_of(starter) == "started"
    return starter


def line_of(starter: subprocess.Popen[str]) -> str:
    assert starter.stdout is not None
    return starter.stdout.readline().rstrip()


def test_ctrl_c_reaches_the_starter_only(tmp_path: Path) -> None:
    with start_elsewhere("EmbeddedBroker", tmp_path) as starter:
        os.killpg(starter.pid, signal.SIGINT)
        assert int(line_of(starter)) in running_in(tmp_path)
        starter.communicate("\n")
    assert eventually(lambda: not running_in(tmp_path))


@pytest.mark.parametrize(
    "server",
    [
        "EmbeddedBroker",
        pytest.param("SeaweedServer", marks=pytest.mark.s3),
        pytest.param("KafkaServer", marks=pytest.mark.kafka),
    ],
)
def test_a_server_ends_when_its_starter_is_killed(server: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    if server == "KafkaServer":
        request.getfixturevalue("kafka_server")  # or skip
    with start_elsewhere(server, tmp_path) as starter:
        assert len(running_in(tmp_path)) == 2
        starter.kill()
        assert eventually(lambda: not running_in(tmp_path))
