"""Words for people in more than one language, as packs have them."""

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

__all__ = ["ENGLISH", "Language", "Words", "chosen"]

Language = Literal["en", "zh"]
ENGLISH: Final[Language] = "en"

Words: TypeAlias = str | Mapping[str, str]
"""A text in English, or one text for each language by its code (`en`, `zh`)."""


def chosen(words: Words, language: Language = ENGLISH) -> str:
    """The words in one language; in English where a pack does not have them in that language."""
    if isinstance(words, str):
        return words
    return words.get(language) or words[ENGLISH]
