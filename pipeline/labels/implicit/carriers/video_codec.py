"""Comments in the headers of sound that Matroska keeps for its decoder (`CodecPrivate`): those of FLAC and Vorbis.

mkvmerge takes such a header over as it is, so a comment of the file that the sound came from is inside. A label in it
is taken out without a change of length, for nothing behind it may move: what is left is a comment with blanks.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from pipeline.labels.implicit.carriers.tagging import FoundField, field_text, is_label, is_worth_reading

__all__ = ["CODECS", "codec_entries", "header_without_marks"]

CODECS: Final = (b"A_FLAC", b"A_VORBIS")

_FLAC: Final = b"fLaC"
_VORBIS: Final = b"\x03vorbis"
_COMMENTS: Final = 4
_MOST_BLOCKS: Final = 1000
_MOST_COMMENTS: Final = 10_000
_NUMBER: Final = 4
_CARRIER: Final = "matroska.CodecPrivate"


class _Comment(NamedTuple):
    """One comment: its name and value, and where the two begin and end."""

    name: str
    value: bytes
    begin: int
    end: int


def codec_entries(private: bytes) -> Iterator[FoundField]:
    """What the comments in a decoder's header say. What cannot be followed says nothing, as to the decoder."""
    for comment in _comments(private):
        if is_worth_reading(comment.name, comment.value):
            yield FoundField(_CARRIER, comment.name, field_text(comment.value))


def header_without_marks(private: bytes) -> bytes:
    """The header without labels, as long as it was."""
    for comment in _comments(private):
        if is_label(comment.name, field_text(comment.value)):
            private = private[: comment.begin] + b"=".ljust(comment.end - comment.begin) + private[comment.end :]
    return private


def _comments(private: bytes) -> list[_Comment]:
    at = _place(private)
    if at is None:
        return []
    at += _NUMBER + int.from_bytes(private[at : at + _NUMBER], "little")
    count = int.from_bytes(private[at : at + _NUMBER], "little")
    at += _NUMBER
    found = []
    for _ in range(min(count, _MOST_COMMENTS)):
        begin = at + _NUMBER
        at = begin + int.from_bytes(private[at:begin], "little")
        if at > len(private) or at <= begin:
            break
        name, _, value = private[begin:at].partition(b"=")
        found.append(_Comment(name[:256].decode(errors="replace"), value, begin, at))
    return found


def _place(private: bytes) -> int | None:
    """Where the comments begin; None where there are none."""
    if not private.startswith(_FLAC):
        found = private.find(_VORBIS)
        return None if found < 0 else found + len(_VORBIS)
    at = len(_FLAC)
    for _ in range(_MOST_BLOCKS):
        head = private[at : at + _NUMBER]
        if len(head) < _NUMBER:
            return None
        if head[0] & 0x7F == _COMMENTS:
            return at + _NUMBER
        if head[0] & 0x80:
            return None
        at += _NUMBER + int.from_bytes(head[1:])
    return None
