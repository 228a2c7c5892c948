"""Conditions of rules: CEL expressions over the facts of the vocabulary, checked and compiled once.

CEL (Common Expression Language) settles what a missing fact means: `&&` and `||` give an answer where the facts at
hand decide it, and an error where they do not. An error is the third truth value here, unknown (Kleene). A condition
that shall be false, not open, while a fact is missing asks for it first: `'content.is_news' in known && ...`.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from typing import Any, Final

from cel_expr_python import cel

from pipeline.policy.seen import SEEN
from pipeline.policy.vocabulary import KNOWN, Facts, FactType, vocabulary

__all__ = ["Bound", "BrokenConditionError", "Condition", "ConditionError", "bind", "compile_condition"]

_NAME: Final = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
_TEXT: Final = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""")
_PLACE: Final = re.compile(r"ERROR: <input>:(\d+):(\d+): (.*)")
_ABSENT: Final = "No value with name"
"""How the library says that a fact is not there."""
_ASSIGNED: Final = "token recognition error at: '="
"""How it complains about a single equals sign."""
_LISTS: Final = tuple(fact.name for fact in vocabulary().values() if fact.type == "texts")


class ConditionError(ValueError):
    """A condition is no CEL, names no fact of the vocabulary, or compares what cannot be compared.

    Attributes:
        reason: what is wrong.
        line: line within the condition, from 0.
        column: column within that line, from 0.
    """

    def __init__(self, reason: str, line: int = 0, column: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line
        self.column = column


class BrokenConditionError(Exception):
    """A condition has no answer although no fact is missing: the rule is at fault, not the event.

    Attributes:
        reason: what the condition ran into.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Bound:
    """Facts made ready for any number of conditions."""

    __slots__ = ("activation",)

    def __init__(self, activation: Any) -> None:
        self.activation = activation


def bind(facts: Facts, names: Iterable[str] | None = None) -> Bound:
    """Make facts ready to be asked.

    Args:
        facts: the facts.
        names: those that conditions will ask for; all of them without it. Every fact made ready has its price.
    """
    asked = facts.keys() if names is None else names
    data: dict[str, object] = {name: facts[name] for name in asked if name in facts}
    for name in _LISTS:
        if name in data:
            data[name] = list(facts[name])  # type: ignore[arg-type] # by the vocabulary, a tuple; CEL takes lists only
    if names is None or KNOWN in names:
        data[KNOWN] = list(facts)
    return Bound(_environment().Activation(data))


class Condition:
    """A compiled condition; immutable, and safe to use from several threads.

    Attributes:
        text: as it was written.
        facts: the facts it names, in the order of their first mention.
        seen: what it asks of an observation.
        names: everything it asks for; the list of what is known is not a fact.
    """

    __slots__ = ("_expression", "facts", "names", "seen", "text")

    def __init__(self, text: str, expression: Any) -> None:
        self.text = text
        self.names: frozenset[str] = frozenset(_names_in(text))
        self.facts: tuple[str, ...] = tuple(name for name in _names_in(text) if name in vocabulary())
        self.seen: tuple[str, ...] = tuple(name for name in _names_in(text) if name in SEEN)
        self._expression = expression

    def holds(self, facts: Bound) -> bool | None:
        """True, false, or None where a missing fact leaves it open.

        Raises:
            BrokenConditionError: it has no answer, and not for want of a fact.
        """
        try:
            value = self._expression.eval(facts.activation).value()
        except RuntimeError as error:
            raise BrokenConditionError(str(error).partition(" [")[0]) from None
        if value is True or value is False:
            return value
        if _ABSENT in str(value):
            return None
        raise BrokenConditionError(str(value).partition(": ")[2] or str(value))


@cache
def compile_condition(text: str) -> Condition:
    """Compile a condition.

    Raises:
        ConditionError: it cannot be used; the error says where and why.
    """
    try:
        expression = _environment().compile(text)
    except RuntimeError as error:
        raise _explained(error) from None
    if expression.return_type() != cel.Type.BOOL:
        raise ConditionError("the condition is neither true nor false: it gives no bool")
    return Condition(text, expression)


@cache
def _environment() -> Any:
    types: Mapping[FactType, Any] = {
        "bool": cel.Type.BOOL,
        "int": cel.Type.INT,
        "number": cel.Type.DOUBLE,
        "text": cel.Type.STRING,
        "instant": cel.Type.STRING,
        "texts": cel.Type.List(cel.Type.STRING),
    }
    variables = {fact.name: types[fact.type] for fact in vocabulary().values()}
    observed = dict.fromkeys(SEEN, cel.Type.STRING)
    return cel.NewEnv(variables={**variables, **observed, KNOWN: types["texts"]})


def _names_in(text: str) -> tuple[str, ...]:
    """What a condition names, in the order of their first mention."""
    known = {*vocabulary(), *SEEN, KNOWN}
    named = (_known_part(match.group(), known) for match in _NAME.finditer(_TEXT.sub("''", text)))
    return tuple(dict.fromkeys(name for name in named if name))


def _known_part(dotted: str, known: Collection[str]) -> str:
    """The fact at the beginning of a dotted name, which may go on with a function: `content.id.startsWith`."""
    while dotted and dotted not in known:
        dotted = dotted.rpartition(".")[0]
    return dotted


def _explained(error: RuntimeError) -> ConditionError:
    found = _PLACE.search(str(error))
    if found is None:
        return ConditionError(str(error).splitlines()[0])
    line, column, reason = found.groups()
    if _ASSIGNED in reason:
        reason = "`=` compares nothing here: write `==` for `is`, `!=` for `is not`"
    return ConditionError(reason.replace(" (in container '')", ""), int(line) - 1, int(column) - 1)
