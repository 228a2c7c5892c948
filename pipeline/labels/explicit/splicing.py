"""The label of a video whose later pictures stay: encoded up to a key frame, and copied packet by packet from there.

A cut is possible where a stream begins anew: at a key frame that needs nothing before it, and behind which no picture
does. What comes before it is decoded, gets the label, and is encoded without pictures that are decoded before they are
shown; so the times at which its packets are decoded can be those of the original, and the container's times, edit lists
and lengths come out as they were. Whether a decoder makes of the copied pictures what it made of them before is seen
after. Where any of that fails, the answer is None, and the whole has to be encoded.
"""

import io
from collections.abc import Iterator
from itertools import islice, pairwise
from typing import Final, NamedTuple

from av import Packet, VideoCodecContext
from av.codec.context import Flags
from av.container import InputContainer
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from pipeline.labels.explicit.audio import BROKEN_MEDIA, open_media
from pipeline.labels.explicit.encoding import (
    codec_of,
    copied_streams,
    encoder_of,
    only_film,
    open_target,
    picture_stream,
    set_up,
)
from pipeline.labels.explicit.model import LabelOrder, Progress
from pipeline.labels.explicit.overlay import Overlay
from pipeline.labels.explicit.parameter_sets import Joint, NotJoinableError, joint_of

__all__ = ["spliced"]

_FEWEST: Final = 2
"""Key frames in a row may have to be numbered, so an encoded part has more than one picture."""

_COMPARED: Final = 12
"""So many copied pictures are decoded to see whether they are what they were."""


class _Cut(NamedTuple):
    """Where copying begins.

    Attributes:
        times: when each packet before is shown, and decoded, in the stream's unit, in the order of decoding.
        at: when the first copied picture is shown.
    """

    times: list[tuple[int, int]]
    at: int


def spliced(
    body: bytes, name: str, order: LabelOrder, seconds: float, progress: Progress
) -> tuple[bytes, Overlay] | None:
    """Put the label on the pictures of the first seconds; None where the later ones cannot be kept.

    Args:
        body: the video.
        name: its container, as FFmpeg calls it.
        order: which label.
        seconds: how long it is to be seen.
        progress: is told how far it is, with every packet that is encoded.

    Raises:
        ExplicitRefusedError: it cannot take a label in any way.
    """
    try:
        with open_media(body) as source:
            stream = only_film(source)
            joint = joint_of(codec_of(stream), stream.codec_context.extradata)
            cut = _cut(source, stream, joint, seconds)
        if cut is None:
            return None
        made, overlay = _joined(body, name, order, joint, cut, progress)
        return (made, overlay) if _shows_the_same(body, made, cut) else None
    except (NotJoinableError, *BROKEN_MEDIA):
        return None


def _cut(source: InputContainer, stream: VideoStream, joint: Joint, seconds: float) -> _Cut | None:
    """The first place behind the label at which the stream begins anew."""
    times: list[tuple[int, int]] = []
    keys: list[int] = []
    unknown = 0
    for packet in source.demux(stream):
        if packet.size == 0:
            continue
        if packet.pts is None or packet.is_discard or packet.is_corrupt:
            return None
        if joint.starts_anew(bytes(packet)) and packet.is_keyframe:
            keys.append(len(times))
        if packet.dts is None:
            unknown += 1
        times.append((packet.pts, unknown if packet.dts is None else packet.dts))
    if (
        not _numbered(times, unknown)
        or stream.time_base is None
        or any(earlier[1] >= later[1] for earlier, later in pairwise(times))
    ):
        return None
    until = min(pts for pts, _ in times) + seconds / stream.time_base
    earliest = _earliest_from(times)
    for key in keys:
        at = times[key][0]
        is_closed = earliest[key] == at and max((pts for pts, _ in times[:key]), default=at) < at
        if key >= _FEWEST and at >= until and is_closed:
            return _Cut(times[:key], at)
    return None


def _numbered(times: list[tuple[int, int]], unknown: int) -> bool:
    """Number the first packets whose time of decoding is in no Matroska file; whether all others have one."""
    if unknown >= len(times):
        return False
    for number in range(unknown):
        times[number] = times[number][0], times[unknown][1] - unknown + number
    return True


def _earliest_from(times: list[tuple[int, int]]) -> list[int]:
    """When the first picture is shown of those that are decoded from each on."""
    earliest = [pts for pts, _ in times]
    for number in range(len(earliest) - 2, -1, -1):
        earliest[number] = min(earliest[number], earliest[number + 1])
    return earliest


def _joined(
    body: bytes, name: str, order: LabelOrder, joint: Joint, cut: _Cut, progress: Progress
) -> tuple[bytes, Overlay]:
    saved = io.BytesIO()
    with open_media(body) as source:
        stream = picture_stream(source)
        beginning = _Beginning(stream, order, joint, cut)
        with open_target(saved, name, stream) as target:
            target.metadata.update(source.metadata)
            target.set_chapters(source.chapters())
            made = target.add_stream_from_template(stream, opaque=True)
            made.metadata.update(stream.metadata)
            made.disposition = stream.disposition
            made.codec_context.extradata = beginning.configuration
            if stream.codec_context.codec_tag == "hvc1":
                made.codec_context.codec_tag = "hvc1"
            streams: dict[int, Stream] = {**copied_streams(source, target), stream.index: made}
            for packet in source.demux([stream, *source.streams.audio, *source.streams.subtitles]):
                is_picture = packet.stream_index == stream.index
                if packet.size == 0 or (packet.dts is None and not is_picture):
                    continue
                ours = is_picture and not beginning.is_over
                for written in beginning.encoded(packet) if ours else (packet,):
                    written.stream = streams[packet.stream_index]
                    target.mux(written)
                if ours:
                    progress(beginning.share)
    return saved.getvalue(), beginning.overlay


class _Beginning:
    """What comes before the cut: decoded, labeled, encoded."""

    def __init__(self, stream: VideoStream, order: LabelOrder, joint: Joint, cut: _Cut) -> None:
        self.overlay = Overlay(stream, order)
        self._stream = stream
        self._joint = joint
        self._encoder = _encoder(stream, joint)
        self.configuration = joint.configuration(self._encoder.extradata)
        self._shown = sorted(pts for pts, _ in cut.times)
        self._decoded = [dts for _, dts in cut.times]
        self._taken = self._given = 0

    @property
    def is_over(self) -> bool:
        """Whether all packets before the cut were taken."""
        return self._taken == len(self._shown)

    @property
    def share(self) -> float:
        """Which share of these packets was taken."""
        return self._taken / len(self._shown)

    def encoded(self, packet: "Packet[Stream]") -> "Iterator[Packet[Stream]]":
        """Take the next packet before the cut; give what is encoded by then, and all that is left with the last one."""
        self._taken += 1
        frames = list(self._stream.decode(packet))
        if self.is_over:
            frames += self._stream.decode(_nothing_more(packet))
        for frame in frames:
            yield from map(self._timed, self._encoder.encode(self.overlay.on(frame)))
        if self.is_over:
            yield from map(self._timed, self._encoder.encode(None))
            if self._given != len(self._shown):
                raise NotJoinableError

    def _timed(self, packet: "Packet[VideoStream]") -> "Packet[Stream]":
        """An encoded packet at the time of decoding that a packet of the original had."""
        if self._given == len(self._shown) or packet.pts != self._shown[self._given]:
            raise NotJoinableError
        made: Packet[Stream] = Packet(self._joint.rewritten(bytes(packet)))
        made.time_base, made.is_keyframe = packet.time_base, packet.is_keyframe
        made.pts, made.dts, made.duration = packet.pts, self._decoded[self._given], packet.duration
        self._given += 1
        return made


def _nothing_more(last: "Packet[Stream]") -> "Packet[Stream]":
    """The packet with which a decoder gives what it holds back, in the unit of time of the last one."""
    empty: Packet[Stream] = Packet()
    empty.stream = last.stream
    empty.time_base = last.time_base
    return empty


def _encoder(stream: VideoStream, joint: Joint) -> VideoCodecContext:
    name, options = encoder_of(codec_of(stream))
    made = VideoCodecContext.create(name, "w")
    if not isinstance(made, VideoCodecContext):
        raise NotJoinableError
    set_up(made, stream)
    if (rate := stream.average_rate or stream.guessed_rate) is not None:
        made.framerate = rate
    made.max_b_frames = 0
    made.flags |= Flags.global_header
    made.options = {**options, **joint.options}
    made.open()
    return made


def _shows_the_same(before: bytes, after: bytes, cut: _Cut) -> bool:
    """Whether the first copied pictures are decoded behind ours as they were from their key frame on."""
    count = len(cut.times)
    whole = list(islice(_pictures(after, 0), count + _COMPARED))
    if len(whole) < count or [pts for pts, _ in whole[:count]] != sorted(pts for pts, _ in cut.times):
        return False
    return whole[count:] == list(islice(_pictures(before, count), _COMPARED))


def _pictures(body: bytes, begin: int) -> Iterator[tuple[int | None, int]]:
    """The times and contents of the pictures from a packet on."""
    with open_media(body) as source:
        stream = picture_stream(source)
        for packet in islice(source.demux(stream), begin, None):
            for frame in packet.decode():
                if isinstance(frame, VideoFrame):
                    yield frame.pts, hash(frame.to_ndarray().tobytes())
