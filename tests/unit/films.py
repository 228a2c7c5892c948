"""Videos whose key frames are where a test wants them."""

from collections.abc import Iterator
from typing import Final

import numpy as np
from PIL import Image

from tests.media.copies import filmed

__all__ = ["FRAMES", "RATE", "each_second", "film", "scenes", "without_index"]

SIDE: Final = 96
RATE: Final = 24
FRAMES: Final = 6 * RATE


def scenes(seed: int) -> Iterator[np.ndarray]:
    """A landscape for each second and a half, over which a bright square wanders."""
    chance = np.random.default_rng(seed)
    for number in range(FRAMES):
        if number % (FRAMES // 4) == 0:
            colours = Image.fromarray(chance.integers(0, 256, (6, 6, 3), np.uint8))
            land = np.asarray(colours.resize((SIDE, SIDE), Image.Resampling.BICUBIC))
        picture = land.copy()
        place = number * (SIDE - 24) // FRAMES
        picture[place : place + 24, place : place + 24] = 230
        yield picture


def film(seed: int = 1, kind: str = "mp4", codec: str = "libx264", **options: str) -> bytes:
    return filmed(scenes(seed), kind, codec, RATE, **options)


def each_second(seed: int = 1) -> bytes:
    """A video with a key frame in each second and nowhere else."""
    return film(seed, g=str(RATE), sc_threshold="0")


def without_index(matroska: bytes) -> bytes:
    """The same without Cues, and without what says where they are: their name is that of nothing then."""
    return matroska.replace(b"\x1c\x53\xbb\x6b", b"\x1c\x53\xbb\x6c")
