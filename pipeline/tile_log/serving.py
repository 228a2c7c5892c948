"""A log as outsiders read it while it grows: its newest checkpoint, and its tiles, as C2SP tlog-tiles has them.

What is full lies in the store as it is served. The checkpoint and the tiles that are begun are no objects; they follow
from the newest batches, which are read once and followed from there on.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from pipeline.tile_log.reading import LogReader, OpenedLog
from pipeline.tile_log.tree import TILE_WIDTH

__all__ = ["ServedLog"]

_LEVEL_BITS: Final = 8
_HASH: Final = 32
_SECONDS: Final = 1.0
_NEAR: Final = 64
"""How many batches are followed one by one, before the log is opened anew."""


@dataclass(slots=True, kw_only=True)
class ServedLog:
    """One log, to be read by strangers. Safe to call from several threads.

    Args:
        reader: reads it.
        clock: monotonic seconds; nobody makes the store be asked for news more than once in one.
    """

    reader: LogReader
    clock: Callable[[], float] = time.monotonic
    _opened: OpenedLog | None = field(default=None, init=False)
    _looked: float | None = field(default=None, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def checkpoint(self) -> str | None:
        """The newest checkpoint, a signed note; None of a log without leaves.

        Raises:
            LogFaultError: what lies in the store is not the log that was written.
            WorldError: the store does not answer.
        """
        opened = self._now()
        return None if opened is None else opened.batch.checkpoint

    def tile(self, level: int | None, index: int, width: int = TILE_WIDTH) -> bytes | None:
        """The first `width` hashes of a tile, or, where level is None, entries of a bundle; raises as `checkpoint`.

        Returns:
            What it has; None where the log has not so many.
        """
        opened = self._opened
        if opened is None or not _has(opened, level, index, width):
            opened = self._now()
        if opened is None or not _has(opened, level, index, width):
            return None
        body = self._body(opened, level, index)
        if width == TILE_WIDTH:
            return body
        return body[: width * _HASH] if level is not None else _first_entries(body, width)

    def _body(self, opened: OpenedLog, level: int | None, index: int) -> bytes:
        """A tile as far as the log fills it."""
        mine = (*opened.filled, *opened.edge.partial())
        found = next((tile.body for tile in mine if (tile.level, tile.index) == (level, index)), None)
        return self.reader.tile(level, index) if found is None else found

    def _now(self) -> OpenedLog | None:
        """The log as it is, at most a second old."""
        with self._lock:
            now = self.clock()
            if self._looked is None or now - self._looked >= _SECONDS:
                self._opened = self._followed(self._opened)
                self._looked = now
            return self._opened

    def _followed(self, known: OpenedLog | None) -> OpenedLog | None:
        newest = self.reader.newest()
        if known is None or newest - known.batch.number > _NEAR:
            return self.reader.open(newest) if newest else None
        if newest < known.batch.number:
            raise self.reader.fault("batches that were there are gone")
        for number in range(known.batch.number + 1, newest + 1):
            known = self.reader.after(known, self.reader.batch(number))
        return known


def _has(opened: OpenedLog, level: int | None, index: int, width: int) -> bool:
    nodes = opened.checkpoint.size >> _LEVEL_BITS * (level or 0)
    return index * TILE_WIDTH + width <= nodes


def _first_entries(bundle: bytes, count: int) -> bytes:
    """So many entries of a bundle, which the log wrote."""
    at = 0
    for _ in range(count):
        at += 2 + int.from_bytes(bundle[at : at + 2], "big")
    return bundle[:at]
