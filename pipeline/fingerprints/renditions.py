"""From a picture to the small one that looks are made of and compared with."""

import numpy as np
from PIL import Image

from pipeline.fingerprints.picture_looks import FINE, MIDDLE, Rendition

__all__ = ["rendition_of", "smaller"]


def rendition_of(picture: Image.Image) -> Rendition:
    """An upright picture without transparency, at the size in which it is compared; all of it, border and all."""
    small = smaller(picture).convert("RGB").resize((FINE, FINE), Image.Resampling.HAMMING).convert("YCbCr")
    planes = np.asarray(small).astype(np.float64)
    quarters = [planes[down::2, across::2, 1:] for down in (0, 1) for across in (0, 1)]
    colours = (quarters[0] + quarters[1] + quarters[2] + quarters[3]) / 4 - MIDDLE
    return Rendition(luma=planes[:, :, 0], colours=colours)


def smaller(picture: Image.Image) -> Image.Image:
    """A picture at a size that is quick to get to, and quick to work with: twice the size of a rendition, or more."""
    return picture.reduce((max(picture.width // (2 * FINE), 1), max(picture.height // (2 * FINE), 1)))
