"""XXH32 of many pieces of one text (xxHash specification 0.1.1).

Of many pieces of one length at once: calling the library for each takes ten times as long as all of the arithmetic.
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt
from xxhash import xxh32_intdigest

__all__ = ["hashes_of_pieces"]

_Numbers = npt.NDArray[np.uint32]
_Octets = npt.NDArray[np.uint8]
_Places = npt.NDArray[np.int64]

_ONE, _TWO, _THREE, _FOUR, _FIVE = (
    np.uint32(prime) for prime in (2654435761, 2246822519, 3266489917, 668265263, 374761393)
)
_STARTS: Final = tuple(np.uint32(start % 2**32) for start in (2654435761 + 2246822519, 2246822519, 0, -2654435761))
_TURNS: Final = (1, 7, 12, 18)
_16: Final = np.uint32(16)
_LANE: Final = 4
_STRIPE: Final = 16
_MANY: Final = 80
"""Of so many pieces of each length or more, the arithmetic is done here."""
_AT_A_TIME: Final = 2**14
"""So many pieces are hashed at a time: what is on the way stays in the processor's cache."""


def hashes_of_pieces(text: bytes, begins: _Places, ends: _Places) -> _Numbers:
    """The hash of each piece of a text, with seed 0.

    Args:
        text: some bytes.
        begins: where each piece begins.
        ends: where it ends; they may overlap.
    """
    lengths = ends - begins
    different = np.flatnonzero(np.bincount(lengths)).tolist()
    if len(lengths) < _MANY * len(different):
        pieces = zip(begins.tolist(), ends.tolist(), strict=True)
        return np.array([xxh32_intdigest(text[begin:end]) for begin, end in pieces], np.uint32)
    octets = np.frombuffer(text + bytes(_LANE), np.uint8)
    lanes = _lanes(octets)
    hashes = np.empty(len(lengths), np.uint32)
    for length in different:
        of_length = np.flatnonzero(lengths == length)
        for first in range(0, len(of_length), _AT_A_TIME):
            these = of_length[first : first + _AT_A_TIME]
            hashes[these] = _hashed(octets, lanes, begins[these], length)
    return hashes


def _lanes(octets: _Octets) -> _Numbers:
    """At each place of some bytes the number that it and the next three make; of the last three there is none."""
    lanes = np.empty(len(octets) - _LANE + 1, np.uint32)
    for first in range(_LANE):
        every_fourth = lanes[first::_LANE]
        every_fourth[:] = np.frombuffer(octets, "<u4", len(every_fourth), first)
    return lanes


def _hashed(octets: _Octets, lanes: _Numbers, begins: _Places, length: int) -> _Numbers:
    """The hashes of pieces of one length; `lanes` has at each place the four bytes from there on."""
    number_of, first = len(begins), int(begins[0])
    is_run = np.array_equal(begins, np.arange(first, first + number_of))

    def at(numbers: npt.NDArray[Any], place: int) -> npt.NDArray[Any]:
        return numbers[first + place : first + place + number_of] if is_run else numbers[begins + place]

    place = 0
    hashes: npt.NDArray[Any] = np.full(number_of, _FIVE)
    if length >= _STRIPE:
        sums: list[npt.NDArray[Any]] = [np.full(number_of, start) for start in _STARTS]
        while place + _STRIPE <= length:
            for number in range(_LANE):
                sums[number] = _turned(sums[number] + at(lanes, place + _LANE * number) * _TWO, 13) * _ONE
            place += _STRIPE
        first_sum, second, third, fourth = (_turned(part, bits) for part, bits in zip(sums, _TURNS, strict=True))
        hashes = first_sum + second + third + fourth
    hashes += np.uint32(length)
    while place + _LANE <= length:
        hashes = _turned(hashes + at(lanes, place) * _THREE, 17) * _FOUR
        place += _LANE
    while place < length:
        hashes = _turned(hashes + at(octets, place) * _FIVE, 11) * _ONE
        place += 1
    hashes = (hashes ^ hashes >> np.uint32(15)) * _TWO
    hashes = (hashes ^ hashes >> np.uint32(13)) * _THREE
    mixed: _Numbers = hashes ^ hashes >> _16
    return mixed


def _turned(numbers: _Numbers, bits: int) -> _Numbers:
    turned: _Numbers = numbers << np.uint32(bits) | numbers >> np.uint32(32 - bits)
    return turned
