"""The use case of a generation event: sealed asset, manifest, record and alerts.

In the order that `pipeline.usecases.frame` keeps:

1. asset bytes fetched, digest checked against the event
2. in one go, where it is parsed: the credential it came with read; labeled; fingerprint taken; sealed; read back
3. sealed asset and manifest stored; judged by what the sealed asset says of itself

Whatever is generated gets its labels (Deep Synthesis Provisions Art. 16), whatever is found in it: whether the sealed
asset may be handed on is what the record's decision says.
"""

from dataclasses import dataclass
from typing import Final

import msgspec

from pipeline.assets import Asset, AssetFetcher, sha256_hex
from pipeline.credentials import SealedAsset, SealOrder, Software
from pipeline.errors import BugError
from pipeline.events.inputs import GenerationEvent
from pipeline.events.outputs import (
    ClaimGenerator,
    ContentName,
    ManifestRecord,
    ManifestReference,
    StoredDigest,
)
from pipeline.evidence.content import Observer, content_facts, type_facts, type_observations
from pipeline.evidence.credential import credential_facts, credential_observations, declared_facts, summary_of
from pipeline.evidence.explicit import claim_of, label_facts, labeled_observations, wording_facts
from pipeline.evidence.implicit import carries_labels, implicit_facts, place_facts, written_observations
from pipeline.evidence.parents import KnownParent, known_parents, parent_observations
from pipeline.evidence.resembling import resembling_observations
from pipeline.evidence.sealing import sealed_observations
from pipeline.fingerprints.recording import named, recognised_by
from pipeline.isolation.parsers import Made, Making, Parsers
from pipeline.labels.explicit.model import LabelClaim, LabelOrder
from pipeline.labels.explicit.port import Labeled
from pipeline.labels.implicit.port import ImplicitlyLabeled
from pipeline.policy.judging import Evidence, Judgement, Policy
from pipeline.store import Location
from pipeline.store.lookup import SEALED_DIGEST_NAME
from pipeline.usecases.consenting import with_consent_as_it_stands
from pipeline.usecases.frame import UseCase
from pipeline.usecases.identifying import with_identity_as_it_stands
from pipeline.usecases.orders import IdentityFor, labels_of, order_of, required_order, seal_order
from pipeline.usecases.replay import DIGEST_NAME, require_made_from, require_same_event

__all__ = ["Sealing"]

MANIFEST_MEDIA_TYPE: Final = "application/c2pa"
"""C2PA 2.4, external manifests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealing(UseCase[GenerationEvent, ManifestRecord]):
    """Seals the assets of generation events.

    Args:
        fetcher: brings the assets.
        parsers: look into assets, label and sign them.
        policy: judges events.
        observer: looks at assets the way the feature database does.
        labels_when_required: whether an explicit label is also put where no event asks for it, but a law does.
        producer: who generates, as implicit labels say for events that name no provider code.
        identity_for: which identity signs an event's manifest.
        claim_generator: who we are, as manifests and records say.
    """

    fetcher: AssetFetcher
    parsers: Parsers
    policy: Policy
    observer: Observer
    labels_when_required: bool
    producer: str | None
    identity_for: IdentityFor
    claim_generator: ClaimGenerator

    @property
    def _kind(self) -> type[ManifestRecord]:
        return ManifestRecord

    def _record_at(self, event: GenerationEvent) -> Location:
        return self.layout.record(event.uid)

    def _require_answers(self, record: ManifestRecord, event: GenerationEvent) -> None:
        require_same_event(record, event)

    def _work(self, event: GenerationEvent) -> ManifestRecord:
        asset = self.fetcher.fetch(event.content)  # 1
        event = with_consent_as_it_stands(self.store, self.layout, event)
        event = with_identity_as_it_stands(self.store, self.layout, event)
        parents = known_parents(event, store=self.store, layout=self.layout, fetcher=self.fetcher)
        order = self._order(event, asset.media_type, parents)
        made = self.parsers.make(self._making(event, asset, order))  # 2
        order = msgspec.structs.replace(order, fingerprint=made.traits.fingerprint)
        kept, sha256 = self._keep(event, asset, order, made.sealed)  # 3
        made = self._as_kept(event, asset.media_type, made, kept)
        judgement = self._judge(event, asset, made, parents)
        return self._record(event, asset, made, sha256, judgement, parents)

    def _making(self, event: GenerationEvent, asset: Asset, order: SealOrder) -> Making:
        """What is to be done to the asset: its labels come before the signature that covers them."""
        return Making(
            asset=asset.body,
            media_type=asset.media_type,
            label=self._label(event, asset),
            claim=claim_of(event.facts),
            labels=labels_of(event, producer=self.producer),
            reads_labels=carries_labels(asset.media_type),
            order=order,
            compares=self.policy.references().index.knows_codes,
        )

    def _label(self, event: GenerationEvent, asset: Asset) -> LabelOrder | None:
        """The explicit label that the event asks for, or that a law does where that is configured."""
        order = order_of(event)
        if order is None and self.labels_when_required:
            order = required_order(event, self.policy, {**content_facts(asset), **declared_facts(event.declared)})
        return order

    def _as_kept(self, event: GenerationEvent, media_type: str, made: Made, kept: SealedAsset) -> Made:
        """What was made, as it is stored: labels are read again where an earlier attempt's bytes are what counts."""
        made_now = made.sealed.asset
        made = msgspec.structs.replace(made, sealed=kept)
        if kept.asset == made_now:
            return made
        claim = LabelClaim() if made.written is not None else claim_of(event.facts)
        return msgspec.structs.replace(
            made,
            found=None if made.found is None else self.parsers.implicit_labeler.read(kept.asset, media_type),
            checked=None if claim is None else self.parsers.labeler.check(kept.asset, media_type, claim),
        )

    def _judge(self, event: GenerationEvent, asset: Asset, made: Made, parents: tuple[KnownParent, ...]) -> Judgement:
        """Judge the event by what it says and by what is read back from its sealed asset."""
        labeled = Labeled(asset=made.sealed.asset, written=made.written, refused=made.label_refused)
        implicit = ImplicitlyLabeled(asset=made.sealed.asset, refused=made.labels_refused)
        return self.policy.assess(
            Evidence(
                event=event.reference,
                event_type=event.event_type,
                data=event.facts,
                observed=self.observer(asset, event.prompt.text),
                derived={**content_facts(asset), **declared_facts(event.declared)},
                measured={
                    **type_facts(asset),
                    **credential_facts(made.sealed.credential),
                    **place_facts(asset.media_type),
                    **implicit_facts(made.found),
                    **wording_facts(event.facts),
                    **label_facts(made.checked, labeled),
                },
                observations=(
                    *type_observations(asset),
                    *credential_observations(made.inherited, "unknown"),
                    *labeled_observations(labeled),
                    *written_observations(implicit, made.found),
                    *sealed_observations(made.sealed),
                    *parent_observations(parents),
                    *resembling_observations(made.compared or made.traits, self.policy.references()),
                ),
            )
        )

    def _order(self, event: GenerationEvent, media_type: str, parents: tuple[KnownParent, ...]) -> SealOrder:
        ingredients = tuple(parent.ingredient for parent in parents)
        software = Software(name=self.claim_generator.name, version=self.claim_generator.version)
        order = seal_order(event, media_type, ingredients, software)
        return msgspec.structs.replace(order, identity=self.identity_for(event))

    def _keep(
        self, event: GenerationEvent, asset: Asset, order: SealOrder, sealed: SealedAsset
    ) -> tuple[SealedAsset, str]:
        """Store asset and manifest; where an earlier attempt stored a pair, that pair is the one that counts.

        Returns the pair, and the digest of the asset.
        """
        because = sealed.sidecar_because
        asset_at = self.layout.sealed(asset.sha256, event.uid, asset.media_type)
        sha256 = sha256_hex(sealed.asset)
        says = {DIGEST_NAME: event.digest, SEALED_DIGEST_NAME: sha256}
        if not self.store.create(asset_at, sealed.asset, media_type=asset.media_type, metadata=says):
            earlier = self.store.require(asset_at)
            require_made_from(earlier, event)
            if earlier.body != sealed.asset:
                sealed = self._take_up(event, order, earlier.body)
                sha256 = sha256_hex(sealed.asset)
        manifest_at = self.layout.manifest(sha256, event.uid)
        if not self.store.create(manifest_at, sealed.manifest, media_type=MANIFEST_MEDIA_TYPE):
            manifest = self.store.require(manifest_at).body
            if manifest != sealed.manifest:
                sealed = self._reopen(sealed.asset, asset.media_type, sidecar=manifest)
        because = because if sealed.binding == "sidecar" else None
        return msgspec.structs.replace(sealed, sidecar_because=because), sha256

    def _take_up(self, event: GenerationEvent, order: SealOrder, stored: bytes) -> SealedAsset:
        """The asset that an earlier attempt stored: with the manifest inside it or beside it, or with a new one beside.

        An encoder may give other bytes each time, and that attempt may have ended before its sidecar was stored.
        """
        if self.parsers.credentials.extract(stored, order.media_type) is not None:
            return self._reopen(stored, order.media_type, sidecar=None)
        beside = self.store.get(self.layout.manifest(sha256_hex(stored), event.uid))
        if beside is not None:
            return self._reopen(stored, order.media_type, sidecar=beside.body)
        sealed = self.parsers.credentials.seal(stored, order)
        if sealed.asset != stored:
            raise BugError(
                what="What an earlier attempt stored for this event was to have a manifest inside, and has none.",
                remedy="Compare the stored asset with its event, and report this.",
            )
        return sealed

    def _reopen(self, body: bytes, media_type: str, *, sidecar: bytes | None) -> SealedAsset:
        """The sealed asset that an earlier attempt stored; its manifest is inside it, or the sidecar."""
        credential = self.parsers.credentials.read(body, media_type, manifest=sidecar)
        manifest = sidecar or self.parsers.credentials.extract(body, media_type)
        if manifest is None or credential.state != "valid" or credential.active_manifest is None:
            raise BugError(
                what="What an earlier attempt stored for this event is no validly sealed asset.",
                remedy="Compare the stored asset with its manifest, and report this.",
            )
        return SealedAsset(
            asset=body,
            manifest=manifest,
            label=credential.active_manifest,
            binding="embedded" if sidecar is None else "sidecar",
            credential=credential,
        )

    def _record(
        self,
        event: GenerationEvent,
        asset: Asset,
        made: Made,
        sealed_sha256: str,
        judgement: Judgement,
        parents: tuple[KnownParent, ...],
    ) -> ManifestRecord:
        kept, traits = made.sealed, made.traits
        credential = summary_of(kept.credential)
        return ManifestRecord(
            event_uid=event.uid,
            event=event.reference,
            content=ContentName(id=event.content.id, mime=asset.media_type),
            original=asset.digest,
            sealed=StoredDigest(
                sha256=sealed_sha256,
                size=len(kept.asset),
                uri=self.layout.sealed(asset.sha256, event.uid, asset.media_type).uri,
            ),
            manifest=ManifestReference(
                uri=self.layout.manifest(sealed_sha256, event.uid).uri,
                sha256=sha256_hex(kept.manifest),
                size=len(kept.manifest),
                label=kept.label,
                binding=kept.binding,
                time_stamped=kept.credential.has_time_stamp,
            ),
            signer=credential.signer,
            credential=credential,
            findings=judgement.findings,
            record_uri=self.layout.record(event.uid).uri,
            sealed_at=self.now().isoformat(timespec="milliseconds"),
            claim_generator=self.claim_generator,
            decision=judgement.decision,
            judged_by=judgement.judged_by,
            counts_against=judgement.counts_against,
            observed=judgement.observed,
            parents=tuple(parent.recorded for parent in parents),
            fingerprint=named(traits.fingerprint),
            recognition=recognised_by(traits),
            facts=judgement.kept,
            event_digest=event.digest,
            account=judgement.account,
            data_subjects=judgement.data_subjects,
        )
