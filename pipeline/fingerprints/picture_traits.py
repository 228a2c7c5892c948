"""What a picture is recognised by: the standard's code, steadier ones of it and of its middle, and looks."""

from typing import Final

from PIL import Image, ImageChops

from pipeline.fingerprints.fingerprint import Fingerprint
from pipeline.fingerprints.picture_looks import Rendition, picture_look_of
from pipeline.fingerprints.pictures import Sight, code_of, has_features
from pipeline.fingerprints.renditions import rendition_of, smaller
from pipeline.fingerprints.steady_codes import steady_code, steady_codes
from pipeline.fingerprints.traits import NO_TRAITS, Look, Traits

__all__ = ["picture_traits", "renditions_of"]

_CUT: Final = 0.05
"""Of width and height, so much is cut off on each side of the part whose code is known; and so much a copy may lack, on
one side or on two. Then the part can be found in it, if it is looked for in each of these places."""
_SIDES: Final = ((0.0, 0.0), (_CUT / 2, _CUT / 2), (_CUT, 0.0), (0.0, _CUT))
_PLACES: Final = tuple(
    (across, down)
    for across in _SIDES
    for down in _SIDES
    # Cut evenly all around, or at the sides; not both.
    if (across == _SIDES[1]) == (down == _SIDES[1])
)
_UNEVEN: Final = 24
_UNLIKE: Final = [0] * (_UNEVEN + 1) + [255] * (255 - _UNEVEN)
"""Of each difference between two greys, whether it counts: a row of a table, as Pillow wants it."""

_LEAST_OF: Final = 20
"""A border whose colour is nearly one is one, unless what is within is a smaller part of the picture."""


def picture_traits(sight: Sight, *, asked: bool = False) -> Traits:
    """All that a picture is recognised by; nothing where there is nothing to see.

    Args:
        sight: a picture.
        asked: whether it is to be found by what is known of others, and may lack some of what they show.
    """
    if not has_features(sight.pixels):
        return NO_TRAITS
    small = smaller(sight.picture)
    inner = _within_border(small)
    parts = (small,) if inner is None else (small, inner)
    places = _PLACES if asked else ((_SIDES[0], _SIDES[0]),)
    middles = [_middle(small, across, down) for across, down in places]
    whole, *parts_of_it = steady_codes(small, [(0, 0, *small.size), *middles])
    within = () if inner is None else (steady_code(inner),)
    return Traits(
        fingerprint=Fingerprint(kind="image", code=code_of(sight.pixels)),
        codes=(whole, *within, *parts_of_it),
        looks=tuple(Look(kind="image", data=picture_look_of(rendition_of(part))) for part in parts),
    )


def renditions_of(picture: Image.Image) -> tuple[Rendition, ...]:
    """How a picture is compared with looks: with its border, and without where it has one."""
    small = smaller(picture)
    inner = _within_border(small)
    return tuple(rendition_of(part) for part in (small, inner) if part is not None)


def _middle(
    picture: Image.Image, across: tuple[float, float], down: tuple[float, float]
) -> tuple[float, float, float, float]:
    """Where the middle of an original is in a copy that lacks so much of it, before and after."""
    sides = []
    for length, (before, after) in ((picture.width, across), (picture.height, down)):
        whole = length / (1 - before - after)
        sides.append(((_CUT - before) * whole, (1 - _CUT - before) * whole))
    (left, right), (top, bottom) = sides
    return max(left, 0.0), max(top, 0.0), min(right, float(picture.width)), min(bottom, float(picture.height))


def _within_border(picture: Image.Image) -> Image.Image | None:
    """A picture without a border that is nearly of one colour; None where there is none, or little else."""
    few = (min(2, picture.width), min(2, picture.height))
    corner = picture.resize((1, 1), Image.Resampling.BOX, box=(0, 0, *few)).getpixel((0, 0))
    apart = ImageChops.difference(picture, Image.new(picture.mode, picture.size, corner))
    box = apart.point(_UNLIKE * len(apart.getbands())).getbbox()
    if box is None or box == (0, 0, *picture.size):
        return None
    left, top, right, bottom = box
    return picture.crop(box) if (right - left) * (bottom - top) * _LEAST_OF >= picture.width * picture.height else None
