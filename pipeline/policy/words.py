"""Words for people in more than one language, as packs have them."""

import re
from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

__all__ = ["ENGLISH", "OPEN", "Language", "Wording", "Words", "chosen", "closed_up"]

Language = Literal["en", "zh"]
ENGLISH: Final[Language] = "en"

Wording = Literal["en", "zh", "by-place"]
"""What language words are in: one of them, or for each law the language of its place, Chinese in China."""

Words: TypeAlias = str | Mapping[str, str]
"""A text in English, or one text for each language by its code (`en`, `zh`)."""


OPEN: Final[Mapping[Language, str]] = {"en": "Cannot be ruled out", "zh": "无法排除"}
"""What a finding says that facts are missing for; alerts know its language by it, whatever is configured since."""

_HAN: Final = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"
_BETWEEN_HAN: Final = re.compile(rf"(?<=[{_HAN}])\s+(?=[{_HAN}])")


def closed_up(words: Words) -> Words:
    """Words without the spaces that folding lines puts between Chinese characters."""
    if isinstance(words, str):
        return _BETWEEN_HAN.sub("", words)
    return {language: _BETWEEN_HAN.sub("", text) for language, text in words.items()}


def chosen(words: Words, language: Language = ENGLISH) -> str:
    """The words in one language; in English where a pack does not have them in that language."""
    if isinstance(words, str):
        return words
    return words.get(language) or words[ENGLISH]
