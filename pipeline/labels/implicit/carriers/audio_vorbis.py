"""Vorbis comments, which FLAC and Ogg files have in common.

There is no place for XMP that others would look into: the digital source type and the latent disclosure are comments.
"""

# mypy: allow-untyped-calls
import io
from collections.abc import Iterable, Iterator
from typing import Final

from mutagen import FileType

from pipeline.labels.implicit.carriers.audio_library import LIBRARY_ERRORS, kept_padding
from pipeline.labels.implicit.carriers.tagging import FoundField, fields_to_write, is_replaced, names_aigc, text_of
from pipeline.labels.implicit.model import LabelsToWrite
from pipeline.labels.refused import ImplicitRefusedError

__all__ = ["BROKEN", "Comments", "entries", "saved", "with_labels"]

Comments = list[tuple[str, str]]

BROKEN: Final = "The file's comments cannot be read: it is broken, truncated, or of another format."


def entries(comments: Iterable[tuple[str, str]]) -> Iterator[FoundField]:
    """What comments say, as fields."""
    for name, value in comments:
        carrier = "vorbis.AIGC" if names_aigc(name) else "vorbis.comment"
        yield FoundField(carrier, name, text_of(value.encode(errors="replace")))


def with_labels(comments: Iterable[tuple[str, str]], labels: LabelsToWrite, *, write: bool = True) -> Comments:
    """The comments with the labels, or without those that the labels replace."""
    fields = fields_to_write(labels)
    kept = [(name, value) for name, value in comments if not is_replaced(name, value, fields)]
    return [*kept, *fields.items()] if write else kept


def saved(file: FileType, body: bytes) -> bytes:
    """The file with its comments as they are now; padding is used up, and none is added.

    Raises:
        ImplicitRefusedError: they cannot be written.
    """
    copy = io.BytesIO(body)
    with ImplicitRefusedError.instead_of(*LIBRARY_ERRORS, what="The file's comments cannot be written anew."):
        file.save(copy, padding=kept_padding)
    return copy.getvalue()
