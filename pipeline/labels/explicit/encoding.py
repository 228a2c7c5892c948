"""Opening and encoding the pictures of videos. Only for processes that hostile bytes may harm."""

import contextlib
import os
from pathlib import Path
from typing import Any, Final

import av
from av import VideoCodecContext
from av.container import InputContainer, OutputContainer
from av.stream import Disposition, Stream
from av.video.stream import VideoStream

from pipeline.labels.refused import ExplicitRefusedError

__all__ = [
    "VIDEO_CONTAINERS",
    "codec_of",
    "copied_streams",
    "encoder_of",
    "give_back_priority",
    "only_film",
    "open_target",
    "picture_stream",
    "set_up",
]

_MOST_PIXELS: Final = 4096 * 2304
"""Of one picture."""

VIDEO_CONTAINERS: Final = {
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

_THREADS: Final = 2


def picture_stream(source: InputContainer) -> VideoStream:
    """The pictures of a video.

    Raises:
        ExplicitRefusedError: there are none, or none that can be worked on.
    """
    if not source.streams.video:
        raise ExplicitRefusedError(what="The file has no pictures.")
    stream = source.streams.video[0]
    context: VideoCodecContext | None = stream.codec_context
    if context is None:
        raise ExplicitRefusedError(what="The pictures are in a codec that is not known.")
    if context.width * context.height > _MOST_PIXELS:
        raise ExplicitRefusedError(what=f"Pictures of {context.width} by {context.height} pixels are too large.")
    return stream


def only_film(source: InputContainer) -> VideoStream:
    """The pictures of a video that has them once: a label on some would leave others without, or leave them out.

    Raises:
        ExplicitRefusedError: there are none, several, or none that can be worked on.
    """
    if sum(not stream.disposition & Disposition.attached_pic for stream in source.streams.video) > 1:
        raise ExplicitRefusedError(what="The file has several films, of which one alone would be labeled.")
    return picture_stream(source)


def open_target(saved: Any, name: str, stream: VideoStream) -> OutputContainer:
    """A container to be written, whose pictures will be shown at the times that a stream has."""
    # Without the flag, keys of metadata that are not the container's own are lost. An index at the front is not to be
    # had: it is moved there by writing the file anew, which needs a file.
    options = {"movflags": "use_metadata_tags"} if name in {"mp4", "mov"} else {}
    if options and stream.time_base is not None:
        # When the first picture is shown is said in the unit of the whole movie, which is a millisecond otherwise.
        options["movie_timescale"] = str(stream.time_base.denominator)
    return av.open(saved, "w", format=name, options=options)


def copied_streams(source: InputContainer, target: OutputContainer) -> dict[int, Stream]:
    """Streams for the packets of sound and subtitles that are copied, by their index in the source."""
    copies: dict[int, Stream] = {}
    for other in (*source.streams.audio, *source.streams.subtitles):
        copies[other.index] = target.add_stream_from_template(other)
        copies[other.index].metadata.update(other.metadata)
        copies[other.index].disposition = other.disposition
    return copies


def codec_of(stream: VideoStream) -> str:
    """The codec of a stream, whichever library decodes it."""
    codec = stream.codec_context.name.removeprefix("lib")
    return "av1" if codec in {"dav1d", "av1"} else codec.removesuffix("-vp9") if codec.startswith("vpx") else codec


def encoder_of(codec: str) -> tuple[str, dict[str, str]]:
    """The encoder for a codec, and options that lose little.

    Raises:
        ExplicitRefusedError: there is none.
    """
    if codec not in _ENCODERS:
        raise ExplicitRefusedError(what=f"There is no encoder for {codec}.")
    if codec == "av1":
        os.environ.setdefault("SVT_LOG", "1")  # errors alone; it writes to standard error past every logger
    name, options = _ENCODERS[codec]
    return name, dict(options)


def give_back_priority() -> None:
    """Have this process run beside others again, after an encoder took real time for it.

    SVT-AV1 4.1 gives its threads, and the one that opens it, the highest real-time priority wherever it may, as root
    may: two such processes on two processors leave nothing to anyone. Confined processes may not.
    """
    if not hasattr(os, "sched_getscheduler") or os.sched_getscheduler(0) != os.SCHED_FIFO:
        return
    threads = ["0"]
    with contextlib.suppress(OSError):  # a confined process does not see them, nor has it anything to give back
        threads += [task.name for task in Path("/proc/self/task").iterdir()]
    for thread in threads:
        with contextlib.suppress(OSError):  # it has ended, or may not be told; it runs on as it did
            os.sched_setscheduler(int(thread), os.SCHED_OTHER, os.sched_param(0))


def set_up(after: VideoCodecContext, stream: VideoStream) -> None:
    """Have pictures encoded as they are in a stream: size, shape of pixels, units of time and colours."""
    before = stream.codec_context
    after.width, after.height = before.width, before.height
    if stream.sample_aspect_ratio:
        after.sample_aspect_ratio = stream.sample_aspect_ratio
    after.pix_fmt = before.pix_fmt if before.pix_fmt in {"yuv420p", "yuvj420p"} else "yuv420p"
    if stream.time_base is not None:
        after.time_base = stream.time_base
    after.thread_count = _THREADS
    after.color_range, after.colorspace = before.color_range, before.colorspace
    after.color_primaries, after.color_trc = before.color_primaries, before.color_trc
