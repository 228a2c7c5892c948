"""Codes for texts, sound and mixed content: bit for bit those of the standard's own program."""

import random
from pathlib import Path

import iscc_core
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.fingerprints.fingerprint import Fingerprint
from pipeline.fingerprints.standard_codes import GRAM, audio_code, collapsed, mixed_code, text_code

SAMPLES = Path(__file__).parents[3] / "samples"
SCRIPTS = {
    "ascii": "abcdefghijklmnopqrstuvwxyz ABC.,!? 0123456789",
    "latin": "aeiouäöüßéèçñøåÀÉ\u00b4\u01c5ﬁ ½ Ⅷ",
    "greek and cyrillic": "αβγδΣςЖжЩщ Ёё",
    "chinese": "人工智能生成的内容必须标识\uff0c并且能够被识别。\uff41\uff22\uff11\uff12㎡",
    "korean and japanese": "가각한글ハンカクカタカナがぎぐ",
    "emoji and beyond": "😀🧑\u200d🚀𝔘𝔫𝔦𝕔𝟙𠀀𠮷",
    "of all sorts": "aä中😀\u0301\u00a0\t-—\ufeff\u200b가İ\u1e9e",
}


def written(characters: str, length: int, seed: int) -> str:
    return "".join(random.Random(seed).choices(characters, k=length))


def standard(text: str) -> str:
    code: str = iscc_core.gen_text_code_v0(text, bits=256)["iscc"]
    return code


@pytest.mark.parametrize("characters", SCRIPTS.values(), ids=SCRIPTS.keys())
@pytest.mark.parametrize("length", [40, 333, 4000])
def test_a_text_in_any_script_has_the_code_of_the_standard(characters: str, length: int) -> None:
    text = written(characters, length, length)
    assert collapsed(text) == iscc_core.text_collapse(text)
    assert text_code(text).code == standard(text)


@pytest.mark.parametrize("name", ["article.txt", "article-zh.txt", "newsroom.txt", "notes.md"])
def test_real_texts_have_the_code_of_the_standard(name: str) -> None:
    text = (SAMPLES / name).read_text(encoding="utf-8")
    assert text_code(text).code == standard(text)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_whatever_can_be_written_is_collapsed_as_the_standard_does(text: str) -> None:
    assert collapsed(text) == iscc_core.text_collapse(text)
    if len(collapsed(collapsed(text))) >= GRAM:
        assert text_code(text).code == standard(text)


def test_every_character_is_kept_or_not_as_the_standard_does() -> None:
    for begin in range(0, 0x110000, 0x8000):
        text = "".join(chr(ordinal) for ordinal in range(begin, begin + 0x8000) if not 0xD800 <= ordinal < 0xE000)
        assert collapsed(text) == iscc_core.text_collapse(text)


@pytest.mark.parametrize("number", [2, 3, 16, 17])
def test_mixed_content_has_the_code_of_the_standard(number: int) -> None:
    for seed in range(50):
        source = random.Random(seed)
        codes = [Fingerprint.of("image", source.randbytes(32)) for _ in range(number)]
        assert mixed_code(codes).code == iscc_core.gen_mixed_code_v0([code.code for code in codes], bits=256)["iscc"]


@pytest.mark.parametrize("number", [8, 9, 10, 11, 12, 100, 1001])
def test_sound_has_the_code_of_the_standard(number: int) -> None:
    for seed in range(20):
        source = random.Random(seed)
        features = [source.randrange(-(2**31), 2**31) for _ in range(number)]
        assert audio_code(features).code == iscc_core.gen_audio_code_v0(features, bits=256)["iscc"]
