"""ID3v2 tags, read within bounds: which frames there are, and what the few say that matter here.

mutagen, which writes them, reads them too, but unpacks compressed frames to any length, and makes one frame of two.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from pipeline.labels.implicit.carriers.tagging import FoundField, names_aigc, text_of
from pipeline.labels.refused import ImplicitRefusedError

__all__ = ["Frame", "Tag", "tag_of"]

_HEAD: Final = 10
_OLDEST: Final = 2
_NEWEST: Final = 4
_SHORT_HEAD: Final = 6
_SHORT_NAMES: Final = {b"TXX": b"TXXX", b"COM": b"COMM"}
_NEVER: Final = 0xFF
_MOST_FRAMES: Final = 10_000
_UNSYNCHRONISED: Final = 0x80
_EXTENDED: Final = 0x40
_FOOTER: Final = 0x10
_ENCODINGS: Final = ("latin-1", "utf-16", "utf-16-be", "utf-8")
_PACKED: Final = {3: 0xC0, 4: 0x0C}
"""Flags of compressed and encrypted frames, by version."""

_GROUPED: Final = {3: 0x20, 4: 0x40}
_FRAME_UNSYNCHRONISED: Final = 0x02
_LENGTH_STATED: Final = 0x01


class Frame(NamedTuple):
    """One frame; `packed` if its payload is compressed or encrypted."""

    kind: bytes
    payload: bytes
    packed: bool


class Tag(NamedTuple):
    """A tag at the beginning of a file.

    Attributes:
        version: 2, 3 or 4.
        plain: whether it has neither an extended header nor a footer, and is of a version that is written here.
        end: where in the file it ends.
    """

    version: int
    plain: bool
    frames: tuple[Frame, ...]
    end: int

    @property
    def texts(self) -> tuple[FoundField, ...]:
        """The texts that have a name of their own (`TXXX`), and comments.

        Raises:
            ImplicitRefusedError: one of the former is compressed or encrypted.
        """
        named = tuple(_entry(frame) for frame in self.frames if frame.kind == b"TXXX")
        return (*named, *(_comment(frame) for frame in self.frames if frame.kind == b"COMM" and _is_plain(frame)))

    @property
    def private(self) -> tuple[FoundField, ...]:
        """What programs keep under a name of their own (`PRIV`) that is the place of a label."""
        named = (
            frame.payload.partition(b"\x00") for frame in self.frames if frame.kind == b"PRIV" and not frame.packed
        )
        entries = (FoundField("id3.PRIV", owner.decode("latin-1"), text_of(data)) for owner, _, data in named)
        return tuple(entry for entry in entries if names_aigc(entry.name))

    @property
    def xmp(self) -> tuple[bytes, ...]:
        """The XMP packets (`PRIV`)."""
        named = (
            frame.payload.partition(b"\x00") for frame in self.frames if frame.kind == b"PRIV" and not frame.packed
        )
        return tuple(packet for owner, _, packet in named if owner == b"XMP")


def tag_of(data: bytes) -> Tag | None:
    """The tag at the beginning of a file; None where there is none.

    Raises:
        ImplicitRefusedError: it is broken, truncated, or of a version that is not read.
    """
    if data[:3] != b"ID3":
        return None
    if len(data) < _HEAD or not _OLDEST <= data[3] <= _NEWEST:
        raise ImplicitRefusedError(what="The file has an ID3 tag that is none of the versions 2.2 to 2.4.")
    if data[4] == _NEVER or any(byte & 0x80 for byte in data[6:_HEAD]):
        raise ImplicitRefusedError(what="The header of the file's ID3 tag is broken.")
    version, flags = data[3], data[5]
    if version == _OLDEST:
        return _oldest(data)
    end = _HEAD + _syncsafe(data[6:_HEAD])
    footer = _HEAD if flags & _FOOTER and version == _NEWEST else 0
    if end + footer > len(data):
        raise ImplicitRefusedError(what="The file's ID3 tag is longer than the file: it is truncated.")
    body = data[_HEAD:end]
    if flags & _UNSYNCHRONISED and version != _NEWEST:
        body = _synchronised(body)
    start = _extended(body, version) if flags & _EXTENDED else 0
    return Tag(version, not start and not footer, tuple(_frames(body, version, start, flags)), end + footer)


def _oldest(data: bytes) -> Tag:
    """A tag of version 2.2, whose frames have names and lengths of three bytes, and no flags."""
    end = _HEAD + _syncsafe(data[6:_HEAD])
    if end > len(data):
        raise ImplicitRefusedError(what="The file's ID3 tag is longer than the file: it is truncated.")
    if data[5] & _EXTENDED:
        raise ImplicitRefusedError(what="The file's ID3 tag of version 2.2 is compressed, which nobody defined.")
    body = data[_HEAD:end]
    if data[5] & _UNSYNCHRONISED:
        body = _synchronised(body)
    return Tag(_OLDEST, plain=False, frames=tuple(_short_frames(body)), end=end)


def _short_frames(body: bytes) -> Iterator[Frame]:
    start = 0
    for _ in range(_MOST_FRAMES):
        if start + _SHORT_HEAD > len(body) or body[start] == 0:
            return
        end = start + _SHORT_HEAD + int.from_bytes(body[start + 3 : start + _SHORT_HEAD])
        if end > len(body):
            raise ImplicitRefusedError(what="A frame of the file's ID3 tag is longer than the tag.")
        kind = body[start : start + 3]
        yield Frame(_SHORT_NAMES.get(kind, kind), body[start + _SHORT_HEAD : end], packed=False)
        start = end
    raise ImplicitRefusedError(what=f"The file's ID3 tag has more than {_MOST_FRAMES} frames.")


def _extended(body: bytes, version: int) -> int:
    if version == _NEWEST:
        return max(_syncsafe(body[:4]), 6)
    return 4 + int.from_bytes(body[:4])


def _frames(body: bytes, version: int, start: int, flags: int) -> Iterator[Frame]:
    for _ in range(_MOST_FRAMES):
        if start + _HEAD > len(body) or body[start] == 0:
            return
        size = body[start + 4 : start + 8]
        end = start + _HEAD + (_syncsafe(size) if version == _NEWEST else int.from_bytes(size))
        if end > len(body):
            raise ImplicitRefusedError(what="A frame of the file's ID3 tag is longer than the tag.")
        yield _frame(body[start : start + 4], body[start + _HEAD : end], version, body[start + 9], flags)
        start = end
    raise ImplicitRefusedError(what=f"The file's ID3 tag has more than {_MOST_FRAMES} frames.")


def _frame(kind: bytes, payload: bytes, version: int, flags: int, tag_flags: int) -> Frame:
    if flags & _GROUPED[version]:
        payload = payload[1:]
    if version == _NEWEST:
        if flags & _LENGTH_STATED:
            payload = payload[4:]
        if (flags | tag_flags >> 6) & _FRAME_UNSYNCHRONISED:
            payload = _synchronised(payload)
    return Frame(kind, payload, bool(flags & _PACKED[version]))


def _entry(frame: Frame) -> FoundField:
    if frame.packed or not frame.payload or frame.payload[0] >= len(_ENCODINGS):
        raise ImplicitRefusedError(
            what="A text of the file's ID3 tag is compressed, encrypted, or in no known encoding."
        )
    text = frame.payload[1 : 4 * 32 * 1024].decode(_ENCODINGS[frame.payload[0]], errors="replace")
    name, _, value = text.partition("\x00")
    # Some write the label of byte order before each of the two.
    return FoundField("id3.TXXX", name, text_of(value.lstrip("\ufeff").encode(errors="replace")))


def _is_plain(frame: Frame) -> bool:
    return not frame.packed and bool(frame.payload) and frame.payload[0] < len(_ENCODINGS)


def _comment(frame: Frame) -> FoundField:
    """A comment: a language, a description, and what it says."""
    encoding, body = frame.payload[0], frame.payload[4 : 4 * 32 * 1024]
    name, _, value = body.decode(_ENCODINGS[encoding], errors="replace").partition("\x00")
    return FoundField("id3.COMM", name.lstrip("\ufeff"), text_of(value.lstrip("\ufeff").encode(errors="replace")))


def _synchronised(data: bytes) -> bytes:
    return data.replace(b"\xff\x00", b"\xff")


def _syncsafe(size: bytes) -> int:
    number = 0
    for byte in size:
        number = number << 7 | byte & 0x7F
    return number
