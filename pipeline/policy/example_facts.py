"""Facts as people write them into examples: checked against the vocabulary, and turned into what the judge sees."""

from datetime import datetime
from typing import Final

from pipeline.policy.vocabulary import Fact, FactType, FactValue, leaves_open

__all__ = ["FactError", "fact_value"]

_WORDS: Final[dict[FactType, str]] = {
    "bool": "true or false",
    "int": "a whole number",
    "number": "a number",
    "text": "a text",
    "texts": "a list of texts",
    "instant": "a time with its offset from UTC, such as 2026-11-22T00:00:00Z",
}


class FactError(ValueError):
    """A value that the fact cannot have; the text continues a sentence that begins with its name."""


def fact_value(fact: Fact, stated: object) -> FactValue | None:
    """The value of a fact, or None where it is not known, which the word `unknown` says as well.

    Raises:
        FactError: the fact cannot have this value.
    """
    if stated is None or (isinstance(stated, str) and leaves_open(fact.name, stated)):
        return None
    value = _of_its_type(fact.type, stated)
    if value is None:
        raise FactError(f"is {_WORDS[fact.type]}, not {_described(stated)}")
    if fact.values and value not in fact.values:
        raise FactError(f"is one of {', '.join(fact.values)}, not {value}")
    return value


def _of_its_type(type_: FactType, stated: object) -> FactValue | None:
    """The value as the judge sees it; None where it is of another type."""
    if isinstance(stated, bool):
        return stated if type_ == "bool" else None
    if isinstance(stated, int):
        return float(stated) if type_ == "number" else stated if type_ == "int" else None
    if isinstance(stated, float):
        return stated if type_ == "number" else None
    if isinstance(stated, str):
        return _instant(stated) if type_ == "instant" else stated if type_ == "text" else None
    if isinstance(stated, list) and type_ == "texts":
        return tuple(str(item) for item in stated)
    return None


def _instant(stated: str) -> str | None:
    """A time as an event writes it; the empty text says that there is known to be none."""
    if stated == "":
        return stated
    try:
        time = datetime.fromisoformat(stated)
    except ValueError:
        return None
    return None if time.tzinfo is None else stated


def _described(stated: object) -> str:
    if isinstance(stated, bool):
        return "true" if stated else "false"
    return "a list" if isinstance(stated, list) else f"{stated}"
