"""PNG pictures whose pixels are decompressed in half the time: by libdeflate, which takes them whole.

Everything else about a PNG is left to Pillow, which is given the same file with pixels that are not compressed.
"""

import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

__all__ = ["without_compression"]

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_CHUNK: Final = struct.Struct(">I4s")
_CHECKSUM_BYTES: Final = 4
_HEADER: Final = struct.Struct(">IIBBBBB")
"""Width, height, bits of a sample, colour type, compression, filters, interlacing (PNG, third edition, 11.2.1)."""
_SAMPLES: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Samples of a pixel by colour type."""
_MOST_BYTES: Final = 2**26
"""Of larger pictures two copies would be too much."""
_ZLIB: Final = b"\x78\x01"
_BLOCK: Final = struct.Struct("<BHH")
_BLOCK_BYTES: Final = 2**16 - 1


class _Parts(NamedTuple):
    """A PNG's bytes up to its pixels, its compressed pixels, what comes behind, and how many bytes the pixels are."""

    before: bytes
    pixels: bytes
    behind: bytes
    size: int


def without_compression(png: bytes) -> bytes:
    """The same picture with its pixels as they are; the file itself where that cannot be had, or is no PNG."""
    parts = _taken_apart(png)
    if parts is None:
        return png
    # Loaded only where there is a PNG.
    import imagecodecs  # noqa: PLC0415

    try:
        pixels = imagecodecs.deflate_decode(parts.pixels, out=parts.size)
    except (imagecodecs.DeflateError, ValueError):
        return png
    if len(pixels) != parts.size:
        return png
    blocks = b"".join(_blocks(memoryview(pixels)))
    data = b"IDAT" + _ZLIB + blocks + imagecodecs.deflate_adler32(pixels, 1).to_bytes(4, "big")
    length = len(data) - len(b"IDAT")
    checksum = imagecodecs.deflate_crc32(data).to_bytes(_CHECKSUM_BYTES, "big")
    return b"".join((parts.before, length.to_bytes(4, "big"), data, checksum, parts.behind))


def _blocks(pixels: memoryview) -> Iterator[bytes | memoryview]:
    """Bytes as DEFLATE has what is not compressed (RFC 1951, 3.2.4)."""
    for begin in range(0, len(pixels), _BLOCK_BYTES):
        block = pixels[begin : begin + _BLOCK_BYTES]
        is_last = begin + _BLOCK_BYTES >= len(pixels)
        yield _BLOCK.pack(is_last, len(block), len(block) ^ 0xFFFF)
        yield block


def _taken_apart(png: bytes) -> _Parts | None:
    """The parts of a PNG; None of what is none, is interlaced, too large, or has its pixels in two places."""
    size = _size_of_pixels(png)
    if size is None or size > _MOST_BYTES:
        return None
    place, first = len(_SIGNATURE), 0
    pixels: list[bytes] = []
    while place + _CHUNK.size <= len(png):
        length, name = _CHUNK.unpack_from(png, place)
        if name == b"IDAT":
            first = first or place
            pixels.append(png[place + _CHUNK.size : place + _CHUNK.size + length])
        elif pixels:
            return None if b"IDAT" in png[place:] else _Parts(png[:first], b"".join(pixels), png[place:], size)
        place += _CHUNK.size + length + _CHECKSUM_BYTES
    return None


def _size_of_pixels(png: bytes) -> int | None:
    begin = len(_SIGNATURE) + _CHUNK.size
    if not png.startswith(_SIGNATURE) or len(png) < begin + _HEADER.size:
        return None
    width, height, bits, colour, _, _, is_interlaced = _HEADER.unpack_from(png, begin)
    if is_interlaced or colour not in _SAMPLES:
        return None
    # Before each row stands by what filter its bytes became smaller ones.
    return int(height * (1 + (width * bits * _SAMPLES[colour] + 7) // 8))
