"""FLAC: blocks of metadata, among them pictures and the table of places, and frames of sound."""

from typing import Final

from pipeline.assets.promises.container import METADATA, BrokenContainerError, Promises, Stretch
from pipeline.assets.promises.id3 import after_tag

__all__ = ["promises"]

_HEAD: Final = 4
_MARKER: Final = b"fLaC"
_PADDING: Final = 1
_APPLICATION: Final = 2
_COMMENTS: Final = 4
_FOREIGN: Final = (b"riff", b"aiff", b"w64 ")
"""Applications whose blocks keep what a sound had in another container; labels are among that."""

_MOST_BLOCKS: Final = 10_000


def promises(body: bytes) -> Promises:
    """What a FLAC file promises."""
    at = after_tag(body)
    if not body.startswith(_MARKER, at):
        raise BrokenContainerError
    at += len(_MARKER)
    blocks: list[tuple[int, Stretch]] = []
    comments: list[tuple[int, Stretch]] = []
    for _ in range(_MOST_BLOCKS):
        head = body[at : at + _HEAD]
        end = at + _HEAD + int.from_bytes(head[1:])
        if len(head) < _HEAD or end > len(body):
            break
        kind = head[0] & 0x7F
        if kind != _PADDING:
            # The first bit of the head says whether a block is the last one, and padding may come or go behind it.
            is_metadata = kind == _COMMENTS or (kind == _APPLICATION and body.startswith(_FOREIGN, at + _HEAD))
            (comments if is_metadata else blocks).append((kind, Stretch(body, at + _HEAD, end)))
        at = end
        if head[0] & 0x80:
            return {"its blocks of metadata": blocks, METADATA: comments, "its sound": Stretch(body, at)}
    raise BrokenContainerError
