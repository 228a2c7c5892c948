"""MP3: a text named `AIGC` in the ID3 tag (`TXXX`), as the audio practice guide (TC260-PG-202510A) puts it.

XMP is in `PRIV`. All other frames of the tag, and the frames of sound, keep their bytes.
"""

from typing import Final

from pipeline.labels.implicit.carriers.audio_id3 import XMP_OWNER, Frame, Tag, frame_of, tag_of, tag_with
from pipeline.labels.implicit.carriers.tagging import (
    AIGC,
    aigc_text,
    found,
    is_label,
    packets_to_write,
)
from pipeline.labels.implicit.model import FoundLabels, LabelsToWrite
from pipeline.labels.refused import ImplicitRefusedError

__all__ = ["read", "write"]

_SEARCHED: Final = 64 * 1024
"""Where the first frame of sound has to begin, at the latest, after the tag."""

_SYNCHRONISATION: Final = (0xE2, 0xE3, 0xF2, 0xF3, 0xF4, 0xF5, 0xFA, 0xFB, 0xFC, 0xFD)
"""The second byte of frames of MPEG sound; the first is 0xFF."""


def read(body: bytes) -> FoundLabels:
    """The labels in an MP3 file.

    Raises:
        ImplicitRefusedError: the file is no MP3, or its tag is broken.
    """
    tag = tag_of(body)
    _expect_sound(body, 0 if tag is None else tag.end)
    return found(()) if tag is None else found(tag.texts, xmp=tag.xmp)


def write(body: bytes, labels: LabelsToWrite) -> bytes:
    """The file with the labels, in the place of any that it has.

    Raises:
        ImplicitRefusedError: the file is no MP3, or has a tag that would lose something.
    """
    tag = tag_of(body)
    end = 0 if tag is None else tag.end
    _expect_sound(body, end)
    if tag is not None and not tag.plain:
        raise ImplicitRefusedError(what="The file's ID3 tag has an extended header or a footer, or is of version 2.2.")
    if tag is not None and not tag.padded:
        raise ImplicitRefusedError(what="The file's ID3 tag would lose what stands behind its last frame.")
    frames = _frames(tag, labels)
    return (tag_with(tag, frames) if frames else body[:end]) + body[end:]


def _expect_sound(body: bytes, start: int) -> None:
    """Refuse what has no frame of MPEG sound near its beginning."""
    beginning = body[start : start + _SEARCHED]
    if not any(beginning.find(bytes((0xFF, second))) >= 0 for second in _SYNCHRONISATION):
        raise ImplicitRefusedError(what="The file is no MP3: it has no frame of sound.")


def _frames(tag: Tag | None, labels: LabelsToWrite) -> list[bytes]:
    """All frames of the new tag: the old ones but for labels and XMP, then what is written."""
    text = aigc_text(labels)
    there = () if tag is None else tag.frames
    frames = [frame.raw for frame in there if frame.xmp is None and (text is None or not _is_label(frame))]
    if text is not None:
        frames.append(frame_of(b"TXXX", f"\0{AIGC}\0{text}".encode("latin-1"), tag))
    packets = packets_to_write(() if tag is None else tag.xmp, labels)
    return [*frames, *(frame_of(b"PRIV", XMP_OWNER + b"\0" + packet, tag) for packet in packets)]


def _is_label(frame: Frame) -> bool:
    text = frame.text
    return text is not None and is_label(text.name, text.value)
