"""The use case of a revoked consent: what was made with it is found, and nothing more is made with it.

An event that names a consent leaves a note under it, and looks whether the consent was revoked, before it is judged:
then it is judged as one whose consent is revoked, whatever it says. The revocation is stored first, and the notes are
listed after that. So either the listing finds the event, or the event finds the revocation.

The revocation lies in the content bucket, which is under no lock: deleting it lifts one that was wrong.
"""

from dataclasses import dataclass
from typing import Final, TypeVar

import msgspec

from pipeline.events.inputs import ActivityEvent, GenerationEvent, PublicationEvent
from pipeline.events.outputs import Alert, Subject
from pipeline.policy.decision import alerts_for
from pipeline.policy.judging import Evidence, Policy
from pipeline.policy.seen import Observation
from pipeline.store import Layout, ObjectStore
from pipeline.store.consents import (
    ConsentedEvent,
    consent_in,
    consented_events,
    is_revoked,
    note_consent,
    revoke,
)

__all__ = ["Consenting", "with_consent_as_it_stands"]

_REVOKED: Final = "consent.revoked"
_WITHDRAWN: Final = "consent.withdrawn"
_EVENT: Final = "event_uid"

Event = TypeVar("Event", GenerationEvent, PublicationEvent)


def with_consent_as_it_stands(store: ObjectStore, layout: Layout, event: Event) -> Event:
    """An event that names a consent, found by it from now on, and saying so where that was revoked; others as they are.

    Raises:
        WorldError: the store does not answer; try again.
    """
    consent = consent_in(event.facts)
    if consent is None:
        return event
    note_consent(store, layout, consent, event)
    if not is_revoked(store, layout, consent):
        return event
    stated = event.facts.get("consent")
    revoked = {**(stated if isinstance(stated, dict) else {}), "status": "revoked"}
    return msgspec.structs.replace(event, facts={**event.facts, "consent": revoked})


@dataclass(frozen=True, slots=True, kw_only=True)
class Consenting:
    """Finds what was made with a consent that is revoked; safe to call from several threads.

    Args:
        store: where notes are kept.
        layout: which object goes where.
        policy: says what it comes to.
    """

    store: ObjectStore
    layout: Layout
    policy: Policy

    def __call__(self, event: ActivityEvent) -> tuple[Alert, ...]:
        """The alerts about what was made with the consent that an activity revokes; none for all other activities.

        Raises:
            WorldError: the store does not answer; try again.
        """
        consent = consent_in(event.facts) if event.event_type == _REVOKED else None
        if consent is None:
            return ()
        revoke(self.store, self.layout, consent, event.reference)
        notes = consented_events(self.store, self.layout, consent)
        return tuple(alert for uid, note in notes for alert in self._alerts(event, uid, note))

    def _alerts(self, event: ActivityEvent, uid: str, note: ConsentedEvent) -> tuple[Alert, ...]:
        evidence = {_EVENT: uid, "content.id": note.content_id}
        stated = {name: event.facts[name] for name in ("consent", "jurisdictions") if name in event.facts}
        judgement = self.policy.assess(
            Evidence(
                event=event.reference,
                event_type=event.event_type,
                data={**stated, **({"jurisdictions": list(note.jurisdictions)} if note.jurisdictions else {})},
                observations=(Observation(name=_WITHDRAWN, severity="high", evidence=evidence),),
            )
        )
        return alerts_for(
            (finding for finding in judgement.findings if finding.evidence.get(_EVENT) == uid),
            event_uid=uid,
            event=note.event,
            subject=Subject(content_id=note.content_id, mime=note.mime, sha256=note.sha256),
            record_uri=self.layout.record(uid).uri,
        )
