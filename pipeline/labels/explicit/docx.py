"""The label of a Word document: its first paragraph."""

import io
import zipfile
import zlib
from typing import Any, Final

from lxml import etree

from pipeline.labels.explicit.model import LabeledFile, LabelOrder, Written
from pipeline.labels.explicit.wording import WORDINGS
from pipeline.labels.refused import ExplicitRefusedError

__all__ = ["MOST_PARTS", "MOST_UNPACKED_BYTES", "label_docx", "text_of_docx"]

MOST_UNPACKED_BYTES: Final = 128 * 2**20
"""Of all parts together, unpacked."""

MOST_PARTS: Final = 4096

_RELATIONS: Final = "_rels/.rels"
_MAIN: Final = "/officeDocument"
_SIGNATURES: Final = "_xmlsignatures/"
_BROKEN: Final = (
    EOFError,
    KeyError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
    etree.XMLSyntaxError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What opening, unpacking and parsing raise over broken, encrypted and oddly packed files."""


def label_docx(body: bytes, order: LabelOrder) -> LabeledFile:
    """Put the label above the document; all other parts are packed again as they were.

    Raises:
        ExplicitRefusedError: no Word document, broken, encrypted, signed, or too large unpacked.
    """
    with ExplicitRefusedError.instead_of(*_BROKEN, what="The document cannot be unpacked."):
        parts = _parts(body)
        if any(info.filename.startswith(_SIGNATURES) for info, _ in parts):
            raise ExplicitRefusedError(what="The document is signed, and a label would break the signature.")
        packed_parts = {info.filename: data for info, data in parts}
        main = _main_part(packed_parts)
        tree = _parsed(packed_parts[main])
        story = _story(tree)
        label = WORDINGS[order.language].in_text
        first = next(iter(story), None)
        if first is None or _text(first) != label:
            story.insert(0, _paragraph(story, label, order.language))
        document = etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True)
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as target:
            for info, data in parts:
                target.writestr(info, document if info.filename == main else data)
    written = Written(kind="text", text=WORDINGS[order.language].text, position="start", at_start=True)
    return LabeledFile(body=packed.getvalue(), written=written, kept=True)


def text_of_docx(body: bytes) -> str:
    """What the body of a document says, a line for each paragraph.

    Raises:
        ExplicitRefusedError: as `label_docx`.
    """
    with ExplicitRefusedError.instead_of(*_BROKEN, what="The document cannot be unpacked."):
        parts = {info.filename: data for info, data in _parts(body)}
        story = _story(_parsed(parts[_main_part(parts)]))
        space = etree.QName(story).namespace
        return "\n".join(_text(paragraph) for paragraph in story.iter(f"{{{space}}}p"))


def _parts(body: bytes) -> list[tuple[zipfile.ZipInfo, bytes]]:
    with zipfile.ZipFile(io.BytesIO(body)) as source:
        infos = source.infolist()
        if len(infos) > MOST_PARTS or sum(info.file_size for info in infos) > MOST_UNPACKED_BYTES:
            raise ExplicitRefusedError(
                what=f"The document has more than {MOST_PARTS} parts or {MOST_UNPACKED_BYTES} bytes."
            )
        # zipfile stops at the size that the entry declares, so the sum above bounds what is unpacked.
        return [(info, source.read(info)) for info in infos]


def _main_part(parts: dict[str, bytes]) -> str:
    for relation in _parsed(parts[_RELATIONS]):
        if str(relation.get("Type", "")).endswith(_MAIN):
            return str(relation.get("Target", "")).lstrip("/")
    raise ExplicitRefusedError(what="The document names no main part.")


def _parsed(data: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    return etree.fromstring(data, parser)


def _story(tree: etree._Element) -> etree._Element:
    """The body of the document, in the older or the newer (strict) namespace."""
    space = etree.QName(tree).namespace
    story = tree.find(f"{{{space}}}body")
    if story is None:
        raise ExplicitRefusedError(what="The document has no body.")
    return story


def _text(element: etree._Element) -> str:
    space = etree.QName(element).namespace
    return "".join(piece.text or "" for piece in element.iter(f"{{{space}}}t"))


def _paragraph(story: etree._Element, label: str, language: str) -> etree._Element:
    space = etree.QName(story).namespace

    def add(parent: etree._Element, name: str, **attributes: Any) -> etree._Element:
        names = {f"{{{space}}}{key}": value for key, value in attributes.items()}
        return etree.SubElement(parent, f"{{{space}}}{name}", names)

    paragraph = etree.Element(f"{{{space}}}p")
    add(add(paragraph, "pPr"), "jc", val="center")
    run = add(paragraph, "r")
    looks = add(run, "rPr")
    add(looks, "b")
    add(looks, "sz", val="24")
    add(looks, "lang", val=language, eastAsia=language, bidi=language)
    add(run, "t").text = label
    return paragraph
