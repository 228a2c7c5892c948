"""Acoustic features after Chromaprint's default algorithm, from which ISO 24138 makes Audio-Codes.

About eight times a second a feature of 32 bits says how the energy of the twelve semitones (all octaves folded into
one) changes over the next two seconds. No package brings the library in a wheel, so this follows its method, with its
numbers (MIT licence, Copyright (C) 2010-2016 Lukas Lalinsky); on samples of the same rate both say the same.
"""

from typing import Final, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["RATE", "features"]

RATE: Final = 11_025
"""Samples a second, one channel."""

_FRAME: Final = 4096
_HOP: Final = _FRAME // 3
_LOWEST_HZ: Final = 28
_HIGHEST_HZ: Final = 3520
_A_0: Final = 27.5
_SEMITONES: Final = 12
_SMOOTHING: Final = (0.25, 0.75, 1.0, 0.75, 0.25)
_SILENCE: Final = 0.01
_FULL_SCALE: Final = 32_767
_FRAMES_AT_ONCE: Final = 1024

_Samples = npt.NDArray[np.int16]
_Real = npt.NDArray[np.float64]


class _Question(NamedTuple):
    """One comparison of two parts of a rectangle: `height` semitones from `bottom`, `width` frames from now.

    Compared are: all of it with nothing; its upper with its lower half; its later with its earlier half; one diagonal
    with the other; its middle third with the outer ones, in semitones or in frames.
    """

    parts: Literal["all", "halves", "times", "diagonals", "middle", "meanwhile"]
    bottom: int
    height: int
    width: int
    steps: tuple[float, float, float]


_QUESTIONS: Final = (
    _Question("all", 4, 3, 15, (1.98215, 2.35817, 2.63523)),
    _Question("middle", 4, 6, 15, (-1.03809, -0.651211, -0.282167)),
    _Question("halves", 0, 4, 16, (-0.298702, 0.119262, 0.558497)),
    _Question("diagonals", 8, 2, 12, (-0.105439, 0.0153946, 0.135898)),
    _Question("diagonals", 4, 4, 8, (-0.142891, 0.0258736, 0.200632)),
    _Question("middle", 0, 3, 5, (-0.826319, -0.590612, -0.368214)),
    _Question("halves", 2, 2, 9, (-0.557409, -0.233035, 0.0534525)),
    _Question("times", 7, 3, 4, (-0.0646826, 0.00620476, 0.0784847)),
    _Question("times", 6, 2, 16, (-0.192387, -0.029699, 0.215855)),
    _Question("times", 1, 3, 2, (-0.0397818, -0.00568076, 0.0292026)),
    _Question("meanwhile", 10, 1, 15, (-0.53823, -0.369934, -0.190235)),
    _Question("diagonals", 6, 2, 10, (-0.124877, 0.0296483, 0.139239)),
    _Question("times", 1, 1, 14, (-0.101475, 0.0225617, 0.231971)),
    _Question("diagonals", 5, 6, 4, (-0.0799915, -0.00729616, 0.063262)),
    _Question("halves", 9, 2, 12, (-0.272556, 0.019424, 0.302559)),
    _Question("diagonals", 4, 2, 14, (-0.164292, -0.0321188, 0.0846339)),
)
_WIDEST: Final = max(question.width for question in _QUESTIONS)
_GRAY: Final = np.array([0, 1, 3, 2], np.uint32)


def features(samples: _Samples) -> tuple[int, ...]:
    """The features of a recording at `RATE`, as signed numbers; none where it is shorter than about 2.9 seconds."""
    chroma = _chroma(samples)
    if len(chroma) < len(_SMOOTHING):
        return ()
    smooth = np.stack([np.convolve(semitone, _SMOOTHING, "valid") for semitone in chroma.T], axis=1)
    norm = np.sqrt((smooth**2).sum(axis=1, keepdims=True))
    image = np.divide(smooth, norm, out=np.zeros_like(smooth), where=norm >= _SILENCE)
    count = len(image) - _WIDEST + 1
    if count < 1:
        return ()
    sums = np.zeros((len(image) + 1, _SEMITONES + 1))
    sums[1:, 1:] = image.cumsum(axis=0).cumsum(axis=1)
    bits = np.zeros(count, np.uint32)
    for question in _QUESTIONS:
        level = np.searchsorted(question.steps, _answers(sums, question, count), side="right")
        bits = bits << np.uint32(2) | _GRAY[level]
    return tuple(bits.view(np.int32).tolist())


def _chroma(samples: _Samples) -> _Real:
    """Energy of each semitone in each frame."""
    count = max((len(samples) - _FRAME) // _HOP + 1, 0)
    window = np.hamming(_FRAME) / _FULL_SCALE
    first, last = (round(_FRAME * hertz / RATE) for hertz in (_LOWEST_HZ, _HIGHEST_HZ))
    octaves = np.log2(np.arange(first, last) * RATE / _FRAME / _A_0)
    semitones = (_SEMITONES * (octaves - np.floor(octaves))).astype(np.int64)
    folding = np.zeros((last - first, _SEMITONES))
    folding[np.arange(last - first), semitones] = 1
    chroma = np.empty((count, _SEMITONES))
    for begin in range(0, count, _FRAMES_AT_ONCE):
        end = min(begin + _FRAMES_AT_ONCE, count)
        part = samples[begin * _HOP : (end - 1) * _HOP + _FRAME]
        frames = np.lib.stride_tricks.sliding_window_view(part, _FRAME)[::_HOP]
        spectrum = np.fft.rfft(frames * window)[:, first:last]
        chroma[begin:end] = (spectrum.real**2 + spectrum.imag**2) @ folding
    return chroma


def _answers(sums: _Real, question: _Question, count: int) -> _Real:
    """What comes of a comparison at every place, as the logarithm of a ratio."""
    low, high, width = question.bottom, question.bottom + question.height, question.width

    def area(bottom: int, top: int, begin: int = 0, end: int = width) -> _Real:
        earlier, later = sums[begin : begin + count], sums[end : end + count]
        result: _Real = later[:, top] - later[:, bottom] - earlier[:, top] + earlier[:, bottom]
        return result

    everything = area(low, high)
    middle, halfway = low + question.height // 2, width // 2
    match question.parts:
        case "all":
            return np.log1p(everything)
        case "halves":
            part = area(middle, high)
        case "times":
            part = area(low, high, halfway)
        case "diagonals":
            part = area(middle, high, 0, halfway) + area(low, middle, halfway)
        case "middle":
            third = question.height // 3
            part = area(low + third, low + 2 * third)
        case _:
            third = width // 3
            part = area(low, high, third, 2 * third)
    rest = everything - part
    return np.log1p(part) - np.log1p(np.maximum(rest, 0))
