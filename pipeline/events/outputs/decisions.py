"""The decision: what became of a publication, an activity or a review."""

from typing import Literal

import msgspec

from pipeline.events.outputs.credentials import CredentialSummary
from pipeline.events.outputs.findings import CountsAgainst, DecisionOutcome, Finding, ObservedOutcome
from pipeline.events.outputs.references import EventReference, JudgedBy

__all__ = [
    "Category",
    "Decision",
    "Declared",
    "InspectedContent",
    "LabelingState",
    "Propagation",
    "RetractionOutcome",
    "ReviewOutcome",
]

Category = Literal["csam", "ncii", "other"]
"""What kind of illegal content a verdict names, where law names it."""

Declared = Literal["ai", "human", "unknown"]

LabelingState = Literal["confirmed", "possible", "suspected", "none"]
"""What is to be told of content (Labeling Measures Art. 6): AI made it for certain, possibly, by suspicion; or not."""


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


class RetractionOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """The later verdict that retracted an event: what it found, and which event said so."""

    verdict: Literal["illegal"]
    categories: tuple[Category, ...]
    reviewer: str | None
    reason: str | None
    found_at: str | None
    event: EventReference
    event_digest: str


class Propagation(msgspec.Struct, frozen=True, kw_only=True):
    """What a platform that hands content on writes into its implicit label (GB 45438-2025 App. E)."""

    content_propagator: str
    propagate_id: str


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an event: the record in the store, and the message on the decisions topic.

    Of a publication event, of an activity event (which has no content), of a review, or of a later verdict that
    retracts. `account` is whose event it is; it is kept in the store and is on no topic.
    """

    decision_id: str
    event_uid: str
    event: EventReference
    content: InspectedContent | None
    decision: DecisionOutcome | Literal["retracted"]
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
    retraction: RetractionOutcome | None = None
    account: str | None = None
