"""Which of many codes may differ from a given one in few bits: an exact index over parts of them.

A code is cut into bands. Two codes that differ in `d` bits agree in at least one of `m` bands but for `d // m` bits
(they cannot differ in more in every one). So for each band there is a table from its value to the codes that have it;
looked up are the value itself and those made of it by flipping few bits. What is found is a candidate: the whole codes
decide.
"""

import itertools
import math
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

__all__ = ["CODE_BITS", "WORDS", "Bands", "Codes", "Rows", "distances"]

Codes = npt.NDArray[np.uint64]
"""Codes, one a row, each as four words."""

Rows = npt.NDArray[np.int64]

CODE_BITS: Final = 256
_WORD_BITS: Final = 64
WORDS: Final = CODE_BITS // _WORD_BITS

_ROW_MASK: Final = np.int64(2**32 - 1)
_SPARE_BITS: Final = 2
"""A band is this much narrower than would give each of its values to one code: fewer, fuller entries are quicker."""
_NARROWEST: Final = 12
_FEWEST: Final = 11
"""With fewer bands, and wider ones, most of the memory would be tables."""
_SAMPLE: Final = 4096


@dataclass(frozen=True, slots=True)
class _Band:
    """Some bits of a code: `width` of them from `start`, counted from the lowest of the first word."""

    start: int
    width: int

    def of(self, codes: Codes) -> npt.NDArray[np.int64]:
        word, offset = divmod(self.start, _WORD_BITS)
        values = codes[:, word] >> np.uint64(offset)
        if offset + self.width > _WORD_BITS:
            values |= codes[:, word + 1] << np.uint64(_WORD_BITS - offset)
        values &= np.uint64((1 << self.width) - 1)
        return values.view(np.int64)


def distances(codes: Codes, code: Codes) -> npt.NDArray[np.uint16]:
    """In how many bits each of many codes differs from one."""
    total = np.zeros(len(codes), np.uint16)
    for word in range(WORDS):
        total += np.bitwise_count(codes[:, word] ^ code[word])
    return total


class Bands:
    """Tables over codes that stay as they are; safe to ask from several threads.

    Args:
        codes: what is indexed; asked for again with every question.
    """

    def __init__(self, codes: Codes) -> None:
        self.count: Final = len(codes)
        self._bands: Final = _bands_for(codes)
        sizes = [1 << band.width for band in self._bands]
        self._bases: Final = np.array([0, *itertools.accumulate(sizes)][:-1], np.int64)
        # One table after the other: the entry of a band's value says where its codes begin, the next where they end.
        self._starts: Final = np.zeros(sum(sizes) + 1, np.uint32)
        self._rows: Final = np.empty(self.count * len(self._bands), np.uint32)
        for place, (band, base) in enumerate(zip(self._bands, self._bases.tolist(), strict=True)):
            self._fill(band, base, place * self.count, codes)

    def _fill(self, band: _Band, base: int, begin: int, codes: Codes) -> None:
        values = band.of(codes)
        ends = self._starts[base + 1 : base + 1 + (1 << band.width)]
        np.cumsum(np.bincount(values, minlength=len(ends)), out=ends)
        ends += np.uint32(begin)
        # Sorting value and row in one number is several times as quick as sorting rows by value.
        values <<= 32
        values |= np.arange(self.count, dtype=np.int64)
        values.sort()
        values &= _ROW_MASK
        self._rows[begin : begin + self.count] = values

    @property
    def nbytes(self) -> int:
        """Memory of the tables."""
        return self._starts.nbytes + self._rows.nbytes

    def most_flips(self, max_distance: int) -> int:
        """How many bits to flip in a band at most, to find all codes up to a distance."""
        return max_distance // len(self._bands)

    def sure(self, flips: int) -> int:
        """Up to which distance codes are certainly found when so many bits are flipped in every band."""
        return len(self._bands) * (flips + 1) - 1

    def candidates(self, code: Codes, flips: int, max_distance: int) -> Rows | None:
        """Rows of the codes that have a band in common with a code but for exactly so many bits.

        None where those are so many that looking at every code is quicker. Only those bands are looked into that are
        needed for `max_distance`, which is more than `sure(flips - 1)`.
        """
        needed = self._bands[: max_distance + 1 - flips * len(self._bands)]
        looks = sum(math.comb(band.width, flips) for band in needed)
        if looks * _DEAR > self.count:
            return None
        masks, owners = _flips(tuple(band.width for band in needed), flips)
        values = np.concatenate([band.of(code[np.newaxis]) for band in needed])
        entries = (values[owners] ^ masks) + self._bases[owners]
        begins = self._starts[entries].astype(np.int64)
        counts = self._starts[entries + 1] - begins
        filled = counts.nonzero()[0]
        begins, counts = begins[filled], counts[filled]
        ends = counts.cumsum()
        found = int(ends[-1]) if len(ends) else 0
        if found * _DEAR > self.count:
            return None
        rows: Rows = self._rows[np.arange(found) + np.repeat(begins - ends + counts, counts)].astype(np.int64)
        return rows


_DEAR: Final = 16
"""Looking up an entry or a candidate takes about as long as looking at so many codes one after the other."""


def _bands_for(codes: Codes) -> tuple[_Band, ...]:
    """Bands of about equal width, of which the usual value is that of a few codes."""
    ideal = max(math.log2(max(len(codes), 1)) - _SPARE_BITS, _NARROWEST)
    number = max(round(_information(codes) / ideal), _FEWEST)
    widths = [CODE_BITS // number + (place < CODE_BITS % number) for place in range(number)]
    starts = itertools.accumulate([0, *widths[:-1]])
    return tuple(_Band(start, width) for start, width in zip(starts, widths, strict=True))


def _information(codes: Codes) -> float:
    """How many bits of even chances tell codes apart as well as theirs do, of which some are nearly always the same."""
    some = np.ascontiguousarray(codes[:: max(len(codes) // _SAMPLE, 1)])
    if not len(some):
        return CODE_BITS
    chances = np.unpackbits(some.view(np.uint8), axis=1).mean(axis=0)
    return float(-np.log2(chances**2 + (1 - chances) ** 2).sum())


@cache
def _flips(widths: tuple[int, ...], flips: int) -> tuple[Rows, Rows]:
    """What to flip in each band, and which band it is."""
    masks = [
        [sum(1 << bit for bit in bits) for bits in itertools.combinations(range(width), flips)] for width in widths
    ]
    owners = np.repeat(np.arange(len(widths)), [len(some) for some in masks])
    return np.array(list(itertools.chain.from_iterable(masks)), np.int64), owners
