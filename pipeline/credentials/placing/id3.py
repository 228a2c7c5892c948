"""MP3: the manifest as one more frame of the ID3 tag, whose version and other frames stay as they are.

A sound without a tag gets one of version 2.4. A tag of version 2.3 that is unsynchronised is so no more: readers find a
manifest only in plain bytes, and every program has to read plain tags. Version 2.2 has no frame `GEOB`, and not every
validator reads its `GEO`.
"""

from typing import Final, NamedTuple

from pipeline.credentials.placing.place import ManifestPlace, UnplaceableError

__all__ = ["place_in_id3"]

_HEAD: Final = 10
_OLD: Final = 3
_NEW: Final = 4
_UNSYNCHRONISED: Final = 0x80
_EXTENDED: Final = 0x40
_FOOTER: Final = 0x10
_MOST_FRAMES: Final = 10_000
_LONGEST: Final = 2**28 - 1
_LEAST_PADDING: Final = 16
"""Readers that doubt the length of a frame look for another frame's header, or nothing, after it."""

_NAME: Final = b"GEOB"
_DESCRIBED: Final = b"\x00application/c2pa\x00c2pa\x00c2pa manifest store\x00"
_TYPES: Final = (b"application/c2pa\x00", b"application/x-c2pa-manifest-store\x00")


class _Tag(NamedTuple):
    """A tag: its frames as they stand in it, and what follows them up to its end."""

    version: int
    revision: int
    flags: int
    frames: list[bytes]
    padding: bytes
    end: int


def place_in_id3(body: bytes, length: int) -> ManifestPlace:
    """A sound around a manifest store of so many bytes.

    Raises:
        UnplaceableError: its tag is broken, or of a shape that would not stay.
    """
    tag = _tag(body)
    kept = [frame for frame in tag.frames if not _is_manifest(frame)]
    before = b"".join(kept) + _frame_head(tag.version, len(_DESCRIBED) + length) + _DESCRIBED
    padding = tag.padding if tag.flags & _FOOTER else tag.padding.ljust(_LEAST_PADDING, b"\x00")
    size = len(before) + length + len(padding)
    if size > _LONGEST:
        raise UnplaceableError
    stated = bytes((tag.version, tag.revision, tag.flags)) + _syncsafe(size)
    footer = b"3DI" + stated if tag.flags & _FOOTER else b""
    return ManifestPlace(head=b"ID3" + stated + before, tail=padding + footer + body[tag.end :])


def _tag(body: bytes) -> _Tag:
    if body[:3] != b"ID3":
        return _Tag(_NEW, 0, 0, [], b"", 0)
    if len(body) < _HEAD or not _OLD <= body[3] <= _NEW or any(byte & 0x80 for byte in body[6:_HEAD]):
        raise UnplaceableError
    version, revision, flags = body[3:6]
    end = _HEAD + _number(body[6:_HEAD], 7)
    footer = _HEAD if flags & _FOOTER and version == _NEW else 0
    if end + footer > len(body) or flags & _EXTENDED or (footer and body[end : end + 3] != b"3DI"):
        # An extended header may hold a check sum of the frames.
        raise UnplaceableError
    held = body[_HEAD:end]
    if flags & _UNSYNCHRONISED:
        if version == _NEW:
            raise UnplaceableError
        held, flags = held.replace(b"\xff\x00", b"\xff"), flags & ~_UNSYNCHRONISED
    frames: list[bytes] = []
    at = 0
    while at < len(held) and held[at]:
        after = at + _frame_size(held, at, version)
        if after > len(held) or len(frames) >= _MOST_FRAMES:
            raise UnplaceableError
        frames.append(held[at:after])
        at = after
    if held[at:].strip(b"\x00"):
        raise UnplaceableError
    return _Tag(version, revision, flags, frames, held[at:], end + footer)


def _frame_size(held: bytes, at: int, version: int) -> int:
    """How long a frame is with its header."""
    return _HEAD + _number(held[at + 4 : at + 8], 7 if version == _NEW else 8)


def _frame_head(version: int, size: int) -> bytes:
    return _NAME + (_syncsafe(size) if version == _NEW else size.to_bytes(4)) + b"\x00\x00"


def _is_manifest(frame: bytes) -> bool:
    return frame.startswith(_NAME) and any(frame.startswith(kind, _HEAD + 1) for kind in _TYPES)


def _number(digits: bytes, bits: int) -> int:
    number = 0
    for digit in digits:
        number = number << bits | digit
    return number


def _syncsafe(size: int) -> bytes:
    return bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))
