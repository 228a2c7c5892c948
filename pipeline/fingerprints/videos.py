"""From the bytes of a video to a code of its pictures.

ISO 24138 makes its Video-Codes of MPEG-7 frame signatures, which nothing computes here. A video is coded as what the
standard calls mixed content instead: its parts are pictures taken at even distances, each with its Image-Code, and
what most of them agree on is the Mixed-Code. So it compares with others made here, not with Video-Codes.
"""

from bisect import bisect
from collections.abc import Iterator, Sequence
from math import ceil, inf
from typing import Final

import av
from av.container import InputContainer
from av.video.stream import VideoStream
from PIL import Image

from pipeline.fingerprints.fingerprint import Fingerprint, NoFingerprint
from pipeline.fingerprints.media import MOST_BYTES, VIDEO_TYPES, TooLargeMediaError, UnreadableMediaError, opened
from pipeline.fingerprints.picture_looks import Rendition, apart, likeness, look_of
from pipeline.fingerprints.pictures import Shot, code_of, has_features, prepared
from pipeline.fingerprints.renditions import rendition_of
from pipeline.fingerprints.sounds import audio_likeness, audio_traits
from pipeline.fingerprints.standard_codes import mixed_code
from pipeline.fingerprints.steady_codes import steady_code
from pipeline.fingerprints.traits import NO_TRAITS, SAME, Look, Traits

__all__ = [
    "MOST_MISSED",
    "MOST_PIXELS",
    "PICTURES",
    "shots_likeness",
    "traits_of_shots",
    "video_fingerprint",
    "video_likenesses",
    "video_traits",
]

PICTURES: Final = 16
"""So many pictures are taken from a video, each from the middle of one of so many equal parts."""

MOST_PIXELS: Final = 6_000_000_000
"""So many pixels are decoded at most: nearly two minutes of full HD, or hours of which most can be skipped."""

_FAR: Final = 5.0
"""Seconds to the next picture from which on skipping to it pays, wherever key frames are."""
_REORDERED: Final = 0.5
"""Seconds by which a picture may be decoded before it is shown."""
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
_AROUND: Final = (-0.04, 0.0, 0.04)
"""Seconds by which a picture may be shown earlier or later, and where it is looked for."""
_ENOUGH: Final = 256
"""Points of the shorter side of a picture that is made smaller: twice those that looks are compared at."""


def video_fingerprint(body: bytes, media_type: str) -> Fingerprint | NoFingerprint:
    """The fingerprint of a video in one of `VIDEO_TYPES`.

    Raises:
        MemoryError: decoding needs more memory than there is.
    """
    shots = _shots_of(body, VIDEO_TYPES[media_type])
    return shots if isinstance(shots, NoFingerprint) else _fingerprint_of([prepared(shot.picture) for shot in shots])


def video_traits(body: bytes, media_type: str) -> Traits:
    """All that a video in one of `VIDEO_TYPES` is recognised by: as a whole, by some of its pictures, and by its sound.

    Raises:
        MemoryError: decoding needs more memory than there is.
    """
    shots, sound = _shots_of(body, VIDEO_TYPES[media_type], first=True), audio_traits(body, VIDEO_TYPES[media_type])
    seen = NO_TRAITS if isinstance(shots, NoFingerprint) else traits_of_shots(shots[1:], first=shots[0])
    return Traits(
        fingerprint=seen.fingerprint, codes=(*seen.codes, *sound.all_codes), looks=(*seen.looks, *sound.looks)
    )


def traits_of_shots(shots: Sequence[Shot], first: Shot | None = None) -> Traits:
    """All that moving pictures are recognised by, and by the very first, which often stands for them alone."""
    pixels = [prepared(shot.picture) for shot in shots]
    seen = [shot for shot, grey in zip(shots, pixels, strict=True) if has_features(grey)]
    standard = _fingerprint_of(pixels)
    if isinstance(standard, NoFingerprint):
        return NO_TRAITS
    steady = [steady_code(shot.picture) for shot in seen]
    mixed = mixed_code(steady)
    step = max(len(seen) // _LOOKS, 1)
    looked_at = [*range(step // 2, len(seen), step)[:_LOOKS]]
    if first is not None and has_features(prepared(first.picture)):
        seen, steady, looked_at = [*seen, first], [*steady, steady_code(first.picture)], [len(seen), *looked_at]
    distinct: list[Fingerprint] = []
    for place in (*looked_at, *range(len(seen))):
        if len(distinct) < _CODES and all(steady[place].distance(other) > _DISTINCT for other in distinct):
            distinct.append(steady[place])
    return Traits(
        fingerprint=standard,
        codes=(mixed, *distinct),
        looks=tuple(
            Look(kind="video", data=look_of(rendition_of(seen[place].picture)), at=seen[place].at)
            for place in looked_at
        ),
    )


def _fingerprint_of(pictures: Sequence[bytes]) -> Fingerprint | NoFingerprint:
    codes = [Fingerprint(kind="image", code=code_of(pixels)) for pixels in pictures if has_features(pixels)]
    if len(codes) < _FEWEST_PARTS:
        return NoFingerprint(reason="featureless")
    return mixed_code(codes)


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
    seen = _Seen(_shots_at(body, container_format, looks))
    return tuple(_compared(candidate, seen, [next(heard) for _ in candidate]) for candidate in candidates)


def _compared(candidate: Sequence[Look], seen: "_Seen", heard: Sequence[float]) -> tuple[float, ...]:
    found, missed = [], 0
    for look, sound in zip(candidate, heard, strict=True):
        sight = 0.0 if look.kind == "video" and missed > MOST_MISSED else seen.likeness(look)
        missed += look.kind == "video" and sight < SAME
        found.append(max(sight, sound))
    return tuple(found)


def shots_likeness(shots: Sequence[Shot], looks: Sequence[Look]) -> tuple[float, ...]:
    """How much moving pictures are like what has each of some looks: at the same second, or a still one at any."""
    seen = _Seen(shots)
    return tuple(seen.likeness(look) for look in looks)


class _Seen:
    """Moving pictures as they are compared, each once."""

    def __init__(self, shots: Sequence[Shot]) -> None:
        once = {shot.at: shot.picture for shot in shots}
        self._renditions = [(at, rendition_of(picture)) for at, picture in sorted(once.items())]

    def likeness(self, look: Look) -> float:
        """How much one of them is like what has a look: at the same second, or a still one at any."""
        return max((likeness(rendition, look.data) for rendition in self._shown(look)), default=0.0)

    def _shown(self, look: Look) -> list[Rendition]:
        """The few that may show it: each comparison takes some milliseconds."""
        if look.kind == "image":
            return sorted((one for _, one in self._renditions), key=lambda one: apart(one, look.data))[:_COMPARED]
        if look.kind != "video":
            return []
        later = [(abs(at - (look.at or 0.0)), number) for number, (at, _) in enumerate(self._renditions)]
        return [self._renditions[number][1] for distance, number in sorted(later)[:_COMPARED] if distance <= _MOMENT]


def _shots_of(body: bytes, container_format: str, *, first: bool = False) -> tuple[Shot, ...] | NoFingerprint:
    """Pictures of a video at even distances; and the first one before them, if that is asked for."""
    if len(body) > MOST_BYTES:
        return NoFingerprint(reason="too-large")
    try:
        with opened(body, container_format) as container:
            begin, length = _extent(container, container.streams.video[0])
            moments = [begin + length * (number + 0.5) / PICTURES for number in range(PICTURES)]
            shots = tuple(_shots(container, container.streams.video[0], [begin, *moments] if first else moments))
    except TooLargeMediaError:
        return NoFingerprint(reason="too-large")
    except UnreadableMediaError:
        return NoFingerprint(reason="not-readable")
    return shots or NoFingerprint(reason="not-readable")


def _shots_at(body: bytes, container_format: str, looks: Sequence[Look]) -> tuple[Shot, ...]:
    """Pictures of a video at even distances, and about the moments of looks; what cannot be read has none."""
    if len(body) > MOST_BYTES:
        return ()
    around = {max(look.at + shift, 0.0) for look in looks if look.at is not None for shift in _AROUND}
    try:
        with opened(body, container_format) as container:
            begin, length = _extent(container, container.streams.video[0])
            even = {begin + length * (number + 0.5) / PICTURES for number in range(PICTURES)}
            return tuple(_shots(container, container.streams.video[0], sorted(around | even)))
    except (TooLargeMediaError, UnreadableMediaError):
        return ()


def _shots(container: InputContainer, stream: VideoStream, moments: Sequence[float]) -> Iterator[Shot]:
    stream.codec_context.thread_count = 1
    reader = _Reader(container, stream)
    for moment in moments:
        frame = reader.frame_at(moment)
        if frame is None:
            return
        yield Shot(at=time_of(frame), picture=_picture_of(frame))


def _picture_of(frame: av.VideoFrame) -> Image.Image:
    """An upright picture; a large one at a smaller size, which is as good for codes and looks, and cheap."""
    times = max(min(frame.width, frame.height) // _ENOUGH, 1)
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
    return begin, (container.duration or 0) / av.time_base


class _Reader:
    """Walks through a video, never back, and decodes no more than it takes to get to a picture."""

    def __init__(self, container: InputContainer, stream: VideoStream) -> None:
        self._container = container
        self._stream = stream
        self._base = float(stream.time_base or 0)
        # Empty where the container has no index, or none of key frames alone.
        self._keys = sorted(entry.timestamp * self._base for entry in stream.index_entries if entry.is_keyframe)
        self._wanted = 0.0
        self._frames = self._decoded()
        self._last: av.VideoFrame | None = None
        self._pixels = 0

    def frame_at(self, second: float) -> av.VideoFrame | None:
        """The first frame at a time or after it, or the last one; None where there is none at all."""
        self._wanted = second
        if self._last is None or second - time_of(self._last) > _FAR:
            self._skip_to(second)
        elif (key := self._key_before(second)) > time_of(self._last):
            self._skip_to(key)
        while self._last is None or time_of(self._last) < second:
            frame = next(self._frames, None)
            if frame is None:
                break
            self._last = frame
            self._pixels += frame.width * frame.height
            if self._pixels > MOST_PIXELS:
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


def time_of(frame: av.VideoFrame) -> float:
    """The second at which a picture is shown."""
    # The library's types promise what a stream without time stamps does not keep.
    time: float | None = frame.time
    return 0.0 if time is None else time
