"""MP3: a text named `AIGC` in the ID3 tag (`TXXX`), as the audio practice guide (TC260-PG-202510A) puts it.

XMP is in `PRIV`. mutagen writes the tag; it never sees the frames of sound.
"""

# mypy: allow-untyped-calls
import io
from collections import Counter
from typing import Any, Final

from mutagen import PaddingInfo
from mutagen.id3 import ID3, PRIV, TXXX, Encoding

from pipeline.labels.implicit.carriers.audio_id3 import Tag, tag_of
from pipeline.labels.implicit.carriers.audio_library import LIBRARY_ERRORS
from pipeline.labels.implicit.carriers.tagging import (
    AIGC,
    aigc_text,
    found,
    is_label,
    names_aigc,
    packets_to_write,
    text_of,
)
from pipeline.labels.implicit.model import FoundLabels, LabelsToWrite
from pipeline.labels.refused import ImplicitRefusedError

__all__ = ["read", "write"]

_XMP: Final = "XMP"
_SEARCHED: Final = 64 * 1024
"""Where the first frame of sound has to begin, at the latest, after the tag."""

_LEAST_PADDING: Final = 10
"""Readers that doubt the length of a frame look for another frame's header, or nothing, after it."""

_PADDING: Final = 256
_FRAMES: Final = {"id3.TXXX": b"TXXX", "id3.COMM": b"COMM"}
_SYNCHRONISATION: Final = (0xE2, 0xE3, 0xF2, 0xF3, 0xF4, 0xF5, 0xFA, 0xFB, 0xFC, 0xFD)
"""The second byte of frames of MPEG sound; the first is 0xFF."""


def read(body: bytes) -> FoundLabels:
    """The labels in an MP3 file.

    Raises:
        ImplicitRefusedError: the file is no MP3, or its tag is broken.
    """
    tag = tag_of(body)
    _expect_sound(body, 0 if tag is None else tag.end)
    return found(()) if tag is None else found((*tag.texts, *tag.private), xmp=tag.xmp)


def write(body: bytes, labels: LabelsToWrite) -> bytes:
    """The file with the labels, in the place of any that it has.

    Raises:
        ImplicitRefusedError: the file is no MP3, or has a tag that would lose something.
    """
    tag = tag_of(body)
    end = 0 if tag is None else tag.end
    _expect_sound(body, end)
    if tag is not None and (not tag.plain or any(frame.packed for frame in tag.frames)):
        raise ImplicitRefusedError(
            what="The file's ID3 tag has an extended header, a footer or compressed frames, or is of version 2.2."
        )
    return _tag(body[:end], tag, labels) + body[end:]


def _expect_sound(body: bytes, start: int) -> None:
    """Refuse what has no frame of MPEG sound near its beginning."""
    beginning = body[start : start + _SEARCHED]
    if not any(beginning.find(bytes((0xFF, second))) >= 0 for second in _SYNCHRONISATION):
        raise ImplicitRefusedError(what="The file is no MP3: it has no frame of sound.")


def _tag(old: bytes, tag: Tag | None, labels: LabelsToWrite) -> bytes:
    text = aigc_text(labels)
    packets = packets_to_write(() if tag is None else tag.xmp, labels)
    with ImplicitRefusedError.instead_of(*LIBRARY_ERRORS, what="The file's ID3 tag cannot be written anew."):
        tags = ID3() if tag is None else _loaded(old)
        before = _kept(tags)
        for key, frame in list(tags.items()):
            if _is_packet(frame) or (text is not None and _is_label(frame)):
                del tags[key]
        if text is not None:
            tags.add(TXXX(encoding=Encoding.LATIN1, desc=AIGC, text=[text]))
        for packet in packets:
            tags.add(PRIV(owner=_XMP, data=packet))
        if not tags:
            return old
        file = io.BytesIO(old)
        # None: several values of one frame stay several.
        tags.save(file, v2_version=4 if tag is None else tag.version, v23_sep=None, padding=_padding)
        new = file.getvalue()
        after = _kept(_loaded(new))
    if after != before or _census(tag) != _census(tag_of(new)):
        raise ImplicitRefusedError(what="The file's ID3 tag would lose something if it was written anew.")
    return new


def _loaded(data: bytes) -> ID3:
    return ID3(io.BytesIO(data), translate=False, load_v1=False)


def _padding(info: PaddingInfo) -> int:
    return info.padding if info.padding >= _LEAST_PADDING else _PADDING


def _is_label(frame: Any) -> bool:
    if frame.FrameID in ("TXXX", "COMM"):
        return is_label(frame.desc, text_of("\x00".join(map(str, frame.text)).encode(errors="replace")))
    return frame.FrameID == "PRIV" and names_aigc(frame.owner)


def _is_packet(frame: Any) -> bool:
    return frame.FrameID == "PRIV" and bool(frame.owner == _XMP)


def _kept(tags: ID3) -> dict[str, str]:
    """What must be the same before and after."""
    return {key: repr(frame) for key, frame in tags.items() if not _is_label(frame) and not _is_packet(frame)}


def _census(tag: Tag | None) -> Counter[bytes]:
    """How many frames of each kind there are beside those that are ours."""
    if tag is None:
        return Counter()
    ours = Counter({b"PRIV": len(tag.xmp) + len(tag.private)})
    ours.update(_FRAMES[text.carrier] for text in tag.texts if is_label(text.name, text.value))
    return Counter(frame.kind for frame in tag.frames) - ours
