"""How a report is shown: HTML that runs nothing, PDF with its fonts in it, both the same each time."""

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from pipeline.errors import OperatorError
from pipeline.reports import ReportDocument, document_digest
from pipeline.reports.html import html_of
from pipeline.reports.pdf import FONT, pdf_of
from pipeline.reports.speech import visible
from tests.tools import need, need_font
from tests.unit.reports.conftest import Report

HOSTILE = '<script>alert(1)</script> #image("/etc/passwd") $x^2$ *bold* {{ document }} @label \\u{41}'


@pytest.fixture(autouse=True)
def font() -> None:
    need_font(FONT)


@pytest.fixture
def english(refused: str, reported: Report) -> ReportDocument:
    return reported("inspection")


@pytest.fixture
def chinese(refused: str, reported: Report) -> ReportDocument:
    return reported("inspection", "zh", time_zone="Asia/Shanghai")


def text_of(pdf: bytes) -> str:
    need("pdftotext")
    return subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    ).stdout.decode()


def test_the_same_records_give_the_same_bytes(english: ReportDocument, chinese: ReportDocument) -> None:
    for document in (english, chinese):
        assert pdf_of(document) == pdf_of(msgspec.json.decode(msgspec.json.encode(document), type=ReportDocument))


def test_chinese_can_be_read_back_out_of_the_pdf(chinese: ReportDocument) -> None:
    text = text_of(pdf_of(chinese))
    assert "内容审核情况报告" in text
    assert "《互联网信息服务深度合成管理规定》" in text.replace("\n", "")
    assert "2026-06-01 20:00:00" in text
    assert document_digest(chinese) in text


def test_every_font_is_in_the_pdf(chinese: ReportDocument, tmp_path: Path) -> None:
    need("pdffonts")
    (tmp_path / "report.pdf").write_bytes(pdf_of(chinese))
    listed = subprocess.run(["pdffonts", tmp_path / "report.pdf"], capture_output=True, check=True).stdout.decode()
    fonts = listed.splitlines()[2:]
    assert fonts
    assert all(line.split()[-5] == "yes" for line in fonts), listed


def test_pages_have_numbers_and_the_pdf_is_tagged_with_its_title(english: ReportDocument, tmp_path: Path) -> None:
    need("pdfinfo")
    (tmp_path / "report.pdf").write_bytes(pdf_of(english))
    told = subprocess.run(["pdfinfo", tmp_path / "report.pdf"], capture_output=True, check=True).stdout.decode()
    pages = int(told.partition("Pages:")[2].split()[0])
    assert "Tagged:          yes" in told
    assert english.title in told
    assert f"{pages}/{pages}" in text_of(pdf_of(english)).replace(" ", "")


def test_nothing_of_a_record_is_markup(english: ReportDocument) -> None:
    hostile = msgspec.structs.replace(english, title=HOSTILE)
    shown = html_of(hostile)
    assert "<script>" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt; #image(&#34;/etc/passwd&#34;)" in shown
    assert '<script>alert(1)</script> #image("/etc/passwd") $x^2$ *bold*' in " ".join(text_of(pdf_of(hostile)).split())


@pytest.mark.parametrize("strange", ["สวัสดี", "नमस्ते", "مرحبا", "x😀y", "a\0b", "\x1b[0m", "\uffff"], ids=ascii)
def test_signs_that_the_font_lacks_are_told_by_their_numbers(strange: str, english: ReportDocument) -> None:
    said = msgspec.structs.replace(english, law=(f"before {strange} 之后",))
    text = text_of(pdf_of(said))
    assert "before" in text
    assert "之后" in text
    assert f"[U+{ord(next(sign for sign in strange if not 32 <= ord(sign) < 127)):04X}]" in text


def test_what_cannot_be_seen_is_shown_by_its_number() -> None:
    assert visible("a\u202eb\x07\nc 中") == "a[U+202E]b[U+0007]\nc 中"


def test_html_needs_no_other_file_and_names_the_digest(chinese: ReportDocument) -> None:
    shown = html_of(chinese)
    assert document_digest(chinese) in shown
    assert '<html lang="zh-Hans">' in shown
    assert "http" not in shown.replace("http-equiv", "")
    assert "default-src 'none'" in shown


def test_without_its_font_the_operator_is_told_what_to_install(english: ReportDocument, tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="Noto Sans CJK SC") as told:
        pdf_of(english, tmp_path)
    assert "fonts-noto-cjk" in told.value.remedy


@pytest.mark.parametrize(("package", "show"), [("jinja2", "html_of"), ("typst", "pdf_of")])
def test_without_the_extra_the_operator_is_told_what_to_install(
    package: str, show: str, english: ReportDocument, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    module = {"html_of": "pipeline.reports.html", "pdf_of": "pipeline.reports.pdf"}[show]
    if package == "jinja2":
        sys.modules[module]._template.cache_clear()
    with pytest.raises(OperatorError, match=package) as told:
        getattr(sys.modules[module], show)(english)
    assert "sealstream[reports]" in told.value.remedy
