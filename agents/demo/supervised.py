"""The demo's worker, as a supervisor keeps one: whenever it ends, it is started again."""

import http.client
import logging
import subprocess
import time
from collections.abc import Callable
from http import HTTPStatus
from threading import Event
from typing import Final

from agents.delivery.backoff import Backoff
from devstack.ports import LOOPBACK
from pipeline.errors import OperatorError

__all__ = ["LOOK_SECONDS", "SupervisedWorker", "says_ready"]

logger = logging.getLogger(__name__)

LOOK_SECONDS: Final = 0.5
"""How often the worker should be looked at."""

_STEADY_SECONDS: Final = 60.0
"""Who lived for so long did not die of its start: the pauses begin anew."""

_STOP_SECONDS: Final = 30.0
"""How long a worker may take to stop in order."""

_ANSWER_SECONDS: Final = 2.0


class SupervisedWorker:
    """A worker that is started at once, and after it was ready once again and again, with growing pauses.

    One that never was ready will not be by another try: that is for a person to see.

    Args:
        start: starts a process.
        is_ready: whether that process could do its work now.
        backoff: how long to pause after how many short lives in a row.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        start: Callable[[], subprocess.Popen[bytes]],
        *,
        is_ready: Callable[[], bool],
        backoff: Backoff | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._start = start
        self._is_ready = is_ready
        self._backoff = backoff or Backoff(first=1.0, cap=60.0)
        self._clock = clock
        self._process = start()
        self._started_at = clock()
        self._start_at: float | None = None
        self._short_lives = 0

    @property
    def pid(self) -> int:
        """The process that was started last."""
        return self._process.pid

    def wait_until_ready(self, told_to_stop: Event) -> None:
        """Wait until the worker is ready for the first time, or the event is set.

        Raises:
            OperatorError: it ended before.
        """
        while not self._is_ready() and not told_to_stop.wait(LOOK_SECONDS):
            code = self._process.poll()
            if code is not None:
                raise OperatorError(
                    what=f"The worker ended with exit code {code} before it was ready.",
                    remedy="Mend what it complains about, and start the demo again.",
                )

    def look(self) -> None:
        """Start the worker again if it ended and its pause is over."""
        if self._start_at is not None:
            if self._clock() >= self._start_at:
                self._begin()
        elif (code := self._process.poll()) is not None:
            pause = self._pause()
            self._start_at = self._clock() + pause
            logger.warning("The worker ended with exit code %d; it is started again in %.0f s.", code, pause)

    def stop(self) -> None:
        """Stop the worker in order, or kill it when it takes too long."""
        self._process.terminate()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            logger.warning("The worker did not stop within %.0f s, and is killed.", _STOP_SECONDS)
            self._process.kill()
            self._process.wait()

    def _begin(self) -> None:
        self._process = self._start()
        self._started_at, self._start_at = self._clock(), None
        logger.info("The worker was started again, as process %d.", self.pid)

    def _pause(self) -> float:
        lived = self._clock() - self._started_at
        self._short_lives = 1 if lived >= _STEADY_SECONDS else self._short_lives + 1
        return self._backoff.bound(self._short_lives)


def says_ready(port: int) -> bool:
    """Ask a worker at a port of this machine whether it is ready; one that does not answer is not."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=_ANSWER_SECONDS)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
