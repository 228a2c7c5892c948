"""WebP: an `XMP ` chunk, announced by a flag in the `VP8X` chunk, which simple files are given for it.

Labels in EXIF are read, too, and blanked where another is written.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from pipeline.labels.implicit import xmp
from pipeline.labels.implicit.carriers import exif
from pipeline.labels.implicit.carriers.bounds import MOST_METADATA, MOST_PIECES, broken, counted
from pipeline.labels.implicit.model import FoundLabels, LabelsToWrite, joined

__all__ = ["read", "write"]

_XMP: Final = b"XMP "
_EXIF: Final = b"EXIF"
_EXTENDED: Final = b"VP8X"
_LOSSY: Final = b"VP8 "
_LOSSLESS: Final = b"VP8L"
_MANIFEST: Final = b"C2PA"
_PICTURE: Final = frozenset({b"ANMF", b"ALPH", _LOSSY, _LOSSLESS})
_HEADER: Final = 12
_HAS_XMP: Final = 0x04
_HAS_ALPHA: Final = 0x10
_LOSSY_START: Final = b"\x9d\x01\x2a"
_LOSSLESS_START: Final = 0x2F


class _Chunk(NamedTuple):
    kind: bytes
    begin: int
    end: int
    body: bytes


def read(body: bytes) -> FoundLabels:
    """The labels of a WebP file."""
    chunks = list(_chunks(body))
    return joined(
        xmp.found_in(chunk.body for chunk in chunks if chunk.kind == _XMP),
        *(exif.found_in_exif(chunk.body) for chunk in chunks if chunk.kind == _EXIF),
    )


def write(body: bytes, labels: LabelsToWrite) -> bytes:
    """A WebP file with the labels."""
    chunks = list(_chunks(body))
    there = [chunk for chunk in chunks if chunk.kind == _XMP]
    packets = xmp.rewrite([chunk.body for chunk in there], labels)
    new = {chunk.begin: _chunk(_XMP, packet) for chunk, packet in zip(there, packets, strict=False)}
    if labels.aigc is not None:
        new |= {chunk.begin: _chunk(_EXIF, exif.without_labels(chunk.body)) for chunk in chunks if chunk.kind == _EXIF}
    pieces = [_chunk(_EXTENDED, _announcing(chunks[0]))]
    added = b"" if there else _chunk(_XMP, packets[0])
    for chunk in chunks[1:] if chunks[0].kind == _EXTENDED else chunks:
        if chunk.kind == _MANIFEST:
            # A manifest is the last chunk, or its readers do not find it.
            pieces.append(added)
            added = b""
        pieces.append(new.get(chunk.begin) or body[chunk.begin : chunk.end])
    pieces.append(added)
    form = b"WEBP" + b"".join(pieces)
    return b"RIFF" + len(form).to_bytes(4, "little") + form + body[chunks[-1].end :]


def _chunks(body: bytes) -> Iterator[_Chunk]:
    if len(body) < _HEADER or body[:4] != b"RIFF" or body[8:12] != b"WEBP":
        raise broken("WebP file", "it does not begin like one")
    at = _HEADER
    end = 8 + int.from_bytes(body[4:8], "little")
    if end > len(body):
        raise broken("WebP file", "it is cut off")
    number = metadata = 0
    while at < end:
        number += 1
        counted(number, MOST_PIECES, of="chunks")
        kind = body[at : at + 4]
        metadata += kind not in _PICTURE
        counted(metadata, MOST_METADATA, of="chunks of metadata")
        length = int.from_bytes(body[at + 4 : at + 8], "little")
        if at + 8 + length > end:
            raise broken("WebP file", "a chunk is longer than the file")
        # Some writers leave out the last padding byte.
        after = min(at + 8 + length + length % 2, end)
        yield _Chunk(kind, at, after, body[at + 8 : at + 8 + length])
        at = after
    if not number:
        raise broken("WebP file", "it holds nothing")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return kind + len(body).to_bytes(4, "little") + body + bytes(len(body) % 2)


def _announcing(first: _Chunk) -> bytes:
    """The body of a `VP8X` chunk that says that there is XMP."""
    if first.kind == _EXTENDED and len(first.body) >= 10:  # noqa: PLR2004 - flags, and two dimensions of three bytes
        return bytes([first.body[0] | _HAS_XMP]) + first.body[1:]
    width, height, alpha = _dimensions(first)
    flags = _HAS_XMP | (_HAS_ALPHA if alpha else 0)
    return bytes([flags, 0, 0, 0]) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")


def _dimensions(first: _Chunk) -> tuple[int, int, bool]:
    """Width, height, and whether there is transparency, as a simple file's picture says."""
    body = first.body
    if first.kind == _LOSSY and body[3:6] == _LOSSY_START and len(body) >= 10:  # noqa: PLR2004 - the frame's header
        width, height = (int.from_bytes(body[at : at + 2], "little") & 0x3FFF for at in (6, 8))
        if width and height:
            return width, height, False
    if first.kind == _LOSSLESS and len(body) >= 5 and body[0] == _LOSSLESS_START:  # noqa: PLR2004 - its header
        bits = int.from_bytes(body[1:5], "little")
        return (bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1, bool(bits >> 28 & 1)
    raise broken("WebP file", "its first chunk is no picture")
