"""Conditions of rules: CEL expressions over the facts of the vocabulary, checked and compiled once.

CEL (Common Expression Language) settles what a missing fact means: `&&` and `||` give an answer where the facts at
hand decide it, and an error where they do not. An error is the third truth value here, unknown (Kleene). A condition
that shall be false, not open, while a fact is missing asks for it first: `'content.is_news' in known && ...`.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from itertools import count
from typing import Any, Final

from cel_expr_python import cel

from pipeline.policy.seen import SEEN
from pipeline.policy.vocabulary import KNOWN, Facts, FactType, vocabulary

__all__ = [
    "Bound",
    "BrokenConditionError",
    "Condition",
    "ConditionError",
    "ConditionList",
    "asked_first",
    "bind",
    "compile_condition",
]

_NAME: Final = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
_TEXT: Final = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""")
_PROBE: Final = re.compile(rf"(?:^|[(&|?:])\s*''\s+in\s+{KNOWN}\b")
"""The question whether a fact is known, in a condition whose texts were taken out."""
_PROBE_ALONE: Final = re.compile(rf"\s*'(\d+)'\s+in\s+{KNOWN}\s*")
_BRACKETS: Final = re.compile(r"\([^()]*\)|\[[^][]*\]|\{[^{}]*\}")
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
    """Facts made ready for any number of conditions.

    Attributes:
        known: the names of all facts that are known.
        is_sparse: whether most of the facts that conditions may ask for are missing, so that many will stay open.
    """

    __slots__ = ("activation", "is_sparse", "known")

    def __init__(self, activation: Any, known: AbstractSet[str], *, is_sparse: bool) -> None:
        self.activation = activation
        self.known = known
        self.is_sparse = is_sparse


def bind(facts: Facts, names: AbstractSet[str] | None = None, probed: Iterable[str] | None = None) -> Bound:
    """Make facts ready to be asked. Every fact made ready has its price.

    Args:
        facts: the facts.
        names: those that conditions will ask for; all of them without it.
        probed: those of which conditions will ask whether they are known; all of them without it.
    """
    asked = facts.keys() if names is None else names
    data: dict[str, object] = {name: facts[name] for name in facts.keys() & asked}
    is_sparse = len(data) < len(asked) / 2
    for name in _LISTS:
        if name in data:
            data[name] = list(facts[name])  # type: ignore[arg-type] # by the vocabulary, a tuple; CEL takes lists only
    if names is None or KNOWN in names:
        data[KNOWN] = [name for name in (facts if probed is None else probed) if name in facts]
    return Bound(_environment().Activation(data), facts.keys(), is_sparse=is_sparse)


class Condition:
    """A compiled condition; immutable, and safe to use from several threads.

    Attributes:
        text: as it was written.
        facts: the facts it names, in the order of their first mention.
        seen: what it asks of an observation.
        probed: the facts of which it asks whether they are known; None where it does more with what is known.
        names: everything it asks for; the list of what is known is not a fact.
    """

    __slots__ = ("_eval", "facts", "names", "probed", "seen", "text")

    def __init__(self, text: str, expression: Any) -> None:
        self.text = text
        self.names: frozenset[str] = frozenset(_names_in(text))
        self.facts: tuple[str, ...] = tuple(name for name in _names_in(text) if name in vocabulary())
        self.seen: tuple[str, ...] = tuple(name for name in _names_in(text) if name in SEEN)
        self.probed: frozenset[str] | None = _probed_in(text)
        self._eval = expression.eval

    def holds(self, facts: Bound) -> bool | None:
        """True, false, or None where a missing fact leaves it open.

        Raises:
            BrokenConditionError: it has no answer, and not for want of a fact.
        """
        answer = self.answer(facts)
        if isinstance(answer, BrokenConditionError):
            raise answer
        return answer

    def answer(self, facts: Bound) -> bool | BrokenConditionError | None:
        """What `holds` gives, or what it would raise."""
        try:
            value = self._eval(facts.activation).value()
        except RuntimeError as error:
            return BrokenConditionError(str(error).partition(" [")[0])
        if value is True or value is False:
            return value
        said = str(value)
        return None if _ABSENT in said else BrokenConditionError(said.partition(": ")[2] or said)


class ConditionList:
    """Conditions that are asked together: one answer for all costs little more than one for each of them."""

    __slots__ = ("_eval",)

    def __init__(self, conditions: Iterable[Condition]) -> None:
        listed = ", ".join(f"({condition.text}\n)" for condition in conditions)
        self._eval = _environment().compile(f"[{listed}]").eval

    def hold(self, facts: Bound) -> Sequence[bool] | None:
        """Which of them hold, in their order; None where one of them has no answer."""
        try:
            answers = self._eval(facts.activation).plain_value()
        except RuntimeError:
            return None
        return answers if isinstance(answers, list) else None


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


def _probed_in(text: str) -> frozenset[str] | None:
    """The facts of which a condition asks whether they are known; None where it asks anything else of what is known."""
    without_texts = _TEXT.sub("''", text)
    if "\\" in text or len(re.findall(rf"\b{KNOWN}\b", without_texts)) != len(_PROBE.findall(without_texts)):
        return None
    return frozenset(written[1:-1] for written in _TEXT.findall(text)).intersection(vocabulary())


def asked_first(text: str) -> frozenset[str]:
    """The facts without which a condition is certain to be false: it asks `'name' in known && ...` of each of them."""
    texts = _TEXT.findall(text)
    numbers = count()
    rest = _TEXT.sub(lambda _: f"'{next(numbers)}'", text)
    while (shorter := _BRACKETS.sub("", rest)) != rest:
        rest = shorter
    if "|" in rest or "?" in rest or "\\" in text:
        return frozenset()
    alone = (_PROBE_ALONE.fullmatch(part) for part in rest.split("&&"))
    return frozenset(texts[int(found[1])][1:-1] for found in alone if found)


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
