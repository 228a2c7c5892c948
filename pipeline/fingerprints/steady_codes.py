"""Codes of pictures that coding with loss leaves as they were, also where the standard's are a matter of chance.

The standard cuts a border off where it has exactly one colour, which no lossy copy keeps, and asks of every frequency
whether there is more of it than of the usual one: of what is symmetric or smooth, there is none of most, and noise
decides. Here nothing is cut, and what is next to nothing counts as nothing. Otherwise they are made as Image-Codes are
(ISO 24138): of the lowest 16 by 16 frequencies of 32 by 32 greys.
"""

from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image

from pipeline.fingerprints.fingerprint import Fingerprint

__all__ = ["frequencies", "steady_code"]

_SIDE: Final = 32
_BLOCK: Final = 8
_BLOCKS: Final = ((0, 0), (0, _BLOCK), (_BLOCK, 0), (_BLOCK, _BLOCK))
_OUTLIERS: Final = 3
"""So many frequencies of a block do not count for what is usual in it; the lowest ones have most of the picture."""
_SHARE: Final = 0.15
_FLOOR: Final = 60.0
"""Of a frequency there has to be so much of what is usual in its block, and that much at least: a tenth of a grey."""
_COSINES: Final = np.cos(np.pi / (2 * _SIDE) * (2 * np.arange(_SIDE) + 1) * np.arange(2 * _BLOCK)[:, np.newaxis])


def frequencies(greys: bytes) -> tuple[npt.NDArray[np.float64], ...]:
    """How much there is of the lowest frequencies in 32 by 32 greys, in the four blocks that codes are made of."""
    square = np.frombuffer(greys, np.uint8).reshape(_SIDE, _SIDE).astype(np.float64)
    found = _COSINES @ square @ _COSINES.T
    return tuple(found[row : row + _BLOCK, column : column + _BLOCK].ravel() for row, column in _BLOCKS)


def steady_code(picture: Image.Image, box: tuple[float, float, float, float] | None = None) -> Fingerprint:
    """The code of an upright picture without transparency, or of a part of it: left, top, right, bottom in pixels."""
    grey = picture if picture.mode == "L" else picture.convert("L")
    greys = grey.resize((_SIDE, _SIDE), Image.Resampling.BICUBIC, box=box)
    blocks = np.stack(frequencies(greys.tobytes()))
    usual = np.sort(np.abs(blocks), axis=1)[:, :-_OUTLIERS].mean(axis=1)
    bits = blocks > np.maximum(_SHARE * usual, _FLOOR)[:, np.newaxis]
    return Fingerprint.of("image", np.packbits(bits).tobytes())
