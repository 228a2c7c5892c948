"""AVI: a text `AIGC` in `LIST INFO`, as the video practice guide (TC260-PG-20257A) puts it, and `_PMX` for XMP.

Programs read descriptions before `LIST movi` and look no further, so that is where labels go, into padding (`JUNK`) if
there is enough. If not, frames move; a file whose index names places in the whole file is refused then.
"""

import struct
from collections.abc import Iterator
from typing import Final

from pipeline.labels.implicit.carriers.audio_riff import (
    XMP_CHUNK,
    Chunk,
    file_of,
    info_entries,
    info_with,
    is_info,
    rest_of,
    riff_chunk,
    riff_chunks,
    whole,
)
from pipeline.labels.implicit.carriers.tagging import FoundField, aigc_text, found, packets_to_write
from pipeline.labels.implicit.model import FoundLabels, LabelsToWrite
from pipeline.labels.refused import ImplicitRefusedError

__all__ = ["read", "write"]

_FORM: Final = b"AVI "
_PADDING: Final = b"JUNK"
_ENTRY: Final = struct.Struct("<4sIII")
"""An entry of the index: which chunk, what of, where it begins, how long it is."""


def read(body: bytes) -> FoundLabels:
    """The labels in an AVI file.

    Raises:
        ImplicitRefusedError: the file is broken, truncated, or no AVI.
    """
    chunks = riff_chunks(body, _FORM)
    return found(_entries(body, chunks), xmp=[body[part.body : part.end] for part in chunks if part.kind == XMP_CHUNK])


def write(body: bytes, labels: LabelsToWrite) -> bytes:
    """The file with the labels, in the place of any that it has.

    Raises:
        ImplicitRefusedError: the file is broken, truncated, or has an index that would be wrong afterwards.
    """
    chunks = riff_chunks(body, _FORM)
    movi = next((number for number, part in enumerate(chunks) if _is_list(body, part, b"movi")), None)
    if movi is None or not _is_list(body, chunks[0], b"hdrl"):
        raise ImplicitRefusedError(what="The file has no frames, or no header before them.")
    pieces = _anew(body, chunks, movi, labels)
    grown = sum(map(len, pieces[:movi])) - (chunks[movi].start - chunks[0].start)
    if grown:
        grown -= _take(pieces, chunks[:movi], grown)
    if grown:
        _refuse_places(body, chunks)
    return file_of(_FORM, pieces, rest_of(body))


def _anew(body: bytes, chunks: list[Chunk], movi: int, labels: LabelsToWrite) -> list[bytes]:
    """All chunks anew, as many as there were: what is added stands in one piece with the header."""
    text = aigc_text(labels)
    packets = iter(packets_to_write([body[part.body : part.end] for part in chunks if part.kind == XMP_CHUNK], labels))
    home = next((part for part in chunks[:movi] if is_info(body, part)), None)
    pieces: list[bytes] = []
    for part in chunks:
        if part.kind == XMP_CHUNK:
            pieces.append(riff_chunk(XMP_CHUNK, next(packets)))
        elif text is not None and is_info(body, part):
            pieces.append(info_with(body, part, text if part is home else None))
        else:
            pieces.append(whole(body, part))
    if text is not None and home is None:
        pieces[0] += info_with(body, None, text)
    pieces[0] += b"".join(riff_chunk(XMP_CHUNK, packet) for packet in packets)
    return pieces


def _take(pieces: list[bytes], chunks: list[Chunk], grown: int) -> int:
    """Make one chunk of padding smaller, or larger, by what the others have grown; by how much that was done."""
    for number, part in enumerate(chunks):
        room = len(pieces[number]) - 8
        if part.kind == _PADDING and room >= grown:
            pieces[number] = riff_chunk(_PADDING, bytes(room - grown))
            return grown
    return 0


def _refuse_places(body: bytes, chunks: list[Chunk]) -> None:
    header = chunks[0]
    if body.find(b"indx", header.body, header.end) >= 0 or rest_of(body).startswith(b"RIFF"):
        raise ImplicitRefusedError(what="The file has an OpenDML index, and not enough padding for the labels.")
    index = next((part for part in chunks if part.kind == b"idx1"), None)
    if index is None or index.end - index.body < _ENTRY.size:
        return
    kind, _, place, _ = _ENTRY.unpack_from(body, index.body)
    if body[place : place + 4] == kind:
        raise ImplicitRefusedError(what="The file's index counts from its beginning, and there is too little padding.")


def _is_list(body: bytes, chunk: Chunk, kind: bytes) -> bool:
    return chunk.kind == b"LIST" and body[chunk.body : chunk.body + 4] == kind


def _entries(body: bytes, chunks: list[Chunk]) -> Iterator[FoundField]:
    for part in chunks:
        if is_info(body, part):
            yield from info_entries(body, part)
