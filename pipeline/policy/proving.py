"""Proving conditions: a condition that cannot be answered is found when its pack is read, not when an event comes.

A condition may stay open while a fact is missing, and for no other reason. It is tried with typical values of every
fact it names, the empty ones among them, and with each of them absent. What errs otherwise, such as a regular
expression that is none or a division by a fact that may be zero, would switch its rule off, or stop every event.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from pipeline.policy.conditions import BrokenConditionError, Condition, bind
from pipeline.policy.seen import SEEN
from pipeline.policy.vocabulary import Facts, FactType, FactValue, vocabulary

__all__ = ["flaw_of"]

_TRIALS: Final = 24
"""So many combinations of values are tried: each value of each fact comes up, beside changing ones of the others."""

_TYPICAL: Final[Mapping[FactType, tuple[FactValue, ...]]] = {
    "bool": (True, False),
    "int": (0, 1, 1_000_000_000),
    "number": (0.0, 0.5, 100.0),
    "text": ("", "a", "2026-12-02"),
    "instant": ("2026-12-02T00:00:00Z", ""),
    "texts": ((), ("a",), ("face", "voice")),
}
_OCCURRED_AT: Final = "occurred_at"
"""The one instant that is never known to be none."""


def flaw_of(condition: Condition) -> str | None:
    """Why a condition cannot be used, as a part of a sentence; None where it always answers, or lacks a fact."""
    for facts in _trials(condition):
        try:
            condition.holds(bind(facts))
        except BrokenConditionError as error:
            return f"it has no answer {_where(condition, facts)}: {error.reason}"
    return None


def _trials(condition: Condition) -> Iterator[Facts]:
    values = {name: _values(name) for name in (*condition.facts, *condition.seen)}
    for trial in range(_TRIALS):
        yield {
            name: typical[(trial // (place + 1) + place) % len(typical)]
            for place, (name, typical) in enumerate(values.items())
        }
    first = {name: typical[0] for name, typical in values.items()}
    for name in values:
        yield {other: value for other, value in first.items() if other != name}


def _values(name: str) -> tuple[FactValue, ...]:
    if name in SEEN:
        return ("high", "human", "a")
    fact = vocabulary()[name]
    if name == _OCCURRED_AT:
        return _TYPICAL["instant"][:1]
    return (*fact.values, *_TYPICAL["text"]) if fact.type == "text" else _TYPICAL[fact.type]


def _where(condition: Condition, facts: Facts) -> str:
    named = [f"{name} is {facts[name]!r}" for name in (*condition.facts, *condition.seen) if name in facts]
    return f"where {', '.join(named)}" if named else "at all"
