"""The use case of a later verdict: sealed or published content is found illegal, and what was decided is retracted.

A person's review on `reviews`, or an activity whose rules say so (`retracts` in a pack), names bytes. From then on they
are blocked, what comes near them is held for a person, and each earlier event about them is retracted: a decision
`retracted` under its own key, and its account's ledger gets its entry.

Commit order; a crash between any two steps repeats the work, and says the same again:

4. a. "found illegal" stored under the digest of the bytes: the first verdict about them counts
   b. the events about them listed, and the other bytes of these events (original and sealed) treated likewise, from a
   c. retraction stored for each event that has its record; what counts entered into its account's ledger
5. entries of the feature database, retractions, steps and alerts published
6. where a tile log is kept, the leaves of the retractions put into it
7. offset acknowledged

No event slips through in between. Whoever decides about an event stores what it is found by (3), its record (4),
publishes (5), and then looks for "found illegal" (`late`); the verdict stores that (a) before it lists (b). So either
the listing finds the event and its record, or the event finds the verdict, and its retraction is the last word said.
"""

import contextlib
import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, get_args

import msgspec

from pipeline.duties import Oversight, ReviewRefusedError
from pipeline.events.identity import retraction_id
from pipeline.events.inputs import ActivityEvent, Review
from pipeline.events.outputs import (
    Alert,
    CountsAgainst,
    Decision,
    Enforcement,
    FeatureAddition,
    Finding,
    HarmCategory,
    InspectedContent,
    JudgedBy,
    ManifestRecord,
    RetractionOutcome,
    Subject,
)
from pipeline.fingerprints.recorded import recorded_codes
from pipeline.policy.decision import alerts_for
from pipeline.policy.judging import Evidence, Policy
from pipeline.policy.reference import ILLEGAL_PREFIX, NEAR_PREFIX
from pipeline.store import Layout, ObjectStore
from pipeline.store.chain import DecisionChain, chain_of
from pipeline.store.illegal import IllegalBytes, codes_noted, events_about, found_illegal, illegal_bytes
from pipeline.store.records import commit_record, record_of, sealed_content, stored_record
from pipeline.usecases.escalation import Escalation, counted_against
from pipeline.usecases.refused_acts import judged_once
from pipeline.usecases.replay import require_same_verdict
from pipeline.usecases.reviewing import require_seen, reviewed_chain

__all__ = ["Retracting", "Retraction"]

_CATEGORIES: Final[tuple[HarmCategory, ...]] = get_args(HarmCategory)


class Retraction(msgspec.Struct, frozen=True, kw_only=True):
    """What is published after a later verdict, in this order.

    Attributes:
        additions: what every worker knows from then on.
        decisions: of each earlier event about the same bytes, that it is retracted.
        enforcements: the steps that follow for the accounts behind them.
        alerts: that it was found, where nothing else says so.
    """

    additions: tuple[FeatureAddition, ...] = ()
    decisions: tuple[Decision, ...] = ()
    enforcements: tuple[Enforcement, ...] = ()
    alerts: tuple[Alert, ...] = ()


@dataclass(slots=True, kw_only=True)
class _Found:
    """What the work about one verdict has come to so far."""

    digests: set[str]
    decisions: dict[str, Decision]
    codes: set[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Retracting:
    """Retracts what was decided about content that is found illegal; safe to call from several threads.

    Args:
        store: where records are kept.
        layout: which object goes where.
        policy: says what a verdict comes to, and which rules retract.
        escalation: counts what a retracted event counts against its account.
        oversight: who may find content illegal.
        now: the time of day, with time zone.
    """

    store: ObjectStore
    layout: Layout
    policy: Policy
    escalation: Escalation
    oversight: Oversight
    now: Callable[[], datetime]

    def of_activity(self, event: ActivityEvent, decision: Decision) -> Retraction | None:
        """What follows from an activity for the bytes that it names; None where nothing is retracted by it.

        Args:
            event: the activity.
            decision: what was decided about it.

        Raises:
            WorldError: the store does not answer; try again.
        """
        findings = self.policy.retracting(decision.findings)
        sha256 = _member(event.facts, "content", "sha256")
        if not findings or not isinstance(sha256, str):
            return None
        named = _member(event.facts, "review", "categories")
        outcome = RetractionOutcome(
            verdict="illegal",
            categories=tuple(category for category in _CATEGORIES if isinstance(named, list) and category in named),
            reviewer=None,
            reason=None,
            found_at=event.reference.time,
            event=event.reference,
            event_digest=event.digest,
        )
        return self._retraction(self._illegal(sha256, outcome, findings, decision.judged_by))

    def of_review(self, review: Review) -> Retraction:
        """What follows from a review that finds the content of an event illegal, whatever was decided about it.

        Raises:
            ActRefusedError: the event has no record here or no content, no rule in use retracts, or the person may not
                do it, or did not see the decision that is in force.
            WorldError: the store does not answer; try again.
        """
        with judged_once(self.store, self.layout, review, self.now):
            content, findings, judged_by = self._seen_illegal(review)
        outcome = RetractionOutcome(
            verdict="illegal",
            categories=review.categories,
            reviewer=review.reviewer.id,
            reason=review.reason,
            found_at=review.reference.time,
            event=review.reference,
            event_digest=review.digest,
        )
        retraction = self._retraction(self._illegal(content.sha256, outcome, findings, judged_by), review.event_uid)
        alerts = alerts_for(
            findings,
            event_uid=review.uid,
            event=review.reference,
            subject=Subject(content_id=content.id, mime=content.mime, sha256=content.sha256),
            record_uri=self.layout.retraction(review.event_uid).uri,
        )
        return msgspec.structs.replace(retraction, alerts=alerts)

    def _seen_illegal(self, review: Review) -> tuple[InspectedContent, tuple[Finding, ...], JudgedBy | None]:
        """The content that a review finds illegal, and what that comes to; raises as `of_review`."""
        chain = reviewed_chain(self.store, self.layout, review.event_uid)
        content = sealed_content(chain.record)
        if content is None:
            raise ReviewRefusedError(
                what=f"The review finds the content of an event illegal that has none: {review.event_uid}.",
                remedy="Send the event_uid of a generation or a publication.",
            )
        begun = illegal_bytes(self.store, self.layout, content.sha256)
        if begun is not None:
            require_same_verdict(begun.retraction, review)
        if begun is None or begun.retraction.event != review.reference:  # or it was taken, and goes on
            self.oversight.permit(review.reviewer, "review", chain.record.findings)
            require_seen(review, chain)
        data = {
            "content": {"id": content.id, "sha256": content.sha256},
            "review": {"verdict": "illegal", "mode": "human", "categories": list(review.categories)},
            **({"jurisdictions": list(review.jurisdictions)} if review.jurisdictions else {}),
        }
        judgement = self.policy.assess(Evidence(event=review.reference, event_type="review.completed", data=data))
        findings = self.policy.retracting(judgement.findings)
        if not findings:
            raise ReviewRefusedError(
                what="No rule in use retracts what a review finds illegal.",
                remedy="Use the pack `illegal`, or one of that name with a rule that has `retracts: true`, and send a "
                "new review; this one stays refused.",
            )
        return content, findings, judgement.judged_by

    def late(self, outcome: ManifestRecord | Decision) -> Retraction | None:
        """What follows for an event whose outcome was just published, if its content was found illegal meanwhile.

        Raises:
            WorldError: the store does not answer; try again.
        """
        if outcome.decision == "block":  # what is blocked is not retracted; it may have been allowed before, and was
            stored = stored_record(self.store, self.layout.retraction(outcome.event_uid), Decision)
            return None if stored is None else self._published([stored])
        sha256 = next(iter(_digests(outcome)), None)
        if sha256 is None:
            return None
        illegal = illegal_bytes(self.store, self.layout, sha256)
        if illegal is None:
            return None
        decision = self._retracted(outcome.event_uid, illegal)
        return None if decision is None else self._published([decision])

    def _illegal(
        self, sha256: str, outcome: RetractionOutcome, findings: tuple[Finding, ...], judged_by: JudgedBy | None
    ) -> IllegalBytes:
        return IllegalBytes(
            sha256=sha256,
            retraction=outcome,
            findings=findings,
            counting=tuple(finding.rule for finding in findings if finding.rule in self.policy.judge.counting),
            judged_by=judged_by,
        )

    def _retraction(self, illegal: IllegalBytes, *events: str) -> Retraction:
        """Retract the events about these bytes, those named, and those about the other bytes of any of them."""
        found = _Found(digests={illegal.sha256}, decisions={}, codes=set())
        left = [illegal.sha256]
        for uid in events:
            left += self._take(uid, illegal, found)
        while left:
            sha256 = left.pop()
            first = found_illegal(self.store, self.layout, msgspec.structs.replace(illegal, sha256=sha256))  # 4a
            for uid, is_noted in events_about(self.store, self.layout, sha256).items():  # 4b
                if uid not in found.decisions:
                    left += self._take(uid, first, found)
                if is_noted and not found.codes:
                    found.codes.update(codes_noted(self.store, self.layout, sha256, uid))
        additions = tuple(_additions(found, illegal.retraction.categories))
        return msgspec.structs.replace(self._published(found.decisions.values()), additions=additions)

    def _take(self, uid: str, illegal: IllegalBytes, found: _Found) -> list[str]:
        """Retract one event, and return the bytes that are its content, too, and were not known."""
        record = record_of(self.store, self.layout, uid)
        if record is None or illegal.sha256 not in _digests(record):
            return []
        decision = self._retracted(uid, illegal)
        if decision is not None:
            found.decisions[uid] = decision
        if isinstance(record, ManifestRecord):
            found.codes.update(_codes(record))
        new = [sha256 for sha256 in _digests(record) if sha256 not in found.digests]
        found.digests.update(new)
        return new

    def _retracted(self, uid: str, illegal: IllegalBytes) -> Decision | None:
        """The retraction of an event, stored; None where the event is not done: it looks for the verdict itself."""
        at = self.layout.retraction(uid)
        stored = stored_record(self.store, at, Decision)
        if stored is not None:
            return stored
        chain = chain_of(self.store, self.layout, uid)
        return None if chain is None else commit_record(self.store, at, self._decision(chain, illegal)).record  # 4c

    def _decision(self, chain: DecisionChain, illegal: IllegalBytes) -> Decision:
        record = chain.record
        account = record.account or (record.counts_against and record.counts_against.account)
        return Decision(
            decision_id=retraction_id(record.event_uid),
            supersedes=chain.decision_id,
            event_uid=record.event_uid,
            event=record.event,
            content=sealed_content(record),
            decision="retracted",
            declared=record.declared if isinstance(record, Decision) else "ai",
            credential=record.credential,
            findings=illegal.findings,
            record_uri=self.layout.retraction(record.event_uid).uri,
            decided_at=self.now().isoformat(timespec="milliseconds"),
            judged_by=illegal.judged_by,
            counts_against=CountsAgainst(account=account, rules=illegal.counting)
            if account and illegal.counting
            else None,
            state=record.state if isinstance(record, Decision) else None,
            event_digest=record.event_digest,
            retraction=illegal.retraction,
            account=record.account,
            data_subjects=record.data_subjects,
        )

    def _published(self, decisions: Iterable[Decision]) -> Retraction:
        """What is said of retracted events, in the order of their identities; what counts is entered first."""
        ordered = sorted(decisions, key=lambda decision: decision.event_uid)
        against = [counted_against(decision, again=self._was_taken_back(decision)) for decision in ordered]
        steps = [self.escalation(entry) for entry in against if entry is not None]
        return Retraction(decisions=tuple(ordered), enforcements=tuple(step for step in steps if step is not None))

    def _was_taken_back(self, decision: Decision) -> bool:
        """Whether an event had been blocked, and a person's decision took back what that counted."""
        chain = chain_of(self.store, self.layout, decision.event_uid)
        if chain is None:
            return False
        before = list(itertools.takewhile(lambda taken: taken.supersedes != decision.supersedes, chain.taken))
        return (
            any(taken.decision == "block" for taken in (chain.record, *before))
            and (chain.record, *before)[-1].decision != "block"
        )


def _additions(found: _Found, categories: tuple[HarmCategory, ...]) -> Iterator[FeatureAddition]:
    """Entries whose ids follow from what they are about, so that the same verdict puts the same ones again."""
    for category in categories or (None,):
        kind = "" if category is None else f":{category}"
        for sha256 in sorted(found.digests):
            yield FeatureAddition(
                id=f"{ILLEGAL_PREFIX}{sha256}{kind}", version=1, verdict="illegal", sha256=sha256, category=category
            )
        for code in sorted(found.codes):
            yield FeatureAddition(
                id=f"{NEAR_PREFIX}{code}{kind}", version=1, verdict="illegal", fingerprint=code, category=category
            )


def _digests(record: ManifestRecord | Decision) -> tuple[str, ...]:
    """The bytes that an event is about, those that went in first."""
    if isinstance(record, ManifestRecord):
        return tuple(dict.fromkeys((record.original.sha256, record.sealed.sha256)))
    return () if record.content is None else (record.content.sha256,)


def _codes(record: ManifestRecord) -> tuple[str, ...]:
    with contextlib.suppress(ValueError):  # a code of a kind that is not made any more
        return tuple(code.code for code in recorded_codes(record))
    return ()


def _member(data: object, *names: str) -> object:
    for name in names:
        data = data.get(name) if isinstance(data, dict) else None
    return data
