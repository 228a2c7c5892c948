"""MP4, MOV and M4A: the key `AIGC` of `moov.udta.meta`, as the video practice guide (TC260-PG-20257A) puts it.

Where `udta` has a `meta` of iTunes tags, one with keys is put after it: readers that know only one kind find theirs.
Where a `meta` has keys already, in `udta` or right in `moov` as phones write it, the label is one key more. XMP is in a
`uuid` box, put after `moov`; in QuickTime files in `moov.udta.XMP_`.

Labels are also met without the name of a key, as a comment of iTunes or of QuickTime, in any of these boxes, in a
second `udta`, and in a `meta` of the file itself.

All else stays as it is, byte for byte; places in the file that are named in it move along.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from pipeline.labels.implicit.carriers.tagging import (
    AIGC,
    FoundField,
    aigc_text,
    field_text,
    found,
    is_label,
    is_worth_reading,
    packets_to_write,
)
from pipeline.labels.implicit.carriers.video_boxes import Box, BoxReader, Splice, apply, box
from pipeline.labels.implicit.carriers.video_meta import (
    HANDLERS,
    Meta,
    box_without_marks,
    meta_of,
    new_meta,
    with_value,
)
from pipeline.labels.implicit.carriers.video_places import move_places
from pipeline.labels.implicit.model import FoundLabels, LabelsToWrite
from pipeline.labels.refused import ImplicitRefusedError

__all__ = ["read", "write"]

_XMP: Final = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_FIRST: Final = (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot")
_LITERAL: Final = b"AIGC"
"""A box of this name in `udta` is read, too, in any letters: some programs write one."""

_TEXT: Final = 0xA9
"""The first byte of names of QuickTime's own texts."""

_TEXT_HEAD: Final = 4
_MOST_UDTAS: Final = 16
_HANDLER_AT: Final = slice(8, 64)


class _File(NamedTuple):
    """What matters here of a file.

    Attributes:
        udtas: one, as a rule; some writers add a second.
        metas: by where they begin; those of `udtas`, of `moov`, and of the file itself.
        xmp: the boxes of XMP packets; `body` is where the packet begins.
    """

    reader: BoxReader
    moov: Box
    udtas: list[Box]
    metas: dict[int, Meta]
    xmp: list[Box]
    quicktime: bool


def read(body: bytes) -> FoundLabels:
    """The labels in an MP4, MOV or M4A file.

    Raises:
        ImplicitRefusedError: the file is broken, truncated, or has no `moov`.
    """
    file = _opened(body)
    return found(_entries(body, file), xmp=[body[place.body : place.end] for place in file.xmp])


def write(body: bytes, labels: LabelsToWrite) -> bytes:
    """The file with the labels, in the place of any that it has.

    Raises:
        ImplicitRefusedError: the file is broken, or names places in itself that cannot be moved along.
    """
    file = _opened(body)
    packets = packets_to_write([body[place.body : place.end] for place in file.xmp], labels)
    metas = _metas(body, file, aigc_text(labels))
    splices = [_moov(body, file, metas, labels, packets)]
    for start, meta in metas.items():
        at = file.metas[start].at
        if not _inside(at, file.moov) and meta != body[at.start : at.end]:
            splices.append(Splice(at.start, at.end, meta))
    for place, packet in zip(file.xmp, packets, strict=False):
        if place.kind == b"uuid" and packet != body[place.body : place.end]:
            splices.append(Splice(place.start, place.end, box(b"uuid", _XMP, packet)))
    if len(packets) > len(file.xmp) and not file.quicktime:
        splices.append(Splice(file.moov.end, file.moov.end, box(b"uuid", _XMP, packets[-1])))
    splices.sort(key=lambda splice: splice.start)
    return move_places(apply(body, splices), splices)


def _opened(body: bytes) -> _File:
    reader = BoxReader(body)
    top = list(reader.children(0, len(body)))
    if not top or top[0].kind not in _FIRST:
        raise ImplicitRefusedError(what="The file is no MP4.")
    moovs = [moov for moov in top if moov.kind == b"moov"]
    if not moovs:
        raise ImplicitRefusedError(what="The file has no moov box: it is truncated, or part of a stream.")
    if len(moovs) > 1:
        raise ImplicitRefusedError(what="The file has more than one moov box.")
    udtas = reader.named(moovs[0], b"udta")
    if len(udtas) > _MOST_UDTAS:
        raise ImplicitRefusedError(what=f"The file has more than {_MOST_UDTAS} udta boxes.")
    uuids = [(uuid, body[uuid.body : uuid.body + 16]) for uuid in top if uuid.kind == b"uuid"]
    xmp = [uuid._replace(body=uuid.body + 16) for uuid, name in uuids if name == _XMP]
    inner = [meta for parent in (*udtas, moovs[0]) for meta in reader.named(parent, b"meta")]
    return _File(
        reader=reader,
        moov=moovs[0],
        udtas=udtas,
        metas={meta.start: meta_of(body, reader, meta) for meta in (*inner, *_of_the_file(body, top))},
        xmp=[*xmp, *(packet for udta in udtas for packet in reader.named(udta, b"XMP_"))],
        quicktime=top[0].kind != b"ftyp" or body[top[0].body : top[0].body + 4] == b"qt  ",
    )


def _of_the_file(body: bytes, top: Sequence[Box]) -> Iterator[Box]:
    """The `meta` boxes beside `moov` that list fields; others describe pictures."""
    for child in top:
        beginning = body[child.body : child.end][_HANDLER_AT] if child.kind == b"meta" else b""
        if any(handler in beginning for handler in HANDLERS):
            yield child


def _entries(body: bytes, file: _File) -> Iterator[FoundField]:
    for meta in file.metas.values():
        carrier = "moov.meta" if _inside(meta.at, file.moov) else "meta"
        if any(_inside(meta.at, udta) for udta in file.udtas):
            carrier = "moov.udta.meta"
        for name, value in meta.fields:
            yield FoundField(carrier, name, field_text(value))
    for child in (child for udta in file.udtas for child in file.reader.children(udta.body, udta.end)):
        value = _own_text(body, child)
        if child.kind.upper() == _LITERAL:
            yield FoundField("moov.udta.AIGC", AIGC, field_text(body[child.body : child.end]))
        elif is_worth_reading("", value):
            yield FoundField("moov.udta.text", "", field_text(value))


def _own_text(body: bytes, box: Box) -> bytes:
    """What a text of QuickTime's own says, behind its length and language; nothing for other boxes."""
    return body[box.body + _TEXT_HEAD : box.end] if box.kind[0] == _TEXT else b""


def _metas(body: bytes, file: _File, text: str | None) -> dict[int, bytes]:
    """All `meta` boxes anew, by where they were: the label in the first of `moov` that has keys.

    Programs read the keys of one box for the items of all, so a second box with keys would mix up the two.
    """
    if text is None:
        return {start: body[start : meta.at.end] for start, meta in file.metas.items()}
    home = _home(file)
    return {
        start: with_value(body, meta, text) if start == home else box_without_marks(body, meta)
        for start, meta in file.metas.items()
    }


def _home(file: _File) -> int | None:
    return next((start for start, meta in file.metas.items() if meta.has_keys and _inside(meta.at, file.moov)), None)


def _udta(body: bytes, file: _File, udta: Box, kept: dict[int, bytes], *, labeled: bool) -> list[bytes]:
    """What a `udta` box has inside, anew; `kept` are the boxes with other bytes than before, by where they were."""
    children: list[bytes] = []
    for child in file.reader.children(udta.body, udta.end):
        if child.start in kept:
            children.append(kept[child.start])
        elif not labeled or not (child.kind.upper() == _LITERAL or is_label("", field_text(_own_text(body, child)))):
            children.append(body[child.start : child.end])
    return children


def _added(file: _File, labels: LabelsToWrite, packets: Sequence[bytes]) -> list[bytes]:
    """What goes into the first `udta` box, or a new one, beside what is there."""
    text = aigc_text(labels)
    added = [] if text is None or _home(file) is not None else [new_meta(text)]
    if len(packets) > len(file.xmp) and file.quicktime:
        added.append(box(b"XMP_", packets[-1]))
    return added


def _moov(body: bytes, file: _File, metas: dict[int, bytes], labels: LabelsToWrite, packets: Sequence[bytes]) -> Splice:
    # In QuickTime files the packets of `udta` come last, and a new one goes there.
    here = {
        place.start: box(b"XMP_", new) for place, new in zip(file.xmp, packets, strict=False) if place.kind == b"XMP_"
    }
    added = _added(file, labels, packets)
    children: list[bytes] = []
    for child in file.reader.children(file.moov.body, file.moov.end):
        if child in file.udtas:
            inside = _udta(body, file, child, metas | here, labeled=labels.aigc is not None)
            children.append(box(b"udta", *inside, *(added if child == file.udtas[0] else ())))
        else:
            children.append(metas.get(child.start) or body[child.start : child.end])
    if not file.udtas and added:
        children.append(box(b"udta", *added))
    return Splice(file.moov.start, file.moov.end, box(b"moov", *children))


def _inside(box: Box, parent: Box) -> bool:
    return parent.start <= box.start < parent.end
