"""PNG, animated or not: an iTXt chunk `XML:com.adobe.xmp`.

Some generators put the mark into a text chunk `AIGC` instead; that is read too, and taken out when a mark is written.
Chunks are copied as they are, the picture's among them.
"""

import itertools
import zlib
from collections.abc import Iterator
from typing import Final, NamedTuple

import msgspec

from pipeline.labels.implicit import xmp
from pipeline.labels.implicit.carriers.bounds import MOST_METADATA, MOST_PIECES, broken, counted, inflated
from pipeline.labels.implicit.marks import FoundMarks, MarksToWrite, found_mark

__all__ = ["read", "write"]

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_XMP: Final = b"XML:com.adobe.xmp"
_AIGC: Final = b"AIGC"
_PICTURE: Final = frozenset({b"IDAT", b"fdAT", b"fcTL"})
_TEXT: Final = frozenset({b"tEXt", b"zTXt", b"iTXt"})
_WRAPPING: Final = 12
"""A chunk's length, type and checksum."""


class _Chunk(NamedTuple):
    kind: bytes
    begin: int
    end: int

    def body(self, file: bytes) -> bytes:
        return file[self.begin + 8 : self.end - 4]


def read(body: bytes) -> FoundMarks:
    """The marks of a PNG file."""
    chunks = list(_chunks(body))
    found = xmp.found_in(_packet(one.body(body)) for one in chunks if _is_packet(one, body))
    texts = [_text(one.kind, one.body(body)) for one in chunks if _is_named(one, body, _AIGC)]
    marks = (found_mark(text.decode("utf-8", errors="replace").strip(), carrier="png.text") for text in texts)
    return msgspec.structs.replace(found, aigc=(*found.aigc, *marks))


def write(body: bytes, marks: MarksToWrite) -> bytes:
    """A PNG file with the marks."""
    chunks = list(_chunks(body))
    there = [one for one in chunks if _is_packet(one, body)]
    packets = xmp.rewrite([_packet(one.body(body)) for one in there], marks)
    new = {one.begin: _chunk(packet) for one, packet in zip(there, packets, strict=False)}
    if not there:
        header = chunks[0]
        new[header.begin] = body[header.begin : header.end] + _chunk(packets[0])
    if marks.aigc is not None:
        new |= {one.begin: b"" for one in chunks if _is_named(one, body, _AIGC)}
    pieces = [new.get(one.begin, body[one.begin : one.end]) for one in chunks]
    return b"".join((_SIGNATURE, *pieces, body[chunks[-1].end :]))


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


def _is_packet(chunk: _Chunk, body: bytes) -> bool:
    return chunk.kind == b"iTXt" and _is_named(chunk, body, _XMP)


def _is_named(chunk: _Chunk, body: bytes, name: bytes) -> bool:
    return chunk.kind in _TEXT and body[chunk.begin + 8 : chunk.end - 4].startswith(name + b"\x00")


def _packet(body: bytes) -> bytes:
    return _text(b"iTXt", body)


def _text(kind: bytes, body: bytes) -> bytes:
    """What a text chunk says, behind its name."""
    _, _, rest = body.partition(b"\x00")
    if kind == b"tEXt":
        return rest
    if kind == b"zTXt":
        return inflated(rest[1:], what="a compressed text")
    compressed = rest[:1] == b"\x01"
    # The language, and the name in that language, end with a NUL each.
    text = rest[2:].split(b"\x00", 2)[-1]
    return inflated(text, what="a compressed text") if compressed else text


def _chunk(packet: bytes) -> bytes:
    body = b"iTXt" + _XMP + bytes(5) + packet
    return (len(body) - 4).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")
