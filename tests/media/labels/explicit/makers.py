"""Sounds, videos, pictures and documents made on the spot, and how to read them back."""

import io
import zipfile
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]
Samples = NDArray[Any]


def noise(width: int = 400, height: int = 300, seed: int = 0) -> Image.Image:
    return Image.fromarray(np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8))


def encoded(picture: Image.Image, name: str, **options: Any) -> bytes:
    saved = io.BytesIO()
    picture.save(saved, name, **options)
    return saved.getvalue()


def opened(body: bytes) -> Image.Image:
    return Image.open(io.BytesIO(body))


def pixels(picture: Image.Image) -> Pixels:
    """As they are, also where they have 16 bits; colours for numbers of colours."""
    return np.asarray(picture if picture.mode.startswith("I") else picture.convert("RGBA"))


def changed_box(before: Image.Image, after: Image.Image, above: int = 0) -> tuple[int, int, int, int]:
    """What encloses all pixels that differ by more than so much: left, top, right and bottom."""
    difference = np.abs(pixels(before).astype(int) - pixels(after).astype(int))
    differs = (difference if difference.ndim == 2 else difference.max(axis=2)) > above
    rows, columns = np.nonzero(differs.any(axis=1))[0], np.nonzero(differs.any(axis=0))[0]
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def music(seconds: float = 4, rate: int = 44100) -> Samples:
    """Two channels of chords, also at the pitch of the rhythm."""
    times = np.arange(round(seconds * rate)) / rate
    voices = [
        np.sin(2 * np.pi * pitch * times) * (np.sin(2 * np.pi * 3 * times + pitch) > 0) for pitch in (220, 440, 880)
    ]
    sound = 0.2 * np.sum(voices, axis=0)
    return np.stack([sound, sound / 2])


def sound_file(samples: Samples, codec: str, name: str, kind: str = "s16", rate: int = 44100, **options: Any) -> bytes:
    """A file of two channels; `kind` is that of its samples."""
    scale, offset, dtype = {
        "u8": (127, 128, np.uint8),
        "s16": (32767, 0, np.int16),
        "s32": (2**31 - 1, 0, np.int32),
        "flt": (1, 0, np.float32),
    }[kind]
    whole = (samples * scale + offset).astype(np.int64) if kind != "flt" else samples
    if kind == "s32":
        whole = whole >> 8 << 8  # 24 bits, in the upper part of 32
    frame = av.AudioFrame.from_ndarray(
        np.ascontiguousarray(whole.astype(dtype).T.reshape(1, -1)), format=kind, layout="stereo"
    )
    frame.sample_rate, frame.pts = rate, 0
    saved = io.BytesIO()
    with av.open(saved, "w", format=name) as target:
        stream = target.add_stream(codec, rate=rate, layout="stereo")
        if kind == "s32" and codec == "flac":
            stream.codec_context.format = "s32"
        for key, value in options.items():
            setattr(stream.codec_context, key, value)
        target.metadata["title"] = "A title"
        target.mux([*stream.encode(frame), *stream.encode(None)])
    return saved.getvalue()


def heard(body: bytes) -> Samples:
    """All samples as the decoder gives them, a row for each channel."""
    with av.open(io.BytesIO(body)) as source:
        channels = source.streams.audio[0].codec_context.layout.nb_channels
        rows = []
        for frame in source.decode(audio=0):
            raw = frame.to_ndarray()
            rows.append(raw if frame.format.is_planar else raw.reshape(-1, channels).T)
        return np.concatenate(rows, axis=1)


def video_file(codec: str, name: str, *, size: tuple[int, int] = (320, 180), frames: int = 70, **options: Any) -> bytes:
    """A gradient that moves, 25 pictures a second, without sound."""
    saved = io.BytesIO()
    with av.open(saved, "w", format=name) as target:
        stream = target.add_stream(codec, rate=25)
        stream.width, stream.height = size
        stream.pix_fmt = options.get("pix_fmt", "yuv420p")
        x, y = np.meshgrid(np.arange(size[0]), np.arange(size[1]))
        for number in range(frames):
            picture = np.stack([(x + 2 * number) % 256, y % 256, (x + y) % 256], axis=2).astype(np.uint8)
            target.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        target.mux(stream.encode(None))
    return saved.getvalue()


def seen(body: bytes) -> list[tuple[float, Pixels]]:
    """All pictures of a video with their times."""
    with av.open(io.BytesIO(body)) as source:
        return [(float(frame.time), frame.to_ndarray(format="rgb24")) for frame in source.decode(video=0)]


def audio_packets(body: bytes) -> list[bytes]:
    with av.open(io.BytesIO(body)) as source:
        return [bytes(packet) for packet in source.demux(audio=0) if packet.dts is not None]


def parts_of(body: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(body)) as source:
        return {name: source.read(name) for name in source.namelist()}


def zipped(parts: dict[str, bytes]) -> bytes:
    saved = io.BytesIO()
    with zipfile.ZipFile(saved, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in parts.items():
            target.writestr(name, data)
    return saved.getvalue()
