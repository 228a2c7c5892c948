"""XXH32 of many pieces of one text (xxHash specification 0.1.1).

Of many pieces of one length at once: calling the library for each takes ten times as long as all of the arithmetic.
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt
from xxhash import xxh32_intdigest

__all__ = ["hashes_of_pieces"]

_Numbers = npt.NDArray[np.uint32]
_Places = npt.NDArray[np.int64]

_ONE, _TWO, _THREE, _FOUR, _FIVE = (
    np.uint32(prime) for prime in (2654435761, 2246822519, 3266489917, 668265263, 374761393)
)
_STARTS: Final = tuple(np.uint32(start % 2**32) for start in (2654435761 + 2246822519, 2246822519, 0, -2654435761))
_TURNS: Final = (1, 7, 12, 18)
_8, _16, _24 = (np.uint32(bits) for bits in (8, 16, 24))
_LANE: Final = 4
_STRIPE: Final = 16
_MANY: Final = 80
"""Of so many pieces of each length or more, the arithmetic is done here."""


def hashes_of_pieces(text: bytes, begins: _Places, ends: _Places) -> _Numbers:
    """The hash of each piece of a text, with seed 0.

    Args:
        text: some bytes.
        begins: where each piece begins.
        ends: where it ends; they may overlap.
    """
    lengths = ends - begins
    different = np.unique(lengths)
    if len(lengths) < _MANY * len(different):
        pieces = zip(begins.tolist(), ends.tolist(), strict=True)
        return np.array([xxh32_intdigest(text[begin:end]) for begin, end in pieces], np.uint32)
    octets = np.frombuffer(text + bytes(_LANE), np.uint8).astype(np.uint32)
    lanes: _Numbers = octets[:-3] | octets[1:-2] << _8 | octets[2:-1] << _16 | octets[3:] << _24
    hashes = np.empty(len(lengths), np.uint32)
    for length in different.tolist():
        of_length = lengths == length
        hashes[of_length] = _hashed(octets, lanes, begins[of_length], length)
    return hashes


def _hashed(octets: _Numbers, lanes: _Numbers, begins: _Places, length: int) -> _Numbers:
    """The hashes of pieces of one length; `lanes` has at each place the four bytes from there on."""
    place = 0
    hashes: npt.NDArray[Any] = np.full(len(begins), _FIVE)
    if length >= _STRIPE:
        sums: list[npt.NDArray[Any]] = [np.full(len(begins), start) for start in _STARTS]
        while place + _STRIPE <= length:
            for number in range(_LANE):
                lane = lanes[begins + (place + _LANE * number)]
                sums[number] = _turned(sums[number] + lane * _TWO, 13) * _ONE
            place += _STRIPE
        first, second, third, fourth = (_turned(part, bits) for part, bits in zip(sums, _TURNS, strict=True))
        hashes = first + second + third + fourth
    hashes += np.uint32(length)
    while place + _LANE <= length:
        hashes = _turned(hashes + lanes[begins + place] * _THREE, 17) * _FOUR
        place += _LANE
    while place < length:
        hashes = _turned(hashes + octets[begins + place] * _FIVE, 11) * _ONE
        place += 1
    hashes = (hashes ^ hashes >> np.uint32(15)) * _TWO
    hashes = (hashes ^ hashes >> np.uint32(13)) * _THREE
    mixed: _Numbers = hashes ^ hashes >> _16
    return mixed


def _turned(numbers: _Numbers, bits: int) -> _Numbers:
    turned: _Numbers = numbers << np.uint32(bits) | numbers >> np.uint32(32 - bits)
    return turned
