"""The label of a video: our plate in a corner, from the first frame on. Only for processes that hostile bytes may harm.

Pictures have to be compressed again, with the codec they had and little loss; sound and subtitles are copied packet by
packet, and every picture keeps its time.
"""

import io
import os
from collections.abc import Iterator
from typing import Final

import av
import av.error
import numpy as np
from av import VideoCodecContext
from av.container import InputContainer, OutputContainer
from av.stream import Stream
from av.video.frame import PictureType, VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray
from PIL import Image

from pipeline.labels.explicit.audio import BROKEN, open_media
from pipeline.labels.explicit.model import Corner, Marked, MarkOrder, Written
from pipeline.labels.explicit.plate import TEXT_HEIGHT, draw_plate, em_for, margin_for
from pipeline.labels.explicit.wording import WORDINGS
from pipeline.labels.refused import ExplicitRefusedError

__all__ = ["LEAST_SECONDS", "MOST_PIXELS", "MOST_SECONDS", "frames_of", "mark_video"]

LEAST_SECONDS: Final = 2.0
"""GB 45438-2025 clause 5.4."""

MOST_SECONDS: Final = 600
MOST_PIXELS: Final = 4096 * 2304
"""Of one picture."""

_FORMATS: Final = {
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "video/webm": "webm",
    "video/x-matroska": "matroska",
    "video/x-msvideo": "avi",
    "video/x-flv": "flv",
}
_ENCODERS: Final[dict[str, tuple[str, dict[str, str]]]] = {
    "h264": ("libx264", {"crf": "18", "preset": "veryfast"}),
    "hevc": ("libx265", {"crf": "20", "preset": "superfast", "x265-params": "log-level=none"}),
    "vp8": ("libvpx", {"crf": "8", "b:v": "8M", "cpu-used": "4"}),
    "vp9": ("libvpx-vp9", {"crf": "22", "b:v": "0", "cpu-used": "4", "row-mt": "1"}),
    "av1": ("libsvtav1", {"crf": "24", "preset": "8"}),
    "mpeg4": ("mpeg4", {"qmin": "2", "qmax": "4"}),
}
"""By codec: the encoder, and options that lose little."""

_SHADES: Final = (16, 235)
"""Dark and light, as brightness in limited range."""

_THREADS: Final = 2


def mark_video(body: bytes, media_type: str, order: MarkOrder) -> Marked:
    """Put the label on a video's pictures.

    Raises:
        ExplicitRefusedError: not a video that can be read and written without more harm, too long, or too large.
    """
    if media_type not in _FORMATS:
        raise ExplicitRefusedError(what=f"Nothing is known of how {media_type} takes a label.")
    if order.seconds is not None and order.seconds < LEAST_SECONDS:
        raise ExplicitRefusedError(what=f"A label has to be seen for {LEAST_SECONDS} seconds at least.")
    name, saved = _FORMATS[media_type], io.BytesIO()
    # Without the flag, keys of metadata that are not the container's own are lost. An index at the front is not to be
    # had: it is moved there by writing the file anew, which needs a file.
    options = {"movflags": "use_metadata_tags"} if name in {"mp4", "mov"} else {}
    with (
        ExplicitRefusedError.instead_of(*BROKEN, what="The video cannot be decoded or encoded."),
        open_media(body) as source,
    ):
        stream = _picture_stream(source)
        with av.open(saved, "w", format=name, options=options) as target:
            target.metadata.update(source.metadata)
            seen = _Overlay(stream, order)
            _convert(source, stream, target, seen)
    written = Written(
        kind="corner",
        text=WORDINGS[order.language].text,
        position="edge_corner",
        height_ratio=seen.height_ratio,
        visible_ms=seen.visible_ms,
        at_start=True,
    )
    return Marked(body=saved.getvalue(), written=written, kept=False)


def frames_of(body: bytes, seconds: float, apart: float) -> Iterator[tuple[float, Image.Image]]:
    """The pictures with which a video begins, and the seconds from the first one to each.

    Args:
        body: the video.
        seconds: how much of it.
        apart: how far pictures have to be apart.

    Raises:
        ExplicitRefusedError: the video cannot be decoded.
    """
    with ExplicitRefusedError.instead_of(*BROKEN, what="The video cannot be decoded."), open_media(body) as source:
        first = last = None
        for frame in source.decode(_picture_stream(source)):
            time = float(frame.time or 0)
            first = time if first is None else first
            if last is None or time - last >= apart:
                last = time
                yield time - first, Image.fromarray(frame.to_ndarray(format="rgb24"))
            if time - first >= seconds:
                return


def _picture_stream(source: InputContainer) -> VideoStream:
    if not source.streams.video:
        raise ExplicitRefusedError(what="The file has no pictures.")
    stream = source.streams.video[0]
    context: VideoCodecContext | None = stream.codec_context
    if context is None:
        raise ExplicitRefusedError(what="The pictures are in a codec that is not known.")
    if context.width * context.height > MOST_PIXELS:
        raise ExplicitRefusedError(what=f"Pictures of {context.width} by {context.height} pixels are too large.")
    return stream


class _Overlay:
    """The plate in the kind of pixels that videos have, and how long it was seen."""

    def __init__(self, stream: VideoStream, order: MarkOrder) -> None:
        context = stream.codec_context
        size = context.width, context.height
        if context.format is None or any(part.bits > 8 for part in context.format.components):  # noqa: PLR2004
            raise ExplicitRefusedError(what="The video has more than 8 bits per colour, which would be lost.")
        if size[0] % 2 or size[1] % 2:
            raise ExplicitRefusedError(what=f"A video of {size[0]} by {size[1]} pixels cannot be encoded: odd sizes.")
        em = em_for(order.language, size)
        plate = np.asarray(_even(draw_plate(order.language, em)), dtype=np.float64) / 255
        self.height_ratio = round(em * TEXT_HEIGHT / min(size), 4)
        self._luma = np.rint(_SHADES[0] + plate * (_SHADES[1] - _SHADES[0])).astype(np.uint8)
        self._at = _place(order.corner, size, (plate.shape[1], plate.shape[0]), margin_for(em) // 2 * 2)
        self._seconds = order.seconds
        self._first: float | None = None
        self._until = 0.0
        self._size = size

    @property
    def visible_ms(self) -> int:
        """How long the label is seen."""
        return round(1000 * self._until)

    def on(self, frame: VideoFrame) -> VideoFrame:
        """The picture as it is to be encoded, with the label while it is time for it."""
        if (frame.width, frame.height) != self._size or frame.rotation:
            raise ExplicitRefusedError(what="The video changes its size, or is turned when it is shown.")
        shown = frame if frame.format.name in {"yuv420p", "yuvj420p"} else frame.reformat(format="yuv420p")
        # Where key frames go is for the encoder to choose, not for the one before it.
        shown.pict_type = PictureType.NONE
        time = float(frame.time or 0)
        self._first = time if self._first is None else self._first
        if time - self._first > MOST_SECONDS:
            raise ExplicitRefusedError(what=f"The video is longer than {MOST_SECONDS} seconds.")
        if self._seconds is not None and time - self._first >= self._seconds:
            return shown
        self._until = time - self._first + float((frame.duration or 0) * (frame.time_base or 0))
        return self._drawn(shown)

    def _drawn(self, frame: VideoFrame) -> VideoFrame:
        planes: NDArray[np.uint8] = frame.to_ndarray().astype(np.uint8)
        (left, top), (height, width) = self._at, self._luma.shape
        planes[top : top + height, left : left + width] = self._luma
        half_rows, half_columns = frame.height // 2, frame.width // 2
        for number in range(2):
            begin = frame.height + number * half_rows // 2
            if half_rows % 2:
                flat = planes.reshape(-1)[frame.height * frame.width + number * half_rows * half_columns :]
                colour = flat[: half_rows * half_columns].reshape(half_rows, half_columns)
            else:
                colour = planes[begin : begin + half_rows // 2].reshape(half_rows, half_columns)
            colour[top // 2 : (top + height) // 2, left // 2 : (left + width) // 2] = 128
        made = VideoFrame.from_ndarray(planes, format=frame.format.name)
        made.pts, made.time_base = frame.pts, frame.time_base
        made.colorspace, made.color_range = frame.colorspace, frame.color_range
        return made


def _even(plate: Image.Image) -> Image.Image:
    """The plate on even sides: colours are kept for squares of four pixels."""
    size = plate.width + plate.width % 2, plate.height + plate.height % 2
    whole = Image.new("L", size, 255)
    whole.paste(plate, (0, 0))
    return whole


def _place(corner: Corner, size: tuple[int, int], plate: tuple[int, int], margin: int) -> tuple[int, int]:
    left = margin if corner.endswith("left") else max(0, size[0] - margin - plate[0])
    top = margin if corner.startswith("top") else max(0, size[1] - margin - plate[1])
    return left // 2 * 2, top // 2 * 2


def _convert(source: InputContainer, stream: VideoStream, target: OutputContainer, overlay: _Overlay) -> None:
    made = _encoder(stream, target)
    copies: dict[int, Stream] = {}
    for other in (*source.streams.audio, *source.streams.subtitles):
        copies[other.index] = target.add_stream_from_template(other)
        copies[other.index].metadata.update(other.metadata)
    for packet in source.demux([stream, *source.streams.audio, *source.streams.subtitles]):
        if packet.stream_index == stream.index:
            for frame in packet.decode():
                if isinstance(frame, VideoFrame):
                    target.mux(made.encode(overlay.on(frame)))
        elif packet.dts is not None:
            packet.stream = copies[packet.stream_index]
            target.mux(packet)
    target.mux(made.encode(None))


def _encoder(stream: VideoStream, target: OutputContainer) -> VideoStream:
    codec = stream.codec_context.name.removeprefix("lib")
    codec = "av1" if codec in {"dav1d", "av1"} else codec.removesuffix("-vp9") if codec.startswith("vpx") else codec
    if codec not in _ENCODERS:
        raise ExplicitRefusedError(what=f"There is no encoder for {codec}.")
    name, options = _ENCODERS[codec]
    made = target.add_stream(name, rate=stream.average_rate or stream.guessed_rate, options=options)
    if not isinstance(made, VideoStream):
        raise ExplicitRefusedError(what=f"{name} makes no pictures.")
    before, after = stream.codec_context, made.codec_context
    after.width, after.height = before.width, before.height
    after.pix_fmt = before.pix_fmt if before.pix_fmt in {"yuv420p", "yuvj420p"} else "yuv420p"
    if stream.time_base is not None:
        after.time_base = stream.time_base
    after.thread_count = _THREADS
    after.color_range, after.colorspace = before.color_range, before.colorspace
    after.color_primaries, after.color_trc = before.color_primaries, before.color_trc
    if codec == "av1":
        os.environ.setdefault("SVT_LOG", "1")  # errors alone; it writes to standard error past every logger
    if codec == "hevc":
        after.codec_tag = "hvc1" if target.format.name in {"mp4", "mov"} else after.codec_tag
    made.metadata.update(stream.metadata)
    return made
