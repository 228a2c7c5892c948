"""MP4, MOV and M4A: the key `AIGC` of `moov.udta.meta`, as the video practice guide (TC260-PG-20257A) puts it.

Where `udta` has a `meta` of iTunes tags, one with keys is put after it: readers that know only one kind find theirs.
Where a `meta` has keys already, in `udta` or right in `moov` as phones write it, the mark is one key more. XMP is in a
`uuid` box, put after `moov`; in QuickTime files in `moov.udta.XMP_`.

All else stays as it is, byte for byte; places in the file that are named in it move along.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from pipeline.labels.implicit.carriers.tagging import (
    AIGC,
    Entry,
    aigc_text,
    found,
    packets_to_write,
    text_of,
)
from pipeline.labels.implicit.carriers.video_boxes import Box, BoxReader, Splice, apply, box
from pipeline.labels.implicit.carriers.video_meta import Meta, meta_of, new_meta, with_value, without_marks
from pipeline.labels.implicit.carriers.video_places import move_places
from pipeline.labels.implicit.errors import LabelRefusedError
from pipeline.labels.implicit.marks import FoundMarks, MarksToWrite

__all__ = ["read", "write"]

_XMP: Final = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_FIRST: Final = (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot")
_LITERAL: Final = b"AIGC"
"""A box of this name in `udta` is read, too: some programs write one."""


class _File(NamedTuple):
    """What matters here of a file.

    Attributes:
        xmp: the boxes of XMP packets; `body` is where the packet begins.
    """

    reader: BoxReader
    moov: Box
    udta: Box | None
    metas: dict[int, Meta]
    xmp: list[Box]
    quicktime: bool


def read(body: bytes) -> FoundMarks:
    """The marks in an MP4, MOV or M4A file.

    Raises:
        LabelRefusedError: the file is broken, truncated, or has no `moov`.
    """
    file = _opened(body)
    return found(_entries(body, file), xmp=[body[one.body : one.end] for one in file.xmp])


def write(body: bytes, marks: MarksToWrite) -> bytes:
    """The file with the marks, in the place of any that it has.

    Raises:
        LabelRefusedError: the file is broken, or names places in itself that cannot be moved along.
    """
    file = _opened(body)
    packets = packets_to_write([body[one.body : one.end] for one in file.xmp], marks)
    udta = _udta(body, file, marks, packets)
    splices = [_moov(body, file, udta, marks)]
    for place, packet in zip(file.xmp, packets, strict=False):
        if place.kind == b"uuid" and packet != body[place.body : place.end]:
            splices.append(Splice(place.start, place.end, box(b"uuid", _XMP, packet)))
    if len(packets) > len(file.xmp) and not file.quicktime:
        splices.append(Splice(file.moov.end, file.moov.end, box(b"uuid", _XMP, packets[-1])))
    splices.sort(key=lambda one: one.start)
    return move_places(apply(body, splices), splices)


def _opened(body: bytes) -> _File:
    reader = BoxReader(body)
    top = list(reader.children(0, len(body)))
    if not top or top[0].kind not in _FIRST:
        raise LabelRefusedError(what="The file is no MP4.")
    moov = _only([one for one in top if one.kind == b"moov"], "moov")
    if moov is None:
        raise LabelRefusedError(what="The file has no moov box: it is truncated, or part of a stream.")
    udta = _only(reader.named(moov, b"udta"), "udta")
    uuids = [(one, body[one.body : one.body + 16]) for one in top if one.kind == b"uuid"]
    xmp = [one._replace(body=one.body + 16) for one, name in uuids if name == _XMP]
    return _File(
        reader=reader,
        moov=moov,
        udta=udta,
        metas={
            one.start: meta_of(body, reader, one)
            for parent in (udta, moov)
            if parent is not None
            for one in reader.named(parent, b"meta")
        },
        xmp=[*xmp, *(reader.named(udta, b"XMP_") if udta is not None else ())],
        quicktime=top[0].kind != b"ftyp" or body[top[0].body : top[0].body + 4] == b"qt  ",
    )


def _only(boxes: Sequence[Box], name: str) -> Box | None:
    if len(boxes) > 1:
        raise LabelRefusedError(what=f"The file has more than one {name} box.")
    return boxes[0] if boxes else None


def _entries(body: bytes, file: _File) -> Iterator[Entry]:
    for meta in file.metas.values():
        carrier = "moov.udta.meta" if _inside(meta.at, file.udta) else "moov.meta"
        for name, value in meta.marks:
            yield Entry(carrier, name, text_of(value))
    if file.udta is not None:
        for one in file.reader.named(file.udta, _LITERAL):
            yield Entry("moov.udta.AIGC", AIGC, text_of(body[one.body : one.end]))


def _metas(body: bytes, file: _File, text: str | None) -> dict[int, bytes]:
    """All `meta` boxes anew, by where they were: the mark in the first that has keys.

    Programs read the keys of one box for the items of all, so a second box with keys would mix up the two.
    """
    if text is None:
        return {start: body[start : one.at.end] for start, one in file.metas.items()}
    home = next((start for start, one in file.metas.items() if one.has_keys), None)
    return {
        start: with_value(body, one, text) if start == home else without_marks(body, one)
        for start, one in file.metas.items()
    }


def _udta(body: bytes, file: _File, marks: MarksToWrite, packets: Sequence[bytes]) -> bytes:
    """The `udta` box anew; nothing where there is none and none is needed."""
    text = aigc_text(marks)
    metas = _metas(body, file, text)
    # In QuickTime files the packets of `udta` come last, and a new one goes there.
    here = {one.start: packet for one, packet in zip(file.xmp, packets, strict=False)}
    children: list[bytes] = []
    for one in [] if file.udta is None else file.reader.children(file.udta.body, file.udta.end):
        if one.start in metas:
            children.append(metas[one.start])
        elif one.kind == b"XMP_":
            children.append(box(b"XMP_", here[one.start]))
        elif one.kind != _LITERAL or text is None:
            children.append(body[one.start : one.end])
    if text is not None and not any(one.has_keys for one in file.metas.values()):
        children.append(new_meta(text))
    if len(packets) > len(file.xmp) and file.quicktime:
        children.append(box(b"XMP_", packets[-1]))
    return box(b"udta", *children) if children or file.udta is not None else b""


def _moov(body: bytes, file: _File, udta: bytes, marks: MarksToWrite) -> Splice:
    metas = _metas(body, file, aigc_text(marks))
    children: list[bytes] = []
    for one in file.reader.children(file.moov.body, file.moov.end):
        if one == file.udta:
            children.append(udta)
        else:
            children.append(metas.get(one.start) or body[one.start : one.end])
    if file.udta is None:
        children.append(udta)
    return Splice(file.moov.start, file.moov.end, box(b"moov", *children))


def _inside(one: Box, parent: Box | None) -> bool:
    return parent is not None and parent.start <= one.start < parent.end
