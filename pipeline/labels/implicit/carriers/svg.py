"""SVG: an XMP packet in the drawing's `metadata` element.

The drawing is parsed and written again, so its markup may be spelled differently; as XML it stays the same.
"""

from collections.abc import Iterator
from typing import Final

from lxml import etree

from pipeline.labels.implicit import xmp
from pipeline.labels.implicit.carriers.bounds import broken
from pipeline.labels.implicit.model import FoundLabels, LabelsToWrite
from pipeline.labels.implicit.xml import parse_xml, serialised

__all__ = ["read", "write"]

_MOST: Final = 64 * 1024 * 1024
_SVG: Final = "http://www.w3.org/2000/svg"
_PACKETS: Final = ("{adobe:ns:meta/}xmpmeta", "{adobe:ns:meta/}xapmeta")
_RDF: Final = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}RDF"


def read(body: bytes) -> FoundLabels:
    """The labels of an SVG drawing."""
    root = _drawing(body)
    return xmp.found_in_element(
        [element for metadata in _metadata(root) for element in metadata if _may_hold_labels(element)]
    )


def write(body: bytes, labels: LabelsToWrite) -> bytes:
    """An SVG drawing with the labels."""
    root = _drawing(body)
    packets = [element for metadata in _metadata(root) for element in metadata if _may_hold_labels(element)]
    for element in packets:
        xmp.clean_element(element, labels)
    packet = next((element for element in packets if element.tag in _PACKETS), None)
    if packet is None:
        packet = xmp.new_element()
        metadata = next(_metadata(root), None)
        if metadata is None:
            # First, for readers that do not want to see the whole drawing for it.
            metadata = etree.Element(f"{{{_SVG}}}metadata")
            root.insert(0, metadata)
        metadata.append(packet)
    xmp.merge_element(packet, labels)
    return serialised(root)


def _drawing(body: bytes) -> etree._Element:
    root = parse_xml(body, what="the drawing", most_bytes=_MOST, external_dtd=True)
    if root.tag != f"{{{_SVG}}}svg":
        raise broken("SVG drawing", "its root is no svg element")
    return root


def _metadata(root: etree._Element) -> Iterator[etree._Element]:
    return (child for child in root if child.tag == f"{{{_SVG}}}metadata")


def _may_hold_labels(element: etree._Element) -> bool:
    """Whether this is a packet, or RDF outside of one, which some editors write for themselves."""
    return element.tag in _PACKETS or element.tag == _RDF
