"""The boxes of ISO base media files (MP4, MOV, M4A), and what becomes of places in a file when bytes move.

A walk has a budget: a file may be made of millions of empty boxes.
"""

import struct
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from pipeline.labels.refused import ImplicitRefusedError

__all__ = ["Box", "BoxReader", "Splice", "apply", "box", "moved"]

_MOST_BOXES: Final = 300_000
_SHORT: Final = 8
_LONG: Final = 16


class Box(NamedTuple):
    """One box: where its header begins, where its payload begins, and where it ends."""

    kind: bytes
    start: int
    body: int
    end: int


class Splice(NamedTuple):
    """The bytes from `start` to `end` are to be `new`."""

    start: int
    end: int
    new: bytes


class BoxReader:
    """Walks the boxes of one file, up to a number of them."""

    def __init__(self, data: bytes | bytearray) -> None:
        self._data = data
        self._left = _MOST_BOXES

    def children(self, start: int, end: int) -> Iterator[Box]:
        """The boxes between two places.

        Raises:
            ImplicitRefusedError: a box is broken or does not end where it should, or there are too many.
        """
        top = end == len(self._data) and start == 0
        while end - start >= _SHORT:
            self._left -= 1
            if self._left < 0:
                raise ImplicitRefusedError(what=f"The file has more than {_MOST_BOXES} boxes.")
            found = self._box(start, end, top=top)
            if found is None:
                return
            yield found
            start = found.end
        if any(self._data[start:end]):
            raise ImplicitRefusedError(what="The file ends within a box: it is truncated, or no MP4.")

    def named(self, parent: Box, kind: bytes) -> list[Box]:
        """The boxes of one kind directly inside another."""
        return [child for child in self.children(parent.body, parent.end) if child.kind == kind]

    def _box(self, start: int, end: int, *, top: bool) -> Box | None:
        size, kind = struct.unpack_from(">I4s", self._data, start)
        body = start + _SHORT
        if size == 1 and end - start >= _LONG:
            (size,) = struct.unpack_from(">Q", self._data, body)
            body = start + _LONG
        elif size == 0:
            # The last box of a file may leave its size out. Elsewhere, QuickTime ends lists with zeros.
            if not top and not any(self._data[start:end]):
                return None
            size = end - start if top else 0
        if size < body - start or start + size > end:
            raise ImplicitRefusedError(what="A box does not end where it should: the file is truncated, or no MP4.")
        return Box(kind, start, body, start + size)


def box(kind: bytes, *payload: bytes) -> bytes:
    """A box with a header of eight bytes."""
    body = b"".join(payload)
    return struct.pack(">I4s", len(body) + _SHORT, kind) + body


def apply(data: bytes, splices: Sequence[Splice]) -> bytearray:
    """The data with all splices made; they are in order and do not overlap."""
    pieces = bytearray()
    done = 0
    for splice in splices:
        pieces += data[done : splice.start]
        pieces += splice.new
        done = splice.end
    pieces += data[done:]
    return pieces


def moved(place: int, splices: Iterable[Splice]) -> int:
    """Where a place of the old file is in the new one."""
    return place + sum(len(splice.new) - (splice.end - splice.start) for splice in splices if splice.end <= place)
