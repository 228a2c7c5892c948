"""Identity, so that replays converge.

Every id derives from the CloudEvent's `source` and `id` (CloudEvents 1.0: together they are unique), never from
a clock, a random number or an offset. The same event delivered twice is the same event, and whatever is written or
published for it has the same id both times.
"""

import hashlib
from collections.abc import Mapping

import orjson

__all__ = [
    "account_of",
    "alert_id",
    "announcement_id",
    "case_uid",
    "clock_id",
    "consent_of",
    "dead_letter_id",
    "decision_id",
    "enforcement_id",
    "erasure_uid",
    "event_digest",
    "event_uid",
    "report_uid",
    "retraction_id",
    "review_id",
    "review_update_id",
]

_SEPARATOR = b"\x00"
"""Keeps ("ab", "c") and ("a", "bc") apart. The envelope refuses attributes that contain it."""


def event_uid(source: str, event_id: str) -> str:
    """The identity of an event: lowercase hex SHA-256 over `source`, a NUL byte and `id`."""
    return _digest(source.encode(), event_id.encode())


def event_digest(data: Mapping[str, object]) -> str:
    """What an event says, as lowercase hex SHA-256: two events with one identity are one event if this is the same.

    Digested is the event's data as JSON in UTF-8 with sorted names and without white space. Nothing of the way it
    came counts: no header, no attribute such as `time` or `traceparent`, no order of members, no spelling of escapes.
    """
    return hashlib.sha256(orjson.dumps(data, option=orjson.OPT_SORT_KEYS)).hexdigest()


def alert_id(uid: str, rule_id: str) -> str:
    """The identity of the alert that one rule raises for one event."""
    return _digest(uid.encode(), rule_id.encode())


def decision_id(uid: str) -> str:
    """The identity of the decision that rules took about an event."""
    return _digest(uid.encode(), b"decision")


def review_id(uid: str, number: int = 1) -> str:
    """The identity of the decision that a person takes about an event, the how manieth such decision it is."""
    return _digest(uid.encode(), b"review", *([str(number).encode()] if number > 1 else []))


def retraction_id(uid: str) -> str:
    """The identity of the decision that retracts an event, since its content was found illegal later."""
    return _digest(uid.encode(), b"retraction")


def review_update_id(uid: str, number: int) -> str:
    """The identity of the update that an act about an event led to, by which act it was."""
    return _digest(uid.encode(), b"review-update", str(number).encode())


def account_of(id_hash: str) -> str:
    """The account behind a user's salted hash; hashed once more, so that what a producer sent is kept nowhere."""
    return _digest(b"account", id_hash.encode())


def consent_of(ref: str) -> str:
    """A consent by a digest of its reference, which may name a person."""
    return _digest(b"consent", ref.encode())


def erasure_uid(kind: str, subject: str) -> str:
    """The identity of an erasure: of an account, a content id or a digest, which it does not give away."""
    return _digest(b"erasure", kind.encode(), subject.encode())


def enforcement_id(account: str, number: int) -> str:
    """The identity of the step that the violation with this number led to."""
    return _digest(b"enforcement", account.encode(), str(number).encode())


def case_uid(kind: str, case_id: str) -> str:
    """The identity of a case: of its kind, by the operator's own number for it."""
    return _digest(b"case", kind.encode(), case_id.encode())


def clock_id(case: str, rule_id: str, starts_at: str) -> str:
    """The identity of a clock: of a case, by the law that gives the time, since an instant."""
    return _digest(b"clock", case.encode(), rule_id.encode(), starts_at.encode())


def announcement_id(clock: str, stage: str) -> str:
    """The identity of what a clock announces at one of its stages, such as `missed` or `warned-80`."""
    return _digest(b"announcement", clock.encode(), stage.encode())


def report_uid(kind: str, period: str, language: str, digest: str) -> str:
    """The identity of a report: what it is about, when and in which language, and the digest of what it says."""
    return _digest(b"report", kind.encode(), period.encode(), language.encode(), digest.encode())


def dead_letter_id(topic: str, key: bytes | None, value: bytes | None) -> str:
    """The identity of a dead letter whose event has none: what was sent, byte for byte, and where to."""
    return _digest(topic.encode(), _fingerprint(key), _fingerprint(value))


def _fingerprint(part: bytes | None) -> bytes:
    """Of fixed length, and different for what is missing and what is empty."""
    return b"-" * 32 if part is None else hashlib.sha256(part).digest()


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(_SEPARATOR.join(parts)).hexdigest()
