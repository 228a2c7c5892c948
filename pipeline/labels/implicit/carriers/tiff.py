"""TIFF and BigTIFF, of either byte order: tag 700 (0x2BC) of the first directory.

Labels in the EXIF tags of that directory are read, too, and blanked where another is written.

The packet and a copy of the directory that names it are put behind the file, and the header is pointed to the copy.
Everything else stays where it is, so no offset in the file changes its meaning. A packet that was there before is
blanked: nothing points to it any more, and who searches the bytes for a label must not find two.

A file that ends before its pixels do is refused: what is put behind it would be taken for them.
"""

import itertools
import struct
from contextlib import AbstractContextManager
from operator import add
from typing import Final, NamedTuple

from pipeline.labels.implicit import xmp
from pipeline.labels.implicit.carriers import exif
from pipeline.labels.implicit.carriers.bounds import MOST_METADATA, broken, counted
from pipeline.labels.implicit.carriers.ifd import DirectoryEntry, NumberLayout, directory_at, number_layout_of
from pipeline.labels.implicit.model import FoundLabels, LabelsToWrite, joined
from pipeline.labels.refused import ImplicitRefusedError

__all__ = ["read", "write"]

_XMP: Final = 0x2BC
_BYTE: Final = 1
_UNDEFINED: Final = 7
_NUMBERS: Final = {3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}
_PIXELS: Final = ((273, 279), (324, 325))
"""The tags that say where strips and tiles begin, and how long they are."""

_MOST_STRIPS: Final = 1_000_000


class _Directory(NamedTuple):
    layout: NumberLayout
    entries: list[DirectoryEntry]
    following: int

    def packet(self, body: bytes) -> tuple[int, int] | None:
        """Where the packet begins and ends; None where there is none, or it stands in its entry."""
        entry = next((entry for entry in self.entries if entry.tag == _XMP), None)
        if entry is None or entry.number <= self.layout.inline:
            return None
        begin = self.layout.place(entry.value)
        if entry.type not in (_BYTE, _UNDEFINED) or begin + entry.number > len(body):
            raise broken("TIFF file", "its XMP packet is not in the file")
        return begin, begin + entry.number


def read(body: bytes) -> FoundLabels:
    """The labels of a TIFF file."""
    place = _directory(body).packet(body)
    return joined(xmp.found_in([] if place is None else [_held(body, place)]), exif.found_in_exif(body, is_file=True))


def write(body: bytes, labels: LabelsToWrite) -> bytes:
    """A TIFF file with the labels."""
    directory = _directory(body)
    layout = directory.layout
    _check_end(body, directory)
    place = directory.packet(body)
    packet = xmp.merge(None if place is None else _held(body, place), labels)
    file = bytearray(body if labels.aigc is None else exif.without_labels(body, taken=_pixels(body, directory)))
    if place is not None:
        file[place[0] : place[1]] = bytes(place[1] - place[0])
    _align(file)
    at = len(file)
    file += packet
    _align(file)
    begin = len(file)
    with ImplicitRefusedError.instead_of(
        struct.error, what="The TIFF file is so long that it has no place for labels behind its end."
    ):
        entry = DirectoryEntry(_XMP, _BYTE, len(packet), layout.pack(layout.offset, at))
        entries = sorted(
            (*(kept for kept in directory.entries if kept.tag != _XMP), entry), key=lambda listed: listed.tag
        )
        file += layout.pack(layout.number, len(entries))
        for listed in entries:
            file += layout.pack(layout.entry, listed.tag, listed.type, listed.number) + listed.value
        file += layout.pack(layout.offset, directory.following)
        file[layout.header : layout.header + layout.inline] = layout.pack(layout.offset, begin)
    return bytes(file)


def _directory(body: bytes) -> _Directory:
    with _reading():
        layout = number_layout_of(body)
        (at,) = layout.unpack(layout.offset, body, layout.header)
        return _directory_at(body, layout, at)


def _directory_at(body: bytes, layout: NumberLayout, at: int) -> _Directory:
    entries, following = directory_at(body, layout, at)
    if not entries:
        raise broken("TIFF file", "a directory is empty")
    return _Directory(layout, entries, following)


def _check_end(body: bytes, directory: _Directory) -> None:
    """Refuse a file in which any page says that something of it is behind the file's end."""
    strips = 0
    for number in itertools.count(1):
        counted(number, MOST_METADATA, of="pages")
        for entry in directory.entries:
            place = entry.place(directory.layout)
            if place is not None and place[1] > len(body):
                raise broken("TIFF file", "it is cut off")
        for begins, lengths in _PIXELS:
            places = _numbers(body, directory, begins)
            strips += len(places)
            counted(strips, _MOST_STRIPS, of="strips")
            if any(map(len(body).__lt__, map(add, places, _numbers(body, directory, lengths)))):
                raise broken("TIFF file", "it is cut off")
        if not directory.following:
            return
        with _reading():
            directory = _directory_at(body, directory.layout, directory.following)


def _pixels(body: bytes, directory: _Directory) -> list[tuple[int, int]]:
    """Where the pixels of the first page begin and end."""
    return [
        (begin, begin + length)
        for begins, lengths in _PIXELS
        for begin, length in zip(_numbers(body, directory, begins), _numbers(body, directory, lengths), strict=False)
    ]


def _numbers(body: bytes, directory: _Directory, tag: int) -> tuple[int, ...]:
    """What a tag says whose values are numbers; nothing where there is no such tag."""
    layout = directory.layout
    entry = next((entry for entry in directory.entries if entry.tag == tag), None)
    if entry is None or entry.type not in _NUMBERS:
        return ()
    counted(entry.number, _MOST_STRIPS, of="strips")
    format_ = f"{entry.number}{_NUMBERS[entry.type]}"
    stored = layout.size(format_) <= layout.inline
    with _reading():
        return layout.unpack(format_, entry.value if stored else body, 0 if stored else layout.place(entry.value))


def _reading() -> AbstractContextManager[None]:
    return ImplicitRefusedError.instead_of(
        struct.error, OverflowError, what="The TIFF file is broken: a directory is not in the file."
    )


def _held(body: bytes, place: tuple[int, int]) -> bytes:
    if place[1] - place[0] > xmp.MOST_XMP:
        raise ImplicitRefusedError(what=f"The TIFF file's XMP packet is longer than {xmp.MOST_XMP} bytes.")
    return body[place[0] : place[1]]


def _align(file: bytearray) -> None:
    file += bytes(-len(file) % 8)
