"""Audio and video of every kind that carries marks, a few frames long, and what is heard and seen of it."""

import io
import tempfile
from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

import av
import numpy as np

RATE: Final = 8000
SOUND: Final = 4000
PICTURES: Final = 6
SIZE: Final = (64, 48)


class Kind(NamedTuple):
    """How a file is made: its media type, container, encoders, and options of the container."""

    media_type: str
    container: str
    video: str | None = None
    audio: str | None = None
    options: Mapping[str, str] = {}
    seekable: bool = True


KINDS: Final[Mapping[str, Kind]] = {
    "mp4": Kind("video/mp4", "mp4", "libx264", "aac"),
    "mp4-index-first": Kind("video/mp4", "mp4", "libx264", "aac", {"movflags": "faststart"}),
    "mp4-keys": Kind("video/mp4", "mp4", "mpeg4", "aac", {"movflags": "use_metadata_tags+faststart"}),
    "mp4-fragments": Kind("video/mp4", "mp4", "libx264", "aac", {"movflags": "frag_every_frame+empty_moov"}),
    "mp4-dash": Kind("video/mp4", "mp4", "libx264", None, {"movflags": "dash+frag_keyframe"}),
    "mov": Kind("video/quicktime", "mov", "libx264", "pcm_s16le"),
    "mov-index-first": Kind("video/quicktime", "mov", "mpeg4", "aac", {"movflags": "faststart"}),
    "m4a": Kind("audio/mp4", "ipod", None, "aac", {"movflags": "faststart"}),
    "mkv": Kind("video/x-matroska", "matroska", "libx264", "flac"),
    "mkv-cues-first": Kind(
        "video/x-matroska", "matroska", "mpeg4", "aac", {"cues_to_front": "1", "reserve_index_space": "500"}
    ),
    "mkv-recorded": Kind("video/x-matroska", "matroska", "mpeg4", "aac", {"live": "1"}, seekable=False),
    "webm": Kind("video/webm", "webm", "libvpx", "libopus"),
    "webm-recorded": Kind("video/webm", "webm", "libvpx", "libopus", {"live": "1"}, seekable=False),
    "weba": Kind("audio/webm", "webm", None, "libopus"),
    "flv": Kind("video/x-flv", "flv", "libx264", "aac"),
    "flv-key-frames": Kind("video/x-flv", "flv", "flv", None, {"flvflags": "add_keyframe_index"}),
    "avi": Kind("video/x-msvideo", "avi", "mpeg4", "libmp3lame"),
    "wav": Kind("audio/wav", "wav", None, "pcm_s16le"),
    "wav-odd": Kind("audio/wav", "wav", None, "pcm_u8"),
    "mp3": Kind("audio/mpeg", "mp3", None, "libmp3lame"),
    "mp3-2.3": Kind("audio/mpeg", "mp3", None, "libmp3lame", {"id3v2_version": "3", "write_id3v1": "1"}),
    "mp3-untagged": Kind("audio/mpeg", "mp3", None, "libmp3lame", {"id3v2_version": "0"}),
    "flac": Kind("audio/flac", "flac", None, "flac"),
    "ogg-vorbis": Kind("audio/ogg", "ogg", None, "vorbis"),
    "ogg-opus": Kind("audio/ogg", "ogg", None, "libopus"),
    "ogg-flac": Kind("audio/ogg", "ogg", None, "flac"),
}
TITLE: Final = "Two harbours — 云汀"


@cache
def made(name: str, **metadata: str) -> bytes:
    """One of the kinds, with a title and other metadata."""
    kind = KINDS[name]
    # Of a file in memory, ffmpeg cannot move the index to the beginning: it opens it a second time for that.
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory, "made")
        if not kind.seekable:
            pipe = _Pipe()
            _encode(pipe, kind, metadata)
            return pipe.getvalue()
        _encode(str(file), kind, metadata)
        return file.read_bytes()


def _encode(out: str | io.BytesIO, kind: Kind, metadata: Mapping[str, str]) -> None:
    with av.open(out, "w", format=kind.container, options=dict(kind.options)) as container:
        container.metadata.update({"title": TITLE, **metadata})
        streams = []
        if kind.video is not None:
            video = container.add_stream(kind.video, rate=10)
            video.width, video.height = SIZE
            video.pix_fmt = "yuv420p"
            video.gop_size = 2
            streams.append((video, _pictures()))
        if kind.audio is not None:
            rate = 48000 if "opus" in kind.audio else 44100 if kind.container in ("flv", "mp3") else RATE
            layout = "stereo" if kind.audio == "vorbis" else "mono"
            audio = container.add_stream(kind.audio, rate=rate, layout=layout, options={"strict": "experimental"})
            streams.append((audio, _sound(rate, layout)))
        for stream, frames in streams:
            for frame in frames:
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))


def media_type_of(name: str) -> str:
    return KINDS[name].media_type


class Content(NamedTuple):
    """What a player gets: every stream, packet and frame, and what the container says of them."""

    streams: tuple[tuple[str, bytes | None], ...]
    packets: tuple[tuple[object, ...], ...]
    frames: tuple[tuple[object, ...], ...]


def content(body: bytes) -> Content:
    """What a decoder that shares no code with the carriers makes of a file."""
    with av.open(io.BytesIO(body)) as container:
        streams = tuple((stream.codec_context.name, stream.codec_context.extradata) for stream in container.streams)
        demuxed = [packet for packet in container.demux() if packet.size]
        packets = tuple(
            (packet.stream_index, packet.pts, packet.dts, packet.is_keyframe, digest(bytes(packet)))
            for packet in demuxed
        )
    with av.open(io.BytesIO(body)) as container:
        frames = tuple(
            (type(frame).__name__, frame.pts, digest(frame.to_ndarray().tobytes())) for frame in container.decode()
        )
    assert packets
    assert frames
    return Content(streams, packets, frames)


def metadata(body: bytes) -> dict[str, str]:
    """The descriptions that the decoder finds, of the file and of its streams."""
    with av.open(io.BytesIO(body)) as container:
        found = dict(container.metadata)
        for stream in container.streams:
            found |= stream.metadata
        return found


def digest(data: bytes) -> str:
    return sha256(data).hexdigest()


class _Pipe(io.BytesIO):
    """Something that cannot go back."""

    def seekable(self) -> bool:
        return False

    seek = None  # type: ignore[assignment]


def _pictures() -> list[av.VideoFrame]:
    width, height = SIZE
    base = np.add.outer(np.arange(height), np.arange(width)).astype(np.uint8)
    frames = []
    for number in range(PICTURES):
        pixels = np.stack([base * 2, base + number * 20, np.roll(base, number * 7, axis=1) * 3], axis=-1)
        frame = av.VideoFrame.from_ndarray(pixels.astype(np.uint8), format="rgb24")
        frame.pts = number
        frame.time_base = Fraction(1, 10)
        frames.append(frame)
    return frames


def _sound(rate: int, layout: str) -> list[av.AudioFrame]:
    wave = (np.sin(np.arange(SOUND + 1) * 0.07) * 9000).astype(np.int16)
    wave = np.repeat(wave, 2 if layout == "stereo" else 1).reshape(1, -1)
    frame = av.AudioFrame.from_ndarray(wave, format="s16", layout=layout)
    frame.sample_rate = rate
    frame.pts = 0
    frame.time_base = Fraction(1, rate)
    return [frame]
