"""FLV: a property `AIGC` of `onMetaData`, as the video practice guide (TC260-PG-20257A) puts it.

The digital source type and the latent disclosure are properties, too. XMP (`onXMPData`) is read, but none is written:
players take it for one more stream. Places in the file that `onMetaData` names (those of key frames) move along; all
other tags stay as they are.
"""

import struct
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from pipeline.labels.implicit.carriers.tagging import (
    FoundField,
    field_text,
    fields_to_write,
    found,
    is_replaced,
    is_worth_reading,
)
from pipeline.labels.implicit.carriers.video_amf import (
    NUMBER_KIND,
    is_list,
    listed,
    numbers,
    properties,
    property_of,
    string,
    text_at,
)
from pipeline.labels.implicit.carriers.video_boxes import Splice, apply, moved
from pipeline.labels.implicit.model import FoundLabels, LabelsToWrite
from pipeline.labels.refused import ImplicitRefusedError

__all__ = ["read", "write"]

_CARRIER: Final = "flv.onMetaData"
_METADATA: Final = string(b"onMetaData")
_PACKET: Final = string(b"onXMPData")
_PROPERTY: Final = "liveXML"
_EMPTY: Final = b"\x08\x00\x00\x00\x00\x00\x00\x09"
_HEADER: Final = 9
_HEAD: Final = 11
_TAIL: Final = 4
_SCRIPT: Final = 18
_KIND: Final = 0x1F
_LONGEST: Final = 0xFF_FFFF
_MOST_METADATA: Final = 16
_MOST_TAGS: Final = 2_000_000
_GREATEST: Final = 2**53
_SIZES: Final = ("filesize", "datasize")
_KEY_FRAMES: Final = "keyframes"
_PLACES: Final = "filepositions"
_PLACE: Final = "lastkeyframelocation"


class _Tag(NamedTuple):
    """A tag with data of a program: where it begins, where its data begins and ends."""

    start: int
    body: int
    end: int


class _File(NamedTuple):
    """Where metadata and XMP packets are, and where the first tag is."""

    metadata: list[_Tag]
    packets: list[_Tag]
    first: int


def read(body: bytes) -> FoundLabels:
    """The labels in an FLV file.

    Raises:
        ImplicitRefusedError: the file is broken, truncated, or no FLV.
    """
    file = _opened(body)
    return found(_entries(body, file), xmp=_packets(body, file))


def write(body: bytes, labels: LabelsToWrite) -> bytes:
    """The file with the labels, in the place of any that it has.

    Raises:
        ImplicitRefusedError: the file is broken, truncated, no FLV, or would describe itself at too great length.
    """
    file = _opened(body)
    if found((), xmp=_packets(body, file)) != FoundLabels():
        raise ImplicitRefusedError(what="The file's XMP has labels of its own, which cannot be replaced.")
    fields = fields_to_write(labels)
    splices: list[Splice] = []
    for tag in file.metadata:
        data = _with_fields(body[tag.body : tag.end], {} if splices else fields, fields)
        splices.append(Splice(tag.start, tag.end + _TAIL, _tag(data, body[tag.start + 4 : tag.body])))
    if not splices:
        splices.append(Splice(file.first, file.first, _tag(_with_fields(_METADATA + _EMPTY, fields, fields))))
    return _places_moved(apply(body, splices), splices)


def _opened(body: bytes) -> _File:
    if body[:3] != b"FLV" or len(body) < _HEADER + _TAIL:
        raise ImplicitRefusedError(what="The file is no FLV.")
    first = max(int.from_bytes(body[5:_HEADER]), _HEADER) + _TAIL
    scripts = list(_scripts(body, first))
    metadata = [script for script in scripts if body.startswith(_METADATA, script.body)]
    if len(metadata) > _MOST_METADATA:
        raise ImplicitRefusedError(what=f"The file describes itself more than {_MOST_METADATA} times.")
    packets = [script for script in scripts if body.startswith(_PACKET, script.body)]
    return _File(metadata=metadata, packets=packets, first=first)


def _scripts(body: bytes, at: int) -> Iterator[_Tag]:
    for _ in range(_MOST_TAGS):
        if at == len(body):
            return
        data = at + _HEAD
        end = data + int.from_bytes(body[at + 1 : at + 4])
        if end + _TAIL > len(body):
            break
        if body[at] & _KIND == _SCRIPT:
            yield _Tag(at, data, end)
        at = end + _TAIL
    raise ImplicitRefusedError(what=f"The file is truncated, or has more than {_MOST_TAGS} tags.")


def _entries(body: bytes, file: _File) -> Iterator[FoundField]:
    for tag in file.metadata:
        data = body[tag.body : tag.end]
        for each in properties(data, len(_METADATA)):
            value = text_at(data, each.value) or b""
            if is_worth_reading(each.name, value):
                yield FoundField(_CARRIER, each.name, field_text(value))


def _packets(body: bytes, file: _File) -> list[bytes]:
    packets: list[bytes] = []
    for tag in file.packets:
        data = body[tag.body : tag.end]
        there = properties(data, len(_PACKET))
        packets.extend(text_at(data, each.value) or b"" for each in there if each.name == _PROPERTY)
    return packets


def _with_fields(data: bytes, fields: Mapping[str, str], instead_of: Mapping[str, str]) -> bytes:
    """Metadata with these fields, in the place of any of the other ones' names."""
    at = len(_METADATA)
    kept = [
        data[entry.start : entry.end]
        for entry in properties(data, at)
        if not is_replaced(entry.name, field_text(text_at(data, entry.value) or b""), instead_of)
    ]
    kept += [property_of(name.encode(), value.encode()) for name, value in fields.items()]
    return data[:at] + listed(data, at, kept)


def _tag(data: bytes, rest: bytes = bytes(_HEAD - 4)) -> bytes:
    """A tag with data of a program; `rest` is its time and stream."""
    if len(data) > _LONGEST:
        raise ImplicitRefusedError(what="With the labels, the file's metadata would be longer than FLV can say.")
    size = len(data)
    return bytes((_SCRIPT,)) + size.to_bytes(3) + rest + data + (size + _HEAD).to_bytes(4)


def _places_moved(data: bytearray, splices: Sequence[Splice]) -> bytes:
    """The data after splices, with sizes and places as they are now."""
    whole = bytes(data)
    grown = sum(len(splice.new) - (splice.end - splice.start) for splice in splices)
    for tag in _opened(whole).metadata if grown else ():
        for name, at in _stated(whole[tag.body : tag.end]):
            (number,) = struct.unpack_from(">d", data, tag.body + at)
            if 0 < number < _GREATEST:
                number = number + grown if name in _SIZES else moved(int(number), splices)
                struct.pack_into(">d", data, tag.body + at, number)
    return bytes(data)


def _stated(said: bytes) -> Iterator[tuple[str, int]]:
    """Where in the metadata numbers are that depend on the file as a whole."""
    for entry in properties(said, len(_METADATA)):
        if entry.name in (*_SIZES, _PLACE) and said[entry.value] == NUMBER_KIND:
            yield entry.name, entry.value + 1
        elif entry.name == _KEY_FRAMES and is_list(said, entry.value):
            for each in properties(said, entry.value):
                if each.name == _PLACES:
                    yield from ((each.name, at) for at in numbers(said, each.value))
