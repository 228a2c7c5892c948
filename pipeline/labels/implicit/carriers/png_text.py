"""Texts in PNG chunks: what they are called, what they say, and the profiles that ImageMagick keeps in them.

A profile is a text `Raw profile type xmp` (or `exif`, `APP1`): its kind, its length, and its bytes in hexadecimal.
"""

import re
import zlib
from typing import Final, NamedTuple

from pipeline.labels.implicit.carriers.bounds import inflated
from pipeline.labels.implicit.carriers.tagging import names_aigc
from pipeline.labels.implicit.model import FoundLabels, found_in_text
from pipeline.labels.implicit.vendors import GENERATOR_KEYWORDS, generator_sign, label_type_sign
from pipeline.labels.implicit.xmp import MOST_XMP
from pipeline.labels.refused import ImplicitRefusedError

__all__ = ["TEXTS", "XMP_KEYWORD", "PngText", "packet_in", "png_chunk", "png_text_of", "profile_chunk"]

TEXTS: Final = frozenset({b"tEXt", b"zTXt", b"iTXt"})
XMP_KEYWORD: Final = "XML:com.adobe.xmp"

_LONGEST_KEYWORD: Final = 79
_PROFILES: Final = ("raw profile type xmp", "raw profile type exif", "raw profile type app1")
_PROFILE: Final = re.compile(rb"\s*([!-~]{1,32})\s+([0-9]{1,8})\s+([0-9A-Fa-f\s]*)\Z")
_XAP: Final = b"http://ns.adobe.com/xap/1.0/\x00"
_HEX_LINE: Final = 72
_COMMENTS: Final = ("comment", "description", "usercomment", "title")
_TYPED: Final = "aigc_info"
_VENDORS: Final = (_TYPED, "software")
_WHAT: Final = "a compressed text"


class PngText(NamedTuple):
    """A text chunk: its keyword, how it stands in the file, and what follows the keyword."""

    keyword: str
    kind: bytes
    rest: bytes

    @property
    def is_packet(self) -> bool:
        """Whether it is an XMP packet, in whatever kind of chunk."""
        return self.keyword == XMP_KEYWORD

    @property
    def is_profile(self) -> bool:
        """Whether it is a profile that may hold labels."""
        return self.keyword.casefold() in _PROFILES

    @property
    def is_label(self) -> bool:
        """Whether it is a label, and goes where another is written."""
        if names_aigc(self.keyword):
            return True
        return self.keyword.casefold() in _COMMENTS and bool(self.found().aigc)

    def said(self) -> bytes:
        """What it says.

        Raises:
            ImplicitRefusedError: it is compressed, and broken or too long.
        """
        if self.kind == b"tEXt":
            return self.rest
        if self.kind == b"zTXt":
            return inflated(self.rest[1:], what=_WHAT)
        is_compressed = self.rest[:1] == b"\x01"
        # The language, and the name in that language, end with a NUL each.
        text = self.rest[2:].split(b"\x00", 2)[-1]
        return inflated(text, what=_WHAT) if is_compressed else text

    def found(self) -> FoundLabels:
        """The label or the vendor's sign that it is, if it is one, and no packet or profile."""
        lowered = self.keyword.casefold()
        if lowered in GENERATOR_KEYWORDS:
            sign = generator_sign(lowered, "", carrier="png.text")
        elif lowered in _VENDORS:
            text = self._text()
            sign = label_type_sign(text, carrier="png.text") if lowered == _TYPED else None
            sign = sign or generator_sign(lowered, text, carrier="png.text")
        elif names_aigc(self.keyword) or lowered in _COMMENTS:
            return found_in_text(self._text(), carrier="png.text", named=names_aigc(self.keyword))
        else:
            sign = None
        return FoundLabels() if sign is None else FoundLabels(signs=(sign,))

    def profile(self) -> bytes | None:
        """The bytes of a profile; None where it is none after all.

        Raises:
            ImplicitRefusedError: it is compressed, and broken or too long.
        """
        match = _PROFILE.match(self.said())
        if match is None:
            return None
        digits = b"".join(match[3].split())
        return bytes.fromhex(digits.decode("ascii")) if not len(digits) % 2 else None

    def _text(self) -> str:
        return self.said().decode("utf-8", errors="replace").strip()


def png_text_of(kind: bytes, body: bytes) -> PngText:
    """A text chunk, by its type and body."""
    keyword, _, rest = body.partition(b"\x00")
    return PngText(keyword[:_LONGEST_KEYWORD].decode("latin-1"), kind, rest)


def packet_in(profile: bytes) -> bytes | None:
    """The XMP packet that a profile is, without what stands before it in JPEG; None where it is something else."""
    packet = profile.removeprefix(_XAP)
    return packet if packet.lstrip().startswith((b"<", b"\xef\xbb\xbf<")) else None


def profile_chunk(text: PngText, profile: bytes) -> bytes:
    """The chunk of a profile, as ImageMagick writes it.

    Raises:
        ImplicitRefusedError: it would be too long.
    """
    if len(profile) > MOST_XMP:
        raise ImplicitRefusedError(what=f"A profile in the PNG file is longer than {MOST_XMP} bytes.")
    name = text.keyword.rpartition(" ")[2]
    digits = profile.hex()
    lines = "\n".join(digits[at : at + _HEX_LINE] for at in range(0, len(digits), _HEX_LINE))
    said = f"\n{name}\n{len(profile):8}\n{lines}\n".encode("latin-1")
    return png_chunk(b"zTXt", text.keyword.encode("latin-1") + b"\x00\x00" + zlib.compress(said))


def png_chunk(kind: bytes, body: bytes) -> bytes:
    """A chunk with its length and checksum."""
    return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")
