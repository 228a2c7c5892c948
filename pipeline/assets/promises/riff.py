"""RIFF: chunks of WebP, WAV and AVI in their order, and the places that an AVI index names."""

import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

from pipeline.assets.promises.container import METADATA, BrokenContainerError, Promises, Stretch

__all__ = ["promises"]

_HEAD: Final = 8
_FORM: Final = 12
_OURS: Final = (b"C2PA", b"_PMX", b"XMP ", b"JUNK")
_LABEL: Final = b"AIGC"
_METADATA: Final = (b"EXIF", b"bext", b"iXML", b"id3 ", b"ID3 ", b"axml", b"cue ", b"LIST")
_LIST: Final = b"LIST"
_CANVAS: Final = b"VP8X"
_XMP_FLAG: Final = 0x04
_INDEX: Final = b"idx1"
_MOST_CHUNKS: Final = 200_000


class _Chunk(NamedTuple):
    kind: bytes
    start: int
    end: int


def promises(body: bytes) -> Promises:
    """What a WebP, WAV or AVI file promises."""
    size = int.from_bytes(body[4:_HEAD], "little")
    if body[:4] != b"RIFF" or _HEAD + size > len(body):
        raise BrokenContainerError
    chunks = list(_chunks(body, _FORM, _HEAD + size))
    media, metadata = [], []
    promised: dict[str, object] = {"its form": body[_HEAD:_FORM].decode("latin-1")}
    for chunk in chunks:
        listed = body[chunk.start + _HEAD : chunk.start + _FORM] if chunk.kind == _LIST else b""
        if chunk.kind == _CANVAS and chunk.end - chunk.start > _FORM:
            at = chunk.start + _HEAD
            promised["its canvas"] = bytes([body[at] & ~_XMP_FLAG]) + body[at + 1 : at + 10]
        elif chunk.kind in _METADATA and listed not in (b"hdrl", b"movi"):
            # Descriptions hold labels, and one is added; each other chunk stays.
            metadata.append(Stretch(body, chunk.start, chunk.end))
        elif chunk.kind not in _OURS and chunk.kind.upper() != _LABEL:
            media.append(Stretch(body, chunk.start, chunk.end))
        if listed == b"movi":
            promised["the places that its index names"] = _places(body, chunks, chunk)
    promised["its media"] = media
    promised[METADATA] = metadata
    promised["what follows its end"] = Stretch(body, min(len(body), _HEAD + size + size % 2))
    return promised


def _chunks(body: bytes, start: int, end: int) -> Iterator[_Chunk]:
    for _ in range(_MOST_CHUNKS):
        if start + _HEAD > end:
            return
        kind, size = struct.unpack_from("<4sI", body, start)
        after = start + _HEAD + size
        if after > end:
            break
        yield _Chunk(kind, start, after)
        start = after + size % 2
    raise BrokenContainerError


def _places(body: bytes, chunks: list[_Chunk], movi: _Chunk) -> object:
    """Where in the file the frames begin, if that is what an index counts from."""
    if b"indx" in body[chunks[0].start : chunks[0].end]:
        return movi.start
    index = next((chunk for chunk in chunks if chunk.kind == _INDEX and chunk.end - chunk.start >= _HEAD + 16), None)
    if index is None:
        return None
    kind, _, place = struct.unpack_from("<4sII", body, index.start + _HEAD)
    return movi.start if body[place : place + 4] == kind else None
