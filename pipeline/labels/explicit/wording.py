"""What an explicit label says, in each language, and whether a text says it.

GB 45438-2025 (clauses 5 and 6) wants two elements in every wording: one that names AI, 人工智能 or AI, and one that
says generated or synthesised, 生成 or 合成. The other languages do the same with words of their own; the packs'
facts `explicit.has_ai_token` and `explicit.has_gen_token` are about the Chinese ones alone.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final, Literal

import msgspec

__all__ = [
    "LABEL_LANGUAGES",
    "WORDINGS",
    "LabelLanguage",
    "has_ai_token",
    "has_gen_token",
    "label_language",
    "names_both",
    "plain",
]

LabelLanguage = Literal["zh", "en", "ko", "ja", "hi", "es", "fr", "de"]


class _Wording(msgspec.Struct, frozen=True, kw_only=True):
    """What a label says in one language.

    Attributes:
        text: the words, in the order in which they are read and stored.
        drawn: the same letters in the order in which they stand from left to right. It differs where a vowel sign is
            written before the consonant it follows; whoever draws `drawn` letter by letter needs no shaping library.
        in_text: how it stands as a line of its own in a text.
    """

    text: str
    drawn: str
    in_text: str


def _wording(text: str, brackets: str = "[]", drawn: str | None = None) -> _Wording:
    return _Wording(text=text, drawn=drawn or text, in_text=f"{brackets[0]}{text}{brackets[1]}")


WORDINGS: Final[Mapping[LabelLanguage, _Wording]] = {
    "zh": _wording("AI生成", "【】"),
    "en": _wording("AI-generated"),
    "ko": _wording("AI 생성물"),
    "ja": _wording("AIで生成", "【】"),
    "hi": _wording("AI-जनित", drawn="AI-ज\u093fनत"),
    "es": _wording("Generado por IA"),
    "fr": _wording("Généré par IA"),
    "de": _wording("KI-generiert"),
}

LABEL_LANGUAGES: Final[tuple[LabelLanguage, ...]] = tuple(WORDINGS)

_LATIN_AI: Final = r"(?<![A-Za-z])(?:AI|AIGC)(?![A-Za-z])"
_AI: Final[Mapping[LabelLanguage, re.Pattern[str]]] = {
    # AIGC spells out AI; it does not count for "generated", which has to be said in Chinese.
    "zh": re.compile(rf"人工智能|{_LATIN_AI}"),
    "en": re.compile(r"(?<![a-z])(?:ai|a\.i\.|artificial intelligence)(?![a-z])", re.IGNORECASE),
    "ko": re.compile(rf"인공지능|{_LATIN_AI}"),
    "ja": re.compile(rf"人工知能|{_LATIN_AI}"),
    "hi": re.compile(rf"एआई|कृत्रिम बुद्धिमत्ता|{_LATIN_AI}"),
    "es": re.compile(r"(?<!\w)(?:IA|(?i:inteligencia artificial))(?!\w)"),
    "fr": re.compile(r"(?<!\w)(?:IA|(?i:intelligence artificielle))(?!\w)"),
    "de": re.compile(r"(?<!\w)(?:KI|(?i:künstlicher? intelligenz))(?!\w)"),
}
_GEN: Final[Mapping[LabelLanguage, re.Pattern[str]]] = {
    "zh": re.compile(r"生成|合成"),
    "en": re.compile(r"\b(?:generated|synthesi[sz]ed|synthetic)\b", re.IGNORECASE),
    "ko": re.compile(r"생성|합성"),
    "ja": re.compile(r"生成|合成"),
    "hi": re.compile(r"जनित|निर्मित|उत्पन्न|संश्लेषित"),
    "es": re.compile(r"\b(?:generad[oa]s?|sintetizad[oa]s?|sintétic[oa]s?)\b", re.IGNORECASE),
    "fr": re.compile(r"\b(?:générée?s?|synthétisée?s?|synthétiques?)\b", re.IGNORECASE),
    "de": re.compile(r"\b(?:generierte?[nrsm]?|erzeugte?[nrsm]?|synthetische?[nrsm]?)\b", re.IGNORECASE),
}


def has_ai_token(text: str, language: LabelLanguage = "zh") -> bool:
    """Whether a wording names AI; in Chinese, as GB 45438-2025 has it: 人工智能 or AI."""
    return _AI[language].search(plain(text)) is not None


def has_gen_token(text: str, language: LabelLanguage = "zh") -> bool:
    """Whether a wording says generated or synthesised; in Chinese, as GB 45438-2025 has it: 生成 or 合成."""
    return _GEN[language].search(plain(text)) is not None


def names_both(text: str) -> bool:
    """Whether a text has both elements in one and the same language."""
    return label_language(text) is not None


def label_language(text: str) -> LabelLanguage | None:
    """The first language in which a text has both elements. One that is met in two languages counts for the first."""
    written = plain(text)
    return next(
        (language for language in LABEL_LANGUAGES if _AI[language].search(written) and _GEN[language].search(written)),
        None,
    )


def plain(text: str) -> str:
    """A text in one way of writing (NFKC: full width is as good as half width), without what nobody sees."""
    return "".join(character for character in unicodedata.normalize("NFKC", text) if not _is_invisible(character))


def _is_invisible(character: str) -> bool:
    """Format characters, and variation selectors, in which text credentials are written."""
    point = ord(character)
    return 0xFE00 <= point <= 0xFE0F or 0xE0000 <= point <= 0xE0FFF or unicodedata.category(character) == "Cf"  # noqa: PLR2004
