"""PNG, animated or not: an iTXt chunk `XML:com.adobe.xmp`.

Labels are met in other places, too: texts `AIGC` in any letters, XMP in other kinds of text, EXIF in a chunk `eXIf`,
and the profiles that ImageMagick keeps in texts. They are read, and go where another is written. Chunks are copied as
they are, the picture's among them.
"""

import itertools
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from pipeline.labels.implicit import xmp
from pipeline.labels.implicit.carriers import exif
from pipeline.labels.implicit.carriers.bounds import MOST_METADATA, MOST_PIECES, broken, counted
from pipeline.labels.implicit.carriers.png_text import (
    TEXTS,
    XMP_KEYWORD,
    PngText,
    packet_in,
    png_chunk,
    png_text_of,
    profile_chunk,
)
from pipeline.labels.implicit.model import FoundLabels, LabelsToWrite, joined

__all__ = ["read", "write"]

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_EXIF: Final = b"eXIf"
_PICTURE: Final = frozenset({b"IDAT", b"fdAT", b"fcTL"})
_WRAPPING: Final = 12
"""A chunk's length, type and checksum."""

_MOST_PROFILES: Final = 16


class _Chunk(NamedTuple):
    kind: bytes
    begin: int
    end: int

    def body(self, file: bytes) -> bytes:
        return file[self.begin + 8 : self.end - 4]


class _File(NamedTuple):
    """A file, taken apart as far as needed; everything is known by where its chunk begins.

    Attributes:
        packets: the XMP packets, those that stand where XMP does before those in profiles.
        exifs: what EXIF there is.
    """

    chunks: list[_Chunk]
    texts: dict[int, PngText]
    packets: dict[int, bytes]
    exifs: dict[int, bytes]


def read(body: bytes) -> FoundLabels:
    """The labels of a PNG file."""
    file = _opened(body)
    return joined(
        xmp.found_in(file.packets.values()),
        *(exif.found_in_exif(block) for block in file.exifs.values()),
        *(text.found() for text in file.texts.values()),
    )


def write(body: bytes, labels: LabelsToWrite) -> bytes:
    """A PNG file with the labels."""
    file = _opened(body)
    new = _packets(file, labels)
    if not file.packets:
        header = file.chunks[0]
        new[header.begin] = body[header.begin : header.end] + _packet(xmp.merge(None, labels))
    if labels.aigc is not None:
        new |= {begin: b"" for begin, text in file.texts.items() if text.is_label}
        new |= _exifs(file)
    pieces = [new.get(piece.begin, body[piece.begin : piece.end]) for piece in file.chunks]
    return b"".join((_SIGNATURE, *pieces, body[file.chunks[-1].end :]))


def _opened(body: bytes) -> _File:
    chunks = list(_chunks(body))
    texts = {piece.begin: png_text_of(piece.kind, piece.body(body)) for piece in chunks if piece.kind in TEXTS}
    profiles = [begin for begin, text in texts.items() if text.is_profile]
    counted(len(profiles), _MOST_PROFILES, of="profiles in texts")
    held = {begin: profile for begin in profiles if (profile := texts[begin].profile()) is not None}
    packets = {begin: text.said() for begin, text in texts.items() if text.is_packet}
    counted(len(packets), _MOST_PROFILES, of="XMP packets")
    packets |= {begin: packet for begin, profile in held.items() if (packet := packet_in(profile)) is not None}
    exifs = {piece.begin: piece.body(body) for piece in chunks if piece.kind == _EXIF}
    return _File(
        chunks, texts, packets, exifs | {begin: profile for begin, profile in held.items() if begin not in packets}
    )


def _packets(file: _File, labels: LabelsToWrite) -> dict[int, bytes]:
    """The chunks of all packets anew: the first becomes what others look for, whatever it was."""
    if not file.packets:
        return {}
    first, *others = zip(file.packets.items(), xmp.rewrite(list(file.packets.values()), labels), strict=True)
    new = {first[0][0]: _packet(first[1])}
    for (begin, packet), written in others:
        if written != packet:
            text = file.texts[begin]
            new[begin] = profile_chunk(text, written) if text.is_profile else _packet(written)
    return new


def _exifs(file: _File) -> Mapping[int, bytes]:
    """The chunks of EXIF anew that held a label."""
    new = {}
    for begin, there in file.exifs.items():
        written = exif.without_labels(there)
        if written != there:
            text = file.texts.get(begin)
            new[begin] = png_chunk(_EXIF, written) if text is None else profile_chunk(text, written)
    return new


def _packet(packet: bytes) -> bytes:
    return png_chunk(b"iTXt", XMP_KEYWORD.encode("ascii") + bytes(5) + packet)


def _chunks(body: bytes) -> Iterator[_Chunk]:
    if not body.startswith(_SIGNATURE) or body[12:16] != b"IHDR":
        raise broken("PNG file", "it does not begin like one")
    at = len(_SIGNATURE)
    metadata = 0
    for number in itertools.count():
        counted(number, MOST_PIECES, of="chunks")
        kind = body[at + 4 : at + 8]
        end = at + _WRAPPING + int.from_bytes(body[at : at + 4], "big")
        if len(kind) < 4 or end > len(body):  # noqa: PLR2004 - the length of a chunk's type
            raise broken("PNG file", "a chunk is longer than the file")
        metadata += kind not in _PICTURE
        counted(metadata, MOST_METADATA, of="chunks of metadata")
        yield _Chunk(kind, at, end)
        if kind == b"IEND":
            return
        at = end
