"""Finding the leaf of a record, and proving that it is in its log.

No index says where a leaf is: it would be one more object for each event. Batches say when they were made, and a
record when it was decided about, so the leaf is looked for from there on; what a crash delayed by more is found in the
bundles.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from pipeline.tile_log.logs import TileLogs
from pipeline.tile_log.place import Leaf, LogPlace
from pipeline.tile_log.proofs import LogTree, tlog_proof
from pipeline.tile_log.reading import LogReader
from pipeline.tile_log.tree import TILE_WIDTH

__all__ = ["ProvedLeaf", "proved"]

_SKEW: Final = timedelta(minutes=5)
"""How much the clocks of two workers may differ."""

_WINDOW: Final = 64
"""So many batches are looked into, before all bundles are."""

_THREADS: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvedLeaf:
    """A leaf, where it is, and the proof that it is there."""

    leaf: Leaf
    origin: str
    index: int
    key: str
    """The verifier key that the checkpoint is verified with."""

    proof: str
    """The proof and the checkpoint that it leads to, as a text (C2SP tlog-proof)."""


def proved(logs: TileLogs, leaf: Leaf, since: datetime | None = None) -> ProvedLeaf | None:
    """Find a leaf in one of the logs, and prove that it is in it; None where it is in none.

    The checkpoint is the first one that is about the leaf, so the same leaf has the same proof for ever.

    Args:
        logs: where to look.
        leaf: what it says.
        since: when its record was made, where that is known.

    Raises:
        LogFaultError: a log is not what was written.
        WorldError: the store does not answer.
    """
    readers = [logs.reader(place) for place in logs.places()]
    for search in (lambda reader: _near(reader, leaf, since), lambda reader: _anywhere(reader, leaf)):
        with ThreadPoolExecutor(_THREADS, thread_name_prefix="tile-log") as threads:
            found = [hit for hit in threads.map(search, readers) if hit is not None]
        if found:
            return _proved(logs, leaf, *found[0])
    return None


def _proved(logs: TileLogs, leaf: Leaf, place: LogPlace, number: int, index: int) -> ProvedLeaf:
    reader = logs.reader(place)
    opened = reader.open(number)
    assert opened is not None  # noqa: S101 - the batch was read
    tree = LogTree(reader=reader, opened=opened)
    proof = tree.inclusion(index, opened.checkpoint.size)
    return ProvedLeaf(
        leaf=leaf,
        origin=place.origin,
        index=index,
        key=reader.verifier_key(opened.batch),
        proof=tlog_proof(index, proof, opened.batch.checkpoint),
    )


_Found = tuple[LogPlace, int, int]


def _near(reader: LogReader, leaf: Leaf, since: datetime | None) -> _Found | None:
    """Where the leaf is among the batches that were made about when its record was."""
    newest = reader.newest()
    if newest == 0 or since is None:
        return None
    low, high = 1, newest
    while low < high:  # the first batch that is not older
        middle = (low + high) // 2
        if datetime.fromisoformat(reader.batch(middle).at) < since - _SKEW:
            low = middle + 1
        else:
            high = middle
    return next(_in_batches(reader, leaf, range(low, min(newest, low + _WINDOW) + 1)), None)


def _in_batches(reader: LogReader, leaf: Leaf, numbers: range) -> Iterator[_Found]:
    entry = leaf.entry.decode()
    for number in numbers:
        batch = reader.batch(number)
        if entry in batch.entries:
            yield reader.place, number, batch.first + batch.entries.index(entry)


def _anywhere(reader: LogReader, leaf: Leaf) -> _Found | None:
    """Where the leaf is, by reading the whole log."""
    newest = reader.newest()
    if newest == 0:
        return None
    last = reader.batch(newest)
    for bundle in range(last.first // TILE_WIDTH):
        entries = reader.entries(bundle)
        if leaf.entry in entries:
            index = bundle * TILE_WIDTH + entries.index(leaf.entry)
            return reader.place, _batch_of(reader, index, newest), index
    rest = [*reader.tail(last), *(entry.encode() for entry in last.entries)]
    if leaf.entry not in rest:
        return None
    index = last.first // TILE_WIDTH * TILE_WIDTH + rest.index(leaf.entry)
    return reader.place, _batch_of(reader, index, newest), index


def _batch_of(reader: LogReader, index: int, newest: int) -> int:
    """The number of the batch that a leaf came with."""
    low, high = 1, newest
    while low < high:
        middle = (low + high + 1) // 2
        if reader.batch(middle).first <= index:
            low = middle
        else:
            high = middle - 1
    return low
