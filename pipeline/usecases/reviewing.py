"""The use case of a review: a person releases or refuses an event that is held.

In the order that `pipeline.usecases.frame` keeps; 1 to 3 were done when the event was held, and what is stored in 4 is
the review's decision, beside the record: the first review of an event counts. The record of the held event stays as it
is; the decision repeats what was found and says who decided what.
"""

from dataclasses import dataclass
from typing import ClassVar, Final

from pipeline.errors import BugError, ProducerError
from pipeline.events.identity import event_uid, review_id
from pipeline.events.inputs import Review
from pipeline.events.outputs import (
    Decision,
    DecisionOutcome,
    InspectedContent,
    ManifestRecord,
    ReviewOutcome,
)
from pipeline.store import Layout, Location, ObjectStore
from pipeline.store.records import record_of, sealed_content
from pipeline.usecases.frame import UseCase
from pipeline.usecases.replay import require_same_review

__all__ = ["ReviewRefusedError", "Reviewing", "held_record", "reviewed_record"]

_OUTCOMES: Final[dict[str, DecisionOutcome]] = {"release": "allow", "refuse": "block"}


@dataclass(slots=True, eq=False)
class ReviewRefusedError(ProducerError):
    """The review has nothing to decide: its event is unknown, is not held, or was decided by another review."""

    stage: ClassVar[str] = "inspect"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewing(UseCase[Review, Decision]):
    """Decides about held events as people say; a review that has nothing to decide is a `ReviewRefusedError`."""

    @property
    def _kind(self) -> type[Decision]:
        return Decision

    def _record_at(self, event: Review) -> Location:
        return self.layout.review(event.event_uid)

    def _require_answers(self, record: Decision, event: Review) -> None:
        _require_decided_by(event, record)

    def _work(self, event: Review) -> Decision:
        self._require_standing(event.event_uid)
        return self._decision(event, held_record(self.store, self.layout, event.event_uid))

    def _require_standing(self, uid: str) -> None:
        """See that the event was not retracted in the meantime: what was found illegal is not released."""
        if self.store.get(self.layout.retraction(uid)) is not None:
            raise ReviewRefusedError(
                what=f"The event {uid} was retracted, since its content was found illegal.",
                remedy="What was retracted stays so; how to lift a verdict is in docs/operations.md.",
            )

    def _decision(self, review: Review, held: ManifestRecord | Decision) -> Decision:
        return Decision(
            decision_id=review_id(held.event_uid),
            event_uid=held.event_uid,
            event=held.event,
            content=sealed_content(held),
            decision=_OUTCOMES[review.verdict],
            # A generation event says of itself that a machine made the content.
            declared=held.declared if isinstance(held, Decision) else "ai",
            credential=held.credential,
            findings=held.findings,
            record_uri=self.layout.review(held.event_uid).uri,
            decided_at=self.now().isoformat(timespec="milliseconds"),
            judged_by=held.judged_by,
            counts_against=held.counts_against,
            observed=held.observed,
            review=ReviewOutcome(
                verdict="release" if review.verdict == "release" else "refuse",
                reviewer=review.reviewer.id,
                reason=review.reason,
                reviewed_at=review.reference.time,
                event=review.reference,
                event_digest=review.digest,
            ),
            state=held.state if isinstance(held, Decision) else None,
            propagation=held.propagation if isinstance(held, Decision) else None,
            event_digest=held.event_digest,
            account=held.account,
        )


def reviewed_record(store: ObjectStore, layout: Layout, uid: str) -> tuple[ManifestRecord | Decision, InspectedContent]:
    """The record of an event whose content is reviewed, whatever was decided about it, and that content.

    Raises:
        ReviewRefusedError: there is none, or the event has no content.
        WorldError: the store does not answer.
    """
    record = record_of(store, layout, uid)
    content = None if record is None else sealed_content(record)
    if record is None or content is None:
        raise ReviewRefusedError(
            what=f"The review is about an event that has no record here, or no content: {uid}.",
            remedy="Send the event_uid that the decision or the manifest record of the event says.",
        )
    return record, content


def held_record(store: ObjectStore, layout: Layout, uid: str) -> ManifestRecord | Decision:
    """The record of an event that is held.

    Raises:
        ReviewRefusedError: there is none, or the event is not held.
        WorldError: the store does not answer.
    """
    record = record_of(store, layout, uid)
    if record is None:
        raise ReviewRefusedError(
            what=f"The review is about an event that has no record here: {uid}.",
            remedy="Send the event_uid that the decision or the manifest record of the held event says.",
        )
    if record.decision != "hold":
        raise ReviewRefusedError(
            what=f"The review is about an event that is not held: the decision about {uid} is {record.decision}.",
            remedy="Review events whose decision is hold; other decisions stand.",
        )
    return record


def _require_decided_by(review: Review, decision: Decision) -> None:
    """See that the stored decision is the one that this review took."""
    first = decision.review
    if first is None:
        raise BugError(
            what=f"What is stored as the review of {decision.event_uid} says nothing of a review.",
            remedy="See who else writes to the records bucket.",
        )
    if event_uid(first.event.source, first.event.id) != review.uid:
        # Who decided is in that object; errors are logged, and a reviewer has no place in logs.
        raise ReviewRefusedError(
            what=f"Another review came first: {first.verdict}, decided at {decision.decided_at}, "
            f"by whom is in {decision.record_uri}.",
            remedy="The first review of an event counts; to overturn it, publish the content again as a new event.",
        )
    require_same_review(first, decision.decided_at, review)
