"""Places in a file that MP4 names in numbers, and how they move along when bytes are put before them.

Named are chunks of samples (`stco`, `co64`), the data of fragments (`tfhd`) and fragments (`tfra`). What is rarer, and
names places too, is refused rather than broken.
"""

import struct
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple, NoReturn

from pipeline.labels.implicit.carriers.video_boxes import Box, BoxReader, Splice, moved
from pipeline.labels.refused import ImplicitRefusedError

__all__ = ["move_places"]

_CHUNKS: Final = {b"stco": ">I", b"co64": ">Q"}
_PARENTS: Final = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"moof", b"traf", b"mfra")
_DEEPEST: Final = 5
"""As deep as `moov.trak.mdia.minf.stbl` has its boxes."""

_HAS_BASE: Final = 1
_MOST_PLACES: Final = 2_000_000


class _Places(NamedTuple):
    """Numbers of one form, at equal distances; each is a place in the file."""

    at: int
    number: int
    stride: int
    form: str


def move_places(data: bytearray, splices: Sequence[Splice]) -> bytes:
    """The data after splices, with all places in it as they are now.

    Raises:
        ImplicitRefusedError: a place cannot be moved along.
    """
    changed = [splice for splice in splices if len(splice.new) != splice.end - splice.start]
    if changed:
        _move_all(data, changed, splices)
    return bytes(data)


def _move_all(data: bytearray, changed: Sequence[Splice], splices: Sequence[Splice]) -> None:
    reader = BoxReader(data)
    top = list(reader.children(0, len(data)))
    # What is named is media; where none of it moved, all numbers stay.
    if not any(box.kind == b"mdat" and box.start > changed[0].start for box in top):
        return
    if any(box.kind == b"sidx" and box.start < changed[0].start for box in top):
        _refuse("an index of segments")
    found = list(_places(data, reader, top, 0))
    if sum(places.number for places in found) > _MOST_PLACES:
        raise ImplicitRefusedError(what=f"The file names more than {_MOST_PLACES} places in itself.")
    for places in found:
        _move(data, places, splices)


def _places(data: bytearray, reader: BoxReader, boxes: Sequence[Box], depth: int) -> Iterator[_Places]:
    for box in boxes:
        if box.kind in _PARENTS and depth < _DEEPEST:
            yield from _places(data, reader, list(reader.children(box.body, box.end)), depth + 1)
        elif box.kind in _CHUNKS:
            form = _CHUNKS[box.kind]
            yield _fitting(box, box.body + 8, _number(data, ">I", box.body + 4, box), struct.calcsize(form), form)
        elif box.kind == b"tfhd" and _number(data, ">I", box.body, box) & _HAS_BASE:
            yield _fitting(box, box.body + 8, 1, 8, ">Q")
        elif box.kind == b"tfra":
            yield _fragments(data, box)
        elif box.kind == b"saio" and depth == _DEEPEST:
            _refuse("auxiliary information of samples")
        elif box.kind == b"meta" and data.find(b"iloc", box.body, box.end) >= 0:
            _refuse("items")


def _fragments(data: bytearray, box: Box) -> _Places:
    version = _number(data, ">I", box.body, box) >> 24
    lengths = _number(data, ">I", box.body + 8, box)
    numbers = sum((lengths >> shift & 3) + 1 for shift in (4, 2, 0))
    form = ">Q" if version else ">I"
    width = struct.calcsize(form)
    count = _number(data, ">I", box.body + 12, box)
    return _fitting(box, box.body + 16 + width, count, 2 * width + numbers, form)


def _fitting(box: Box, at: int, count: int, stride: int, form: str) -> _Places:
    if count and at + (count - 1) * stride + struct.calcsize(form) > box.end:
        raise ImplicitRefusedError(what="A table of places in the file is longer than its box.")
    return _Places(at, count, stride, form)


def _number(data: bytearray, form: str, at: int, box: Box) -> int:
    if at + struct.calcsize(form) > box.end:
        raise ImplicitRefusedError(what="A table of places in the file is cut off.")
    (number,) = struct.unpack_from(form, data, at)
    return int(number)


def _move(data: bytearray, places: _Places, splices: Sequence[Splice]) -> None:
    for at in range(places.at, places.at + places.number * places.stride, places.stride):
        (place,) = struct.unpack_from(places.form, data, at)
        try:
            struct.pack_into(places.form, data, at, moved(place, splices))
        except struct.error:
            raise ImplicitRefusedError(
                what="With the labels, a place in the file is beyond what it can name."
            ) from None


def _refuse(what: str) -> NoReturn:
    raise ImplicitRefusedError(what=f"The file names places of {what}, which would have to move along.")
