"""The chunks of RIFF files, which WAV and AVI are."""

import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

from pipeline.labels.implicit.carriers.tagging import AIGC, FoundField, field_text, is_label
from pipeline.labels.refused import ImplicitRefusedError

__all__ = [
    "FIELD",
    "XMP_CHUNK",
    "Chunk",
    "chunks",
    "file_of",
    "info_entries",
    "info_labels",
    "info_with",
    "is_info",
    "rest_of",
    "riff_chunk",
    "riff_chunks",
    "whole",
]

FIELD: Final = AIGC.encode()
XMP_CHUNK: Final = b"_PMX"

_MOST_CHUNKS: Final = 100_000
_HEAD: Final = 8
_FORM: Final = 12
_LONGEST: Final = 0xFFFF_FFFF
_LARGE: Final = (b"RF64", b"BW64", b"RIFX")


class Chunk(NamedTuple):
    """One chunk: where its header begins, where its payload begins, and where that ends, before any padding."""

    kind: bytes
    start: int
    body: int
    end: int


def riff_chunks(data: bytes, form: bytes) -> list[Chunk]:
    """The chunks of a file of the given form.

    Raises:
        ImplicitRefusedError: it is not of that form, is larger than 4 GiB, or is truncated.
    """
    if data[:4] in _LARGE:
        raise ImplicitRefusedError(what="The file is of a RIFF variant for files beyond 4 GiB, or of other byte order.")
    if data[:4] != b"RIFF" or data[8:_FORM] != form:
        raise ImplicitRefusedError(what=f"The file is no RIFF file of the form {form.decode().strip()}.")
    (size,) = struct.unpack_from("<I", data, 4)
    if size in (0, _LONGEST):
        raise ImplicitRefusedError(what="The file does not say how long it is: it is the record of a stream.")
    if _HEAD + size > len(data):
        raise ImplicitRefusedError(what="The file is shorter than it says: it is truncated.")
    return list(chunks(data, _FORM, _HEAD + size))


def chunks(data: bytes, start: int, end: int) -> Iterator[Chunk]:
    """The chunks between two places.

    Raises:
        ImplicitRefusedError: one does not end where it should, or there are too many.
    """
    for _ in range(_MOST_CHUNKS):
        if end <= start:
            return
        if end - start < _HEAD:
            break
        kind, size = struct.unpack_from("<4sI", data, start)
        body = start + _HEAD
        if body + size > end:
            raise ImplicitRefusedError(what="A chunk is longer than what it is in: the file is truncated or broken.")
        yield Chunk(kind, start, body, body + size)
        start = body + size + size % 2
    raise ImplicitRefusedError(what=f"The file ends within a chunk, or has more than {_MOST_CHUNKS} of them.")


def riff_chunk(kind: bytes, *payload: bytes) -> bytes:
    """A chunk, padded to an even length."""
    body = b"".join(payload)
    return struct.pack("<4sI", kind, len(body)) + body + bytes(len(body) % 2)


def whole(data: bytes, chunk: Chunk) -> bytes:
    """A chunk as it stands, padded even where its padding is missing at the end of the file."""
    there = data[chunk.start : chunk.end]
    return there + b"\x00" if len(there) % 2 else there


def is_info(data: bytes, chunk: Chunk) -> bool:
    """Whether a chunk is the list of descriptive texts."""
    return chunk.kind == b"LIST" and data[chunk.body : chunk.body + 4] == b"INFO"


def info_entries(data: bytes, chunk: Chunk) -> Iterator[FoundField]:
    """What a list of descriptive texts says: a label is one of the name `AIGC`, or a comment that holds one."""
    for field in chunks(data, chunk.body + 4, chunk.end):
        named = field.kind.upper() == FIELD
        carrier = "riff.INFO.AIGC" if named else "riff.INFO"
        yield FoundField(carrier, AIGC if named else _name(field), field_text(data[field.body : field.end]))


def info_labels(data: bytes, chunk: Chunk) -> list[Chunk]:
    """The entries of a list of descriptive texts that are labels."""
    return [field for field in chunks(data, chunk.body + 4, chunk.end) if _is_label(data, field)]


def _is_label(data: bytes, field: Chunk) -> bool:
    return field.kind.upper() == FIELD or is_label(_name(field), field_text(data[field.body : field.end]))


def _name(field: Chunk) -> str:
    return field.kind.decode("latin-1")


def info_with(data: bytes, listing: Chunk | None, text: str | None) -> bytes:
    """A list of descriptive texts with a label and everything else that is in the given one, or without any label."""
    fields = [] if listing is None else list(chunks(data, listing.body + 4, listing.end))
    kept = [whole(data, field) for field in fields if not _is_label(data, field)]
    added = [] if text is None else [riff_chunk(FIELD, text.encode(), b"\x00")]
    return riff_chunk(b"LIST", b"INFO", *kept, *added)


def file_of(form: bytes, body: list[bytes], rest: bytes) -> bytes:
    """A file made of chunks, and what followed it.

    Raises:
        ImplicitRefusedError: it would be longer than RIFF can say.
    """
    size = len(form) + sum(map(len, body))
    if size >= _LONGEST:
        raise ImplicitRefusedError(what="With the labels, the file would be longer than the 4 GiB of RIFF.")
    return b"".join((b"RIFF", struct.pack("<I", size), form, *body, rest))


def rest_of(data: bytes) -> bytes:
    """What follows the (first) RIFF chunk of a file."""
    (size,) = struct.unpack_from("<I", data, 4)
    return data[_HEAD + size + size % 2 :]
