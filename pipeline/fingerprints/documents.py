"""From the bytes of documents and books to what a reader sees of their text: PDF, Word, sheets, slides, EPUB.

What stands around the text of every page (headings, footings, page numbers) is none of it: another program puts it
elsewhere, or leaves it out. Pictures of text are none, either.
"""

import posixpath
import re
import urllib.parse
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import lxml.etree

from pipeline.labels.implicit.carriers.archive import Archive
from pipeline.labels.implicit.xml import parse_xml
from pipeline.labels.refused import ImplicitRefusedError

__all__ = ["DOCUMENT_TYPES", "MOST_DOCUMENT_BYTES", "UnreadableDocumentError"]

MOST_DOCUMENT_BYTES: Final = 256_000_000
_MOST_PAGES: Final = 5000
_MOST_CHARACTERS: Final = 1_000_000
"""So many are taken out of a document at most, and a text of so many is too long to have a code."""

_MOST_XML: Final = 16 * 2**20
_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
_RELATIONS: Final = "_rels/.rels"
_MAIN: Final = "/officeDocument"
_NOTES: Final = ("footnotes.xml", "endnotes.xml")
_SLIDE: Final = re.compile(r"ppt/slides/slide(\d{1,6})\.xml")
_SHEET: Final = re.compile(r"xl/worksheets/sheet(\d{1,6})\.xml")
_STRINGS: Final = "xl/sharedStrings.xml"
_CONTAINER: Final = "META-INF/container.xml"
_BOOK_PAGES: Final = ("application/xhtml+xml", "text/html")

_HYPHENS: Final = re.compile("[\x02\u00ad\ufffe]\\s*")
"""What PDFium writes for a hyphen at the end of a line: the word goes on."""
_NUMBER: Final = re.compile(r"\d+")
_EDGES: Final = 3
"""So many lines at the top and at the bottom of a page may be the same on every page."""
_FEWEST_PAGES: Final = 2
_AROUND_NUMBERS: Final = " -\u2013\u2014\u00b7|/[]()"
_LONGEST_NUMBER: Final = 24


class UnreadableDocumentError(Exception):
    """The bytes are no document of their media type, are broken, or ask for a password."""


def pdf_text(body: bytes) -> str:
    """What the pages of a PDF say, in the order in which they say it.

    Raises:
        UnreadableDocumentError: no PDF, broken, or encrypted with a password that is not empty.
    """
    import pypdfium2  # noqa: PLC0415 (a sixth of a second, which other texts need not wait for)

    pages: list[list[str]] = []
    length = 0
    try:
        with pypdfium2.PdfDocument(body) as document:
            for number in range(min(len(document), _MOST_PAGES)):
                page = document[number]
                said = page.get_textpage().get_text_bounded()
                page.close()
                pages.append(_HYPHENS.sub("", said).splitlines())
                length += len(said)
                if length > _MOST_CHARACTERS:
                    break
    except (pypdfium2.PdfiumError, ValueError, OverflowError):
        raise UnreadableDocumentError from None
    return "\n".join(line for page in _without_furniture(pages) for line in page)


def _without_furniture(pages: Sequence[Sequence[str]]) -> Iterator[Sequence[str]]:
    """Pages without the lines at their edges that most of them have, but for their numbers."""
    filled = [[line for line in page if line.strip()] for page in pages]
    seen = Counter(line for page in filled for line in {_shape(line) for line in _edges(page)})
    usual = {line for line, count in seen.items() if count >= _FEWEST_PAGES and 2 * count > len(filled)}
    for page in filled:
        begin, end = 0, len(page)
        while begin < min(_EDGES, end) and _is_furniture(page[begin], usual):
            begin += 1
        while end > max(begin, len(page) - _EDGES) and _is_furniture(page[end - 1], usual):
            end -= 1
        yield page[begin:end] or page


def _edges(page: Sequence[str]) -> tuple[str, ...]:
    return (*page[:_EDGES], *page[-_EDGES:])


def _shape(line: str) -> str:
    return _NUMBER.sub("0", " ".join(line.split()))


def _is_furniture(line: str, usual: set[str]) -> bool:
    bare = line.strip(_AROUND_NUMBERS)
    is_number = len(bare) <= _LONGEST_NUMBER and _NUMBER.fullmatch(bare) is not None
    return is_number or _shape(line) in usual


def docx_text(body: bytes) -> str:
    """What a Word document says, a line for each paragraph, then its notes; headings of pages are not read.

    Raises:
        UnreadableDocumentError: no Word document, broken, encrypted, or too large unpacked.
    """
    package = _opened(body)
    main = _main_part(package)
    folder = posixpath.dirname(main)
    parts = [main, *(name for name in (posixpath.join(folder, note) for note in _NOTES) if name in package.names())]
    return "\n".join(line for part in parts for line in _lines(_tree(package, part)))


def slides_text(body: bytes) -> str:
    """What the slides of a presentation say, a line for each paragraph.

    Raises:
        UnreadableDocumentError: no presentation, broken, encrypted, or too large unpacked.
    """
    package = _opened(body)
    numbered = sorted((int(found[1]), found[0]) for name in package.names() if (found := _SLIDE.fullmatch(name)))
    if not numbered:
        raise UnreadableDocumentError
    return "\n".join(line for _, name in numbered for line in _lines(_tree(package, name)))


def sheets_text(body: bytes) -> str:
    """What the cells of a spreadsheet hold, a line for each row; numbers as they are kept, not as they are shown.

    Raises:
        UnreadableDocumentError: no spreadsheet, broken, encrypted, or too large unpacked.
    """
    package = _opened(body)
    numbered = sorted((int(found[1]), found[0]) for name in package.names() if (found := _SHEET.fullmatch(name)))
    if not numbered:
        raise UnreadableDocumentError
    strings = _tree(package, _STRINGS).iterchildren("{*}si") if _STRINGS in package.names() else ()
    shared = {str(number): "".join(_pieces(string)) for number, string in enumerate(strings)}
    return "\n".join(
        " ".join(_held(cell, shared) for cell in row.iterchildren("{*}c"))
        for _, name in numbered
        for row in _tree(package, name).iter("{*}row")
    )


def _held(cell: lxml.etree._Element, shared: Mapping[str, str]) -> str:
    value = cell.findtext("{*}v") or ""
    return shared.get(value, "") if cell.get("t") == "s" else "".join(_pieces(cell)) or value


def _pieces(element: lxml.etree._Element) -> Iterator[str]:
    # How a word is spoken is beside it in some sheets.
    return (piece.text or "" for piece in element.iter("{*}t") if next(piece.iterancestors("{*}rPh"), None) is None)


def book_pages(body: bytes) -> Iterator[bytes]:
    """The pages of an EPUB publication as they are read, each as XHTML.

    Raises:
        UnreadableDocumentError: no publication, broken, encrypted, or too large unpacked.
    """
    book = _opened(body)
    root_file = next(iter(_tree(book, _CONTAINER).iter("{*}rootfile")), None)
    path = "" if root_file is None else str(root_file.get("full-path", ""))
    package = _tree(book, path)
    items = {str(item.get("id")): item for item in package.iter("{*}item")}
    for reference in package.iter("{*}itemref"):
        item = items.get(str(reference.get("idref")))
        if item is None or item.get("media-type") not in _BOOK_PAGES:
            continue
        name = urllib.parse.unquote(str(item.get("href", "")))
        page = _read(book, posixpath.normpath(posixpath.join(posixpath.dirname(path), name)))
        if page is not None:
            yield page


def _opened(body: bytes) -> Archive:
    try:
        return Archive(body)
    except ImplicitRefusedError:
        raise UnreadableDocumentError from None


def _read(package: Archive, name: str) -> bytes | None:
    try:
        return package.read(name)
    except ImplicitRefusedError:
        raise UnreadableDocumentError from None


def _tree(package: Archive, name: str) -> lxml.etree._Element:
    part = _read(package, name)
    try:
        return parse_xml(part or b"", what="a part of the package", most_bytes=_MOST_XML, external_dtd=True)
    except ImplicitRefusedError:
        raise UnreadableDocumentError from None


def _main_part(package: Archive) -> str:
    for relation in _tree(package, _RELATIONS):
        if str(relation.get("Type", "")).endswith(_MAIN):
            return posixpath.normpath("/" + str(relation.get("Target", ""))).lstrip("/")
    raise UnreadableDocumentError


def _lines(tree: lxml.etree._Element) -> Iterator[str]:
    """Paragraphs of Word and of slides: what is shown of them, and not what was deleted, or stands there twice."""
    # What newer programs show is there again for older ones.
    lxml.etree.strip_elements(tree, "{*}Fallback", with_tail=False)
    for paragraph in tree.iter("{*}p"):
        yield "".join(_shown(paragraph))


def _shown(paragraph: lxml.etree._Element) -> Iterator[str]:
    for piece in paragraph.iter("{*}t", "{*}tab", "{*}br", "{*}cr", "{*}noBreakHyphen"):
        if next(piece.iterancestors("{*}p"), None) is paragraph:
            name = lxml.etree.QName(piece).localname
            yield (piece.text or "") if name == "t" else "-" if name == "noBreakHyphen" else " "


DOCUMENT_TYPES: Final[Mapping[str, Callable[[bytes], str]]] = MappingProxyType(
    {
        "application/pdf": pdf_text,
        f"{_OFFICE}.wordprocessingml.document": docx_text,
        f"{_OFFICE}.spreadsheetml.sheet": sheets_text,
        f"{_OFFICE}.presentationml.presentation": slides_text,
    }
)
"""What a reader sees of each kind of document; of a book, `book_pages` has the pages."""
