"""The use case of a review: a person decides about an event, because it is held or because somebody appealed.

In the order that `pipeline.usecases.frame` keeps; 1 to 3 were done when the event was judged, and what is stored in 4
is the review's decision, beside the record, with the next number: of several at the same time one counts, which the
others have not seen. The record of the event stays as it is; the decision repeats what was found, and says who decided
what in the place of which decision. What a refusal counted against an account is taken back by one that allows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from pipeline.duties import (
    ActOvertakenError,
    ActRefusedError,
    ClaimedError,
    Oversight,
    ReviewRefusedError,
    RoleRefusedError,
    SamePersonError,
)
from pipeline.errors import BugError
from pipeline.events.identity import event_uid, review_id
from pipeline.events.inputs import Review
from pipeline.events.outputs import (
    Decision,
    DecisionOutcome,
    Enforcement,
    EnforcementReversal,
    ManifestRecord,
    ReviewOutcome,
    ReviewStage,
)
from pipeline.store import Layout, Location, ObjectStore
from pipeline.store.acts import live_claim, newest_update
from pipeline.store.chain import MOST_DECISIONS, DecisionChain, chain_of, taken_decisions
from pipeline.store.records import sealed_content
from pipeline.usecases.escalation import Counted, counted_against
from pipeline.usecases.frame import UseCase
from pipeline.usecases.refused_acts import judged_once
from pipeline.usecases.replay import require_same_review

__all__ = ["Reviewing", "require_seen", "require_undecided", "reviewed_chain"]

_OUTCOMES: Final[dict[str, DecisionOutcome]] = {"release": "allow", "refuse": "block", "escalate": "hold"}


class _Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What a review that is taken leads to."""

    outcome: DecisionOutcome
    stage: ReviewStage | None
    operators: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewing(UseCase[Review, Decision]):
    """Decides about events as people say; a review that is not taken is an `ActRefusedError`.

    Args:
        oversight: who may decide what.
    """

    oversight: Oversight

    @property
    def _kind(self) -> type[Decision]:
        return Decision

    def _record_at(self, event: Review) -> Location:
        """Where the decision lies that this very review took; or else the place of the next one."""
        taken = taken_decisions(self.store, self.layout, event.event_uid)
        own = next(
            (number for number, decision in enumerate(taken, start=1) if _is_by(event, decision)), len(taken) + 1
        )
        return self.layout.review(event.event_uid, own)

    def _require_answers(self, record: Decision, event: Review) -> None:
        if not _is_by(event, record):  # it was written at the same moment
            with judged_once(self.store, self.layout, event, self.now):
                raise _overtaken(event, record)
        require_same_review(_outcome(record), record.decided_at, event)

    def _work(self, event: Review) -> Decision:
        with judged_once(self.store, self.layout, event, self.now):
            chain = reviewed_chain(self.store, self.layout, event.event_uid)
            # The same review may be at work elsewhere, and have got this far since we looked.
            own = next((decision for decision in chain.taken if _is_by(event, decision)), None)
            return own or self._decision(event, chain, self._verdict(event, chain))

    def newer(self, said: ManifestRecord | Decision, since: datetime) -> Decision | None:
        """The decision in force about an event, where a person took it after the one that was just published.

        Two that are published at one moment, or again after a crash, come in any order. Whoever publishes one asks
        afterwards, and says the newer one once more, so that it is the last word. Asked of what is held, of what
        persons decided, and of what an earlier attempt had stored: somebody may have appealed since. About all else
        nobody decides at that moment.

        Args:
            said: what was published.
            since: when this attempt began, with time zone; what is older was stored by an earlier one.

        Raises:
            WorldError: the store does not answer; try again.
        """
        is_by_person = isinstance(said, Decision) and said.review is not None
        at = datetime.fromisoformat(said.decided_at if isinstance(said, Decision) else said.sealed_at)
        if said.decision != "hold" and not is_by_person and at >= since:
            return None
        taken = taken_decisions(self.store, self.layout, said.event_uid)
        if not taken or (isinstance(said, Decision) and said.decision_id == taken[-1].decision_id):
            return None
        return taken[-1]

    def _enforced(self, record: Decision) -> Enforcement | EnforcementReversal | None:
        """What a decision counts against an account, or takes back."""
        if _outcome(record).stage != "appeal":  # the event was held before, and has counted for nothing
            violation = counted_against(record)
            return None if violation is None else self.escalation(violation)
        chain = reviewed_chain(self.store, self.layout, record.event_uid)
        taken = [decision.decision_id for decision in chain.taken]
        before = (chain.record, *chain.taken[: taken.index(record.decision_id)])
        if before[-1].decision != "block":
            violation = counted_against(record, again=any(earlier.decision == "block" for earlier in before))
            return None if violation is None else self.escalation(violation)
        violation = _last_counted(before) if record.decision != "block" else None
        return None if violation is None else self.escalation.take_back(violation, record)

    def _verdict(self, review: Review, chain: DecisionChain) -> _Verdict:
        """What the review leads to, if it is taken."""
        if self.store.get(self.layout.retraction(review.event_uid)) is not None:
            raise ReviewRefusedError(
                what=f"The event {review.event_uid} was retracted, since its content was found illegal.",
                remedy="What was retracted stays so; how to lift a verdict is in docs/operations.md.",
            )
        if review.seen is None and not self.oversight.is_open():
            self.oversight.require_operators()
            raise RoleRefusedError(
                what="The review is of version 1, by which nobody can tell who reviewed, and on the sight of what.",
                remedy="Send sealstream.review.v2, with actor, auth and seen.",
            )
        if len(chain.taken) >= MOST_DECISIONS - 1:
            raise ReviewRefusedError(
                what=f"Persons have decided {len(chain.taken)} times about this event, which is the most.",
                remedy="Publish the content again as a new event.",
            )
        require_seen(review, chain)
        if chain.outcome == "hold":
            return self._about_held(review, chain)
        return self._about_decided(review, chain)

    def _about_held(self, review: Review, chain: DecisionChain) -> _Verdict:
        findings = chain.record.findings
        self._require_unclaimed(review)
        earlier = _outcomes(chain.taken)
        operators = self.oversight.permit(review.reviewer, "second look" if earlier else "review", findings)
        if review.reviewer.id in {previous.reviewer for previous in earlier}:
            raise SamePersonError(
                what="The event waits for another person: this one reviewed it before.",
                remedy="Have a second reviewer decide about it.",
            )
        agreed = review.verdict in {previous.verdict for previous in earlier} or not self.oversight.needs_two(findings)
        outcome = _OUTCOMES[review.verdict] if agreed else "hold"
        stage: ReviewStage | None = "first" if outcome == "hold" else "second" if earlier else None
        return _Verdict(outcome=outcome, stage=stage, operators=operators if review.seen else None)

    def _require_unclaimed(self, review: Review) -> None:
        if review.seen is None:
            return
        claim = live_claim(newest_update(self.store, self.layout, review.event_uid), review.seen, self.now())
        if claim is not None and claim.actor != review.reviewer.id:
            raise ClaimedError(
                what=f"Somebody else has claimed the event until {claim.until}.",
                remedy="Wait for the decision, or until then, and send a new review if there is anything left to "
                "decide; this one stays refused.",
            )

    def _about_decided(self, review: Review, chain: DecisionChain) -> _Verdict:
        earlier = _outcomes(chain.taken)
        require_undecided(chain, review.case if review.seen and review.verdict != "escalate" else None)
        operators = self.oversight.permit(review.reviewer, "appeal", chain.record.findings)
        if review.case in {previous.case for previous in earlier}:
            raise ReviewRefusedError(
                what="This case was decided before.", remedy="See the decision in force; a new appeal is a new case."
            )
        if review.reviewer.id in {previous.reviewer for previous in earlier}:
            raise SamePersonError(
                what="The actor decided about this event before, and so may not look at it again.",
                remedy="Have somebody else decide the appeal.",
            )
        return _Verdict(outcome=_OUTCOMES[review.verdict], stage="appeal", operators=operators)

    def _decision(self, review: Review, chain: DecisionChain, verdict: _Verdict) -> Decision:
        held, number = chain.record, len(chain.taken) + 1
        if review.verdict == "illegal":
            raise BugError(
                what="What retracts was taken for what decides about an event.", remedy="Please report this."
            )
        return Decision(
            decision_id=review_id(held.event_uid, number),
            supersedes=chain.decision_id,
            event_uid=held.event_uid,
            event=held.event,
            content=sealed_content(held),
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
            account=held.account,
            data_subjects=held.data_subjects,
        )


def reviewed_chain(store: ObjectStore, layout: Layout, uid: str) -> DecisionChain:
    """Where an event stands that somebody reviews.

    Raises:
        ReviewRefusedError: it has no record.
        WorldError: the store does not answer.
    """
    chain = chain_of(store, layout, uid)
    if chain is None:
        raise ReviewRefusedError(
            what=f"The review is about an event that has no record here: {uid}.",
            remedy="Send the event_uid that the decision or the manifest record of the event says.",
        )
    return chain


def require_undecided(chain: DecisionChain, case: str | None) -> None:
    """See that there is something to decide: the event is held, or there is a case for which it is looked at again.

    Raises:
        ReviewRefusedError: there is not.
    """
    if chain.outcome == "hold" or case is not None:
        return
    raise ReviewRefusedError(
        what=f"Another review came first: {_told(chain.taken[-1])}"
        if chain.taken
        else f"The review is about an event that is not held: the decision about it is {chain.outcome}.",
        remedy="Review events whose decision is hold; to decide about another one again, name the `case` for which, "
        "and release or refuse.",
    )


def _told(decision: Decision) -> str:
    """What was decided, without by whom: errors are logged, and a reviewer has no place in logs."""
    verdict = _outcome(decision).verdict
    return f"{verdict}, decided at {decision.decided_at}, by whom is in {decision.record_uri}."


def _outcome(decision: Decision) -> ReviewOutcome:
    if decision.review is None:
        raise BugError(
            what=f"A decision that a person took about {decision.event_uid} says nothing of a review.",
            remedy="Please report this.",
        )
    return decision.review


def _outcomes(taken: Sequence[Decision]) -> list[ReviewOutcome]:
    return [_outcome(decision) for decision in taken]


def _is_by(review: Review, decision: Decision) -> bool:
    """Whether a decision is the one that this very review took."""
    event = _outcome(decision).event
    return event_uid(event.source, event.id) == review.uid


def require_seen(review: Review, chain: DecisionChain) -> None:
    """See that nothing was decided that the person did not see.

    Raises:
        ActRefusedError: something was.
    """
    if review.seen == chain.decision_id or (review.seen is None and not chain.taken):
        return
    if not chain.taken:
        raise ActOvertakenError(
            what="The decision that the actor saw is none about this event.",
            remedy=f"Look at the decision that is in force, {chain.decision_id}, and send a new review.",
        )
    raise _overtaken(review, chain.taken[-1])


def _overtaken(review: Review, by: Decision) -> ActRefusedError:
    """What is said to a person who did not see what somebody else decided."""
    if review.seen is None:
        return ReviewRefusedError(
            what=f"Another review came first: {_told(by)}",
            remedy="Of reviews of version 1 the first one counts; send version 2, with what was seen.",
        )
    return ActOvertakenError(
        what=f"The decision that the actor saw is not in force any more. Another review came first: {_told(by)}",
        remedy="Look at the decision that is in force, and send a new review if there is anything left to decide.",
    )


def _last_counted(before: Sequence[ManifestRecord | Decision]) -> Counted | None:
    """What counts since the event was blocked the last time, which the last of these decisions upholds."""
    at = len(before) - 1
    while at > 0 and before[at - 1].decision == "block":
        at -= 1
    return counted_against(before[at], again=any(earlier.decision == "block" for earlier in before[:at]))
