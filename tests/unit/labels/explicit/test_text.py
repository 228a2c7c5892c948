"""Labels of texts: lines of their own, put once, with the text between them untouched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.labels.explicit import LABEL_LANGUAGES, WORDINGS, ExplicitRefusedError, LabelOrder
from pipeline.labels.explicit.text import MOST_DECODED_BYTES, find_in_text, label_html, label_text, text_of_html

ORDERS = st.builds(
    LabelOrder, language=st.sampled_from(LABEL_LANGUAGES), place=st.sampled_from(["start", "end", "both"])
)
TEXTS = st.text(alphabet=st.characters(codec="utf-8"), max_size=200)


@given(TEXTS, ORDERS)
def test_a_text_keeps_every_letter_between_its_labels(text: str, order: LabelOrder) -> None:
    marked = label_text(text.encode(), order)
    assert text.removeprefix("\ufeff") in marked.body.decode()
    assert marked.kept


@given(TEXTS, ORDERS)
def test_putting_it_again_changes_nothing(text: str, order: LabelOrder) -> None:
    once = label_text(text.encode(), order, front_matter=True).body
    assert label_text(once, order, front_matter=True).body == once


@given(TEXTS, ORDERS)
def test_what_was_put_is_found_where_it_was_put(text: str, order: LabelOrder) -> None:
    marked = label_text(text.encode(), order)
    wording = WORDINGS[order.language].text
    found = find_in_text(marked.body.decode(), wording)
    assert found is not None
    assert found[0] == wording
    assert marked.written.position == ("end" if order.place == "end" else "start")


def test_both_ends_look_like_this() -> None:
    assert (
        label_text(b"One.\nTwo.\n", LabelOrder(language="en")).body
        == b"[AI-generated]\n\nOne.\nTwo.\n\n[AI-generated]\n"
    )


def test_line_ends_of_the_text_are_used() -> None:
    assert label_text(b"One.\r\n", LabelOrder(language="en", place="start")).body == b"[AI-generated]\r\n\r\nOne.\r\n"


def test_a_byte_order_mark_stays_first() -> None:
    assert label_text(b"\xef\xbb\xbfOne.", LabelOrder(language="de", place="start")).body.startswith(b"\xef\xbb\xbf[KI")


def test_front_matter_stays_first() -> None:
    body = b"---\ntitle: x\n---\n# Head\n"
    marked = label_text(body, LabelOrder(place="start"), front_matter=True).body.decode()
    assert marked == "---\ntitle: x\n---\n【AI生成】\n\n# Head\n"
    assert find_in_text(marked) == ("【AI生成】", "start")


@pytest.mark.parametrize("body", ["生成".encode("gb18030"), b"\xff\xfeA\x00", b"a" * (MOST_DECODED_BYTES + 1)])
def test_what_is_not_utf_8_or_too_long_is_refused(body: bytes) -> None:
    with pytest.raises(ExplicitRefusedError):
        label_text(body, LabelOrder())


class TestFinding:
    def test_a_short_line_with_both_elements_is_a_label(self) -> None:
        assert find_in_text("以上内容由AI生成,仅供参考。") == ("以上内容由AI生成,仅供参考。", "start")

    def test_a_text_about_generating_is_none(self) -> None:
        about = "生成式人工智能正在改变我们的工作方式,很多人担心未来的就业,也有人认为机会多于风险。" * 3
        assert find_in_text(about) is None

    def test_a_claimed_wording_is_found_inside_a_line(self) -> None:
        assert find_in_text("x" * 100 + " made by AI, generated", "AI, generated") == ("AI, generated", "start")

    def test_a_claimed_wording_that_is_not_there_is_not_found(self) -> None:
        assert find_in_text("【AI生成】\n\ntext", "人工智能合成") is None

    def test_an_empty_claim_is_in_no_text(self) -> None:
        assert find_in_text("text", " ") is None

    def test_where_it_is(self) -> None:
        lines = [f"line {number}" for number in range(20)]
        assert find_in_text("\n".join([*lines, "[AI-generated]"])) == ("[AI-generated]", "end")
        assert find_in_text("\n".join([*lines, "[AI-generated]", *lines])) == ("[AI-generated]", "middle")

    def test_an_invisible_credential_behind_it_does_not_hide_it(self) -> None:
        hidden = "".join(chr(0xE0100 + at) for at in range(100))
        assert find_in_text(f"one\n[AI-generated]{hidden}\ufeff") == ("[AI-generated]", "start")


class TestHtml:
    PAGE = "<!DOCTYPE html>\n<html><head><title>t</title></head>\n<body class='a'\n id=b><h1>é</h1>\n</body></html>\n"
    LABEL = '<p class="ai-label" lang="en">[AI-generated]</p>'

    def test_first_and_last_in_the_body(self) -> None:
        marked = label_html(self.PAGE.encode(), LabelOrder(language="en")).body.decode()
        assert f" id=b>{self.LABEL}<h1>é</h1>\n{self.LABEL}</body>" in marked
        assert marked.replace(self.LABEL, "") == self.PAGE

    @pytest.mark.parametrize(
        "page", [PAGE, "<p>no body", "<!doctype html><p>x</p>", "text alone", "", '<html><![""C><body><![x>a']
    )
    @pytest.mark.parametrize("place", ["start", "end", "both"])
    def test_it_is_put_once_and_shown(self, page: str, place: str) -> None:
        order = LabelOrder(language="en", place=place)  # type: ignore[arg-type]
        once = label_html(page.encode(), order).body
        assert label_html(once, order).body == once
        assert once.decode().replace(self.LABEL, "") == page
        assert find_in_text(text_of_html(once.decode())) is not None

    def test_a_document_type_stays_first(self) -> None:
        assert label_html(b"<!doctype html><p>x</p>", LabelOrder()).body.startswith(b"<!doctype html><p class")

    def test_what_is_not_shown_is_no_label(self) -> None:
        page = "<head><title>AI生成</title></head><script>'AI生成'</script><!-- AI生成 --><p>text</p>"
        assert find_in_text(text_of_html(page)) is None
