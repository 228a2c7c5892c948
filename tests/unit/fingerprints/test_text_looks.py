"""The second look at texts: what stands in one and not in the other decides, and only that."""

import random

import pytest

from pipeline.fingerprints.folding import simplified
from pipeline.fingerprints.text_looks import likeness_to_text, text_look_of, wording_of
from pipeline.fingerprints.traits import SAME

WORDS = [
    f"{first}{second}" for first in ("har", "mar", "win", "gar", "bri") for second in ("bour", "ket", "ter", "den")
]


def written(length: int, seed: int = 0) -> list[str]:
    """A text of so many words, of which every twentieth is a figure."""
    chance = random.Random(seed)
    return [
        str(chance.randrange(10, 9_999)) if place % 20 == 7 else chance.choice(WORDS) + str(place * 7 % 5) * 0
        for place in range(length)
    ]


def alike(sealed: list[str], asked: list[str]) -> float:
    return likeness_to_text(wording_of(" ".join(asked)), text_look_of(wording_of(" ".join(sealed))))


LENGTHS = pytest.mark.parametrize("length", [40, 200, 400, 3_000])


@LENGTHS
def test_a_text_is_like_itself_in_any_case_space_and_punctuation(length: int) -> None:
    words = written(length)
    assert alike(words, words) == 1
    assert alike(words, [f" {word.upper()},\n" for word in words]) == 1


@LENGTHS
def test_a_look_is_small_however_long_the_text_is(length: int) -> None:
    assert len(text_look_of(wording_of(" ".join(written(length))))) <= 18 + 3 * 320


@LENGTHS
def test_what_was_left_out_leaves_a_copy(length: int) -> None:
    words = written(length)
    assert alike(words, words[: length // 2] + words[length // 2 + length // 10 :]) >= SAME
    assert alike(words, words[length // 10 :]) >= SAME
    assert alike(words, words[: -length // 10]) >= SAME


@LENGTHS
def test_what_was_added_before_and_after_leaves_a_copy(length: int) -> None:
    words = written(length)
    assert alike(words, ["made", "by", "a", "machine", *words, "shared", "from", "somewhere", "else"]) >= SAME


@pytest.mark.parametrize("length", [40, 200])
def test_one_other_word_makes_another_text(length: int) -> None:
    words = written(length)
    for place in range(length):
        assert alike(words, [*words[:place], "elsewhere", *words[place + 1 :]]) < SAME


@LENGTHS
def test_other_figures_make_another_text(length: int) -> None:
    words = written(length)
    other = [str(int(word) + 1) if word.isdigit() else word for word in words]
    assert alike(words, other) < SAME


@pytest.mark.parametrize("length", [40, 200])
def test_two_words_that_changed_places_make_another_text(length: int) -> None:
    words = [f"word{place}" for place in range(length)]
    words[length // 4], words[length // 2] = "rain", "fog"
    other = list(words)
    other[length // 4], other[length // 2] = "fog", "rain"
    assert alike(words, other) < SAME


def test_a_text_without_two_words_is_like_nothing() -> None:
    assert text_look_of(wording_of("Yes.")) == b""
    assert alike(["Yes"], ["Yes"]) == 0
    assert alike(written(40), []) == 0


def test_chinese_numerals_are_figures_and_both_scripts_are_one() -> None:
    sealed = "今天白天多云, 最高气温十二摄氏度, 夜间最低气温四摄氏度, 出行前请关注最新的天气变化"
    look = text_look_of(wording_of(sealed))
    assert (
        likeness_to_text(
            wording_of("今天白天多雲, 最高氣溫十二攝氏度, 夜間最低氣溫四攝氏度, 出行前請關注最新的天氣變化"), look
        )
        == 1
    )
    assert likeness_to_text(wording_of(sealed.replace("十二", "十九")), look) < SAME


def test_only_what_has_another_form_is_folded() -> None:
    assert simplified("plain") == "plain"
    assert simplified("氣溫 Ä 气温") == "气温 Ä 气温"
