"""Labels of documents: text on every page, or as the first paragraph; all other content stays."""

import io

import pikepdf
import pytest
from pikepdf import Dictionary, Name, Pdf

from pipeline.labels.explicit import LABEL_LANGUAGES, WORDINGS, ExplicitRefusedError, LabelClaim, LabelOrder
from pipeline.labels.explicit.checking import check
from pipeline.labels.explicit.docx import MOST_UNPACKED_BYTES, text_of_docx
from pipeline.labels.explicit.wording import LabelLanguage
from pipeline.labels.explicit.writing import write_label
from tests.media.conftest import DOCX, SAMPLES
from tests.media.labels.explicit.makers import parts_of, zipped

PDF = "application/pdf"
REPORT = (SAMPLES / "report.pdf").read_bytes()
LETTER = (SAMPLES / "letter.docx").read_bytes()


def blank(*, pages: int = 1, rotate: int = 0, size: tuple[int, int] = (595, 842), encrypt: bool = False) -> bytes:
    saved = io.BytesIO()
    with Pdf.new() as document:
        for _ in range(pages):
            document.add_blank_page(page_size=size)
            document.pages[-1].obj.Rotate = rotate
        document.save(saved, encryption=pikepdf.Encryption(owner="o", user="") if encrypt else False)
    return saved.getvalue()


def signed() -> bytes:
    saved = io.BytesIO()
    with Pdf.open(io.BytesIO(REPORT)) as document:
        document.Root.AcroForm = Dictionary(SigFlags=3, Fields=pikepdf.Array())
        document.save(saved)
    return saved.getvalue()


class TestPdf:
    @pytest.mark.parametrize("language", LABEL_LANGUAGES)
    def test_the_label_is_text_in_a_font_of_its_own(self, language: LabelLanguage) -> None:
        marked = write_label(REPORT, PDF, LabelOrder(language=language))
        assert marked.kept
        found = check(marked.body, PDF).found
        assert found is not None
        assert (found.text, found.position, found.at_start) == (marked.written.text, "start", True)
        with Pdf.open(io.BytesIO(marked.body)) as document:
            (form,) = [
                xobject for xobject in document.pages[0].Resources.XObject.values() if "/SealstreamMark" in xobject
            ]
            font = form.Resources.Font.F
            assert font.DescendantFonts[0].FontDescriptor.FontFile2.read_bytes()[:4] == b"\x00\x01\x00\x00"
            steps = pikepdf.parse_content_stream(form)
            (begin,) = [step for step in steps if str(step.operator) == "BDC"]
            said = str(begin.operands[1]["/ActualText"])
            assert said == WORDINGS[language].text

    def test_every_page_has_it_and_the_font_is_there_once(self) -> None:
        marked = write_label(blank(pages=5), PDF, LabelOrder())
        with Pdf.open(io.BytesIO(marked.body)) as document:
            assert all(page.Resources.XObject for page in document.pages)
            fonts = [
                descriptor
                for descriptor in document.objects
                if isinstance(descriptor, Dictionary) and descriptor.get("/Type") == Name.FontDescriptor
            ]
            assert len(fonts) == 1

    def test_what_was_on_the_page_is_drawn_as_before(self) -> None:
        marked = write_label(REPORT, PDF, LabelOrder())
        with Pdf.open(io.BytesIO(REPORT)) as before, Pdf.open(io.BytesIO(marked.body)) as after:
            old = [pikepdf.unparse_content_stream([step]) for step in pikepdf.parse_content_stream(before.pages[0])]
            new = [pikepdf.unparse_content_stream([step]) for step in pikepdf.parse_content_stream(after.pages[0])]
            at = new.index(old[0], 1) if old[0] == b"q" else new.index(old[0])
            assert new[at : at + len(old)] == old
            assert b"Do" in new[-2]
            assert dict(before.docinfo) == dict(after.docinfo)

    @pytest.mark.parametrize("rotate", [0, 90, 180, 270])
    def test_it_is_in_the_upper_right_corner_as_the_page_is_shown(self, rotate: int) -> None:
        marked = write_label(blank(rotate=rotate), PDF, LabelOrder())
        with Pdf.open(io.BytesIO(marked.body)) as document:
            placing = pikepdf.parse_content_stream(document.pages[0])
            across, _, _, _, x, y = next(
                [float(operand) for operand in step.operands] for step in placing if str(step.operator) == "cm"
            )
        # Where the form's own left lower corner goes, and whether its lines run across or along the page.
        assert (abs(across) > 0.9) == (rotate in {0, 180})
        expected = {0: (True, True), 90: (False, True), 180: (False, False), 270: (True, False)}[rotate]
        assert (x > 297, y > 421) == expected

    def test_putting_it_again_changes_nothing(self) -> None:
        once = write_label(REPORT, PDF, LabelOrder()).body
        assert write_label(once, PDF, LabelOrder()).body == once

    def test_a_plate_that_is_not_drawn_does_not_count(self) -> None:
        with Pdf.open(io.BytesIO(write_label(REPORT, PDF, LabelOrder()).body)) as document:
            document.pages[0].Contents = document.make_stream(b"")
            saved = io.BytesIO()
            document.save(saved)
        assert check(saved.getvalue(), PDF).present is None

    @pytest.mark.parametrize(
        "body",
        [b"", b"%PDF-1.7\n", REPORT[:2000], blank(encrypt=True), signed(), blank(pages=2001)],
        ids=["empty", "header", "cut", "encrypted", "signed", "long"],
    )
    def test_what_cannot_be_labeled_is_refused_with_a_reason(self, body: bytes) -> None:
        with pytest.raises(ExplicitRefusedError) as refused:
            write_label(body, PDF, LabelOrder())
        assert refused.value.what


class TestWord:
    def test_it_is_the_first_paragraph(self) -> None:
        marked = write_label(LETTER, DOCX, LabelOrder(language="en"))
        assert text_of_docx(marked.body) == "[AI-generated]\n" + text_of_docx(LETTER)
        found = check(marked.body, DOCX).found
        assert found is not None
        assert (found.text, found.position, found.at_start) == ("[AI-generated]", "start", True)

    def test_all_other_parts_stay_and_in_their_order(self) -> None:
        before, after = parts_of(LETTER), parts_of(write_label(LETTER, DOCX, LabelOrder()).body)
        assert list(after) == list(before)
        assert [name for name in before if before[name] != after[name]] == ["word/document.xml"]

    def test_putting_it_again_changes_nothing(self) -> None:
        once = write_label(LETTER, DOCX, LabelOrder()).body
        assert parts_of(write_label(once, DOCX, LabelOrder()).body) == parts_of(once)

    def test_documents_in_the_strict_namespace(self) -> None:
        parts = parts_of(LETTER)
        old = b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"
        parts["word/document.xml"] = parts["word/document.xml"].replace(
            old, b"http://purl.oclc.org/ooxml/wordprocessingml/main"
        )
        assert text_of_docx(write_label(zipped(parts), DOCX, LabelOrder()).body).startswith("【AI生成】\n")

    def test_a_document_without_it_is_left_open(self) -> None:
        assert check(LETTER, DOCX, LabelClaim(kind="text", text="AI生成")).present is None

    @pytest.mark.parametrize("name", ["word/document.xml", "_rels/.rels"])
    @pytest.mark.parametrize(
        "data", [b"", b"<", b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>', None]
    )
    def test_broken_parts_are_refused(self, name: str, data: bytes | None) -> None:
        parts = parts_of(LETTER)
        if data is None:
            del parts[name]
        else:
            parts[name] = data
        with pytest.raises(ExplicitRefusedError):
            write_label(zipped(parts), DOCX, LabelOrder())

    @pytest.mark.parametrize("body", [b"", b"PK\x03\x04", LETTER[:1000]], ids=["empty", "start", "cut"])
    def test_broken_packages_are_refused(self, body: bytes) -> None:
        with pytest.raises(ExplicitRefusedError):
            write_label(body, DOCX, LabelOrder())

    def test_what_unpacks_to_too_much_is_refused(self) -> None:
        bomb = zipped({**parts_of(LETTER), "word/media/image1.bmp": bytes(MOST_UNPACKED_BYTES)})
        assert len(bomb) < 2**20
        with pytest.raises(ExplicitRefusedError, match="bytes"):
            write_label(bomb, DOCX, LabelOrder())

    def test_a_signed_document_is_refused(self) -> None:
        with pytest.raises(ExplicitRefusedError, match="signed"):
            write_label(zipped({**parts_of(LETTER), "_xmlsignatures/sig1.xml": b"<s/>"}), DOCX, LabelOrder())


class TestText:
    """What can be read whole can be denied."""

    def test_a_text_without_it_has_none(self) -> None:
        body = (SAMPLES / "article-zh.txt").read_bytes()
        assert check(body, "text/plain", LabelClaim(kind="text")).present is False
        assert check(body, "text/plain").facts() == {"explicit.present": False}

    def test_a_claim_of_another_kind_is_left_open(self) -> None:
        assert check(b"text", "text/plain", LabelClaim(kind="ui")).present is None

    def test_a_text_with_it_has_it(self) -> None:
        marked = write_label((SAMPLES / "notes.md").read_bytes(), "text/markdown", LabelOrder(language="fr"))
        checked = check(marked.body, "text/markdown", LabelClaim(kind="text", text="Généré par IA"))
        assert checked.present is True
        assert checked.found == marked.written

    def test_data_takes_no_label(self) -> None:
        for media_type in ("application/json", "text/csv", "application/xml"):
            with pytest.raises(ExplicitRefusedError, match="programs"):
                write_label(b"1", media_type, LabelOrder())
            assert check(b"1", media_type).present is None
