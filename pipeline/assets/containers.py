"""Containers that several formats share: which one it is stands further inside.

Nothing here decodes. Each walk follows lengths that strangers wrote, and ends after a bounded number of steps.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Final

from pipeline.assets.told import Told

__all__ = ["FIRST_BOXES", "archive", "boxes", "ebml", "mpeg_sound", "ogg", "riff", "tagged_sound", "tiff"]

_MOST_STEPS: Final = 512

FIRST_BOXES: Final = (b"ftyp", b"styp", b"moov", b"moof", b"mdat", b"sidx", b"wide", b"free", b"skip", b"pnot")
"""What files of boxes begin with: by ISO/IEC 14496-12 with `ftyp`, a segment with `styp` or `moof`; old QuickTime with
any."""

_PICTURES: Final = (
    # The brand that is one codec's own comes before those of the container (ISO/IEC 23008-12, AV1 Image File Format).
    ("image/avif", frozenset({b"avif", b"avis"})),
    ("image/heic", frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})),
    ("image/heif", frozenset({b"mif1", b"mif2", b"msf1", b"jpeg", b"jpgs"})),
)
_SOUND_BRANDS: Final = frozenset({b"M4A ", b"M4B ", b"M4P ", b"F4A ", b"F4B "})
_QUICKTIME: Final = b"qt  "
_MOVIES: Final = frozenset({"video/mp4", "audio/mp4", "video/quicktime"})


def boxes(body: bytes) -> Told | None:
    """Files of boxes: pictures by their brand, movies by brand and by the tracks that they have."""
    top = list(_boxes(body, 0, len(body)))
    brands = _brands(body, top)
    picture = _picture(brands)
    if picture is not None:
        return Told(media_type=picture)
    kinds = [kind for kind, _, _ in top]
    if not brands and not _MOVIE_BOXES.intersection(kinds):
        return None
    if brands[:1] == [_QUICKTIME] or (not brands and kinds[0] != b"moof"):
        return Told(media_type="video/quicktime")
    handlers = _handlers(body, top)
    if b"vide" in handlers:
        return Told(media_type="video/mp4")
    if b"soun" in handlers or _SOUND_BRANDS.intersection(brands[:1]):
        return Told(media_type="audio/mp4")
    # A segment without its movie box does not say what its tracks are.
    return Told(media_type="video/mp4", or_any_of=_MOVIES, is_shared=True)


def _picture(brands: list[bytes]) -> str | None:
    """The media type of a picture; a compatible brand decides only where the major one is a picture's, too."""
    if not brands or brands[0] not in _ANY_PICTURE:
        return None
    return next(
        media_type
        for media_type, own in _PICTURES
        if brands[0] in own or (brands[0] in _CONTAINER_BRANDS and own.intersection(brands))
    )


_MOVIE_BOXES: Final = frozenset({b"moov", b"moof", b"mdat", b"sidx"})
_ANY_PICTURE: Final = frozenset(brand for _, own in _PICTURES for brand in own)
_CONTAINER_BRANDS: Final = _PICTURES[-1][1]


def _brands(body: bytes, top: list[tuple[bytes, int, int]]) -> list[bytes]:
    for kind, start, end in top:
        if kind in (b"ftyp", b"styp"):
            found = body[start : min(end, start + 4 * 64)]
            major, compatible = found[:4], found[8:]
            return [major, *(compatible[at : at + 4] for at in range(0, len(compatible) - 3, 4))]
    return []


def _boxes(body: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Kind, start and end of the content of each box."""
    for _ in range(_MOST_STEPS):
        if end - start < 8:  # noqa: PLR2004 -- a box has a length and a kind, of four bytes each
            return
        (length,), kind, content = struct.unpack_from(">I", body, start), body[start + 4 : start + 8], start + 8
        if length == 1 and end - start >= 16:  # noqa: PLR2004 -- and a length of eight bytes where four do not do
            (length,), content = struct.unpack_from(">Q", body, start + 8), start + 16
        stop = end if length == 0 else start + length
        if stop < content:
            return
        yield kind, content, min(stop, end)
        start = stop


def _handlers(body: bytes, top: list[tuple[bytes, int, int]]) -> set[bytes]:
    """The kinds of the tracks of a movie: `vide`, `soun` and others."""
    tracks = [
        track
        for kind, start, end in top
        if kind == b"moov"
        for track in _boxes(body, start, end)
        if track[0] == b"trak"
    ]
    return {
        body[start + 8 : start + 12]
        for _, first, last in tracks
        for media, inner, outer in _boxes(body, first, last)
        if media == b"mdia"
        for kind, start, _ in _boxes(body, inner, outer)
        if kind == b"hdlr"
    }


_RIFF_FORMS: Final = {b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo", b"WEBP": "image/webp"}


def riff(body: bytes) -> Told | None:
    """RIFF by its form type; RF64 is the WAV of more than 4 GB (EBU Tech 3306)."""
    media_type = _RIFF_FORMS.get(body[8:12])
    return None if media_type is None else Told(media_type=media_type)


_DNG_VERSION: Final = 50706
_TIFF_ENTRIES: Final = 512


def tiff(body: bytes) -> Told | None:
    """TIFF; a DNG says so with a tag of its first directory (DNG 1.7)."""
    order = "<" if body[:2] == b"II" else ">"
    is_big = body[2:4] in (b"+\x00", b"\x00+")
    try:
        (first,) = struct.unpack_from(f"{order}{'Q' if is_big else 'I'}", body, 8 if is_big else 4)
        (count,) = struct.unpack_from(f"{order}{'Q' if is_big else 'H'}", body, first)
        entries, width = first + (8 if is_big else 2), 20 if is_big else 12
        tags = {
            struct.unpack_from(f"{order}H", body, entries + width * number)[0]
            for number in range(min(count, _TIFF_ENTRIES))
        }
    except struct.error:
        tags = set()  # broken; whoever reads it will say so
    return Told(media_type="image/x-adobe-dng" if _DNG_VERSION in tags else "image/tiff")


_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
_OFFICE_PARTS: Final = ("wordprocessingml.document", "spreadsheetml.sheet", "presentationml.presentation")
_CONTENT_TYPES: Final = "[Content_Types].xml"
_LONGEST_CONTENT_TYPES: Final = 256 * 1024
_LONGEST_NAME_OF_TYPE: Final = 128
_NO_COMPRESSION: Final = 0


def archive(body: bytes) -> Told | None:
    """ZIP archives: EPUB and OpenDocument by their `mimetype` entry, Office Open XML by the type of its main part."""
    stated = _stated_type(body)
    if stated is not None:
        return Told(media_type=stated)
    content_types = _content_types(body)
    for part in _OFFICE_PARTS:
        if f"{_OFFICE}.{part}.main+xml".encode() in content_types:
            return Told(media_type=f"{_OFFICE}.{part}")
    return Told(media_type="application/zip", is_shared=True)


def _content_types(body: bytes) -> bytes:
    """What the parts of a package are (ECMA-376 Part 2, the Content Types stream); nothing of other archives."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as opened, opened.open(_CONTENT_TYPES) as entry:
            return entry.read(_LONGEST_CONTENT_TYPES)
    except (KeyError, zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError, OSError):
        return b""  # broken, encrypted or no such archive; whoever reads it will say so


def _stated_type(body: bytes) -> str | None:
    """What the first entry says, where it is a `mimetype` that is not compressed (EPUB 3.3 OCF, OpenDocument 1.3)."""
    if len(body) < 38 or body[26:28] != b"\x08\x00" or body[30:38] != b"mimetype":  # noqa: PLR2004 -- header and name
        return None
    (method,), (size,), (extra,) = (
        struct.unpack_from("<H", body, 8),
        struct.unpack_from("<I", body, 22),
        struct.unpack_from("<H", body, 28),
    )
    if method != _NO_COMPRESSION or not 0 < size <= _LONGEST_NAME_OF_TYPE:
        return None
    stated = body[38 + extra : 38 + extra + size].strip()
    return stated.decode() if stated.isascii() and stated.startswith(b"application/") else None


_EBML_TYPES: Final = (
    (b"webm", Told(media_type="video/webm", or_any_of=frozenset({"audio/webm"}))),
    (b"matroska", Told(media_type="video/x-matroska", or_any_of=frozenset({"audio/x-matroska"}))),
)
_DOC_TYPE: Final = b"\x42\x82"
_EBML_HEADER: Final = 128


def ebml(body: bytes) -> Told | None:
    """WebM and Matroska by the DocType in their header (RFC 8794, RFC 9559). Sound alone is told by the claim."""
    at = body.find(_DOC_TYPE, 0, _EBML_HEADER)
    if at < 0:
        return Told(media_type="video/x-matroska", or_any_of=frozenset(told.media_type for _, told in _EBML_TYPES))
    named = body[at + 3 : at + 3 + 8]
    return next((told for name, told in _EBML_TYPES if named.startswith(name)), None)


_OGG_VIDEO: Final = (b"\x80theora", b"BBCD\x00", b"\x01video")


def ogg(body: bytes) -> Told | None:
    """Ogg by what its first packet begins with (RFC 3533, RFC 5334)."""
    if len(body) < 28:  # noqa: PLR2004 -- the header of a page with one segment
        return Told(media_type="audio/ogg", or_any_of=frozenset({"video/ogg"}))
    packet = body[27 + body[26] :][:16]
    return Told(media_type="video/ogg" if packet.startswith(_OGG_VIDEO) else "audio/ogg")


_TAG_HEADER: Final = 10
_FOOTER_FLAG: Final = 0x10


def tagged_sound(body: bytes) -> Told | None:
    """What comes behind ID3v2 tags, which programs put before MP3, AAC and FLAC alike; MP3 where nothing shows it."""
    at = 0
    for _ in range(_MOST_STEPS):
        header = body[at : at + _TAG_HEADER]
        if len(header) < _TAG_HEADER or not header.startswith(b"ID3"):
            break
        size = (header[6] & 127) << 21 | (header[7] & 127) << 14 | (header[8] & 127) << 7 | header[9] & 127
        at += _TAG_HEADER + size + (_TAG_HEADER if header[5] & _FOOTER_FLAG else 0)
    sound = body[at : at + 4]
    if sound == b"fLaC":
        return Told(media_type="audio/flac")
    return mpeg_sound(sound) or Told(media_type="audio/mpeg", or_any_of=frozenset({"audio/aac", "audio/flac"}))


_UTF_16: Final = b"\xff\xfe"
"""A byte order mark. As the header of a frame it would be MP1, which nobody writes."""

_ADTS: Final = 0xF0
_ADTS_MASK: Final = 0xF6
_SYNC_MASK: Final = 0xE0
_LAYER_MASK: Final = 0x06
_RESERVED: Final = 0x08


def mpeg_sound(body: bytes) -> Told | None:
    """The header of an MPEG audio frame: MP3, MP2 and MP1 by their layer, AAC where it is the one of ADTS."""
    if len(body) < 4 or body[0] != 0xFF or body.startswith(_UTF_16):  # noqa: PLR2004 -- the header
        return None
    if body[1] & _ADTS_MASK == _ADTS:
        return Told(media_type="audio/aac")
    is_frame = body[1] & _SYNC_MASK == _SYNC_MASK and body[1] & _LAYER_MASK and body[1] & 0x18 != _RESERVED
    is_rated = body[2] & 0xF0 != 0xF0 and body[2] & 0x0C != 0x0C  # noqa: PLR2004 -- bit rate and sampling rate
    return Told(media_type="audio/mpeg") if is_frame and is_rated else None
