"""Mending the table for seeking in fragmented MP4, in which the C2PA library names one fragment for all.

A box with the manifest is put before the fragments, and `mfra.tfra` says where in the file each of them begins. The
table is left out of the hash (C2PA 2.4, BMFF hash: mandatory exclusions), so that it can be put right after signing.
"""

import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

__all__ = ["mended"]

_TYPES: Final = ("video/mp4", "video/quicktime", "audio/mp4")
_TABLES: Final = b"mfra"
_FRAGMENT: Final = b"moof"
_MOST_BOXES: Final = 500_000


class _Box(NamedTuple):
    kind: bytes
    start: int
    body: int
    end: int


def mended(before: bytes, after: bytes, media_type: str) -> bytes:
    """A signed file whose tables for seeking name the fragments that they named before; others as they are.

    Args:
        before: the file that was signed.
        after: the file with the manifest before its fragments.
        media_type: its canonical type.
    """
    if media_type not in _TYPES:
        return after
    try:
        old = list(_boxes(before, 0, len(before)))
        if not _tables(old):
            return after
        new = list(_boxes(after, 0, len(after)))
        fragments = _starts(old, _FRAGMENT), _starts(new, _FRAGMENT)
        tables = _tables(old), _tables(new)
        if len(fragments[0]) != len(fragments[1]) or [_size(table) for table in tables[0]] != [
            _size(table) for table in tables[1]
        ]:
            return after
        moved = dict(zip(*fragments, strict=True))
        file = bytearray(after)
        for was, now in zip(*tables, strict=True):
            _mend(before, was, file, now, moved)
    except (struct.error, OverflowError):
        return after
    return bytes(file)


def _starts(boxes: list[_Box], kind: bytes) -> list[int]:
    return [box.start for box in boxes if box.kind == kind]


def _tables(boxes: list[_Box]) -> list[_Box]:
    return [box for box in boxes if box.kind == _TABLES]


def _size(box: _Box) -> int:
    return box.end - box.start


def _mend(before: bytes, was: _Box, file: bytearray, now: _Box, moved: dict[int, int]) -> None:
    for box in _boxes(before, was.body, was.end):
        if box.kind != b"tfra":
            continue
        form, size = (">Q", 8) if before[box.body] == 1 else (">I", 4)
        lengths, number = struct.unpack_from(">II", before, box.body + 8)
        stride = 2 * size + sum((lengths >> shift & 3) + 1 for shift in (4, 2, 0))
        for row in range(min(number, (box.end - box.body - 16) // stride)):
            at = box.body + 16 + row * stride + size
            (place,) = struct.unpack_from(form, before, at)
            struct.pack_into(form, file, at - was.start + now.start, moved.get(place, place))


def _boxes(body: bytes, start: int, end: int) -> Iterator[_Box]:
    for _ in range(_MOST_BOXES):
        if start + 8 > end:
            return
        size, kind = struct.unpack_from(">I4s", body, start)
        head = 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", body, start + 8)
            head = 16
        after = end if size == 0 else min(start + size, end)
        if after < start + head:
            raise struct.error
        yield _Box(kind, start, start + head, after)
        start = after
