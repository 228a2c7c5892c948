"""Formats that are told by their first bytes alone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from pipeline.assets import containers
from pipeline.assets.told import Told

__all__ = ["told_by_signature"]


@dataclass(frozen=True, slots=True)
class _Signature:
    """Bytes at a place, and what they are the beginning of."""

    at: int
    magic: bytes
    told: Callable[[bytes], Told | None]


def _is(media_type: str) -> Callable[[bytes], Told | None]:
    told = Told(media_type=media_type)
    return lambda _: told


def _bitmap(body: bytes) -> Told | None:
    """`BM` begins many texts; a bitmap goes on with zeros and the length of its header."""
    plausible = body[6:10] == bytes(4) and body[14:18] in _BITMAP_HEADERS
    return Told(media_type="image/bmp") if plausible else None


_BITMAP_HEADERS: Final = frozenset(size.to_bytes(4, "little") for size in (12, 40, 52, 56, 64, 108, 124))


def _iff(body: bytes) -> Told | None:
    return Told(media_type="audio/aiff") if body[8:12] in (b"AIFF", b"AIFC") else None


def _manifest_store(body: bytes) -> Told | None:
    """A JUMBF superbox whose description box names C2PA (C2PA 2.4 §11.1)."""
    return Told(media_type="application/c2pa") if body[12:20] == b"jumdc2pa" else None


_SIGNATURES: Final = (
    _Signature(0, b"\xff\xd8\xff", _is("image/jpeg")),
    _Signature(0, b"\x89PNG\r\n\x1a\n", _is("image/png")),
    _Signature(0, b"GIF87a", _is("image/gif")),
    _Signature(0, b"GIF89a", _is("image/gif")),
    _Signature(0, b"RIFF", containers.riff),
    _Signature(0, b"RF64", containers.riff),
    _Signature(0, b"II*\x00", containers.tiff),
    _Signature(0, b"MM\x00*", containers.tiff),
    _Signature(0, b"II+\x00", containers.tiff),
    _Signature(0, b"MM\x00+", containers.tiff),
    _Signature(0, b"\x00\x00\x00\x0cJXL \r\n\x87\n", _is("image/jxl")),
    _Signature(0, b"\xff\x0a", _is("image/jxl")),
    _Signature(0, b"BM", _bitmap),
    _Signature(0, b"%PDF-", _is("application/pdf")),
    _Signature(0, b"PK\x03\x04", containers.archive),
    _Signature(0, b"PK\x05\x06", containers.archive),
    _Signature(0, b"ID3", containers.tagged_sound),
    _Signature(0, b"\xff", containers.mpeg_sound),
    _Signature(0, b"fLaC", _is("audio/flac")),
    _Signature(0, b"FORM", _iff),
    _Signature(0, b"OggS", containers.ogg),
    _Signature(0, b"\x1a\x45\xdf\xa3", containers.ebml),
    _Signature(0, b"FLV\x01", _is("video/x-flv")),
    _Signature(0, b"\x00\x00\x01\xba", _is("video/mpeg")),
    _Signature(0, b"\x00\x00\x01\xb3", _is("video/mpeg")),
    _Signature(4, b"jumb", _manifest_store),
    *(_Signature(4, kind, containers.boxes) for kind in containers.FIRST_BOXES),
)

_BY_FIRST_BYTES: Final[Mapping[bytes, tuple[_Signature, ...]]] = {
    first: tuple(known for known in _SIGNATURES if known.at == 0 and known.magic[:1] == first)
    for first in {known.magic[:1] for known in _SIGNATURES if known.at == 0}
}
_WITHIN: Final = tuple(known for known in _SIGNATURES if known.at)


def told_by_signature(body: bytes) -> Told | None:
    """What the first bytes say, and the container behind them; None where they are of no format in the table."""
    for known in (*_BY_FIRST_BYTES.get(body[:1], ()), *_WITHIN):
        if body.startswith(known.magic, known.at):
            told = known.told(body)
            if told is not None:
                return told
    return None
