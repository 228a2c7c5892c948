"""JPEG: segments, what is compressed, what follows its end, and the places of further pictures (CIPA DC-007, MPF)."""

import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

from pipeline.assets.promises.container import METADATA, BrokenContainerError, Promises, Stretch, reading

__all__ = ["promises"]

_START: Final = b"\xff\xd8"
_MARK: Final = 0xFF
_SCAN: Final = 0xDA
_ALONE: Final = (0x01, *range(0xD0, 0xD9))
_MANIFEST: Final = 0xEB
_APP1: Final = 0xE1
_APP2: Final = 0xE2
_XMP: Final = (b"http://ns.adobe.com/xap/1.0/\x00", b"http://ns.adobe.com/xmp/extension/\x00")
_SHOWN: Final = (*range(0xC0, 0xDE), 0xE0, _APP2, 0xEE)
"""Tables and frames, JFIF, colour profiles and the transform of colours: what the picture looks like."""

_PICTURES: Final = b"MPF\x00"
_ENTRIES: Final = 0xB002
_ENTRY: Final = 16
_MOST_SEGMENTS: Final = 10_000
_MOST_ENTRIES: Final = 1000


class _Segment(NamedTuple):
    marker: int
    start: int
    end: int


def promises(body: bytes) -> Promises:
    """What a JPEG file promises."""
    segments = list(_segments(body))
    scan = segments.pop().start
    kept = [segment for segment in segments if segment.marker != _MANIFEST and not _is_xmp(body, segment)]
    return {
        "its tables and colour profile": [_stretch(body, segment) for segment in kept if segment.marker in _SHOWN],
        METADATA: [_stretch(body, segment) for segment in kept if segment.marker not in _SHOWN],
        "what is compressed, and what follows it": Stretch(body, scan),
        "the places of its further pictures": [
            place - scan for segment in kept if segment.marker == _APP2 for place in _further(body, segment)
        ],
    }


def _segments(body: bytes) -> Iterator[_Segment]:
    """All segments up to the first scan, which is the last one given."""
    if body[:2] != _START:
        raise BrokenContainerError
    at = 2
    for _ in range(_MOST_SEGMENTS):
        while body[at : at + 2] == b"\xff\xff":
            at += 1
        if at + 4 > len(body) or body[at] != _MARK:
            raise BrokenContainerError
        marker = body[at + 1]
        end = at + 2 if marker in _ALONE else at + 2 + int.from_bytes(body[at + 2 : at + 4])
        if end > len(body):
            raise BrokenContainerError
        yield _Segment(marker, at, end)
        if marker == _SCAN:
            return
        at = end
    raise BrokenContainerError


def _stretch(body: bytes, segment: _Segment) -> Stretch:
    return Stretch(body, segment.start, segment.end)


def _is_xmp(body: bytes, segment: _Segment) -> bool:
    return segment.marker == _APP1 and body.startswith(_XMP, segment.start + 4)


def _further(body: bytes, segment: _Segment) -> Iterator[int]:
    """Where in the file the pictures begin that an index of pictures names, but for the first, which is the file."""
    base = segment.start + 4 + len(_PICTURES)
    if not body.startswith(_PICTURES, segment.start + 4):
        return
    order = "<" if body[base : base + 2] == b"II" else ">"
    with reading(struct.error):
        (at,) = struct.unpack_from(order + "I", body, base + 4)
        (number,) = struct.unpack_from(order + "H", body, base + at)
        for row in range(min(number, _MOST_ENTRIES)):
            tag, _, count, value = struct.unpack_from(order + "HHII", body, base + at + 2 + 12 * row)
            if tag != _ENTRIES:
                continue
            for entry in range(min(count // _ENTRY, _MOST_ENTRIES)):
                (place,) = struct.unpack_from(order + "I", body, base + value + _ENTRY * entry + 8)
                if place:
                    yield base + place
