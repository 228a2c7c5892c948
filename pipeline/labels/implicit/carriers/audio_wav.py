"""WAV: a chunk `AIGC` beside the samples, as the audio practice guide (TC260-PG-202510A) puts it, and `_PMX` for XMP.

New chunks go to the end, where they move nothing. A list of descriptive texts may hold a label of somebody else's.
"""

from collections.abc import Iterator
from typing import Final

from pipeline.labels.implicit.carriers.audio_riff import (
    FIELD,
    XMP_CHUNK,
    Chunk,
    file_of,
    info_entries,
    info_labels,
    info_with,
    is_info,
    rest_of,
    riff_chunk,
    riff_chunks,
    whole,
)
from pipeline.labels.implicit.carriers.tagging import AIGC, FoundField, aigc_text, field_text, found, packets_to_write
from pipeline.labels.implicit.model import FoundLabels, LabelsToWrite
from pipeline.labels.refused import ImplicitRefusedError

__all__ = ["read", "write"]

_FORM: Final = b"WAVE"


def read(body: bytes) -> FoundLabels:
    """The labels in a WAV file.

    Raises:
        ImplicitRefusedError: the file is broken, truncated, larger than 4 GiB, or no WAV.
    """
    chunks = riff_chunks(body, _FORM)
    return found(_entries(body, chunks), xmp=[body[part.body : part.end] for part in chunks if part.kind == XMP_CHUNK])


def write(body: bytes, labels: LabelsToWrite) -> bytes:
    """The file with the labels, in the place of any that it has.

    Raises:
        ImplicitRefusedError: the file is broken, truncated, or would be larger than 4 GiB.
    """
    chunks = riff_chunks(body, _FORM)
    kinds = [part.kind.upper() if _is_field(part) else part.kind for part in chunks]
    if b"data" not in kinds:
        raise ImplicitRefusedError(what="The file has no samples.")
    text = aigc_text(labels)
    old = [body[part.body : part.end] for part in chunks if part.kind == XMP_CHUNK]
    packets = packets_to_write(old, labels)
    at_hand = iter(packets)
    pieces: list[bytes] = []
    for part in chunks:
        if part.kind == XMP_CHUNK:
            pieces.append(riff_chunk(XMP_CHUNK, next(at_hand)))
        elif text is not None and is_info(body, part) and info_labels(body, part):
            pieces.append(info_with(body, part, None))
        elif text is None or not _is_field(part):
            pieces.append(whole(body, part))
    if text is not None:
        place = len(pieces) if FIELD not in kinds else _place(chunks)
        pieces.insert(place, riff_chunk(FIELD, text.encode()))
    pieces.extend(riff_chunk(XMP_CHUNK, packet) for packet in at_hand)
    return file_of(_FORM, pieces, rest_of(body))


def _entries(body: bytes, chunks: list[Chunk]) -> Iterator[FoundField]:
    for part in chunks:
        if _is_field(part):
            yield FoundField("riff.AIGC", AIGC, field_text(body[part.body : part.end]))
        elif is_info(body, part):
            yield from info_entries(body, part)


def _is_field(chunk: Chunk) -> bool:
    """Whether a chunk is a label; some programs write its name in lower case."""
    return chunk.kind.upper() == FIELD


def _place(chunks: list[Chunk]) -> int:
    """Where the first label is among the chunks that are kept."""
    return next(number for number, part in enumerate(chunks) if _is_field(part))
