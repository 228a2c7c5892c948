"""Proofs that a leaf is in a log, and that a log only grew (RFC 6962, section 2.1; checked as RFC 9162 says)."""

import base64
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from pipeline.tile_log.reading import LogReader, OpenedLog
from pipeline.tile_log.tree import EMPTY_ROOT, TILE_WIDTH, node_hash, root_of_perfect

__all__ = ["LogTree", "leads_to_root", "only_grew", "tlog_proof"]

_HASH: Final = 32
_LEVEL_BITS: Final = 8


@dataclass(slots=True, kw_only=True)
class LogTree:
    """The tree of a log as it was opened, out of which proofs are made; tiles are read as they are needed.

    Args:
        reader: reads them.
        opened: the log.
    """

    reader: LogReader
    opened: OpenedLog
    _tiles: dict[tuple[int, int], bytes] = field(default_factory=dict)

    def root(self, size: int) -> bytes:
        """The root of the tree when it had so many leaves."""
        return self._range(0, size) if size else EMPTY_ROOT

    def inclusion(self, index: int, size: int) -> tuple[bytes, ...]:
        """The proof that the leaf with an index is in the tree of a size, from its sibling upwards."""

        def path(at: int, start: int, end: int) -> Iterator[bytes]:
            if end - start == 1:
                return
            middle = start + _split(end - start)
            if at < middle:
                yield from path(at, start, middle)
                yield self._range(middle, end)
            else:
                yield from path(at, middle, end)
                yield self._range(start, middle)

        return tuple(path(index, 0, size))

    def consistency(self, first: int, second: int) -> tuple[bytes, ...]:
        """The proof that the tree of the first size is what the one of the second began as."""

        def path(known: int, start: int, end: int, *, whole: bool) -> Iterator[bytes]:
            if known == end - start:
                if not whole:
                    yield self._range(start, end)
                return
            half = _split(end - start)
            if known <= half:
                yield from path(known, start, start + half, whole=whole)
                yield self._range(start + half, end)
            else:
                yield from path(known - half, start + half, end, whole=False)
                yield self._range(start, start + half)

        return () if first in (0, second) else tuple(path(first, 0, second, whole=True))

    def _range(self, start: int, end: int) -> bytes:
        """The root over leaves from `start` up to `end`, as the tree has it."""
        width = end - start
        if width & (width - 1) == 0:
            return self._perfect(start, width)
        half = _split(width)
        return node_hash(self._range(start, start + half), self._range(start + half, end))

    def _perfect(self, start: int, width: int) -> bytes:
        height = width.bit_length() - 1
        level = height // _LEVEL_BITS
        begin = start >> _LEVEL_BITS * level
        nodes = 1 << height % _LEVEL_BITS
        body = self._tile(level, begin // TILE_WIDTH)
        at = begin % TILE_WIDTH
        return root_of_perfect([body[_HASH * number : _HASH * (number + 1)] for number in range(at, at + nodes)])

    def _tile(self, level: int, index: int) -> bytes:
        if not self._tiles:
            mine = (*self.opened.filled, *self.opened.edge.partial())
            self._tiles.update({(tile.level, tile.index): tile.body for tile in mine if tile.level is not None})
        if (level, index) not in self._tiles:
            self._tiles[level, index] = self.reader.tile(level, index)
        return self._tiles[level, index]


def leads_to_root(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether a proof leads from the hash of a leaf to a root."""
    if not 0 <= index < size:
        return False
    at, last, node = index, size - 1, leaf
    for beside in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            node = node_hash(beside, node)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            node = node_hash(node, beside)
        at, last = at >> 1, last >> 1
    return last == 0 and node == root


def only_grew(first: int, first_root: bytes, second: int, second_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether a proof shows that the tree of the second size began as the one of the first."""
    if first > second:
        return False
    if first in (0, second):
        return not proof and (first_root == second_root if first else first_root == EMPTY_ROOT)
    nodes = [first_root, *proof] if first & (first - 1) == 0 else list(proof)
    if not nodes:
        return False
    at, last = first - 1, second - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old = new = nodes[0]
    for beside in nodes[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            old, new = node_hash(beside, old), node_hash(beside, new)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            new = node_hash(new, beside)
        at, last = at >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root


def tlog_proof(index: int, proof: Sequence[bytes], checkpoint: str) -> str:
    """A proof as a text that can be checked offline (C2SP tlog-proof)."""
    encode: Callable[[bytes], str] = lambda node: base64.b64encode(node).decode()  # noqa: E731
    return "\n".join(["c2sp.org/tlog-proof@v1", f"index {index}", *map(encode, proof), "", checkpoint])


def _split(width: int) -> int:
    """The largest power of two below a width."""
    return 1 << (width - 1).bit_length() - 1
