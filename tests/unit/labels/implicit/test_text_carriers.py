"""HTML and Markdown: only the marks' own bytes come and go, whatever the text around them is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.labels.implicit import ImplicitRefusedError, read_labels, write_labels
from pipeline.labels.implicit.aigc import KEYS
from tests.unit.labels.implicit.makers import HTML, LABELS, MARKDOWN, OTHER

PAGE = "text/html"
NOTE = "text/markdown"
LATER_KEYS = [key.encode() for key in KEYS if key != "Label"]
texts = st.text(st.characters(codec="utf-8"), max_size=200)


def without_metas(body: bytes) -> bytes:
    begin, end = body.index(b"<meta name="), body.rindex(b"/>") + 2
    return body[:begin] + body[end:]


@pytest.mark.parametrize("section", [b'<!["""C>', b"<![x>", b"<![>", b"<![", b"<![ endif]-->", b"<![CDATA[x]]>"])
def test_what_looks_like_a_section_of_sgml_is_a_comment_as_in_browsers(section: bytes) -> None:
    page = HTML.replace(b"<title>", section + b"<title>")
    marked = write_labels(page, PAGE, LABELS)
    assert without_metas(marked) == page
    assert read_labels(marked, PAGE) == read_labels(write_labels(HTML, PAGE, LABELS), PAGE)


def test_a_page_gets_meta_elements_and_nothing_else() -> None:
    marked = write_labels(HTML, PAGE, LABELS)
    assert without_metas(marked) == HTML
    assert marked.index(b"charset=utf-8") < marked.index(b'name="AIGC"') < marked.index(b"<title>")


@pytest.mark.parametrize(
    ("page", "behind"),
    [
        (b"", b""),
        (b"text alone", b""),
        (b"<!doctype html><p>x", b"<!doctype html>"),
        (b"\xef\xbb\xbf<!doctype html>\n<p>x", b"\xef\xbb\xbf<!doctype html>"),
        (b"<html lang='a>b'>\n<body>", b"<html lang='a>b'>"),
        (b"<HTML>\r\n<HEAD profile=x>\r\n<TITLE>a</TITLE>", b"<HEAD profile=x>"),
        (b"<head><meta http-equiv=content-type content='text/html; charset=gbk'>\xc4\xe3", b"charset=gbk'>"),
        (b"<?xml version='1.0'?><!DOCTYPE html><html><head/>", b"<head/>"),
        (b"<head><!-- <head> <meta charset=x> --><title>a", b"<head>"),
    ],
)
def test_marks_come_early_but_not_before_the_encoding(page: bytes, behind: bytes) -> None:
    marked = write_labels(page, PAGE, LABELS)
    assert read_labels(marked, PAGE).show(LABELS)
    assert without_metas(marked) == page
    assert marked[: marked.index(b'<meta name="AIGC"')].endswith(behind)


def test_marks_of_a_page_in_any_spelling_are_read_and_replaced() -> None:
    page = b"<head>\n<META CONTENT='old'\n NAME=aigc><meta name='AIGC' content=\"&quot;x&quot;\"></head>"
    found = read_labels(page, PAGE)
    assert [mark.raw for mark in found.aigc] == ["old", '"x"']
    assert found.contradictions == ("several-aigc-marks",)
    marked = write_labels(page, PAGE, LABELS)
    assert read_labels(marked, PAGE).show(LABELS)
    assert b"old" not in marked


@pytest.mark.parametrize(
    "page",
    [
        b"<head><!-- <meta name=AIGC content=x> --></head>",
        b"<head><script>'<meta name=AIGC content=x>'</script></head>",
        b"<head></head><body><meta name=AIGC content=x></body>",
        b"<p><meta name=AIGC content=x>",
        b"<head><meta name=AIGC-policy content=x></head>",
    ],
    ids=["comment", "script", "body", "paragraph", "other-name"],
)
def test_what_only_looks_like_a_mark_of_the_page_is_none(page: bytes) -> None:
    assert not read_labels(page, PAGE).aigc
    assert page.replace(b"<head>", b"") in write_labels(page, PAGE, LABELS).replace(b"<head>", b"")


def test_a_mark_far_down_in_a_long_head_is_found_where_it_is() -> None:
    filler = "<link rel=x href='\u6f6e\u6c50'>\r\n<!-- a > b -->\n<style>p > a { }\n</style>\n" * 1500
    mark = b"<meta\n name=AIGC content='old'>"
    page = b"<!doctype html>\n<head>\n" + filler.encode() + mark + b"\n<title>x</title></head>"
    assert [label.raw for label in read_labels(page, PAGE).aigc] == ["old"]
    assert without_metas(write_labels(page, PAGE, LABELS)) == page.replace(mark, b"")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32"])
def test_a_page_in_wide_characters_is_refused(encoding: str) -> None:
    with pytest.raises(ImplicitRefusedError, match="UTF-16"):
        write_labels("\ufeff<head></head>".encode(encoding), PAGE, LABELS)


@given(texts, st.binary(max_size=100))
def test_any_page_keeps_its_bytes(text: str, more: bytes) -> None:
    page = b"<head></head>" + text.encode() + more
    assert without_metas(write_labels(page, PAGE, LABELS)) == page


@pytest.mark.parametrize("piece", [b"<!--", b"<a ", b"<", b"</", b"<meta a=", b"<a b='", b"<!doctype [", b"&#", b"<?"])
def test_a_page_made_to_be_slow_has_its_end(piece: bytes) -> None:
    assert read_labels(piece * (2 * 1024 * 1024 // len(piece)), PAGE).refused is None


def test_a_note_gets_lines_of_front_matter_and_nothing_else() -> None:
    marked = write_labels(MARKDOWN, NOTE, LABELS)
    kept = [line for line in marked.splitlines(keepends=True) if line in MARKDOWN.splitlines(keepends=True)]
    assert b"".join(kept) == MARKDOWN
    assert marked.startswith(b"---\ntitle: Tides\ntags: [a, b]\nAIGC: {")


@given(texts)
def test_a_note_without_front_matter_keeps_every_byte_behind_the_new_one(text: str) -> None:
    body = ("# " + text).encode()
    assert write_labels(body, NOTE, LABELS).endswith(b"\n---" + (b"\r\n" if b"\r\n" in body else b"\n") + body)


def test_the_spelling_that_generators_use_is_read_and_replaced() -> None:
    body = (
        b"---\r\nAIGC:\r\n    Label: AIGC\r\n    ContentProducer: Some Agent\r\n    ProduceID: '1'\r\n"
        b"    ReservedCode1: ''\r\n    ContentPropagator: Some Agent\r\n    PropagateID: '1'\r\n"
        b"    ReservedCode2: ''\r\ntitle: x\r\n---\r\nText\r\n"
    )
    fault = read_labels(body, NOTE).aigc[0].fault
    assert fault is not None
    assert (fault.code, fault.key) == ("bad-label", "Label")
    marked = write_labels(body, NOTE, LABELS)
    assert read_labels(marked, NOTE).show(LABELS)
    assert b"Some Agent" not in marked
    assert b"title: x\r\n" in marked
    assert marked.endswith(b"\r\n---\r\nText\r\n")


@pytest.mark.parametrize(
    ("matter", "code"),
    [
        (b"AIGC: {Label: 1, " + b", ".join(b"%s: n" % key for key in LATER_KEYS) + b"}", "not-a-string"),
        (b"AIGC: yes", "not-json"),
        (b"AIGC: [1]", "not-json"),
        (b"aigc: '{}'", "missing-key"),
    ],
)
def test_broken_marks_of_a_note_have_a_fault(matter: bytes, code: str) -> None:
    (found,) = read_labels(b"---\n" + matter + b"\n---\nText\n", NOTE).aigc
    assert found.fault is not None
    assert found.fault.code == code


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"+++\ntitle = 'x'\n+++\nText", "not YAML"),
        (b"---\n- a\n- b\n---\nText", "no entries"),
        (b"---\na: [\n---\nText", "no YAML"),
        (b"---\na: 1\na: 2\n---\nText", "no YAML"),
        (b"---\na: !!python/object/apply:os.system ['true']\n---\nText", "no YAML"),
        (b"---\n" + b"[" * 900 + b"\n---\nText", "no YAML"),
        (b"---\n" + b"[" * 30_000 + b"\n---\nText", "brackets"),
        (b"---\na: " + b"x" * 70_000 + b"\n---\nText", "longer"),
        (b"---\nAIGC: &a old\nb: *a\n---\nText", "no YAML"),
        (b"\xff\xfeT", "UTF-8"),
    ],
)
def test_front_matter_that_cannot_take_marks_is_refused(body: bytes, reason: str) -> None:
    with pytest.raises(ImplicitRefusedError, match=reason):
        write_labels(body, NOTE, OTHER)


def test_a_thematic_break_is_no_front_matter() -> None:
    body = b"---\nText without an end of its front matter\n"
    assert write_labels(body, NOTE, LABELS).endswith(b"---\n" + body)


def test_aliases_that_multiply_are_not_followed() -> None:
    lines = [b"a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [b"a%d: &a%d [%s]" % (number, number, b", ".join([b"*a%d" % (number - 1)] * 10)) for number in range(1, 4)]
    body = b"---\n" + b"\n".join(lines) + b"\n---\nText"
    assert read_labels(body, NOTE).refused is None
