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

__all__ = ["FACTORS", "GRAM", "SUMMANDS", "audio_code", "collapsed", "mixed_code", "text_code"]

GRAM: Final = 13
"""A text is taken in pieces of so many characters, one beginning at each of its characters."""

_WIDER: Final = (0x80, 0x800, 0x10000)
"""From these characters on, UTF-8 takes a byte more."""


def _numbers(text: str) -> npt.NDArray[np.uint64]:
    return np.array(text.split(), np.uint64)


# The permutations of the standard's MinHash: x -> (a x + b) mod 2^64 mod 2^61 - 1, of which 32 bits are compared.
FACTORS: Final = _numbers(
    """
    853146490016488653 1849332765672628665 1131688930666554379 1936485333668353377 890837126813020267
    1988249303247129861 1408894512544874755 2140251716176616185 1755124413189049421 1355916793659431597
    546586563822844083 497603761441203021 2000709902557454173 1057597903350092207 1576204252850880253
    2078784234495706739 1022616668454863635 2150082342606334489 712341150087765807 1511757510246096559
    1525853819909660573 1263771796138990131 1215963627200985263 590069150281426443 130824646248385081
    962725325544728503 1702561325943522847 296074222435072629 490211158716051523 1255327197241792767
    699458998727907367 32930168991409845 1985097843455124585 362027841570125531 1903252144040897835 900391845076405289
    547470123601853551 1689373724032359119 845594231933442371 400331968021206285 174967108345233429 876513700861085019
    505848386844809885 1920468508342256199 1292611725303815789 963317239501343903 1730880032297268007
    284614929850059717 1185026248283273081 2167288823816985197 1214905315086686483 1555253098157439857
    1048013650291539723 1238618594841147605 1213502582686547311 286300733803129311 1250358511639043529
    407534797452854371 960869149538623787 1722699901467253087 1325704236119824319 196979859428570839
    1669408735473259699 781336617016068757
    """
)
SUMMANDS: Final = _numbers(
    """
    1089606993368836715 726972438868274737 66204585613901025 1078410179646709132 1343470117098523467
    698653121981343911 1248486536592473639 1447963007834012793 1034598851883537815 1474008409379745934
    793773480906057541 980501101461882479 963941556313537655 233651787311327325 243905121737149907 570269452476776142
    297633284648631084 1516796967247398557 1494795672066692649 1728741177365151059 1029197538967983408
    1660732464170610344 1399769594446678069 506465470557005705 1279720146829545181 860096419955634036
    411519685280832908 69539191273403207 1960489729088056217 605092075716397684 1017496016211653149
    1304834535101321372 949013511180032347 1142776242221098779 576980004709031232 1071272177143100544
    1494527341093835499 1073290814142727850 1285904200674942617 1277176606329477335 343788427301735585
    2100915269685487331 1227711252031557450 18593166391963377 2101884148332688233 191808277534686888
    2170124912729392024 918430470748151293 1831024560113812361 1951365515851067694 744352348473654499
    1921518311887826722 2020165648600700886 1764930142256726985 1903893374912839788 1449378957774802122
    1435825328374066345 833197549717762813 2238991044337210799 748955638857938366 1834583747494146901
    222012292803592982 901238460725547841 1501611130776083278
    """
)
_TOP: Final = 29
"""Of the upper half of a permuted number, so many bits belong to the rest of dividing it by 2^61."""
_AT_A_TIME: Final = 2**16
"""So many numbers are permuted at a time; about as many as the processor's cache holds."""
_KEPT_BITS: Final = 4
"""Of each permutation's smallest value, so many of the lowest bits are in the code."""


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
    return Fingerprint.of("text", _min_hash(_hashes_of_grams(collapsed(text))))


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


def _min_hash(features: npt.NDArray[np.uint32]) -> bytes:
    """Four bits of the smallest value that each permutation makes of some features.

    2^61 is 1 more than the prime, so the rest is the lower 61 bits and the upper 3, added. For no feature of 32 bits
    that is the prime or more (a test proves it), and the 32 bits that count are those of the lower half.
    """
    numbers = features.astype(np.uint64)
    smallest = np.empty(len(FACTORS), np.uint32)
    rows = max(_AT_A_TIME // len(numbers), 1)
    for row in range(0, len(FACTORS), rows):
        block = slice(row, row + rows)
        permuted = FACTORS[block, np.newaxis] * numbers
        permuted += SUMMANDS[block, np.newaxis]
        halves = permuted.view("<u4")
        smallest[block] = (halves[:, ::2] + (halves[:, 1::2] >> _TOP)).min(axis=1)
    bits = smallest >> np.arange(_KEPT_BITS, dtype=np.uint32)[:, np.newaxis] & np.uint32(1)
    return np.packbits(bits.astype(np.uint8)).tobytes()


def _hashes_of_grams(text: str) -> npt.NDArray[np.uint32]:
    characters = np.frombuffer(text.encode("utf-32-le"), "<u4")
    widths = 1 + sum(characters >= first for first in _WIDER)
    places = np.concatenate([[0], np.cumsum(widths)])
    return hashes_of_pieces(text.encode(), places[:-GRAM], places[GRAM:])
