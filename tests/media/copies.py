"""What happens to content on its way: re-encoded, resized and lightly edited copies, made with the tests' own means."""

import io
from collections.abc import Callable, Iterator
from fractions import Fraction

import av
import numpy as np
from PIL import Image, ImageEnhance

__all__ = ["PICTURE_COPIES", "SOUND_COPIES", "TEXT_COPIES", "VIDEO_COPIES", "filmed", "recorded", "samples_of"]

RATE = 24_000


def _picture(
    change: Callable[[Image.Image], Image.Image], kind: str = "JPEG", **options: object
) -> Callable[[bytes], bytes]:
    def copy(body: bytes) -> bytes:
        target = io.BytesIO()
        with Image.open(io.BytesIO(body)) as image:
            change(image.convert("RGB")).save(target, kind, **options)
        return target.getvalue()

    return copy


def _same(image: Image.Image) -> Image.Image:
    return image


def _scaled(times: float) -> Callable[[Image.Image], Image.Image]:
    def scale(image: Image.Image) -> Image.Image:
        return image.resize((round(image.width * times), round(image.height * times)), Image.Resampling.LANCZOS)

    return scale


def _cropped(part: float) -> Callable[[Image.Image], Image.Image]:
    """Without `part` of width and height, half of it on each side."""

    def crop(image: Image.Image) -> Image.Image:
        across, down = round(image.width * part / 2), round(image.height * part / 2)
        return image.crop((across, down, image.width - across, image.height - down))

    return crop


def _captioned(image: Image.Image) -> Image.Image:
    """With a label in a corner: 5 % of the height."""
    label = Image.new("RGB", (image.width // 6, image.height // 20), "white")
    image.paste(label, (image.width - label.width, image.height - label.height))
    return image


PICTURE_COPIES: dict[str, Callable[[bytes], bytes]] = {
    **{f"JPEG {quality}": _picture(_same, quality=quality) for quality in (30, 50, 70, 85, 95)},
    "WebP": _picture(_same, "WEBP", quality=50),
    "AVIF": _picture(_same, "AVIF", quality=50),
    "half the size": _picture(_scaled(0.5), quality=80),
    "a quarter of the size": _picture(_scaled(0.25), quality=80),
    "twice the size": _picture(_scaled(2), quality=80),
    "cropped by 2 %": _picture(_cropped(0.02), quality=85),
    "brighter": _picture(lambda image: ImageEnhance.Brightness(image).enhance(1.1), quality=85),
    "darker": _picture(lambda image: ImageEnhance.Brightness(image).enhance(0.9), quality=85),
    "more contrast": _picture(lambda image: ImageEnhance.Contrast(image).enhance(1.15), quality=85),
    "without colour": _picture(lambda image: image.convert("L"), quality=85),
    "a label in a corner": _picture(_captioned, quality=85),
}


def samples_of(body: bytes) -> np.ndarray:
    """A recording in one channel at `RATE`."""
    with av.open(io.BytesIO(body)) as container:
        resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
        pieces = [piece for frame in container.decode(audio=0) for piece in resampler.resample(frame)]
        pieces += resampler.resample(None)
    return np.concatenate([piece.to_ndarray().reshape(-1) for piece in pieces])


def recorded(
    samples: np.ndarray, kind: str = "wav", codec: str = "pcm_s16le", rate: int = RATE, bit_rate: int | None = None
) -> bytes:
    """A recording as a file."""
    target = io.BytesIO()
    with av.open(target, "w", format=kind) as container:
        stream = container.add_stream(codec, rate=rate, layout="mono")
        if bit_rate is not None:
            stream.bit_rate = bit_rate
        frame = av.AudioFrame.from_ndarray(samples.astype(np.int16).reshape(1, -1), format="s16", layout="mono")
        frame.rate = RATE
        frame.pts = 0
        resampler = av.AudioResampler(
            format=stream.codec_context.format, layout="mono", rate=rate, frame_size=stream.codec_context.frame_size
        )
        for piece in (*resampler.resample(frame), *resampler.resample(None)):
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))
    return target.getvalue()


def _noisy(samples: np.ndarray) -> np.ndarray:
    return np.clip(samples + np.random.default_rng(7).normal(0, 100, len(samples)), -32_768, 32_767)


SOUND_COPIES: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "MP3": ("audio/mpeg", lambda body: recorded(samples_of(body), "mp3", "libmp3lame", bit_rate=32_000)),
    "AAC": ("audio/mp4", lambda body: recorded(samples_of(body), "mp4", "aac", bit_rate=48_000)),
    "Opus": ("audio/ogg", lambda body: recorded(samples_of(body), "ogg", "libopus", rate=48_000, bit_rate=24_000)),
    "FLAC": ("audio/flac", lambda body: recorded(samples_of(body), "flac", "flac")),
    "like a telephone": ("audio/wav", lambda body: recorded(samples_of(body), rate=8000)),
    "at 44.1 kHz": ("audio/wav", lambda body: recorded(samples_of(body), rate=44_100)),
    "half as loud": ("audio/wav", lambda body: recorded(samples_of(body) // 2)),
    "with noise": ("audio/wav", lambda body: recorded(_noisy(samples_of(body)))),
    "without its first 50 ms": ("audio/wav", lambda body: recorded(samples_of(body)[RATE // 20 :])),
}


def filmed(
    pictures: Iterator[np.ndarray] | list[np.ndarray],
    kind: str = "mp4",
    codec: str = "libx264",
    rate: int = 25,
    **options: str,
) -> bytes:
    """Pictures as a video file."""
    target = io.BytesIO()
    with av.open(target, "w", format=kind) as container:
        stream = None
        for picture in pictures:
            if stream is None:
                stream = container.add_stream(codec, rate=rate, options=options)
                stream.height, stream.width = picture.shape[:2]
                stream.pix_fmt = "yuv420p"
                stream.codec_context.time_base = Fraction(1, rate)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")))
        assert stream is not None
        container.mux(stream.encode(None))
    return target.getvalue()


def _pictures_of(body: bytes) -> Iterator[np.ndarray]:
    with av.open(io.BytesIO(body)) as container:
        for frame in container.decode(video=0):
            yield frame.to_ndarray(format="rgb24")


def _each(body: bytes, change: Callable[[np.ndarray], np.ndarray]) -> Iterator[np.ndarray]:
    return (change(picture) for picture in _pictures_of(body))


def _halved(picture: np.ndarray) -> np.ndarray:
    """At half the size, each point the mean of four."""
    height, width = (side // 4 * 2 for side in picture.shape[:2])
    return picture[: 2 * height, : 2 * width].reshape(height, 2, width, 2, 3).mean(axis=(1, 3)).astype(np.uint8)


def _cut(picture: np.ndarray) -> np.ndarray:
    """Without 2 % of width and height, and even in both."""
    height, width = picture.shape[:2]
    down, across = height // 100, width // 100
    return picture[down : down + (height - 2 * down) // 2 * 2, across : across + (width - 2 * across) // 2 * 2]


VIDEO_COPIES: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "H.264 of low quality": ("video/mp4", lambda body: filmed(_pictures_of(body), crf="36")),
    "H.265": ("video/mp4", lambda body: filmed(_pictures_of(body), codec="libx265", crf="30")),
    "VP9": ("video/webm", lambda body: filmed(_pictures_of(body), "webm", "libvpx-vp9", deadline="realtime", crf="40")),
    "MPEG-4 in AVI": ("video/x-msvideo", lambda body: filmed(_pictures_of(body), "avi", "mpeg4")),
    "Matroska": ("video/x-matroska", lambda body: filmed(_pictures_of(body), "matroska", g="12")),
    "half the size": ("video/mp4", lambda body: filmed(_each(body, _halved))),
    "half as many pictures": ("video/mp4", lambda body: filmed(list(_pictures_of(body))[::2], rate=12)),
    "cropped by 2 %": ("video/mp4", lambda body: filmed(_each(body, _cut))),
    "darker": ("video/mp4", lambda body: filmed(_each(body, lambda picture: (picture * 0.9).astype(np.uint8)))),
    "without its last fifth of a second": ("video/mp4", lambda body: filmed(list(_pictures_of(body))[:-5])),
}


def _replaced(text: str, *changes: tuple[str, str]) -> str:
    for old, new in changes:
        text = text.replace(old, new, 1)
    return text


TEXT_COPIES: dict[str, Callable[[str], str]] = {
    "other line breaks": lambda text: text.replace("\n", "\r\n"),
    "in capitals": str.upper,
    "wrapped anew": lambda text: " ".join(text.split()),
    "quotation marks and dashes changed": lambda text: text.replace('"', "\u201c").replace("-", " \u2013 "),
    "a note before it": lambda text: "AI-generated\n\n" + text,
    "a note after it": lambda text: text + "\n\nGenerated with the help of a machine.\n",
    "invisible characters": lambda text: text[:40] + "\ufeff\u200b" + text[40:],
    "a word in the middle left out": lambda text: _without_word(text, 0.5),
    "two words left out": lambda text: _without_word(_without_word(text, 0.3), 0.7),
}


def _without_word(text: str, where: float) -> str:
    """Without what stands between two blanks, or without two characters in a script that has none."""
    words = text.split(" ")
    if len(words) > 20:
        place = int(len(words) * where)
        return " ".join(words[:place] + words[place + 1 :])
    place = int(len(text) * where)
    return text[:place] + text[place + 2 :]
