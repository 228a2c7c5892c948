"""From the bytes of a video to a code of its pictures.

ISO 24138 makes its Video-Codes of MPEG-7 frame signatures, which nothing computes here. A video is coded as what the
standard calls mixed content instead: its parts are some of its pictures, key frames or those at even distances, each
with its Image-Code, and what most of them agree on is the Mixed-Code. So it compares with others made here, not with
Video-Codes; and what finds a copy that has other key frames is codes of single pictures.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from pipeline.fingerprints.fingerprint import Fingerprint, NoFingerprint
from pipeline.fingerprints.media import TooLargeMediaError, UnreadableMediaError
from pipeline.fingerprints.media_formats import VIDEO_TYPES
from pipeline.fingerprints.moving_pictures import (
    MOST_MISSED,
    SeenPictures,
    fingerprint_of_pictures,
    traits_of_shots,
)
from pipeline.fingerprints.pictures import Shot, has_features, prepared
from pipeline.fingerprints.sounds import audio_likeness, audio_traits
from pipeline.fingerprints.steady_codes import steady_code
from pipeline.fingerprints.traits import NO_TRAITS, SAME, Look, Traits
from pipeline.fingerprints.video_pictures import KEY_PICTURES, asked_shots, even_shots, key_shots, shots_at

__all__ = ["video_fingerprint", "video_likenesses", "video_traits"]

_FEWEST_KEYS: Final = 3
"""Of the key frames of a video, so many have to show something for it to be known by them."""
_APART: Final = (6, 10, 14, 18, 24)
_MOST_SOUGHT: Final = 64
"""With the codes of so many pictures a video is asked about, beside those of all of it; of more, those that differ in
more bits."""


def video_fingerprint(body: bytes, media_type: str) -> Fingerprint | NoFingerprint:
    """The fingerprint of a video in one of `VIDEO_TYPES`.

    Raises:
        MemoryError: decoding needs more memory than there is.
    """
    container_format = VIDEO_TYPES[media_type]
    keyed = _known_by(key_shots(body, container_format))
    if keyed.fingerprint is not None:
        return keyed.fingerprint
    shots = even_shots(body, container_format)
    return (
        shots
        if isinstance(shots, NoFingerprint)
        else fingerprint_of_pictures([prepared(shot.picture) for shot in shots])
    )


def video_traits(body: bytes, media_type: str, *, asked: bool = False) -> Traits:
    """All that a video in one of `VIDEO_TYPES` is recognised by: as a whole, by some of its pictures, and by its sound.

    Args:
        body: the video.
        media_type: what it is.
        asked: whether it is to be found by what is known of others, which may have had key frames elsewhere.

    Raises:
        MemoryError: decoding needs more memory than there is.
    """
    container_format = VIDEO_TYPES[media_type]
    seen = _asked_by(body, container_format) if asked else _known(body, container_format)
    sound = audio_traits(body, container_format)
    return msgspec.structs.replace(seen, codes=(*seen.codes, *sound.own_codes), looks=(*seen.looks, *sound.looks))


def _known(body: bytes, container_format: str) -> Traits:
    """What a video that is sealed is recognised by."""
    keyed = _known_by(key_shots(body, container_format))
    if keyed.fingerprint is not None:
        return keyed
    shots = even_shots(body, container_format, first=True)
    return NO_TRAITS if isinstance(shots, NoFingerprint) else traits_of_shots(shots[1:], first=shots[0])


def _known_by(keys: Sequence[Shot]) -> Traits:
    """What a video is recognised by that is known by its key frames; nothing where they show too little."""
    return traits_of_shots(keys[1:], first=keys[0], fewest=_FEWEST_KEYS) if keys else NO_TRAITS


def _asked_by(body: bytes, container_format: str) -> Traits:
    """What a video is found by: among those that are known evenly, and among those that are by their key frames."""
    even: list[Shot] = []
    keys: list[Shot] = []
    codes: dict[float, Fingerprint] = {}
    try:
        for shot, is_even, is_key in asked_shots(body, container_format):
            even += [shot] * is_even
            keys += [shot] * is_key
            if shot.at not in codes and has_features(prepared(shot.picture)):
                codes[shot.at] = steady_code(shot.picture)
    except TooLargeMediaError:
        return _known(body, container_format)
    except UnreadableMediaError:
        return NO_TRAITS
    keyed = _known_by(keys) if len(keys) == KEY_PICTURES else NO_TRAITS
    others = traits_of_shots(even[1:], first=even[0]) if even else NO_TRAITS
    return Traits(
        fingerprint=keyed.fingerprint or others.fingerprint,
        codes=(*keyed.codes, *others.own_codes),
        looks=keyed.looks or others.looks,
        sought=_sought([*codes.values()]),
    )


def _sought(codes: Sequence[Fingerprint]) -> tuple[Fingerprint, ...]:
    """Codes of pictures by which one of them is found among those of others; not all, where they are many."""
    found = (_distinct(codes, distance) for distance in _APART)
    return next((few for few in found if len(few) <= _MOST_SOUGHT), _distinct(codes, _APART[-1])[:_MOST_SOUGHT])


def _distinct(codes: Sequence[Fingerprint], distance: int) -> tuple[Fingerprint, ...]:
    """Codes that differ from those before them in more bits than that."""
    kept: dict[int, Fingerprint] = {}
    for code in codes:
        bits = int.from_bytes(code.digest)
        if all((bits ^ other).bit_count() > distance for other in kept):
            kept[bits] = code
    return tuple(kept.values())


def video_likenesses(
    body: bytes, media_type: str, candidates: Sequence[Sequence[Look]]
) -> tuple[tuple[float, ...], ...]:
    """How much a video in one of `VIDEO_TYPES` is like each look of some others, at the same second.

    Once too many pictures of one have another look, the rest of them is not compared, and counts as other ones too.

    Raises:
        MemoryError: decoding needs more memory than there is.
    """
    container_format = VIDEO_TYPES[media_type]
    looks = [look for candidate in candidates for look in candidate]
    heard = iter(audio_likeness(body, container_format, looks))
    seen = SeenPictures(shots_at(body, container_format, looks))
    return tuple(_compared(candidate, seen, [next(heard) for _ in candidate]) for candidate in candidates)


def _compared(candidate: Sequence[Look], seen: SeenPictures, heard: Sequence[float]) -> tuple[float, ...]:
    found, missed = [], 0
    for look, sound in zip(candidate, heard, strict=True):
        sight = 0.0 if look.kind == "video" and missed > MOST_MISSED else seen.likeness(look)
        missed += look.kind == "video" and sight < SAME
        found.append(max(sight, sound))
    return tuple(found)
