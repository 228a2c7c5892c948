"""All use cases over one store, one set of parsers and one law: who gets what, for workers and for tests alike."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline.assets import AssetFetcher
from pipeline.duties import Oversight
from pipeline.events.inputs import Review, ReviewAct
from pipeline.events.outputs import ClaimGenerator, Decision
from pipeline.evidence.content import Observer
from pipeline.evidence.removal import Recognition
from pipeline.fingerprints.port import KnownFingerprints
from pipeline.isolation.parsers import Parsers
from pipeline.policy.judging import Policy
from pipeline.policy.ladder import Ladder
from pipeline.policy.running_clocks import ClockLaws
from pipeline.store import Layout, ObjectStore
from pipeline.usecases.announcing import Announcing
from pipeline.usecases.assessment import Assessment
from pipeline.usecases.carrying_out import CarryingOut
from pipeline.usecases.case_acting import CaseActing
from pipeline.usecases.casework import Casework
from pipeline.usecases.claiming import ActTaken, Claiming
from pipeline.usecases.consenting import Consenting
from pipeline.usecases.escalation import Escalation
from pipeline.usecases.frame import Outcome
from pipeline.usecases.inspection import Inspection
from pipeline.usecases.orders import IdentityFor, default_identity
from pipeline.usecases.registering import Registering
from pipeline.usecases.retracting import Retracting
from pipeline.usecases.reviewing import Reviewing
from pipeline.usecases.sealing import Sealing

__all__ = ["UseCases", "wire"]


@dataclass(frozen=True, slots=True, kw_only=True)
class UseCases:
    """What is done with each kind of event."""

    sealing: Sealing
    inspection: Inspection
    assessment: Assessment
    reviewing: Reviewing
    casework: Casework
    announcing: Announcing
    registering: Registering
    retracting: Retracting
    claiming: Claiming
    case_acting: CaseActing
    consenting: Consenting
    carrying_out: CarryingOut

    def by_people(self, event: Review | ReviewAct) -> Outcome[Decision] | ActTaken:
        """What is done with what comes on the topic of reviews."""
        return self.reviewing(event) if isinstance(event, Review) else self.claiming(event)


def wire(
    *,
    store: ObjectStore,
    layout: Layout,
    fetcher: AssetFetcher,
    parsers: Parsers,
    policy: Policy,
    ladder: Ladder,
    clocks: ClockLaws,
    oversight: Oversight,
    lease: timedelta,
    known: KnownFingerprints,
    claim_generator: ClaimGenerator,
    producer: str | None,
    labels_when_required: bool,
    identity_for: IdentityFor = default_identity,
    now: Callable[[], datetime],
) -> UseCases:
    """The use cases, put together from what they stand on.

    Args:
        store: where everything is kept.
        layout: which object goes where.
        fetcher: brings assets.
        parsers: look into untrusted bytes, label and sign them.
        policy: judges events.
        ladder: which step follows how many violations.
        clocks: how long the laws give.
        oversight: who may decide what.
        lease: how long a claim lasts.
        known: the fingerprints of what was sealed.
        claim_generator: who we are, as manifests and records say.
        producer: who generates and hands on, as implicit labels say for events that name no provider code.
        labels_when_required: whether an explicit label is also put where no event asks for it, but a law does.
        identity_for: which identity signs an event's manifest.
        now: the time of day, with time zone.
    """
    escalation = Escalation(store=store, layout=layout, ladder=ladder, now=now)
    reviewing = Reviewing(store=store, layout=layout, escalation=escalation, now=now, oversight=oversight)
    casework = Casework(store=store, layout=layout, clocks=clocks, jurisdictions=policy.jurisdictions, now=now)
    observer = Observer(image_coder=parsers.image_coder, references=policy.references)
    return UseCases(
        sealing=Sealing(
            store=store,
            layout=layout,
            escalation=escalation,
            now=now,
            fetcher=fetcher,
            parsers=parsers,
            policy=policy,
            observer=observer,
            labels_when_required=labels_when_required,
            producer=producer,
            identity_for=identity_for,
            claim_generator=claim_generator,
        ),
        inspection=Inspection(
            store=store,
            layout=layout,
            escalation=escalation,
            now=now,
            fetcher=fetcher,
            parsers=parsers,
            policy=policy,
            observer=observer,
            recognition=Recognition(store=store, layout=layout, fingerprinter=parsers.fingerprinter, known=known),
            producer=producer,
        ),
        assessment=Assessment(store=store, layout=layout, escalation=escalation, now=now, policy=policy),
        retracting=Retracting(
            store=store, layout=layout, policy=policy, escalation=escalation, oversight=oversight, now=now
        ),
        reviewing=reviewing,
        casework=casework,
        carrying_out=CarryingOut(casework=casework, laws=oversight.facts.laws),
        consenting=Consenting(store=store, layout=layout, policy=policy),
        case_acting=CaseActing(casework=casework, reviewing=reviewing, oversight=oversight),
        registering=Registering(store=store, layout=layout, clocks=clocks, jurisdictions=policy.jurisdictions, now=now),
        announcing=Announcing(store=store, layout=layout, now=now),
        claiming=Claiming(store=store, layout=layout, oversight=oversight, lease=lease, now=now),
    )
