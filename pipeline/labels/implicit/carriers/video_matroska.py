"""Matroska and WebM: a tag `AIGC` of the whole file, as the video practice guide (TC260-PG-20257A) puts it.

Labels are also found where mkvmerge leaves those of the sound's own file, in the headers for its decoder.

There is no place for XMP: the digital source type and the latent disclosure are tags, too.

Clusters stay where they are, so that cues go on pointing at them: tags go to where the tags were if they fit, else to
the end of the file, and the index at its beginning (`SeekHead`) says so. A stream that was recorded has no such index;
its tags go before the first cluster.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from pipeline.labels.implicit.carriers import video_codec
from pipeline.labels.implicit.carriers.tagging import (
    FoundField,
    field_text,
    fields_to_write,
    found,
    is_replaced,
    is_worth_reading,
)
from pipeline.labels.implicit.carriers.video_boxes import Splice, apply
from pipeline.labels.implicit.carriers.video_ebml import (
    CRC,
    VOID,
    Element,
    ElementReader,
    can_be_void,
    checksum,
    master,
    resized,
    text_element,
    unsigned,
    void,
)
from pipeline.labels.implicit.model import FoundLabels, LabelsToWrite
from pipeline.labels.refused import ImplicitRefusedError

__all__ = ["read", "write"]

_CARRIER: Final = "matroska.SimpleTag"
_HEADER: Final = 0x1A45DFA3
_TYPE: Final = 0x4282
_TYPES: Final = (b"matroska", b"webm")
_SEGMENT: Final = 0x18538067
_SEEK_HEAD: Final = 0x114D9B74
_SEEK: Final = 0x4DBB
_SEEK_ID: Final = 0x53AB
_SEEK_POSITION: Final = 0x53AC
_CLUSTER: Final = 0x1F43B675
_CLUSTER_POSITION: Final = 0xA7
_CUES: Final = 0x1C53BB6B
_TAGS: Final = 0x1254C367
_TRACKS: Final = 0x1654AE6B
_TRACK_ENTRY: Final = 0xAE
_CODEC: Final = 0x86
_CODEC_PRIVATE: Final = 0x63A2
_LEVEL_1: Final = frozenset({_SEEK_HEAD, 0x1549A966, _TRACKS, _CLUSTER, _CUES, _TAGS, 0x1043A770, 0x1941A469})
_TAG: Final = 0x7373
_TARGETS: Final = 0x63C0
_TARGET_LEVEL: Final = 0x68CA
_WHOLE: Final = 50
_SIMPLE_TAG: Final = 0x67C8
_NAME: Final = 0x45A3
_LANGUAGE: Final = 0x447A
_STRING: Final = 0x4487


class _File(NamedTuple):
    """What matters here of a file; `parts` are what its segment has on its first level."""

    reader: ElementReader
    segment: Element
    parts: list[Element]

    def all_of(self, number: int) -> list[Element]:
        """The parts of one kind."""
        return [part for part in self.parts if part.id == number]


def read(body: bytes) -> FoundLabels:
    """The labels in a Matroska or WebM file.

    Raises:
        ImplicitRefusedError: the file is broken, truncated, or no Matroska.
    """
    file = _opened(body)
    tagged = (
        FoundField(_CARRIER, name, field_text(value))
        for tags in file.all_of(_TAGS)
        for tag in file.reader.children(tags.body, tags.end)
        if tag.id == _TAG
        for _, name, value in _simple_tags(body, file.reader, tag)
        if is_worth_reading(name, value)
    )
    kept = (
        entry
        for private in _codecs(body, file)
        for entry in video_codec.codec_entries(body[private.body : private.end])
    )
    return found([*tagged, *kept])


def write(body: bytes, labels: LabelsToWrite) -> bytes:
    """The file with the labels, in the place of any that it has.

    Raises:
        ImplicitRefusedError: the file is broken or truncated, or its index has no room for where the labels are.
    """
    if labels.aigc is not None:
        body = _cleaned(body)
    file = _opened(body)
    old = file.all_of(_TAGS)
    new = _tags(body, file, fields_to_write(labels))
    head = next(iter(file.all_of(_SEEK_HEAD)), None)
    if len(old) == 1 and (splices := _in_place(file, old[0], new)):
        pass
    elif head is None:
        splices = _before_clusters(body, file, old, new)
    else:
        place = file.segment.end - file.segment.body
        splices = [_index(body, file, head, place), *_emptied(old), Splice(file.segment.end, file.segment.end, new)]
    grown = sum(len(splice.new) - (splice.end - splice.start) for splice in splices)
    if grown and file.segment.sized:
        size = resized(file.segment, file.segment.end - file.segment.body + grown)
        splices.append(Splice(file.segment.size, file.segment.body, size))
    return bytes(apply(body, sorted(splices, key=lambda splice: splice.start)))


def _codecs(body: bytes, file: _File) -> Iterator[Element]:
    """The headers for decoders of sound that may have comments."""
    for tracks in file.all_of(_TRACKS):
        for entry in file.reader.children(tracks.body, tracks.end):
            if entry.id == _TRACK_ENTRY and _value(body, file.reader, entry, _CODEC) in video_codec.CODECS:
                children = file.reader.children(entry.body, entry.end)
                yield from (child for child in children if child.id == _CODEC_PRIVATE)


def _cleaned(body: bytes) -> bytes:
    """The file without labels in headers for decoders. Nothing changes its place, and sums are made anew."""
    file = _opened(body)
    splices = [
        Splice(private.body, private.end, video_codec.header_without_marks(body[private.body : private.end]))
        for private in _codecs(body, file)
    ]
    changed = [splice for splice in splices if body[splice.start : splice.end] != splice.new]
    if not changed:
        return body
    written = bytes(apply(body, changed))
    for tracks in file.all_of(_TRACKS):
        first = next(file.reader.children(tracks.body, tracks.end), None)
        if first is not None and first.id == CRC:
            written = bytes(apply(written, [Splice(first.body, first.end, checksum(written[first.end : tracks.end]))]))
    return written


def _opened(body: bytes) -> _File:
    reader = ElementReader(body)
    top = []
    for element in reader.children(0, len(body), endless=(_SEGMENT,)):
        top.append(element)
        if element.id == _SEGMENT:
            break
        if element.id not in (_HEADER, VOID):
            raise ImplicitRefusedError(what="The file is no Matroska.")
    if not top or top[0].id != _HEADER or top[-1].id != _SEGMENT:
        raise ImplicitRefusedError(what="The file is no Matroska, or has no segment.")
    kind = _value(body, reader, top[0], _TYPE)
    if kind.rstrip(b"\x00") not in _TYPES:
        raise ImplicitRefusedError(what="The file is neither Matroska nor WebM.")
    return _File(reader, top[-1], list(_parts(reader, top[-1])))


def _parts(reader: ElementReader, segment: Element) -> Iterator[Element]:
    at = segment.body
    while at < segment.end:
        element = reader.element(at, segment.end)
        if not element.sized:
            if element.id != _CLUSTER:
                raise ImplicitRefusedError(what="The file has an element of unknown length that may not be.")
            element = element._replace(end=_end_of(reader, element))
        yield element
        at = element.end


def _end_of(reader: ElementReader, cluster: Element) -> int:
    """Where a cluster of unknown length ends: with the file, or before the next element of its level."""
    for element in reader.children(cluster.body, cluster.end, endless=_LEVEL_1):
        if element.id in _LEVEL_1:
            return element.start
    return cluster.end


def _value(body: bytes, reader: ElementReader, parent: Element, number: int) -> bytes:
    # All of them are walked: programs give up on tags, and an index, that are broken anywhere.
    values = [body[child.body : child.end] for child in reader.children(parent.body, parent.end) if child.id == number]
    return values[0] if values else b""


def _simple_tags(body: bytes, reader: ElementReader, tag: Element) -> Iterator[tuple[Element, str, bytes]]:
    for child in reader.children(tag.body, tag.end):
        if child.id == _TARGETS:
            _value(body, reader, child, _TARGET_LEVEL)
        elif child.id == _SIMPLE_TAG:
            name = _value(body, reader, child, _NAME)[:256].decode(errors="replace").rstrip("\x00")
            yield child, name, _value(body, reader, child, _STRING)


def _tags(body: bytes, file: _File, fields: Mapping[str, str]) -> bytes:
    """All tags of the file anew, in one element."""
    tags = []
    checked = False
    for child in (each for old in file.all_of(_TAGS) for each in file.reader.children(old.body, old.end)):
        checked = checked or child.id == CRC
        if child.id == _TAG:
            tags.append(_tag_without(body, file.reader, child, fields))
    written = [
        master(_SIMPLE_TAG, (text_element(_NAME, name), text_element(_LANGUAGE, "und"), text_element(_STRING, value)))
        for name, value in fields.items()
    ]
    if written:
        tags.append(master(_TAG, (master(_TARGETS, (unsigned(_TARGET_LEVEL, _WHOLE),)), *written)))
    return master(_TAGS, tags, crc=checked)


def _tag_without(body: bytes, reader: ElementReader, tag: Element, fields: Mapping[str, str]) -> bytes:
    gone = {
        child for child, name, value in _simple_tags(body, reader, tag) if is_replaced(name, field_text(value), fields)
    }
    if not gone:
        return body[tag.start : tag.end]
    kept = [child for child in reader.children(tag.body, tag.end) if child not in gone and child.id != CRC]
    if not any(child.id == _SIMPLE_TAG for child in kept):
        return b""
    return master(_TAG, (body[child.start : child.end] for child in kept))


def _in_place(file: _File, old: Element, new: bytes) -> list[Splice]:
    """The new tags where the old ones were, if they fit there or if nothing comes after; else nothing."""
    if old.end == file.segment.end:
        return [Splice(old.start, old.end, new)]
    end = _after_voids(file, old)
    left = end - old.start - len(new)
    return [Splice(old.start, end, new + void(left))] if can_be_void(left) else []


def _after_voids(file: _File, element: Element) -> int:
    """Where what is nothing ends after an element."""
    end = element.end
    for part in file.parts:
        if part.start == end and part.id == VOID:
            end = part.end
    return end


def _emptied(old: Sequence[Element]) -> list[Splice]:
    return [Splice(element.start, element.end, void(element.end - element.start)) for element in old]


def _index(body: bytes, file: _File, head: Element, place: int) -> Splice:
    """The index at the beginning with a new place of the tags, taking up as much room as before."""
    children = list(file.reader.children(head.body, head.end))
    kept = _entries(body, file, [child for child in children if child.id == _SEEK])
    room = _after_voids(file, head) - head.start
    # Room of one byte cannot be left over, so the number may have one more than it needs.
    for spare in (0, 1):
        entry = master(_SEEK, (unsigned(_SEEK_ID, _TAGS), unsigned(_SEEK_POSITION, place, spare=spare)))
        new = master(_SEEK_HEAD, (*kept, entry), crc=any(child.id == CRC for child in children))
        if can_be_void(room - len(new)):
            return Splice(head.start, head.start + room, new + void(room - len(new)))
    raise ImplicitRefusedError(what="The file's index has no room for the place of the labels.")


def _entries(body: bytes, file: _File, entries: Sequence[Element]) -> list[bytes]:
    """The entries of the index but those of tags.

    Raises:
        ImplicitRefusedError: nothing is where one says. Programs that go by such an index would not find labels.
    """
    there = {(part.id, part.start - file.segment.body) for part in file.parts}
    kept = []
    for entry in entries:
        number, place = (int.from_bytes(_value(body, file.reader, entry, each)) for each in (_SEEK_ID, _SEEK_POSITION))
        if (number, place) not in there:
            raise ImplicitRefusedError(what="The file's index names places that are wrong.")
        if number != _TAGS:
            kept.append(body[entry.start : entry.end])
    return kept


def _before_clusters(body: bytes, file: _File, old: Sequence[Element], new: bytes) -> list[Splice]:
    """The new tags before the first cluster, in a file in which nothing names a place."""
    clusters = file.all_of(_CLUSTER)
    first = clusters[0].start if clusters else file.segment.end
    placed = any(_value(body, file.reader, cluster, _CLUSTER_POSITION).strip(b"\x00") for cluster in clusters)
    if placed or file.all_of(_CUES) or any(element.start > first for element in old):
        raise ImplicitRefusedError(what="The file names places in itself, and has no index in which to name one more.")
    return [*(Splice(element.start, element.end, b"") for element in old), Splice(first, first, new)]
