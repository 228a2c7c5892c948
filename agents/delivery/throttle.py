"""Log lines that a flood of inputs must not fill the log with: the first few are written, the rest is counted."""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

__all__ = ["Throttle"]

_MOST_KEYS: Final = 1000


class Throttle:
    """Writes a few lines of each kind in a window of time, and at its end how many more there were.

    Args:
        logger: where to.
        lines: so many of one kind in one window.
        seconds: length of a window.
        later: calls something after so many seconds; the running event loop does without it.
    """

    def __init__(
        self,
        logger: logging.Logger,
        *,
        lines: int = 10,
        seconds: float = 10.0,
        later: Callable[[float, Callable[[], None]], object] | None = None,
    ) -> None:
        self._logger = logger
        self._lines = lines
        self._seconds = seconds
        self._later = later
        self._seen: dict[str, int] = {}

    def warning(self, kind: str, line: str, *values: object) -> None:
        """Write a line, or count it where its kind had its share; what is only counted is not even formatted."""
        if len(self._seen) >= _MOST_KEYS and kind not in self._seen:
            kind = "others"
        seen = self._seen.get(kind, 0)
        self._seen[kind] = seen + 1
        if seen == 0:
            later = self._later or asyncio.get_running_loop().call_later
            later(self._seconds, lambda: self._end(kind))
        if seen < self._lines:
            self._logger.warning(line, *values)

    def _end(self, kind: str) -> None:
        more = self._seen.pop(kind) - self._lines
        if more > 0:
            self._logger.warning("%d more like it in %.0f s: %s.", more, self._seconds, kind)
