"""What goes out: records, decisions, alerts and dead letters of contract v1 as typed values.

The JSON Schemas in `schemas/` are the contract; every member is always written, null where it is not known.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

__all__ = [
    "Action",
    "Alert",
    "ClaimGenerator",
    "ContentName",
    "CredentialSummary",
    "DeadLetter",
    "Decision",
    "DecisionOutcome",
    "Declared",
    "Digest",
    "EventReference",
    "Evidence",
    "Finding",
    "InputPosition",
    "InspectedContent",
    "ManifestRecord",
    "ManifestReference",
    "Outcome",
    "Rule",
    "Severity",
    "SignerSummary",
    "StoredDigest",
    "Subject",
]

Severity = Literal["low", "medium", "high", "critical"]
Action = Literal["record", "alert", "hold", "block"]
Outcome = Literal["violation", "unknown"]
DecisionOutcome = Literal["allow", "hold", "block"]
Declared = Literal["ai", "human", "unknown"]
Evidence = Mapping[str, str | int | float | bool | tuple[str, ...] | None]


class EventReference(msgspec.Struct, frozen=True, kw_only=True):
    """Which event a message is about."""

    source: str
    id: str
    type: str
    time: str | None


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


class ClaimGenerator(msgspec.Struct, frozen=True, kw_only=True):
    """The software that made the claim."""

    name: str
    version: str


class ManifestRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a generation event: the record in the store, and the message on the manifests topic."""

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


class InspectedContent(msgspec.Struct, frozen=True, kw_only=True):
    """The content that was judged."""

    id: str
    mime: str
    sha256: str
    size: int


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a publication event: the record in the store, and the message on the decisions topic."""

    decision_id: str
    event_uid: str
    event: EventReference
    content: InspectedContent
    decision: DecisionOutcome
    declared: Declared
    credential: CredentialSummary
    findings: tuple[Finding, ...]
    record_uri: str
    decided_at: str


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """Which rule, and the source it rests on."""

    id: str
    citation: str | None


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """What an alert is about."""

    content_id: str
    mime: str
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
