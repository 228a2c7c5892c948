"""The label of a sound: our rhythm at its start. Only for processes that hostile bytes may harm.

There are two ways. Where samples are kept exactly (PCM, FLAC, ALAC), the rhythm is mixed in and all later samples stay
as they are. Where they are not, packets are what can be kept: in MP3 and bare AAC the rhythm is put in front of them.
What allows neither is compressed once more, which is said (`LabeledFile.kept`).
"""

import io
from collections.abc import Iterator
from typing import Any, Final

import av
import av.error
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from numpy.typing import NDArray

from pipeline.labels.explicit.model import LabeledFile, Written
from pipeline.labels.explicit.rhythm import SECONDS, duck_and_tones, find_rhythm
from pipeline.labels.refused import ExplicitRefusedError

__all__ = ["BROKEN_MEDIA", "beginning_of", "label_audio", "open_media"]

_MOST_SECONDS: Final = 3600

BROKEN_MEDIA: Final = (av.error.FFmpegError, ValueError, OSError, KeyError, IndexError, RuntimeError)
"""What PyAV raises over broken files."""

_FORMATS: Final = {
    "audio/wav": "wav",
    "audio/flac": "flac",
    "audio/mpeg": "mp3",
    "audio/aac": "adts",
    "audio/mp4": "ipod",
    "audio/ogg": "ogg",
    "audio/webm": "webm",
}
_PREPENDED: Final = {"mp3": ("libmp3lame", "mp3"), "aac": ("aac", "adts")}
"""Codecs whose packets can follow those of another encoder, by the encoder and the format in which that is so."""

_AGAIN: Final = {"aac": "aac", "opus": "libopus", "mp3": "libmp3lame"}
_LOSSLESS: Final = ("flac", "alac")
_USUAL_BIT_RATE: Final = 128_000
_HEARD_RATE: Final = 8000
_RATES: Final = range(4_000, 400_001)
_FULL_SCALE: Final = {"u8": 128.0, "s16": 2.0**15, "s32": 2.0**31}


def label_audio(body: bytes, media_type: str) -> LabeledFile:
    """Put the rhythm at the start of a sound that has none there. Metadata stays; pictures of covers do not.

    Raises:
        ExplicitRefusedError: not a sound that can be read and written, or longer than an hour.
    """
    name = _FORMATS.get(media_type)
    if name is None:
        raise ExplicitRefusedError(what=f"Nothing is known of how {media_type} takes a rhythm.")
    written = Written(kind="rhythm", position="start", at_start=True)
    if find_rhythm(beginning_of(body, 2 * SECONDS, _HEARD_RATE), _HEARD_RATE) is not None:
        return LabeledFile(body=body, written=written, kept=True)
    saved = io.BytesIO()
    with (
        ExplicitRefusedError.instead_of(*BROKEN_MEDIA, what="The sound cannot be decoded or encoded."),
        open_media(body) as source,
    ):
        stream = _sound_stream(source)
        codec = stream.codec_context.name.removesuffix("float")
        with av.open(saved, "w", format=name) as target:
            target.metadata.update(source.metadata)
            if codec in _PREPENDED and _PREPENDED[codec][1] == name:
                kept = True
                _prepend(source, stream, target, _PREPENDED[codec][0])
            else:
                kept = codec.startswith("pcm_") or codec in _LOSSLESS
                _mix(source, stream, target, codec if kept else _again(codec))
    return LabeledFile(body=saved.getvalue(), written=written, kept=kept)


def open_media(body: bytes) -> InputContainer:
    """A container that reads nothing but these bytes: no playlist in it can name a file or a host."""
    return av.open(io.BytesIO(body), "r", options={"protocol_whitelist": "", "enable_drefs": "0"})


def beginning_of(body: bytes, seconds: float, rate: int) -> NDArray[np.float64]:
    """The first seconds of the first sound in a file: one channel, full scale being 1.

    Raises:
        ExplicitRefusedError: the file cannot be decoded.
    """
    pieces: list[NDArray[np.float64]] = []
    wanted = round(seconds * rate)
    with (
        ExplicitRefusedError.instead_of(*BROKEN_MEDIA, what="The sound cannot be decoded."),
        open_media(body) as source,
    ):
        resampler = av.AudioResampler(format="flt", layout="mono", rate=rate)
        for frame in source.decode(_sound_stream(source)):
            pieces += [part.to_ndarray().ravel().astype(np.float64) for part in resampler.resample(frame)]
            if sum(map(len, pieces)) >= wanted:
                break
    return np.concatenate(pieces)[:wanted] if pieces else np.zeros(0)


def _sound_stream(source: InputContainer) -> AudioStream:
    if not source.streams.audio:
        raise ExplicitRefusedError(what="The file has no sound.")
    stream = source.streams.audio[0]
    context: av.AudioCodecContext | None = stream.codec_context
    if context is None:
        raise ExplicitRefusedError(what="The sound is in a codec that is not known.")
    if context.sample_rate not in _RATES:
        raise ExplicitRefusedError(what=f"The sound has {context.sample_rate} samples per second.")
    return stream


def _again(codec: str) -> str:
    if codec not in _AGAIN:
        raise ExplicitRefusedError(what=f"There is no encoder for {codec} that would do its sound no harm.")
    return _AGAIN[codec]


def _mix(source: InputContainer, stream: AudioStream, target: OutputContainer, encoder: str) -> None:
    options: dict[str, Any] = {"rate": stream.codec_context.sample_rate, "layout": stream.codec_context.layout.name}
    made = target.add_stream(encoder, **options)
    if not isinstance(made, AudioStream):
        raise ExplicitRefusedError(what=f"{encoder} makes no sound.")
    if encoder in _AGAIN.values():
        made.codec_context.bit_rate = stream.codec_context.bit_rate or _USUAL_BIT_RATE
    else:
        made.codec_context.format = stream.codec_context.format
    made.metadata.update(stream.metadata)
    rate = stream.codec_context.sample_rate
    duck, tones = duck_and_tones(rate)
    at = 0
    for frame in _bounded(source, stream):
        mixed = frame
        if at < len(tones):
            mixed = _mixed(frame, duck[at : at + frame.samples], tones[at : at + frame.samples])
        at += frame.samples
        target.mux(made.encode(mixed))
    if at < len(tones):
        raise ExplicitRefusedError(what=f"The sound is shorter than the rhythm, which takes {SECONDS:.1f} seconds.")
    target.mux(made.encode(None))


def _bounded(source: InputContainer, stream: AudioStream) -> Iterator[AudioFrame]:
    at = 0
    for frame in source.decode(stream):
        at += frame.samples
        if at > _MOST_SECONDS * stream.codec_context.sample_rate:
            raise ExplicitRefusedError(what=f"The sound is longer than {_MOST_SECONDS} seconds.")
        yield frame


def _mixed(frame: AudioFrame, duck: NDArray[np.float64], tones: NDArray[np.float64]) -> AudioFrame:
    """The frame with the tones in its first samples, in its own kind of samples."""
    raw = frame.to_ndarray()
    channels = frame.layout.nb_channels
    planes = raw if frame.format.is_planar else raw.reshape(-1, channels).T
    kind = frame.format.name.removesuffix("p")
    scale, zero = _FULL_SCALE.get(kind, 1.0), 128 if kind == "u8" else 0
    count = len(tones)
    heard = (planes[:, :count].astype(np.float64) - zero) / scale * duck + tones
    back = heard * scale + zero
    if kind in _FULL_SCALE:
        back = np.clip(np.rint(back), zero - scale, zero + scale - 1)
    changed = planes.copy()
    changed[:, :count] = back.astype(raw.dtype)
    laid: Any = changed if frame.format.is_planar else changed.T.reshape(1, -1)
    made = AudioFrame.from_ndarray(np.ascontiguousarray(laid), format=frame.format.name, layout=frame.layout.name)
    made.sample_rate, made.pts, made.time_base = frame.sample_rate, frame.pts, frame.time_base
    return made


def _prepend(source: InputContainer, stream: AudioStream, target: OutputContainer, encoder: str) -> None:
    """The rhythm in packets of its own, and behind them those of the file as they are."""
    made = target.add_stream_from_template(stream)
    made.metadata.update(stream.metadata)
    base, end = stream.time_base, 0
    if base is None:
        raise ExplicitRefusedError(what="The sound tells no unit of time.")
    with open_media(_rhythm_alone(stream, encoder, target.format.name)) as rhythm:
        for packet in rhythm.demux(audio=0):
            if packet.dts is not None:
                end = round((packet.dts + (packet.duration or 0)) * packet.time_base / base)
                packet.stream = made
                target.mux(packet)
    for packet in source.demux(stream):
        if packet.dts is None:
            continue
        if packet.dts * base > _MOST_SECONDS:
            raise ExplicitRefusedError(what=f"The sound is longer than {_MOST_SECONDS} seconds.")
        packet.stream = made
        packet.pts = (packet.dts if packet.pts is None else packet.pts) + end
        packet.dts += end
        target.mux(packet)


def _rhythm_alone(stream: AudioStream, encoder: str, name: str) -> bytes:
    """The rhythm as a file of its own, as like to the given sound as its packets have to be."""
    rate, layout = stream.codec_context.sample_rate, stream.codec_context.layout
    _, tones = duck_and_tones(rate)
    planes = np.repeat(tones[np.newaxis].astype(np.float32), layout.nb_channels, axis=0)
    frame = AudioFrame.from_ndarray(planes, format="fltp", layout=layout.name)
    frame.sample_rate, frame.pts = rate, 0
    saved = io.BytesIO()
    with av.open(saved, "w", format=name) as target:
        made = target.add_stream(encoder, rate=rate, layout=layout.name)
        if not isinstance(made, AudioStream):
            raise ExplicitRefusedError(what=f"{encoder} makes no sound.")
        made.codec_context.bit_rate = stream.codec_context.bit_rate or _USUAL_BIT_RATE
        target.mux([*made.encode(frame), *made.encode(None)])
    return saved.getvalue()
