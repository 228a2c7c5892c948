"""From moving pictures, of a video or an animation, to what they are recognised by. Decodes nothing."""

from collections.abc import Sequence
from typing import Final

from pipeline.fingerprints.fingerprint import Fingerprint, NoFingerprint
from pipeline.fingerprints.picture_looks import Rendition, apart, likeness_to_picture, picture_look_of
from pipeline.fingerprints.pictures import Shot, code_of, has_features, prepared
from pipeline.fingerprints.renditions import rendition_of
from pipeline.fingerprints.standard_codes import mixed_code
from pipeline.fingerprints.steady_codes import steady_code
from pipeline.fingerprints.traits import NO_TRAITS, Look, Traits

__all__ = ["MOST_MISSED", "PICTURES", "SeenPictures", "fingerprint_of_pictures", "shots_likeness", "traits_of_shots"]

PICTURES: Final = 16
"""So many pictures are taken from a video, each from the middle of one of so many equal parts."""

_FEWEST_PARTS: Final = 2
"""Content of fewer parts is not mixed."""
_LOOKS: Final = 4
"""So many of the pictures are looked at twice, and the first one of a video."""
_CODES: Final = 8
_DISTINCT: Final = 16
"""So many of the pictures have a code that is indexed, and they differ in more bits than that."""
MOST_MISSED: Final = 1
"""Of the pictures of a video that are looked at, so many may be other ones in a copy."""
_MOMENT: Final = 0.25
_COMPARED: Final = 3


def traits_of_shots(shots: Sequence[Shot], first: Shot | None = None, fewest: int = 0) -> Traits:
    """All that moving pictures are recognised by, and by the very first, which often stands for them alone.

    Args:
        shots: the pictures.
        first: the very first one.
        fewest: so many of all these have to show something; nothing is recognised by fewer.
    """
    pixels = [prepared(shot.picture) for shot in shots]
    seen = [shot for shot, grey in zip(shots, pixels, strict=True) if has_features(grey)]
    opens = first is not None and has_features(prepared(first.picture))
    if len(seen) + opens < fewest:
        return NO_TRAITS
    standard = fingerprint_of_pictures(pixels)
    if isinstance(standard, NoFingerprint):
        return NO_TRAITS
    steady = [steady_code(shot.picture) for shot in seen]
    mixed = mixed_code(steady)
    step = max(len(seen) // _LOOKS, 1)
    looked_at = [*range(step // 2, len(seen), step)[:_LOOKS]]
    if first is not None and opens:
        seen, steady, looked_at = [*seen, first], [*steady, steady_code(first.picture)], [len(seen), *looked_at]
    distinct: list[Fingerprint] = []
    for place in (*looked_at, *range(len(seen))):
        if len(distinct) < _CODES and all(steady[place].distance(other) > _DISTINCT for other in distinct):
            distinct.append(steady[place])
    return Traits(
        fingerprint=standard,
        codes=(mixed, *distinct),
        looks=tuple(
            Look(kind="video", data=picture_look_of(rendition_of(seen[place].picture)), at=seen[place].at)
            for place in looked_at
        ),
    )


def fingerprint_of_pictures(pictures: Sequence[bytes]) -> Fingerprint | NoFingerprint:
    """The code of what most of some pictures agree on; they are `prepared`."""
    codes = [Fingerprint(kind="image", code=code_of(pixels)) for pixels in pictures if has_features(pixels)]
    if len(codes) < _FEWEST_PARTS:
        return NoFingerprint(reason="featureless")
    return mixed_code(codes)


def shots_likeness(shots: Sequence[Shot], looks: Sequence[Look]) -> tuple[float, ...]:
    """How much moving pictures are like what has each of some looks: at the same second, or a still one at any."""
    seen = SeenPictures(shots)
    return tuple(seen.likeness(look) for look in looks)


class SeenPictures:
    """Moving pictures as they are compared, each once."""

    def __init__(self, shots: Sequence[Shot]) -> None:
        once = {shot.at: shot.picture for shot in shots}
        self._renditions = [(at, rendition_of(picture)) for at, picture in sorted(once.items())]

    def likeness(self, look: Look) -> float:
        """How much one of them is like what has a look: at the same second, or a still one at any."""
        return max((likeness_to_picture(rendition, look.data) for rendition in self._shown(look)), default=0.0)

    def _shown(self, look: Look) -> list[Rendition]:
        """The few that may show it: each comparison takes some milliseconds."""
        if look.kind == "image":
            return sorted(
                (rendition for _, rendition in self._renditions), key=lambda rendition: apart(rendition, look.data)
            )[:_COMPARED]
        if look.kind != "video":
            return []
        later = [(abs(at - (look.at or 0.0)), number) for number, (at, _) in enumerate(self._renditions)]
        return [self._renditions[number][1] for distance, number in sorted(later)[:_COMPARED] if distance <= _MOMENT]
