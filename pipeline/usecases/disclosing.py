"""What anybody may be told of an event that sealed something: what its manifest says in public, and no more.

Who sent the event, what it called the content, whose account it was and by which rules it was judged stays here.
Nothing at all is told of an event whose decision in force is not that it may be handed on, or that was retracted.
"""

from dataclasses import dataclass
from typing import Literal

import msgspec

from pipeline.events.outputs import ManifestRecord
from pipeline.fingerprints.fingerprint import Fingerprint
from pipeline.fingerprints.recorded import recorded_codes
from pipeline.fingerprints.recording import recorded_looks
from pipeline.fingerprints.traits import Look
from pipeline.store import Layout, Location, ObjectStore
from pipeline.store.chain import chain_of
from pipeline.store.lookup import LaterStamp, find_by_digest, later_stamp_of

__all__ = ["DisclosedSeal", "KnownBytes", "OpenSeal", "PublicView"]

_MOST_EVENTS = 16
"""The most events that are looked at for the same bytes."""


class DisclosedSeal(msgspec.Struct, frozen=True, kw_only=True):
    """What anybody may be told of an event that sealed something.

    Attributes:
        manifest_id: the label of its manifest, `urn:c2pa:…`.
        binding: whether the manifest is inside the sealed asset or beside it.
        sealed_at: when it was sealed (RFC 3339).
        sealed_sha256: the digest of what came out.
        signer: whom the certificate names.
        ai_generated: whether the manifest declares AI origin; null where it declares nothing.
        stamped_at: when the manifest got a time stamp that it was sealed without (RFC 3339); null where it got none.
    """

    event_uid: str
    manifest_id: str
    media_type: str
    binding: Literal["embedded", "sidecar"]
    sealed_at: str
    sealed_sha256: str
    signer: str | None
    ai_generated: bool | None
    stamped_at: str | None = None


class KnownBytes(msgspec.Struct, frozen=True, kw_only=True):
    """An event that knows a file byte for byte.

    Attributes:
        role: whether these bytes went in or came out.
        seal: what is told of it; null where nothing is.
    """

    role: Literal["original", "sealed"]
    seal: DisclosedSeal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSeal:
    """A seal of which anybody may be told, with what it is compared by.

    Args:
        seal: what is told.
        manifest_at: where its manifest is, as it was sealed.
        stamped_at: where the same is with a time stamp that it got later; None where it got none.
        codes: what near copies of it are recognised by.
        looks: what tells copies from what only comes near; none of records that earlier releases wrote.
    """

    seal: DisclosedSeal
    manifest_at: Location
    stamped_at: Location | None
    codes: tuple[Fingerprint, ...]
    looks: tuple[Look, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicView:
    """Says what anybody may be told; safe to call from several threads.

    Args:
        store: where records and manifests are kept.
        layout: which object goes where.
    """

    store: ObjectStore
    layout: Layout

    def of_event(self, event_uid: str) -> OpenSeal | None:
        """What is told of an event; None where it sealed nothing, is not known, or nothing is told of it.

        Raises:
            WorldError: the store does not answer.
        """
        chain = chain_of(self.store, self.layout, event_uid)
        if chain is None or not isinstance(chain.record, ManifestRecord) or chain.outcome != "allow":
            return None
        if self.store.head(self.layout.retraction(event_uid)) is not None:
            return None
        if self.store.head(self.layout.erased_event(event_uid)) is not None:
            return None
        at = Location.parse(chain.record.manifest.uri)
        return _opened(chain.record, later_stamp_of(self.store, self.layout, event_uid, at))

    def of_bytes(self, sha256: str) -> tuple[KnownBytes, ...]:
        """The events that know a file, by its digest; who holds the bytes is told that they are known, whatever holds.

        Raises:
            WorldError: the store does not answer.
        """
        known = []
        for found in find_by_digest(self.store, self.layout, sha256, limit=_MOST_EVENTS):
            if found.role is not None:
                told = self.of_event(found.event_uid)
                known.append(KnownBytes(role=found.role, seal=None if told is None else told.seal))
        return tuple(known)

    def manifest(self, event_uid: str, *, as_sealed: bool = False) -> tuple[str, bytes] | None:
        """The label of an event's manifest, and a manifest store with it; None where nothing is told of the event.

        Where the manifest got a time stamp later, the store has an update that holds it, too: with that it outlives its
        certificate, and without it does not.

        Args:
            event_uid: the event.
            as_sealed: whether the store is wanted without what came later.

        Raises:
            WorldError: the store does not answer.
        """
        told = self.of_event(event_uid)
        if told is None:
            return None
        stored = None if as_sealed or told.stamped_at is None else self.store.get(told.stamped_at)
        stored = stored or self.store.get(told.manifest_at)
        return None if stored is None else (told.seal.manifest_id, stored.body)


def _opened(record: ManifestRecord, later: LaterStamp | None) -> OpenSeal:
    signer = record.signer
    return OpenSeal(
        seal=DisclosedSeal(
            event_uid=record.event_uid,
            manifest_id=record.manifest.label,
            media_type=record.content.mime,
            binding=record.manifest.binding,
            sealed_at=record.sealed_at,
            sealed_sha256=record.sealed.sha256,
            signer=None if signer is None else signer.common_name or signer.issuer,
            ai_generated=record.credential.ai_generated,
            stamped_at=None if later is None else later.stamped_at,
        ),
        manifest_at=Location.parse(record.manifest.uri),
        stamped_at=None if later is None else Location.parse(later.manifest),
        codes=recorded_codes(record),
        looks=recorded_looks(record),
    )
