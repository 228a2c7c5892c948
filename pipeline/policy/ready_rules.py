"""Rules made ready to be asked: compiled, in one language, by event type; and which law an event reaches."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import groupby
from types import MappingProxyType
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from pipeline.events.outputs import PackReference
from pipeline.policy.conditions import Bound, BrokenConditionError, Condition, compile_condition
from pipeline.policy.pack import EVERYWHERE, Pack, Role, Rule
from pipeline.policy.places import language_of, laws_reaching, lies_in, unknown_places, unreached_places
from pipeline.policy.vocabulary import Facts
from pipeline.policy.words import Language, Wording, chosen

__all__ = ["AskedRules", "Reach", "ReadyRule", "RuleGroup", "by_event", "reach_of", "ready"]

_TOGETHER: Final = 6
"""So many rules are asked in one question at most: where one of them does not hold, each is asked again by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyRule:
    """A rule made ready to be asked, with its words in one language.

    The instants are those at which it comes into force and ceases.
    """

    pack: Pack
    reference: PackReference
    rule: Rule
    holds: Condition
    when: Condition
    must: Condition
    facts: tuple[str, ...]
    language: Language
    text: str
    remedy: str
    citation: str
    begins: datetime
    ends: datetime | None

    def in_force(self, at: datetime | None) -> bool:
        """Whether it counts at this time; at an unknown time it does, since it may have been in force."""
        return at is None or (self.begins <= at and (self.ends is None or at < self.ends))

    def applies_in(self, reach: "Reach") -> bool:
        """Whether its law is one that the event reaches."""
        if self.pack.jurisdiction == EVERYWHERE:
            return reach.excepted.isdisjoint(self.pack.except_in)
        return self.pack.jurisdiction in reach.laws


class Reach(NamedTuple):
    """Which jurisdictions an event reaches, as places of laws and as exceptions, and the facts that come of it."""

    laws: frozenset[str] = frozenset()
    excepted: frozenset[str] = frozenset()
    facts: Facts = MappingProxyType({})


class RuleGroup(NamedTuple):
    """Neighbouring rules of one pack that are in force at the same times, and the question whether all of them hold.

    Most rules hold for most events, and one question costs little more than each of them would.
    """

    rules: tuple[ReadyRule, ...]
    hold: Condition

    def all_hold(self, bound: Bound) -> bool:
        """Whether all of them are certain to; one that has no answer does not."""
        try:
            return self.hold.holds(bound) is True
        except BrokenConditionError:
            return False


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedRules:
    """The rules that an event type raises, and everything that they ask for; those about observations by these."""

    groups: tuple[RuleGroup, ...]
    names: frozenset[str]
    of_seen: Mapping[str, tuple[ReadyRule, ...]]


def ready(pack: Pack, rule: Rule, wording: Wording) -> ReadyRule:
    """Compile a rule of a pack.

    Raises:
        ConditionError: one of its conditions cannot be used.
    """
    when, must = compile_condition(rule.when), compile_condition(rule.must)
    zone, language = ZoneInfo(pack.time_zone), language_of(pack.jurisdiction, wording)
    return ReadyRule(
        pack=pack,
        reference=pack.reference,
        rule=rule,
        # One question instead of two: where either side decides, the other may stay unknown.
        holds=compile_condition(f"!({rule.when}\n) || ({rule.must}\n)"),
        when=when,
        must=must,
        facts=tuple(dict.fromkeys((*when.facts, *must.facts))),
        language=language,
        text=chosen(rule.text, language),
        remedy=chosen(rule.remedy, language),
        citation=chosen(rule.citation, language),
        begins=_midnight(rule.valid_from, zone),
        ends=None if rule.valid_to is None else _midnight(rule.valid_to + timedelta(days=1), zone),
    )


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def by_event(rules: Iterable[ReadyRule], roles: Collection[Role]) -> Mapping[object, AskedRules]:
    """What each event type raises where the operator has these roles."""
    sorted_out: defaultdict[object, list[ReadyRule]] = defaultdict(list)
    for one in rules:
        if any(role in roles for role in one.rule.binds):
            for event_type in one.rule.on:
                sorted_out[event_type].append(one)
    return {event_type: _asked(asked) for event_type, asked in sorted_out.items()}


def _grouped(rules: Sequence[ReadyRule]) -> Iterator[RuleGroup]:
    for _, neighbours in groupby(rules, key=lambda one: (one.reference, one.begins, one.ends)):
        together = tuple(neighbours)
        for start in range(0, len(together), _TOGETHER):
            members = together[start : start + _TOGETHER]
            asked = " && ".join(f"({one.holds.text})" for one in members)
            yield RuleGroup(members, compile_condition(asked))


def _asked(rules: Iterable[ReadyRule]) -> AskedRules:
    of_events, of_seen = [], defaultdict[str, list[ReadyRule]](list)
    for one in rules:
        if not one.rule.seen:
            of_events.append(one)
        for name in one.rule.seen:
            of_seen[name].append(one)
    return AskedRules(
        groups=tuple(_grouped(of_events)),
        names=frozenset().union(*(one.holds.names for one in of_events)),
        of_seen={name: tuple(asked) for name, asked in of_seen.items()},
    )


@lru_cache(maxsize=1024)
def reach_of(named: tuple[str, ...], laws: frozenset[str], exceptions: frozenset[str]) -> Reach:
    """What the places that an event names reach of the places of laws, and of those where laws step back."""
    return Reach(
        laws=laws_reaching(named, laws),
        excepted=frozenset(place for place in exceptions if any(lies_in(one, place) for one in named)),
        facts={"place.unknown": unknown_places(named), "place.without_law": unreached_places(named, laws)},
    )
