"""FLAC: the comment `AIGC`, as the audio practice guide (TC260-PG-202510A) puts it.

Frames of sound, and all other blocks of metadata, keep their bytes; of those with chunks of a WAV file, labels go. An
ID3 tag, which programs put before a FLAC file, stays as it is: a label in it is read, and none is written beside it.
"""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final, NamedTuple

from pipeline.labels.implicit.carriers import audio_foreign
from pipeline.labels.implicit.carriers.audio_id3 import Tag, tag_of
from pipeline.labels.implicit.carriers.audio_vorbis import Comments
from pipeline.labels.implicit.carriers.tagging import found
from pipeline.labels.implicit.model import FoundLabels, LabelsToWrite
from pipeline.labels.refused import ImplicitRefusedError

__all__ = ["read", "write"]

_MARKER: Final = b"fLaC"
_STREAM: Final = 0
_PADDING: Final = 1
_APPLICATION: Final = 2
_COMMENTS: Final = 4
_HEAD: Final = 4
_LAST: Final = 0x80
_LONGEST: Final = (1 << 24) - 1
"""Of a block, by the three bytes of its length."""

_MOST_BLOCKS: Final = 1000


class _Block(NamedTuple):
    """A block of metadata (RFC 9639, 8.1)."""

    kind: int
    data: bytes

    @property
    def length(self) -> int:
        """With its head."""
        return _HEAD + len(self.data)


class _File(NamedTuple):
    """A FLAC file: what stands before its marker, also as the tag that it is, its blocks, and its sound."""

    before: bytes
    tag: Tag | None
    blocks: tuple[_Block, ...]
    sound: bytes


def read(body: bytes) -> FoundLabels:
    """The labels in a FLAC file.

    Raises:
        ImplicitRefusedError: the file is broken, or no FLAC.
    """
    _, tag, blocks, _ = _parsed(body)
    foreign = [block.data for block in blocks if block.kind == _APPLICATION]
    comments = (Comments.parse(block.data)[0].entries() for block in blocks if block.kind == _COMMENTS)
    packets = [packet for data in foreign if (packet := audio_foreign.packet(data)) is not None]
    texts, xmp = ((), ()) if tag is None else (tag.texts, tag.xmp)
    return found(chain(texts, *comments, *map(audio_foreign.foreign_entries, foreign)), xmp=(*xmp, *packets))


def write(body: bytes, labels: LabelsToWrite) -> bytes:
    """The file with the labels, in the place of any that it has.

    Padding is used up, and none is added. There should be one block of comments, but a second one is not overlooked.

    Raises:
        ImplicitRefusedError: the file is broken, or a block would be longer than blocks are, or there is a label before
            the file, which would contradict ours.
    """
    before, tag, blocks, sound = _parsed(body)
    if tag is not None and labels.aigc is not None and found(tag.texts, xmp=tag.xmp).aigc:
        raise ImplicitRefusedError(
            what="The file has a label in an ID3 tag before the FLAC, where it is not replaced.",
            remedy="Take that tag out of the file, or mark the content beside it: a sidecar manifest, or its record.",
        )
    if all(block.kind != _COMMENTS for block in blocks):
        blocks = (blocks[0], _Block(_COMMENTS, Comments().to_bytes()), *blocks[1:])
        room = -blocks[1].length
    else:
        room = 0
    new = list(_labelled(blocks, labels))
    room += sum(block.length for block in blocks) - sum(block.length for block in new)
    if room >= _HEAD:
        new.append(_Block(_PADDING, bytes(min(room - _HEAD, _LONGEST))))
    return b"".join((before, _MARKER, *_written(new), sound))


def _labelled(blocks: Iterable[_Block], labels: LabelsToWrite) -> Iterator[_Block]:
    """All blocks but padding, with the labels in the first of comments, and in no other."""
    first = True
    for block in blocks:
        if block.kind == _COMMENTS:
            comments = _all_of(block)
            comments = comments.with_labels(labels) if first else comments.without_labels(labels)
            first = False
            yield _Block(_COMMENTS, comments.to_bytes())
        elif block.kind == _APPLICATION and labels.aigc is not None:
            yield _Block(_APPLICATION, audio_foreign.block_without_marks(block.data))
        elif block.kind != _PADDING:
            yield block


def _written(blocks: list[_Block]) -> Iterator[bytes]:
    for number, block in enumerate(blocks, 1):
        if len(block.data) > _LONGEST:
            raise ImplicitRefusedError(what="The file's comments are longer than a block of FLAC can be.")
        last = _LAST if number == len(blocks) else 0
        yield bytes((block.kind | last,)) + len(block.data).to_bytes(3) + block.data


def _all_of(block: _Block) -> Comments:
    comments, rest = Comments.parse(block.data)
    if rest:
        raise ImplicitRefusedError(what="The file's comments end before their block does.")
    return comments


def _parsed(body: bytes) -> _File:
    tag = tag_of(body)
    start = 0 if tag is None else tag.end
    if body[start : start + len(_MARKER)] != _MARKER:
        raise ImplicitRefusedError(what="The file is no FLAC.")
    blocks: list[_Block] = []
    place, more = start + len(_MARKER), True
    while more:
        head = body[place : place + _HEAD]
        end = place + _HEAD + int.from_bytes(head[1:])
        if len(head) < _HEAD or end > len(body) or len(blocks) == _MOST_BLOCKS:
            raise ImplicitRefusedError(what="The file's metadata is cut off, or in more blocks than are read.")
        blocks.append(_Block(head[0] & ~_LAST, body[place + _HEAD : end]))
        more, place = not head[0] & _LAST, end
    if blocks[0].kind != _STREAM:
        raise ImplicitRefusedError(what="The file is no FLAC: it does not begin with what its sound is.")
    return _File(body[:start], tag, tuple(blocks), body[place:])
