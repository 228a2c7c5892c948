"""Families of look-alikes that sound or move: other words by one voice, other tunes of one band, other news of one set.

Made by seeded generators, as `families`, and as little known to the code as those.
"""

import io
import random
import struct
from collections.abc import Callable, Mapping
from typing import Final

import av
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tests.media.families import _name, _words

__all__ = ["FILMS", "RECORDINGS", "bulletin"]

_RATE: Final = 11_025
_Samples = np.ndarray

_VOWELS: Final = ((730, 1090, 2440), (270, 2290, 3010), (300, 870, 2240), (530, 1840, 2480), (570, 840, 2410))
"""Three formants each, in hertz: a, i, u, e, o."""


def _tone(hertz: np.ndarray | float, seconds: float, strengths: tuple[float, ...]) -> _Samples:
    """A tone with overtones, which fades."""
    count = int(seconds * _RATE)
    phase = np.cumsum(np.broadcast_to(hertz, count)) * 2 * np.pi / _RATE
    sound = sum(strength * np.sin(number * phase) for number, strength in enumerate(strengths, start=1))
    return sound * np.minimum(np.linspace(0, 30, count), 1) * np.exp(-3 * np.linspace(0, 1, count))


def _syllable(chance: random.Random, pitch: float) -> _Samples:
    """A consonant and a vowel: noise, then the overtones of a voice, each as loud as the mouth lets it through."""
    noise = np.random.default_rng(chance.randrange(2**32)).normal(
        0, chance.uniform(0.05, 0.4), chance.randrange(300, 900)
    )
    seconds = chance.uniform(0.12, 0.24)
    count = int(seconds * _RATE)
    phase = np.cumsum(pitch * np.linspace(1.05, chance.uniform(0.85, 1.05), count)) * 2 * np.pi / _RATE
    formants = chance.choice(_VOWELS)
    voice = np.zeros(count)
    tone, overtone = np.exp(1j * phase), np.ones(count, complex)
    for number in range(1, int(3200 / pitch)):
        loud = sum(
            1 / (1 + ((number * pitch - formant) / 110) ** 2) / place for place, formant in enumerate(formants, 1)
        )
        overtone *= tone
        voice += loud * overtone.imag
    return np.concatenate([noise, voice * np.hanning(count) ** 0.3])


def announcement(chance: random.Random) -> _Samples:
    """What a station says: one gong, one voice, other words every time."""
    gong = [_tone(hertz, 0.5, (1.0, 0.4, 0.2)) for hertz in (523.3, 392.0)]
    words, length = [], 0
    while length < 3.5 * _RATE:
        words += [_syllable(chance, 118 * chance.uniform(0.92, 1.1)) for _ in range(chance.randrange(2, 5))]
        words.append(np.zeros(int(chance.uniform(0.03, 0.12) * _RATE)))
        length = sum(map(len, words))
    return np.concatenate([*gong, *words])


def song(chance: random.Random) -> _Samples:
    """What a band plays: one drum, one bass and one accompaniment in three-four time, another melody every time."""
    beat = 0.34
    drum = np.random.default_rng(5).normal(0, 0.5, int(0.08 * _RATE)) * np.exp(-np.linspace(0, 8, int(0.08 * _RATE)))
    played = []
    for root in (45, 50, 52, 45):
        bar = np.zeros(int(3.2 * beat * _RATE))

        def add(sound: _Samples, when: float, bar: _Samples = bar) -> None:
            begin = int(when * beat * _RATE)
            bar[begin : begin + len(sound)] += sound[: len(bar) - begin]

        add(_tone(_hertz(root), 0.9, (0.9, 0.4, 0.1)), 0)
        for number in range(3):
            add(drum, number)
            add(_tone(_hertz(root + 12), 0.3, (0.2, 0.1, 0.1)) + _tone(_hertz(root + 19), 0.3, (0.2, 0.1)), number)
        place = 0.0
        while place < 3:
            lasts = chance.choice((0.5, 1.0, 1.0, 2.0))
            note = root + 24 + chance.choice((0, 2, 3, 5, 7, 10))
            add(_tone(_hertz(note), lasts * beat * 1.2, (0.7, 0.1, 0.4, 0.0, 0.2)), place)
            place += lasts
        played.append(bar[: int(3 * beat * _RATE)])
    return np.concatenate(played)


def _hertz(note: int) -> float:
    return float(440 * 2 ** ((note - 69) / 12))


RECORDINGS: Final[Mapping[str, Callable[[random.Random], _Samples]]] = {"announcements": announcement, "songs": song}


def recording(samples: _Samples) -> bytes:
    """A recording as WAV, in one channel."""
    sound = (samples * 12_000 / max(np.abs(samples).max(), 1e-9)).astype("<i2").tobytes()
    parts = (b"RIFF", 36 + len(sound), b"WAVE", b"fmt ", 16, 1, 1, _RATE, 2 * _RATE, 2, 16, b"data", len(sound))
    return struct.pack("<4sI4s4sIHHIIHH4sI", *parts) + sound


def bulletin(chance: random.Random) -> list[Image.Image]:
    """News: one set, one desk, somebody who moves a little, a picture of the day, and a line of words below."""
    size = (128, 96)
    base = Image.linear_gradient("L").resize(size).convert("RGB")
    pen = ImageDraw.Draw(base)
    pen.rectangle((0, 0, 128, 8), fill="#10304f")
    pen.rectangle((0, 70, 128, 96), fill="#20242a")
    day = np.random.default_rng(chance.randrange(2**32)).integers(
        0, 255, (chance.randrange(2, 5), chance.randrange(2, 6), 3), np.uint8
    )
    base.paste(Image.fromarray(day).resize((52, 40), Image.Resampling.BICUBIC), (70, 16))
    jacket, skin = (chance.randrange(20, 120), chance.randrange(20, 120), chance.randrange(20, 120)), (210, 170, 140)
    line = f"{_name(chance)}: {_words(chance, 3)}"
    below = Image.new("RGB", (128, 22), "#b01818")
    ImageDraw.Draw(below).text((4, 3), line, "white", ImageFont.load_default(11))
    steps = []
    for _ in range(8):
        picture = base.copy()
        pen = ImageDraw.Draw(picture)
        x, y = 34 + chance.uniform(-2, 2), 36 + chance.uniform(-1, 1)
        pen.ellipse((x - 24, y + 14, x + 24, y + 70), fill=jacket)
        pen.ellipse((x - 11, y - 14, x + 11, y + 16), fill=skin)
        pen.pieslice((x - 12, y - 17, x + 12, y + 6), 180, 360, fill="#3a2a1c")
        picture.paste(below, (0, 74))
        steps.append(picture)
    return steps


FILMS: Final[Mapping[str, Callable[[random.Random], list[Image.Image]]]] = {"bulletins": bulletin}


def film(steps: list[Image.Image], *, keys: bool) -> bytes:
    """Pictures as a video of four a second, each a key frame or only the first one."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=4, options={"g": "1" if keys else "12"})
        stream.width, stream.height, stream.pix_fmt, stream.bit_rate = *steps[0].size, "yuv420p", 400_000
        for step in steps:
            container.mux(stream.encode(av.VideoFrame.from_image(step)))
        container.mux(stream.encode(None))
    return out.getvalue()
