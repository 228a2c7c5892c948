"""EXIF, wherever a file keeps it: labels in `UserComment` and `ImageDescription`, and what generators leave there.

The practice guide on metadata of pictures (TC260-PG-20259A Annex B) puts the object into `UserComment`; clouds
use `ImageDescription`. A label is taken out by blanking its text where it stands, the way Exif says that an unused
`UserComment` looks: no other byte moves, so thumbnails and the notes of cameras, which count from anywhere, stay whole.

Cameras and editors write much that is not quite EXIF. What cannot be followed is left alone; only where it mentions
`AIGC` all the same is that a reason to refuse, for then there may be a label that nobody could read.
"""

import re
import struct
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from pipeline.labels.implicit.carriers.ifd import DirectoryEntry, NumberLayout, directory_at, number_layout_of
from pipeline.labels.implicit.model import FoundLabels, found_in_text, holds_label, joined
from pipeline.labels.implicit.vendors import generator_sign
from pipeline.labels.refused import ImplicitRefusedError

__all__ = ["HEAD", "found_in_exif", "without_labels"]

HEAD: Final = b"Exif\x00\x00"
"""What stands before EXIF in a JPEG segment, and in some other places."""

_DESCRIPTION: Final = 0x010E
_COMMENT: Final = 0x9286
_NAMES: Final = {
    _DESCRIPTION: "ImageDescription", 0x010F: "Make", 0x0110: "Model", 0x0131: "Software", _COMMENT: "UserComment",
}  # fmt: skip
"""The tags that are looked into."""

_LABELED: Final = (_DESCRIPTION, _COMMENT)
_EXIF: Final = 0x8769
_DIRECTORIES: Final = (_EXIF, 0x8825, 0xA005)
_CODES: Final = (b"ASCII\x00\x00\x00", b"UNICODE\x00", b"JIS\x00\x00\x00\x00\x00", bytes(8))
"""How a comment is encoded, as its first eight bytes say; many writers leave them out."""

_CODE: Final = 8
_MENTION: Final = re.compile(rb"A\x00?I\x00?G\x00?C", re.IGNORECASE)
_LONGEST: Final = 64 * 1024
_BROKEN: Final = (struct.error, OverflowError, ImplicitRefusedError)
_BLANK: Final = b" "
_WIDE: Final = 2


class _Text(NamedTuple):
    """A tag whose values are a text, and where they begin and end."""

    tag: int
    text: str
    begin: int
    end: int


class _Exif(NamedTuple):
    """The texts, all places that directories and values take up, and whether all could be followed."""

    texts: Sequence[_Text]
    taken: Sequence[tuple[int, int]]
    is_whole: bool


def found_in_exif(exif: bytes, *, is_file: bool = False) -> FoundLabels:
    """The labels and vendors' signs in EXIF, with or without what stands before it in a JPEG segment.

    Args:
        exif: the EXIF, or a whole TIFF file.
        is_file: whether it is a whole file, which may well mention `AIGC` elsewhere.

    Raises:
        ImplicitRefusedError: it mentions `AIGC`, and cannot be followed to there.
    """
    read = _read(_parted(exif)[1])
    found = joined(*map(_found, read.texts))
    if not (read.is_whole or is_file or found.aigc or found.signs) and _MENTION.search(exif) is not None:
        raise ImplicitRefusedError(what="The file's EXIF is broken, and mentions AIGC.")
    return found


def without_labels(exif: bytes, *, taken: Sequence[tuple[int, int]] = ()) -> bytes:
    """The same EXIF, as long as it was, with blanks where labels were.

    Args:
        exif: with or without what stands before it in a JPEG segment.
        taken: other places, from its beginning, that have to stay as they are.

    Raises:
        ImplicitRefusedError: a label shares its bytes with something else.
    """
    head, body = _parted(exif)
    read = _read(body)
    blanked = bytearray(body)
    for text in read.texts:
        if text.tag not in _LABELED or not holds_label(text.text):
            continue
        place = (text.begin, text.end)
        if sum(_overlap(extent, place) for extent in read.taken) > 1 or any(
            _overlap(extent, place) for extent in taken
        ):
            raise ImplicitRefusedError(what="The label in the file's EXIF shares its bytes with something else.")
        blank = _BLANK * (text.end - text.begin)
        if text.tag == _COMMENT:
            blank = (bytes(_CODE) + blank)[: text.end - text.begin]
        blanked[text.begin : text.end] = blank if text.tag == _COMMENT else blank[:-1] + b"\x00"
    return head + bytes(blanked)


def _parted(exif: bytes) -> tuple[bytes, bytes]:
    head = HEAD if exif.startswith(HEAD) else b""
    return head, exif[len(head) :]


def _read(body: bytes) -> _Exif:
    try:
        layout = number_layout_of(body)
        (at,) = layout.unpack(layout.offset, body, layout.header)
        entries, following = directory_at(body, layout, at)
    except _BROKEN:
        return _Exif((), (), is_whole=not body)
    taken = [(0, layout.header + layout.inline), _extent(layout, at, entries)]
    is_whole = True
    for start in (*_directories(layout, entries), *([following] if following else [])):
        try:
            inner, _ = directory_at(body, layout, start)
        except _BROKEN:
            is_whole = False
        else:
            taken.append(_extent(layout, start, inner))
            entries += inner
    places = [place for entry in entries if (place := entry.place(layout)) is not None]
    is_whole = is_whole and all(end <= len(body) for _, end in places)
    return _Exif(tuple(_texts(body, layout, entries)), [*taken, *places], is_whole)


def _directories(layout: NumberLayout, entries: Sequence[DirectoryEntry]) -> list[int]:
    named = dict.fromkeys(layout.place(entry.value) for entry in entries if entry.tag in _DIRECTORIES)
    return list(named)[: len(_DIRECTORIES)]


def _extent(layout: NumberLayout, at: int, entries: Sequence[DirectoryEntry]) -> tuple[int, int]:
    width = layout.size(layout.entry) + layout.inline
    return at, at + layout.size(layout.number) + len(entries) * width + layout.inline


def _texts(body: bytes, layout: NumberLayout, entries: Sequence[DirectoryEntry]) -> Iterator[_Text]:
    for entry in entries:
        place = entry.place(layout)
        if entry.tag not in _NAMES:
            continue
        if place is None:
            yield _Text(entry.tag, _decoded(entry.value[: entry.size]), 0, 0)
        elif place[1] <= len(body):
            yield _Text(entry.tag, _decoded(body[place[0] : min(place[1], place[0] + _LONGEST)]), *place)


def _decoded(value: bytes) -> str:
    code = value[:_CODE] if value[:_CODE] in _CODES else b""
    text = value[len(code) :]
    return text.decode(_encoding(text), errors="replace").strip("\x00 \t\r\n\ufeff")


def _encoding(text: bytes) -> str:
    """In what encoding a text is: what its code says of it is as often wrong as right."""
    if text.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if len(text) >= _WIDE and 0 in text[:_WIDE] and any(text[:_WIDE]):
        return "utf-16-be" if not text[0] else "utf-16-le"
    return "utf-8"


def _found(said: _Text) -> FoundLabels:
    name = _NAMES[said.tag]
    sign = generator_sign(name, said.text, carrier=f"exif.{name}")
    if sign is not None:
        return FoundLabels(signs=(sign,))
    return found_in_text(said.text, carrier=f"exif.{name}", named=False) if said.tag in _LABELED else FoundLabels()


def _overlap(extent: tuple[int, int], other: tuple[int, int]) -> bool:
    return extent[0] < other[1] and other[0] < extent[1]
