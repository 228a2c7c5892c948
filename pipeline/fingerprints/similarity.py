"""The similarity index: which of many codes are nearly the same as a given one.

Exact, in memory, never written down: it is filled again from what is known of the assets that were sealed.
"""

import threading
from collections.abc import Iterable
from itertools import islice
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from pipeline.fingerprints.bands import CODE_BITS, WORDS, Bands, Codes, Rows, distances

__all__ = ["CODE_BYTES", "KEY_BYTES", "Match", "SimilarityIndex"]

CODE_BYTES: Final = CODE_BITS // 8
KEY_BYTES: Final = 32
"""A key is the identity of an event, as bytes."""

_Keys = npt.NDArray[np.void]

_FIRST_ROOM: Final = 1024
_BATCH: Final = 65_536
_SCANNED_AT_ONCE: Final = 32_768
"""So many codes fit into the caches of one core; fewer need no tables."""
_LONGEST_TAIL: Final = 2**18
"""Looking at so many codes one by one takes about a millisecond and a half."""


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """A code of the index that is like the one asked for.

    Attributes:
        key: whose code it is.
        distance: in how many bits the two differ.
    """

    key: bytes
    distance: int

    @property
    def similarity(self) -> float:
        """1 where the codes are the same, 0 where all bits differ; what has nothing in common is near 0.5."""
        return 1 - self.distance / CODE_BITS


class SimilarityIndex:
    """Codes of 256 bits with their keys. One thread adds; any may ask, and any may settle.

    What was settled is found through tables; what was added since is looked at code by code, and settled when that
    would take long.

    Args:
        room: for how many codes to make room at once; it grows by itself.
    """

    def __init__(self, *, room: int = _FIRST_ROOM) -> None:
        self._codes: Codes = np.empty((room, WORDS), np.uint64)
        self._keys: _Keys = np.empty(room, f"V{KEY_BYTES}")
        self._count = 0
        self._bands: Bands | None = None
        self._change: Final = threading.Lock()
        self._settling: Final = threading.Lock()

    def __len__(self) -> int:
        """How many codes were added."""
        return self._count

    @property
    def nbytes(self) -> int:
        """Memory of codes, keys and tables; room that was never used takes none of the machine's."""
        tables = 0 if self._bands is None else self._bands.nbytes
        return self._count * (CODE_BYTES + KEY_BYTES) + tables

    @property
    def unsettled(self) -> int:
        """How many codes are looked at one by one."""
        return self._count - self._settled

    @property
    def _settled(self) -> int:
        return 0 if self._bands is None else self._bands.count

    def add(self, code: bytes, key: bytes) -> None:
        """Add a code; it is found from now on.

        Added once more, under the same key, it takes up room but is found once. Now and then this settles the index,
        which takes about a microsecond for each code in it; call `settle` from another thread to be spared that.

        Raises:
            ValueError: the code has not 32 bytes, or the key has not.
        """
        self._append(_checked(code, CODE_BYTES, "code"), _checked(key, KEY_BYTES, "key"), 1)
        if self.unsettled > _LONGEST_TAIL:
            self.settle()

    def load(self, entries: Iterable[tuple[bytes, bytes]]) -> None:
        """Add many codes with their keys, and settle once.

        Raises:
            ValueError: as with `extend`.
        """
        self.extend(entries)
        self.settle()

    def extend(self, entries: Iterable[tuple[bytes, bytes]]) -> None:
        """Add many codes with their keys, and leave settling to the caller.

        Raises:
            ValueError: as with `add`; nothing of the batch that has the faulty entry is added.
        """
        remaining = iter(entries)
        while batch := list(islice(remaining, _BATCH)):
            codes = b"".join(_checked(code, CODE_BYTES, "code") for code, _ in batch)
            keys = b"".join(_checked(key, KEY_BYTES, "key") for _, key in batch)
            self._append(codes, keys, len(batch))

    def settle(self) -> None:
        """Take everything added so far into the tables. Others may ask and add meanwhile, from other threads."""
        with self._settling:
            with self._change:
                codes = self._codes[: self._count]
            if len(codes) > max(self._settled, _SCANNED_AT_ONCE):
                # A row that was written is never written again, so tables can be made of it beside everything else.
                self._bands = Bands(codes)

    def nearest(self, code: bytes, max_distance: int, limit: int) -> tuple[Match, ...]:
        """The keys whose codes differ in `max_distance` bits at most: the nearest, and of these the lowest, first.

        Args:
            code: what to look for.
            max_distance: in how many bits another may differ; from a sixth of all bits on, answers take long.
            limit: how many to return at most.

        Raises:
            ValueError: the code has not 32 bytes.
        """
        wanted = np.frombuffer(_checked(code, CODE_BYTES, "code"), np.uint64)
        with self._change:
            bands, codes, keys = self._bands, self._codes[: self._count], self._keys
        if limit < 1 or max_distance < 0:
            return ()
        if bands is None:
            return _matches(_scan(codes, wanted, max_distance), codes, keys, wanted, limit)
        settled, tail = codes[: bands.count], codes[bands.count :]
        rows = np.concatenate(
            [
                _look_up(bands, settled, keys, wanted, max_distance, limit),
                _scan(tail, wanted, max_distance) + bands.count,
            ]
        )
        return _matches(rows, codes, keys, wanted, limit)

    def _append(self, codes: bytes, keys: bytes, number: int) -> None:
        begin, end = self._count, self._count + number
        with self._change:
            if end > len(self._codes):
                self._grow(end)
            self._codes[begin:end] = np.frombuffer(codes, np.uint64).reshape(number, WORDS)
            self._keys[begin:end] = np.frombuffer(keys, self._keys.dtype)
            self._count = end

    def _grow(self, needed: int) -> None:
        room = max(2 * len(self._codes), needed)
        for name in ("_codes", "_keys"):
            old = getattr(self, name)
            new = np.empty((room, *old.shape[1:]), old.dtype)
            new[: self._count] = old[: self._count]
            setattr(self, name, new)


def _checked(value: bytes, length: int, name: str) -> bytes:
    if len(value) != length:
        raise ValueError(f"a {name} has {length} bytes, not {len(value)}")
    return value


def _look_up(bands: Bands, codes: Codes, keys: _Keys, wanted: Codes, max_distance: int, limit: int) -> Rows:
    """Rows that are near: all of them, or as many of the nearest as make it sure that there are none nearer."""
    found = np.empty(0, np.int64)
    for flips in range(bands.most_flips(max_distance) + 1):
        candidates = bands.candidates(wanted, flips, max_distance)
        if candidates is None:
            return _scan(codes, wanted, max_distance)
        apart = distances(codes[candidates], wanted)
        found = np.union1d(found, candidates[apart <= max_distance])
        sure = found[distances(codes[found], wanted) <= bands.sure(flips)]
        if len(sure) >= limit and len(np.unique(_words(keys[sure])[:, 0])) >= limit:
            break
    return found


def _scan(codes: Codes, wanted: Codes, max_distance: int) -> Rows:
    """Rows that are near, by looking at every one."""
    found = [np.empty(0, np.int64)]
    for begin in range(0, len(codes), _SCANNED_AT_ONCE):
        apart = distances(codes[begin : begin + _SCANNED_AT_ONCE], wanted)
        found.append(np.flatnonzero(apart <= max_distance) + begin)
    return np.concatenate(found)


def _matches(rows: Rows, codes: Codes, keys: _Keys, wanted: Codes, limit: int) -> tuple[Match, ...]:
    apart = distances(codes[rows], wanted)
    order = np.lexsort((*_words(keys[rows]).T[::-1], apart))
    nearest: dict[bytes, int] = {}
    for place in order:
        nearest.setdefault(keys[rows[place]].tobytes(), int(apart[place]))
        if len(nearest) == limit:
            break
    return tuple(Match(key=key, distance=distance) for key, distance in nearest.items())


def _words(keys: _Keys) -> npt.NDArray[np.uint64]:
    """Keys as numbers that have the same order, most significant first."""
    return keys.view(">u8").reshape(len(keys), KEY_BYTES // 8)
