"""The use case of an activity event: something that law regulates and that has no asset.

A service changes, an app is listed, a complaint comes in: a decision and alerts, as for a publication event.

In the order that `pipeline.usecases.frame` keeps; there is no asset, so it begins with judging:

3. judged by the event's facts; what a check of a user's identity came to is stored (`pipeline.usecases.identifying`)
"""

from dataclasses import dataclass

from pipeline.events.identity import decision_id
from pipeline.events.inputs import ActivityEvent
from pipeline.events.outputs import Decision
from pipeline.policy.judging import Evidence, Policy
from pipeline.store import Location
from pipeline.usecases.frame import UseCase
from pipeline.usecases.identifying import remember_identity
from pipeline.usecases.replay import require_same_activity

__all__ = ["Assessment"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment(UseCase[ActivityEvent, Decision]):
    """Judges activity events.

    Args:
        policy: judges events.
    """

    policy: Policy

    @property
    def _kind(self) -> type[Decision]:
        return Decision

    def _record_at(self, event: ActivityEvent) -> Location:
        return self.layout.record(event.uid)

    def _require_answers(self, record: Decision, event: ActivityEvent) -> None:
        require_same_activity(record, event)

    def _work(self, event: ActivityEvent) -> Decision:
        evidence = Evidence(event=event.reference, event_type=event.event_type, data=event.facts)
        judgement = self.policy.assess(evidence)  # 3
        decided_at = self.now()
        remember_identity(self.store, self.layout, event, judgement.decision, decided_at)
        return Decision(
            decision_id=decision_id(event.uid),
            event_uid=event.uid,
            event=event.reference,
            content=None,
            decision=judgement.decision,
            declared="unknown",
            credential=None,
            findings=judgement.findings,
            record_uri=self.layout.record(event.uid).uri,
            decided_at=decided_at.isoformat(timespec="milliseconds"),
            judged_by=judgement.judged_by,
            counts_against=judgement.counts_against,
            data_subjects=judgement.data_subjects,
            observed=judgement.observed,
            event_digest=event.digest,
        )
