"""ID3v2 before MPEG sound: version and frames of the tag, and everything behind it, tags at the end included."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from pipeline.assets.promises.container import METADATA, BrokenContainerError, Promises, Stretch

__all__ = ["after_tag", "promises"]

_HEAD: Final = 10
_SHORT_HEAD: Final = 6
_OLDEST: Final = 2
_WITH_ALL: Final = 4
_UNSYNCHRONISED: Final = 0x80
_EXTENDED: Final = 0x40
_FOOTER: Final = 0x10
_FRAME_UNSYNCHRONISED: Final = 0x02
_MANIFESTS: Final = (b"application/c2pa\x00", b"application/x-c2pa-manifest-store\x00")
_LABELLED: Final = (b"TXXX", b"TXX", b"PRIV", b"COMM", b"COM")
"""Frames that hold labels, which replace each other."""

_MOST_FRAMES: Final = 10_000


class _Frame(NamedTuple):
    kind: bytes
    payload: bytes


def promises(body: bytes) -> Promises:
    """What an MP3 file promises."""
    promised: dict[str, object] = {"its sound, and what is around it": Stretch(body, after_tag(body))}
    if body.startswith(b"ID3"):
        frames = [frame for frame in _frames(body) if not _is_manifest(frame)]
        promised["the version of its tag"] = f"2.{body[3]}"
        promised["the frames of its tag"] = sorted(frame for frame in frames if frame.kind not in _LABELLED)
        promised[METADATA] = sorted(frame for frame in frames if frame.kind in _LABELLED)
    return promised


def after_tag(body: bytes) -> int:
    """Where a file's tag ends, with its footer; 0 where there is none."""
    if not body.startswith(b"ID3"):
        return 0
    if len(body) < _HEAD or body[3] < _OLDEST or body[3] > _WITH_ALL:
        raise BrokenContainerError
    footer = _HEAD if body[5] & _FOOTER and body[3] == _WITH_ALL else 0
    end = _HEAD + _number(body[6:_HEAD], 7) + footer
    if end > len(body):
        raise BrokenContainerError
    return end


def _frames(body: bytes) -> Iterator[_Frame]:
    version, flags = body[3], body[5]
    held = body[_HEAD : _HEAD + _number(body[6:_HEAD], 7)]
    if flags & _UNSYNCHRONISED and version < _WITH_ALL:
        held = held.replace(b"\xff\x00", b"\xff")
    at = _after_extension(held, version) if flags & _EXTENDED else 0
    head = _SHORT_HEAD if version == _OLDEST else _HEAD
    name = 3 if version == _OLDEST else 4
    for _ in range(_MOST_FRAMES):
        if at + head > len(held) or not held[at]:
            return
        size = _number(held[at + name : at + 2 * name], 7 if version == _WITH_ALL else 8)
        end = at + head + size
        if end > len(held):
            break
        payload = held[at + head : end]
        if version == _WITH_ALL and (held[at + 9] | flags >> 6) & _FRAME_UNSYNCHRONISED:
            payload = payload.replace(b"\xff\x00", b"\xff")
        yield _Frame(held[at : at + name], payload)
        at = end
    raise BrokenContainerError


def _after_extension(held: bytes, version: int) -> int:
    if version == _OLDEST:
        raise BrokenContainerError
    size = held[:4]
    return max(_number(size, 7), 6) if version == _WITH_ALL else 4 + _number(size, 8)


def _is_manifest(frame: _Frame) -> bool:
    return frame.kind in (b"GEOB", b"GEO") and frame.payload[1:].startswith(_MANIFESTS)


def _number(digits: bytes, bits: int) -> int:
    number = 0
    for digit in digits:
        number = number << bits | digit
    return number
