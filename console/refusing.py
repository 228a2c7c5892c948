"""Refusals that people meet: each is a text of the catalogue, told in the language of whoever reads it."""

from collections.abc import Mapping

from starlette.exceptions import HTTPException

from console.texts import text
from pipeline.errors import EventInvalidError, ProducerError, SealstreamError
from pipeline.policy.words import Language

__all__ = ["PageRefusal", "away", "told_in", "unusable"]


class PageRefusal(HTTPException):
    """What is refused, and why. Its `detail`, for programs and logs, is in English.

    Args:
        key: of the text.
        status: the HTTP status.
        headers: of the answer.
        english: what is said in English instead, where an error says more than the text.
        parts: what stands in the text's braces; `role` is a role of operators, and is told by its name.
    """

    def __init__(
        self,
        key: str,
        status: int,
        headers: Mapping[str, str] | None = None,
        *,
        english: str | None = None,
        **parts: object,
    ) -> None:
        self.key = key
        self.parts = parts
        self.english = english
        super().__init__(status, self.told("en"), headers)

    def told(self, language: Language) -> str:
        """Why, in a language."""
        if language == "en" and self.english is not None:
            return self.english
        known = {name: text(f"roles.{part}", language) if name == "role" else part for name, part in self.parts.items()}
        return text(self.key, language, **known)


def told_in(language: Language, error: Exception) -> str:
    """What a page says of an error; nothing of what was not written for people."""
    if isinstance(error, PageRefusal):
        return error.told(language)
    if isinstance(error, ProducerError):
        return unusable(error, 0).told(language)
    if isinstance(error, SealstreamError):
        return away(error, 0).told(language)
    return ""


def unusable(error: ProducerError, status: int) -> PageRefusal:
    """The refusal of what the contract does not take."""
    where = error.path if isinstance(error, EventInvalidError) else ""
    return PageRefusal("refused.unusable", status, english=f"{error.what} {error.remedy}", where=where)


def away(error: SealstreamError, status: int) -> PageRefusal:
    """The refusal of what needs a service that does not answer."""
    return PageRefusal("refused.away", status, english=f"{error.what} {error.remedy}")
