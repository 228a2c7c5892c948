"""Which of many codes may differ from a given one in few bits: an exact index over parts of them.

A code is cut into bands. Two codes that differ in `d` bits agree in at least one of `m` bands but for `d // m` bits
(they cannot differ in more in every one). So for each band there is a table from its value to the codes that have it;
looked up are the value itself and those made of it by flipping few bits. What is found is a candidate: the whole codes
decide.

How many bands there are depends on how many codes: few wide ones have few candidates and many values to look up.
"""

import itertools
import math
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

__all__ = ["CODE_BITS", "MOST_CODES", "WORDS", "Bands", "Codes", "Rows", "distances"]

Codes = npt.NDArray[np.uint64]
"""Codes, one a row, each as four words."""

Rows = npt.NDArray[np.int64]

CODE_BITS: Final = 256
_WORD_BITS: Final = 64
WORDS: Final = CODE_BITS // _WORD_BITS

MOST_CODES: Final = 2**32 - 1
"""Rows are kept in 32 bits, as numbers within these tables; all sums of them are made in 64."""

_FEWEST: Final = 8
_MOST: Final = 13
"""More bands take more memory, and answer no quicker."""
_EXPECTED_DISTANCE: Final = 32
"""Which questions the number of bands is chosen for."""
_MOST_BYTES: Final = 88
"""How much memory the tables may take for each code; where bits are set unevenly, entries would be mostly empty."""
_ROW_BYTES: Final = 4
_SAMPLE: Final = 4096
_COUNTED_AT_ONCE: Final = 2**19
_DEAR: Final = 16
"""Looking up an entry or a candidate takes about as long as looking at so many codes one after the other."""


@dataclass(frozen=True, slots=True)
class _Band:
    """Some bits of a code: `width` of them from `start`, counted from the lowest of the first word.

    Of a value that is wider than its table has entries for, what is too high is folded onto the rest by exclusive or.
    What is flipped in the value is then flipped in the entry, so nothing is missed by it.
    """

    start: int
    width: int
    bits: int

    @property
    def entries(self) -> int:
        """How many entries its table has."""
        return 1 << self.bits

    def of(self, codes: Codes, out: npt.NDArray[np.uint64] | None = None) -> npt.NDArray[np.int64]:
        """The entry of each code, in memory that may be given."""
        word, offset = divmod(self.start, _WORD_BITS)
        values = np.right_shift(codes[:, word], np.uint64(offset), out=out)
        if offset + self.width > _WORD_BITS:
            values |= codes[:, word + 1] << np.uint64(_WORD_BITS - offset)
        values &= np.uint64((1 << self.width) - 1)
        if self.width > self.bits:
            values ^= values >> np.uint64(self.bits)
            values &= np.uint64(self.entries - 1)
        return values.view(np.int64)

    def flipped(self, bits: tuple[int, ...]) -> int:
        """What is flipped in the entry by flipping these bits of the value."""
        value = sum(1 << bit for bit in bits)
        return (value ^ value >> self.bits) & (self.entries - 1)


def distances(codes: Codes, code: Codes) -> npt.NDArray[np.uint16]:
    """In how many bits each of many codes differs from one."""
    total = np.zeros(len(codes), np.uint16)
    for word in range(WORDS):
        total += np.bitwise_count(codes[:, word] ^ code[word])
    return total


class Bands:
    """Tables over codes that stay as they are; safe to ask from several threads.

    Args:
        codes: what is indexed, `MOST_CODES` at most; asked for again with every question.
    """

    def __init__(self, codes: Codes) -> None:
        self.count: Final = len(codes)
        self._bands: Final = _bands_for(codes)
        # One table after the other: the entry of a band's value says where its codes begin, the next where they end.
        sizes = [band.entries + 1 for band in self._bands]
        self._bases: Final = np.array([0, *itertools.accumulate(sizes)][:-1], np.int64)
        self._starts: Final = np.zeros(sum(sizes), np.uint32)
        self._rows: Final = np.empty(self.count * len(self._bands), np.uint32)
        # The same memory for every band, since to be given new memory takes longer than to write it.
        values, rows = np.empty(self.count, np.uint64), np.arange(self.count, dtype=np.int64)
        for place, (band, base) in enumerate(zip(self._bands, self._bases.tolist(), strict=True)):
            sorted_rows = self._rows[place * self.count : (place + 1) * self.count]
            self._fill(self._starts[base + 1 : base + 1 + band.entries], sorted_rows, band.of(codes, values), rows)

    @staticmethod
    def _fill(
        ends: npt.NDArray[np.uint32],
        sorted_rows: npt.NDArray[np.uint32],
        values: npt.NDArray[np.int64],
        rows: Rows,
    ) -> None:
        """Sort rows by their values, and count these."""
        # Sorting value and row in one number is several times as quick as sorting rows by value.
        values <<= 32
        values |= rows
        values.sort()
        np.copyto(sorted_rows, values, casting="unsafe")  # which takes the lower half
        values >>= 32
        # Piece by piece, since to be given much new memory takes longer than to count.
        for first in range(0, len(ends), _COUNTED_AT_ONCE):
            piece = ends[first : first + _COUNTED_AT_ONCE]
            begin, end = np.searchsorted(values, (first, first + len(piece)))
            np.cumsum(np.bincount(values[begin:end] - first, minlength=len(piece)), out=piece)
            piece += np.uint32(begin)

    @property
    def nbytes(self) -> int:
        """Memory of the tables."""
        return self._starts.nbytes + self._rows.nbytes

    def most_flips(self, max_distance: int) -> int:
        """How many bits to flip in a band at most, to find all codes up to a distance."""
        return max_distance // len(self._bands)

    def candidates(self, code: Codes, flips: int, max_distance: int) -> Rows | None:
        """Rows of the codes that have a band in common with a code but for exactly so many bits.

        None where those are so many that looking at every code is quicker. Only those bands are looked into that are
        needed for `max_distance`.
        """
        needed = self._bands[: _needed(len(self._bands), flips, max_distance)]
        looks = sum(math.comb(band.width, flips) for band in needed)
        if looks * _DEAR > self.count:
            return None
        masks, owners = _flips(needed, flips)
        values = np.concatenate([band.of(code[np.newaxis]) for band in needed])
        entries = (values[owners] ^ masks) + self._bases[owners]
        begins = self._starts[entries].astype(np.int64)
        counts = self._starts[entries + 1] - begins
        filled = counts.nonzero()[0]
        begins, counts = begins[filled] + owners[filled] * self.count, counts[filled]
        ends = counts.cumsum()
        found = int(ends[-1]) if len(ends) else 0
        if found * _DEAR > self.count:
            return None
        rows: Rows = self._rows[np.arange(found) + np.repeat(begins - ends + counts, counts)].astype(np.int64)
        return rows


def _needed(number: int, flips: int, max_distance: int) -> int:
    """In how many of the bands so many bits have to be flipped: whoever is not found in these is further away."""
    return min(number, max_distance + 1 - flips * number)


def _bands_for(codes: Codes) -> tuple[_Band, ...]:
    """Bands of about equal width, of the number that answers most quickly."""
    share = _information(codes) / CODE_BITS
    number = min(range(_FEWEST, _MOST + 1), key=lambda number: _cost(number, len(codes), share))
    room = _room(number, len(codes))
    # What is left is for one bit more in as many bands as it is enough for.
    larger = int(_entries(len(codes), number) * number) // 2**room - number
    widths = [CODE_BITS // number + (place < CODE_BITS % number) for place in range(number)]
    starts = itertools.accumulate([0, *widths[:-1]])
    return tuple(
        _Band(start, width, max(min(width, room + (place < larger)), (width + 1) // 2))
        for place, (start, width) in enumerate(zip(starts, widths, strict=True))
    )


def _room(number: int, count: int) -> int:
    """For how many bits a table of so many has entries."""
    return int(math.log2(max(_entries(count, number), 2)))


def _entries(count: int, number: int) -> float:
    """How many entries there is room for in each of so many tables of equal size."""
    return count * (_MOST_BYTES / number - _ROW_BYTES) / _ROW_BYTES


def _cost(number: int, count: int, share: float) -> float:
    """How many entries and candidates a question has with so many bands.

    Args:
        number: of bands.
        count: of codes.
        share: what part of a bit a bit tells.
    """
    width, room = CODE_BITS // number, _room(number, count)
    chance = 2 ** (-width * share) + (2**-room if width > room else 0)
    looks = sum(
        math.comb(width, flips) * _needed(number, flips, _EXPECTED_DISTANCE)
        for flips in range(_EXPECTED_DISTANCE // number + 1)
    )
    return looks * (1 + count * chance)


def _information(codes: Codes) -> float:
    """How many bits of even chances tell codes apart as well as theirs do, of which some are nearly always the same."""
    some = np.ascontiguousarray(codes[:: max(len(codes) // _SAMPLE, 1)])
    if not len(some):
        return CODE_BITS
    chances = np.unpackbits(some.view(np.uint8), axis=1).mean(axis=0)
    return float(-np.log2(chances**2 + (1 - chances) ** 2).sum())


@cache
def _flips(bands: tuple[_Band, ...], flips: int) -> tuple[Rows, Rows]:
    """What to flip in the entry of each band, and which band it is."""
    masks = [
        sorted({band.flipped(bits) for bits in itertools.combinations(range(band.width), flips)}) for band in bands
    ]
    owners = np.repeat(np.arange(len(bands)), [len(some) for some in masks])
    return np.array(list(itertools.chain.from_iterable(masks)), np.int64), owners
