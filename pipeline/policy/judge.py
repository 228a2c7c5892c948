"""The judge: facts and observations in, findings out, for every rule that is about the event.

A rule is about an event when its event type, its jurisdiction, the roles the operator holds and the days it is in
force say so. Then it passes, is violated, or stays unknown; it is satisfied wherever `when` is false. A rule about
observations is asked once for each of them that was made.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from pipeline.events.outputs import Action, Evidence, Finding, PackReference, Severity
from pipeline.policy.acting import actor_of
from pipeline.policy.conditions import Bound, BrokenConditionError, bind
from pipeline.policy.pack import ALL_ROLES, Pack, Role, Rule
from pipeline.policy.ready_rules import AskedRules, Reach, ReadyRule, by_event, reach_of, ready
from pipeline.policy.seen import Observation, seen_facts
from pipeline.policy.vocabulary import PERSONAL, Facts, FactValue
from pipeline.policy.words import ENGLISH, OPEN, Wording

__all__ = ["REDACTED", "Judge", "Standing", "Verdict", "shown"]

REDACTED: Final = "[redacted]"

_STRICTNESS: Final[tuple[Action, ...]] = ("record", "alert", "hold", "block")

_UNSAID: Final[Severity] = "high"
"""How grave a violation is of which neither rule nor observation says it; the schema lets no such pack through."""

Standing = Literal[
    "other-event",
    "other-jurisdiction",
    "other-role",
    "not-in-force",
    "not-seen",
    "not-applicable",
    "pass",
    "violation",
    "unknown",
    "broken",
]
"""How a rule stands to an event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How one rule stands to one event, and why.

    Args:
        when: whether the rule's `when` holds; None where that is open or was not asked.
        must: the same of its `must`.
        facts: the facts that the rule names and the event has, fit to be shown.
        missing: the facts that the rule names and the event does not have.
        finding: what the rule finds, if anything.
    """

    pack: PackReference
    rule: Rule
    standing: Standing
    when: bool | None = None
    must: bool | None = None
    facts: Evidence
    missing: tuple[str, ...]
    finding: Finding | None = None


class Judge:
    """Judges facts by policy packs; immutable, and safe to use from several threads.

    Args:
        packs: the laws.
        roles: what the operator is in their eyes.
        wording: the language of findings, where a pack has the words in it.
    """

    def __init__(self, packs: Iterable[Pack], roles: Collection[Role] = ALL_ROLES, wording: Wording = ENGLISH) -> None:
        laws = tuple(packs)
        self.packs: tuple[PackReference, ...] = tuple(pack.reference for pack in laws)
        self._places = frozenset(pack.jurisdiction for pack in laws)
        self._exceptions = frozenset(place for pack in laws for place in pack.except_in)
        self._roles = frozenset(roles)
        self._rules = tuple(ready(pack, rule, wording) for pack in laws for rule in pack.rules)
        self._by_event: Mapping[object, AskedRules] = by_event(self._rules, self._roles)
        self.counting: frozenset[str] = frozenset(one.rule.id for one in self._rules if one.rule.counts_against_user)
        """The ids of the rules whose violation is conduct of the user."""
        self.retracting: frozenset[str] = frozenset(one.rule.id for one in self._rules if one.rule.retracts)
        """The ids of the rules whose violation retracts what was decided about the content."""
        self.calling_for_label: frozenset[str] = frozenset(
            one.rule.id for one in self._rules if one.rule.mended_by == "explicit-label"
        )
        """The ids of the rules that an explicit label satisfies."""

    def findings(
        self, facts: Facts, at: datetime | None, observations: Iterable[Observation] = ()
    ) -> tuple[Finding, ...]:
        """What the rules find: of the observations first, in their order, and then in the order of the packs.

        Args:
            facts: the facts of the event, `event_type` among them.
            at: the time of the event, with time zone: it decides which rules are in force.
            observations: what was seen of its asset.
        """
        asked = self._by_event.get(facts["event_type"])
        if asked is None:
            return ()
        facts, reach = self._placed(facts)
        found: list[Finding] = []
        broken: list[tuple[ReadyRule, str]] = []
        for seen in observations:
            for one in asked.of_seen.get(seen.name, ()):
                if one.applies_in(reach) and one.in_force(at):
                    try:
                        finding = self._found_in(one, facts, seen)
                    except BrokenConditionError as error:
                        broken.append((one, error.reason))
                        continue
                    found += () if finding is None else (finding,)
        bound = bind(facts, asked.names)
        for group in asked.groups:
            first = group.rules[0]
            if first.applies_in(reach) and first.in_force(at) and not group.all_hold(bound):
                found += self._found_one_by_one(group.rules, facts, bound, broken)
        return (*found, *_of_broken(broken))

    def _found_one_by_one(
        self, rules: Iterable[ReadyRule], facts: Facts, bound: Bound, broken: list[tuple[ReadyRule, str]]
    ) -> Iterator[Finding]:
        """What rules find by themselves; those that have no answer are put to the broken ones."""
        for one in rules:
            try:
                holds = one.holds.holds(bound)
            except BrokenConditionError as error:
                broken.append((one, error.reason))
                continue
            if holds is not True:
                yield self._finding(one, facts, is_violated=holds is False)

    def explain(
        self, facts: Facts, at: datetime | None, observations: Sequence[Observation] = ()
    ) -> tuple[Verdict, ...]:
        """How every rule of every pack stands to these facts; arguments as for `findings`."""
        facts, reach = self._placed(facts)
        bound = bind(facts)
        return tuple(self._verdict(one, facts, bound, reach, at, observations) for one in self._rules)

    def _found_in(self, one: ReadyRule, facts: Facts, seen: Observation) -> Finding | None:
        """What a rule about observations finds in one of them."""
        holds = one.holds.holds(bind({**facts, **seen_facts(seen)}, one.holds.names))
        if holds is True:
            return None
        is_violated = holds is False and seen.outcome == "violation"
        return self._finding(one, facts, is_violated=is_violated, seen=seen, is_open=holds is None)

    def _placed(self, facts: Facts) -> tuple[Facts, Reach]:
        """The facts with what is to be said of the places they name, and what these reach."""
        named = facts.get("jurisdictions")
        if not isinstance(named, tuple):
            return facts, Reach()
        reach = reach_of(named, self._places, self._exceptions)
        return {**reach.facts, **facts}, reach

    def _verdict(
        self,
        one: ReadyRule,
        facts: Facts,
        bound: Bound,
        reach: Reach,
        at: datetime | None,
        observations: Sequence[Observation],
    ) -> Verdict:
        standing = self._scope(one, facts, reach, at)
        when = must = None
        finding = None
        broken = None if standing is not None else _broken(one, bound)
        if broken is not None:
            standing, finding = "broken", _of_broken([(one, broken)])[0]
        elif standing is None and one.rule.seen:
            made = [self._found_in(one, facts, seen) for seen in observations if seen.name in one.rule.seen]
            finding = next((one for one in made if one is not None), None)
            standing = finding.outcome if finding else "not-applicable" if made else "not-seen"
        elif standing is None:
            when, must = one.when.holds(bound), one.must.holds(bound)
            holds = one.holds.holds(bound)
            if holds:
                standing = "not-applicable" if when is False else "pass"
            else:
                standing = "unknown" if holds is None else "violation"
                finding = self._finding(one, facts, is_violated=holds is False)
        return Verdict(
            pack=one.reference,
            rule=one.rule,
            standing=standing,
            when=when,
            must=must,
            facts={name: shown(name, facts[name]) for name in one.facts if name in facts},
            missing=tuple(name for name in one.facts if name not in facts),
            finding=finding,
        )

    def _scope(self, one: ReadyRule, facts: Facts, reach: Reach, at: datetime | None) -> Standing | None:
        """Why the rule is not about the event; None where it is."""
        if facts["event_type"] not in one.rule.on:
            return "other-event"
        if not one.applies_in(reach):
            return "other-jurisdiction"
        if self._roles.isdisjoint(one.rule.binds):
            return "other-role"
        return None if one.in_force(at) else "not-in-force"

    def _finding(
        self,
        one: ReadyRule,
        facts: Facts,
        *,
        is_violated: bool,
        seen: Observation | None = None,
        is_open: bool = True,
    ) -> Finding:
        """The finding of a rule; of an observation that is itself no more than possible, nothing else is open."""
        rule, shown_facts = one.rule, dict(_evidence(one.facts, facts))
        return Finding(
            rule=rule.id,
            kind=rule.kind,
            severity=rule.severity or (_UNSAID if seen is None else seen.severity),
            action=rule.action if is_violated else rule.on_unknown,
            outcome="violation" if is_violated else "unknown",
            code=None if seen is None else seen.code,
            message=one.text if is_violated or not is_open else _open_question(one, facts, one.text),
            citation=one.citation,
            evidence=shown_facts if seen is None else {**shown_facts, **seen.evidence},
            pack=one.reference,
            remedy=one.remedy,
            actor=actor_of(facts),
        )


def _broken(one: ReadyRule, bound: Bound) -> str | None:
    """Why a rule has no answer, where no missing fact is to blame."""
    try:
        if not one.rule.seen:
            for condition in (one.when, one.must, one.holds):
                condition.holds(bound)
    except BrokenConditionError as error:
        return error.reason
    return None


def _of_broken(broken: Sequence[tuple[ReadyRule, str]]) -> tuple[Finding, ...]:
    """One finding for the rules that have no answer: content does not pass because a rule is at fault."""
    if not broken:
        return ()
    first, reason = broken[0]
    return (
        Finding(
            rule="operations.rule-broken",
            kind="operations",
            severity="high",
            action=max(("alert", *(one.rule.on_unknown for one, _ in broken)), key=_STRICTNESS.index),
            outcome="violation",
            code=None,
            message=f"The rule {first.rule.id} has no answer for this event, and no fact is missing: {reason}.",
            citation=None,
            evidence={
                "rules": tuple(one.rule.id for one, _ in broken),
                "packs": tuple(dict.fromkeys(one.reference.name for one, _ in broken)),
            },
            remedy="Correct the conditions of the rules that the evidence names, and start the workers again.",
        ),
    )


def shown(name: str, value: FactValue) -> str | int | float | bool | tuple[str, ...]:
    """A fact's value as findings show it: not at all where it is about a person."""
    return REDACTED if name in PERSONAL and value != "" else value


def _open_question(one: ReadyRule, facts: Facts, text: str) -> str:
    missing = [name for name in one.facts if name not in facts]
    if one.language == "zh":
        why = f"在 {'、'.join(missing)} 未知的情况下" if missing else "规则对这些事实未能作答"
        return f"{why}，{OPEN['zh']}：{text}"
    if not missing:
        # Such as the first item of an empty list; a bug of the pack, and no reason to let anything pass.
        return f"Cannot be ruled out, since the rule gives no answer for these facts: {text}"
    names = missing[0] if len(missing) == 1 else f"{', '.join(missing[:-1])} and {missing[-1]}"
    return f"Cannot be ruled out while {names} {'is' if len(missing) == 1 else 'are'} unknown: {text}"


def _evidence(
    names: Iterable[str], facts: Facts
) -> Iterator[tuple[str, str | int | float | bool | tuple[str, ...] | None]]:
    """Every fact that the rule names; null where it is missing."""
    for name in names:
        value = facts.get(name)
        yield name, None if value is None else shown(name, value)
