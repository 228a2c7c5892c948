"""The fingerprint of an asset, whatever it is, and what else it is recognised by.

Decodes untrusted bytes with native libraries: only for processes that they may harm.
"""

from collections.abc import Sequence
from typing import Final

from pipeline.fingerprints.coder import DRAWING, is_picture
from pipeline.fingerprints.drawings import drawn
from pipeline.fingerprints.fingerprint import Fingerprint, NoFingerprint
from pipeline.fingerprints.media_formats import AUDIO_TYPES, VIDEO_TYPES
from pipeline.fingerprints.moving_pictures import MOST_MISSED, PICTURES, shots_likeness, traits_of_shots
from pipeline.fingerprints.picture_looks import likeness_to_picture
from pipeline.fingerprints.picture_traits import picture_traits, renditions_of
from pipeline.fingerprints.pictures import Sight, code_of, has_features, prepared, shots_of, sight_of
from pipeline.fingerprints.texts import TEXT_TYPES, text_fingerprint, text_likeness, text_traits
from pipeline.fingerprints.traits import NO_TRAITS, Look, Traits
from pipeline.media_types import canonical
from pipeline.pyav import HAS_PYAV

__all__ = ["examine", "fingerprint", "likenesses", "traits"]

_RECORDINGS: Final[frozenset[str]] = frozenset({*AUDIO_TYPES, *VIDEO_TYPES} if HAS_PYAV else ())
"""Sounds and videos, where they can be decoded."""

_MOST_SHOTS: Final = 64
"""Pictures of an animation that are compared."""


def fingerprint(body: bytes, media_type: str) -> Fingerprint | None:
    """The fingerprint of an asset; None where it has none, for which `examine` knows the reason.

    Raises:
        MemoryError: decoding needs more memory than there is.
    """
    found = examine(body, media_type)
    return found if isinstance(found, Fingerprint) else None


def examine(body: bytes, media_type: str) -> Fingerprint | NoFingerprint:
    """The fingerprint of an asset, or why it has none.

    Raises:
        MemoryError: decoding needs more memory than there is.
    """
    name = canonical(media_type)
    if name in TEXT_TYPES:
        return text_fingerprint(body, media_type)
    if is_picture(name) or name == DRAWING:
        return _image_fingerprint(body, name)
    if name in _RECORDINGS:
        return _recording_fingerprint(body, name)
    return NoFingerprint(reason="not-supported")


def _recording_fingerprint(body: bytes, name: str) -> Fingerprint | NoFingerprint:
    from pipeline.fingerprints.sounds import audio_fingerprint  # noqa: PLC0415 (PyAV is an extra, here and below)
    from pipeline.fingerprints.videos import video_fingerprint  # noqa: PLC0415

    return audio_fingerprint(body, name) if name in AUDIO_TYPES else video_fingerprint(body, name)


def _image_fingerprint(body: bytes, name: str) -> Fingerprint | NoFingerprint:
    sight = _sight_of(body, name)
    if sight is None:
        return NoFingerprint(reason="not-readable")
    if not has_features(sight.pixels):
        return NoFingerprint(reason="featureless")
    return Fingerprint(kind="image", code=code_of(sight.pixels))


def _sight_of(body: bytes, name: str) -> Sight | None:
    if name != DRAWING:
        return sight_of(body)
    picture = drawn(body)
    return None if picture is None else Sight(picture=picture, pixels=prepared(picture))


def traits(body: bytes, media_type: str, *, asked: bool = False) -> Traits:
    """All that an asset is recognised by: its fingerprint, codes beside it, and looks.

    Args:
        body: the asset.
        media_type: what it is.
        asked: whether it is to be found by what is known of others, and may lack some of what they show.

    Raises:
        MemoryError: decoding needs more memory than there is.
    """
    name = canonical(media_type)
    if name in TEXT_TYPES:
        return text_traits(body, media_type)
    if is_picture(name) or name == DRAWING:
        return _image_traits(body, name, asked=asked)
    return _recording_traits(body, name, asked=asked) if name in _RECORDINGS else NO_TRAITS


def _recording_traits(body: bytes, name: str, *, asked: bool) -> Traits:
    from pipeline.fingerprints.sounds import audio_traits  # noqa: PLC0415
    from pipeline.fingerprints.videos import video_traits  # noqa: PLC0415

    return audio_traits(body, AUDIO_TYPES[name]) if name in AUDIO_TYPES else video_traits(body, name, asked=asked)


def _image_traits(body: bytes, name: str, *, asked: bool) -> Traits:
    sight = _sight_of(body, name)
    if sight is None:
        return NO_TRAITS
    still = picture_traits(sight, asked=asked)
    shots = tuple(shots_of(body, PICTURES))
    if not shots:
        return still
    moving = traits_of_shots(shots)
    return Traits(
        fingerprint=still.fingerprint,
        codes=(*still.codes, *moving.all_codes),
        looks=(*still.looks, *moving.looks),
    )


def likenesses(body: bytes, media_type: str, candidates: Sequence[Sequence[Look]]) -> tuple[float, ...]:
    """How much an asset is like each of some others, by their looks, from 0 to 1: copies from `SAME` on.

    Raises:
        MemoryError: decoding needs more memory than there is.
    """
    name = canonical(media_type)
    if name in VIDEO_TYPES and name in _RECORDINGS:
        from pipeline.fingerprints.videos import video_likenesses  # noqa: PLC0415

        found = video_likenesses(body, name, candidates)
        return tuple(_summed_up(*pair, moving=True) for pair in zip(candidates, found, strict=True))
    each = iter(_likenesses(body, media_type, [look for candidate in candidates for look in candidate]))
    return tuple(_summed_up(candidate, [next(each) for _ in candidate], moving=False) for candidate in candidates)


def _likenesses(body: bytes, media_type: str, looks: Sequence[Look]) -> tuple[float, ...]:
    name = canonical(media_type)
    if name in TEXT_TYPES:
        return text_likeness(body, media_type, looks)
    if name in AUDIO_TYPES and name in _RECORDINGS:
        from pipeline.fingerprints.sounds import audio_likeness  # noqa: PLC0415

        return audio_likeness(body, AUDIO_TYPES[name], looks)
    return _image_likeness(body, name, looks) if is_picture(name) or name == DRAWING else (0.0,) * len(looks)


def _image_likeness(body: bytes, name: str, looks: Sequence[Look]) -> tuple[float, ...]:
    shots = tuple(shots_of(body, _MOST_SHOTS))
    if shots:
        return shots_likeness(shots, looks)
    sight = _sight_of(body, name)
    renditions = () if sight is None else renditions_of(sight.picture)
    return tuple(
        max(
            (likeness_to_picture(rendition, look.data) for rendition in renditions if look.kind in ("image", "video")),
            default=0.0,
        )
        for look in looks
    )


def _summed_up(looks: Sequence[Look], found: Sequence[float], *, moving: bool) -> float:
    """How much an asset is like another one, by how much it is like each of the looks of that."""
    pictures = sorted(score for look, score in zip(looks, found, strict=True) if look.kind == "video")
    others = [score for look, score in zip(looks, found, strict=True) if look.kind != "video"]
    # Of a video all is compared, a still picture may be any of its pictures.
    seen = pictures[min(MOST_MISSED, len(pictures) - 1) if moving else -1 :][:1]
    return max((*others, *seen), default=0.0)
