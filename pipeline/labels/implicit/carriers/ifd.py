"""Image file directories, which TIFF and EXIF have in common: how numbers are laid out, and what a directory lists."""

import struct
from typing import Final, NamedTuple

from pipeline.labels.implicit.carriers.bounds import MOST_METADATA, broken, counted

__all__ = ["SIZES", "DirectoryEntry", "NumberLayout", "directory_at", "number_layout_of"]

SIZES: Final = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
"""How long one value of each type is."""

_CLASSIC: Final = 42
_BIG: Final = 43


class NumberLayout(NamedTuple):
    """How numbers are laid out: `order` of bytes, formats of a directory's `number` and `entry`, of an `offset`."""

    order: str
    number: str
    entry: str
    offset: str
    header: int

    def unpack(self, format_: str, body: bytes, at: int) -> tuple[int, ...]:
        """The numbers at a place."""
        return struct.unpack_from(self.order + format_, body, at)

    def pack(self, format_: str, *values: int) -> bytes:
        """Numbers as they stand in the file."""
        return struct.pack(self.order + format_, *values)

    def size(self, format_: str) -> int:
        """How many bytes numbers take up."""
        return struct.calcsize(self.order + format_)

    def place(self, value: bytes) -> int:
        """The offset that a value is."""
        return int.from_bytes(value, "little" if self.order == "<" else "big")

    @property
    def inline(self) -> int:
        """How long a value is that stands in its entry."""
        return self.size(self.offset)


class DirectoryEntry(NamedTuple):
    """One tag: its number, the type and number of its values, and the field that holds them, or says where they are."""

    tag: int
    type: int
    number: int
    value: bytes

    @property
    def size(self) -> int:
        """How many bytes its values take up."""
        return SIZES.get(self.type, 1) * self.number

    def place(self, layout: NumberLayout) -> tuple[int, int] | None:
        """Where its values begin and end; None where they stand in the entry itself."""
        if self.size <= layout.inline:
            return None
        begin = layout.place(self.value)
        return begin, begin + self.size


def number_layout_of(body: bytes) -> NumberLayout:
    """The layout of a file that begins with a header of TIFF.

    Raises:
        ImplicitRefusedError: it does not, or is of no known version.
        struct.error: it is cut off.
    """
    order = {b"II": "<", b"MM": ">"}.get(body[:2])
    if order is None:
        raise broken("TIFF file", "it does not begin like one")
    (version,) = struct.unpack_from(order + "H", body, 2)
    if version == _CLASSIC:
        return NumberLayout(order, "H", "HHI", "I", 4)
    if version == _BIG and struct.unpack_from(order + "HH", body, 4) == (8, 0):
        return NumberLayout(order, "Q", "HHQ", "Q", 8)
    raise broken("TIFF file", "it is of no known version")


def directory_at(body: bytes, layout: NumberLayout, at: int) -> tuple[list[DirectoryEntry], int]:
    """The entries of the directory at a place, and where the next directory is; 0 after the last.

    Raises:
        ImplicitRefusedError: it has too many entries.
        struct.error: it is not in the file.
    """
    (number,) = layout.unpack(layout.number, body, at)
    counted(number, MOST_METADATA, of="tags")
    at += layout.size(layout.number)
    entries = []
    for _ in range(number):
        tag, type_, count = layout.unpack(layout.entry, body, at)
        at += layout.size(layout.entry)
        entries.append(DirectoryEntry(tag, type_, count, body[at : at + layout.inline]))
        at += layout.inline
    (following,) = layout.unpack(layout.offset, body, at)
    return entries, following
