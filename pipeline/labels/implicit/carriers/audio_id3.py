"""ID3v2 tags, read and written within bounds: which frames there are, and what the few say that matter here.

Frames are never unpacked, and keep their bytes where a tag is written anew: also those that nobody knows, that are
compressed, and that are there twice.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from pipeline.labels.implicit.carriers.tagging import FoundField, field_text, names_aigc
from pipeline.labels.refused import ImplicitRefusedError

__all__ = ["XMP_OWNER", "Frame", "Tag", "frame_of", "tag_of", "tag_with"]

XMP_OWNER: Final = b"XMP"
"""Of the private frame that holds XMP."""

_HEAD: Final = 10
_OLDEST: Final = 2
_NEWEST: Final = 4
_SHORT_HEAD: Final = 6
_SHORT_NAMES: Final = {b"TXX": b"TXXX", b"COM": b"COMM"}
_NEVER: Final = 0xFF
_MOST_FRAMES: Final = 10_000
_LONGEST: Final = (1 << 28) - 1
"""Of a tag, by the four times seven bits of its length."""

_LEAST_PADDING: Final = 10
"""Readers that doubt the length of a frame look for another frame's header, or nothing, after it."""

_PADDING: Final = 256
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
    raw: bytes
    """As it stands in the tag, with its head."""

    @property
    def text(self) -> FoundField | None:
        """What it says under a name of its own; None where it says nothing of the kind.

        Raises:
            ImplicitRefusedError: it is a `TXXX` that is compressed or encrypted.
        """
        if self.kind == b"TXXX":
            return _entry(self)
        if self.kind == b"COMM" and _is_plain(self):
            return _comment(self)
        if self.kind == b"PRIV" and not self.packed:
            owner, _, data = self.payload.partition(b"\x00")
            found = FoundField("id3.PRIV", owner.decode("latin-1"), field_text(data))
            return found if names_aigc(found.name) else None
        return None

    @property
    def xmp(self) -> bytes | None:
        """The XMP packet that it holds; None where it holds something else."""
        owner, _, packet = self.payload.partition(b"\x00")
        return packet if self.kind == b"PRIV" and not self.packed and owner == XMP_OWNER else None


class Tag(NamedTuple):
    """A tag at the beginning of a file.

    Attributes:
        version: 2, 3 or 4.
        plain: whether it has neither an extended header nor a footer, and is of a version that is written here.
        end: where in the file it ends.
        flags: of the tag.
        padded: whether nothing but zeros follows the last frame.
    """

    version: int
    plain: bool
    frames: tuple[Frame, ...]
    end: int
    flags: int
    padded: bool

    @property
    def texts(self) -> tuple[FoundField, ...]:
        """The texts that have a name of their own: `TXXX`, comments, and `PRIV` where it is the place of a label.

        Raises:
            ImplicitRefusedError: one of the first is compressed or encrypted.
        """
        return tuple(text for frame in self.frames if (text := frame.text) is not None)

    @property
    def xmp(self) -> tuple[bytes, ...]:
        """The XMP packets (`PRIV`)."""
        return tuple(packet for frame in self.frames if (packet := frame.xmp) is not None)


def tag_with(old: Tag | None, frames: Sequence[bytes]) -> bytes:
    """A tag of these frames, of the version and the flags of the old one, and as long where they find room.

    Raises:
        ImplicitRefusedError: it would be longer than a tag can be.
    """
    version = _NEWEST if old is None else old.version
    # Frames of version 2.3 are kept as they were before the whole tag was unsynchronised; those of 2.4 bear it.
    flags = 0 if old is None else old.flags & ~(0 if version == _NEWEST else _UNSYNCHRONISED)
    body = b"".join(frames)
    room = (0 if old is None else old.end - _HEAD) - len(body)
    body += bytes(room if room >= _LEAST_PADDING else _PADDING)
    if len(body) > _LONGEST:
        raise ImplicitRefusedError(what="The file's ID3 tag would be longer than a tag can be.")
    return b"ID3" + bytes((version, 0, flags)) + _syncsafe_bytes(len(body)) + body


def frame_of(kind: bytes, payload: bytes, old: Tag | None) -> bytes:
    """A new frame for a tag like the old one; its payload has no byte 0xFF, so it is the same when unsynchronised."""
    size = len(payload).to_bytes(4) if old is not None and old.version != _NEWEST else _syncsafe_bytes(len(payload))
    return kind + size + b"\x00\x00" + payload


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
    frames = tuple(_frames(body, version, start, flags))
    padding = body[start + sum(len(frame.raw) for frame in frames) :]
    return Tag(
        version=version,
        plain=not start and not footer,
        frames=frames,
        end=end + footer,
        flags=flags,
        padded=not padding.strip(b"\x00"),
    )


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
    return Tag(version=_OLDEST, plain=False, frames=tuple(_short_frames(body)), end=end, flags=data[5], padded=False)


def _short_frames(body: bytes) -> Iterator[Frame]:
    start = 0
    for _ in range(_MOST_FRAMES):
        if start + _SHORT_HEAD > len(body) or body[start] == 0:
            return
        end = start + _SHORT_HEAD + int.from_bytes(body[start + 3 : start + _SHORT_HEAD])
        if end > len(body):
            raise ImplicitRefusedError(what="A frame of the file's ID3 tag is longer than the tag.")
        kind = body[start : start + 3]
        payload = body[start + _SHORT_HEAD : end]
        yield Frame(_SHORT_NAMES.get(kind, kind), payload, packed=False, raw=body[start:end])
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
        yield _frame(body[start:end], version, body[start + 9], flags)
        start = end
    raise ImplicitRefusedError(what=f"The file's ID3 tag has more than {_MOST_FRAMES} frames.")


def _frame(raw: bytes, version: int, flags: int, tag_flags: int) -> Frame:
    payload = raw[_HEAD:]
    if flags & _GROUPED[version]:
        payload = payload[1:]
    if version == _NEWEST:
        if flags & _LENGTH_STATED:
            payload = payload[4:]
        if (flags | tag_flags >> 6) & _FRAME_UNSYNCHRONISED:
            payload = _synchronised(payload)
    return Frame(raw[:4], payload, bool(flags & _PACKED[version]), raw)


def _entry(frame: Frame) -> FoundField:
    if frame.packed or not frame.payload or frame.payload[0] >= len(_ENCODINGS):
        raise ImplicitRefusedError(
            what="A text of the file's ID3 tag is compressed, encrypted, or in no known encoding."
        )
    text = frame.payload[1 : 4 * 32 * 1024].decode(_ENCODINGS[frame.payload[0]], errors="replace")
    name, _, value = text.partition("\x00")
    # Some write the label of byte order before each of the two.
    return FoundField("id3.TXXX", name, field_text(value.lstrip("\ufeff").encode(errors="replace")))


def _is_plain(frame: Frame) -> bool:
    return not frame.packed and bool(frame.payload) and frame.payload[0] < len(_ENCODINGS)


def _comment(frame: Frame) -> FoundField:
    """A comment: a language, a description, and what it says."""
    encoding, body = frame.payload[0], frame.payload[4 : 4 * 32 * 1024]
    name, _, value = body.decode(_ENCODINGS[encoding], errors="replace").partition("\x00")
    return FoundField("id3.COMM", name.lstrip("\ufeff"), field_text(value.lstrip("\ufeff").encode(errors="replace")))


def _synchronised(data: bytes) -> bytes:
    return data.replace(b"\xff\x00", b"\xff")


def _syncsafe(size: bytes) -> int:
    number = 0
    for byte in size:
        number = number << 7 | byte & 0x7F
    return number


def _syncsafe_bytes(number: int) -> bytes:
    return bytes(number >> shift & 0x7F for shift in (21, 14, 7, 0))
