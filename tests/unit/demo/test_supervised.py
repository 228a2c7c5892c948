"""The demo's worker, kept by its supervisor: real processes, and a clock that the test turns."""

import subprocess
import sys
import threading
from collections.abc import Callable

import pytest

from agents.demo.supervised import SupervisedWorker, says_ready
from devstack import free_port
from pipeline.errors import OperatorError


class Turns:
    """A clock that stands still until it is turned."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


class Starts:
    """Starts processes that run a line of Python, and remembers them."""

    def __init__(self, line: str) -> None:
        self.line = line
        self.processes: list[subprocess.Popen[bytes]] = []

    def __call__(self) -> subprocess.Popen[bytes]:
        self.processes.append(subprocess.Popen([sys.executable, "-S", "-c", self.line]))
        return self.processes[-1]

    def last_has_ended(self) -> bool:
        return self.processes[-1].wait(10) is not None


LIVES = "import time; time.sleep(60)"
DIES = "raise SystemExit(2)"


@pytest.fixture
def clock() -> Turns:
    return Turns()


def kept(starts: Starts, clock: Turns, is_ready: Callable[[], bool] = lambda: True) -> SupervisedWorker:
    return SupervisedWorker(starts, is_ready=is_ready, clock=clock)


def pause_before_next(worker: SupervisedWorker, starts: Starts, clock: Turns) -> int:
    """How many seconds it takes until the worker that has ended is started again."""
    count, began = len(starts.processes), clock.seconds
    assert starts.last_has_ended()
    worker.look()
    while len(starts.processes) == count:
        clock.seconds += 1
        worker.look()
    return round(clock.seconds - began)


def test_a_worker_that_was_killed_is_started_again(clock: Turns) -> None:
    starts = Starts(LIVES)
    worker = kept(starts, clock)
    starts.processes[0].kill()

    assert pause_before_next(worker, starts, clock) == 1
    assert starts.processes[1].poll() is None
    worker.look()
    assert len(starts.processes) == 2
    worker.stop()
    assert starts.processes[1].returncode is not None


def test_one_that_dies_again_and_again_is_started_after_growing_pauses_of_a_minute_at_most(clock: Turns) -> None:
    starts = Starts(DIES)
    worker = kept(starts, clock)

    assert [pause_before_next(worker, starts, clock) for _ in range(8)] == [1, 2, 4, 8, 16, 32, 60, 60]
    worker.stop()


def test_one_that_lived_for_a_while_is_started_again_at_once(clock: Turns) -> None:
    starts = Starts(DIES)
    worker = kept(starts, clock)
    assert [pause_before_next(worker, starts, clock) for _ in range(3)] == [1, 2, 4]

    clock.seconds += 60

    assert pause_before_next(worker, starts, clock) == 1
    worker.stop()


def test_one_that_ends_before_it_was_ever_ready_is_an_error(clock: Turns) -> None:
    starts = Starts(DIES)
    worker = kept(starts, clock, is_ready=lambda: False)

    with pytest.raises(OperatorError, match="exit code 2 before it was ready"):
        worker.wait_until_ready(threading.Event())

    assert len(starts.processes) == 1


def test_to_wait_for_it_ends_when_the_stack_is_to_stop(clock: Turns) -> None:
    worker = kept(Starts(LIVES), clock, is_ready=lambda: False)
    told = threading.Event()
    told.set()

    worker.wait_until_ready(told)

    worker.stop()


def test_a_port_where_nobody_answers_is_not_ready() -> None:
    assert says_ready(free_port()) is False
