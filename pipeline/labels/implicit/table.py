"""Which file takes its labels where: one line for each kind of file, and the two functions for all of them.

A carrier is a module with `read(body)` and `write(body, labels)`. It is loaded when the first file of its kind comes,
as some of them bring large libraries.
"""

import importlib
from functools import cache
from typing import Final, Protocol, cast

import msgspec

from pipeline.assets.promises import broken_promise, reason_to_leave
from pipeline.credentials.traces import shows_traces
from pipeline.labels.implicit.aigc import Shape
from pipeline.labels.implicit.model import FoundLabels, LabelsToWrite
from pipeline.labels.refused import ImplicitRefusedError
from pipeline.media_types import canonical

__all__ = ["LONGEST", "ROWS", "Carrier", "Row", "read_labels", "row_of", "write_labels"]

LONGEST: Final = 512 * 1024 * 1024
"""A longer file is refused, in bytes."""


class Carrier(Protocol):
    """What a carrier module has. Both raise `ImplicitRefusedError` and nothing else, whatever the bytes."""

    def read(self, body: bytes) -> FoundLabels:
        """The labels of a file."""
        ...

    def write(self, body: bytes, labels: LabelsToWrite) -> bytes:
        """The file with the labels, in the place of any of their kind."""
        ...


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of file.

    Attributes:
        format: its name.
        media_types: the canonical names it goes by.
        carrier: the module in `pipeline.labels.implicit.carriers`; None where such files carry no labels.
        place: where the `AIGC` object is.
        others: where the digital source type and the latent disclosure are.
        shape: which shape of the object is written.
        reason: why there is no carrier.
        has_place: whether files of this kind can carry a label at all, whoever writes it. What has no place has no
            label, whatever is claimed.
    """

    format: str
    media_types: tuple[str, ...]
    carrier: str | None = None
    place: str | None = None
    others: str | None = None
    shape: Shape | None = None
    reason: str | None = None
    has_place: bool = True

    @property
    def embeds(self) -> bool:
        """Whether files of this kind carry their labels."""
        return self.carrier is not None


_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
_XMP: Final = "XMP, TC260:AIGC"
_UNKNOWN: Final = "No carrier for this media type is known here."
_NO_METADATA: Final = "The format has no place for metadata, and text in a message stays the text that was sent."


def _row(format_: str, carrier: str, media_types: tuple[str, ...], place: str, others: str = "XMP") -> Row:
    return Row(format=format_, media_types=media_types, carrier=carrier, place=place, others=others, shape="bare")


def _none(format_: str, media_types: tuple[str, ...], reason: str, *, has_place: bool = True) -> Row:
    return Row(format=format_, media_types=media_types, reason=reason, has_place=has_place)


ROWS: Final[tuple[Row, ...]] = (
    _row("JPEG", "jpeg", ("image/jpeg",), f"APP1 segment: {_XMP}"),
    _row("PNG", "png", ("image/png",), f"iTXt chunk: {_XMP}"),
    _row("WebP", "webp", ("image/webp",), f"XMP chunk: {_XMP}"),
    _row("GIF", "gif", ("image/gif",), f"application extension: {_XMP}"),
    _row("TIFF", "tiff", ("image/tiff",), f"tag 0x2BC: {_XMP}"),
    _row("AVIF", "heif", ("image/avif",), f"metadata item: {_XMP}"),
    _row("HEIC", "heif", ("image/heic", "image/heif"), f"metadata item: {_XMP}"),
    _row("JPEG XL", "jpeg_xl", ("image/jxl",), f"xml box: {_XMP}"),
    _row("SVG", "svg", ("image/svg+xml",), f"metadata element: {_XMP}"),
    _row("PDF", "pdf", ("application/pdf",), "Info dictionary: /AIGC"),
    _row(
        "Office Open XML",
        "ooxml",
        tuple(
            f"{_OFFICE}.{kind}"
            for kind in ("wordprocessingml.document", "spreadsheetml.sheet", "presentationml.presentation")
        ),
        "docProps/custom.xml: property AIGC",
        "docProps/custom.xml",
    ),
    _row("EPUB", "epub", ("application/epub+zip",), "package document: meta name AIGC", "package document"),
    _row("HTML", "html", ("text/html",), "head: meta name AIGC", "head"),
    _row("Markdown", "markdown", ("text/markdown",), "front matter: AIGC", "front matter"),
    _row("MP4", "video_mp4", ("video/mp4",), "moov.udta.meta: key AIGC"),
    _row("QuickTime", "video_mp4", ("video/quicktime",), "moov.udta.meta: key AIGC"),
    _row("M4A", "video_mp4", ("audio/mp4",), "moov.udta.meta: key AIGC"),
    _row("Matroska", "video_matroska", ("video/x-matroska", "audio/x-matroska"), "SimpleTag AIGC", "SimpleTags"),
    _row("WebM", "video_matroska", ("video/webm", "audio/webm"), "SimpleTag AIGC", "SimpleTags"),
    _row("FLV", "video_flv", ("video/x-flv",), "onMetaData: AIGC", "onMetaData"),
    _row("AVI", "video_avi", ("video/x-msvideo",), "LIST INFO: AIGC"),
    _row("WAV", "audio_wav", ("audio/wav",), "RIFF chunk AIGC"),
    _row("MP3", "audio_mp3", ("audio/mpeg",), "ID3 TXXX: AIGC"),
    _row("FLAC", "audio_flac", ("audio/flac",), "Vorbis comment AIGC", "Vorbis comments"),
    _row("Ogg", "audio_ogg", ("audio/ogg",), "Vorbis comment AIGC", "Vorbis comments"),
    _none("BMP", ("image/bmp",), "A header and pixels, without a place for metadata.", has_place=False),
    _none("DNG", ("image/x-adobe-dng",), "A camera's raw picture, which nothing generates; it is left as it is."),
    _none("AIFF", ("audio/aiff",), "No practice guide names a place."),
    _none("Ogg video", ("video/ogg",), "No practice guide names a place."),
    _none("MPEG video", ("video/mpeg",), "A bare stream, without a place for metadata.", has_place=False),
    _none(
        "XHTML", ("application/xhtml+xml",), "Written for readers of XML, which stop at the first fault of a writer."
    ),
    _none("AAC", ("audio/aac",), "A bare stream of frames, without a place for metadata.", has_place=False),
    _none(
        "plain text",
        ("text/plain",),
        f"{_NO_METADATA} A manifest goes inside it by C2PA 2.4 A.8, or beside it.",
        has_place=False,
    ),
    _none("CSV", ("text/csv",), f"{_NO_METADATA} A manifest goes beside it.", has_place=False),
    _none(
        "JSON",
        ("application/json",),
        "Every member belongs to whoever defined the object. A manifest goes beside it.",
        has_place=False,
    ),
    _none(
        "XML",
        ("application/xml",),
        "Every element belongs to whoever defined the document. A manifest goes beside it.",
        has_place=False,
    ),
    _none("ZIP", ("application/zip",), "A container of files, each of which has labels of its own."),
    _none("C2PA manifest store", ("application/c2pa",), "It speaks of a file, and is none that people meet."),
)
"""Every kind of file, and what it carries. A new carrier is one line here."""


@cache
def row_of(media_type: str) -> Row:
    """The kind of file that a media type means, whatever the spelling; one without a carrier for unknown ones."""
    name = canonical(media_type)
    found = next((row for row in ROWS if name in row.media_types), None)
    return found or Row(format="unknown", media_types=(), reason=_UNKNOWN)


def read_labels(body: bytes, media_type: str) -> FoundLabels:
    """The labels in a file. One that cannot be read has none, and `refused` says why; nothing is raised for it."""
    carrier = _carrier(row_of(media_type))
    if carrier is None:
        return FoundLabels()
    try:
        _check_length(body)
        return carrier.read(body)
    except ImplicitRefusedError as error:
        return FoundLabels(refused=error.what)


def write_labels(body: bytes, media_type: str, labels: LabelsToWrite, *, found: FoundLabels | None = None) -> bytes:
    """The file with the labels, read back from the very bytes that are returned, and as whole as it came.

    A file that says so already comes back unchanged. What is seen and heard is never changed, nor is metadata that is
    not a label. A file that carries a C2PA manifest is refused: its signature would not hold for the labeled file, and
    what somebody signed would look tampered with.

    Args:
        body: the file.
        media_type: what it is.
        labels: what to write.
        found: the labels that are in it, where they have been read already.

    Raises:
        ImplicitRefusedError: files of this kind carry no labels, or this one cannot be read or written.
    """
    row = row_of(media_type)
    carrier = _carrier(row)
    if carrier is None:
        raise ImplicitRefusedError(what=f"Files of the kind {row.format} carry no labels. {row.reason}")
    _check_length(body)
    if (carrier.read(body) if found is None else found).show(labels):
        return body
    if shows_traces(body, media_type):
        raise ImplicitRefusedError(
            what=f"The {row.format} file carries a C2PA manifest, which labels would invalidate."
        )
    because = reason_to_leave(body, media_type)
    if because is not None:
        raise ImplicitRefusedError(what=because)
    written = carrier.write(body, labels)
    if not carrier.read(written).show(labels):
        raise ImplicitRefusedError(what=f"The labels could not be read back from the {row.format} file.")
    broken = broken_promise(body, written, media_type, label=True)
    if broken is not None:
        raise ImplicitRefusedError(what=broken)
    return written


def _check_length(body: bytes) -> None:
    if len(body) > LONGEST:
        raise ImplicitRefusedError(what=f"The file is longer than {LONGEST} bytes.")


@cache
def _load(name: str) -> Carrier:
    return cast(Carrier, importlib.import_module(f"pipeline.labels.implicit.carriers.{name}"))


def _carrier(row: Row) -> Carrier | None:
    return None if row.carrier is None else _load(row.carrier)
