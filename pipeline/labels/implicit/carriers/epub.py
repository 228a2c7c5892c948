"""EPUB: `meta` elements with `name` and `content` among the metadata of the package document.

That is the spelling of EPUB 2, which EPUB 3 keeps for what needs no vocabulary; readers of both know it.
"""

from collections.abc import Iterator
from typing import Final

from lxml import etree

from pipeline.labels.implicit.carriers.archive import Archive
from pipeline.labels.implicit.carriers.bounds import MOST_METADATA, broken, counted
from pipeline.labels.implicit.carriers.fields import found_in_fields, replaces, to_fields
from pipeline.labels.implicit.model import FoundLabels, LabelsToWrite
from pipeline.labels.implicit.xml import parse_xml, serialised
from pipeline.labels.implicit.xmp import MOST_XMP
from pipeline.labels.refused import ImplicitRefusedError

__all__ = ["read", "write"]

_CONTAINER: Final = "META-INF/container.xml"
_SIGNATURES: Final = "META-INF/signatures.xml"
_ROOT_FILE: Final = "{urn:oasis:names:tc:opendocument:xmlns:container}rootfile"
_OPF: Final = "{http://www.idpf.org/2007/opf}"
_MOST: Final = 16 * MOST_XMP


def read(body: bytes) -> FoundLabels:
    """The labels of an EPUB publication."""
    book = Archive(body)
    _, metadata = _package(book)
    return found_in_fields(
        ((_name(meta), str(meta.get("content", ""))) for meta in _metas(metadata)), carrier="epub.meta"
    )


def write(body: bytes, labels: LabelsToWrite) -> bytes:
    """An EPUB publication with the labels."""
    book = Archive(body)
    if _SIGNATURES in book.names():
        raise ImplicitRefusedError(what="The publication is signed, and the signature would be broken.")
    path, metadata = _package(book)
    fields = to_fields(labels)
    for meta in list(_metas(metadata)):
        if replaces(fields, _name(meta)):
            metadata.remove(meta)
    with ImplicitRefusedError.instead_of(ValueError, what="The labels hold characters that XML cannot."):
        for name, value in fields.items():
            etree.SubElement(metadata, f"{_OPF}meta", {"name": name, "content": value})
    return book.written({path: serialised(metadata)})


def _package(book: Archive) -> tuple[str, etree._Element]:
    """The path of the package document, and its metadata."""
    container = book.read(_CONTAINER)
    if container is None:
        raise broken("publication", "it does not say where its package document is")
    root = parse_xml(container, what="the container's description", most_bytes=MOST_XMP)
    root_file = next(root.iter(_ROOT_FILE), None)
    path = "" if root_file is None else str(root_file.get("full-path", ""))
    body = book.read(path)
    if body is None:
        raise broken("publication", "its package document is missing")
    package = parse_xml(body, what="the package document", most_bytes=_MOST)
    metadata = package.find(f"{_OPF}metadata")
    if metadata is None:
        raise broken("publication", "its package document has no metadata")
    counted(len(metadata), MOST_METADATA, of="pieces of metadata")
    return path, metadata


def _metas(metadata: etree._Element) -> Iterator[etree._Element]:
    return (meta for meta in metadata.iterchildren(f"{_OPF}meta") if meta.get("name") is not None)


def _name(element: etree._Element) -> str:
    return str(element.get("name", ""))
