"""Chunks of a WAV file that `flac --keep-foreign-metadata` keeps in blocks of FLAC, each in one of its own.

Such a block is written back into a WAV as it stands, so a label in it is taken out without a change of length: its
chunk becomes padding (`JUNK`).
"""

from collections.abc import Iterator
from typing import Final

from pipeline.labels.implicit.carriers.audio_riff import FIELD, XMP_CHUNK, Chunk, info_entries, info_labels, is_info
from pipeline.labels.implicit.carriers.tagging import AIGC, FoundField, field_text
from pipeline.labels.implicit.xmp import without_aigc
from pipeline.labels.refused import ImplicitRefusedError

__all__ = ["block_without_marks", "foreign_entries", "packet"]

_APPLICATION: Final = b"riff"
_HEAD: Final = 12
_PADDING: Final = b"JUNK"


def foreign_entries(block: bytes) -> Iterator[FoundField]:
    """The labels in the chunk that a block holds.

    Raises:
        ImplicitRefusedError: the chunk is broken.
    """
    chunk = _chunk(block)
    if chunk is not None and chunk.kind.upper() == FIELD:
        yield FoundField("flac.foreign", AIGC, field_text(block[chunk.body : chunk.end]))
    elif chunk is not None and is_info(block, chunk):
        yield from (info_entry._replace(carrier="flac.foreign") for info_entry in info_entries(block, chunk))


def packet(block: bytes) -> bytes | None:
    """The XMP packet that a block holds; None where it holds something else."""
    chunk = _chunk(block)
    return block[chunk.body : chunk.end] if chunk is not None and chunk.kind == XMP_CHUNK else None


def block_without_marks(block: bytes) -> bytes:
    """The block without labels, as long as it was.

    Raises:
        ImplicitRefusedError: the chunk is broken, or the block would have to grow.
    """
    chunk = _chunk(block)
    if chunk is None:
        return block
    if chunk.kind.upper() == FIELD:
        return _padded(block, chunk)
    if is_info(block, chunk):
        for info_mark in info_labels(block, chunk):
            block = _padded(block, info_mark)
    elif chunk.kind == XMP_CHUNK:
        there = block[chunk.body : chunk.end]
        cleaned = without_aigc(there)
        if len(cleaned) > len(there):
            raise ImplicitRefusedError(what="The XMP of the WAV file that the FLAC was made from has no room.")
        return block[: chunk.body] + cleaned.ljust(len(there)) + block[chunk.end :]
    return block


def _chunk(block: bytes) -> Chunk | None:
    """The chunk that a block holds; of the file's frame, and of its samples, it has no more than the header."""
    end = _HEAD + int.from_bytes(block[8:_HEAD], "little")
    if block[:4] != _APPLICATION or len(block) < _HEAD or end > len(block):
        return None
    return Chunk(block[4:8], 4, _HEAD, end)


def _padded(block: bytes, chunk: Chunk) -> bytes:
    return (
        block[: chunk.start]
        + _PADDING
        + block[chunk.start + 4 : chunk.body]
        + bytes(chunk.end - chunk.body)
        + block[chunk.end :]
    )
