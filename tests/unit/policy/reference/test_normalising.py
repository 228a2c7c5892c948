"""The same words are the same words, however they are written."""
# ruff: noqa: RUF001 - letters that look like others are what this is about

import unicodedata
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.policy.reference.normalising import folded, legible

Form = Literal["NFC", "NFD", "NFKC", "NFKD"]

FORMS: tuple[Form, ...] = ("NFC", "NFD", "NFKC", "NFKD")
TEXTS = st.text(max_size=40)
ASCII = st.text(st.characters(max_codepoint=0x7E, min_codepoint=0x20), max_size=40)
INVISIBLE = st.sampled_from("\u200b\u200c\u200d\u200e\u2060\ufeff\u00ad\u034f\ufe0f\U000e0041\x00\x08\x7f")
TO_FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000}


@given(TEXTS)
def test_what_was_normalised_stays_as_it_is(text: str) -> None:
    assert folded(folded(text)) == folded(text)
    assert legible(legible(text)) == legible(text)


@given(TEXTS, st.sampled_from(FORMS))
def test_it_does_not_matter_how_characters_are_composed(text: str, form: Form) -> None:
    assert folded(unicodedata.normalize(form, text)) == folded(text)
    assert legible(unicodedata.normalize(form, text)) == legible(text)


@given(ASCII)
def test_full_width_letters_are_letters(text: str) -> None:
    assert folded(text.translate(TO_FULL_WIDTH)) == folded(text)
    assert legible(text.translate(TO_FULL_WIDTH)) == text


@given(TEXTS)
def test_case_does_not_matter_for_phrases(text: str) -> None:
    assert folded(text.lower()) == folded(text.casefold()) == folded(text)


@given(TEXTS.filter(lambda text: "ı" not in text))
def test_nor_do_capitals_except_those_of_the_dotless_i(text: str) -> None:
    assert folded(text.upper()) == folded(text)


@given(st.lists(st.sampled_from(["a", "Bé", "的", "か゛", " ", "\n", "ﬁ", "9"])), st.lists(INVISIBLE, max_size=3))
def test_what_nobody_sees_is_not_there(parts: list[str], invisible: list[str]) -> None:
    disguised = "".join(invisible).join(parts)
    assert folded(disguised) == folded("".join(parts))
    assert legible(disguised) == legible("".join(parts))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("one \t\n two\u00a0\u3000three ", "one two three"),
        ("line\u2028after\u0085line", "line after line"),
        ("ｆｏｒｂｉｄｄｅｎ", "forbidden"),
        ("𝐟𝐨𝐫𝐛𝐢𝐝𝐝𝐞𝐧", "forbidden"),
        ("ⓕⓞⓡ", "for"),
        ("STRASSE", "straße"),
        ("ｶﾞｽ", "ガス"),
        ("敏感\n词 语", "敏感词语"),
        ("敏 感 abc 词 语", "敏感 abc 词语"),
        ("non-\u200bsense", "non-sense"),
    ],
)
def test_one_writing_for_all_ways_to_write_it(written: str, meant: str) -> None:
    assert folded(written) == folded(meant)


@pytest.mark.parametrize(
    ("word", "other"),
    [("abc", "abd"), ("a b", "ab"), ("한국 어", "한국어"), ("rose", "rosé"), ("pаy", "pay"), ("1", "l")],
)
def test_what_may_be_another_word_stays_another(word: str, other: str) -> None:
    assert folded(word) != folded(other)


def test_expressions_see_case_and_lines() -> None:
    assert legible("Ａ\u200bb\nC\td") == "Ab\nC d"
