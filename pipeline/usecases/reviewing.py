"""The use case of a review: a person decides about an event, because it is held or because somebody appealed.

Commit order, as in `pipeline.usecases.sealing`; steps 1 to 3 were done when the event was judged:

4. decision of the review stored, with the next number: of several at the same time one counts, and supersedes
   a refusal entered into the ledger of the account that answers for the violations (`pipeline.usecases.escalation`),
   or taken back there, where the decision before had refused and this one does not

Publishing (5) and acknowledging (6) follow in the agents. The record of the event stays as it is; the decision of the
review repeats what was found and says who decided what, and in the place of which decision.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from pipeline.duties import ActOvertakenError, ActRefusedError, Oversight, RoleRefusedError, SamePersonError
from pipeline.errors import BugError, WorldError
from pipeline.events.identity import event_uid, review_id
from pipeline.events.inputs import Review
from pipeline.events.outgoing import to_json
from pipeline.events.outputs import (
    Alert,
    Decision,
    DecisionOutcome,
    Enforcement,
    EnforcementReversal,
    InspectedContent,
    ManifestRecord,
    ReviewOutcome,
    ReviewStage,
)
from pipeline.store import Layout, ObjectStore
from pipeline.store.standing import MOST_DECISIONS, Standing, standing_of
from pipeline.usecases.escalation import Counted, Escalation, counted
from pipeline.usecases.replay import require_same_review

__all__ = ["ReviewRefusedError", "Reviewed", "Reviewing", "require_undecided", "reviewed_standing"]

_OUTCOMES: Final[dict[str, DecisionOutcome]] = {"release": "allow", "refuse": "block", "escalate": "hold"}

_ATTEMPTS: Final = 3
"""After another one was first, this one was either here before or has not seen it: that is known by the second time."""


class ReviewRefusedError(ActRefusedError):
    """The review has nothing to decide: its event is unknown, is not held, or was decided by another review."""


class Reviewed(msgspec.Struct, frozen=True, kw_only=True):
    """What is published for a review: the decision, and the step against the account that it led to or takes back."""

    decision: Decision
    alerts: tuple[Alert, ...]
    """Always empty: what there was to wake someone for was said when the event was judged."""

    enforcement: Enforcement | EnforcementReversal | None


class _Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What a review that is taken leads to."""

    outcome: DecisionOutcome
    stage: ReviewStage | None
    operators: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewing:
    """Decides about events as people say; safe to call from several threads.

    Args:
        store: where records are kept.
        layout: which object goes where.
        oversight: who may review what.
        escalation: counts what a refusal counts against an account.
        now: the time of day, with time zone.
    """

    store: ObjectStore
    layout: Layout
    oversight: Oversight
    escalation: Escalation
    now: Callable[[], datetime]

    def __call__(self, review: Review) -> Reviewed:
        """Store the decision of a review, count what it refuses, and return what is to be published.

        Raises:
            ActRefusedError: there is nothing to decide for this review, or it is not for this person to decide.
            OperatorsMissingError: nobody is known who may review; try again.
            WorldError: the store does not answer; try again.
        """
        for _ in range(_ATTEMPTS):
            standing = reviewed_standing(self.store, self.layout, review.event_uid)
            number = _taken_before(review, standing)
            if number is not None:
                return self._reviewed(standing, number)
            decision = self._decision(review, standing, self._verdict(review, standing))
            at = self.layout.review(review.event_uid, len(standing.taken) + 1)
            if self.store.create(at, to_json(decision), media_type="application/json"):  # 4
                taken = Standing(record=standing.record, taken=(*standing.taken, decision))
                return self._reviewed(taken, len(standing.taken))
        raise WorldError(
            what="The store says that a decision exists and then does not find it.",
            remedy="It is tried again; see that the store reads its own writes.",
        )

    def _verdict(self, review: Review, standing: Standing) -> _Verdict:
        """What the review leads to, if it is taken."""
        if review.seen is None and not self.oversight.is_open():
            self.oversight.require_operators()
            raise RoleRefusedError(
                what="The review is of version 1, by which nobody can tell who reviewed, and on the sight of what.",
                remedy="Send sealstream.review.v2, with actor, auth and seen.",
            )
        if len(standing.taken) >= MOST_DECISIONS - 1:
            raise ReviewRefusedError(
                what=f"Persons have decided {len(standing.taken)} times about this event, which is the most.",
                remedy="Publish the content again as a new event.",
            )
        _require_seen(review, standing)
        if standing.outcome == "hold":
            return self._about_held(review, standing)
        return self._about_decided(review, standing)

    def _about_held(self, review: Review, standing: Standing) -> _Verdict:
        findings = standing.record.findings
        earlier = _outcomes(standing.taken)
        operators = self.oversight.permit(review.reviewer, "second look" if earlier else "review", findings)
        if review.reviewer.id in {one.reviewer for one in earlier}:
            raise SamePersonError(
                what="The event waits for another person: this one reviewed it before.",
                remedy="Have a second reviewer decide about it.",
            )
        agreed = review.verdict in {one.verdict for one in earlier} or not self.oversight.needs_two(findings)
        outcome = _OUTCOMES[review.verdict] if agreed else "hold"
        stage: ReviewStage | None = "first" if outcome == "hold" else "second" if earlier else None
        return _Verdict(outcome=outcome, stage=stage, operators=operators if review.seen else None)

    def _about_decided(self, review: Review, standing: Standing) -> _Verdict:
        earlier = _outcomes(standing.taken)
        require_undecided(standing, review.case if review.seen and review.verdict != "escalate" else None)
        operators = self.oversight.permit(review.reviewer, "appeal", standing.record.findings)
        if review.case in {one.case for one in earlier}:
            raise ReviewRefusedError(
                what="This case was decided before.", remedy="See the decision in force; a new appeal is a new case."
            )
        if review.reviewer.id in {one.reviewer for one in earlier}:
            raise SamePersonError(
                what="The actor decided about this event before, and so may not look at it again.",
                remedy="Have somebody else decide the appeal.",
            )
        return _Verdict(outcome=_OUTCOMES[review.verdict], stage="appeal", operators=operators)

    def _reviewed(self, standing: Standing, at: int) -> Reviewed:
        """What is published for the decision at a place among those taken, and what it changes in the ledger."""
        decision, before = standing.taken[at], (standing.record, *standing.taken[:at])
        blocked = [one for one in before if one.decision == "block"]
        enforcement: Enforcement | EnforcementReversal | None = None
        if before[-1].decision != "block":
            against = counted(decision, again=bool(blocked))
            enforcement = None if against is None else self.escalation(against)
        elif decision.decision != "block":
            against = _last_counted(before)
            enforcement = None if against is None else self.escalation.take_back(against, decision)
        return Reviewed(decision=decision, alerts=(), enforcement=enforcement)

    def _decision(self, review: Review, standing: Standing, verdict: _Verdict) -> Decision:
        held, number = standing.record, len(standing.taken) + 1
        return Decision(
            decision_id=review_id(held.event_uid, number),
            supersedes=standing.decision_id,
            event_uid=held.event_uid,
            event=held.event,
            content=_content(held),
            decision=verdict.outcome,
            # A generation event says of itself that a machine made the content.
            declared=held.declared if isinstance(held, Decision) else "ai",
            credential=held.credential,
            findings=held.findings,
            record_uri=self.layout.review(held.event_uid, number).uri,
            decided_at=self.now().isoformat(timespec="milliseconds"),
            judged_by=held.judged_by,
            counts_against=held.counts_against,
            observed=held.observed,
            review=ReviewOutcome(
                verdict=review.verdict,
                reviewer=review.reviewer.id,
                role=review.reviewer.role if review.seen else None,
                stage=verdict.stage,
                case=review.case,
                operators=verdict.operators,
                reason=review.reason,
                reviewed_at=review.reference.time,
                event=review.reference,
                event_digest=review.digest,
            ),
            state=held.state if isinstance(held, Decision) else None,
            propagation=held.propagation if isinstance(held, Decision) else None,
            event_digest=held.event_digest,
        )


def reviewed_standing(store: ObjectStore, layout: Layout, uid: str) -> Standing:
    """Where an event stands that somebody reviews.

    Raises:
        ReviewRefusedError: it has no record.
        WorldError: the store does not answer.
    """
    standing = standing_of(store, layout, uid)
    if standing is None:
        raise ReviewRefusedError(
            what=f"The review is about an event that has no record here: {uid}.",
            remedy="Send the event_uid that the decision or the manifest record of the event says.",
        )
    return standing


def require_undecided(standing: Standing, case: str | None) -> None:
    """See that there is something to decide: the event is held, or there is a case for which it is looked at again.

    Raises:
        ReviewRefusedError: there is not.
    """
    if standing.outcome == "hold" or case is not None:
        return
    raise ReviewRefusedError(
        what=f"Another review came first: {_told(standing.taken[-1])}"
        if standing.taken
        else f"The review is about an event that is not held: the decision about it is {standing.outcome}.",
        remedy="Review events whose decision is hold; to decide about another one again, name the `case` for which, "
        "and release or refuse.",
    )


def _told(decision: Decision) -> str:
    """What was decided, without by whom: errors are logged, and a reviewer has no place in logs."""
    verdict = _outcome(decision).verdict
    return f"{verdict}, decided at {decision.decided_at}, by whom is in {decision.record_uri}."


def _content(held: ManifestRecord | Decision) -> InspectedContent | None:
    """What the decision is about; of a generation event the sealed asset, which is what may be handed on."""
    if isinstance(held, Decision):
        return held.content
    return InspectedContent(
        id=held.content.id, mime=held.content.mime, sha256=held.sealed.sha256, size=held.sealed.size
    )


def _outcome(decision: Decision) -> ReviewOutcome:
    if decision.review is None:
        raise BugError(
            what=f"A decision that a person took about {decision.event_uid} says nothing of a review.",
            remedy="Please report this.",
        )
    return decision.review


def _outcomes(taken: Sequence[Decision]) -> list[ReviewOutcome]:
    return [_outcome(decision) for decision in taken]


def _taken_before(review: Review, standing: Standing) -> int | None:
    """Which of the decisions this very review took, if it was here before."""
    for number, decision in enumerate(standing.taken):
        outcome = _outcome(decision)
        if event_uid(outcome.event.source, outcome.event.id) == review.uid:
            require_same_review(outcome, decision.decided_at, review)
            return number
    return None


def _require_seen(review: Review, standing: Standing) -> None:
    """See that nothing was decided that the person did not see."""
    if review.seen == standing.decision_id or (review.seen is None and not standing.taken):
        return
    if not standing.taken:
        raise ActOvertakenError(
            what="The decision that the actor saw is none about this event.",
            remedy=f"Look at the decision that is in force, {standing.decision_id}, and send a new review.",
        )
    first = _told(standing.taken[-1])
    if review.seen is None:
        raise ReviewRefusedError(
            what=f"Another review came first: {first}",
            remedy="Of reviews of version 1 the first one counts; send version 2, with what was seen.",
        )
    raise ActOvertakenError(
        what=f"The decision that the actor saw is not in force any more. Another review came first: {first}",
        remedy="Look at the decision that is in force, and send a new review if there is anything left to decide.",
    )


def _last_counted(before: Sequence[ManifestRecord | Decision]) -> Counted | None:
    """What counts since the event was blocked the last time, which the last of these decisions upholds."""
    at = len(before) - 1
    while at > 0 and before[at - 1].decision == "block":
        at -= 1
    return counted(before[at], again=any(one.decision == "block" for one in before[:at]))
