"""JPEG: an APP1 segment with an XMP packet, and its extension of several segments where a packet is longer than one.

Segments are put in before the picture's data, which is copied as it is. Labels in EXIF, and in segments of applications
that begin with `AIGC` and go on with its JSON, are read, and go where another is written.
"""

import itertools
from collections.abc import Iterator
from typing import Final, NamedTuple

from pipeline.labels.implicit import xmp
from pipeline.labels.implicit.carriers import exif
from pipeline.labels.implicit.carriers.bounds import MOST_METADATA, broken, counted
from pipeline.labels.implicit.carriers.video_boxes import Splice, apply
from pipeline.labels.implicit.model import FoundLabels, LabelsToWrite, found_in_text, joined
from pipeline.labels.refused import ImplicitRefusedError

__all__ = ["read", "write"]

_START: Final = b"\xff\xd8"
_APP0: Final = 0xE0
_APP1: Final = 0xE1
_APP2: Final = 0xE2
_SCAN: Final = 0xDA
_END: Final = 0xD9
_ALONE: Final = frozenset({0x01, *range(0xD0, 0xD8)})
_LONGEST: Final = 0xFFFF - 2
_PACKET: Final = b"http://ns.adobe.com/xap/1.0/\x00"
_EXTENSION: Final = b"http://ns.adobe.com/xmp/extension/\x00"
_EXIF: Final = b"Exif\x00"
_SEVERAL_PICTURES: Final = b"MPF\x00"
_GUID: Final = 32
_HEAD: Final = len(_EXTENSION) + _GUID + 8
_APPLICATIONS: Final = range(0xE0, 0xF0)
_GLUED: Final = b"AIGC"
_NOTE: Final = b"HasExtendedXMP"


class _Segment(NamedTuple):
    marker: int
    begin: int
    end: int
    body: bytes


def read(body: bytes) -> FoundLabels:
    """The labels of a JPEG file."""
    segments = list(_segments(body))
    packets = [segment.body[len(_PACKET) :] for segment in segments if _is_packet(segment)]
    return joined(
        xmp.found_in([*packets, *_extended(segments, packets)]),
        *(exif.found_in_exif(segment.body) for segment in segments if _is_exif(segment)),
        *(found_in_text(_glued(segment), carrier="jpeg.APPn") for segment in segments if _is_glued(segment)),
    )


def write(body: bytes, labels: LabelsToWrite) -> bytes:
    """A JPEG file with the labels."""
    segments = list(_segments(body))
    there = [segment for segment in segments if _is_packet(segment)]
    packets = [segment.body[len(_PACKET) :] for segment in there]
    if any(xmp.holds(extension, labels) for extension in _extended(segments, packets)):
        raise ImplicitRefusedError(what="The JPEG file has labels in extended XMP, which is not written here.")
    splices = [] if labels.aigc is None else [*_blanked(segments), *_taken_out(segments)]
    written = [_segment(_PACKET + packet) for packet in xmp.rewrite(packets, labels)]
    splices += [Splice(segment.begin, segment.end, new) for segment, new in zip(there, written, strict=False)]
    if not there:
        place = _after_head(segments)
        splices.append(Splice(place, place, written[0]))
    _keep_offsets(segments, splices)
    return bytes(apply(body, sorted(splices)))


def _blanked(segments: list[_Segment]) -> Iterator[Splice]:
    for segment in filter(_is_exif, segments):
        yield Splice(segment.end - len(segment.body), segment.end, exif.without_labels(segment.body))


def _taken_out(segments: list[_Segment]) -> Iterator[Splice]:
    return (Splice(segment.begin, segment.end, b"") for segment in filter(_is_glued, segments))


def _segments(body: bytes) -> Iterator[_Segment]:
    if not body.startswith(_START):
        raise broken("JPEG file", "it does not begin like one")
    at = len(_START)
    for number in itertools.count():
        counted(number, MOST_METADATA, of="segments before its picture")
        begin = at
        if body[at : at + 1] != b"\xff":
            raise broken("JPEG file", "there is something between its segments")
        while body[at : at + 1] == b"\xff":
            at += 1
        marker = body[at] if at < len(body) else _END
        at += 1
        if marker in (_SCAN, _END):
            return
        if marker in _ALONE:
            continue
        length = int.from_bytes(body[at : at + 2], "big")
        if length < 2 or at + length > len(body):  # noqa: PLR2004 - a length counts its own two bytes
            raise broken("JPEG file", "a segment is longer than the file")
        yield _Segment(marker, begin, at + length, body[at + 2 : at + length])
        at += length


def _is_packet(segment: _Segment) -> bool:
    return segment.marker == _APP1 and segment.body.startswith(_PACKET)


def _is_exif(segment: _Segment) -> bool:
    return segment.marker == _APP1 and segment.body.startswith(exif.HEAD)


def _is_glued(segment: _Segment) -> bool:
    return segment.marker in _APPLICATIONS and segment.body[: len(_GLUED)].upper() == _GLUED


def _glued(segment: _Segment) -> str:
    return segment.body[len(_GLUED) :].decode(errors="replace").strip("\x00 \t\r\n:=")


def _extended(segments: list[_Segment], packets: list[bytes]) -> list[bytes]:
    """The extended packet, put together; only the one that a packet of the file names by its GUID counts."""
    parts: dict[bytes, dict[int, bytes]] = {}
    lengths: dict[bytes, int] = {}
    for segment in segments:
        if segment.marker == _APP1 and segment.body.startswith(_EXTENSION) and len(segment.body) >= _HEAD:
            guid = segment.body[len(_EXTENSION) : len(_EXTENSION) + _GUID]
            lengths[guid] = int.from_bytes(segment.body[_HEAD - 8 : _HEAD - 4], "big")
            parts.setdefault(guid, {})[int.from_bytes(segment.body[_HEAD - 4 : _HEAD], "big")] = segment.body[_HEAD:]
    return [
        _joined(parts[guid], lengths[guid])
        for guid in parts
        if any(_NOTE in packet and guid in packet for packet in packets)
    ]


def _joined(parts: dict[int, bytes], length: int) -> bytes:
    whole = bytearray()
    for offset in sorted(parts):
        if offset != len(whole):
            raise broken("JPEG file", "a piece of its extended XMP is missing")
        whole += parts[offset]
        if len(whole) > xmp.MOST_XMP:
            break
    if length > xmp.MOST_XMP or len(whole) > xmp.MOST_XMP:
        raise ImplicitRefusedError(what=f"The JPEG file's extended XMP is longer than {xmp.MOST_XMP} bytes.")
    if len(whole) != length:
        raise broken("JPEG file", "its extended XMP is not as long as it says")
    return bytes(whole)


def _segment(body: bytes) -> bytes:
    if len(body) > _LONGEST:
        raise ImplicitRefusedError(what="With the labels, the XMP packet is longer than a JPEG segment can be.")
    return b"\xff" + bytes([_APP1]) + (len(body) + 2).to_bytes(2, "big") + body


def _after_head(segments: list[_Segment]) -> int:
    """Behind JFIF and Exif, which readers expect first."""
    place = len(_START)
    for segment in segments:
        if segment.marker != _APP0 and not (segment.marker == _APP1 and segment.body.startswith(_EXIF)):
            break
        place = segment.end
    return place


def _keep_offsets(segments: list[_Segment], splices: list[Splice]) -> None:
    """An index of several pictures counts from itself, so nothing behind it may change its length."""
    index = next(
        (segment for segment in segments if segment.marker == _APP2 and segment.body.startswith(_SEVERAL_PICTURES)),
        None,
    )
    if index is not None and any(
        splice.start > index.begin and len(splice.new) != splice.end - splice.start for splice in splices
    ):
        raise ImplicitRefusedError(what="The JPEG file holds several pictures, whose index stands before its XMP.")
