"""A breaker: what failed just now is not asked again at once, so that events do not pay for it one by one."""

import threading
import time
from collections.abc import Callable
from typing import Final

__all__ = ["Breaker"]

_FAILURES: Final = 3
_FIRST_PAUSE: Final = 1.0
_LONGEST_PAUSE: Final = 30.0


class Breaker:
    """Counts failures in a row of one service; thread-safe.

    Args:
        clock: seconds that only go forward.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._until = 0.0
        self._why: str | None = None

    @property
    def why(self) -> str | None:
        """Why the service failed last; None when it answered last."""
        return self._why

    @property
    def is_open(self) -> bool:
        """Whether the service is not to be asked now. When its pause is over, one caller may try."""
        with self._lock:
            if self._failures < _FAILURES:
                return False
            now = self._clock()
            if now < self._until:
                return True
            # This caller tries; the others go on waiting meanwhile.
            self._until = now + self._pause()
            return False

    @property
    def pauses(self) -> bool:
        """Whether the service is not to be asked now; asking this tries nothing."""
        with self._lock:
            return self._failures >= _FAILURES and self._clock() < self._until

    def failed(self, why: str) -> None:
        """Note a failure."""
        with self._lock:
            self._failures += 1
            self._why = why
            self._until = self._clock() + self._pause()

    def answered(self) -> None:
        """Note an answer, whatever it was: the service is there."""
        with self._lock:
            self._failures, self._why = 0, None

    def _pause(self) -> float:
        return min(_FIRST_PAUSE * 2.0 ** min(max(self._failures - _FAILURES, 0), 10), _LONGEST_PAUSE)
