"""Putting a manifest into a text whose claim has to say how long the manifest will be.

The claim states the length of the run, the run carries the claim, and how long a run is depends on every byte in it: on
the signature, which is random, and on the time stamp, which somebody else makes. So the length is chosen beforehand,
with a guess at what signing will bring, and met afterwards: the library pads each signature with zeros outside of what
is signed, for this very purpose (C2PA 2.4 §10.4), and each of them that is made another number costs one byte more.
It pads generously, thousands of bytes where there is a time stamp, and a text pays for each three times; so most of the
padding is taken out before. The run itself is not padded; validators disagree about runs that are.
"""

import re
import struct
from collections.abc import Iterator
from typing import Final

from pipeline.credentials.data_hash import Json, Make, data_hash_binding
from pipeline.credentials.text.binding import text_digest
from pipeline.credentials.text.wrapper import BrokenWrapperError, unwrapped, wrapped, wrapped_length

__all__ = ["TextFitter", "UnfitTextError"]

_ATTEMPTS: Final = 4
_TWO_BYTES: Final = 0xFFFF
"""The length that the claim states has a length itself: two bytes up to here, four beyond."""

_UTF_8: Final = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})
_SIZE: Final = struct.Struct(">I")
_ROOM: Final = 320
"""How many bytes of padding stay: signatures and time stamps of one signer vary by some dozens. As many as make the
padding's own length take the two bytes that it had."""

_FILLER: Final = b"\xff"
_PAD: Final = re.compile(rb"\x63pad(?:([\x40-\x57])|\x58(.)|\x59(..))", re.DOTALL)
"""The header `pad` of a COSE signature: its name, and a byte string of up to 23, 255 or 65,535 bytes."""


class UnfitTextError(Exception):
    """This text cannot carry a manifest: it is no UTF-8, says that it is none, or holds nothing but manifests."""


class TextFitter:
    """Fits manifests of one signer into texts, and learns how long its signatures are. Threads may share it."""

    def __init__(self) -> None:
        self._growth = 0

    def embed(self, text: bytes, media_type: str, *, place: Make, sign: Make) -> tuple[bytes, bytes]:
        """A text with a signed manifest behind it, and that manifest's store.

        Args:
            text: the text; manifests that are in it are left out.
            media_type: its type, with the character set if that is told.
            place: makes a manifest store with the given hard binding, as long as a signed one, without signing.
            sign: makes the signed one. Called once for a text, and twice for the first one.

        Raises:
            UnfitTextError: this text cannot carry a manifest.
        """
        body, digest = _body(text, media_type)

        def binding(length: int) -> Json:
            return data_hash_binding(digest, start=len(body), length=length)

        blank = wrapped_length(place(binding(_TWO_BYTES)))
        if blank + self._growth > _TWO_BYTES:
            blank = wrapped_length(place(binding(_TWO_BYTES + 1)))
        for _ in range(_ATTEMPTS):
            length = blank + self._growth
            store = _slim(sign(binding(length)))
            signed = wrapped_length(store)
            pad = _padding(store)
            self._growth = signed + len(pad) // 2 - blank
            if 0 <= length - signed <= len(pad):
                store = _lengthened(store, pad, length - signed)
                return body + wrapped(store), store
        raise UnfitTextError


def _body(text: bytes, media_type: str) -> tuple[bytes, bytes]:
    """The text that a person sees, and its digest."""
    if (_character_set(media_type) or "utf-8") not in _UTF_8:
        raise UnfitTextError
    try:
        body = unwrapped(text)
        digest = text_digest(body)
    except (BrokenWrapperError, ValueError) as error:
        raise UnfitTextError from error
    if not body:
        raise UnfitTextError
    return body, digest


def _character_set(media_type: str) -> str | None:
    for parameter in media_type.lower().split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip() == "charset":
            return value.strip().strip('"')
    return None


def _padding(store: bytes) -> range:
    """Where the zeros are that the signature of the last manifest, the active one, was padded with."""
    found = _PAD.match(store, max(0, store.rfind(b"\x63pad")))
    if found is None:
        return range(0)
    short, medium, long = found.groups()
    size = int.from_bytes(medium or long or b"") if short is None else short[0] - 0x40
    pad = range(found.end(), found.end() + size)
    return range(0) if store[pad.start : pad.stop].strip(b"\x00") else pad


def _slim(store: bytes) -> bytes:
    """A store with as much padding as fitting takes; as it is where that is not to be had."""
    pad = _padding(store)
    surplus = len(pad) - _ROOM
    around = list(_boxes_around(store, pad.start)) if surplus > 0 else []
    if not around or store[around[-1] + 4 : around[-1] + 8] != b"cbor":
        return store
    slim = bytearray(store)
    for at in around:
        (size,) = _SIZE.unpack_from(store, at)
        _SIZE.pack_into(slim, at, size - surplus)
    slim[pad.start - 2 : pad.start] = _ROOM.to_bytes(2)
    del slim[pad.start : pad.start + surplus]
    return bytes(slim)


def _boxes_around(store: bytes, position: int) -> Iterator[int]:
    """Where the boxes begin that a position is in, outermost first."""
    at, end = 0, len(store)
    while at + 8 <= end:
        (size,) = _SIZE.unpack_from(store, at)
        if size < 8 or at + size > end:  # noqa: PLR2004 (the length of a box's own header)
            return
        if position >= at + size:
            at += size
            continue
        yield at
        if store[at + 4 : at + 8] != b"jumb":
            return
        at, end = at + 8, at + size


def _lengthened(store: bytes, pad: range, by: int) -> bytes:
    return store[: pad.start] + _FILLER * by + store[pad.start + by :]
