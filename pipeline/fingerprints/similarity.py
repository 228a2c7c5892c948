"""The similarity index: which of many codes are nearly the same as a given one. Exact, and in memory."""

import threading
from collections.abc import Collection, Iterable
from itertools import islice
from typing import Final

import msgspec
import numpy as np

from pipeline.errors import OperatorError
from pipeline.fingerprints.bands import CODE_BITS, MOST_CODES, Bands, Codes, Rows, distances
from pipeline.fingerprints.columns import CODE_BYTES, KEY_BYTES, NO_DAY, ROW_BYTES, Columns, words_of

__all__ = ["CODE_BYTES", "KEY_BYTES", "Match", "Neighbours", "SimilarityIndex"]

_FIRST_ROOM: Final = 1024
_BATCH: Final = 65_536
_SCANNED_AT_ONCE: Final = 32_768
"""So many codes fit into the caches of one core; fewer need no tables."""
_LONGEST_TAIL: Final = 2**16
"""Looking at so many codes one by one takes less than half a millisecond."""
_GROWTH: Final = 8
"""Tables of a tail take in those before them that are not so many times as large."""
_SPARE: Final = 4
_TOLERATED: Final = 8
"""What is gone takes up memory until it is such a part of everything: one in so many."""


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """A key of which a code is like the one asked for.

    Attributes:
        key: whose code it is.
        distance: in how many bits the two differ; of several codes of the key, the least.
    """

    key: bytes
    distance: int

    @property
    def similarity(self) -> float:
        """1 where the codes are the same, 0 where all bits differ; what has nothing in common is near 0.5."""
        return 1 - self.distance / CODE_BITS


class Neighbours(msgspec.Struct, frozen=True, kw_only=True):
    """What is near a code.

    Attributes:
        matches: each key once; the nearest, and of these the lowest, first.
        more: how many other keys are near, beyond those that were asked for.
        complete: False where a part of what is known could not be asked, so that others may be near, and nearer.
    """

    matches: tuple[Match, ...] = ()
    more: int = 0
    complete: bool = True


class SimilarityIndex:
    """Codes of 256 bits with their keys. One thread adds, hides, drops and expires; any may ask, and any may settle.

    What was settled is found through tables; what was added since is looked at code by code, and settled when that
    would take long. Each code belongs to a lot, such as one reading of a partition, that can be hidden and dropped.

    Args:
        room: for how many codes to make room at once; it grows by itself.
    """

    def __init__(self, *, room: int = _FIRST_ROOM) -> None:
        self._columns = Columns.with_room(room)
        self._count = 0
        self._gone = 0
        # Tables over consecutive rows from the first on; each knows how many.
        self._tables: tuple[Bands, ...] = ()
        self._hidden: frozenset[int] = frozenset()
        self._dropped: frozenset[int] = frozenset()
        self._since = 0
        self._change: Final = threading.Lock()
        self._settling: Final = threading.Lock()

    def __len__(self) -> int:
        """How many codes were added and are not gone."""
        return self._count - self._gone

    @property
    def nbytes(self) -> int:
        """Memory of codes, keys and tables; room that was never used takes none of the machine's."""
        return self._count * ROW_BYTES + sum(tables.nbytes for tables in self._tables)

    @property
    def unsettled(self) -> int:
        """How many codes are looked at one by one."""
        return self._count - _settled(self._tables)

    def add(self, code: bytes, key: bytes, *, lot: int = 0, day: int = NO_DAY) -> None:
        """Add a code; it is found from now on.

        Added once more, under the same key, it takes up room but is found once. Now and then this settles what was
        added last, which takes some microseconds for each code.

        Raises:
            ValueError: the code has not 32 bytes, or the key has not.
            OperatorError: there are more codes than one index takes.
        """
        self.append(_columns([(code, key, day)], lot))
        self.settle_tail()

    def extend(self, entries: Iterable[tuple[bytes, bytes, int]], *, lot: int = 0) -> None:
        """Add many codes with their keys and days, and leave settling to the caller.

        Raises:
            ValueError: as with `add`; nothing of the batch that has the faulty entry is added.
            OperatorError: as with `add`.
        """
        remaining = iter(entries)
        while batch := list(islice(remaining, _BATCH)):
            self.append(_columns(batch, lot))

    def append(self, columns: Columns) -> None:
        """Add many at once, and leave settling to the caller; raises as `add`."""
        begin, end = self._count, self._count + len(columns)
        if end > MOST_CODES:
            raise OperatorError(
                what=f"There are more than {MOST_CODES} fingerprints of one kind.",
                remedy="Share them out among more recognisers, or lower SEALSTREAM_RECOGNISE_DAYS.",
            )
        # Only this thread writes rows, and nobody looks at those beyond the count.
        grown = self._columns if end <= len(self._columns) else self._grown(max(2 * len(self._columns), end))
        grown.put(begin, columns)
        with self._change:
            self._columns, self._count = grown, end

    def reserve(self, more: int) -> None:
        """Make room for so many more at once, and some that come after; it takes less than to grow by and by."""
        room = self._count + more
        if room > len(self._columns):
            grown = self._grown(max(2 * len(self._columns), room + room // _SPARE))
            with self._change:
                self._columns = grown

    def hide(self, lot: int) -> None:
        """Let a lot not be found for now."""
        with self._change:
            self._hidden |= {lot}

    def show(self, lot: int, *, instead_of: Collection[int] = ()) -> None:
        """Let a lot be found, and others, from the same moment on, never again."""
        with self._change:
            self._hidden -= {lot, *instead_of}
            self._dropped |= frozenset(instead_of)
        self._forget()

    def drop(self, lot: int) -> None:
        """Let a lot never be found again."""
        with self._change:
            self._hidden -= {lot}
            self._dropped |= {lot}
        self._forget()

    def expire(self, before: int) -> None:
        """Let what is of an earlier day never be found again."""
        self._since = before
        self._forget()

    def lot(self, lot: int) -> Columns:
        """A copy of what there is of a lot; of the adding thread only."""
        columns = self._columns[: self._count]
        return columns[(columns.lots == lot) & (columns.days >= self._since)]

    def settle(self) -> None:
        """Take everything added so far into one set of tables. Others may ask and add meanwhile, in other threads."""
        with self._settling:
            with self._change:
                columns = self._columns[: self._count]
            if len(columns) > max(_settled(self._tables), _SCANNED_AT_ONCE) or len(self._tables) > 1:
                # A row that was written is never written again, so tables can be made of it beside everything else.
                self._tables = (Bands(columns.codes),)

    def settle_tail(self) -> None:
        """Take what was added last into tables, if it is long, together with as much before as is cheap in the end."""
        if self.unsettled <= _LONGEST_TAIL:
            return
        with self._settling:
            with self._change:
                kept, codes = list(self._tables), self._columns.codes[: self._count]
            begin = _settled(kept)
            while kept and kept[-1].count < _GROWTH * (len(codes) - begin):
                begin -= kept.pop().count
            self._tables = (*kept, Bands(codes[begin:]))

    def nearest(self, code: bytes, max_distance: int, limit: int) -> Neighbours:
        """The keys of which a code differs in `max_distance` bits at most.

        Args:
            code: what to look for.
            max_distance: in how many bits another may differ; from a sixth of all bits on, answers take long.
            limit: how many to return at most.

        Raises:
            ValueError: the code has not 32 bytes.
        """
        wanted = np.frombuffer(_checked(code, CODE_BYTES, "code"), np.uint64)
        with self._change:
            tables, columns = self._tables, self._columns[: self._count]
            unseen, since = self._hidden | self._dropped, self._since
        if max_distance < 0:
            return Neighbours()
        found, begin = [], 0
        for table in tables:
            end = begin + table.count
            found.append(_look_up(table, columns.codes[begin:end], wanted, max_distance) + begin)
            begin = end
        found.append(_scan(columns.codes[begin:], wanted, max_distance) + begin)
        near = columns[np.concatenate(found)]
        if unseen:
            near = near[~np.isin(near.lots, np.array(sorted(unseen), np.uint32))]
        return _neighbours(near[near.days >= since], wanted, limit)

    def _grown(self, room: int) -> Columns:
        grown = Columns.with_room(room)
        grown.put(0, self._columns[: self._count])
        return grown

    def _forget(self) -> None:
        """Count what is gone; where that is much, make everything anew without it."""
        columns = self._columns[: self._count]
        dropped = np.isin(columns.lots, np.array(sorted(self._dropped), np.uint32)) if self._dropped else False
        is_gone = (columns.days < self._since) | dropped
        self._gone = int(np.count_nonzero(is_gone))
        if self._gone * _TOLERATED <= self._count:
            return
        with self._settling:
            kept = columns[~is_gone]
            tables = (Bands(kept.codes),) if len(kept) > _SCANNED_AT_ONCE else ()
            with self._change:
                self._columns, self._count, self._gone, self._tables = kept, len(kept), 0, tables
                self._dropped = frozenset()


def _settled(tables: Collection[Bands]) -> int:
    return sum(table.count for table in tables)


def _columns(entries: Collection[tuple[bytes, bytes, int]], lot: int) -> Columns:
    codes = b"".join(_checked(code, CODE_BYTES, "code") for code, _, _ in entries)
    keys = b"".join(_checked(key, KEY_BYTES, "key") for _, key, _ in entries)
    return Columns.of(codes, keys, lot, np.array([day for _, _, day in entries], np.uint16))


def _checked(value: bytes, length: int, name: str) -> bytes:
    if len(value) != length:
        raise ValueError(f"a {name} has {length} bytes, not {len(value)}")
    return value


def _look_up(bands: Bands, codes: Codes, wanted: Codes, max_distance: int) -> Rows:
    """Rows that are near, by tables."""
    found = []
    for flips in range(bands.most_flips(max_distance) + 1):
        candidates = bands.candidates(wanted, flips, max_distance)
        if candidates is None:
            return _scan(codes, wanted, max_distance)
        found.append(candidates[distances(codes[candidates], wanted) <= max_distance])
    return np.unique(np.concatenate(found))


def _scan(codes: Codes, wanted: Codes, max_distance: int) -> Rows:
    """Rows that are near, by looking at every one."""
    found = [np.empty(0, np.int64)]
    for begin in range(0, len(codes), _SCANNED_AT_ONCE):
        apart = distances(codes[begin : begin + _SCANNED_AT_ONCE], wanted)
        found.append(np.flatnonzero(apart <= max_distance) + begin)
    return np.concatenate(found)


def _neighbours(near: Columns, wanted: Codes, limit: int) -> Neighbours:
    """Each key once, at its least distance."""
    apart, words = distances(near.codes, wanted), words_of(near.keys)
    order = np.lexsort((apart, *words.T[:0:-1], words[:, 0]))
    near_first, words, apart = near.keys[order], words[order], apart[order]
    is_first = np.ones(len(order), bool)
    is_first[1:] = (words[1:] != words[:-1]).any(axis=1)
    keys, apart = near_first[is_first], apart[is_first]
    nearest = np.argsort(apart, kind="stable")[: max(limit, 0)]  # of the same distance, keys stay in their order
    matches = tuple(Match(key=keys[place].tobytes(), distance=int(apart[place])) for place in nearest.tolist())
    return Neighbours(matches=matches, more=len(keys) - len(matches))
