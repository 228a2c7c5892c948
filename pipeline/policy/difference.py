"""What another version of the law would have changed: two judges over the same events, rule by rule."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final, Literal, NamedTuple

import msgspec

from pipeline.events.outputs import Action, DecisionOutcome, Finding, FindingOutcome, Severity
from pipeline.policy.decision import decide
from pipeline.policy.judge import Judge
from pipeline.policy.vocabulary import Facts

__all__ = [
    "EXAMPLES",
    "Cases",
    "DecisionChange",
    "Difference",
    "PastEvent",
    "Result",
    "RuleChange",
    "difference",
]

_Change = Literal["newly-found", "no-longer-found", "changed"]

EXAMPLES: Final = 5
"""Ids of events that are kept for each change, unless said otherwise."""


class PastEvent(NamedTuple):
    """An event to judge again: a name to find it by, its facts, and its time."""

    id: str
    facts: Facts
    at: datetime | None


class Cases(msgspec.Struct, frozen=True, kw_only=True):
    """How many events, and the first few of them by id."""

    count: int
    examples: tuple[str, ...]


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What a finding comes to: its outcome, what it asks for, and how grave it is."""

    outcome: FindingOutcome
    action: Action
    severity: Severity


class RuleChange(msgspec.Struct, frozen=True, kw_only=True):
    """A rule finds something else than before; None is nothing."""

    rule: str
    change: _Change
    before: Result | None
    after: Result | None
    events: Cases


class DecisionChange(msgspec.Struct, frozen=True, kw_only=True):
    """Events that would be decided otherwise."""

    before: DecisionOutcome
    after: DecisionOutcome
    events: Cases


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """All that would change; rules and decisions that stay as they are do not appear."""

    events: int
    changed_events: int
    decisions: tuple[DecisionChange, ...]
    rules: tuple[RuleChange, ...]


def difference(old: Judge, new: Judge, events: Iterable[PastEvent], *, examples: int = EXAMPLES) -> Difference:
    """Judge events twice and tell what differs; memory does not grow with their number."""
    tally = _Tally(examples)
    for event in events:
        tally.add(event.id, old.findings(event.facts, event.at), new.findings(event.facts, event.at))
    return Difference(
        events=tally.events,
        changed_events=tally.changed_events,
        decisions=tally.decisions(),
        rules=tally.rules(),
    )


class _Count:
    """Cases that are still being counted."""

    __slots__ = ("count", "examples", "limit")

    def __init__(self, limit: int) -> None:
        self.count = 0
        self.examples: list[str] = []
        self.limit = limit

    def add(self, event_id: str) -> None:
        self.count += 1
        if len(self.examples) < self.limit:
            self.examples.append(event_id)

    def done(self) -> Cases:
        return Cases(count=self.count, examples=tuple(self.examples))


class _Tally:
    """Counts by rule and by decision."""

    def __init__(self, limit: int) -> None:
        self.events = 0
        self.changed_events = 0
        self._limit = limit
        self._rules: dict[tuple[str, Result | None, Result | None], _Count] = {}
        self._decisions: dict[tuple[DecisionOutcome, DecisionOutcome], _Count] = {}

    def add(self, event_id: str, before: Iterable[Finding], after: Iterable[Finding]) -> None:
        old_findings, new_findings = tuple(before), tuple(after)
        old, new = _results(old_findings), _results(new_findings)
        self.events += 1
        self.changed_events += old != new
        for rule in sorted(old.keys() | new.keys()):
            if old.get(rule) != new.get(rule):
                self._rules.setdefault((rule, old.get(rule), new.get(rule)), _Count(self._limit)).add(event_id)
        decided = decide(old_findings), decide(new_findings)
        if decided[0] != decided[1]:
            self._decisions.setdefault(decided, _Count(self._limit)).add(event_id)

    def rules(self) -> tuple[RuleChange, ...]:
        changes = (
            RuleChange(rule=rule, change=_change(old, new), before=old, after=new, events=count.done())
            for (rule, old, new), count in self._rules.items()
        )
        return tuple(sorted(changes, key=lambda change: (change.rule, change.change, -change.events.count)))

    def decisions(self) -> tuple[DecisionChange, ...]:
        return tuple(
            DecisionChange(before=old, after=new, events=count.done())
            for (old, new), count in sorted(self._decisions.items())
        )


def _results(findings: Iterable[Finding]) -> Mapping[str, Result]:
    return {
        finding.rule: Result(outcome=finding.outcome, action=finding.action, severity=finding.severity)
        for finding in findings
    }


def _change(before: Result | None, after: Result | None) -> _Change:
    if before is None:
        return "newly-found"
    return "no-longer-found" if after is None else "changed"
