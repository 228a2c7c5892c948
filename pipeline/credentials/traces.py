"""Which formats carry their manifest inside the file and how that shows, and which get one beside it.

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
from typing import Final

from pipeline.credentials.text.wrapper import TRACE
from pipeline.media_types import FORMATS, UNKNOWN, canonical

__all__ = ["SIDECAR_MEDIA_TYPE", "TRACES", "embeds", "is_bare", "reading_hint", "shows_traces"]

SIDECAR_MEDIA_TYPE: Final = UNKNOWN
"""Signing under this type hashes the bytes as they are, whatever the format; with any other, what "no embedding"
leaves behind may differ from the input, and the manifest would not be valid for it."""

_JUMBF: Final = bytes.fromhex("6332706100110010800000aa00389b71")
_BMFF: Final = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
_BARE_JXL: Final = b"\xff\x0a"
_ID3: Final = b"application/c2pa\x00"

TRACES: Final[Mapping[str, bytes]] = {
    "image/jpeg": _JUMBF,
    "image/png": _JUMBF,
    "image/webp": _JUMBF,
    "image/gif": _JUMBF,
    "image/tiff": _JUMBF,
    "image/jxl": _JUMBF,
    "image/avif": _BMFF,
    "image/heic": _BMFF,
    "image/heif": _BMFF,
    "image/svg+xml": b"c2pa:manifest",
    "audio/wav": _JUMBF,
    "audio/mpeg": _ID3,
    "audio/flac": _ID3,
    "audio/mp4": _BMFF,
    "video/mp4": _BMFF,
    "video/quicktime": _BMFF,
    "video/x-msvideo": _JUMBF,
    "application/pdf": b"/C2PA_Manifest",
    "text/plain": TRACE,
}
"""The formats that can embed, each with bytes that a manifest store leaves in its files, and hardly anything else."""


def embeds(media_type: str) -> bool:
    """Whether files of this type can carry a manifest. One particular file may still not be able to."""
    return canonical(media_type) in TRACES


def is_bare(asset: bytes, media_type: str) -> bool:
    """Whether an asset is the bare codestream of a format that has a container, too: it has no place for a manifest."""
    return canonical(media_type) == "image/jxl" and asset.startswith(_BARE_JXL)


def reading_hint(media_type: str) -> str:
    """The type to name to a reader, which goes by the bytes wherever it knows them."""
    name = canonical(media_type)
    return name if name in FORMATS else SIDECAR_MEDIA_TYPE


def shows_traces(asset: bytes, media_type: str) -> bool:
    """Whether an asset in which no manifest was found nevertheless shows that it once had one.

    The difference between an asset that never had a credential and one whose credential was broken: the container
    still holds what only a manifest store leaves behind, and no reader finds its way to it.
    """
    trace = TRACES.get(canonical(media_type))
    return trace is not None and trace in asset
