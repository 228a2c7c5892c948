"""The manifest record: what became of a generation event."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from pipeline.events.outputs.credentials import ClaimGenerator, CredentialSummary, ManifestReference, SignerSummary
from pipeline.events.outputs.findings import CountsAgainst, DecisionOutcome, Finding, ObservedOutcome
from pipeline.events.outputs.references import ContentName, Digest, EventReference, JudgedBy, StoredDigest

__all__ = ["AssetFingerprint", "ManifestRecord", "RecognisedBy", "RecordedLook", "RecordedParent"]


class AssetFingerprint(msgspec.Struct, frozen=True, kw_only=True):
    """What near copies of an asset are recognised by: the algorithm as C2PA names it, and its code."""

    algorithm: str
    kind: Literal["text", "image", "audio", "video"]
    code: str


class RecordedLook(msgspec.Struct, frozen=True, kw_only=True):
    """What a copy of an asset is told by from what only comes near; `at` is the second of a video that it shows."""

    kind: Literal["text", "image", "audio", "video"]
    data: bytes
    at: float | None


class RecognisedBy(msgspec.Struct, frozen=True, kw_only=True):
    """What near copies of an asset are recognised by beside its fingerprint."""

    codes: tuple[AssetFingerprint, ...]
    looks: tuple[RecordedLook, ...]


class RecordedParent(msgspec.Struct, frozen=True, kw_only=True):
    """An asset that another one was made from, and the event that it is known by here.

    `manifest` is where that event's manifest is stored. Null is what nobody told, or what is not known here.
    """

    content_id: str
    sha256: str | None
    event_uid: str | None
    manifest: str | None


class ManifestRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a generation event: the record in the store, and the message on the manifests topic.

    `facts` are those that still hold of the sealed bytes when they come again, to be published for instance. `account`
    is whose event it is, `data_subjects` are the accounts of everybody whom it names; both are kept in the store and
    are on no topic.
    """

    event_uid: str
    event: EventReference
    content: ContentName
    original: Digest
    sealed: StoredDigest
    manifest: ManifestReference
    signer: SignerSummary | None
    credential: CredentialSummary
    findings: tuple[Finding, ...]
    record_uri: str
    sealed_at: str
    claim_generator: ClaimGenerator
    decision: DecisionOutcome = "allow"
    judged_by: JudgedBy | None = None
    counts_against: CountsAgainst | None = None
    observed: ObservedOutcome | None = None
    fingerprint: AssetFingerprint | None = None
    recognition: RecognisedBy | None = None
    parents: tuple[RecordedParent, ...] = ()
    facts: Mapping[str, bool | int | float | str | tuple[str, ...]] = {}
    event_digest: str | None = None
    account: str | None = None
    data_subjects: tuple[str, ...] | None = None
