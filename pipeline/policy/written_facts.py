"""Facts as operators write them, in settings and on the command line: `user.identity.status=verified`."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

from pipeline.errors import OperatorError
from pipeline.policy.vocabulary import Fact, FactValue, vocabulary

__all__ = ["facts_written"]

_TRUTH: Final = {"true": True, "yes": True, "false": False, "no": False}


def facts_written(written: Iterable[str], *, where: str) -> dict[str, FactValue]:
    """Read facts.

    Args:
        written: each as NAME=VALUE; lists with commas.
        where: the setting or option that they were written in.

    Raises:
        OperatorError: a fact has no name or value, is not in the vocabulary, or its value is not one it can have.
    """
    return dict(_fact(fact, where) for fact in written)


def _fact(written: str, where: str) -> tuple[str, FactValue]:
    name, equals, text = written.partition("=")
    fact = vocabulary().get(name.strip())
    if not equals or fact is None:
        alike = get_close_matches(name.strip(), vocabulary(), n=1)
        raise OperatorError(
            what=f"{where} {written} has no value." if fact else f"There is no fact named {name.strip()}.",
            remedy=f"Give a value: {where} {fact.name}=…"
            if fact
            else f"Did you mean {alike[0]}?"
            if alike
            else "The facts are the members of the event schemas, such as content.synthetic.",
        )
    return fact.name, _value(fact, text.strip())


def _value(fact: Fact, text: str) -> FactValue:
    try:
        match fact.type:
            case "bool":
                return _TRUTH[text.lower()]
            case "int":
                return int(text)
            case "number":
                return float(text)
            case "texts":
                return tuple(item.strip() for item in text.split(",") if item.strip())
            case "text" | "instant":
                if fact.values and text not in fact.values:
                    raise _unusable(fact, text, f"one of {', '.join(fact.values)}")
                return text
    except (KeyError, ValueError):
        needed = {"bool": "yes or no", "int": "a whole number", "number": "a number"}[fact.type]
        raise _unusable(fact, text, needed) from None


def _unusable(fact: Fact, text: str, needed: str) -> OperatorError:
    return OperatorError(what=f"{fact.name} cannot be {text or 'empty'}.", remedy=f"Give {needed}.")
