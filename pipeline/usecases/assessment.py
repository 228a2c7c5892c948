"""The use case of an activity event: something that law regulates and that has no asset.

A service changes, an app is listed, a complaint comes in: a decision and alerts, as for a publication event.

Commit order, as in `pipeline.usecases.sealing`; there is no asset, so it begins with judging:

2. judged by the event's facts
4. record stored: it is the commit marker of the event
   violations of a blocked event entered into the ledger of the account that answers for them
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from pipeline.events.identity import decision_id
from pipeline.events.inputs import ActivityEvent
from pipeline.events.outputs import Decision, Subject
from pipeline.policy.decision import alerts_for
from pipeline.policy.judging import Evidence, Judgement, Policy
from pipeline.store import Layout, ObjectStore
from pipeline.store.records import commit_record, stored_record
from pipeline.usecases.escalation import Escalation, counted
from pipeline.usecases.inspection import Inspected
from pipeline.usecases.replay import require_same_activity

__all__ = ["Assessment"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """Judges activity events; safe to call from several threads.

    Args:
        store: where records are kept.
        layout: which object goes where.
        policy: judges events.
        escalation: counts what a blocked event counts against an account.
        now: the time of day, with time zone.
    """

    store: ObjectStore
    layout: Layout
    policy: Policy
    escalation: Escalation
    now: Callable[[], datetime]

    def __call__(self, event: ActivityEvent) -> Inspected:
        """Judge an activity, store the record, and return what is to be published.

        Raises:
            ProducerError: the event can never succeed.
            WorldError: the store does not answer; try again.
        """
        record_at = self.layout.record(event.uid)
        decision = stored_record(self.store, record_at, Decision)
        if decision is None:
            judgement = self.policy.assess(  # 2
                Evidence(event=event.reference, event_type=event.event_type, data=event.facts)
            )
            decision = commit_record(self.store, record_at, self._decision(event, judgement))  # 4
        require_same_activity(decision, event)
        against = counted(decision)
        return Inspected(
            decision=decision,
            alerts=alerts_for(
                decision.findings,
                event_uid=decision.event_uid,
                event=decision.event,
                subject=Subject(content_id=None, mime=None, sha256=None),
                record_uri=decision.record_uri,
            ),
            enforcement=None if against is None else self.escalation(against),
        )

    def _decision(self, event: ActivityEvent, judgement: Judgement) -> Decision:
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
            decided_at=self.now().isoformat(timespec="milliseconds"),
            judged_by=judgement.judged_by,
            counts_against=judgement.counts_against,
            observed=judgement.observed,
            event_digest=event.digest,
        )
