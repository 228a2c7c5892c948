"""From a picture to the small one that looks are made of and compared with."""

import numpy as np
from PIL import Image

from pipeline.fingerprints.picture_looks import FINE, MIDDLE, Rendition

__all__ = ["rendition_of", "smaller"]


def rendition_of(picture: Image.Image) -> Rendition:
    """An upright picture without transparency, at the size in which it is compared; all of it, border and all."""
    small = smaller(picture).convert("RGB").resize((FINE, FINE), Image.Resampling.HAMMING).convert("YCbCr")
    luma, *differences = (np.asarray(plane, np.float64) for plane in small.split())
    rows = [plane[::2] + plane[1::2] for plane in differences]
    colours = np.stack([row[:, ::2] + row[:, 1::2] for row in rows], axis=-1) / 4 - MIDDLE
    return Rendition(luma=luma, colours=colours)


def smaller(picture: Image.Image) -> Image.Image:
    """A picture at a size that is quick to get to, and quick to work with: twice the size of a rendition, or more."""
    return picture.reduce((max(picture.width // (2 * FINE), 1), max(picture.height // (2 * FINE), 1)))
