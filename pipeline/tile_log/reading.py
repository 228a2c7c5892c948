"""Reading a tile log out of the store: its batches, tiles and edge, each believed only once it was checked."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final, TypeVar

import msgspec

from pipeline.store.port import ObjectStore
from pipeline.tile_log.checkpoint import (
    Checkpoint,
    LogFaultError,
    LogPublicKey,
    key_of_checkpoint,
    read_checkpoint,
)
from pipeline.tile_log.place import Batch, LogPlace
from pipeline.tile_log.tree import TILE_WIDTH, Edge, Tile, root_of_perfect, tile_path

__all__ = ["LogReader", "OpenedLog", "entries_of_bundle"]

_HASH: Final = 32
_AT_ONCE: Final = 16
_LEVEL_BITS: Final = 8

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedLog:
    """A log as it is: its newest batch, the edge after it, and the tiles that this batch filled."""

    batch: Batch
    checkpoint: Checkpoint
    edge: Edge
    filled: Sequence[Tile]
    """They may not be in the store yet: who wrote the batch writes them next, or who opens the log after a crash."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogReader:
    """Reads one log. Safe to call from several threads.

    Args:
        store: where it is.
        place: which one.
        keys: public keys that may have signed its checkpoints.
    """

    store: ObjectStore
    place: LogPlace
    keys: Sequence[LogPublicKey] = field(repr=False)

    def newest(self) -> int:
        """The number of the newest batch; 0 where there is none.

        Raises:
            LogFaultError: something else lies there.
            WorldError: the store does not answer.
        """
        keys = self.store.list_keys(self.place.bucket, self.place.batches, limit=1)
        if not keys:
            return 0
        number = self.place.number_of(keys[0])
        if not number:
            raise self.fault("what is listed before its newest batch is none")
        return number

    def batch(self, number: int) -> Batch:
        """A batch that was written.

        Raises:
            LogFaultError: it is not there, or is no batch of that number.
            WorldError: the store does not answer.
        """
        stored = self.store.get(self.place.batch(number))
        if stored is None:
            raise self.fault(f"the batch {number} is not there")
        try:
            batch = msgspec.json.decode(stored.body, type=Batch)
        except msgspec.DecodeError:
            raise self.fault(f"the batch {number} cannot be read") from None
        if batch.number != number:
            raise self.fault(f"the batch {number} says that it is the batch {batch.number}")
        return batch

    def checkpoint(self, batch: Batch) -> Checkpoint:
        """The checkpoint of a batch, once its signature was checked and it goes as far as the batch does.

        Raises:
            LogFaultError: it is none of this log, or of another size.
        """
        checkpoint = read_checkpoint(batch.checkpoint, self.place.origin, self.keys)
        if checkpoint.size != batch.first + len(batch.entries) or not batch.entries:
            raise self.fault(f"the batch {batch.number} has not as many leaves as its checkpoint says")
        return checkpoint

    def verifier_key(self, batch: Batch) -> str:
        """The verifier key that the checkpoint of a batch is verified with; raises as `checkpoint`.

        After a change of keys that is the former one, until a worker adds to the log.
        """
        return key_of_checkpoint(batch.checkpoint, self.place.origin, self.keys).vkey(self.place.origin)

    def follow(self, edge: Edge, batch: Batch) -> list[Tile]:
        """Let an edge grow by a batch, and return the tiles that this fills.

        Raises:
            LogFaultError: the batch does not begin where the edge ends, or its checkpoint has another root.
        """
        checkpoint = self.checkpoint(batch)
        if batch.first != edge.size:
            raise self.fault(f"the batch {batch.number} begins at leaf {batch.first}, after {edge.size} leaves")
        filled = edge.grow(entry.encode() for entry in batch.entries)
        if edge.root() != checkpoint.root:
            raise self.fault(f"the leaves up to the batch {batch.number} are not those that its checkpoint is about")
        return filled

    def open(self, number: int | None = None) -> OpenedLog | None:
        """The log after a batch, the newest one unless told; None where there is none. What it stands on is checked.

        Raises:
            LogFaultError: batches, tiles and checkpoint do not fit together.
            WorldError: the store does not answer.
        """
        number = self.newest() if number is None else number
        if number == 0:
            return None
        last = self.batch(number)
        edge = Edge.at(last.first, self.tail(last), self._upper(last.first))
        filled = self.follow(edge, last)
        return OpenedLog(batch=last, checkpoint=self.checkpoint(last), edge=edge, filled=filled)

    def after(self, known: OpenedLog, batch: Batch) -> OpenedLog:
        """A log that was opened, once the next batch came into it; raises as `follow`."""
        edge = known.edge.copy()
        filled = self.follow(edge, batch)
        return OpenedLog(batch=batch, checkpoint=self.checkpoint(batch), edge=edge, filled=filled)

    def tile(self, level: int | None, index: int) -> bytes:
        """A full tile, or a full bundle of entries (level None).

        Raises:
            LogFaultError: it is not there, or not full.
            WorldError: the store does not answer.
        """
        path = tile_path(level, index)
        stored = self.store.get(self.place.tile(path))
        if stored is None:
            raise self.fault(f"{path} is not there")
        if level is not None and len(stored.body) != TILE_WIDTH * _HASH:
            raise self.fault(f"{path} does not hold {TILE_WIDTH} hashes")
        return stored.body

    def entries(self, index: int) -> tuple[bytes, ...]:
        """The entries of a full bundle; raises as `tile`."""
        entries = entries_of_bundle(self.tile(None, index))
        if entries is None or len(entries) != TILE_WIDTH:
            raise self.fault(f"{tile_path(None, index)} does not hold {TILE_WIDTH} entries")
        return entries

    def fault(self, why: str) -> LogFaultError:
        """What is wrong with the log."""
        return LogFaultError(
            what=f"The log {self.place.origin} is not what was written: {why}.",
            remedy="Nothing is added to it. See who else writes to the records bucket, and what an earlier version of "
            "the object says; `sealstream audit records` says all that is wrong.",
        )

    def tail(self, last: Batch) -> list[bytes]:
        """The entries before a batch that fill no bundle, out of the batches before it."""
        boundary = last.first // TILE_WIDTH * TILE_WIDTH
        found: list[bytes] = []
        number, first = last.number, last.first
        while first > boundary:
            numbers = range(number - 1, max(0, number - 1 - _AT_ONCE), -1)
            if not numbers:
                raise self.fault(f"no batch holds the leaves from {boundary} to {first}")
            for batch in self._map(self.batch, numbers):
                if batch.first + len(batch.entries) != first:
                    raise self.fault(f"the batch {batch.number} does not end at leaf {first}")
                found[:0] = [entry.encode() for entry in batch.entries]
                number, first = batch.number, batch.first
                if first <= boundary:
                    break
        return found[len(found) - (last.first - boundary) :]

    def _upper(self, size: int) -> dict[int, list[bytes]]:
        """Of each level from 1 on, the roots of the full tiles below that fill no tile of it."""
        upper: dict[int, list[bytes]] = {}
        level = 1
        while size >> _LEVEL_BITS * level:
            nodes = size >> _LEVEL_BITS * level
            numbers = range(nodes // TILE_WIDTH * TILE_WIDTH, nodes)

            def root(index: int, below: int = level - 1) -> bytes:
                return root_of_perfect(_hashes(self.tile(below, index)))

            upper[level] = list(self._map(root, numbers))
            level += 1
        return upper

    def _map(self, ask: Callable[[int], Result], numbers: Sequence[int]) -> Iterator[Result]:
        """Ask for several things at once, and give them in order."""
        if len(numbers) <= 1:
            return map(ask, numbers)
        with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="tile-log") as threads:
            return iter(list(threads.map(ask, numbers)))


def entries_of_bundle(body: bytes) -> tuple[bytes, ...] | None:
    """The entries of a bundle; None where it is none."""
    entries = []
    at = 0
    while at < len(body):
        length = int.from_bytes(body[at : at + 2], "big")
        entry = body[at + 2 : at + 2 + length]
        if len(entry) < length or at + 2 > len(body):
            return None
        entries.append(entry)
        at += 2 + length
    return tuple(entries)


def _hashes(body: bytes) -> list[bytes]:
    return [body[at : at + _HASH] for at in range(0, len(body), _HASH)]
