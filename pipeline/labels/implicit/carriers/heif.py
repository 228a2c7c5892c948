"""AVIF and HEIC stills: an item of the type `application/rdf+xml` that describes the primary item.

The packet is put behind the file, and the table of contents (`meta`) is written anew where it was. As its length
changes, what it says about places behind it changes with it. No other byte does, and before the file is given back
every item is looked up in both and compared. Labels in EXIF items are read, too, and blanked where another is written.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pipeline.labels.implicit import xmp
from pipeline.labels.implicit.carriers import exif
from pipeline.labels.implicit.carriers.bounds import broken, counted
from pipeline.labels.implicit.carriers.heif_items import (
    IN_FILE,
    IN_META,
    Extent,
    Item,
    Locations,
    Numbers,
    exif_ids,
    packet_ids,
)
from pipeline.labels.implicit.carriers.video_boxes import Box, BoxReader, box
from pipeline.labels.implicit.model import FoundLabels, LabelsToWrite, joined
from pipeline.labels.refused import ImplicitRefusedError

__all__ = ["read", "write"]

_MOST_ITEMS: Final = 0xFFFF
_MOST_SHARED: Final = 4
"""How often, on the average, a byte may belong to items: tiles and thumbnails share none."""
_MOST_EXIF: Final = 16
_EXIF_HEAD: Final = 4
_ENTRY: Final = b"\x02\x00\x00\x00"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Picture:
    """A file, taken apart as far as needed."""

    body: bytes
    top: list[Box]
    meta: Box
    parts: list[Box]
    locations: Locations
    packets: list[int]
    exifs: list[int]

    def part(self, kind: bytes) -> Box | None:
        """A box of the table of contents."""
        return next((part for part in self.parts if part.kind == kind), None)

    def bytes_of(self, item: Item) -> bytes:
        """What an item holds."""
        data = self.part(b"idat") if item.method == IN_META else None
        begin, end = (data.body, data.end) if data is not None else (0, len(self.body))
        if item.elsewhere or item.method not in (IN_FILE, IN_META) or (item.method == IN_META and data is None):
            raise broken("picture", "an item is not in the file")
        if any(begin + extent.offset + extent.length > end for extent in item.extents):
            raise broken("picture", "an item is longer than the file")
        return b"".join(
            self.body[begin + extent.offset : begin + extent.offset + extent.length] for extent in item.extents
        )

    def packet(self, number: int) -> bytes:
        """What an item that is an XMP packet holds."""
        item = self.locations.item(number)
        if item is None:
            raise broken("picture", "its XMP packet is nowhere")
        if sum(extent.length for extent in item.extents) > xmp.MOST_XMP:
            raise ImplicitRefusedError(what=f"The picture's XMP packet is longer than {xmp.MOST_XMP} bytes.")
        return self.bytes_of(item)


def read(body: bytes) -> FoundLabels:
    """The labels of an AVIF or HEIC file."""
    picture = _picture(body)
    packets = xmp.found_in([picture.packet(number) for number in picture.packets])
    return joined(packets, *(exif.found_in_exif(body[begin:end]) for begin, end in _exifs(picture)))


def write(body: bytes, labels: LabelsToWrite) -> bytes:
    """An AVIF or HEIC still with the labels."""
    picture = _picture(body)
    if any(top_box.kind == b"moov" for top_box in picture.top):
        raise ImplicitRefusedError(what="The picture is a sequence, whose places in the file are not moved here.")
    if picture.top[-1].end != len(body) or not int.from_bytes(body[picture.top[-1].start :][:4], "big"):
        raise ImplicitRefusedError(what="The picture's last box has no end, so nothing can be put behind it.")
    packets = xmp.rewrite([picture.packet(number) for number in picture.packets], labels)
    cleaned = picture if labels.aigc is None else replace(picture, body=_without_labels(picture))
    written = _written(cleaned, packets)
    now = _picture(written)
    _compare(cleaned, now)
    _compare(picture, now, but=picture.exifs)
    return written


def _picture(body: bytes) -> _Picture:
    reader = BoxReader(body)
    top = list(reader.children(0, len(body)))
    metas = [meta for meta in top if meta.kind == b"meta"]
    if not top or top[0].kind != b"ftyp" or len(metas) != 1:
        raise broken("picture", "it is no AVIF or HEIC still")
    parts = list(reader.children(metas[0].body + 4, metas[0].end))
    kinds = [part.kind for part in parts]
    if any(kinds.count(kind) != 1 for kind in (b"iloc", b"iinf", b"pitm")) or kinds.count(b"iref") > 1:
        raise broken("picture", "its table of contents is not complete")
    locations = Locations.of(body, parts[kinds.index(b"iloc")])
    if sum(extent.length for item in locations.items for extent in item.extents) > _MOST_SHARED * len(body):
        raise broken("picture", "its items share too many bytes")
    packets = list(packet_ids(body, reader, parts[kinds.index(b"iinf")]))
    exifs = list(exif_ids(body, reader, parts[kinds.index(b"iinf")]))
    counted(len(exifs), _MOST_EXIF, of="EXIF items")
    return _Picture(body=body, top=top, meta=metas[0], parts=parts, locations=locations, packets=packets, exifs=exifs)


def _exifs(picture: _Picture) -> Iterator[tuple[int, int]]:
    """Where EXIF begins and ends, behind the number that says how far from itself that is.

    Only items in one piece are looked into, as every program writes them.
    """
    data = picture.part(b"idat")
    for number in picture.exifs:
        item = picture.locations.item(number)
        if item is None or item.elsewhere or len(item.extents) != 1 or item.method not in (IN_FILE, IN_META):
            continue
        origin = data.body if data is not None and item.method == IN_META else 0
        begin = origin + item.extents[0].offset
        end = begin + item.extents[0].length
        at = begin + _EXIF_HEAD + int.from_bytes(picture.body[begin : begin + _EXIF_HEAD], "big")
        if at < end <= len(picture.body):
            yield at, end


def _without_labels(picture: _Picture) -> bytes:
    """The file without labels in EXIF, as long as it was."""
    body = bytearray(picture.body)
    for begin, end in _exifs(picture):
        body[begin:end] = exif.without_labels(picture.body[begin:end])
    return bytes(body)


def _written(picture: _Picture, packets: Sequence[bytes]) -> bytes:
    number = None if picture.packets else _free_number(picture)
    numbers = picture.packets or [number or 0]
    body = _blanked(picture)
    # How long the table is does not depend on where the packets are: it is made twice, and the second time fits.
    tail = b"".join(packets)
    grown = len(_meta(picture, _placed(picture, numbers, packets, 0, 0), number)) - (
        picture.meta.end - picture.meta.start
    )
    meta = _meta(picture, _placed(picture, numbers, packets, len(body) + grown + 8, grown), number)
    if len(meta) - grown != picture.meta.end - picture.meta.start:
        raise ImplicitRefusedError(what="The picture is so large that its table of contents would need longer numbers.")
    return body[: picture.meta.start] + meta + body[picture.meta.end :] + box(b"mdat", tail)


def _placed(picture: _Picture, numbers: list[int], packets: Sequence[bytes], begin: int, grown: int) -> Locations:
    locations = picture.locations
    for number in numbers:
        locations = locations.with_item(Item(number=number, method=IN_FILE, elsewhere=0, extents=()))
    locations = locations.moved(picture.meta.start, picture.meta.end, grown)
    for number, packet in zip(numbers, packets, strict=True):
        item = Item(number=number, method=IN_FILE, elsewhere=0, extents=(Extent(0, begin, len(packet)),))
        locations = locations.with_item(item)
        begin += len(packet)
    return locations


def _blanked(picture: _Picture) -> bytes:
    """The file without packets of before: cut off where they end it, else zeros, where no other item shares them."""
    items = [picture.locations.item(number) for number in picture.packets]
    olds = [extent for item in items if item is not None and item.method == IN_FILE for extent in item.extents]
    others = [
        extent
        for item in picture.locations.items
        if item.method == IN_FILE and item.number not in picture.packets
        for extent in item.extents
    ]
    body = bytearray(picture.body)
    for old in olds:
        end = old.offset + old.length
        if any(extent.offset < end and extent.offset + extent.length > old.offset for extent in others):
            raise ImplicitRefusedError(what="The picture's XMP packet shares its bytes with something else.")
        if not any(
            top_box.kind == b"mdat" and top_box.body <= old.offset and end <= top_box.end for top_box in picture.top
        ):
            raise ImplicitRefusedError(what="The picture's XMP packet is where no data should be.")
        body[old.offset : end] = bytes(old.length)
    last = picture.top[-1]
    if (
        last.kind == b"mdat"
        and sum(extent.length for extent in olds if extent.offset >= last.body) == last.end - last.body
    ):
        del body[last.start :]
    return bytes(body)


def _meta(picture: _Picture, locations: Locations, number: int | None) -> bytes:
    """The table of contents; with a new item where it has a number."""
    body = picture.body
    pieces = [body[picture.meta.body : picture.meta.body + 4]]
    for part in picture.parts:
        piece = body[part.start : part.end]
        if part.kind == b"iloc":
            piece = box(b"iloc", locations.written())
        elif part.kind == b"iinf" and number is not None:
            piece = _with_entry(body, part, number)
        elif part.kind == b"iref" and number is not None:
            wide = body[part.body] > 0
            piece = box(b"iref", body[part.body : part.end], _reference(picture, number, 4 if wide else 2))
        pieces.append(piece)
    if number is not None and picture.part(b"iref") is None:
        pieces.append(box(b"iref", bytes(4), _reference(picture, number, 2)))
    return box(b"meta", *pieces)


def _with_entry(body: bytes, entries: Box, number: int) -> bytes:
    entry = box(b"infe", _ENTRY, number.to_bytes(2, "big"), bytes(2), b"mimeXMP\x00application/rdf+xml\x00")
    width = 4 if body[entries.body] else 2
    begin = entries.body + 4
    count = int.from_bytes(body[begin : begin + width], "big") + 1
    return box(
        b"iinf", body[entries.body : begin], count.to_bytes(width, "big"), body[begin + width : entries.end], entry
    )


def _reference(picture: _Picture, number: int, width: int) -> bytes:
    """That the new item describes the primary one."""
    told = picture.part(b"pitm")
    assert told is not None  # noqa: S101 - no picture is made without
    numbers = Numbers(picture.body, told.body, told.end)
    primary = numbers.next(2 if not numbers.next(4) >> 24 else 4)
    if primary > _MOST_ITEMS and width == 2:  # noqa: PLR2004 - short numbers
        raise broken("picture", "its primary item has no place in its references")
    return box(b"cdsc", number.to_bytes(width, "big"), (1).to_bytes(2, "big"), primary.to_bytes(width, "big"))


def _free_number(picture: _Picture) -> int:
    entries = picture.part(b"iinf")
    assert entries is not None  # noqa: S101 - no picture is made without
    numbers = {item.number for item in picture.locations.items}
    reader = BoxReader(picture.body)
    for entry in reader.children(entries.body + (8 if picture.body[entries.body] else 6), entries.end):
        fields = Numbers(picture.body, entry.body, entry.end)
        numbers.add(fields.next(2 if fields.next(4) >> 24 <= 2 else 4))  # noqa: PLR2004 - up to this version, short
    number = max(numbers, default=0) + 1
    if number > _MOST_ITEMS or len(picture.locations.items) >= _MOST_ITEMS:
        raise ImplicitRefusedError(what="The picture has no number left for another item.")
    return number


def _compare(before: _Picture, after: _Picture, *, but: Sequence[int] = ()) -> None:
    places = {item.number: item for item in after.locations.items}
    for item in before.locations.items:
        if item.number in (*before.packets, *but) or item.elsewhere or item.method not in (IN_FILE, IN_META):
            continue
        now = places.get(item.number)
        if now is None or after.bytes_of(now) != before.bytes_of(item):
            raise ImplicitRefusedError(what="The picture's items could not be kept as they are.")
