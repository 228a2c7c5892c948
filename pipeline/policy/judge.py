"""The judge: facts and observations in, findings out, for every rule that is about the event.

A rule is about an event when its event type, its jurisdiction, the roles the operator holds and the days it is in
force say so. Then it passes, is violated, or stays unknown; it is satisfied wherever `when` is false. A rule about
observations is asked once for each of them that was made.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from pipeline.events.outputs import Finding, FindingEvidence, PackReference
from pipeline.policy.acting import actor_of
from pipeline.policy.applicable import Raised, Reach, RuleAnswer, by_event, reach_of
from pipeline.policy.conditions import Bound, BrokenConditionError, bind
from pipeline.policy.finding import finding_of, finding_of_broken, shown_fact
from pipeline.policy.pack import ALL_ROLES, Pack, Role, Rule
from pipeline.policy.ready_rules import ReadyRule, ready
from pipeline.policy.seen import Observation, seen_facts
from pipeline.policy.vocabulary import Facts
from pipeline.policy.words import ENGLISH, Wording

__all__ = ["Judge", "Standing", "Verdict"]

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

_Failing: TypeAlias = tuple[ReadyRule, RuleAnswer, Observation | None]
"""A rule that does not hold, or may not, its answer, and the observation that it was asked about."""


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
    facts: FindingEvidence
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
        self._by_event: Mapping[object, Raised] = by_event(self._rules, self._roles)
        self.counting: frozenset[str] = frozenset(
            ready_rule.rule.id for ready_rule in self._rules if ready_rule.rule.counts_against_user
        )
        """The ids of the rules whose violation is conduct of the user."""
        self.retracting: frozenset[str] = frozenset(
            ready_rule.rule.id for ready_rule in self._rules if ready_rule.rule.retracts
        )
        """The ids of the rules whose violation retracts what was decided about the content."""
        self.calling_for_label: frozenset[str] = frozenset(
            ready_rule.rule.id for ready_rule in self._rules if ready_rule.rule.mended_by == "explicit-label"
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
        raised = self._by_event.get(facts["event_type"])
        if raised is None:
            return ()
        facts, reach = self._placed(facts)
        applicable = raised.applicable(reach, at)
        failing: list[_Failing] = [
            (ready_rule, answer, seen)
            for seen in observations
            for ready_rule in applicable.of_seen.get(seen.name, ())
            if (answer := ready_rule.holds.answer(_bound_of(ready_rule, facts, seen))) is not True
        ]
        bound = bind(facts, applicable.names, applicable.probed)
        failing += ((ready_rule, answer, None) for ready_rule, answer in applicable.failing(bound))
        return _findings_of(failing, facts)

    def explain(
        self, facts: Facts, at: datetime | None, observations: Sequence[Observation] = ()
    ) -> tuple[Verdict, ...]:
        """How every rule of every pack stands to these facts; arguments as for `findings`."""
        facts, reach = self._placed(facts)
        bound = bind(facts)
        return tuple(self._verdict(ready_rule, facts, bound, reach, at, observations) for ready_rule in self._rules)

    def _placed(self, facts: Facts) -> tuple[Facts, Reach]:
        """The facts with what is to be said of the places they name, and what these reach."""
        named = facts.get("jurisdictions")
        if not isinstance(named, tuple):
            return facts, Reach()
        reach = reach_of(named, self._places, self._exceptions)
        return {**reach.facts, **facts}, reach

    def _verdict(
        self,
        ready: ReadyRule,
        facts: Facts,
        bound: Bound,
        reach: Reach,
        at: datetime | None,
        observations: Sequence[Observation],
    ) -> Verdict:
        standing = self._scope(ready, facts, reach, at)
        when = must = None
        finding = None
        broken = None if standing is not None else _broken(ready, bound)
        if broken is not None:
            standing, finding = "broken", finding_of_broken([(ready, broken)])[0]
        elif standing is None and ready.rule.seen:
            made = [_found_in(ready, facts, seen) for seen in observations if seen.name in ready.rule.seen]
            finding = next((found for found in made if found is not None), None)
            standing = finding.outcome if finding else "not-applicable" if made else "not-seen"
        elif standing is None:
            when, must = ready.when.holds(bound), ready.must.holds(bound)
            holds = ready.holds.holds(bound)
            if holds:
                standing = "not-applicable" if when is False else "pass"
            else:
                standing = "unknown" if holds is None else "violation"
                finding = finding_of(ready, facts, actor_of(facts), holds=holds)
        return Verdict(
            pack=ready.reference,
            rule=ready.rule,
            standing=standing,
            when=when,
            must=must,
            facts={name: shown_fact(name, facts[name]) for name in ready.facts if name in facts},
            missing=tuple(name for name in ready.facts if name not in facts),
            finding=finding,
        )

    def _scope(self, ready: ReadyRule, facts: Facts, reach: Reach, at: datetime | None) -> Standing | None:
        """Why the rule is not about the event; None where it is."""
        if facts["event_type"] not in ready.rule.on:
            return "other-event"
        if not reach.includes(ready):
            return "other-jurisdiction"
        if self._roles.isdisjoint(ready.rule.binds):
            return "other-role"
        return None if ready.in_force(at) else "not-in-force"


def _broken(ready: ReadyRule, bound: Bound) -> str | None:
    """Why a rule has no answer, where no missing fact is to blame."""
    try:
        if not ready.rule.seen:
            for condition in (ready.when, ready.must, ready.holds):
                condition.holds(bound)
    except BrokenConditionError as error:
        return error.reason
    return None


def _findings_of(failing: Iterable[_Failing], facts: Facts) -> tuple[Finding, ...]:
    actor = actor_of(facts)
    found: list[Finding] = []
    broken: list[tuple[ReadyRule, str]] = []
    for ready_rule, answer, seen in failing:
        if isinstance(answer, BrokenConditionError):
            broken.append((ready_rule, answer.reason))
        else:
            found.append(finding_of(ready_rule, facts, actor, holds=answer, seen=seen))
    return (*found, *finding_of_broken(broken))


def _bound_of(ready: ReadyRule, facts: Facts, seen: Observation) -> Bound:
    """What a rule about observations is asked on."""
    return bind({**facts, **seen_facts(seen)}, ready.holds.names)


def _found_in(ready: ReadyRule, facts: Facts, seen: Observation) -> Finding | None:
    """What a rule about observations finds in one of them."""
    holds = ready.holds.holds(_bound_of(ready, facts, seen))
    return None if holds is True else finding_of(ready, facts, actor_of(facts), holds=holds, seen=seen)
