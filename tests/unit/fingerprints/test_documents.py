"""Documents: their text is known in whatever file it is put."""

import io

import pikepdf
import pytest

from pipeline.fingerprints import Fingerprint, NoFingerprint
from pipeline.fingerprints.content import examine, likenesses, traits
from pipeline.fingerprints.documents import UnreadableDocumentError, book_pages, docx_text, pdf_text
from pipeline.fingerprints.texts import seen_text
from pipeline.fingerprints.traits import SAME
from tests.media.exhibits import book, presentation, workbook
from tests.unit.labels.implicit.makers import DOCX, archive, office_parts

PDF = "application/pdf"
SLIDES = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
SHEETS = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BOOK = "application/epub+zip"
PARAGRAPHS = (
    "The night ferry leaves the harbour at ten and carries the letters of the whole island.",
    "It is back before the market opens, with bread, newspapers and whoever missed the last train.",
    "Nobody remembers a winter in which it did not sail, though in one the ice held it for 3 days.",
    "The crew of 7 knows every light between the breakwater and the pier of Osk Island by heart.",
)
TEXT = "\n\n".join(PARAGRAPHS)


def pdf(*pages: tuple[str, ...], **save: object) -> bytes:
    """A document whose pages have these lines, from the top down."""
    document = pikepdf.new()
    font = document.make_indirect(
        pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    )
    for number, lines in enumerate(pages):
        page = document.add_blank_page(page_size=(600, 800))
        assert page is not None, number
        written = "".join(f"({line}) Tj 0 -30 Td " for line in lines)
        page.Contents = document.make_stream(f"BT /F 11 Tf 20 760 Td {written} ET".encode("latin-1"))
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=font))
    out = io.BytesIO()
    document.save(out, **save)
    return out.getvalue()


def docx(*paragraphs: str, **parts: str) -> bytes:
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    told = "".join(f"<w:p>{paragraph}</w:p>" for paragraph in paragraphs)
    document = f"<w:document xmlns:w='{space}'><w:body>{told}</w:body></w:document>"
    notes = {f"word/{name}.xml": f"<w:{name} xmlns:w='{space}'>{part}</w:{name}>" for name, part in parts.items()}
    return archive({**office_parts(), "word/document.xml": document, **notes})


def run(text: str) -> str:
    return f"<w:r><w:t>{text}</w:t></w:r>"


def is_copy(body: bytes, media_type: str, of: bytes, of_type: str) -> bool:
    (found,) = likenesses(body, media_type, [traits(of, of_type).looks])
    return found >= SAME


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (pdf(PARAGRAPHS), PDF),
        (pdf(PARAGRAPHS[:2], PARAGRAPHS[2:]), PDF),
        (docx(*map(run, PARAGRAPHS)), DOCX),
        ("".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS).encode(), "text/html"),
    ],
)
def test_a_text_is_the_same_text_in_a_document_and_the_other_way_round(body: bytes, media_type: str) -> None:
    known = examine(TEXT.encode(), "text/plain")
    assert examine(body, media_type) == known
    assert is_copy(body, media_type, TEXT.encode(), "text/plain")
    assert is_copy(TEXT.encode(), "text/plain", body, media_type)


@pytest.mark.parametrize(("body", "media_type"), [(presentation(), SLIDES), (book(), BOOK), (workbook(), SHEETS)])
def test_slides_books_and_sheets_are_read_in_their_order(body: bytes, media_type: str) -> None:
    seen = seen_text(body, media_type)
    assert isinstance(seen, str)
    assert isinstance(examine(body, media_type), Fingerprint)
    assert is_copy(seen.encode(), "text/plain", body, media_type)


def test_another_report_in_a_document_is_no_copy() -> None:
    other = [paragraph.replace("3 days", "5 days").replace("7", "12") for paragraph in PARAGRAPHS]
    assert not is_copy(pdf(tuple(other)), PDF, pdf(PARAGRAPHS), PDF)
    assert not is_copy(docx(*map(run, other)), DOCX, pdf(PARAGRAPHS), PDF)


def test_what_stands_around_the_text_of_every_page_is_left_out() -> None:
    pages = [("HARBOUR OFFICE 2026", *PARAGRAPHS[at : at + 2], f"Page {at} of 4") for at in (0, 2)]
    assert pdf_text(pdf(*pages)).split() == TEXT.split()
    numbered = [(*PARAGRAPHS[at : at + 1], f"- {at + 1} -") for at in range(4)]
    assert pdf_text(pdf(*numbered)).split() == TEXT.split()


def test_pages_that_are_all_the_same_keep_what_they_say() -> None:
    assert pdf_text(pdf(PARAGRAPHS[:1], PARAGRAPHS[:1])).splitlines() == [PARAGRAPHS[0]] * 2


def test_a_document_that_opens_without_a_password_is_read_and_no_other() -> None:
    owned = pdf(PARAGRAPHS, encryption=pikepdf.Encryption(owner="o", user=""))
    assert pdf_text(owned).split() == TEXT.split()
    assert examine(pdf(PARAGRAPHS, encryption=pikepdf.Encryption(owner="o", user="u")), PDF) == NoFingerprint(
        reason="not-readable"
    )


def test_what_was_deleted_or_stands_there_twice_for_older_programs_is_not_read() -> None:
    choice = "<Choice><w:t>once </w:t></Choice><Fallback><w:t>twice</w:t></Fallback>"
    old = f"<w:r><AlternateContent>{choice}</AlternateContent></w:r>"
    gone = "<w:del><w:r><w:delText>never</w:delText></w:r></w:del>"
    field = "<w:r><w:instrText>PAGE</w:instrText></w:r>"
    assert docx_text(docx(old + gone + field + "<w:r><w:t>and</w:t><w:tab/><w:t>again</w:t></w:r>")) == "once and again"


def test_notes_follow_the_text() -> None:
    body = docx(run("The tide."), footnotes=f"<w:footnote><w:p>{run('Measured at noon.')}</w:p></w:footnote>")
    assert docx_text(body).splitlines() == ["The tide.", "Measured at noon."]


def test_pages_of_a_book_that_are_elsewhere_are_not_looked_for() -> None:
    parts = dict.fromkeys(["mimetype"], BOOK)
    parts["META-INF/container.xml"] = (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
        '<rootfiles><rootfile full-path="a/b.opf"/></rootfiles></container>'
    )
    parts["a/b.opf"] = (
        '<package xmlns="http://www.idpf.org/2007/opf"><manifest>'
        + "".join(
            f'<item id="{key}" href="{href}" media-type="application/xhtml+xml"/>'
            for key, href in (("x", "http://example.com/x.html"), ("y", "../c%20d.html"), ("z", "/etc/hostname"))
        )
        + '</manifest><spine><itemref idref="x"/><itemref idref="y"/><itemref idref="z"/></spine></package>'
    )
    parts["c d.html"] = "<html><body>Here.</body></html>"
    assert list(book_pages(archive(parts))) == [b"<html><body>Here.</body></html>"]


@pytest.mark.parametrize("media_type", [PDF, DOCX, SLIDES, SHEETS, BOOK])
@pytest.mark.parametrize("body", [b"", b"%PDF-1.7\n", b"PK\x03\x04", TEXT.encode(), archive({"a": "b"}), docx()[:-40]])
def test_what_is_no_document_has_no_code(body: bytes, media_type: str) -> None:
    assert examine(body, media_type) == NoFingerprint(reason="not-readable")


def test_entities_of_a_document_are_not_followed() -> None:
    parts = office_parts()
    parts["word/document.xml"] = '<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/hostname">]><d><p><t>&a;</t></p></d>'
    with pytest.raises(UnreadableDocumentError):
        docx_text(archive(parts))
