"""The codes of ISO 24138 for texts, sound and mixed content, calculated for a whole asset at once.

Bit for bit what the standard's own program (`iscc_core`) says, which takes each feature alone and thirty times as long.
"""

from collections.abc import Iterable, Sequence
from typing import Final
from unicodedata import category, normalize

import numpy as np
import numpy.typing as npt

from pipeline.fingerprints.fingerprint import Fingerprint
from pipeline.fingerprints.hashing import hashes_of_pieces
from pipeline.fingerprints.min_hash import min_hash

__all__ = ["GRAM", "audio_code", "collapsed", "mixed_code", "text_code"]

GRAM: Final = 13
"""A text is taken in pieces of so many characters, one beginning at each of its characters."""

_WIDER: Final = (0x80, 0x800, 0x10000)
"""From these characters on, UTF-8 takes a byte more."""


class _Kept(dict[int, int | None]):
    """Which characters stay when a text is collapsed; looked up once for each of the first 65,536."""

    _LAST: Final = 0xFFFF

    def __missing__(self, ordinal: int) -> int | None:
        character = chr(ordinal)
        # Nothing of control characters, marks and punctuation.
        kept = None if character.isspace() or category(character)[0] in "CMP" else ordinal
        if ordinal <= self._LAST:
            self[ordinal] = kept
        return kept


_KEPT: Final = _Kept()


def collapsed(text: str) -> str:
    """A text as its code is made of it: no white space, no marks, no punctuation, no case."""
    return normalize("NFKC", normalize("NFD", text).lower().translate(_KEPT))


def text_code(text: str) -> Fingerprint:
    """The Text-Code of a text of `GRAM` characters or more."""
    return Fingerprint.of("text", min_hash(_hashes_of_grams(collapsed(text))))


def mixed_code(codes: Sequence[Fingerprint]) -> Fingerprint:
    """The Mixed-Code of two content codes or more."""
    # The first byte of each, which says what kind of code it is, stands before all but the last of its digest.
    return Fingerprint.of("video", _sim_hash(b"".join(code.raw[:1] + code.digest[:-1] for code in codes), len(codes)))


def audio_code(features: Sequence[int]) -> Fingerprint:
    """The Audio-Code of Chromaprint's features: of all, of each quarter in their order, of each third by size."""
    by_size = sorted(features)
    parts = (features, *_divided(features, 4), *_divided(by_size, 3))
    return Fingerprint.of("audio", b"".join(_sim_hash(np.array(part, ">i4").tobytes(), len(part)) for part in parts))


def _divided(numbers: Sequence[int], parts: int) -> Iterable[Sequence[int]]:
    """Numbers in so many parts of one length, the first ones one longer where it does not come out even."""
    length, longer = divmod(len(numbers), parts)
    begin = 0
    for number in range(parts):
        end = begin + length + (number < longer)
        yield numbers[begin:end]
        begin = end


def _sim_hash(digests: bytes, number: int) -> bytes:
    """The bits that are set in half of some digests or more."""
    bits = np.unpackbits(np.frombuffer(digests, np.uint8).reshape(number, -1), axis=1)
    return np.packbits(2 * bits.sum(axis=0, dtype=np.int64) >= number).tobytes()


def _hashes_of_grams(text: str) -> npt.NDArray[np.uint32]:
    characters = np.frombuffer(text.encode("utf-32-le"), "<u4")
    widths = np.ones(len(characters), np.int8)
    for first in _WIDER:
        widths += characters >= first
    places = np.zeros(len(characters) + 1, np.int64)
    np.cumsum(widths, out=places[1:])
    return hashes_of_pieces(text.encode(), places[:-GRAM], places[GRAM:])
