"""SVG: what stands before and after the drawing, and every element, attribute and text of it outside of metadata."""

from typing import Final

from lxml import etree

from pipeline.assets.promises.container import BrokenContainerError, Promises, reading

__all__ = ["promises"]

_BOM: Final = b"\xef\xbb\xbf"
_METADATA: Final = "metadata"
_MOST_BYTES: Final = 64 * 1024 * 1024


def promises(body: bytes) -> Promises:
    """What an SVG drawing promises."""
    if len(body) > _MOST_BYTES:
        raise BrokenContainerError
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, strip_cdata=False)
    with reading(etree.LxmlError, ValueError, LookupError):
        root = etree.fromstring(body, parser)
        tree = root.getroottree()
        return {
            "its document type": str(getattr(tree.docinfo, "doctype", "")),
            "its encoding": (tree.docinfo.encoding or "UTF-8").upper(),
            "what stands around the drawing": [
                etree.tostring(child, with_tail=False)
                for found in (root.itersiblings(preceding=True), root.itersiblings())
                for child in found
            ],
            "the drawing": list(_drawn(root)),
        }


def _drawn(root: etree._Element) -> list[object]:
    """All that is drawn or run. Blanks between elements may change with what is put there."""
    drawn: list[object] = []
    left = [root]
    while left:
        element = left.pop()
        inside = [child for child in element if not _is_metadata(child)]
        texts = [element.text or "", *(child.tail or "" for child in element)]
        name = _name(element)
        attributes = sorted((str(key), str(value)) for key, value in element.attrib.items())
        drawn.append((name, attributes, "".join(texts).split(), len(inside)))
        left.extend(reversed(inside))
    return drawn


def _is_metadata(element: etree._Element) -> bool:
    return _name(element).rpartition("}")[2] == _METADATA


def _name(element: etree._Element) -> str:
    """The name of an element; of a comment or an instruction, which has none, its kind."""
    name: object = element.tag
    return name if isinstance(name, str) else type(element).__name__
