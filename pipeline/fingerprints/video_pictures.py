"""Pictures of a video: at which moments they are taken, and how no more is decoded than it takes to get to them.

What decoding costs is the way to a picture: all those that it is made of, back to the last key frame. So an asset that
is sealed is known by key frames, where it has enough of them in the right places; and since a copy that was
encoded anew has its own elsewhere, what is asked about is looked through at short distances wherever an original
may have had them.
"""

from bisect import bisect
from collections.abc import Iterator, Sequence
from math import ceil, inf
from operator import attrgetter
from typing import Final, NamedTuple

import av
from av.container import InputContainer
from av.video.stream import VideoStream
from PIL import Image

from pipeline.fingerprints.fingerprint import NoFingerprint
from pipeline.fingerprints.media import MOST_MEDIA_BYTES, TooLargeMediaError, UnreadableMediaError, opened
from pipeline.fingerprints.moving_pictures import PICTURES
from pipeline.fingerprints.pictures import Shot
from pipeline.fingerprints.traits import Look

__all__ = ["KEY_PICTURES", "MOST_DECODED_PIXELS", "AskedShot", "asked_shots", "even_shots", "key_shots", "shots_at"]

KEY_PICTURES: Final = 4
"""So many key frames are enough: the first one, and of each third of a video the one nearest to its middle."""

MOST_DECODED_PIXELS: Final = 6_000_000_000
"""So many pixels are decoded at most: nearly two minutes of full HD, or hours of which most can be skipped."""

_THIRDS: Final = KEY_PICTURES - 1
_REACH: Final = 5.0
"""Seconds from the middle of its third within which a key frame has to be."""
_CLOSE: Final = 0.2
"""Seconds between pictures where those of others are looked for."""
_FAR: Final = 5.0
"""Seconds to the next picture from which on skipping to it pays, wherever key frames are."""
_REORDERED: Final = 0.5
"""Seconds by which a picture may be decoded before it is shown."""
_ROUNDED: Final = 1e-7
"""Seconds that are less than any between two pictures."""
_AROUND: Final = (-0.04, 0.0, 0.04)
"""Seconds by which a picture may be shown earlier or later, and where it is looked for."""
_LARGE: Final = 512
"""Points of the shorter side from which on a picture is made smaller."""
_ENOUGH: Final = 240
"""Points that this side keeps: nearly twice those that looks are compared at, and a whole part of 720."""


def even_shots(body: bytes, container_format: str, *, first: bool = False) -> tuple[Shot, ...] | NoFingerprint:
    """Pictures of a video at even distances; and the first one before them, if that is asked for."""
    if len(body) > MOST_MEDIA_BYTES:
        return NoFingerprint(reason="too-large")
    try:
        with opened(body, container_format) as container:
            begin, length = _extent(container, container.streams.video[0])
            moments = _even(begin, length)
            shots = tuple(_shots(container, container.streams.video[0], [begin, *moments] if first else moments))
    except TooLargeMediaError:
        return NoFingerprint(reason="too-large")
    except UnreadableMediaError:
        return NoFingerprint(reason="not-readable")
    return shots or NoFingerprint(reason="not-readable")


def key_shots(body: bytes, container_format: str) -> tuple[Shot, ...]:
    """`KEY_PICTURES` key frames of a video; none where its container does not say where they are, or has too few."""
    if len(body) > MOST_MEDIA_BYTES:
        return ()
    try:
        with opened(body, container_format) as container:
            stream = container.streams.video[0]
            stream.codec_context.thread_count = 1
            shots = tuple(_key_shot(stream, packet) for packet in _key_packets(container, stream))
    except UnreadableMediaError:
        return ()
    return tuple(shot for shot in shots if shot is not None) if all(shots) else ()


class AskedShot(NamedTuple):
    """A picture of a video that is asked about.

    Attributes:
        shot: the picture.
        is_even: whether it is the first one, or one of `even_shots`.
        is_key: whether it is one of `key_shots`.
    """

    shot: Shot
    is_even: bool
    is_key: bool


def asked_shots(body: bytes, container_format: str) -> Iterator[AskedShot]:
    """Pictures of a video, one after the other: those that it is known by, and others close to each other.

    The latter are taken wherever an original that is known by its key frames may have had them.

    Raises:
        TooLargeMediaError: so many would take too long.
        UnreadableMediaError: the video cannot be read.
        MemoryError: decoding needs more memory than there is.
    """
    if len(body) > MOST_MEDIA_BYTES:
        raise TooLargeMediaError
    with opened(body, container_format) as container:
        stream = container.streams.video[0]
        begin, length = _extent(container, stream)
        even = {begin, *_even(begin, length)}
        keys = _moments_of_keys(container, stream)
        moments = sorted({*even, *keys, *_close(begin, length)})
        for moment, shot in zip(moments, _shots(container, stream, moments), strict=False):
            yield AskedShot(shot=shot, is_even=moment in even, is_key=moment in keys)


def shots_at(body: bytes, container_format: str, looks: Sequence[Look]) -> tuple[Shot, ...]:
    """Pictures of a video at even distances, and about the moments of looks; what cannot be read has none."""
    if len(body) > MOST_MEDIA_BYTES:
        return ()
    around = {max(look.at + shift, 0.0) for look in looks if look.at is not None for shift in _AROUND}
    try:
        with opened(body, container_format) as container:
            moments = around.union(_even(*_extent(container, container.streams.video[0])))
            return tuple(_shots(container, container.streams.video[0], sorted(moments)))
    except (TooLargeMediaError, UnreadableMediaError):
        return ()


def _even(begin: float, length: float) -> list[float]:
    return [begin + length * (number + 0.5) / PICTURES for number in range(PICTURES)]


def _close(begin: float, length: float) -> list[float]:
    """Moments at short distances about the middles of the thirds, as far as key frames are taken from there."""
    reach = _reach(length)
    steps = max(ceil(2 * reach / _CLOSE), 1)
    return [
        middle - reach + 2 * reach * step / steps for middle in _middles(begin, length) for step in range(steps + 1)
    ]


def _reach(length: float) -> float:
    return min(length / _THIRDS / 2, _REACH)


def _middles(begin: float, length: float) -> list[float]:
    return [begin + length * (number + 0.5) / _THIRDS for number in range(_THIRDS)]


def _keys(container: InputContainer, stream: VideoStream) -> list[float]:
    """When key frames are due, as the index of the container counts; none where it has none, or none of key frames."""
    if _is_indexed_by_showing(container):
        # Matroska has its index at the end as a rule, where FFmpeg looks for it once something is skipped.
        container.seek(0)
    base = float(stream.time_base or 0)
    return sorted(entry.timestamp * base for entry in stream.index_entries if entry.is_keyframe)


def _chosen(keys: Sequence[float], begin: float, length: float) -> list[float]:
    """The first key frame, and those of the thirds; none where one of these has none near enough."""
    chosen = dict.fromkeys(keys[:1])
    for middle in _middles(begin, length):
        nearest = min(keys[1:], key=lambda key: abs(key - middle), default=inf)
        if abs(nearest - middle) <= _reach(length):
            chosen[nearest] = None
    return [*chosen] if len(chosen) == KEY_PICTURES else []


def _is_indexed_by_showing(container: InputContainer) -> bool:
    """Whether times in the index are those at which pictures are shown; those at which they are decoded otherwise."""
    return container.format.name.startswith("matroska")


def _key_packets(container: InputContainer, stream: VideoStream) -> Iterator["av.Packet[VideoStream]"]:
    """The key frames that a video is known by, not decoded yet."""
    base = float(stream.time_base or 0)
    due = attrgetter("pts" if _is_indexed_by_showing(container) else "dts")
    begin, length = _extent(container, stream)
    for key in _chosen(_keys(container, stream), begin, length):
        container.seek(ceil(key * av.time_base))
        # Where pictures are decoded earlier than shown, this may have led to the key frame before.
        yield next(packet for packet in container.demux(stream) if (due(packet) or 0) * base > key - _ROUNDED)


def _moments_of_keys(container: InputContainer, stream: VideoStream) -> set[float]:
    """When the key frames that a video is known by are shown."""
    shown = [packet.pts for packet in _key_packets(container, stream) if packet.is_keyframe]
    return {pts * float(stream.time_base or 0) - _ROUNDED for pts in shown if pts is not None}


def _key_shot(stream: VideoStream, packet: "av.Packet[VideoStream]") -> Shot | None:
    """A key frame; None where it is none after all."""
    if not packet.is_keyframe or packet.pts is None:
        return None
    # What a decoder holds back until it has seen more is had by telling it that there is no more.
    frames = [*stream.decode(packet), *stream.decode(None)]
    at = packet.pts * float(stream.time_base or 0)
    return Shot(at=at, picture=_picture_of(frames[0])) if frames else None


def _shots(container: InputContainer, stream: VideoStream, moments: Sequence[float]) -> Iterator[Shot]:
    stream.codec_context.thread_count = 1
    reader = _Reader(container, stream)
    shown, shot = None, None
    for moment in moments:
        frame = reader.frame_at(moment)
        if frame is None:
            return
        if shot is None or frame is not shown:
            shown, shot = frame, Shot(at=_time_of(frame), picture=_picture_of(frame))
        yield shot


def _picture_of(frame: av.VideoFrame) -> Image.Image:
    """An upright picture; a large one at a smaller size, which is as good for codes and looks, and cheap."""
    shorter = min(frame.width, frame.height)
    times = shorter // _ENOUGH if shorter >= _LARGE else 1
    size = (
        {"width": frame.width // times, "height": frame.height // times, "interpolation": "AREA"} if times > 1 else {}
    )
    picture: Image.Image = frame.to_image(**size)  # type: ignore[no-untyped-call]
    return picture.rotate(frame.rotation, expand=True) if frame.rotation else picture


def _extent(container: InputContainer, stream: VideoStream) -> tuple[float, float]:
    """When a stream begins, and how long it is, in seconds."""
    base = float(stream.time_base or 0)
    begin = (stream.start_time or 0) * base
    if stream.duration:
        return begin, stream.duration * base
    if container.duration:
        return begin, container.duration / av.time_base
    # What is written while it is recorded, as browsers do, says nowhere how long it got.
    last = max((packet.pts for packet in container.demux(stream) if packet.pts is not None), default=0)
    return begin, max(last * base - begin, 0.0)


class _Reader:
    """Walks through a video, never back, and decodes no more than it takes to get to a picture."""

    def __init__(self, container: InputContainer, stream: VideoStream) -> None:
        self._container = container
        self._stream = stream
        self._base = float(stream.time_base or 0)
        self._keys = _keys(container, stream)
        self._wanted = 0.0
        self._frames = self._decoded()
        self._last: av.VideoFrame | None = None
        self._pixels = 0

    def frame_at(self, second: float) -> av.VideoFrame | None:
        """The first frame at a time or after it, or the last one; None where there is none at all."""
        self._wanted = second
        if (
            self._last is None
            or second - _time_of(self._last) > _FAR
            or self._key_before(second) > _time_of(self._last)
        ):
            self._skip_to(second)
        while self._last is None or _time_of(self._last) < second:
            frame = next(self._frames, None)
            if frame is None:
                break
            self._last = frame
            self._pixels += frame.width * frame.height
            if self._pixels > MOST_DECODED_PIXELS:
                raise TooLargeMediaError
        return self._last

    def _decoded(self) -> Iterator[av.VideoFrame]:
        """The frames from here on, without those that are too early and that no other frame refers to."""
        context = self._stream.codec_context
        for packet in self._container.demux(self._stream):
            is_early = packet.pts is not None and packet.pts * self._base < self._wanted
            context.skip_frame = "NONREF" if is_early else "DEFAULT"
            for frame in packet.decode():
                if isinstance(frame, av.VideoFrame):
                    yield frame

    def _key_before(self, second: float) -> float:
        """The time of the last key frame that surely is shown before a second; it is decoded earlier than shown."""
        place = bisect(self._keys, second - _REORDERED)
        return self._keys[place - 1] if place else -inf

    def _skip_to(self, second: float) -> None:
        # Microseconds since the first stream began, whatever unit a stream counts in; rounded up, to a key frame's own.
        self._container.seek(ceil(second * av.time_base))
        self._frames = self._decoded()


def _time_of(frame: av.VideoFrame) -> float:
    """The second at which a picture is shown."""
    # The library's types promise what a stream without time stamps does not keep.
    time: float | None = frame.time
    return 0.0 if time is None else time
