"""PDF: the manifest as an embedded file that the catalog names as its associated file, in an incremental update."""

from typing import Final

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, String

from pipeline.assets.pdf_update import BROKEN_PDF, opened_pdf, updated
from pipeline.credentials.placing.place import ManifestPlace, UnplaceableError

__all__ = ["place_in_pdf"]

_RELATIONSHIP: Final = Name("/C2PA_Manifest")
_TITLE: Final = "Content Credentials"
_MOST_NAMES: Final = 100_000
_FILLER: Final = b"\xc2"
"""Of the store until it is there; a kilobyte of it is in no document."""


def place_in_pdf(body: bytes, length: int) -> ManifestPlace:
    """A document around a manifest store of so many bytes.

    Raises:
        UnplaceableError: it is broken, or encrypted.
    """
    try:
        with opened_pdf(body) as document:
            if document.is_encrypted:
                raise UnplaceableError
            _attach(document, _FILLER * length)
            file = updated(body, document)
    except BROKEN_PDF as error:
        raise UnplaceableError from error
    start = file.rfind(_FILLER * length)
    if start < len(body):
        raise UnplaceableError
    return ManifestPlace(head=file[:start], tail=file[start + length :])


def _attach(document: Pdf, store: bytes) -> None:
    file = document.make_stream(store, Type=Name.EmbeddedFile, Subtype=Name("/application/c2pa"))
    file.Params = Dictionary(Size=len(store))
    described = document.make_indirect(
        Dictionary(
            Type=Name.Filespec,
            AFRelationship=_RELATIONSHIP,
            Desc=String(_TITLE),
            F=String(_TITLE),
            UF=String(_TITLE),
            EF=Dictionary(F=file),
        )
    )
    root = document.Root
    associated = root.get(Name.AF, Array())
    root.AF = Array([*(file for file in associated if not _is_manifest(file)), described])
    names = Dictionary(dict(root.get(Name.Names, Dictionary()).items()))
    names.EmbeddedFiles = _with_file(names.get(Name.EmbeddedFiles, Dictionary()), described)
    root.Names = names


def _is_manifest(described: object) -> bool:
    return isinstance(described, Dictionary) and described.get(Name.AFRelationship) == _RELATIONSHIP


def _with_file(tree: pikepdf.Object, described: pikepdf.Object) -> Dictionary:
    """The root of a name tree (ISO 32000-2, 7.9.6) with one more file, and without manifests that are in the root."""
    if Name.Kids in tree:
        kids = list(tree.Kids)
        highest = bytes(kids[-1].Limits[1])
        last = String(max(_TITLE.encode(), highest + b" "))
        leaf = Dictionary(Limits=Array([last, last]), Names=Array([last, described]))
        return Dictionary(Kids=Array([*kids, leaf]))
    flat = list(tree.get(Name.Names, Array()))
    if len(flat) > _MOST_NAMES:
        raise UnplaceableError
    pairs = [(name, file) for name, file in zip(flat[::2], flat[1::2], strict=True) if not _is_manifest(file)]
    taken = {bytes(name) for name, _ in pairs}
    name = _TITLE.encode()
    while name in taken:
        name += b" "
    pairs.append((String(name), described))
    pairs.sort(key=lambda pair: bytes(pair[0]))
    return Dictionary(Names=Array([part for pair in pairs for part in pair]))
