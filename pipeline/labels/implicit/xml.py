"""XML of strangers, parsed within bounds: no entities, no document type of their own, nothing fetched."""

from collections.abc import Iterator
from typing import Any, Final

from lxml import etree

from pipeline.labels.refused import ImplicitRefusedError

__all__ = ["MOST_DEPTH", "parse_xml", "serialised"]

MOST_DEPTH: Final = 64


def parse_xml(body: bytes, *, what: str, most_bytes: int, external_dtd: bool = False) -> etree._Element:
    """The root element.

    Args:
        body: the document.
        what: its name in refusals, such as `the XMP packet`.
        most_bytes: how long it may be.
        external_dtd: whether it may name a document type elsewhere, which is never read.

    Raises:
        ImplicitRefusedError: it is too long, too deep, or not well-formed, or declares what is refused here.
    """
    if len(body) > most_bytes:
        raise ImplicitRefusedError(what=f"Of the file, {what} is longer than {most_bytes} bytes.")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, strip_cdata=False)
    with ImplicitRefusedError.instead_of(
        etree.LxmlError, ValueError, LookupError, what=f"Of the file, {what} is no well-formed XML."
    ):
        root = etree.fromstring(body, parser)
        declared = root.getroottree().docinfo.internalDTD
    if declared is not None and (not external_dtd or b"<!ENTITY" in body or _refers_to_entities(root)):
        raise ImplicitRefusedError(what=f"Of the file, {what} declares a document type, which may hold entities.")
    if any(depth > MOST_DEPTH for depth in _depths(root)):
        raise ImplicitRefusedError(what=f"Of the file, {what} is nested more than {MOST_DEPTH} levels deep.")
    return root


def serialised(root: etree._Element) -> bytes:
    """The whole document again, with what stands before and after its root, in the encoding it had."""
    tree = root.getroottree()
    encoding = tree.docinfo.encoding or "UTF-8"
    standalone: Any = tree.docinfo.standalone or None  # no is what it is anyway, and None says nothing
    with ImplicitRefusedError.instead_of(
        etree.LxmlError, ValueError, LookupError, what="The file's XML cannot be written again in its encoding."
    ):
        written = etree.tostring(tree, xml_declaration=True, encoding=encoding, standalone=standalone)
    return written if isinstance(written, bytes) else written.encode(encoding)


def _refers_to_entities(root: etree._Element) -> bool:
    return next(root.iter(etree.Entity), None) is not None


def _depths(root: etree._Element) -> Iterator[int]:
    depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        yield depth
