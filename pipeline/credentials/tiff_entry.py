"""Where a TIFF says that its manifest is: the directory entry of C2PA (C2PA 2.4 A.3.6), in TIFF and BigTIFF."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

__all__ = ["ManifestEntry", "manifest_entry"]

_C2PA: Final = 0xCD41
_MOST_DIRECTORIES: Final = 1000
_MOST_ENTRIES: Final = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestEntry:
    """The field with the manifest's length, and the manifest: bytes of the file."""

    count: range
    store: range


@dataclass(frozen=True, slots=True)
class _Shape:
    """How TIFF, or BigTIFF, writes numbers and entries."""

    order: str
    header: int
    number: str
    tag_count: str

    @property
    def width(self) -> int:
        return struct.calcsize(self.order + self.number)

    def read(self, kind: str, body: bytes, at: int) -> int:
        (value,) = struct.unpack_from(self.order + kind, body, at)
        return int(value)


def manifest_entry(asset: bytes) -> ManifestEntry | None:
    """The one entry of a TIFF that leads to a manifest; None where there is none, or more than one."""
    shape = _shape(asset)
    if shape is None:
        return None
    try:
        entries = list(_entries(asset, shape))
    except struct.error:  # a position outside of the file
        return None
    if len(entries) != 1:
        return None
    at, width = entries[0], shape.width
    count = range(at + 4, at + 4 + width)
    start = shape.read(shape.number, asset, count.stop)
    return ManifestEntry(count=count, store=range(start, start + shape.read(shape.number, asset, count.start)))


def _shape(asset: bytes) -> _Shape | None:
    match asset[:4]:
        case b"II*\0":
            return _Shape("<", 4, "I", "H")
        case b"MM\0*":
            return _Shape(">", 4, "I", "H")
        case b"II+\0":
            return _Shape("<", 8, "Q", "Q")
        case b"MM\0+":
            return _Shape(">", 8, "Q", "Q")
        case _:
            return None


def _entries(asset: bytes, shape: _Shape) -> Iterator[int]:
    """Positions of all C2PA entries in the chain of directories; a chain without end has none to be believed."""
    at, width, seen = shape.read(shape.number, asset, shape.header), shape.width, 0
    for _ in range(_MOST_DIRECTORIES):
        if at == 0:
            return
        size = shape.read(shape.tag_count, asset, at)
        begin, length = at + struct.calcsize(shape.order + shape.tag_count), 4 + 2 * width
        seen += size
        if seen > _MOST_ENTRIES:
            break
        for number in range(size):
            if shape.read("H", asset, begin + number * length) == _C2PA:
                yield begin + number * length
        at = shape.read(shape.number, asset, begin + size * length)
    raise struct.error
