"""From the bytes of a recording to its Audio-Code, as ISO 24138 makes it of Chromaprint's features."""

from typing import Final

import av
import av.error
import iscc_core
import numpy as np
import numpy.typing as npt
from av.container import InputContainer

from pipeline.fingerprints.chromaprint import RATE, features
from pipeline.fingerprints.fingerprint import BITS, Fingerprint, NoFingerprint
from pipeline.fingerprints.media import AUDIO_TYPES, MOST_BYTES, TooLargeMediaError, UnreadableMediaError, opened

__all__ = ["FEWEST_FEATURES", "MOST_SECONDS", "audio_fingerprint", "samples_of"]

MOST_SECONDS: Final = 3600
"""A longer recording has no fingerprint: decoding an hour takes several seconds."""

FEWEST_FEATURES: Final = 8
"""So many features, and different ones, are needed: those of about four seconds in which something happens."""


def audio_fingerprint(body: bytes, media_type: str) -> Fingerprint | NoFingerprint:
    """The fingerprint of a recording in one of `AUDIO_TYPES`.

    Raises:
        MemoryError: decoding needs more memory than there is.
    """
    try:
        found = features(samples_of(body, media_type))
    except TooLargeMediaError:
        return NoFingerprint(reason="too-large")
    except UnreadableMediaError:
        return NoFingerprint(reason="not-readable")
    if len(found) < FEWEST_FEATURES:
        return NoFingerprint(reason="too-short")
    if len(set(found)) < FEWEST_FEATURES:
        return NoFingerprint(reason="featureless")
    return Fingerprint(kind="audio", code=iscc_core.gen_audio_code_v0(list(found), bits=BITS)["iscc"])


def samples_of(body: bytes, media_type: str) -> npt.NDArray[np.int16]:
    """The first sound track of a recording, in one channel and at the rate of the features.

    Raises:
        TooLargeMediaError: it is too long.
        UnreadableMediaError: it cannot be decoded.
        MemoryError: decoding needs more memory than there is.
    """
    if len(body) > MOST_BYTES:
        raise TooLargeMediaError
    with opened(body, AUDIO_TYPES[media_type]) as container:
        return _samples(container)


def _samples(container: InputContainer) -> npt.NDArray[np.int16]:
    stream = container.streams.audio[0]
    stream.codec_context.thread_count = 1
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
    parts: list[npt.NDArray[np.int16]] = []
    length = 0
    for packet in container.demux(stream):
        try:
            frames = packet.decode()
        except av.error.InvalidDataError:
            # Players go on with the next packet, too.
            continue
        for frame in frames:
            for piece in resampler.resample(frame):
                parts.append(_numbers(piece))
                length += len(parts[-1])
        if length > MOST_SECONDS * RATE:
            raise TooLargeMediaError
    parts += [_numbers(piece) for piece in resampler.resample(None)]
    return np.concatenate([np.empty(0, np.int16), *parts])


def _numbers(piece: av.AudioFrame) -> npt.NDArray[np.int16]:
    return piece.to_ndarray().reshape(-1).astype(np.int16, copy=False)
