"""From the bytes of a video to a code of its pictures.

ISO 24138 makes its Video-Codes of MPEG-7 frame signatures, which nothing computes here. A video is coded as what the
standard calls mixed content instead: its parts are pictures taken at even distances, each with its Image-Code, and
what most of them agree on is the Mixed-Code. So it compares with others made here, not with Video-Codes.
"""

from collections.abc import Iterator
from typing import Final

import av
import iscc_core
from av.container import InputContainer
from av.video.stream import VideoStream
from PIL import Image

from pipeline.fingerprints.fingerprint import BITS, Fingerprint, NoFingerprint
from pipeline.fingerprints.media import MOST_BYTES, VIDEO_TYPES, TooLargeMediaError, UnreadableMediaError, opened
from pipeline.fingerprints.pictures import code_of, has_features, prepared

__all__ = ["MOST_PIXELS", "PICTURES", "video_fingerprint"]

PICTURES: Final = 16
"""So many pictures are taken from a video, each from the middle of one of so many equal parts."""

MOST_PIXELS: Final = 6_000_000_000
"""So many pixels are decoded at most: nearly two minutes of full HD, or hours of which most can be skipped."""

_FAR: Final = 5.0
"""Seconds to the next picture from which on skipping to it pays."""
_FEWEST_PARTS: Final = 2
"""Content of fewer parts is not mixed."""


def video_fingerprint(body: bytes, media_type: str) -> Fingerprint | NoFingerprint:
    """The fingerprint of a video in one of `VIDEO_TYPES`.

    Raises:
        MemoryError: decoding needs more memory than there is.
    """
    if len(body) > MOST_BYTES:
        return NoFingerprint(reason="too-large")
    try:
        with opened(body, VIDEO_TYPES[media_type]) as container:
            pictures = [prepared(picture) for picture in _pictures(container, container.streams.video[0])]
    except TooLargeMediaError:
        return NoFingerprint(reason="too-large")
    except UnreadableMediaError:
        return NoFingerprint(reason="not-readable")
    if not pictures:
        return NoFingerprint(reason="not-readable")
    codes = [code_of(pixels) for pixels in pictures if has_features(pixels)]
    if len(codes) < _FEWEST_PARTS:
        return NoFingerprint(reason="featureless")
    return Fingerprint(kind="video", code=iscc_core.gen_mixed_code_v0(codes, bits=BITS)["iscc"])


def _pictures(container: InputContainer, stream: VideoStream) -> Iterator[Image.Image]:
    stream.codec_context.thread_count = 1
    begin, length = _extent(container, stream)
    reader = _Reader(container, stream)
    for number in range(PICTURES):
        frame = reader.frame_at(begin + length * (number + 0.5) / PICTURES)
        if frame is None:
            return
        picture: Image.Image = frame.to_image()  # type: ignore[no-untyped-call]
        yield picture.rotate(frame.rotation, expand=True) if frame.rotation else picture


def _extent(container: InputContainer, stream: VideoStream) -> tuple[float, float]:
    """When a stream begins, and how long it is, in seconds."""
    base = float(stream.time_base or 0)
    begin = (stream.start_time or 0) * base
    if stream.duration:
        return begin, stream.duration * base
    return begin, (container.duration or 0) / av.time_base


class _Reader:
    """Walks through a video, never back."""

    def __init__(self, container: InputContainer, stream: VideoStream) -> None:
        self._container = container
        self._stream = stream
        self._frames = container.decode(stream)
        self._last: av.VideoFrame | None = None
        self._pixels = 0

    def frame_at(self, second: float) -> av.VideoFrame | None:
        """The first frame at a time or after it, or the last one; None where there is none at all."""
        if self._last is None or second - self._time_of(self._last) > _FAR:
            self._skip_to(second)
        while self._last is None or self._time_of(self._last) < second:
            frame = next(self._frames, None)
            if frame is None:
                break
            self._last = frame
            self._pixels += frame.width * frame.height
            if self._pixels > MOST_PIXELS:
                raise TooLargeMediaError
        return self._last

    def _skip_to(self, second: float) -> None:
        # Microseconds since the first stream began, whatever unit a stream counts in.
        self._container.seek(int(second * av.time_base))
        self._frames = self._container.decode(self._stream)

    def _time_of(self, frame: av.VideoFrame) -> float:
        # The library's types promise what a stream without time stamps does not keep.
        time: float | None = frame.time
        return 0.0 if time is None else time
