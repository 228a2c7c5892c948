"""Finding our own plate in a picture that was compressed again, or made larger or smaller.

A plate grows with its picture, so after scaling it still has the same place and nearly the same share of it. What is in
the corners is compared with every plate that could be there, by normalised cross-correlation of their shades.
"""

import math
from functools import lru_cache
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pipeline.labels.explicit.model import Corner
from pipeline.labels.explicit.plate import TEXT_HEIGHT, draw_plate, em_for, margin_for
from pipeline.labels.explicit.wording import LABEL_LANGUAGES, LabelLanguage
from pipeline.labels.refused import ExplicitRefusedError

__all__ = ["CORNERS", "PlateFound", "find_plate", "is_still_there"]

_LEAST_LIKENESS: Final = 0.6
"""Of 1. Pictures without a plate stayed below 0.45; plates at half the size in JPEG of quality 30 were above 0.65."""

_CERTAIN: Final = 0.93
_HEIGHT: Final = 24
"""Of a plate when it is compared, in pixels."""

_SLACK: Final = 5
"""How far from its place a plate is looked for, in those pixels."""

# The size as it is comes first: most pictures were never scaled.
_SCALES: Final = sorted(np.geomspace(0.5, 2.0, 141).tolist(), key=lambda scale: abs(math.log(scale)))
_STEP: Final = 1.008
_COARSE: Final = 3
_WORTH_MORE: Final = 0.35
"""Where not one size in three is at least as like as this, the sizes between them are not tried."""

_FLAT: Final = 4.0
CORNERS: Final[tuple[Corner, ...]] = ("bottom-right", "bottom-left", "top-right", "top-left")

_Shades = NDArray[np.float64]


class PlateFound(msgspec.Struct, frozen=True, kw_only=True):
    """A plate that was found.

    Attributes:
        likeness: 1 for the plate as it was drawn.
        em: size of the font when it was drawn.
        shortest: shortest side of the picture that it was drawn on.
    """

    language: LabelLanguage
    corner: Corner
    likeness: float
    em: int
    shortest: int

    @property
    def height_ratio(self) -> float:
        """Height of the letters over the shortest side."""
        return round(self.em * TEXT_HEIGHT / self.shortest, 4)


def find_plate(
    picture: Image.Image, languages: tuple[LabelLanguage, ...] = LABEL_LANGUAGES, corners: tuple[Corner, ...] = CORNERS
) -> PlateFound | None:
    """The plate in one of the corners of a picture, as it is shown; None where there is none of ours.

    Args:
        picture: a picture, upright.
        languages: which plates to look for.
        corners: where to look.
    """
    grey = picture if picture.mode == "L" else picture.convert("L")
    best: PlateFound | None = None
    for corner in corners:
        for language in languages:
            found = _best_in(grey, corner, language)
            if found is not None and (best is None or found.likeness > best.likeness):
                best = found
            if best is not None and best.likeness >= _CERTAIN:
                return best
    return best if best is not None and best.likeness >= _LEAST_LIKENESS else None


def is_still_there(picture: Image.Image, found: PlateFound) -> bool:
    """Whether a plate that was found in one picture is in another of the same size, at the same place."""
    scale = min(picture.size) / found.shortest
    return _likeness(picture.convert("L"), found.corner, found.language, found.em, scale) >= _LEAST_LIKENESS


def _best_in(picture: Image.Image, corner: Corner, language: LabelLanguage) -> PlateFound | None:
    best: PlateFound | None = None
    candidates = _candidates(picture.size, language)
    for number, (em, shortest) in enumerate((*candidates[::_COARSE], *candidates)):
        if number == len(candidates[::_COARSE]) and (best is None or best.likeness < _WORTH_MORE):
            break
        likeness = _likeness(picture, corner, language, em, min(picture.size) / shortest)
        if best is None or likeness > best.likeness:
            best = PlateFound(language=language, corner=corner, likeness=likeness, em=em, shortest=shortest)
    return best


@lru_cache(maxsize=256)
def _candidates(size: tuple[int, int], language: LabelLanguage) -> tuple[tuple[int, int], ...]:
    """Sizes of the font and shortest sides of the originals that a picture of this size may be made from."""
    found: dict[float, tuple[int, int]] = {}
    for scale in _SCALES:
        original = max(1, round(size[0] / scale)), max(1, round(size[1] / scale))
        try:
            em = em_for(language, original)
        except ExplicitRefusedError:
            continue
        ratio = em / min(original)
        if all(max(ratio, known) / min(ratio, known) > _STEP for known in found):
            found[ratio] = em, min(original)
    return tuple(found[ratio] for ratio in sorted(found))


def _likeness(picture: Image.Image, corner: Corner, language: LabelLanguage, em: int, scale: float) -> float:
    plate = draw_plate(language, em)
    zoom = _HEIGHT / plate.height
    size = round(plate.width * zoom), _HEIGHT
    template = np.asarray(plate.resize(size, Image.Resampling.BICUBIC), dtype=np.float64)
    around, margin = _SLACK / zoom * scale, margin_for(em) * scale
    width, height = plate.width * scale, plate.height * scale
    left = margin if corner.endswith("left") else picture.width - margin - width
    top = margin if corner.startswith("top") else picture.height - margin - height
    box = (left - around, top - around, left + width + around, top + height + around)
    window = _window(picture, box, (template.shape[1] + 2 * _SLACK, template.shape[0] + 2 * _SLACK))
    return _correlation(window, template)


def _window(picture: Image.Image, box: tuple[float, float, float, float], size: tuple[int, int]) -> _Shades:
    """A part of a picture in shades and in another size; what is outside the picture is black."""
    left, top = math.floor(box[0]), math.floor(box[1])
    part = picture.crop((left, top, math.ceil(box[2]), math.ceil(box[3])))
    inside = box[0] - left, box[1] - top, box[2] - left, box[3] - top
    return np.asarray(part.resize(size, Image.Resampling.BICUBIC, inside), dtype=np.float64)


def _correlation(window: _Shades, template: _Shades) -> float:
    """The highest normalised cross-correlation of a template with all places in a window."""
    places = np.lib.stride_tricks.sliding_window_view(window, template.shape)
    centred = template - template.mean()
    sums = np.einsum("abij,ij->ab", places, centred)
    count = template.size
    deviation = np.sqrt(
        np.maximum(_sums(window**2, template.shape) / count - (_sums(window, template.shape) / count) ** 2, 0)
    )
    scores = sums / (count * np.maximum(deviation, _FLAT) * template.std())
    return float(scores.max())


def _sums(values: _Shades, shape: tuple[int, ...]) -> _Shades:
    """Sums over all places of a shape."""
    whole = np.pad(values, ((1, 0), (1, 0))).cumsum(0).cumsum(1)
    height, width = shape
    return np.asarray(
        whole[height:, width:] - whole[:-height, width:] - whole[height:, :-width] + whole[:-height, :-width]
    )
