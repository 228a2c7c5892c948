"""What goes out: records, decisions, alerts, enforcement and dead letters as typed values.

The JSON Schemas in `schemas/` are the contract; every member is always written, null where it is not known. Members
with a default came with version 2: records stored before are read without them.
"""

from pipeline.events.outputs.alerts import (
    Alert,
    CitedRule,
    EnforcedRule,
    Enforcement,
    EnforcementReversal,
    Step,
    Subject,
)
from pipeline.events.outputs.credentials import ClaimGenerator, CredentialSummary, ManifestReference, SignerSummary
from pipeline.events.outputs.decisions import (
    Decision,
    Declared,
    InspectedContent,
    LabelingState,
    Propagation,
    ReviewClaim,
    ReviewOutcome,
    ReviewStage,
    ReviewUpdate,
    ReviewVerdict,
)
from pipeline.events.outputs.findings import (
    Action,
    CountsAgainst,
    DecisionOutcome,
    Evidence,
    Finding,
    ObservedOutcome,
    Outcome,
    Severity,
)
from pipeline.events.outputs.letters import DeadLetter, InputPosition
from pipeline.events.outputs.records import AssetFingerprint, ManifestRecord, RecognisedBy, RecordedLook, RecordedParent
from pipeline.events.outputs.references import (
    ContentName,
    Digest,
    EventReference,
    JudgedBy,
    PackReference,
    ReferenceVersions,
    StoredDigest,
)

__all__ = [
    "Action",
    "Alert",
    "AssetFingerprint",
    "CitedRule",
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
    "EnforcementReversal",
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
    "ReviewClaim",
    "ReviewOutcome",
    "ReviewStage",
    "ReviewUpdate",
    "ReviewVerdict",
    "Severity",
    "SignerSummary",
    "Step",
    "StoredDigest",
    "Subject",
]
