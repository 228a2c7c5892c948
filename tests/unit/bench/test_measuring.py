"""All CPU time and memory of a family counts, whoever in it used it, and whether or not it is still there."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.measuring import Bystanders, cpu_seconds, family_of, memory_bytes, open_files

BURN = "import time; end = time.process_time() + 0.3\nwhile time.process_time() < end: pass"
WAIT = BURN + "\nprint('burnt', flush=True); input()"
STARTED_BY_A_THREAD = f"""
import subprocess, sys, threading
def start():
    global child
    child = subprocess.Popen([sys.executable, "-c", {WAIT!r}])
thread = threading.Thread(target=start); thread.start(); thread.join()
input()
"""
ENDED = f"""
import subprocess, sys
subprocess.run([sys.executable, "-c", {BURN!r}]); print("burnt", flush=True); input()
"""


@pytest.fixture(params=[STARTED_BY_A_THREAD, ENDED], ids=["a thread's child", "a child that has ended"])
def burner(request: pytest.FixtureRequest) -> Iterator[int]:
    """A process whose child has used 0.3 seconds of CPU time."""
    command = [sys.executable, "-c", request.param]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"burnt\n"
        yield process.pid
        process.communicate(b"\n\n")


def test_what_children_used_counts(burner: int) -> None:
    assert cpu_seconds(burner) >= 0.3


def test_children_of_other_threads_are_family() -> None:
    started: list[subprocess.Popen[bytes]] = []
    thread = threading.Thread(
        target=lambda: started.append(subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE))
    )
    thread.start()
    thread.join()
    (child,) = started
    assert child.pid in family_of(os.getpid())
    child.communicate(b"\n")
    assert child.pid not in family_of(os.getpid())


def test_memory_counts_what_is_held() -> None:
    before = memory_bytes(os.getpid())
    held = bytearray(os.urandom(32 * 2**20))
    assert memory_bytes(os.getpid()) - before > 0.9 * len(held)


def test_open_files_are_counted() -> None:
    before = open_files(os.getpid())
    with Path(os.devnull).open():
        assert open_files(os.getpid()) == before + 1


def test_a_process_that_is_gone_uses_nothing() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert cpu_seconds(process.pid) == 0
    assert memory_bytes(process.pid) == 0


def test_what_others_use_is_told_apart_from_what_a_family_uses() -> None:
    ours = Bystanders()
    subprocess.run([sys.executable, "-c", BURN], check=True)
    quiet = ours.share()
    theirs = Bystanders()
    # A process that nobody of this family started, as far as the kernel tells: its parent has ended.
    orphan = f"import subprocess, sys; print(subprocess.Popen([sys.executable, '-c', {BURN!r}], stdout=-3).pid)"
    burning = int(subprocess.run([sys.executable, "-c", orphan], check=True, capture_output=True).stdout)
    while Path(f"/proc/{burning}").exists() and cpu_seconds(burning) < 0.3:
        time.sleep(0.05)
    assert theirs.share() > quiet
