"""TIFF and BigTIFF, of either byte order: tag 700 (0x2BC) of the first directory.

The packet and a copy of the directory that names it are put behind the file, and the header is pointed to the copy.
Everything else stays where it is, so no offset in the file changes its meaning. A packet that was there before is
blanked: nothing points to it any more, and who searches the bytes for a mark must not find two.

A file that ends before its pixels do is refused: what is put behind it would be taken for them.
"""

import itertools
import struct
from contextlib import AbstractContextManager
from operator import add
from typing import Final, NamedTuple

from pipeline.labels.implicit import xmp
from pipeline.labels.implicit.carriers.bounds import MOST_METADATA, broken, counted
from pipeline.labels.implicit.errors import LabelRefusedError, refusing
from pipeline.labels.implicit.marks import FoundMarks, MarksToWrite

__all__ = ["read", "write"]

_XMP: Final = 0x2BC
_BYTE: Final = 1
_UNDEFINED: Final = 7
_SIZES: Final = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
"""How long one value of each type is."""

_NUMBERS: Final = {3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}
_PIXELS: Final = ((273, 279), (324, 325))
"""The tags that say where strips and tiles begin, and how long they are."""

_MOST_STRIPS: Final = 1_000_000
_CLASSIC: Final = 42
_BIG: Final = 43


class _Layout(NamedTuple):
    """How numbers are laid out: `order` of bytes, formats of a directory's `number` and `entry`, of an `offset`."""

    order: str
    number: str
    entry: str
    offset: str
    header: int

    def unpack(self, format_: str, body: bytes, at: int) -> tuple[int, ...]:
        return struct.unpack_from(self.order + format_, body, at)

    def pack(self, format_: str, *values: int) -> bytes:
        return struct.pack(self.order + format_, *values)

    def size(self, format_: str) -> int:
        return struct.calcsize(self.order + format_)

    def place(self, value: bytes) -> int:
        """The offset that a value is."""
        return int.from_bytes(value, "little" if self.order == "<" else "big")

    @property
    def inline(self) -> int:
        """How long a value is that stands in its entry."""
        return self.size(self.offset)


class _Entry(NamedTuple):
    tag: int
    type: int
    number: int
    value: bytes


class _Directory(NamedTuple):
    layout: _Layout
    entries: list[_Entry]
    following: int

    def packet(self, body: bytes) -> tuple[int, int] | None:
        """Where the packet begins and ends; None where there is none, or it stands in its entry."""
        entry = next((one for one in self.entries if one.tag == _XMP), None)
        if entry is None or entry.number <= self.layout.inline:
            return None
        begin = self.layout.place(entry.value)
        if entry.type not in (_BYTE, _UNDEFINED) or begin + entry.number > len(body):
            raise broken("TIFF file", "its XMP packet is not in the file")
        return begin, begin + entry.number


def read(body: bytes) -> FoundMarks:
    """The marks of a TIFF file."""
    place = _directory(body).packet(body)
    return xmp.found_in([] if place is None else [_held(body, place)])


def write(body: bytes, marks: MarksToWrite) -> bytes:
    """A TIFF file with the marks."""
    directory = _directory(body)
    layout = directory.layout
    _check_end(body, directory)
    place = directory.packet(body)
    packet = xmp.merge(None if place is None else _held(body, place), marks)
    file = bytearray(body)
    if place is not None:
        file[place[0] : place[1]] = bytes(place[1] - place[0])
    _align(file)
    at = len(file)
    file += packet
    _align(file)
    begin = len(file)
    with refusing("The TIFF file is so long that it has no place for marks behind its end.", struct.error):
        entry = _Entry(_XMP, _BYTE, len(packet), layout.pack(layout.offset, at))
        entries = sorted((*(one for one in directory.entries if one.tag != _XMP), entry), key=lambda one: one.tag)
        file += layout.pack(layout.number, len(entries))
        for one in entries:
            file += layout.pack(layout.entry, one.tag, one.type, one.number) + one.value
        file += layout.pack(layout.offset, directory.following)
        file[layout.header : layout.header + layout.inline] = layout.pack(layout.offset, begin)
    return bytes(file)


def _directory(body: bytes) -> _Directory:
    with _reading():
        layout = _layout(body)
        (at,) = layout.unpack(layout.offset, body, layout.header)
        return _directory_at(body, layout, at)


def _directory_at(body: bytes, layout: _Layout, at: int) -> _Directory:
    (number,) = layout.unpack(layout.number, body, at)
    counted(number, MOST_METADATA, of="tags")
    at += layout.size(layout.number)
    entries = []
    for _ in range(number):
        tag, type_, count = layout.unpack(layout.entry, body, at)
        at += layout.size(layout.entry)
        entries.append(_Entry(tag, type_, count, body[at : at + layout.inline]))
        at += layout.inline
    (following,) = layout.unpack(layout.offset, body, at)
    if not entries:
        raise broken("TIFF file", "a directory is empty")
    return _Directory(layout, entries, following)


def _check_end(body: bytes, directory: _Directory) -> None:
    """Refuse a file in which any page says that something of it is behind the file's end."""
    strips = 0
    for number in itertools.count(1):
        counted(number, MOST_METADATA, of="pages")
        for one in directory.entries:
            size = _SIZES.get(one.type, 1) * one.number
            if size > directory.layout.inline and directory.layout.place(one.value) + size > len(body):
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


def _numbers(body: bytes, directory: _Directory, tag: int) -> tuple[int, ...]:
    """What a tag says whose values are numbers; nothing where there is no such tag."""
    layout = directory.layout
    entry = next((one for one in directory.entries if one.tag == tag), None)
    if entry is None or entry.type not in _NUMBERS:
        return ()
    counted(entry.number, _MOST_STRIPS, of="strips")
    format_ = f"{entry.number}{_NUMBERS[entry.type]}"
    stored = layout.size(format_) <= layout.inline
    with _reading():
        return layout.unpack(format_, entry.value if stored else body, 0 if stored else layout.place(entry.value))


def _reading() -> AbstractContextManager[None]:
    return refusing("The TIFF file is broken: a directory is not in the file.", struct.error, OverflowError)


def _layout(body: bytes) -> _Layout:
    order = {b"II": "<", b"MM": ">"}.get(body[:2])
    if order is None:
        raise broken("TIFF file", "it does not begin like one")
    (version,) = struct.unpack_from(order + "H", body, 2)
    if version == _CLASSIC:
        return _Layout(order, "H", "HHI", "I", 4)
    if version == _BIG and struct.unpack_from(order + "HH", body, 4) == (8, 0):
        return _Layout(order, "Q", "HHQ", "Q", 8)
    raise broken("TIFF file", "it is of no known version")


def _held(body: bytes, place: tuple[int, int]) -> bytes:
    if place[1] - place[0] > xmp.MOST_XMP:
        raise LabelRefusedError(what=f"The TIFF file's XMP packet is longer than {xmp.MOST_XMP} bytes.")
    return body[place[0] : place[1]]


def _align(file: bytearray) -> None:
    file += bytes(-len(file) % 8)
