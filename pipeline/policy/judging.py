"""Judgement: what an event says and what was measured become facts, facts become findings, findings one decision."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import msgspec

from pipeline.events.identity import account_of
from pipeline.events.outputs import (
    CountsAgainst,
    DecisionOutcome,
    EventReference,
    Finding,
    JudgedBy,
    ObservedOutcome,
    PackReference,
)
from pipeline.policy.acting import USER, actor_of
from pipeline.policy.decision import decide
from pipeline.policy.judge import Judge
from pipeline.policy.recorded import kept_facts
from pipeline.policy.reference import FeatureMatch, Observed, ReferenceSets
from pipeline.policy.seen import Observation
from pipeline.policy.sources import Assumptions, Known, Sources, gathered
from pipeline.policy.vocabulary import Facts, FactValue, facts_of
from pipeline.timing import Timed, untimed

__all__ = [
    "Evidence",
    "Judgement",
    "Policy",
    "event_time",
]

_CLAIMED: Final = "claimed"
"""What findings call the facts that only the event states, about something that bytes would show."""

_VERDICT: Final = "review.verdict"
_MATCHES: Final = "matched_features"
"""What findings about a review's verdict call the entries of the feature database that led to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything that an event is judged by.

    Args:
        event: which event; its time decides which rules are in force.
        event_type: what happened.
        data: the event's data, which its schema has accepted.
        observed: what is matched against the feature database.
        derived: facts that follow from what the event is, where it does not state them itself.
        recorded: facts that our own record has of the same bytes.
        measured: facts that were measured, whatever the event claims.
        signs_unread: whether there may be signs of AI in the asset that could not be read.
        observations: what was seen of the asset; the packs say what follows.
    """

    event: EventReference
    event_type: str
    data: Mapping[str, object]
    observed: Observed = field(default_factory=Observed)
    derived: Facts = field(default_factory=dict)
    recorded: Facts = field(default_factory=dict)
    measured: Facts = field(default_factory=dict)
    signs_unread: bool = False
    observations: tuple[Observation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What an event was found to be, and by what it was judged; and what packs that are only observed would say.

    `kept` are the facts that a record keeps for when the same bytes come again, `account` is that of the user who
    acted.
    """

    kept: Facts
    findings: tuple[Finding, ...]
    decision: DecisionOutcome
    judged_by: JudgedBy
    counts_against: CountsAgainst | None
    observed: ObservedOutcome | None = None
    account: str | None = None
    data_subjects: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Judges events by packs and reference sets; safe to call from several threads.

    Args:
        judge: the policy packs.
        references: the reference sets as they are now.
        jurisdictions: where services are taken to be offered by events that do not say it.
        retention_days: how long records are certain to be kept; None where the store does not see to that.
        assumptions: what the operator states once, about what events do not speak of.
        observed: the names of packs that are only observed: what they find is recorded, and nothing follows from it.
        timed: hears how long it takes.
    """

    judge: Judge
    references: Callable[[], ReferenceSets]
    jurisdictions: tuple[str, ...] = ()
    retention_days: int | None = None
    assumptions: Assumptions = field(default_factory=Assumptions)
    observed: frozenset[str] = frozenset()
    timed: Timed = untimed

    def assess(self, evidence: Evidence) -> Judgement:
        """Judge an event by what is known of it."""
        with self.timed("judge"):
            return self._assessed(evidence)

    def _assessed(self, evidence: Evidence) -> Judgement:
        event, sets = evidence.event, self.references()
        at = event_time(event)
        known = gathered(self._sources(evidence, at), sets, self.assumptions, at)
        seen = (*evidence.observations, *_contradicted(known))
        judged = _with_claims(self.judge.findings(known.facts, at, seen), known.claimed)
        everything = _with_matches(judged, known.matches)
        found = (
            tuple(finding for finding in everything if not self._is_observed(finding)) if self.observed else everything
        )
        return Judgement(
            kept=kept_facts(known.settled, known.claimed),
            findings=found,
            decision=decide(found),
            judged_by=JudgedBy(
                packs=self._judging_packs(),
                reference_sets=sets.versions,
            ),
            counts_against=self._counts_against(found, known.facts),
            observed=self._observed(everything) if self.observed else None,
            account=_account(known.facts) if actor_of(known.facts) == USER else None,
            data_subjects=_data_subjects(known.facts),
        )

    def _sources(self, evidence: Evidence, at: datetime | None) -> Sources:
        return Sources(
            stated=facts_of(evidence.data, event_type=evidence.event_type, time=at, jurisdictions=self.jurisdictions),
            implied=evidence.derived,
            recorded=evidence.recorded,
            measured={**self._log_facts(), **evidence.measured},
            observed=evidence.observed,
            signs_unread=evidence.signs_unread,
        )

    def _judging_packs(self) -> tuple[PackReference, ...]:
        packs = self.judge.packs
        return tuple(pack for pack in packs if pack.name not in self.observed) if self.observed else packs

    def _is_observed(self, finding: Finding) -> bool:
        return finding.pack is not None and finding.pack.name in self.observed

    def _observed(self, everything: tuple[Finding, ...]) -> ObservedOutcome | None:
        """What the observed packs would have decided; None where there are none."""
        found = tuple(finding for finding in everything if self._is_observed(finding))
        packs = tuple(pack for pack in self.judge.packs if pack.name in self.observed)
        return ObservedOutcome(packs=packs, decision=decide(found), findings=found) if packs else None

    def calls_for_label(self, evidence: Evidence) -> bool:
        """Whether a law is certain to be broken that an explicit label would satisfy; asked before sealing."""
        findings = self.assess(evidence).findings
        return any(
            finding.outcome == "violation" and finding.rule in self.judge.calling_for_label for finding in findings
        )

    def _log_facts(self) -> Facts:
        """Whatever is judged leaves a record, which is the log that the laws ask for."""
        kept: dict[str, FactValue] = {"log.present": True}
        return kept if self.retention_days is None else {**kept, "log.retain_days": self.retention_days}

    def _counts_against(self, findings: tuple[Finding, ...], facts: Facts) -> CountsAgainst | None:
        rules = tuple(
            finding.rule
            for finding in findings
            if finding.outcome == "violation" and finding.rule in self.judge.counting and finding.actor == USER
        )
        account = _account(facts)
        return None if not rules or account is None else CountsAgainst(account=account, rules=rules)

    def retracting(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """Those of the findings by which content was found illegal later: what was decided about it is retracted."""
        return tuple(
            finding for finding in findings if finding.outcome == "violation" and finding.rule in self.judge.retracting
        )


def event_time(event: EventReference) -> datetime | None:
    """The time of an event, in UTC; None where it has none, or one that no clock shows (a leap second, year 0)."""
    try:
        return None if event.time is None else datetime.fromisoformat(event.time.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _account(facts: Facts) -> str | None:
    user = facts.get("user.id_hash")
    return account_of(user) if isinstance(user, str) and user else None


def _data_subjects(facts: Facts) -> tuple[str, ...] | None:
    """The accounts of everybody whom an event names, whoever acted; None where it names nobody."""
    user, shown = _account(facts), facts.get("content.subject_ids")
    people = shown if isinstance(shown, list | tuple) else ()
    named = dict.fromkeys(
        [*([] if user is None else [user]), *(account_of(str(person)) for person in people if person)]
    )
    return tuple(named) or None


def _contradicted(known: Known) -> tuple[Observation, ...]:
    """What is seen where an event claims what its bytes show not to be so; rules go by the bytes."""
    if not known.contradicted:
        return ()
    claims = tuple(sorted(known.contradicted))
    return (Observation(name="claim.contradicted", severity="medium", evidence={"claims": claims}),)


def _with_claims(findings: tuple[Finding, ...], claimed: frozenset[str]) -> tuple[Finding, ...]:
    """Findings that rest on what is only claimed say so."""
    if not claimed:
        return findings
    return tuple(
        msgspec.structs.replace(finding, evidence={**finding.evidence, _CLAIMED: tuple(sorted(names))})
        if names
        else finding
        for finding, names in ((finding, claimed.intersection(finding.evidence)) for finding in findings)
    )


def _with_matches(findings: tuple[Finding, ...], matches: tuple[FeatureMatch, ...]) -> tuple[Finding, ...]:
    """Findings that rest on the verdict of our own review name the entries that led to it."""
    if not matches:
        return findings
    entries = tuple(dict.fromkeys(match.entry_id for match in matches))
    return tuple(
        msgspec.structs.replace(finding, evidence={**finding.evidence, _MATCHES: entries})
        if _VERDICT in finding.evidence
        else finding
        for finding in findings
    )
