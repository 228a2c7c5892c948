"""JPEG XL: an `xml ` box behind all others; a bare codestream is put into a container for it (ISO/IEC 18181-2).

Metadata may be compressed (`brob` boxes with Brotli inside), as cjxl does unless told otherwise; it is read, too.
Labels in EXIF are blanked where another is written.

Where a file says how the JPEG it was made from is restored from it (`jbrd`), its first packet and its EXIF are part of
that JPEG, and stay as they are: the labels go into a packet of their own.
"""

from typing import Final, NamedTuple

from pipeline.labels.implicit import xmp
from pipeline.labels.implicit.carriers import exif
from pipeline.labels.implicit.carriers.bounds import MOST_METADATA, broken, counted
from pipeline.labels.implicit.carriers.video_boxes import Box, BoxReader, box
from pipeline.labels.implicit.model import FoundLabels, LabelsToWrite, joined
from pipeline.labels.implicit.xmp import MOST_XMP
from pipeline.labels.refused import ImplicitRefusedError

__all__ = ["read", "write"]

_BARE: Final = b"\xff\x0a"
_BEGIN: Final = box(b"JXL ", b"\r\n\x87\n")
_CONTAINER: Final = _BEGIN + box(b"ftyp", b"jxl \x00\x00\x00\x00jxl ")
_XMP: Final = b"xml "
_EXIF: Final = b"Exif"
_COMPRESSED: Final = b"brob"
_RESTORES_JPEG: Final = b"jbrd"
_MOST_DECOMPRESSED: Final = 4 * MOST_XMP
"""Of all boxes together: each takes a hundred bytes to be as long as a packet may be."""
_NAME: Final = 4
_TIFF: Final = (b"II*\x00", b"MM\x00*")


class _Metadata(NamedTuple):
    """A piece of metadata: of which kind, in which box, and what it is once decompressed."""

    kind: bytes
    box: Box
    held: bytes


def read(body: bytes) -> FoundLabels:
    """The labels of a JPEG XL file; a bare codestream has no place for any."""
    if body.startswith(_BARE):
        return FoundLabels()
    return _found(_metadata(body, _boxes(body)))


def write(body: bytes, labels: LabelsToWrite) -> bytes:
    """A JPEG XL file with the labels, in a container."""
    file = _CONTAINER + box(b"jxlc", body) if body.startswith(_BARE) else body
    boxes = _boxes(file)
    metadata = _metadata(file, boxes)
    if any(part.kind == _RESTORES_JPEG for part in boxes):
        if labels.aigc is not None and _found(metadata).aigc:
            raise ImplicitRefusedError(what="The picture's label is part of the JPEG that is restored from it.")
        metadata = []
    packets = [piece for piece in metadata if piece.kind == _XMP]
    first, *others = xmp.rewrite([piece.held for piece in packets], labels)
    new = {piece.box: b"" for piece in packets[:1]}
    new |= {piece.box: box(_XMP, packet) for piece, packet in zip(packets[1:], others, strict=True)}
    if labels.aigc is not None:
        new |= {piece.box: box(_EXIF, _without_labels(piece.held)) for piece in metadata if piece.kind == _EXIF}
    kept = [new.get(part, _closed(file, part)) for part in boxes]
    return b"".join((*kept, box(_XMP, first)))


def _found(metadata: list[_Metadata]) -> FoundLabels:
    return joined(
        xmp.found_in(piece.held for piece in metadata if piece.kind == _XMP),
        *(exif.found_in_exif(piece.held[_header(piece.held) :]) for piece in metadata if piece.kind == _EXIF),
    )


def _boxes(body: bytes) -> list[Box]:
    if not body.startswith(_BEGIN):
        raise broken("JPEG XL file", "it does not begin like one")
    boxes = list(BoxReader(body).children(0, len(body)))
    if not any(part.kind in (b"jxlc", b"jxlp") for part in boxes):
        raise broken("JPEG XL file", "it holds no picture")
    return boxes


def _metadata(body: bytes, boxes: list[Box]) -> list[_Metadata]:
    there = [part for part in boxes if part.kind in (_XMP, _EXIF, _COMPRESSED)]
    counted(len(there), MOST_METADATA, of="boxes of metadata")
    found: list[_Metadata] = []
    decompressed = 0
    for part in there:
        piece = _piece(body, part)
        if piece is None:
            continue
        decompressed += len(piece.held) if part.kind == _COMPRESSED else 0
        if decompressed > _MOST_DECOMPRESSED:
            raise ImplicitRefusedError(what=f"The compressed metadata is longer than {_MOST_DECOMPRESSED} bytes.")
        found.append(piece)
    return found


def _piece(body: bytes, box: Box) -> _Metadata | None:
    if box.kind != _COMPRESSED:
        return _Metadata(box.kind, box, body[box.body : box.end])
    kind = body[box.body : box.body + _NAME]
    if kind not in (_XMP, _EXIF):
        return None
    return _Metadata(kind, box, _decompressed(body[box.body + _NAME : box.end]))


def _decompressed(stream: bytes) -> bytes:
    """What a Brotli stream holds, if that is no longer than a packet may be."""
    import imagecodecs  # noqa: PLC0415 - large, and few files need it

    with ImplicitRefusedError.instead_of(
        imagecodecs.BrotliError, what=f"The picture's compressed metadata is broken, or longer than {MOST_XMP} bytes."
    ):
        return bytes(imagecodecs.brotli_decode(stream, out=MOST_XMP))


def _header(held: bytes) -> int:
    """Where EXIF begins: how far away is said first, but some writers leave that out."""
    return 0 if held.startswith(_TIFF) else _NAME + int.from_bytes(held[:_NAME], "big")


def _without_labels(held: bytes) -> bytes:
    at = _header(held)
    return held[:at] + exif.without_labels(held[at:])


def _closed(body: bytes, written: Box) -> bytes:
    """A box as it is; the last one of a file may leave out its size, and has it written in when another follows."""
    is_open = not int.from_bytes(body[written.start : written.start + 4], "big")
    return box(written.kind, body[written.body : written.end]) if is_open else body[written.start : written.end]
