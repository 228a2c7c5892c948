"""What the events are about: texts, pictures and videos that are made anew from a number, the same on every machine.

Every event of text is another text. Pictures and videos come from a small set of each kind, in turn.
"""

import io
import random
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

__all__ = ["CONTENT_KINDS", "ContentKind", "long_video", "prose_text"]

_SYLLABLES: Final = (
    "ka",
    "lo",
    "mi",
    "ten",
    "ra",
    "su",
    "ver",
    "ti",
    "no",
    "pel",
    "dan",
    "or",
    "en",
    "shi",
    "ma",
    "quo",
    "ri",
)
_SENTENCE: Final = range(6, 18)


def prose_text(number: int, size: int) -> str:
    """So many bytes of prose: words of unequal frequency, in sentences, as a language has them."""
    chance = random.Random(number)  # noqa: S311 - nothing secret
    words = ["".join(chance.choices(_SYLLABLES, k=1 + index % 4)) for index in range(900)]
    weights = [1 / (rank + 3) for rank in range(len(words))]
    written, length = [], 0
    while length < size:
        sentence = " ".join(chance.choices(words, weights, k=chance.choice(_SENTENCE))).capitalize() + ". "
        written.append(sentence)
        length += len(sentence)
    return "".join(written)[:size]


def _pixels(number: int, width: int, height: int, grain: float) -> NDArray[np.uint8]:
    """A scene of large soft shapes with grain over it, so that its file is as large as a photograph's."""
    chance = np.random.default_rng(number)
    coarse = Image.fromarray(chance.integers(0, 256, (9, 9, 3), dtype=np.uint8))
    scene = np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC), dtype=np.float32)
    noise = chance.normal(0, grain, (height, width, 1)).astype(np.float32)
    pixels: NDArray[np.uint8] = np.clip(scene + noise, 0, 255).astype(np.uint8)
    return pixels


def _jpeg(number: int) -> bytes:
    written = io.BytesIO()
    Image.fromarray(_pixels(number, 1024, 1024, 6.3)).save(written, "JPEG", quality=82)
    return written.getvalue()


def _png(number: int) -> bytes:
    written = io.BytesIO()
    Image.fromarray(_pixels(number, 736, 736, 2.8)).save(written, "PNG")
    return written.getvalue()


def _mp4(number: int) -> bytes:
    return _video(number, width=1280, height=720, seconds=10, bit_rate=4_600_000, repeat=1)


def long_video(number: int) -> bytes:
    """A minute of 1080p in about 45 MB: two seconds that are repeated, which costs those who decode it all the same."""
    return _video(number, width=1920, height=1080, seconds=2, bit_rate=6_700_000, repeat=30)


def _video(number: int, *, width: int, height: int, seconds: int, bit_rate: int, repeat: int) -> bytes:
    """H.264 at 30 frames a second with a key frame every two seconds: a window that moves over a large scene."""
    rate = 30
    scene = _pixels(number, width + 8 * rate, height + 8 * rate, 9.0)
    written = io.BytesIO()
    with av.open(written, "w", format="mp4") as container:
        stream: Any = container.add_stream("libx264", rate=rate, options={"preset": "veryfast", "g": str(2 * rate)})
        stream.width, stream.height, stream.pix_fmt, stream.bit_rate = width, height, "yuv420p", bit_rate
        stream.codec_context.max_b_frames = 0
        packets = []
        for index in range(seconds * rate):
            at = abs((4 * index) % (16 * rate) - 8 * rate)
            window = np.ascontiguousarray(scene[at : at + height, at : at + width])
            frame = av.VideoFrame.from_ndarray(window, format="rgb24")
            frame.pts, frame.time_base = index, Fraction(1, rate)
            packets += stream.encode(frame)
        packets += stream.encode()
        packets = [(bytes(packet), packet.pts, packet.is_keyframe, packet.time_base) for packet in packets]
        for turn in range(repeat):
            for body, pts, is_key, time_base in packets:
                packet = av.Packet(body)
                packet.stream, packet.time_base, packet.is_keyframe = stream, time_base, is_key
                packet.pts = packet.dts = pts + turn * int(seconds / time_base)
                container.mux(packet)
    return written.getvalue()


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentKind:
    """A kind of content, in the words of the table."""

    name: str
    title: str
    media_type: str
    make: Callable[[int], bytes] | None
    """Makes the bytes of a file by its number; None where the text is in the event itself."""

    size: int = 0
    """Of a text, in bytes."""

    files: int = 0
    """How many there are."""

    events: int
    """How many are sent in a round, to each contestant."""


def _text(title: str, size: int, events: int) -> ContentKind:
    return ContentKind(
        name="text-" + title.replace(" ", "").lower(),
        title=f"text {title}",
        media_type="text/plain",
        make=None,
        size=size,
        events=events,
    )


CONTENT_KINDS: Final = (
    _text("2 KB", 2_000, 200),
    ContentKind(name="jpeg", title="JPEG 200 KB", media_type="image/jpeg", make=_jpeg, files=20, events=80),
    ContentKind(name="png", title="PNG 800 KB", media_type="image/png", make=_png, files=10, events=40),
    ContentKind(name="mp4", title="MP4 5 MB, 10 s", media_type="video/mp4", make=_mp4, files=3, events=6),
    _text("1 KB", 1_000, 100),
    _text("20 KB", 20_000, 60),
    _text("250 KB", 250_000, 12),
)
"""In the order of the tables; the first four are the ones that targets are set for."""
