"""Media types: the one table of formats that this product knows, and the one name that each goes by.

Every other table in the house (what embeds a manifest, which carrier a label has, how a fingerprint is taken) is keyed
by the canonical names here. What an asset is, its bytes say (`pipeline.assets.sniffing`); a name or a declared type is
only a claim.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePath
from types import MappingProxyType
from typing import Final, Literal

__all__ = [
    "FORMATS",
    "LASTING",
    "LONG_BYTES",
    "UNKNOWN",
    "Container",
    "Format",
    "Medium",
    "canonical",
    "extension_of",
    "format_of",
    "named_by",
]

UNKNOWN: Final = "application/octet-stream"
"""Bytes, and nothing is known of them (RFC 2046 §4.5.1)."""

LASTING: Final = ("audio/", "video/")
"""How the names of types begin whose files last: sound and moving pictures."""

LONG_BYTES: Final = 2**20
"""Files of such types that have as many bytes or more take long to work on; they keep no others waiting."""

Medium = Literal["text", "image", "audio", "video"]
"""What people meet: they read, look, listen or watch. The words of `content.media` in rules."""

Container = Literal[
    "asf",
    "bmff",
    "bmp",
    "ebml",
    "flac",
    "flv",
    "gif",
    "jpeg",
    "jxl",
    "mpeg",
    "ogg",
    "pdf",
    "png",
    "riff",
    "tiff",
    "zip",
]
"""The structure that formats share; `None` where a format has one of its own, or none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One kind of file.

    Attributes:
        name: the canonical media type.
        label: what people call it.
        extensions: of file names, without a dot; the first is the one that is written. Part of the object layout.
        aliases: other spellings of the media type that are met.
        container: the structure that it shares with others.
        medium: what people meet in it; None where the bytes are for programs, or hold files of any kind.
        is_text: the bytes are characters, and are read in a character set.
    """

    name: str
    label: str
    extensions: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    container: Container | None = None
    medium: Medium | None = None
    is_text: bool = False


def _image(name: str, label: str, *extensions: str, aliases: tuple[str, ...] = (), container: Container) -> Format:
    return Format(name=name, label=label, extensions=extensions, aliases=aliases, container=container, medium="image")


def _audio(
    name: str, label: str, *extensions: str, aliases: tuple[str, ...] = (), container: Container | None = None
) -> Format:
    return Format(name=name, label=label, extensions=extensions, aliases=aliases, container=container, medium="audio")


def _video(name: str, label: str, *extensions: str, aliases: tuple[str, ...] = (), container: Container) -> Format:
    return Format(name=name, label=label, extensions=extensions, aliases=aliases, container=container, medium="video")


def _text(
    name: str, label: str, *extensions: str, aliases: tuple[str, ...] = (), medium: Medium | None = "text"
) -> Format:
    return Format(name=name, label=label, extensions=extensions, aliases=aliases, medium=medium, is_text=True)


_OFFICE: Final = "application/vnd.openxmlformats-officedocument"

_ALL: Final = (
    _image("image/jpeg", "JPEG", "jpg", "jpeg", "jfif", "jpe", aliases=("image/jpg", "image/pjpeg"), container="jpeg"),
    _image("image/png", "PNG", "png", "apng", aliases=("image/x-png", "image/apng"), container="png"),
    _image("image/webp", "WebP", "webp", aliases=("image/x-webp",), container="riff"),
    _image("image/gif", "GIF", "gif", container="gif"),
    _image("image/tiff", "TIFF", "tif", "tiff", aliases=("image/tif", "image/x-tiff"), container="tiff"),
    _image(
        "image/x-adobe-dng", "DNG", "dng", aliases=("image/dng", "image/x-dng", "image/x-raw-adobe"), container="tiff"
    ),
    _image("image/avif", "AVIF", "avif", "avifs", aliases=("image/avif-sequence",), container="bmff"),
    _image("image/heic", "HEIC", "heic", "heics", aliases=("image/heic-sequence", "image/x-heic"), container="bmff"),
    _image("image/heif", "HEIF", "heif", "heifs", "hif", aliases=("image/heif-sequence",), container="bmff"),
    _image("image/jxl", "JPEG XL", "jxl", aliases=("image/x-jxl",), container="jxl"),
    _image("image/bmp", "BMP", "bmp", "dib", aliases=("image/x-bmp", "image/x-ms-bmp"), container="bmp"),
    Format(
        name="image/svg+xml",
        label="SVG",
        extensions=("svg",),
        aliases=("application/svg+xml", "image/svg"),
        medium="image",
        is_text=True,
    ),
    _audio(
        "audio/wav",
        "WAV",
        "wav",
        "wave",
        "bwf",
        aliases=("audio/x-wav", "audio/wave", "audio/vnd.wave", "audio/x-pn-wav"),
        container="riff",
    ),
    _audio(
        "audio/mpeg",
        "MP3",
        "mp3",
        aliases=("audio/mp3", "audio/x-mp3", "audio/mpeg3", "audio/x-mpeg"),
        container="mpeg",
    ),
    _audio("audio/flac", "FLAC", "flac", aliases=("audio/x-flac",), container="flac"),
    _audio("audio/mp4", "M4A", "m4a", "m4b", aliases=("audio/m4a", "audio/x-m4a", "audio/mp4a-latm"), container="bmff"),
    _audio(
        "audio/ogg",
        "Ogg audio",
        "ogg",
        "oga",
        "opus",
        "spx",
        aliases=("application/ogg", "audio/opus", "audio/vorbis", "audio/x-ogg"),
        container="ogg",
    ),
    _audio("audio/webm", "WebM audio", "weba", container="ebml"),
    _audio("audio/x-matroska", "Matroska audio", "mka", aliases=("audio/matroska",), container="ebml"),
    _audio("audio/aac", "AAC", "aac", aliases=("audio/aacp", "audio/x-aac", "audio/x-hx-aac-adts"), container="mpeg"),
    _audio("audio/aiff", "AIFF", "aiff", "aif", "aifc", aliases=("audio/x-aiff",)),
    _video("video/mp4", "MP4", "mp4", "m4v", "m4s", aliases=("application/mp4", "video/x-m4v"), container="bmff"),
    _video("video/quicktime", "QuickTime", "mov", "qt", aliases=("video/mov",), container="bmff"),
    _video("video/webm", "WebM", "webm", container="ebml"),
    _video(
        "video/x-matroska",
        "Matroska",
        "mkv",
        aliases=("video/matroska", "video/mkv", "application/x-matroska"),
        container="ebml",
    ),
    _video("video/x-flv", "FLV", "flv", aliases=("video/flv",), container="flv"),
    _video(
        "video/x-msvideo",
        "AVI",
        "avi",
        aliases=("video/avi", "video/msvideo", "video/vnd.avi", "application/x-troff-msvideo"),
        container="riff",
    ),
    _video("video/ogg", "Ogg video", "ogv", container="ogg"),
    _video("video/mpeg", "MPEG video", "mpg", "mpeg", aliases=("video/mpg", "video/x-mpeg"), container="mpeg"),
    Format(
        name="application/pdf",
        label="PDF",
        extensions=("pdf",),
        aliases=("application/x-pdf",),
        container="pdf",
        medium="text",
    ),
    Format(
        name=f"{_OFFICE}.wordprocessingml.document",
        label="Word document",
        extensions=("docx",),
        container="zip",
        medium="text",
    ),
    Format(
        name=f"{_OFFICE}.spreadsheetml.sheet", label="Spreadsheet", extensions=("xlsx",), container="zip", medium="text"
    ),
    Format(
        name=f"{_OFFICE}.presentationml.presentation",
        label="Presentation",
        extensions=("pptx",),
        container="zip",
        medium="text",
    ),
    Format(name="application/epub+zip", label="EPUB", extensions=("epub",), container="zip", medium="text"),
    Format(
        name="application/zip",
        label="ZIP",
        extensions=("zip",),
        aliases=("application/x-zip-compressed", "application/x-zip"),
        container="zip",
    ),
    _text("text/plain", "plain text", "txt", "text", "log"),
    _text("text/markdown", "Markdown", "md", "markdown", aliases=("text/x-markdown",)),
    _text("text/html", "HTML", "html", "htm"),
    _text("application/xhtml+xml", "XHTML", "xhtml", "xht"),
    _text("text/csv", "CSV", "csv", aliases=("application/csv", "text/x-csv")),
    _text("application/json", "JSON", "json", aliases=("text/json", "application/x-json"), medium=None),
    _text("application/xml", "XML", "xml", aliases=("text/xml",), medium=None),
    Format(
        name="application/c2pa",
        label="C2PA manifest store",
        extensions=("c2pa",),
        aliases=("application/x-c2pa-manifest-store",),
    ),
)

FORMATS: Final[Mapping[str, Format]] = MappingProxyType({known.name: known for known in _ALL})
"""Every format that is known here, by its canonical name."""

_NAMES: Final[Mapping[str, str]] = {spelling: known.name for known in _ALL for spelling in (known.name, *known.aliases)}
_NAMED_BY: Final[Mapping[str, str]] = {extension: known.name for known in _ALL for extension in known.extensions}

_NO_EXTENSION: Final = "bin"


@lru_cache(maxsize=1024)
def canonical(media_type: str) -> str:
    """The one name of a media type: lower case, without parameters, aliases resolved."""
    bare = media_type.partition(";")[0].strip().lower()
    return _NAMES.get(bare, bare)


def format_of(media_type: str) -> Format | None:
    """What is known of a media type, whatever the spelling; None of one that is not in the table."""
    return FORMATS.get(canonical(media_type))


def extension_of(media_type: str) -> str:
    """The extension of file names and object keys, without a dot; `bin` for types that are not in the table."""
    known = format_of(media_type)
    return _NO_EXTENSION if known is None else known.extensions[0]


def named_by(file_name: str) -> str | None:
    """The media type that a file's name claims, by its extension; None where that tells nothing."""
    return _NAMED_BY.get(PurePath(file_name).suffix.removeprefix(".").lower())
