"""Which rules are about an event: by its type, the places it names and its time, before any condition is asked.

Rules come into force and cease on few days. Between two of these the same rules are about all events of a type and of
a reach, so what has to be asked of them is put together once.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Final, NamedTuple, TypeAlias

from pipeline.policy.conditions import Bound, BrokenConditionError, Condition, ConditionList
from pipeline.policy.pack import EVERYWHERE, Role
from pipeline.policy.places import laws_reaching, lies_in, unknown_places, unreached_places
from pipeline.policy.ready_rules import ReadyRule
from pipeline.policy.vocabulary import Facts

__all__ = ["Applicable", "Raised", "Reach", "RuleAnswer", "by_event", "reach_of"]

_TOGETHER: Final = 10
"""So many rules are asked in one question at most: where one of them has no answer, each is asked again by itself."""

_BEFORE_ALL_LAW: Final = datetime.min.replace(tzinfo=UTC)


RuleAnswer: TypeAlias = bool | BrokenConditionError | None
"""Whether a rule holds: None where a missing fact leaves it open, the error where it has no answer at all."""


class Reach(NamedTuple):
    """Which jurisdictions an event reaches, as places of laws and as exceptions, and the facts that come of it."""

    laws: frozenset[str] = frozenset()
    excepted: frozenset[str] = frozenset()
    facts: Facts = MappingProxyType({})

    def includes(self, ready: ReadyRule) -> bool:
        """Whether the event reaches the law of a rule."""
        if ready.pack.jurisdiction == EVERYWHERE:
            return self.excepted.isdisjoint(ready.pack.except_in)
        return ready.pack.jurisdiction in self.laws


@lru_cache(maxsize=1024)
def reach_of(named: tuple[str, ...], laws: frozenset[str], exceptions: frozenset[str]) -> Reach:
    """What the places that an event names reach of the places of laws, and of those where laws step back."""
    return Reach(
        laws=laws_reaching(named, laws),
        excepted=frozenset(place for place in exceptions if any(lies_in(name, place) for name in named)),
        facts={"place.unknown": unknown_places(named), "place.without_law": unreached_places(named, laws)},
    )


class _Group(NamedTuple):
    """Rules that are asked together."""

    rules: tuple[ReadyRule, ...]
    hold: ConditionList

    def failing(self, bound: Bound) -> list[tuple[ReadyRule, RuleAnswer]]:
        together = None if bound.is_sparse else self.hold.hold(bound)
        if together is None:
            return [
                (rule, answer)
                for rule in self.rules
                if rule.asked_first <= bound.known and (answer := rule.holds.answer(bound)) is not True
            ]
        return [] if all(together) else [pair for pair in zip(self.rules, together, strict=True) if not pair[1]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Applicable:
    """The rules that are about an event.

    Attributes:
        names: everything that those ask for which are about no observation.
        probed: the facts of which they ask whether they are known; None where one asks more of what is known.
        of_seen: the rules about observations, by these.
    """

    groups: tuple[_Group, ...]
    names: frozenset[str]
    probed: frozenset[str] | None
    of_seen: Mapping[str, tuple[ReadyRule, ...]]

    def failing(self, bound: Bound) -> list[tuple[ReadyRule, RuleAnswer]]:
        """The rules about no observation that do not hold, or may not, with their answers."""
        return [pair for group in self.groups for pair in group.failing(bound)]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Raised:
    """The rules that an event type raises, wherever they are law; and when one of them comes into force or ceases."""

    rules: tuple[ReadyRule, ...]
    changes: tuple[datetime, ...]

    def applicable(self, reach: Reach, at: datetime | None) -> Applicable:
        """Those that are about an event; at an unknown time all of its places, since they may have been in force."""
        return _applicable(self, reach.laws, reach.excepted, None if at is None else bisect_right(self.changes, at))


@lru_cache(maxsize=1024)
def _applicable(raised: Raised, laws: frozenset[str], excepted: frozenset[str], period: int | None) -> Applicable:
    """The rules that are about events of a reach between two changes; the period counts the changes before them."""
    reach = Reach(laws=laws, excepted=excepted)
    at = None if period is None else raised.changes[period - 1] if period else _BEFORE_ALL_LAW
    of_events: list[ReadyRule] = []
    of_seen: defaultdict[str, list[ReadyRule]] = defaultdict(list)
    for ready_rule in raised.rules:
        if reach.includes(ready_rule) and ready_rule.in_force(at):
            if not ready_rule.rule.seen:
                of_events.append(ready_rule)
            for name in ready_rule.rule.seen:
                of_seen[name].append(ready_rule)
    return Applicable(
        groups=tuple(_grouped(of_events)),
        names=frozenset().union(*(of_event.holds.names for of_event in of_events)),
        probed=_probed([of_event.holds for of_event in of_events]),
        of_seen={name: tuple(asked) for name, asked in of_seen.items()},
    )


def _grouped(rules: Sequence[ReadyRule]) -> Iterator[_Group]:
    for start in range(0, len(rules), _TOGETHER):
        members = tuple(rules[start : start + _TOGETHER])
        yield _Group(members, ConditionList(member.holds for member in members))


def _probed(conditions: Sequence[Condition]) -> frozenset[str] | None:
    probed = [condition.probed for condition in conditions if condition.probed is not None]
    return frozenset().union(*probed) if len(probed) == len(conditions) else None


def by_event(rules: Iterable[ReadyRule], roles: Collection[Role]) -> Mapping[object, Raised]:
    """What each event type raises where the operator has these roles."""
    sorted_out: defaultdict[object, list[ReadyRule]] = defaultdict(list)
    for ready_rule in rules:
        if any(role in roles for role in ready_rule.rule.binds):
            for event_type in ready_rule.rule.on:
                sorted_out[event_type].append(ready_rule)
    return {
        event_type: Raised(
            rules=tuple(raised),
            changes=tuple(
                sorted({at for ready_rule in raised for at in (ready_rule.begins, ready_rule.ends) if at is not None})
            ),
        )
        for event_type, raised in sorted_out.items()
    }
