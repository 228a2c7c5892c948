"""The use case of a publication event: what the asset says of itself, a decision, and alerts.

In the order that `pipeline.usecases.frame` keeps:

1. asset bytes fetched, digest checked against the event
2. credential and labels read, in one go where that can be done, and fingerprint taken; sealed originals looked for
3. judged by that together with the event's facts; found by its bytes from then on, unless it is blocked
   (`pipeline.usecases.retracting`)
"""

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.assets import Asset, AssetFetcher
from pipeline.credentials import Credential
from pipeline.credentials.traces import embeds
from pipeline.events.identity import decision_id
from pipeline.events.inputs import PublicationEvent
from pipeline.events.outputs import Decision, InspectedContent
from pipeline.evidence.content import Observer, content_facts, type_facts, type_observations
from pipeline.evidence.credential import credential_facts, credential_observations, declared_facts, summary_of
from pipeline.evidence.explicit import claim_of, label_facts, wording_facts
from pipeline.evidence.implicit import carries_labels, found_observations, implicit_facts, named_events, place_facts
from pipeline.evidence.record import record_facts
from pipeline.evidence.removal import REMOVED, Recognition
from pipeline.evidence.resembling import RESEMBLES_ILLEGAL, resembling_observations
from pipeline.evidence.state import Detected, detected, propagation_of, state_facts
from pipeline.isolation.parsers import Examined, Examining, Parsers
from pipeline.labels.implicit.model import FoundLabels
from pipeline.policy.judging import Evidence, Judgement, Policy
from pipeline.policy.seen import Observation
from pipeline.policy.vocabulary import Facts
from pipeline.store import Location
from pipeline.store.illegal import note_publication
from pipeline.store.records import manifests_for
from pipeline.usecases.consenting import with_consent_as_it_stands
from pipeline.usecases.frame import UseCase
from pipeline.usecases.identifying import with_identity_as_it_stands
from pipeline.usecases.replay import require_same_event

__all__ = ["Inspection"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection(UseCase[PublicationEvent, Decision]):
    """Judges the assets of publication events.

    Args:
        fetcher: brings the assets.
        parsers: look into assets.
        policy: judges events.
        observer: looks at assets the way the feature database does.
        recognition: finds the sealed original of an asset without marks.
        producer: who hands content on, as implicit labels say; without it, the provider code that an event names.
    """

    fetcher: AssetFetcher
    parsers: Parsers
    policy: Policy
    observer: Observer
    recognition: Recognition
    producer: str | None

    @property
    def _kind(self) -> type[Decision]:
        return Decision

    def _record_at(self, event: PublicationEvent) -> Location:
        return self.layout.record(event.uid)

    def _require_answers(self, record: Decision, event: PublicationEvent) -> None:
        require_same_event(record, event)

    def _work(self, event: PublicationEvent) -> Decision:
        asset = self.fetcher.fetch(event.content)  # 1
        event = with_consent_as_it_stands(self.store, self.layout, event)
        event = with_identity_as_it_stands(self.store, self.layout, event)
        examined = self.parsers.examine(self._examining(event, asset))  # 2
        credential, found = self._credential(event, asset, examined.credential), examined.found
        measured = self._measured(event, asset, credential, examined)
        recognised = self.recognition(asset, credential, found, examined.traits)
        state = detected(
            event.facts,
            measured,
            event.declared,
            is_recognised=any(observation.name == REMOVED for observation in recognised),
            has_vendor_sign=found is not None and found.has_sign_of_ai,
        )
        measured = {**measured, **state_facts(state)}
        seen = (*recognised, *resembling_observations(examined.traits, self.policy.references()))
        judgement = self._judge(event, asset, credential, found, measured, seen)  # 3
        if judgement.decision != "block":
            codes = () if examined.traits is None else (trait.code for trait in examined.traits.own_codes)
            note_publication(self.store, self.layout, asset.sha256, event.uid, codes)
        return self._decision(event, asset, credential, judgement, state)

    def _examining(self, event: PublicationEvent, asset: Asset) -> Examining:
        return Examining(
            asset=asset.body,
            media_type=asset.media_type,
            claim=claim_of(event.facts),
            reads_labels=carries_labels(asset.media_type),
            # What has its manifest beside it mostly needs no recognition.
            recognises=event.content.manifest is None and embeds(asset.media_type),
            compares=self.policy.references().index.knows_codes,
        )

    def _credential(self, event: PublicationEvent, asset: Asset, credential: Credential) -> Credential:
        """The asset's own credential; else the manifest beside it, or the one that we stored for these bytes."""
        if credential.state not in ("absent", "remote"):
            return credential
        for manifest in self._sidecars(event, asset):
            return self.parsers.credentials.read(asset.body, asset.media_type, manifest=manifest)
        return credential

    def _sidecars(self, event: PublicationEvent, asset: Asset) -> Iterator[bytes]:
        if event.content.manifest is not None:
            yield self.fetcher.fetch_sidecar(event.content.manifest)
        yield from manifests_for(self.store, self.layout, asset.sha256)

    def _measured(self, event: PublicationEvent, asset: Asset, credential: Credential, examined: Examined) -> Facts:
        return {
            **type_facts(asset),
            **place_facts(asset.media_type),
            **wording_facts(event.facts),
            **label_facts(examined.checked),
            **implicit_facts(examined.found),
            **credential_facts(credential),
        }

    def _judge(
        self,
        event: PublicationEvent,
        asset: Asset,
        credential: Credential,
        found: FoundLabels | None,
        measured: Facts,
        seen: tuple[Observation, ...],
    ) -> Judgement:
        return self.policy.assess(
            Evidence(
                event=event.reference,
                event_type=event.event_type,
                data=event.facts,
                observed=self.observer(asset, event.prompt.text),
                derived={**content_facts(asset), **declared_facts(event.declared)},
                recorded=self._recorded(asset, credential, found),
                measured=measured,
                signs_unread=any(sign.name != RESEMBLES_ILLEGAL for sign in seen)
                or credential.state not in ("absent", "valid")
                or (found is not None and found.refused is not None),
                observations=(
                    *type_observations(asset),
                    *credential_observations(credential, event.declared),
                    *found_observations(found, event.declared),
                    *seen,
                ),
            )
        )

    def _recorded(self, asset: Asset, credential: Credential, found: FoundLabels | None) -> Facts:
        """What we know since we sealed these very bytes; without a manifest that holds for them, we did not."""
        if credential.state != "valid":
            return {}
        return record_facts(self.store, self.layout, asset.sha256, named=named_events(found))

    def _decision(
        self, event: PublicationEvent, asset: Asset, credential: Credential, judgement: Judgement, state: Detected
    ) -> Decision:
        return Decision(
            decision_id=decision_id(event.uid),
            event_uid=event.uid,
            event=event.reference,
            content=InspectedContent(
                id=event.content.id,
                mime=asset.media_type,
                sha256=asset.sha256,
                size=len(asset.body),
                uri=event.content.uri,
            ),
            decision=judgement.decision,
            declared=event.declared,
            credential=summary_of(credential),
            findings=judgement.findings,
            record_uri=self.layout.record(event.uid).uri,
            decided_at=self.now().isoformat(timespec="milliseconds"),
            judged_by=judgement.judged_by,
            counts_against=judgement.counts_against,
            observed=judgement.observed,
            state=state.state,
            propagation=propagation_of(event, state.state, producer=self.producer),
            event_digest=event.digest,
            account=judgement.account,
            data_subjects=judgement.data_subjects,
        )
