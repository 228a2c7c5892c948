"""From the bytes of a recording to its Audio-Code, as ISO 24138 makes it of Chromaprint's features."""

from collections.abc import Sequence
from typing import Final, Literal

import av
import av.error
import numpy as np
import numpy.typing as npt
from av.container import InputContainer

from pipeline.fingerprints.chromaprint import RATE, features
from pipeline.fingerprints.fingerprint import Fingerprint, NoFingerprint
from pipeline.fingerprints.media import MOST_MEDIA_BYTES, TooLargeMediaError, UnreadableMediaError, opened
from pipeline.fingerprints.media_formats import AUDIO_TYPES
from pipeline.fingerprints.sound_looks import likeness_to_sound, sound_look_of
from pipeline.fingerprints.standard_codes import audio_code
from pipeline.fingerprints.traits import NO_TRAITS, Look, Traits

__all__ = [
    "MOST_SECONDS",
    "audio_fingerprint",
    "audio_likeness",
    "audio_traits",
    "features_of",
    "samples_of",
]

MOST_SECONDS: Final = 3600
"""A longer recording has no fingerprint: decoding an hour takes several seconds."""

_HIGHEST_RATE: Final = 768_000
"""No recording has more samples a second; to resample what broken bytes say would need memory without end."""

_SILENCE: Final = 8.0
"""Of 32,768: what is not louder is not heard."""

_FEWEST_FEATURES: Final = 8
"""So many features, and different ones, are needed: those of about four seconds in which something happens."""


def audio_fingerprint(body: bytes, media_type: str) -> Fingerprint | NoFingerprint:
    """The fingerprint of a recording in one of `AUDIO_TYPES`.

    Raises:
        MemoryError: decoding needs more memory than there is.
    """
    found = features_of(body, AUDIO_TYPES[media_type])
    return found if isinstance(found, NoFingerprint) else _fingerprint_of(found)


def audio_traits(body: bytes, container_format: str) -> Traits:
    """All that the first sound track of a file is recognised by, in a container that FFmpeg calls so.

    Raises:
        MemoryError: decoding needs more memory than there is.
    """
    found = features_of(body, container_format)
    standard = found if isinstance(found, NoFingerprint) else _fingerprint_of(found)
    if isinstance(found, NoFingerprint) or isinstance(standard, NoFingerprint):
        return NO_TRAITS
    return Traits(fingerprint=standard, looks=(Look(kind="audio", data=sound_look_of(found)),))


def audio_likeness(body: bytes, container_format: str, looks: Sequence[Look]) -> tuple[float, ...]:
    """How much the first sound track of a file is like what has each of some looks.

    Raises:
        MemoryError: decoding needs more memory than there is.
    """
    if not any(look.kind == "audio" for look in looks):
        return (0.0,) * len(looks)
    found = features_of(body, container_format)
    features = () if isinstance(found, NoFingerprint) else found
    return tuple(likeness_to_sound(features, look.data) if look.kind == "audio" else 0.0 for look in looks)


def features_of(body: bytes, container_format: str) -> tuple[int, ...] | NoFingerprint:
    """Chromaprint's features of the first sound track of a file, in a container that FFmpeg calls so.

    Raises:
        MemoryError: decoding needs more memory than there is.
    """
    try:
        return features(samples_of(body, container_format))
    except TooLargeMediaError:
        return NoFingerprint(reason="too-large")
    except UnreadableMediaError:
        return NoFingerprint(reason="not-readable")


def _fingerprint_of(found: tuple[int, ...]) -> Fingerprint | NoFingerprint:
    if len(found) < _FEWEST_FEATURES:
        return NoFingerprint(reason="too-short")
    if len(set(found)) < _FEWEST_FEATURES:
        return NoFingerprint(reason="featureless")
    return audio_code(found)


def samples_of(body: bytes, container_format: str) -> npt.NDArray[np.int16]:
    """The first sound track of a recording, in one channel and at the rate of the features.

    Raises:
        TooLargeMediaError: it is too long.
        UnreadableMediaError: it cannot be decoded.
        MemoryError: decoding needs more memory than there is.
    """
    if len(body) > MOST_MEDIA_BYTES:
        raise TooLargeMediaError
    with opened(body, container_format, wanted="sound") as container:
        mixed = _samples(container, "mono")
        if _loudness(mixed) > _SILENCE or container.streams.audio[0].channels == 1:
            return mixed
    # What is the same in both channels in opposite phase is heard, and gone once they are added.
    with opened(body, container_format, wanted="sound") as container:
        left = _samples(container, "stereo")[::2]
        return left if _loudness(left) > _SILENCE else mixed


def _loudness(samples: npt.NDArray[np.int16]) -> float:
    """The root of the mean square of what there is, in steps of samples."""
    return float(np.sqrt(np.square(samples, dtype=np.float64).mean())) if len(samples) else 0.0


def _samples(container: InputContainer, layout: Literal["mono", "stereo"]) -> npt.NDArray[np.int16]:
    stream = container.streams.audio[0]
    stream.codec_context.thread_count = 1
    resampler = av.AudioResampler(format="s16", layout=layout, rate=RATE)
    parts: list[npt.NDArray[np.int16]] = []
    length = 0
    for packet in container.demux(stream):
        try:
            frames = packet.decode()
        except av.error.InvalidDataError:
            # Players go on with the next packet, too.
            continue
        for frame in frames:
            if frame.sample_rate > _HIGHEST_RATE:
                raise UnreadableMediaError
            for piece in resampler.resample(frame):
                parts.append(_numbers(piece))
                length += len(parts[-1])
        if length > MOST_SECONDS * RATE * (1 if layout == "mono" else 2):
            raise TooLargeMediaError
    parts += [_numbers(piece) for piece in resampler.resample(None)]
    return np.concatenate([np.empty(0, np.int16), *parts])


def _numbers(piece: av.AudioFrame) -> npt.NDArray[np.int16]:
    return piece.to_ndarray().reshape(-1).astype(np.int16, copy=False)
