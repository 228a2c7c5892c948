"""The second look at texts: whether one is a copy of another, by what stands in one and not in the other.

A code says how much two texts have in common. Reports of two days have nearly all in common; what differs is what
counts: the figures and the names. So a look holds the pairs of neighbouring words of a text. A copy may lack some of
it, and have a note before or after it, but nothing else in its midst.

Of a long text a look holds a part of the pairs, chosen by what they are, and so the same ones of a copy.
"""

import re
import struct
from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from unicodedata import normalize

import numpy as np
import numpy.typing as npt

from pipeline.fingerprints.folding import simplified
from pipeline.fingerprints.hashing import hashes_of_pieces

__all__ = ["WordPairs", "likeness_to_text", "text_look_of", "without_unseen", "wording_of"]

_Hashes = npt.NDArray[np.int64]

_MOST_FIGURES: Final = 120
_MOST_PAIRS: Final = 320
_HASH_BYTES: Final = 3
_HASHES: Final = 256**_HASH_BYTES
_HEADER: Final = struct.Struct(">4IH")

_ALLOWED: Final = 0.4
_WORDS_A_CHANGE: Final = 800
"""In a text of so many words, one place more may have been changed in the midst."""
_MOST_LOST: Final = 0.4
_TRACE: Final = 0.5
"""What is added at the ends does not make another text, but a copy with nothing added is the better one."""

_UNSEEN: Final = re.compile(
    "[\u00ad\u0300-\u036f\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]+"
)
_NUMERALS: Final = "〇零一二三四五六七八九十百千万亿两"
_ALONE: Final = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Characters of scripts that leave no space between words; each is taken for one."""
_TOKEN: Final = re.compile(rf"\d+|[{_NUMERALS}]+|[{_ALONE}]|[^\W\d_{_ALONE}]+")
_ASCII_TOKEN: Final = re.compile(r"[0-9]+|[a-z]+")
"""The same for a text of nothing but ASCII, in a quarter of the time."""
_FIGURE: Final = re.compile(rf"[\d{_NUMERALS}]")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WordPairs:
    """The pairs of neighbouring words of a text, in its order.

    Attributes:
        pairs: a hash of each.
        chosen: a number of each by which it is chosen for a look: that of its figure, else its own.
        has_figure: which have a figure in them.
    """

    pairs: _Hashes
    chosen: _Hashes
    has_figure: npt.NDArray[np.bool_]


def wording_of(text: str) -> WordPairs:
    """The wording of a text, whatever its case, its spaces, its punctuation and its Chinese script."""
    seen = simplified(without_unseen(normalize("NFKC", text)).casefold())
    tokens = (_ASCII_TOKEN if seen.isascii() else _TOKEN).findall(seen)
    joined = " ".join(tokens).encode()
    sizes = _sizes_of(tokens, joined)
    ends = np.cumsum(sizes + 1) - 1
    begins = ends - sizes
    words = {token: bool(_FIGURE.match(token)) for token in set(tokens)}
    figures = np.fromiter(map(words.__getitem__, tokens), np.bool_, len(tokens))
    pairs = _hashes(joined, begins[:-1], ends[1:])
    first, second = figures[:-1], figures[1:]
    alone = np.zeros(len(tokens), np.int64)
    alone[figures] = _hashes(joined, begins[figures], ends[figures])
    chosen = np.where(first, alone[:-1], np.where(second, alone[1:], pairs))
    return WordPairs(pairs=pairs, chosen=chosen, has_figure=first | second)


def _sizes_of(tokens: Sequence[str], joined: bytes) -> npt.NDArray[np.int64]:
    """How many bytes each token has, of some that were joined by spaces."""
    spaces = np.flatnonzero(np.frombuffer(joined, np.uint8) == ord(" "))
    return np.diff(np.concatenate([[-1], spaces, [len(joined)]])) - 1 if tokens else np.zeros(0, np.int64)


def without_unseen(text: str) -> str:
    """A text without characters that nobody sees, such as those that carry a manifest, and without accents apart."""
    return text if text.isascii() else _UNSEEN.sub("", text)


def _hashes(text: bytes, begins: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]) -> _Hashes:
    return (hashes_of_pieces(text, begins, ends) % _HASHES).astype(np.int64)


def text_look_of(wording: WordPairs) -> bytes:
    """The look of a text, about a thousand bytes at most; of one without two words, nothing."""
    figures = _limit(wording, wording.has_figure, _MOST_FIGURES)
    kept = _kept(wording, (figures, 0))
    limits = (figures, _limit(wording, ~wording.has_figure, _MOST_PAIRS - len(np.unique(wording.pairs[kept]))))
    pairs = wording.pairs[_kept(wording, limits)]
    if not len(pairs):
        return b""
    once, repeated = _sorted_out(pairs)
    header = _HEADER.pack(*limits, int(pairs[0]), int(pairs[-1]), len(once))
    numbers = np.concatenate([once, repeated]).astype(">u4").view(np.uint8).reshape(-1, 4)
    return header + numbers[:, -_HASH_BYTES:].tobytes()


def _limit(wording: WordPairs, of_sort: npt.NDArray[np.bool_], most: int) -> int:
    """Below which number pairs of a sort are chosen, so that there are not too many."""
    pairs, first = np.unique(wording.pairs[of_sort], return_index=True)
    numbers = np.sort(wording.chosen[of_sort][first])
    return _HASHES if len(pairs) <= most else int(numbers[most])


def _kept(wording: WordPairs, limits: tuple[int, int]) -> npt.NDArray[np.bool_]:
    kept: npt.NDArray[np.bool_] = wording.chosen < np.where(wording.has_figure, *limits)
    return kept


def _sorted_out(pairs: _Hashes) -> tuple[_Hashes, _Hashes]:
    """Pairs that occur once, in their order, and the others."""
    values, first, counts = np.unique(pairs, return_index=True, return_counts=True)
    return pairs[np.sort(first[counts == 1])], values[counts > 1]


def likeness_to_text(asked: WordPairs, look: bytes) -> float:
    """How alike a text and the one with a look are, from 0 to 1; copies are 0.5 or more."""
    if not look:
        return 0.0
    figures, words, first, last, number = _HEADER.unpack_from(look)
    known = _hashes_of(look)
    kept = _kept(asked, (figures, words))
    is_known = kept & np.isin(asked.pairs, known)
    places = np.flatnonzero(is_known)
    if not len(places):
        return 0.0
    begin, end = _own_part(asked.pairs, places, (first, last), known[:number])
    midst = slice(begin, end)
    changes, other_figures = _changes(kept[midst], is_known[midst], asked.has_figure[midst])
    changes += _moved(asked.pairs[is_known], known[:number])
    lost = 1 - len(np.unique(asked.pairs[is_known])) / len(known)
    strange = max(
        lost / _MOST_LOST, other_figures / _ALLOWED, changes / (_ALLOWED + len(asked.pairs) / _WORDS_A_CHANGE)
    )
    return 1 / (1 + strange + _TRACE * float((kept & ~is_known).sum() / kept.sum()))


def _hashes_of(look: bytes) -> _Hashes:
    known = np.frombuffer(look, np.uint8, offset=_HEADER.size).reshape(-1, _HASH_BYTES).astype(np.int64)
    return known @ (256 ** np.arange(_HASH_BYTES)[::-1])


def _own_part(pairs: _Hashes, places: npt.NDArray[np.int64], ends: tuple[int, int], once: _Hashes) -> tuple[int, int]:
    """Where the original is in a text: what stands before its beginning and after its end was added."""
    first, last = (
        places[pairs[places] == pair] if pair in once else places[[place]][pairs[places[[place]]] == pair]
        for pair, place in zip(ends, (0, -1), strict=True)
    )
    return int(first[0]) if len(first) else 0, int(last[-1]) + 1 if len(last) else len(pairs)


def _changes(
    kept: npt.NDArray[np.bool_], is_known: npt.NDArray[np.bool_], has_figure: npt.NDArray[np.bool_]
) -> tuple[float, int]:
    """In how many places something else stands, and how many of these are figures.

    A word that was changed is in two foreign pairs. A single one between known pairs is where something was left out;
    where its neighbours are not known to be either, it may be both. At an end of the text it is a change.
    """
    foreign = kept & ~is_known
    edges = np.diff(np.concatenate([[False], foreign, [False]]).astype(np.int8))
    changes, figures = 0.0, 0
    for begin, end in zip(np.flatnonzero(edges == 1).tolist(), np.flatnonzero(edges == -1).tolist(), strict=True):
        beside = [place for place in (begin - 1, end) if 0 <= place < len(kept)]
        if end - begin > 1 or begin == 0 or end == len(kept):
            changes += 1
            figures += int(has_figure[begin:end].sum() > 1)
        elif not all(is_known[beside]):
            changes += 0.5
    return changes, figures


def _moved(pairs: _Hashes, known: _Hashes) -> int:
    """How many places of a text stand in another order than in the original."""
    once, _ = _sorted_out(pairs)
    order = {pair: number for number, pair in enumerate(known.tolist())}
    ends: list[int] = []
    numbers = [order[pair] for pair in once.tolist() if pair in order]
    for number in numbers:
        place = bisect(ends, number)
        ends[place : place + 1] = [number]
    return -(-(len(numbers) - len(ends)) // 2)
