"""The second look at recordings: whether two are the same one, by what happens when.

An Audio-Code says what a recording sounds like on the whole, and the longer two pieces of one style are, the more they
sound the same on the whole. A look holds the features of sixteen stretches, spread evenly over the recording.
"""

import struct
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

__all__ = ["likeness_to_sound", "sound_look_of"]

_STRETCHES: Final = 16
_STRETCH: Final = 16
"""Features of a stretch: about two seconds."""
_COUNT: Final = struct.Struct(">I")
_FEWEST: Final = 8
_PART: Final = 0.75
"""So much of the shorter one is laid over the other at least."""
_MOST_SHIFT: Final = 24
"""Features by which one may begin later than the other: about three seconds."""
_FEATURE_BITS: Final = 32
_PIECE: Final = 8
"""Features that are compared together: about a second."""
_WORST: Final = 0.25
_MOST_DIFFERENT: Final = 0.13
"""So many bits differ in the worst pieces of a copy at most: the mean of so many of all pieces. On the whole, another
melody to the same accompaniment can have as much in common as a copy has."""
_ENOUGH: Final = 24
_LEAST_SHARE: Final = 0.65
"""Where fewer features are compared (six seconds), chance has more of a say, and fewer bits may differ."""


def sound_look_of(features: Sequence[int]) -> bytes:
    """The look of a recording, by its features; a thousand bytes at most."""
    held = np.array(features, ">i4")[_places(len(features))]
    return _COUNT.pack(len(features)) + held.tobytes()


def _places(count: int) -> npt.NDArray[np.int64]:
    """Which of so many features a look holds."""
    if count <= _STRETCHES * _STRETCH:
        return np.arange(count)
    begins = np.linspace(0, count - _STRETCH, _STRETCHES).astype(np.int64)
    return (begins[:, np.newaxis] + np.arange(_STRETCH)).ravel()


def likeness_to_sound(asked: Sequence[int], look: bytes) -> float:
    """How alike a recording, by its features, and the one with a look are, from 0 to 1; copies are 0.5 or more."""
    (count,) = _COUNT.unpack_from(look)
    held, places, features = np.frombuffer(look, ">i4", offset=_COUNT.size), _places(count), np.array(asked, ">i4")
    needed = max(_FEWEST, _PART * min(count, len(features)) / max(count, 1) * len(held))
    different: float | None = None
    for shift in range(-_MOST_SHIFT, _MOST_SHIFT + 1):
        there = (places + shift >= 0) & (places + shift < len(features))
        if there.sum() >= needed:
            bits = np.bitwise_count((held[there] ^ features[places[there] + shift]).view(np.uint32))
            found = _worst(bits) / _FEATURE_BITS / min(max(len(bits) / _ENOUGH, _LEAST_SHARE), 1)
            different = found if different is None else min(different, found)
    return 0.0 if different is None else 1 / (1 + different / _MOST_DIFFERENT)


def _worst(bits: npt.NDArray[np.uint8]) -> float:
    """The mean of the pieces in which most bits differ."""
    begins = np.arange(0, max(len(bits) - _PIECE // 2, 1), _PIECE)
    pieces = np.add.reduceat(bits, begins, dtype=np.int64) / np.diff([*begins, len(bits)])
    number = max(round(len(pieces) * _WORST), 1)
    return float(np.partition(pieces, -number)[-number:].mean())
