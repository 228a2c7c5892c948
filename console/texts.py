"""Every text of the console, in English and Chinese, from one catalogue."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Final

from pipeline.policy.words import Language

__all__ = ["LANGUAGES", "catalogue", "text"]

LANGUAGES: Final[tuple[Language, ...]] = ("en", "zh")

_HERE: Final = Path(__file__).parent
_FILES: Final = (_HERE / "texts.toml", _HERE / "doors" / "texts.toml")


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """Of each key, its text in each language."""
    return {
        f"{room}.{name}": words
        for file in _FILES
        for room, keys in tomllib.loads(file.read_text(encoding="utf-8")).items()
        for name, words in keys.items()
    }


def text(key: str, language: Language, **parts: object) -> str:
    """The text of a key, with parts put into its braces; where `n` is one, as the language says it of one.

    Raises:
        KeyError: the catalogue has no such key, or a part is missing.
    """
    words = catalogue()[key]
    of_one = words.get(f"{language}-one") if str(parts.get("n")) == "1" else None
    return (of_one or words[language]).format(**parts)
