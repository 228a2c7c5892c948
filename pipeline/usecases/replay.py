"""Replays: what is stored under an event's identity answers that event, and no other one that uses the identity too.

A producer that counts its ids from 1 again, or copies a `source` from a template, sends two events with one `source`
and `id` (CloudEvents 1.0 forbids it). The first one's answer would let the second one's content through unseen.

Records say the digest of the event they answer. Those of builds that did not are held against what they say of the
content: its id, and the SHA-256 of its bytes.
"""

import base64
import binascii
from typing import Final

from pipeline.assets import sha256_hex
from pipeline.errors import IdentityReusedError
from pipeline.events.identity import event_uid
from pipeline.events.inputs import ActivityEvent, Content, GenerationEvent, PublicationEvent, Review
from pipeline.events.outputs import Decision, ManifestRecord, RetractionOutcome, ReviewOutcome
from pipeline.store import StoredObject

__all__ = [
    "DIGEST_NAME",
    "require_made_from",
    "require_same_activity",
    "require_same_event",
    "require_same_review",
    "require_same_verdict",
]

DIGEST_NAME: Final = "event-digest"
"""Under this name an asset's metadata says what event it was sealed for, before there is a record."""


def require_same_event(record: ManifestRecord | Decision, event: GenerationEvent | PublicationEvent) -> None:
    """See that a record answers this event.

    Raises:
        IdentityReusedError: it answers another one with the same source and id.
    """
    if record.event_digest is None:
        content = record.content
        found = record.original.sha256 if isinstance(record, ManifestRecord) else getattr(content, "sha256", None)
        same = content is not None and content.id == event.content.id and found == _sha256_of(event.content)
    else:
        same = record.event_digest == event.digest
    if not same:
        raise _reused(record.sealed_at if isinstance(record, ManifestRecord) else record.decided_at)


def require_same_activity(decision: Decision, event: ActivityEvent) -> None:
    """See that a decision answers this activity; of builds that kept no digest nothing can be compared.

    Raises:
        IdentityReusedError: it answers another one with the same source and id.
    """
    if decision.event_digest not in (None, event.digest):
        raise _reused(decision.decided_at)


def require_same_review(outcome: ReviewOutcome, decided_at: str, review: Review) -> None:
    """See that the outcome of a review is that of this review, which has the same source and id.

    Raises:
        IdentityReusedError: it is that of another one.
    """
    if outcome.event_digest is None:
        same = (outcome.verdict, outcome.reviewer, outcome.reason) == (
            review.verdict,
            review.reviewer.id,
            review.reason,
        )
    else:
        same = outcome.event_digest == review.digest
    if not same:
        raise _reused(decided_at)


def require_same_verdict(outcome: RetractionOutcome, review: Review) -> None:
    """See that a verdict which has the source and id of this review is of this review.

    Raises:
        IdentityReusedError: it is that of another one.
    """
    event = outcome.event
    if event_uid(event.source, event.id) == review.uid and outcome.event_digest != review.digest:
        raise _reused(outcome.found_at or "a time that it did not say")


def require_made_from(stored: StoredObject, event: GenerationEvent) -> None:
    """See that the asset of an earlier attempt, which left no record, was sealed for this event.

    Raises:
        IdentityReusedError: it was sealed for another one with the same source and id.
    """
    if stored.metadata.get(DIGEST_NAME, event.digest) != event.digest:
        raise _reused("a time that no record says yet")


def _reused(at: str) -> IdentityReusedError:
    return IdentityReusedError(
        what=f"Another event with the same source and id but other data was here before; it was answered at {at}.",
        remedy="Give every event an id that is unique for its source (CloudEvents 1.0), and send this one again.",
    )


def _sha256_of(content: Content) -> str | None:
    """The digest of the bytes that an event means, as far as the event alone tells it."""
    if content.sha256 is not None or content.uri is not None:
        return content.sha256
    if content.text is not None:
        return sha256_hex(content.text.encode())
    try:
        return sha256_hex(base64.b64decode(content.base64 or "", validate=True))
    except binascii.Error:
        return None
