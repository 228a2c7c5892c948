"""FLAC: the comment `AIGC`, as the audio practice guide (TC260-PG-202510A) puts it. mutagen writes it.

Frames of sound, and all other blocks of metadata, keep their bytes; of those with chunks of a WAV file, labels go.
"""

# mypy: allow-untyped-calls
import io
from collections.abc import Iterator
from typing import Any, Final

from mutagen.flac import FLAC

from pipeline.labels.implicit.carriers import audio_foreign
from pipeline.labels.implicit.carriers.audio_id3 import tag_of
from pipeline.labels.implicit.carriers.audio_library import LIBRARY_ERRORS
from pipeline.labels.implicit.carriers.audio_vorbis import BROKEN, entries, saved, with_labels
from pipeline.labels.implicit.carriers.tagging import found
from pipeline.labels.implicit.model import FoundLabels, LabelsToWrite
from pipeline.labels.refused import ImplicitRefusedError

__all__ = ["read", "write"]

_COMMENTS: Final = 4
_PADDING: Final = 1
_APPLICATION: Final = 2
_HEAD: Final = 4
_MOST_BLOCKS: Final = 1000


def read(body: bytes) -> FoundLabels:
    """The labels in a FLAC file.

    Raises:
        ImplicitRefusedError: the file is broken, or no FLAC.
    """
    flac = _opened(body)
    blocks = _foreign(flac)
    foreign = (entry for block in blocks for entry in audio_foreign.entries(block.data))
    packets = [packet for block in blocks if (packet := audio_foreign.packet(block.data)) is not None]
    return found([*(entry for comments in _comments(flac) for entry in entries(comments)), *foreign], xmp=packets)


def write(body: bytes, labels: LabelsToWrite) -> bytes:
    """The file with the labels, in the place of any that it has.

    Raises:
        ImplicitRefusedError: the file is broken, or has something that would be lost.
    """
    flac = _opened(body)
    with ImplicitRefusedError.instead_of(*LIBRARY_ERRORS, what=BROKEN):
        blocks = [(block.code, block.write()) for block in flac.metadata_blocks if block.code != _PADDING]
    if blocks != list(_blocks(body)):
        raise ImplicitRefusedError(what="The file's metadata would lose something if it was written anew.")
    if flac.tags is None:
        flac.add_tags()
    for number, comments in enumerate(_comments(flac)):
        comments[:] = with_labels(comments, labels, write=not number)
    for block in _foreign(flac) if labels.aigc is not None else ():
        block.data = audio_foreign.without_marks(block.data)
    return saved(flac, body)


def _opened(body: bytes) -> FLAC:
    with ImplicitRefusedError.instead_of(*LIBRARY_ERRORS, what=BROKEN):
        return FLAC(io.BytesIO(body))


def _comments(flac: FLAC) -> list[Any]:
    """All blocks of comments; there should be one, but a second one is not overlooked."""
    return [block for block in flac.metadata_blocks if block.code == _COMMENTS]


def _foreign(flac: FLAC) -> list[Any]:
    """All blocks of other programs; those of this name may hold chunks of a WAV file."""
    return [block for block in flac.metadata_blocks if block.code == _APPLICATION]


def _blocks(body: bytes) -> Iterator[tuple[int, bytes]]:
    """All blocks of metadata but padding, as they stand in the file."""
    tag = tag_of(body)
    place = _HEAD + (0 if tag is None else tag.end)
    for _ in range(_MOST_BLOCKS):
        head = body[place : place + _HEAD]
        end = place + _HEAD + int.from_bytes(head[1:])
        if len(head) < _HEAD or end > len(body):
            break
        if head[0] & 0x7F != _PADDING:
            yield head[0] & 0x7F, body[place + _HEAD : end]
        place = end
        if head[0] & 0x80:
            return
    raise ImplicitRefusedError(what="The file's metadata is cut off, or in more blocks than are read.")
