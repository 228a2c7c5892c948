"""The manifest store that is attached to a PDF, in whatever way the attachment is packed."""

import io
import zlib
from collections.abc import Iterator
from typing import Final

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream

from pipeline.assets.pdf_update import BROKEN_PDF
from pipeline.credentials.manifest_store import is_manifest_store

__all__ = ["attached_manifest"]

_PDF: Final = b"%PDF-"
_LARGEST: Final = 32 * 2**20
"""Bytes of a manifest store that is unpacked; a store has kilobytes, with thumbnails and a long chain a few million."""

_MOST_FILES: Final = 1000


def attached_manifest(asset: bytes) -> bytes | None:
    """The manifest store attached to a PDF, in whatever way the attachment is packed; None where there is not one.

    Signers attach it as it is. Programs that write a PDF anew deflate it, move it or encrypt it, which leaves it whole.
    """
    if _PDF not in asset[:1024]:
        return None
    try:
        with pikepdf.open(io.BytesIO(asset), suppress_warnings=True) as document:
            stores = [store for file in _attachments(document) if (store := _unpacked(file)) is not None]
    except BROKEN_PDF:
        return None
    return stores[0] if len(stores) == 1 and is_manifest_store(stores[0]) else None


def _attachments(document: Pdf) -> Iterator[Stream]:
    files = document.Root.get(Name.AF)
    if not isinstance(files, Array):
        return
    for number in range(min(len(files), _MOST_FILES)):
        file = files[number]
        if isinstance(file, Dictionary) and file.get(Name.AFRelationship) == Name.C2PA_Manifest:
            content = file.get(Name.EF, Dictionary()).get(Name.F)
            if isinstance(content, Stream):
                yield content


def _unpacked(content: Stream) -> bytes | None:
    packed = content.read_raw_bytes()
    match content.get(Name.Filter):
        case None:
            return packed
        case Name.FlateDecode:
            pass
        case _:
            return None
    unpacking = zlib.decompressobj()
    try:
        store = unpacking.decompress(packed, _LARGEST)
    except zlib.error:
        return None
    return store if unpacking.eof else None
