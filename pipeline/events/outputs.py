"""What goes out: records, decisions, alerts, enforcement and dead letters as typed values.

The JSON Schemas in `schemas/` are the contract; every member is always written, null where it is not known. Members
with a default came with version 2: records stored before are read without them.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

__all__ = [
    "Action",
    "Alert",
    "AssetFingerprint",
    "ClaimGenerator",
    "ContentName",
    "CountsAgainst",
    "CredentialSummary",
    "DeadLetter",
    "Decision",
    "DecisionOutcome",
    "Declared",
    "Digest",
    "EnforcedRule",
    "Enforcement",
    "EventReference",
    "Evidence",
    "Finding",
    "InputPosition",
    "InspectedContent",
    "JudgedBy",
    "LabelingState",
    "ManifestRecord",
    "ManifestReference",
    "ObservedOutcome",
    "Outcome",
    "PackReference",
    "Propagation",
    "RecognisedBy",
    "RecordedLook",
    "RecordedParent",
    "ReferenceVersions",
    "ReviewOutcome",
    "Rule",
    "Severity",
    "SignerSummary",
    "Step",
    "StoredDigest",
    "Subject",
]

Severity = Literal["low", "medium", "high", "critical"]
Action = Literal["record", "alert", "hold", "block"]
Outcome = Literal["violation", "unknown"]
DecisionOutcome = Literal["allow", "hold", "block"]
Declared = Literal["ai", "human", "unknown"]
Step = Literal["warn", "restrict", "suspend", "close"]
LabelingState = Literal["confirmed", "possible", "suspected", "none"]
"""What is to be told of content (Labeling Measures Art. 6): AI made it for certain, possibly, by suspicion; or not."""

Evidence = Mapping[str, str | int | float | bool | tuple[str, ...] | None]


class EventReference(msgspec.Struct, frozen=True, kw_only=True):
    """Which event a message is about."""

    source: str
    id: str
    type: str
    time: str | None


class PackReference(msgspec.Struct, frozen=True, kw_only=True):
    """Which policy pack, and which version of it."""

    name: str
    version: str


class ReferenceVersions(msgspec.Struct, frozen=True, kw_only=True):
    """Which versions of the reference sets were looked into; `none` for an empty set."""

    services: str
    news_sources: str
    features: str
    consents: str


class JudgedBy(msgspec.Struct, frozen=True, kw_only=True):
    """What an event was judged by."""

    packs: tuple[PackReference, ...]
    reference_sets: ReferenceVersions


class CountsAgainst(msgspec.Struct, frozen=True, kw_only=True):
    """Which account answers for the violations of an event, and of which rules (Deep Synthesis Provisions Art. 10)."""

    account: str
    rules: tuple[str, ...]


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One rule applied to one event, and what came of it."""

    rule: str
    kind: str
    severity: Severity
    action: Action
    outcome: Outcome
    code: str | None
    message: str
    citation: str | None
    evidence: Evidence
    pack: PackReference | None = None
    remedy: str | None = None
    actor: str | None = None
    """Who acted in the event, by their role in the eyes of the law; None where nobody can be named."""


class ObservedOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What packs would have decided that are only observed."""

    packs: tuple[PackReference, ...]
    decision: DecisionOutcome
    findings: tuple[Finding, ...]


class SignerSummary(msgspec.Struct, frozen=True, kw_only=True):
    """Who signed the claim, as the certificate says."""

    common_name: str | None
    issuer: str | None
    serial: str | None
    algorithm: str | None
    not_after: str | None


class CredentialSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What an asset says of itself: absent and invalid are never the same."""

    credential: Literal["absent", "valid", "invalid", "malformed", "remote"]
    trust: Literal["trusted", "untrusted", "expired", "revoked", "unknown", "none"]
    ai_generated: bool | None
    codes: tuple[str, ...]
    active_manifest: str | None
    signer: SignerSummary | None
    binding: Literal["embedded", "sidecar"] | None


class ContentName(msgspec.Struct, frozen=True, kw_only=True):
    """The content's id and media type."""

    id: str
    mime: str


class Digest(msgspec.Struct, frozen=True, kw_only=True):
    """Which bytes: lowercase hex SHA-256, and how many."""

    sha256: str
    size: int


class StoredDigest(msgspec.Struct, frozen=True, kw_only=True):
    """Which bytes, and where they are stored."""

    sha256: str
    size: int
    uri: str


class ManifestReference(msgspec.Struct, frozen=True, kw_only=True):
    """Where a manifest is stored, and how it is bound to its asset."""

    uri: str
    sha256: str
    size: int
    label: str
    binding: Literal["embedded", "sidecar"]


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


class ClaimGenerator(msgspec.Struct, frozen=True, kw_only=True):
    """The software that made the claim."""

    name: str
    version: str


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

    `facts` are those that still hold of the sealed bytes when they come again, to be published for instance.
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


class InspectedContent(msgspec.Struct, frozen=True, kw_only=True):
    """The content that was judged."""

    id: str
    mime: str
    sha256: str
    size: int


class ReviewOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a person decided about an event that was held, who it was and why."""

    verdict: Literal["release", "refuse"]
    reviewer: str
    reason: str
    reviewed_at: str | None
    event: EventReference
    event_digest: str | None = None


class Propagation(msgspec.Struct, frozen=True, kw_only=True):
    """What a platform that hands content on writes into its implicit label (GB 45438-2025 App. E)."""

    content_propagator: str
    propagate_id: str


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an event: the record in the store, and the message on the decisions topic.

    Of a publication event, of an activity event (which has no content), or of a review.
    """

    decision_id: str
    event_uid: str
    event: EventReference
    content: InspectedContent | None
    decision: DecisionOutcome
    declared: Declared
    credential: CredentialSummary | None
    findings: tuple[Finding, ...]
    record_uri: str
    decided_at: str
    judged_by: JudgedBy | None = None
    counts_against: CountsAgainst | None = None
    observed: ObservedOutcome | None = None
    review: ReviewOutcome | None = None
    state: LabelingState | None = None
    propagation: Propagation | None = None
    event_digest: str | None = None


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """Which rule, and the source it rests on."""

    id: str
    citation: str | None


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """What an alert is about."""

    content_id: str | None
    mime: str | None
    sha256: str | None


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """One finding worth waking someone for."""

    alert_id: str
    event_uid: str
    event: EventReference
    kind: str
    severity: Severity
    rule: Rule
    action: Action
    outcome: Outcome
    code: str | None
    message: str
    evidence: Evidence
    subject: Subject
    record_uri: str | None
    pack: PackReference | None = None
    remedy: str | None = None
    actor: str | None = None


class EnforcedRule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that an account violated, and the source it rests on."""

    id: str
    citation: str | None


class Enforcement(msgspec.Struct, frozen=True, kw_only=True):
    """A step against an account whose violations repeat (Deep Synthesis Provisions Art. 10).

    `violations` are those within `window_days` of the event, this one included.
    """

    enforcement_id: str
    account: str
    step: Step
    violations: int
    window_days: int
    event_uid: str
    event: EventReference
    rules: tuple[EnforcedRule, ...]
    record_uri: str
    entry_uri: str
    entered_at: str


class InputPosition(msgspec.Struct, frozen=True, kw_only=True):
    """Where in the input topics a dead letter came from; `timestamp` is Kafka's, in milliseconds."""

    topic: str
    partition: int
    offset: int
    timestamp: int | None


class DeadLetter(msgspec.Struct, frozen=True, kw_only=True):
    """Why an input can never succeed; travels in a header beside the input itself, which stays as it was sent."""

    dead_letter_id: str
    event_uid: str | None
    stage: str
    error: str
    what: str
    remedy: str
    path: str | None
    rule: str | None
    value_type: str | None
    input: InputPosition
    attempts: int
