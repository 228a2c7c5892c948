"""GIF: an application extension `XMP Data` with the authentication code `XMP`.

The packet is not cut into sub-blocks: it stands there as it is, and a trailer behind it leads those who take its bytes
for the lengths of sub-blocks safely to the end of the extension.
"""

import itertools
from collections.abc import Iterator
from typing import Final, NamedTuple

from pipeline.labels.implicit import xmp
from pipeline.labels.implicit.carriers.bounds import MOST_METADATA, MOST_PIECES, broken, counted
from pipeline.labels.implicit.model import FoundLabels, LabelsToWrite
from pipeline.labels.refused import ImplicitRefusedError

__all__ = ["read", "write"]

_XMP: Final = b"\x21\xff\x0bXMP DataXMP"
_OTHER: Final = _XMP.lower()
"""As ImageMagick writes it."""

_TRAILER: Final = b"\x01" + bytes(range(0xFF, -1, -1)) + b"\x00"
_SCREEN: Final = 13
_EXTENSION: Final = 0x21
_IMAGE: Final = 0x2C
_END: Final = 0x3B
_GRAPHIC_CONTROL: Final = 0xF9
_APPLICATION: Final = 0xFF


class _Block(NamedTuple):
    kind: int
    begin: int
    end: int


def read(body: bytes) -> FoundLabels:
    """The labels of a GIF file."""
    return xmp.found_in(_packet(body, block) for block in _blocks(body) if _is_packet(body, block))


def write(body: bytes, labels: LabelsToWrite) -> bytes:
    """A GIF file with the labels."""
    blocks = list(_blocks(body))
    there = [block for block in blocks if _is_packet(body, block)]
    packets = xmp.rewrite([_packet(body, block) for block in there], labels)
    written = [_XMP + packet + _TRAILER for packet in packets]
    if there:
        for block, new in zip(reversed(there), reversed(written), strict=True):
            body = body[: block.begin] + new + body[block.end :]
    else:
        place = _after_head(body, blocks)
        body = body[:place] + written[0] + body[place:]
    # Only this version knows application extensions.
    return b"GIF89a" + body[6:]


def _blocks(body: bytes) -> Iterator[_Block]:
    """The screen, with the type 0, and every block up to the end of the file's data."""
    if body[:6] not in (b"GIF87a", b"GIF89a") or len(body) < _SCREEN:
        raise broken("GIF file", "it does not begin like one")
    at = _SCREEN + _colours(body[10])
    yield _Block(0, 0, at)
    metadata = 0
    for number in itertools.count():
        counted(number, MOST_PIECES, of="blocks")
        kind = body[at] if at < len(body) else None
        if kind == _END:
            return
        if kind == _IMAGE and at + 10 <= len(body):
            end = _after_pieces(body, at + 10 + _colours(body[at + 9]) + 1)
        elif kind == _EXTENSION:
            metadata += body[at + 1 : at + 2] != bytes([_GRAPHIC_CONTROL])
            counted(metadata, MOST_METADATA, of="extensions")
            end = _after_pieces(body, at + 2)
        else:
            raise broken("GIF file", "a block is of no known kind, or missing")
        yield _Block(kind, at, end)
        at = end


def _colours(flags: int) -> int:
    """The length of the colour table that these flags announce."""
    return 3 * (2 << (flags & 7)) if flags & 0x80 else 0


def _after_pieces(body: bytes, at: int) -> int:
    """The end of a chain of sub-blocks."""
    while at < len(body):
        length = body[at]
        at += 1 + length
        if not length:
            return at
    raise broken("GIF file", "it is cut off")


def _is_packet(body: bytes, block: _Block) -> bool:
    return body[block.begin : block.begin + len(_XMP)].lower() == _OTHER


def _packet(body: bytes, block: _Block) -> bytes:
    """What an extension holds: as it is before the trailer, or in sub-blocks, as some write it."""
    held = body[block.begin + len(_XMP) : block.end]
    if len(held) > xmp.MOST_XMP + len(_TRAILER):
        raise ImplicitRefusedError(what=f"The GIF file's XMP packet is longer than {xmp.MOST_XMP} bytes.")
    if held.endswith(_TRAILER):
        return held.removesuffix(_TRAILER)
    pieces, at = [], 0
    while at < len(held) and held[at]:
        pieces.append(held[at + 1 : at + 1 + held[at]])
        at += 1 + held[at]
    return b"".join(pieces)


def _after_head(body: bytes, blocks: list[_Block]) -> int:
    """Behind the screen and the extensions of applications: an animation's loop counter is expected first."""
    place = blocks[0].end
    for block in blocks[1:]:
        if block.kind != _EXTENSION or body[block.begin + 1] != _APPLICATION:
            break
        place = block.end
    return place
