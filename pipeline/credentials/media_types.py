"""Which media types carry their manifest inside the file, and which get one beside it.

Embedding was measured for each type below: the file read back valid here and in a second, independent validator; plain
text, which the library cannot embed by itself, in two. All others get a sidecar, among them some that could embed in
part:

- ZIP containers (OOXML, ODF, EPUB): entries compressed with DEFLATE cannot be embedded, and what the library embeds
  into stored ones does not satisfy the other validator (`assertion.collectionHash.malformed`).
- Markdown, HTML, JSON, CSV, XML: programs read these, and stumble over characters that people do not see. Plain text is
  for people, and the only type that carries a manifest in its characters (`pipeline.credentials.text`).
- WebM, Matroska, Ogg: the library cannot embed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pipeline.credentials.text.wrapper import TRACE

__all__ = ["SIDECAR_MEDIA_TYPE", "canonical", "embeds", "file_extension", "reading_hint", "shows_traces"]

SIDECAR_MEDIA_TYPE: Final = "application/octet-stream"
"""Signing under this type hashes the bytes as they are, whatever the format; with any other, what "no embedding"
leaves behind may differ from the input, and the manifest would not be valid for it."""

_JUMBF: Final = bytes.fromhex("6332706100110010800000aa00389b71")
_BMFF: Final = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
_ID3: Final = b"application/c2pa\x00"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Format:
    """One media type.

    Attributes:
        trace: bytes that a manifest store leaves in a file of this format, and hardly anything else does; None where
            the format cannot embed.
    """

    extension: str
    aliases: tuple[str, ...] = ()
    trace: bytes | None = None


_OFFICE: Final = "application/vnd.openxmlformats-officedocument"

_FORMATS: Final[Mapping[str, _Format]] = {
    "image/jpeg": _Format(extension="jpg", aliases=("image/jpg", "image/pjpeg"), trace=_JUMBF),
    "image/png": _Format(extension="png", aliases=("image/x-png",), trace=_JUMBF),
    "image/webp": _Format(extension="webp", aliases=("image/x-webp",), trace=_JUMBF),
    "image/gif": _Format(extension="gif", trace=_JUMBF),
    "image/tiff": _Format(extension="tiff", aliases=("image/tif",), trace=_JUMBF),
    "image/jxl": _Format(extension="jxl", trace=_JUMBF),
    "image/avif": _Format(extension="avif", trace=_BMFF),
    "image/heic": _Format(extension="heic", trace=_BMFF),
    "image/heif": _Format(extension="heif", trace=_BMFF),
    "image/svg+xml": _Format(extension="svg", aliases=("application/svg+xml",), trace=b"c2pa:manifest"),
    "audio/wav": _Format(extension="wav", aliases=("audio/x-wav", "audio/wave", "audio/vnd.wave"), trace=_JUMBF),
    "audio/mpeg": _Format(extension="mp3", aliases=("audio/mp3", "audio/x-mp3", "audio/mpeg3"), trace=_ID3),
    "audio/flac": _Format(extension="flac", aliases=("audio/x-flac",), trace=_ID3),
    "audio/mp4": _Format(extension="m4a", aliases=("audio/m4a", "audio/x-m4a"), trace=_BMFF),
    "video/mp4": _Format(extension="mp4", aliases=("application/mp4", "video/x-m4v"), trace=_BMFF),
    "video/quicktime": _Format(extension="mov", trace=_BMFF),
    "video/x-msvideo": _Format(extension="avi", aliases=("video/avi", "video/msvideo"), trace=_JUMBF),
    "application/pdf": _Format(extension="pdf", aliases=("application/x-pdf",), trace=b"/C2PA_Manifest"),
    "text/plain": _Format(extension="txt", trace=TRACE),
    "text/markdown": _Format(extension="md", aliases=("text/x-markdown",)),
    "text/html": _Format(extension="html"),
    "text/csv": _Format(extension="csv"),
    "application/json": _Format(extension="json", aliases=("text/json",)),
    "application/xml": _Format(extension="xml", aliases=("text/xml",)),
    "application/zip": _Format(extension="zip", aliases=("application/x-zip-compressed",)),
    "application/epub+zip": _Format(extension="epub"),
    f"{_OFFICE}.wordprocessingml.document": _Format(extension="docx"),
    f"{_OFFICE}.spreadsheetml.sheet": _Format(extension="xlsx"),
    f"{_OFFICE}.presentationml.presentation": _Format(extension="pptx"),
    "video/webm": _Format(extension="webm"),
    "video/x-matroska": _Format(extension="mkv"),
    "audio/webm": _Format(extension="weba"),
    "audio/ogg": _Format(extension="ogg", aliases=("application/ogg",)),
    "audio/aac": _Format(extension="aac"),
    "application/c2pa": _Format(extension="c2pa", aliases=("application/x-c2pa-manifest-store",)),
}

_CANONICAL: Final[Mapping[str, str]] = {
    alias: name for name, entry in _FORMATS.items() for alias in (name, *entry.aliases)
}


def canonical(media_type: str) -> str:
    """The one name of a media type: lower case, without parameters, aliases resolved."""
    bare = media_type.partition(";")[0].strip().lower()
    return _CANONICAL.get(bare, bare)


def embeds(media_type: str) -> bool:
    """Whether files of this type can carry a manifest. One particular file may still not be able to."""
    found = _FORMATS.get(canonical(media_type))
    return found is not None and found.trace is not None


def file_extension(media_type: str) -> str:
    """The usual file extension without a dot; `bin` for types that are not known here."""
    found = _FORMATS.get(canonical(media_type))
    return "bin" if found is None else found.extension


def reading_hint(media_type: str) -> str:
    """The type to name to a reader, which goes by the bytes wherever it knows them."""
    name = canonical(media_type)
    return name if name in _FORMATS else SIDECAR_MEDIA_TYPE


def shows_traces(asset: bytes, media_type: str) -> bool:
    """Whether an asset in which no manifest was found nevertheless shows that it once had one.

    The difference between an asset that never had a credential and one whose credential was broken: the container
    still holds what only a manifest store leaves behind, and no reader finds its way to it.
    """
    found = _FORMATS.get(canonical(media_type))
    return found is not None and found.trace is not None and found.trace in asset
