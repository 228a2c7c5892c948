"""Whether two recordings are the same one, by all of their features.

An Audio-Code says what a recording sounds like on the whole, and the longer two pieces of one style are, the more they
sound the same on the whole. Where both files are at hand, what happens when decides.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from pipeline.fingerprints.chromaprint import features
from pipeline.fingerprints.media import TooLargeMediaError, UnreadableMediaError
from pipeline.fingerprints.sounds import FEWEST_FEATURES, samples_of

__all__ = ["SAME", "likeness", "same_recording"]

SAME: Final = 0.8
"""Copies have more than nine tenths of all bits in common, other recordings less than seven."""

_MOST_SHIFT: Final = 24
"""Features by which one may begin later than the other: about three seconds."""
_FEATURE_BITS: Final = 32


def same_recording(one: bytes, one_type: str, other: bytes, other_type: str) -> bool:
    """Whether two recordings, of media types in `AUDIO_TYPES`, are copies; False where one cannot be read.

    Raises:
        MemoryError: decoding needs more memory than there is.
    """
    try:
        return likeness(features(samples_of(one, one_type)), features(samples_of(other, other_type))) >= SAME
    except (TooLargeMediaError, UnreadableMediaError):
        return False


def likeness(one: Sequence[int], other: Sequence[int]) -> float:
    """Which part of the bits of two recordings' features is the same, when laid over each other as well as possible.

    Laid over each other must be at least three quarters of the shorter one. It is 0 where that is too little to tell.
    """
    longer, shorter = sorted((np.array(one, np.int32), np.array(other, np.int32)), key=len, reverse=True)
    needed = max(FEWEST_FEATURES, len(shorter) * 3 // 4)
    best = 0.0
    for shift in range(-_MOST_SHIFT, _MOST_SHIFT + 1):
        first, second = longer[max(shift, 0) :], shorter[max(-shift, 0) :]
        common = min(len(first), len(second))
        if common >= needed:
            different = np.bitwise_count((first[:common] ^ second[:common]).view(np.uint32))
            best = max(best, 1 - float(different.mean()) / _FEATURE_BITS)
    return best
