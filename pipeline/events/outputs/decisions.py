"""The decision: what became of a publication, an activity or a review."""

from typing import Literal

import msgspec

from pipeline.events.outputs.credentials import CredentialSummary
from pipeline.events.outputs.findings import CountsAgainst, DecisionOutcome, Finding, ObservedOutcome
from pipeline.events.outputs.references import EventReference, JudgedBy

__all__ = [
    "Decision",
    "Declared",
    "HarmCategory",
    "InspectedContent",
    "LabelingState",
    "Propagation",
    "RetractionOutcome",
    "ReviewClaim",
    "ReviewOutcome",
    "ReviewStage",
    "ReviewUpdate",
    "ReviewVerdict",
]

HarmCategory = Literal["csam", "ncii", "other"]
"""What kind of illegal content a verdict names, where law names it."""

Declared = Literal["ai", "human", "unknown"]

LabelingState = Literal["confirmed", "possible", "suspected", "none"]
"""What is to be told of content (Labeling Measures Art. 6): AI made it for certain, possibly, by suspicion; or not."""


class InspectedContent(msgspec.Struct, frozen=True, kw_only=True):
    """The content that was judged.

    `uri` is where its bytes lie: where the event said, or where the sealed asset is stored. Null where they came inside
    of the event, and in records of builds that did not keep it.
    """

    id: str
    mime: str
    sha256: str
    size: int
    uri: str | None = None


ReviewVerdict = Literal["release", "refuse", "escalate"]
"""What is to become of an event: it is allowed, or it is blocked, or it stays held until another person has looked."""

ReviewStage = Literal["first", "second", "appeal"]
"""Of a review: it waits for another person's, it came after such a one, or it looked at a decision again."""


class ReviewOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a person decided about an event, who it was and why.

    `role`, `operators` (the version of the set in which the person was looked up) and `stage` came with reviews of
    version 2.
    """

    verdict: ReviewVerdict
    reviewer: str
    reason: str
    reviewed_at: str | None
    event: EventReference
    event_digest: str | None = None
    role: str | None = None
    stage: ReviewStage | None = None
    case: str | None = None
    operators: str | None = None


class RetractionOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """The later verdict that retracted an event: what it found, and which event said so."""

    verdict: Literal["illegal"]
    categories: tuple[HarmCategory, ...]
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
    retracts. `account` is whose event it is, `data_subjects` are the accounts of everybody whom it names; both are
    kept in the store and are on no topic.
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
    supersedes: str | None = None
    """The decision about the same event that this one takes the place of."""

    retraction: RetractionOutcome | None = None
    account: str | None = None
    data_subjects: tuple[str, ...] | None = None


class ReviewClaim(msgspec.Struct, frozen=True, kw_only=True):
    """Who works on an event, and until when at most."""

    actor: str
    until: str


class ReviewUpdate(msgspec.Struct, frozen=True, kw_only=True):
    """What a person did about an event without deciding, and who has claimed it since."""

    update_id: str
    event_uid: str
    number: int
    act: Literal["claim", "unclaim", "note"]
    actor: str
    role: str | None
    seen: str
    claim: ReviewClaim | None
    notes: int
    operators: str
    event: EventReference
    at: str
