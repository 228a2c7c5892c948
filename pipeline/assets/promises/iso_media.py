"""ISO base media files (MP4, QuickTime, M4A, AVIF, HEIC, JPEG XL): boxes, media, and the places that tables name.

A table names places in the file, so that a box that is put before the media moves them. What is compared is which byte
of the media each entry means.
"""

import struct
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np

from pipeline.assets.promises.container import METADATA, BrokenContainerError, Promises, Stretch, reading
from pipeline.assets.promises.iso_items import items_of

__all__ = ["promises"]

_UUID: Final = b"uuid"
_FREE: Final = (b"free", b"skip", b"wide")
_LABELLED: Final = (_UUID, b"udta", b"meta", b"jumb", b"xml ", b"brob", b"Exif", b"iods")
_MEDIA: Final = b"mdat"
_CHUNKS: Final = {b"stco": ">u4", b"co64": ">u8"}
_PARENTS: Final = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"mvex", b"moof", b"traf", b"mfra", b"dinf")
_CODESTREAM: Final = b"\xff\x0a"
_HAS_BASE: Final = 1
_DEEPEST: Final = 8
_MOST_BOXES: Final = 500_000
_MOST_PLACES: Final = 20_000_000


class _Box(NamedTuple):
    kind: bytes
    start: int
    body: int
    end: int


class _Found:
    """What walking through a file has found."""

    def __init__(self, body: bytes, top: Sequence[_Box]) -> None:
        self.body = body
        self.top = top
        self.boxes: list[tuple[bytes, Stretch]] = []
        self.places: list[bytes] = []
        self.number = 0
        self._starts = np.array([box.start for box in top], dtype=np.int64)
        self._bodies = np.array([box.body for box in top], dtype=np.int64)
        self._kinds = np.array([int.from_bytes(box.kind) for box in top], dtype=np.int64)
        self._ordinals = np.array(list(_ordinals(top)), dtype=np.int64)

    def name(self, places: np.ndarray) -> None:
        """Note places by which box they are in, counted by its kind, and where in it."""
        if places.size > _MOST_PLACES:
            raise BrokenContainerError
        at = np.searchsorted(self._starts, places, side="right") - 1
        self.places.append(np.stack([self._kinds[at], self._ordinals[at], places - self._bodies[at]]).tobytes())


def _ordinals(top: Sequence[_Box]) -> Iterator[int]:
    """Of each box, how many of its kind are before it."""
    seen: Counter[bytes] = Counter()
    for box in top:
        yield seen[box.kind]
        seen[box.kind] += 1


def promises(body: bytes) -> Promises:
    """What a file of boxes promises."""
    if body.startswith(_CODESTREAM):
        # JPEG XL without boxes; what is put into it gives it some.
        return {"its picture": [Stretch(body, 0)]}
    with reading(struct.error, ValueError, OverflowError):
        top = list(_boxes(body, 0, len(body)))
        found = _Found(body, top)
        for box in top:
            _walk(found, box, box, 0)
        metadata = [box for box in top if box.kind in (b"xml ", b"brob", b"Exif")]
        return {
            "the order of its boxes": [box.kind for box in top if box.kind not in (*_FREE, *_LABELLED, _MEDIA)],
            "its brands": [Stretch(body, box.body, box.end) for box in top if box.kind == b"ftyp"],
            "its picture": [Stretch(body, box.body, box.end) for box in top if box.kind in (b"jxlc", b"jxlp")],
            "its items": items_of(body, [(box.body, box.end) for box in top if box.kind == b"meta"]),
            "its media": _media(body, top),
            "its tracks and fragments": found.boxes,
            "the places that its tables name": found.places,
            METADATA: [Stretch(body, box.body, box.end) for box in metadata],
        }


def _media(body: bytes, top: Sequence[_Box]) -> list[Stretch]:
    """All media of films; that of pictures is among the items, and a label is an item, too."""
    films = any(box.kind in (b"moov", b"moof") for box in top)
    return [Stretch(body, box.body, box.end) for box in top if box.kind == _MEDIA and films]


def _walk(found: _Found, box: _Box, top: _Box, depth: int) -> None:
    found.number += 1
    if found.number > _MOST_BOXES or depth > _DEEPEST:
        raise BrokenContainerError
    if box.kind in _CHUNKS:
        found.name(_chunks(found.body, box))
    elif box.kind == b"tfhd":
        _fragment(found, box, top)
    elif box.kind == b"tfra":
        found.name(_fragments(found.body, box))
    elif box.kind == b"sidx":
        found.boxes.append((b"sidx", Stretch(found.body, box.body, box.end)))
        found.places.append(b"%d" % _after_index(found, box))
    elif box.kind in _PARENTS:
        for inner in _boxes(found.body, box.body, box.end):
            _walk(found, inner, top, depth + 1)
    elif depth and box.kind not in (*_LABELLED, *_FREE):
        found.boxes.append((box.kind, Stretch(found.body, box.body, box.end)))


def _chunks(body: bytes, box: _Box) -> np.ndarray:
    (number,) = struct.unpack_from(">I", body, box.body + 4)
    return np.frombuffer(body, _CHUNKS[box.kind], number, box.body + 8).astype(np.int64)


def _fragment(found: _Found, box: _Box, top: _Box) -> None:
    """The header of a track's fragment; the base in it is a place in the file."""
    (flags,) = struct.unpack_from(">I", found.body, box.body)
    base = box.body + 8
    if flags & _HAS_BASE:
        (place,) = struct.unpack_from(">Q", found.body, base)
        found.places.append(b"%d" % (place - top.start))
        base += 8
    found.boxes.append((b"tfhd", Stretch(found.body, box.body, box.body + 8)))
    found.boxes.append((b"tfhd", Stretch(found.body, base, box.end)))


def _fragments(body: bytes, box: _Box) -> np.ndarray:
    """The places of fragments that a table for seeking names."""
    version = body[box.body]
    lengths, number = struct.unpack_from(">II", body, box.body + 8)
    form = ">QQ" if version == 1 else ">II"
    stride = struct.calcsize(form) + sum((lengths >> shift & 3) + 1 for shift in (4, 2, 0))
    if box.body + 16 + number * stride > box.end:
        raise BrokenContainerError
    places = [struct.unpack_from(form, body, box.body + 16 + row * stride)[1] for row in range(number)]
    return np.array(places, dtype=np.int64)


def _after_index(found: _Found, box: _Box) -> int:
    """How far the first segment begins behind where an index of segments says that it does."""
    version = found.body[box.body]
    form, at = (">Q", box.body + 20) if version else (">I", box.body + 16)
    (first,) = struct.unpack_from(form, found.body, at)
    following = next((box.start for box in found.top if box.start >= box.end and box.kind == b"moof"), box.end)
    return following - box.end - int(first)


def _boxes(body: bytes, start: int, end: int) -> Iterator[_Box]:
    while start + 8 <= end:
        size, kind = struct.unpack_from(">I4s", body, start)
        head = 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", body, start + 8)
            head = 16
        after = end if size == 0 else start + size
        if after > end or after < start + head:
            raise BrokenContainerError
        yield _Box(kind, start, start + head, after)
        start = after
