"""The option that says in which language the law's words are shown."""

from typing import Annotated, Final, Literal

import typer

from pipeline.policy.words import Language, Wording
from pipeline.settings import PolicySettings

__all__ = ["LangOption", "language_given", "wording_given"]

LangOption = Annotated[
    Literal["en", "zh"] | None,
    typer.Option(
        "--lang",
        help="The language of the law's words; SEALSTREAM_POLICY_LANGUAGE otherwise.",
        show_default=False,
    ),
]

_FALLBACK: Final[Language] = "en"


def wording_given(given: Language | None) -> Wording:
    """How findings are worded: as given, or else as configured."""
    return given or PolicySettings().language


def language_given(given: Language | None) -> Language:
    """The language of titles and articles: as given or configured; English where each law has its own."""
    wording = wording_given(given)
    return _FALLBACK if wording == "by-place" else wording
