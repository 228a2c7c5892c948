"""MinHash as ISO 24138 has it: what is left of the features of a text, so that texts with many in common look alike."""

from typing import Final

import numpy as np
import numpy.typing as npt

__all__ = ["FACTORS", "SUMMANDS", "min_hash"]


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
_TOP: Final = 61
"""Of a permuted number, the bits from this one on belong to the rest of dividing it by 2^61."""
_REST: Final = 7
"""The most that they make."""
_LAST: Final = np.uint32(2**32 - 1)
_LOWER_FACTORS, _LOWER_SUMMANDS = (numbers.astype(np.uint32) for numbers in (FACTORS, SUMMANDS + np.uint64(_REST)))
_AT_A_TIME: Final = 2**18
"""So many numbers are permuted at a time; about as many as the processor's cache holds."""
_KEPT_BITS: Final = 4
"""Of each permutation's smallest value, so many of the lowest bits are in the code."""


def min_hash(features: npt.NDArray[np.uint32]) -> bytes:
    """Four bits of the smallest value that each permutation makes of some features.

    2^61 is 1 more than the prime, so the rest is the lower 61 bits and the upper 3, added. For no feature of 32 bits
    that is the prime or more (a test proves it), and the 32 bits that count are those of the lower half.
    """
    smallest = np.empty(len(FACTORS), np.uint32)
    rows = max(_AT_A_TIME // len(features), 1)
    for row in range(0, len(FACTORS), rows):
        block = slice(row, row + rows)
        smallest[block] = _smallest(features, block)
    bits = smallest >> np.arange(_KEPT_BITS, dtype=np.uint32)[:, np.newaxis] & np.uint32(1)
    return np.packbits(bits.astype(np.uint8)).tobytes()


def _smallest(features: npt.NDArray[np.uint32], block: slice) -> npt.NDArray[np.uint32]:
    """The smallest value that each of some permutations makes of some features.

    The lower half of a product needs no more than the lower halves, which takes a quarter of the time. What the upper
    bits add is 7 at most, so that only features whose value without it is nearly the smallest are permuted in full.
    """
    nearly = _LOWER_FACTORS[block, np.newaxis] * features
    nearly += _LOWER_SUMMANDS[block, np.newaxis]
    least = nearly.min(axis=1)
    # Where taking 7 away, or adding it, would leave 32 bits, all of them are candidates.
    limit = np.where((least < _REST) | (least > _LAST - _REST), _LAST, least + np.uint32(_REST))
    places = np.flatnonzero(nearly <= limit[:, np.newaxis])
    rows, columns = np.divmod(places, len(features))
    permuted = FACTORS[block][rows] * features[columns] + SUMMANDS[block][rows]
    values = permuted.astype(np.uint32) + (permuted >> np.uint64(_TOP)).astype(np.uint32)
    smallest: npt.NDArray[np.uint32] = np.minimum.reduceat(values, np.searchsorted(rows, np.arange(len(least))))
    return smallest
