"""The ISCC Image-Code (ISO 24138): pictures that look alike have codes that differ in few bits.

A code is two bytes that say what it is, and 32 to 256 bits of body. A shorter code is the beginning of the longer one
of the same picture, so codes of any two lengths can be compared.
"""

import base64
import binascii
from typing import Final

import msgspec

__all__ = ["LONGEST_CODE", "ImageCode"]

LONGEST_CODE: Final = 256
"""Bits of the longest code; the one that is made here, since shorter ones can be had from it."""

_SCHEME: Final = "ISCC:"
_HEADER: Final = 2
_CONTENT_IMAGE: Final = 0x21
_VERSION_0: Final = 0
_STEP: Final = 32
"""Lengths are told in steps of so many bits."""


class ImageCode(msgspec.Struct, frozen=True, kw_only=True):
    """One Image-Code, version 0.

    Attributes:
        bits: how long it is.
        body: its bits as a number.
    """

    bits: int
    body: int

    @classmethod
    def parse(cls, text: str) -> "ImageCode | None":
        """Read a code in its canonical form, such as `ISCC:EEA4GQZQTY6J5DTH`; None where the text is no Image-Code."""
        written = text.removeprefix(_SCHEME)
        try:
            raw = base64.b32decode(written + "=" * (-len(written) % 8))
        except (binascii.Error, ValueError):
            return None
        if len(raw) < _HEADER or raw[0] != _CONTENT_IMAGE or raw[1] >> 4 != _VERSION_0:
            return None
        code = cls(bits=((raw[1] & 0x0F) + 1) * _STEP, body=int.from_bytes(raw[_HEADER:], "big"))
        is_whole = code.bits <= LONGEST_CODE and len(raw) == _HEADER + code.bits // 8
        # The last character may have bits to spare; written in any other way, it is not the canonical form.
        return code if is_whole and code.text == text else None

    @property
    def text(self) -> str:
        """The canonical form."""
        header = bytes((_CONTENT_IMAGE, _VERSION_0 << 4 | self.bits // _STEP - 1))
        raw = header + self.body.to_bytes(self.bits // 8, "big")
        return _SCHEME + base64.b32encode(raw).decode().rstrip("=")

    def distance(self, other: "ImageCode") -> int:
        """In how many bits two codes differ, over as many as the shorter one has."""
        common = min(self.bits, other.bits)
        return (self.beginning(common) ^ other.beginning(common)).bit_count()

    def beginning(self, bits: int) -> int:
        """The body of the shorter code of the same picture."""
        return self.body >> (self.bits - bits)
