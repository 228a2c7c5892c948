"""The second look at recordings: whether two are the same one, by what happens when.

An Audio-Code says what a recording sounds like on the whole, and the longer two pieces of one style are, the more they
sound the same on the whole. A look holds the features of sixteen stretches, spread evenly over the recording.
"""

import struct
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

__all__ = ["likeness", "look_of"]

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
_MOST_DIFFERENT: Final = 0.2
"""Copies have more than nine tenths of all bits in common, other recordings less than seven."""


def look_of(features: Sequence[int]) -> bytes:
    """The look of a recording, by its features; a thousand bytes at most."""
    held = np.array(features, ">i4")[_places(len(features))]
    return _COUNT.pack(len(features)) + held.tobytes()


def _places(count: int) -> npt.NDArray[np.int64]:
    """Which of so many features a look holds."""
    if count <= _STRETCHES * _STRETCH:
        return np.arange(count)
    begins = np.linspace(0, count - _STRETCH, _STRETCHES).astype(np.int64)
    return (begins[:, np.newaxis] + np.arange(_STRETCH)).ravel()


def likeness(asked: Sequence[int], look: bytes) -> float:
    """How alike a recording, by its features, and the one with a look are, from 0 to 1; copies are 0.5 or more."""
    (count,) = _COUNT.unpack_from(look)
    held, places, features = np.frombuffer(look, ">i4", offset=_COUNT.size), _places(count), np.array(asked, ">i4")
    needed = max(_FEWEST, _PART * min(count, len(features)) / max(count, 1) * len(held))
    different: float | None = None
    for shift in range(-_MOST_SHIFT, _MOST_SHIFT + 1):
        there = (places + shift >= 0) & (places + shift < len(features))
        if there.sum() >= needed:
            bits = np.bitwise_count((held[there] ^ features[places[there] + shift]).view(np.uint32))
            found = float(bits.mean()) / _FEATURE_BITS
            different = found if different is None else min(different, found)
    return 0.0 if different is None else 1 / (1 + different / _MOST_DIFFERENT)
