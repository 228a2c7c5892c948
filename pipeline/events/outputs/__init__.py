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
from pipeline.events.outputs.cases import (
    Announcement,
    Case,
    CaseFact,
    ClockLaw,
    ClockStage,
    ClockState,
    RunningClock,
)
from pipeline.events.outputs.credentials import ClaimGenerator, CredentialSummary, ManifestReference, SignerSummary
from pipeline.events.outputs.decisions import (
    Category,
    Decision,
    Declared,
    InspectedContent,
    LabelingState,
    Propagation,
    RetractionOutcome,
    ReviewClaim,
    ReviewOutcome,
    ReviewStage,
    ReviewUpdate,
    ReviewVerdict,
)
from pipeline.events.outputs.features import FeatureAddition
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
    "Announcement",
    "AssetFingerprint",
    "Case",
    "CaseFact",
    "Category",
    "CitedRule",
    "ClaimGenerator",
    "ClockLaw",
    "ClockStage",
    "ClockState",
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
    "FeatureAddition",
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
    "RetractionOutcome",
    "ReviewClaim",
    "ReviewOutcome",
    "ReviewStage",
    "ReviewUpdate",
    "ReviewVerdict",
    "RunningClock",
    "Severity",
    "SignerSummary",
    "Step",
    "StoredDigest",
    "Subject",
]
