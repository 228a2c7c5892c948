"""Tessera's fsck and the witness litewitness, both in Go, with a tile log of ours; `make outsiders` installs them.

Neither is part of CI, where `tests/unit/tile_log/test_tlog_scales.py` has a library in Python do the same. fsck 1.0.4
ends with 0 whatever it finds, and with some faults not at all, so its last line counts, and only a log that is whole is
given to it. litewitness is told of the log by its database: what does so otherwise cannot be built everywhere.
"""

import base64
import re
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import pytest
import urllib3

from devstack import free_port
from pipeline.store.simulator import StoreSimulator
from pipeline.tile_log.exporting import exported
from pipeline.tile_log.proofs import LogTree
from tests.outsiders.running import INSTALLED
from tests.unit.tile_log.logs import PLACE, SIGNER, a_store, leaves, opened, reader, writer

SECONDS: Final = 60
SIZE: Final = 70_001
KEY: Final = SIGNER.public.vkey(PLACE.origin)
Answer = tuple[int, str]


def installed(name: str) -> str:
    """A program of `make outsiders`, which runs this file: its name keeps it out of `make test`."""
    found = shutil.which(name, path=str(INSTALLED / "bin"))
    if found is None:
        pytest.fail(f"{name} is not there: `make outsiders`")
    return found


def a_log(size: int) -> StoreSimulator:
    store = a_store()
    log = writer(store)
    for first in range(0, size, 3500):
        log.append(leaves(first, min(3500, size - first)))
    return store


def test_fsck_of_tessera_accepts_a_log(tmp_path: Path) -> None:
    fsck = installed("fsck")
    store = a_log(SIZE)
    for path, body in exported(reader(store), opened(store)):
        (tmp_path / "log" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "log" / path).write_bytes(body)
    key = tmp_path / "key.pub"
    key.write_text(f"{KEY}\n", encoding="utf-8")
    done = subprocess.run(
        [fsck, "-ui=false", f"-storage_url=file://{tmp_path}/log/", f"-public_key={key}"],
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    root = base64.b64encode(opened(store).checkpoint.root).decode()
    assert f"Successfully fsck'd log with size {SIZE} and root {root}" in done.stderr


@pytest.fixture
def witness(tmp_path: Path) -> Iterator[str]:
    """A witness that knows the log and has signed nothing of it; where it answers."""
    program = installed("litewitness")
    key, agent, database = tmp_path / "key", tmp_path / "agent", tmp_path / "witness.sqlite"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    shown = subprocess.run(["ssh-keygen", "-l", "-f", key], check=True, capture_output=True, text=True).stdout
    address = f"127.0.0.1:{free_port()}"
    with sqlite3.connect(database) as rows:
        rows.executescript(
            "CREATE TABLE log (origin TEXT PRIMARY KEY, tree_size INTEGER NOT NULL, tree_hash TEXT NOT NULL);"
            "CREATE TABLE key (origin TEXT NOT NULL, key TEXT NOT NULL, FOREIGN KEY(origin) REFERENCES log(origin));"
        )
        empty = base64.b64encode(LogTree(reader=reader(a_store()), opened=opened(a_log(1))).root(0)).decode()
        rows.execute("INSERT INTO log VALUES (?, 0, ?)", (PLACE.origin, empty))
        rows.execute("INSERT INTO key VALUES (?, ?)", (PLACE.origin, KEY))
    rows.close()
    fingerprint = re.findall("SHA256:[^ ]+", shown)[0]
    with ExitStack() as running:
        start(running, "ssh-agent", "-D", "-a", agent)
        wait_until(agent.exists)
        subprocess.run(["ssh-add", "-q", key], env={"SSH_AUTH_SOCK": str(agent), "PATH": "/usr/bin:/bin"}, check=True)
        options = {"db": database, "ssh-agent": agent, "name": "witness.example", "key": fingerprint, "listen": address}
        start(running, program, *(f"-{name}={value}" for name, value in options.items()))
        wait_until(lambda: answers(address))
        yield address


def start(running: ExitStack, *command: object) -> None:
    """Start a program, which ends with the context."""
    child = subprocess.Popen([*map(str, command)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    running.enter_context(child)
    running.callback(child.terminate)


def wait_until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.05)


def answers(address: str) -> bool:
    try:
        urllib3.request("GET", f"http://{address}/", retries=False, timeout=1.0)
    except urllib3.exceptions.HTTPError:
        return False
    return True


def asked(address: str, old: int, proof: Sequence[bytes], checkpoint: str) -> Answer:
    lines = [f"old {old}", *(base64.b64encode(node).decode() for node in proof)]
    body = "\n".join([*lines, "", checkpoint])
    answer = urllib3.request("POST", f"http://{address}/add-checkpoint", body=body.encode(), retries=False, timeout=10)
    return answer.status, answer.data.decode()


def tree_of(store: StoreSimulator) -> LogTree:
    return LogTree(reader=reader(store), opened=opened(store))


def note(store: StoreSimulator) -> str:
    return opened(store).batch.checkpoint


def test_a_witness_cosigns_that_a_log_grew_and_neither_a_fork_nor_a_return(witness: str) -> None:
    store = a_log(300)
    first = note(store)
    status, cosigned = asked(witness, 0, (), first)
    assert (status, cosigned.startswith("— witness.example ")) == (200, True)
    writer(store).append(leaves(300, 700))
    status, cosigned = asked(witness, 300, tree_of(store).consistency(300, 1000), note(store))
    assert (status, cosigned.startswith("— witness.example ")) == (200, True)

    fork = a_log(300)
    writer(fork).append(leaves(5000, 900))
    writer(fork).append(leaves(9000, 100))
    status, said = asked(witness, 1000, tree_of(fork).consistency(1000, 1300), note(fork))
    assert (status, said.strip()) == (422, "bad consistency proof")
    status, _ = asked(witness, 1000, (), first)
    assert status == 400
