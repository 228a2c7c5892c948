"""The items of a HEIF picture (AVIF, HEIC): where each one's bytes are (`iloc`), and which are XMP packets (`iinf`)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from pipeline.labels.implicit.carriers.bounds import MOST_PIECES, broken, counted
from pipeline.labels.implicit.carriers.video_boxes import Box, BoxReader

__all__ = ["EXIF", "IN_FILE", "IN_META", "Extent", "Item", "Locations", "Numbers", "exif_ids", "packet_ids"]

IN_FILE: Final = 0
IN_META: Final = 1

EXIF: Final = b"Exif"
_MIME: Final = b"mime"
_XMP: Final = b"application/rdf+xml"
_WIDTHS: Final = (0, 4, 8)


class Extent(NamedTuple):
    """A piece of an item's bytes."""

    reference: int
    offset: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Where one item is: `method` says what offsets count from, `elsewhere` is not 0 for another file."""

    number: int
    method: int
    elsewhere: int
    extents: tuple[Extent, ...]


class Numbers:
    """Reads big-endian numbers one after the other."""

    def __init__(self, body: bytes, at: int, end: int) -> None:
        self._body, self._at, self._end = body, at, end

    def next(self, width: int) -> int:
        """The next number, of so many bytes.

        Raises:
            ImplicitRefusedError: the box ends before.
        """
        begin, self._at = self._at, self._at + width
        if self._at > self._end:
            raise broken("picture", "one of its boxes is too short")
        return int.from_bytes(self._body[begin : self._at], "big")


@dataclass(frozen=True, slots=True, kw_only=True)
class Locations:
    """An `iloc` box. Base offsets are added to those of the extents, where they mean the same."""

    version: int
    index_width: int
    items: tuple[Item, ...]

    @classmethod
    def of(cls, body: bytes, box: Box) -> "Locations":
        """What a box says.

        Raises:
            ImplicitRefusedError: it is broken, or of a version that is not known here.
        """
        numbers = Numbers(body, box.body, box.end)
        version = numbers.next(4) >> 24
        widths = numbers.next(2)
        offset, length, base, index = ((widths >> shift) & 0xF for shift in (12, 8, 4, 0))
        index = index if version else 0
        if version > 2 or any(width not in _WIDTHS for width in (offset, length, base, index)):  # noqa: PLR2004
            raise broken("picture", "its item locations are of no known version")
        number_width = 4 if version == 2 else 2  # noqa: PLR2004 - the version with long numbers
        items = []
        pieces = 0
        for _ in range(numbers.next(number_width)):
            number = numbers.next(number_width)
            method = numbers.next(2) & 0xF if version else IN_FILE
            elsewhere = numbers.next(2)
            origin = numbers.next(base)
            count = numbers.next(2)
            pieces += count + 1
            counted(pieces, MOST_PIECES, of="pieces of items")
            extents = tuple(
                Extent(numbers.next(index), origin + numbers.next(offset), numbers.next(length)) for _ in range(count)
            )
            items.append(Item(number=number, method=method, elsewhere=elsewhere, extents=extents))
        return cls(version=version, index_width=index, items=tuple(items))

    def item(self, number: int) -> Item | None:
        """Where one item is; None where nothing is said about it."""
        return next((item for item in self.items if item.number == number), None)

    def with_item(self, item: Item) -> "Locations":
        """The same with one item added or replaced."""
        return replace(self, items=(*(kept for kept in self.items if kept.number != item.number), item))

    def moved(self, begin: int, end: int, by: int) -> "Locations":
        """The same after the bytes from `begin` to `end` of the file became so many more.

        Raises:
            ImplicitRefusedError: an item is in those bytes, or has no length.
        """
        return replace(self, items=tuple(_moved(item, begin, end, by) for item in self.items))

    def written(self) -> bytes:
        """The payload of a box that says this, with offsets and lengths of four bytes, or of eight where needed."""
        numbers = [
            number for item in self.items for extent in item.extents for number in (extent.offset, extent.length)
        ]
        width = 8 if any(number >> 32 for number in numbers) else 4
        number_width = 4 if self.version == 2 else 2  # noqa: PLR2004 - the version with long numbers
        pieces = [bytes([self.version, 0, 0, 0, width << 4 | width, self.index_width])]
        pieces.append(len(self.items).to_bytes(number_width, "big"))
        for item in self.items:
            pieces.append(item.number.to_bytes(number_width, "big"))
            pieces.append(item.method.to_bytes(2, "big") if self.version else b"")
            pieces.append(item.elsewhere.to_bytes(2, "big") + len(item.extents).to_bytes(2, "big"))
            for extent in item.extents:
                pieces.append(extent.reference.to_bytes(self.index_width, "big"))
                pieces.append(extent.offset.to_bytes(width, "big") + extent.length.to_bytes(width, "big"))
        return b"".join(pieces)


def packet_ids(body: bytes, reader: BoxReader, entries: Box) -> Iterator[int]:
    """The numbers of the items that are XMP packets, as an `iinf` box tells."""
    for number, kind, texts in _entries(body, reader, entries):
        if kind == _MIME and texts[1:2] == [_XMP] and not b"".join(texts[2:]):
            yield number


def exif_ids(body: bytes, reader: BoxReader, entries: Box) -> Iterator[int]:
    """The numbers of the items that are EXIF, as an `iinf` box tells."""
    return (number for number, kind, _ in _entries(body, reader, entries) if kind == EXIF)


def _entries(body: bytes, reader: BoxReader, entries: Box) -> Iterator[tuple[int, bytes, list[bytes]]]:
    """Number and kind of every item, and the texts behind them."""
    version = Numbers(body, entries.body, entries.end).next(4) >> 24
    for entry in reader.children(entries.body + (8 if version else 6), entries.end):
        numbers = Numbers(body, entry.body, entry.end)
        version = numbers.next(4) >> 24
        if entry.kind != b"infe" or version not in (2, 3):
            continue
        number = numbers.next(2 if version == 2 else 4)  # noqa: PLR2004 - the version with short numbers
        numbers.next(2)
        kind = numbers.next(4).to_bytes(4, "big")
        yield number, kind, body[entry.body + (12 if version == 2 else 14) : entry.end].split(b"\x00")  # noqa: PLR2004


def _moved(item: Item, begin: int, end: int, by: int) -> Item:
    if item.method != IN_FILE or item.elsewhere:
        return item
    extents = []
    for extent in item.extents:
        if not extent.length or (extent.offset < end and extent.offset + extent.length > begin):
            raise broken("picture", "an item is in its own table of contents, or has no length")
        extents.append(extent._replace(offset=extent.offset + by) if extent.offset >= end else extent)
    return replace(item, extents=tuple(extents))
