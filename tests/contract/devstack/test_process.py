"""A server as a child process: started, stopped, killed, paused, explained when it fails."""

import socket
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from devstack import ServerProcess, ServerStartError, free_ports
from tests.contract.devstack.watching import eventually, running_in

SAY_READY = "import pathlib, signal, sys, time; pathlib.Path('ready').touch(); "
SLEEP = "time.sleep(60)"


class LittleServer(ServerProcess):
    """A Python program that is ready once it has made the file `ready`."""

    name = "The little server"
    ready_within = 5.0
    grace = 0.5

    def __init__(self, directory: Path, program: str = SAY_READY + SLEEP) -> None:
        super().__init__(directory)
        self.program = program

    def _prepare(self) -> Sequence[str]:
        (self.directory / "ready").unlink(missing_ok=True)
        return [sys.executable, "-c", self.program]

    def _is_ready(self) -> bool:
        return (self.directory / "ready").exists()


def test_runs_in_its_directory_and_logs_there(tmp_path: Path) -> None:
    with LittleServer(tmp_path / "here", SAY_READY + f"print('hello', flush=True); {SLEEP}") as server:
        assert server.pid in running_in(tmp_path / "here")
        assert eventually(lambda: server.log.read_text() == "hello\n")
    assert server.pid is None


def test_leaves_nothing_running_however_it_ends(tmp_path: Path) -> None:
    server = LittleServer(tmp_path)
    for end in (server.stop, server.kill, server.stop):
        server.start()
        end()
        assert eventually(lambda: not running_in(tmp_path))


def test_one_that_dies_while_starting_is_reported_with_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(ServerStartError, match=r"(?s)exit code 3 .*server\.log, ends with:\ncannot bind$"):
        LittleServer(tmp_path, "import sys; print('cannot bind'); sys.exit(3)").start()


def test_one_that_never_answers_is_reported_and_killed(tmp_path: Path) -> None:
    server = LittleServer(tmp_path, f"import time; {SLEEP}")
    server.ready_within = 0.3
    with pytest.raises(ServerStartError, match="not ready within"):
        server.start()
    assert eventually(lambda: not running_in(tmp_path))


def test_a_program_that_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LittleServer, "_prepare", lambda self: ["/nowhere/server"])
    with pytest.raises(ServerStartError, match="/nowhere/server: No such file"):
        LittleServer(tmp_path).start()


def test_one_that_ignores_the_request_to_stop_is_killed_after_its_grace(tmp_path: Path) -> None:
    server = LittleServer(tmp_path, f"import signal; signal.signal(15, signal.SIG_IGN); {SAY_READY}{SLEEP}").start()
    began = time.monotonic()
    server.stop()
    assert server.grace <= time.monotonic() - began < server.grace + 3
    assert eventually(lambda: not running_in(tmp_path))


def test_a_paused_one_can_be_asked_to_stop(tmp_path: Path) -> None:
    program = f"import signal, sys; signal.signal(15, lambda *_: sys.exit(print('bye'))); {SAY_READY}{SLEEP}"
    server = LittleServer(tmp_path, program).start()
    server.grace = 10.0
    server.pause()
    server.stop()
    assert server.log.read_text() == "bye\n"


def test_inherits_no_credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "somebody's")
    with LittleServer(tmp_path, f"import os; print(*os.environ, flush=True); {SAY_READY}{SLEEP}") as server:
        assert "AWS" not in server.log.read_text()


def test_outlives_the_thread_that_started_it(tmp_path: Path) -> None:
    server = LittleServer(tmp_path)
    with ThreadPoolExecutor(1) as threads:
        threads.submit(server.start).result()
    time.sleep(0.2)
    assert server.pid is not None
    server.stop()


def test_free_ports_differ_and_so_do_their_twins() -> None:
    ports = free_ports(50, twin=1000)
    assert len({*ports, *(port + 1000 for port in ports)}) == 100


def test_free_ports_are_none_a_client_may_be_given() -> None:
    lowest, highest = map(int, Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split())
    if lowest < 20_000:
        pytest.skip("this machine gives clients nearly all ports")
    assert not [port for port in free_ports(50) if lowest <= port <= highest]


def test_a_port_whose_twin_is_taken_is_not_given_out(monkeypatch: pytest.MonkeyPatch) -> None:
    unlucky, lucky = free_ports(2, twin=1000)
    with socket.create_server(("127.0.0.1", unlucky + 1000)):
        drawn = iter([unlucky, unlucky, lucky])
        monkeypatch.setattr("random.SystemRandom.randrange", lambda *_: next(drawn))
        assert free_ports(1, twin=1000) == [lucky]
