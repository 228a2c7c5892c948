"""Ogg with Vorbis, Opus or FLAC: the comment `AIGC`, as the audio practice guide (TC260-PG-202510A) puts it.

mutagen writes it, and numbers and sums up the pages anew that come after; the packets of sound keep their bytes.
"""

# mypy: allow-untyped-calls
import io
from collections.abc import Mapping
from typing import Any, Final, cast

from mutagen.ogg import OggFileType
from mutagen.oggflac import OggFLAC
from mutagen.oggopus import OggOpus
from mutagen.oggvorbis import OggVorbis

from pipeline.labels.implicit.carriers.audio_library import LIBRARY_ERRORS
from pipeline.labels.implicit.carriers.audio_vorbis import BROKEN, Comments, entries, saved, with_labels
from pipeline.labels.implicit.carriers.tagging import found
from pipeline.labels.implicit.model import FoundLabels, LabelsToWrite
from pipeline.labels.refused import ImplicitRefusedError

__all__ = ["read", "write"]

_KINDS: Final[Mapping[bytes, type[OggFileType]]] = {
    b"\x01vorbis": OggVorbis,
    b"OpusHead": OggOpus,
    b"\x7fFLAC": OggFLAC,
}
_BEGINNING: Final = 512


def read(body: bytes) -> FoundLabels:
    """The labels in an Ogg file.

    Raises:
        ImplicitRefusedError: the file is broken, truncated, or holds none of the known kinds of sound.
    """
    return found(entries(_comments(_opened(body))))


def write(body: bytes, labels: LabelsToWrite) -> bytes:
    """The file with the labels, in the place of any that it has.

    Raises:
        ImplicitRefusedError: the file is broken, or has something that would be lost.
    """
    ogg = _opened(body)
    if saved(ogg, body) != body:
        raise ImplicitRefusedError(what="The file's comments would lose something if they were written anew.")
    comments = _comments(ogg)
    comments[:] = with_labels(comments, labels)
    return saved(ogg, body)


def _opened(body: bytes) -> OggFileType:
    beginning = body[:_BEGINNING]
    kind = next((kind for name, kind in _KINDS.items() if name in beginning), None)
    if kind is None or not body.startswith(b"OggS"):
        raise ImplicitRefusedError(what="The file is no Ogg with Vorbis, Opus or FLAC.")
    with ImplicitRefusedError.instead_of(*LIBRARY_ERRORS, what=BROKEN):
        return kind(io.BytesIO(body))


def _comments(ogg: OggFileType) -> Comments:
    comments: Any = ogg.tags
    return cast(Comments, comments)
