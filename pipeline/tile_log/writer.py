"""Adding leaves to a tile log, so that of several writers none can fork it and no crash leaves it broken.

Theory of operation
-------------------
A batch is written create-only under its number, one above the newest. Of two workers that both take a partition for
theirs, one creates it; the other reads it, checks it, and goes on after it. So there is one sequence of batches, each
with a signed checkpoint that its own leaves lead to, and what is in a tile follows from the sequence alone: full tiles
are create-only too, and whoever writes one writes the same bytes.

The tiles that a batch fills are written after it, and before the next one. A crash in between leaves a batch whose
tiles are missing; whoever opens the log next writes them, from the batches. A call whose answer was lost is asked
again, and finds that its own batch is there: its leaves are not added twice.
"""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

import msgspec

from pipeline.errors import BugError
from pipeline.store.port import ObjectStore
from pipeline.tile_log.checkpoint import Checkpoint, LogPublicKey, LogSigner, signed_note
from pipeline.tile_log.place import Batch, LogName, LogPlace
from pipeline.tile_log.reading import LogReader
from pipeline.tile_log.tree import Edge, Tile

__all__ = ["MOST_LEAVES", "TileLog"]

MOST_LEAVES: Final = 4096
"""The most leaves of one batch."""

_NEAR: Final = 8
"""How many batches of another writer are followed one by one, before the log is opened anew."""

_TILE_TYPE: Final = "application/octet-stream"


class TileLog:
    """One log, to add to. Safe to call from several threads, and beside other writers.

    Args:
        store: where it is kept.
        place: which one.
        signer: who signs its checkpoints.
        former: public keys that signed earlier ones.
        now: the time of day, with time zone.
    """

    def __init__(
        self,
        store: ObjectStore,
        place: LogPlace,
        signer: LogSigner,
        now: Callable[[], datetime],
        former: Sequence[LogPublicKey] = (),
    ) -> None:
        self._store = store
        self._place = place
        self._signer = signer
        self._now = now
        self._reader = LogReader(store=store, place=place, keys=(signer.public, *former))
        self._edge: Edge | None = None
        self._number = 0
        self._owed: list[Tile] = []
        self._lock = threading.Lock()

    @property
    def size(self) -> int:
        """How many leaves are in it, as far as is known here."""
        return 0 if self._edge is None else self._edge.size

    def append(self, entries: Sequence[bytes]) -> Checkpoint | None:
        """Add leaves, and return once a signed checkpoint covers them all.

        Args:
            entries: what they say, at most `MOST_LEAVES`.

        Returns:
            The checkpoint that covers them; None where another writer had added every one of them.

        Raises:
            LogFaultError: what lies in the store is not the log that was written; nothing was added.
            WorldError: store or signer do not answer; the same call again adds nothing twice.
        """
        if not 0 < len(entries) <= MOST_LEAVES:
            raise BugError(what=f"A batch of {len(entries)} leaves was asked for.", remedy="Ask for 1 to 4096.")
        with self._lock:
            left = self._without(entries, self._open()) if self._edge is None else list(entries)
            while left:
                self._pay()
                added = self._add(left)
                if added is not None:
                    return added
                left = self._without(left, self._catch_up())
            return None

    def settle(self) -> None:
        """Write the tiles that the newest batch filled; the next `append` does it otherwise.

        Raises:
            LogFaultError: another tile lies there.
            WorldError: the store does not answer.
        """
        with self._lock:
            self._pay()

    def _add(self, entries: Sequence[bytes]) -> Checkpoint | None:
        """Add leaves after all that is known here; None where somebody else added others."""
        assert self._edge is not None  # noqa: S101 - every caller has opened it
        grown = self._edge.copy()
        filled = grown.grow(entries)
        checkpoint = Checkpoint(origin=self._place.origin, size=grown.size, root=grown.root())
        batch = Batch(
            number=self._number + 1,
            first=self._edge.size,
            at=self._now().isoformat(timespec="milliseconds"),
            checkpoint=signed_note(checkpoint, self._signer),
            entries=tuple(entry.decode() for entry in entries),
        )
        at = self._place.batch(batch.number)
        if not self._store.create(at, msgspec.json.encode(batch), media_type="application/json"):
            return None
        self._take(grown, batch.number, filled)
        return checkpoint

    def _catch_up(self) -> list[str]:
        """Go on from what others added, and return their entries."""
        assert self._edge is not None  # noqa: S101 - every caller has opened it
        newest = self._reader.newest()
        if newest > self._number + _NEAR:
            return self._open()
        entries: list[str] = []
        for number in range(self._number + 1, max(newest, self._number + 1) + 1):
            self._pay()
            batch = self._reader.batch(number)
            grown = self._edge.copy()
            filled = self._reader.follow(grown, batch)
            self._take(grown, number, filled)
            entries += batch.entries
        return entries

    def _open(self) -> list[str]:
        """Read where the log ends, and return the entries of its newest batch and of the bundle that is not full."""
        opened = self._reader.open()
        if opened is None:
            origin = self._place.origin
            name = LogName(origin=origin, key=self._signer.public.vkey(origin))
            self._store.create(self._place.named, msgspec.json.encode(name), media_type="application/json")
            self._take(Edge(), 0, [])
            return []
        self._take(opened.edge, opened.batch.number, list(opened.filled))
        return [*opened.batch.entries, *(entry.decode() for entry in opened.edge.entries)]

    def _take(self, edge: Edge, number: int, filled: list[Tile]) -> None:
        self._edge, self._number, self._owed = edge, number, filled

    def _pay(self) -> None:
        """Write the tiles of the newest batch, in order: a tile stands on those before it."""
        while self._owed:
            tile = self._owed[0]
            at = self._place.tile(tile.path)
            if not self._store.create(at, tile.body, media_type=_TILE_TYPE) and self._other(tile):
                raise self._reader.fault(f"another {tile.path} lies there than its leaves make")
            self._owed.pop(0)

    def _other(self, tile: Tile) -> bool:
        return self._store.require(self._place.tile(tile.path)).body != tile.body

    @staticmethod
    def _without(entries: Sequence[bytes], added: Sequence[str]) -> list[bytes]:
        there = frozenset(added)
        return [entry for entry in entries if entry.decode() not in there]
