"""The label of a video: our plate in a corner, from the first frame on. Only for processes that hostile bytes may harm.

Pictures have to be compressed again, with the codec they had and little loss: those until the first key frame behind
the label, where the later ones can be kept, or all. Sound and subtitles are copied packet by packet, and every picture
keeps its time.
"""

import io
from collections.abc import Iterator
from typing import Final

import av
from av.container import InputContainer, OutputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image

from pipeline.labels.explicit.audio import BROKEN_MEDIA, open_media
from pipeline.labels.explicit.encoding import (
    VIDEO_CONTAINERS,
    codec_of,
    copied_streams,
    encoder_of,
    give_back_priority,
    only_film,
    open_target,
    picture_stream,
    set_up,
)
from pipeline.labels.explicit.model import LEAST_SECONDS, LabeledFile, LabelOrder, Progress
from pipeline.labels.explicit.overlay import Overlay
from pipeline.labels.explicit.splicing import spliced
from pipeline.labels.refused import ExplicitRefusedError

__all__ = ["frames_of", "label_video"]

_MOST_SECONDS: Final = 600
"""Of a video all of whose pictures have to be compressed again."""


def label_video(body: bytes, media_type: str, order: LabelOrder, progress: Progress = lambda _: None) -> LabeledFile:
    """Put the label on a video's pictures.

    Args:
        body: the video.
        media_type: of the video.
        order: which label, and for how long.
        progress: is told how far it is, with every picture.

    Raises:
        ExplicitRefusedError: not a video that can be read and written without more harm, too long, or too large.
    """
    if media_type not in VIDEO_CONTAINERS:
        raise ExplicitRefusedError(what=f"Nothing is known of how {media_type} takes a label.")
    if order.seconds is not None and order.seconds < LEAST_SECONDS:
        raise ExplicitRefusedError(what=f"A label has to be seen for {LEAST_SECONDS} seconds at least.")
    name = VIDEO_CONTAINERS[media_type]
    with ExplicitRefusedError.instead_of(*BROKEN_MEDIA, what="The video cannot be decoded or encoded."):
        made = None if order.seconds is None else spliced(body, name, order, order.seconds, progress)
        saved, overlay = made or _encoded(body, name, order, progress)
    return LabeledFile(body=saved, written=overlay.written, kept=False)


def frames_of(body: bytes, seconds: float, apart: float) -> Iterator[tuple[float, Image.Image]]:
    """The pictures with which a video begins, and the seconds from the first one to each.

    Args:
        body: the video.
        seconds: how much of it.
        apart: how far pictures have to be apart.

    Raises:
        ExplicitRefusedError: the video cannot be decoded.
    """
    with (
        ExplicitRefusedError.instead_of(*BROKEN_MEDIA, what="The video cannot be decoded."),
        open_media(body) as source,
    ):
        first = last = None
        for frame in source.decode(picture_stream(source)):
            time = float(frame.time or 0)
            first = time if first is None else first
            if last is None or time - last >= apart:
                last = time
                yield time - first, Image.fromarray(frame.to_ndarray(format="rgb24"))
            if time - first >= seconds:
                return


def _encoded(body: bytes, name: str, order: LabelOrder, progress: Progress) -> tuple[bytes, Overlay]:
    """The video with the label, all of its pictures compressed again."""
    saved = io.BytesIO()
    with open_media(body) as source:
        stream = only_film(source)
        overlay = Overlay(stream, order)
        with open_target(saved, name, stream) as target:
            target.metadata.update(source.metadata)
            target.set_chapters(source.chapters())
            _convert(source, stream, target, overlay, progress)
    return saved.getvalue(), overlay


def _convert(
    source: InputContainer, stream: VideoStream, target: OutputContainer, overlay: Overlay, progress: Progress
) -> None:
    made = _encoder(stream, target)
    copies = copied_streams(source, target)
    first, lasts = None, (source.duration or 0) / av.time_base
    for packet in source.demux([stream, *source.streams.audio, *source.streams.subtitles]):
        if packet.stream_index == stream.index:
            for frame in packet.decode():
                if not isinstance(frame, VideoFrame):
                    continue
                first = float(frame.time or 0) if first is None else first
                if float(frame.time or 0) - first > _MOST_SECONDS:
                    raise ExplicitRefusedError(what=f"The video is longer than {_MOST_SECONDS} seconds.")
                target.mux(made.encode(overlay.on(frame)))
                give_back_priority()
                if lasts > 0:
                    progress(min((float(frame.time or 0) - first) / lasts, 1.0))
        elif packet.dts is not None:
            packet.stream = copies[packet.stream_index]
            target.mux(packet)
    target.mux(made.encode(None))


def _encoder(stream: VideoStream, target: OutputContainer) -> VideoStream:
    codec = codec_of(stream)
    name, options = encoder_of(codec)
    made = target.add_stream(name, rate=stream.average_rate or stream.guessed_rate, options=options)
    if not isinstance(made, VideoStream):
        raise ExplicitRefusedError(what=f"{name} makes no pictures.")
    set_up(made.codec_context, stream)
    if target.format.name == "avi":
        # It says in which order pictures are decoded, and of others nothing of when they are shown.
        made.codec_context.max_b_frames = 0
    if codec == "hevc":
        after = made.codec_context
        after.codec_tag = "hvc1" if target.format.name in {"mp4", "mov"} else after.codec_tag
    made.metadata.update(stream.metadata)
    made.disposition = stream.disposition
    return made
