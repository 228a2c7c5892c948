"""A Merkle tree that grows at its right edge (RFC 6962), cut into tiles of 256 hashes (C2SP tlog-tiles)."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

__all__ = ["EMPTY_ROOT", "TILE_WIDTH", "Edge", "Tile", "leaf_hash", "node_hash", "root_of_perfect", "tile_path"]

TILE_WIDTH: Final = 256
_TILE_HEIGHT: Final = 8
_LONGEST_ENTRY: Final = 2**16 - 1

EMPTY_ROOT: Final = hashlib.sha256().digest()
"""The root of a tree without leaves."""


def leaf_hash(entry: bytes) -> bytes:
    """The hash of a leaf."""
    return hashlib.sha256(b"\0" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees side by side."""
    return hashlib.sha256(b"\1" + left + right).digest()


def root_of_perfect(nodes: Sequence[bytes]) -> bytes:
    """The root over nodes of one height, whose number is a power of two."""
    while len(nodes) > 1:
        nodes = [node_hash(nodes[at], nodes[at + 1]) for at in range(0, len(nodes), 2)]
    return nodes[0]


def tile_path(level: int | None, index: int, width: int = TILE_WIDTH) -> str:
    """Where a tile lies below its log, as tlog-tiles has it; level None is a bundle of entries."""
    groups: list[str] = []
    left = index
    while True:
        left, group = divmod(left, 1000)
        groups.insert(0, f"{group:03}")
        if not left:
            break
    name = "/".join([f"x{group}" for group in groups[:-1]] + groups[-1:])
    partial = "" if width == TILE_WIDTH else f".p/{width}"
    return f"tile/{'entries' if level is None else level}/{name}{partial}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A tile: hashes of one level side by side, or, where level is None, a bundle of entries."""

    level: int | None
    index: int
    width: int
    body: bytes

    @property
    def path(self) -> str:
        """Where it lies below its log."""
        return tile_path(self.level, self.index, self.width)


class Edge:
    """The right edge of a tree: all that is needed to add leaves to it, whatever its size.

    Attributes:
        size: how many leaves the tree has.
        entries: the last ones, which fill no bundle yet.
        levels: of each level of tiles the hashes that fill no tile yet.
    """

    __slots__ = ("_stack", "entries", "levels", "size")

    def __init__(self) -> None:
        self.size = 0
        self.entries: list[bytes] = []
        self.levels: list[list[bytes]] = [[]]
        self._stack: list[bytes] = []  # the roots of the perfect subtrees, the largest first

    @classmethod
    def at(cls, size: int, entries: Sequence[bytes], upper: Mapping[int, Sequence[bytes]]) -> "Edge":
        """The edge of a tree that is there.

        Args:
            size: its leaves.
            entries: the last ones, those that fill no bundle.
            upper: of each level from 1 on the hashes that fill no tile.
        """
        edge = cls()
        edge.size = size
        edge.entries = list(entries)
        edge.levels = [[leaf_hash(entry) for entry in entries], *(list(upper[level]) for level in sorted(upper))]
        for nodes in reversed(edge.levels):
            begin = 0
            for bit in reversed(range(_TILE_HEIGHT)):
                if len(nodes) >> bit & 1:
                    edge._stack.append(root_of_perfect(nodes[begin : begin + (1 << bit)]))
                    begin += 1 << bit
        return edge

    def copy(self) -> "Edge":
        """The same edge, to grow apart from this one."""
        other = Edge()
        other.size = self.size
        other.entries = self.entries.copy()
        other.levels = [nodes.copy() for nodes in self.levels]
        other._stack = self._stack.copy()
        return other

    def grow(self, entries: Iterable[bytes]) -> list[Tile]:
        """Add leaves, and return the tiles that are full now, those on which others stand first.

        Raises:
            ValueError: an entry is longer than tlog-tiles allows, 65,535 bytes.
        """
        full: list[Tile] = []
        left = list(entries)
        if any(len(entry) > _LONGEST_ENTRY for entry in left):
            raise ValueError(max(map(len, left)))
        while left:
            room = TILE_WIDTH - len(self.entries)
            taken, left = left[:room], left[room:]
            leaves = [leaf_hash(entry) for entry in taken]
            self.entries += taken
            self._stand(leaves[:-1])
            self._fill(leaves, full)
        return full

    def root(self) -> bytes:
        """The root of the tree as it is."""
        if not self._stack:
            return EMPTY_ROOT
        node = self._stack[-1]
        for left in reversed(self._stack[:-1]):
            node = node_hash(left, node)
        return node

    def partial(self) -> list[Tile]:
        """The tiles that are begun and not full."""
        tiles = []
        for level, nodes in enumerate(self.levels):
            if nodes:
                index = self.size >> _TILE_HEIGHT * (level + 1)
                if level == 0:
                    tiles.append(Tile(level=None, index=index, width=len(nodes), body=_bundle(self.entries)))
                tiles.append(Tile(level=level, index=index, width=len(nodes), body=b"".join(nodes)))
        return tiles

    def _stand(self, leaves: Iterable[bytes]) -> None:
        """Put leaves beside the others, none of which fills a tile."""
        stack, size = self._stack, self.size
        for leaf in leaves:
            node, left = leaf, size
            while left & 1:
                node = node_hash(stack.pop(), node)
                left >>= 1
            stack.append(node)
            size += 1
        self.size = size

    def _fill(self, leaves: Sequence[bytes], full: list[Tile]) -> None:
        """Put the last of some leaves beside the others; it may fill a tile, and that one the tile above it."""
        self.levels[0] += leaves
        self._close(0, full)
        node, left, height = leaves[-1], self.size, 0
        while left & 1:
            node = node_hash(self._stack.pop(), node)
            left >>= 1
            height += 1
            if height % _TILE_HEIGHT == 0:
                level = height // _TILE_HEIGHT
                if level == len(self.levels):
                    self.levels.append([])
                self.levels[level].append(node)
                self._close(level, full)
        self._stack.append(node)
        self.size += 1

    def _close(self, level: int, full: list[Tile]) -> None:
        """Make a tile of a level's hashes, where they fill one."""
        nodes = self.levels[level]
        if len(nodes) < TILE_WIDTH:
            return
        index = self.size >> _TILE_HEIGHT * (level + 1)
        if level == 0:
            full.append(Tile(level=None, index=index, width=TILE_WIDTH, body=_bundle(self.entries)))
            self.entries.clear()
        full.append(Tile(level=level, index=index, width=TILE_WIDTH, body=b"".join(nodes)))
        nodes.clear()


def _bundle(entries: Iterable[bytes]) -> bytes:
    """Entries, each with its length before it."""
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)
