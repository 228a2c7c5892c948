"""Codes of pictures that coding with loss leaves as they were, also where the standard's are a matter of chance.

The standard cuts a border off where it has exactly one colour, which no lossy copy keeps, and asks of every frequency
whether there is more of it than of the usual one: of what is symmetric or smooth, there is none of most, and noise
decides. Here nothing is cut, and what is next to nothing counts as nothing. Otherwise they are made as Image-Codes are
(ISO 24138): of the lowest 16 by 16 frequencies of 32 by 32 greys.

Making a picture smaller and taking its frequencies are sums over rows and columns. Here both are one matrix for the
rows and one for the columns, so that codes of many parts of a picture cost little more than one.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image

from pipeline.fingerprints.fingerprint import Fingerprint

__all__ = ["frequencies", "steady_code", "steady_codes"]

Box = tuple[float, float, float, float]
"""Part of a picture: left, top, right, bottom, in pixels."""

_SIDE: Final = 32
_BLOCK: Final = 8
_BLOCKS: Final = ((0, 0), (0, _BLOCK), (_BLOCK, 0), (_BLOCK, _BLOCK))
_LOWEST: Final = 2 * _BLOCK
_OUTLIERS: Final = 3
"""So many frequencies of a block do not count for what is usual in it; the lowest ones have most of the picture."""
_SHARE: Final = 0.15
_FLOOR: Final = 60.0
"""Of a frequency there has to be so much of what is usual in its block, and that much at least: a tenth of a grey."""
_COSINES: Final = np.cos(np.pi / (2 * _SIDE) * (2 * np.arange(_SIDE) + 1) * np.arange(_LOWEST)[:, np.newaxis])
_SHARPNESS: Final = -0.5
_REACH: Final = 2.0
"""Of the cubic filter that pictures are made smaller with, as Pillow has it: its parameter, and how far it reaches."""


def frequencies(greys: bytes) -> npt.NDArray[np.float64]:
    """How much there is of the lowest frequencies in 32 by 32 greys: a row for each block that codes are made of."""
    square = np.frombuffer(greys, np.uint8).reshape(_SIDE, _SIDE).astype(np.float64)
    return _blocks(_COSINES @ square @ _COSINES.T)


def steady_code(picture: Image.Image) -> Fingerprint:
    """The code of an upright picture without transparency."""
    return steady_codes(picture, [(0, 0, *picture.size)])[0]


def steady_codes(picture: Image.Image, boxes: Sequence[Box]) -> tuple[Fingerprint, ...]:
    """The codes of parts of an upright picture without transparency."""
    greys = np.asarray(picture.convert("L"), np.float32)
    height, width = greys.shape
    downs = {box[1::2]: None for box in boxes}
    acrosses = {box[::2]: None for box in boxes}
    rows = np.concatenate([_lowest(height, *down) for down in downs])
    columns = np.concatenate([_lowest(width, *across) for across in acrosses])
    found = (rows @ greys @ columns.T).astype(np.float64)
    parts = {
        (across, down): found[row * _LOWEST :, column * _LOWEST :]
        for row, down in enumerate(downs)
        for column, across in enumerate(acrosses)
    }
    return tuple(_code(parts[box[::2], box[1::2]]) for box in boxes)


def _code(found: npt.NDArray[np.float64]) -> Fingerprint:
    blocks = _blocks(found)
    usual = np.sort(np.abs(blocks), axis=1)[:, :-_OUTLIERS].mean(axis=1)
    bits = blocks > np.maximum(_SHARE * usual, _FLOOR)[:, np.newaxis]
    return Fingerprint.of("image", np.packbits(bits).tobytes())


def _blocks(found: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.stack([found[row : row + _BLOCK, column : column + _BLOCK].ravel() for row, column in _BLOCKS])


@lru_cache(64)
def _lowest(length: int, begin: float, end: float) -> npt.NDArray[np.float32]:
    """What makes the lowest frequencies of so many greys in a row, of the part from `begin` to `end`."""
    scale = (end - begin) / _SIDE
    wide = max(scale, 1.0)
    middles = begin + (np.arange(_SIDE) + 0.5) * scale
    apart = np.abs(np.arange(length) + 0.5 - middles[:, np.newaxis]) / wide
    weights = np.where(
        apart < 1,
        ((_SHARPNESS + 2) * apart - (_SHARPNESS + 3)) * apart**2 + 1,
        (((apart - 5) * apart + 8) * apart - 4) * _SHARPNESS,
    )
    weights = np.where(apart < _REACH, weights, 0.0)
    weights /= weights.sum(axis=1, keepdims=True)
    lowest: npt.NDArray[np.float32] = (_COSINES @ weights).astype(np.float32)
    return lowest
