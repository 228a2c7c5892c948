"""Ogg with Vorbis, Opus or FLAC: the comment `AIGC`, as the audio practice guide (TC260-PG-202510A) puts it.

Comments are the second packet of each of these kinds of sound. The pages that come after are numbered and summed up
anew where it takes more of them; the packets of sound keep their bytes.
"""

from dataclasses import dataclass
from typing import Final

from pipeline.labels.implicit.carriers.audio_vorbis import Comments
from pipeline.labels.implicit.carriers.ogg_pages import Stream, first_pages, stream_of, with_second_packet
from pipeline.labels.implicit.carriers.tagging import found
from pipeline.labels.implicit.model import FoundLabels, LabelsToWrite
from pipeline.labels.refused import ImplicitRefusedError

__all__ = ["read", "write"]

_VORBIS: Final = b"\x01vorbis"
_FLAC: Final = b"\x7fFLAC"
_COMMENT_BLOCK: Final = 4
_LAST_BLOCK: Final = 0x80
_BLOCK_LENGTH: Final = slice(1, 4)
_TOO_LONG: Final = 1 << 24
_HEADS: Final = {_VORBIS: b"\x03vorbis", b"OpusHead": b"OpusTags", _FLAC: b""}
"""What the first packet of each kind begins with, and the second; FLAC has the head of a block there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tags:
    """The comments of a file, with what stands around them in their packet."""

    stream: Stream
    is_flac: bool
    head: bytes
    comments: Comments
    framing: bytes
    """A byte that ends the comments of Vorbis."""

    padding: bytes
    """Zeros, or what a later version of Opus may put there."""


def read(body: bytes) -> FoundLabels:
    """The labels in an Ogg file.

    Raises:
        ImplicitRefusedError: the file is broken, truncated, or holds none of the known kinds of sound.
    """
    return found(_parsed(body).comments.entries())


def write(body: bytes, labels: LabelsToWrite) -> bytes:
    """The file with the labels, in the place of any that it has.

    Padding is used up, and none is added.

    Raises:
        ImplicitRefusedError: the file is broken, or its comments would be longer than a block of FLAC can be.
    """
    tags = _parsed(body)
    comments = tags.comments.with_labels(labels).to_bytes()
    grown = len(comments) - len(tags.comments.to_bytes())
    packet = comments + tags.framing + _padding(tags.padding, grown)
    if tags.is_flac and len(packet) >= _TOO_LONG:
        raise ImplicitRefusedError(what="The file's comments are longer than a block of FLAC can be.")
    head = tags.head[:1] + len(packet).to_bytes(3) if tags.is_flac else tags.head
    return with_second_packet(body, tags.stream, head + packet)


def _padding(there: bytes, grown: int) -> bytes:
    """What follows the comments, with less of it where they have grown; what is more than padding stays."""
    return there if there.strip(b"\x00") else bytes(max(0, len(there) - grown))


def _parsed(body: bytes) -> _Tags:
    for first in first_pages(body):
        kind = next((kind for kind in _HEADS if first.data.startswith(kind)), None)
        if kind is not None:
            break
    else:
        raise ImplicitRefusedError(what="The file is no Ogg with Vorbis, Opus or FLAC.")
    stream = stream_of(body, first)
    length = 4 if kind == _FLAC else len(_HEADS[kind])
    head, held = stream.packet[:length], stream.packet[length:]
    if kind == _FLAC:
        if len(head) < length or head[0] & ~_LAST_BLOCK != _COMMENT_BLOCK:
            raise ImplicitRefusedError(what="The second packet of the file's FLAC is no block of comments.")
        if int.from_bytes(head[_BLOCK_LENGTH]) != len(held):
            raise ImplicitRefusedError(what="The block of comments in the file's FLAC is not as long as it says.")
    elif head != _HEADS[kind]:
        raise ImplicitRefusedError(what="The second packet of the file's sound holds no comments.")
    comments, tail = Comments.parse(held)
    framed = 1 if kind == _VORBIS else 0
    return _Tags(
        stream=stream,
        is_flac=kind == _FLAC,
        head=head,
        comments=comments,
        framing=tail[:framed],
        padding=tail[framed:],
    )
