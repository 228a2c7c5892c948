"""The items of a HEIF file (AVIF, HEIC): kinds, properties, references, and the bytes that each one has."""

import struct
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from pipeline.assets.promises.container import BrokenContainerError, Stretch

__all__ = ["items_of"]

_IN_FILE: Final = 0
_IN_BOX: Final = 1
_MIME: Final = b"mime"
_EXIF: Final = b"Exif"
_KEPT: Final = (b"pitm", b"iprp", b"hdlr", b"grpl")
"""Which item is the picture, what items look like, and who belongs together."""

_MOST_ITEMS: Final = 65_536
_MOST_EXTENTS: Final = 200_000


class _Piece(NamedTuple):
    kind: bytes
    start: int
    end: int


def items_of(body: bytes, metas: Sequence[tuple[int, int]]) -> list[object]:
    """What can be compared of the items that `meta` boxes describe, but for XMP and Exif, which take labels."""
    compared: list[object] = []
    for start, end in metas:
        pieces = {piece.kind: piece for piece in _pieces(body, start + 4, end)}
        kinds = dict(_kinds(body, pieces.get(b"iinf")))
        compared.extend((kind, Stretch(body, pieces[kind].start, pieces[kind].end)) for kind in _KEPT if kind in pieces)
        located = pieces.get(b"iloc")
        if located is not None:
            data = pieces.get(b"idat")
            compared.extend(
                (item, kinds.get(item), stretches)
                for item, stretches in _located(body, located, data)
                if kinds.get(item) not in (_MIME, _EXIF)
            )
    return compared


def _pieces(body: bytes, start: int, end: int) -> Iterator[_Piece]:
    while start + 8 <= end:
        size, kind = struct.unpack_from(">I4s", body, start)
        if size < 8 or start + size > end:  # noqa: PLR2004 - the length of a box's own header
            raise BrokenContainerError
        yield _Piece(kind, start + 8, start + size)
        start += size


def _kinds(body: bytes, found: _Piece | None) -> Iterator[tuple[int, bytes]]:
    """The kind of each item, by its number."""
    if found is None:
        return
    short = body[found.start] == 0
    for entry in _pieces(body, found.start + (6 if short else 8), found.end):
        version = body[entry.start]
        if version >= 2:  # noqa: PLR2004 - older entries have no kind
            form = ">HH4s" if version == 2 else ">IH4s"  # noqa: PLR2004
            number, _, kind = struct.unpack_from(form, body, entry.start + 4)
            yield number, kind


def _located(body: bytes, found: _Piece, data: _Piece | None) -> Iterator[tuple[int, list[Stretch]]]:
    """The bytes of each item, by its number."""
    version = body[found.start]
    sizes = struct.unpack_from(">H", body, found.start + 4)[0]
    offset, length, base, index = (sizes >> shift & 0xF for shift in (12, 8, 4, 0))
    wide = ">I" if version == 2 else ">H"  # noqa: PLR2004
    at = found.start + 6
    (number,) = struct.unpack_from(wide, body, at)
    at += struct.calcsize(wide)
    if number > _MOST_ITEMS:
        raise BrokenContainerError
    left = _MOST_EXTENTS
    for _ in range(number):
        (item,) = struct.unpack_from(wide, body, at)
        at += struct.calcsize(wide)
        method = _IN_FILE
        if version:
            method = struct.unpack_from(">H", body, at)[0] & 0xF
            at += 2
        at += 2
        start = _sized(body, at, base)
        at += base
        (extents,) = struct.unpack_from(">H", body, at)
        at += 2
        left -= extents
        if left < 0:
            raise BrokenContainerError
        stretches = []
        for _ in range(extents):
            at += index if version else 0
            place, size = start + _sized(body, at, offset), _sized(body, at + offset, length)
            at += offset + length
            if method == _IN_FILE:
                stretches.append(Stretch(body, place, place + size))
            elif method == _IN_BOX and data is not None:
                stretches.append(Stretch(body, data.start + place, data.start + place + size))
        yield item, stretches


def _sized(body: bytes, at: int, size: int) -> int:
    if at + size > len(body):
        raise BrokenContainerError
    return int.from_bytes(body[at : at + size])
