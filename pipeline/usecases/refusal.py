"""The use case of an input that can never succeed: a dead letter that explains itself, and alerts where it matters.

Pure: what it returns depends on nothing but the input and the error, so a replay says the same again.
"""

import re
from typing import Final

import msgspec

from pipeline.errors import AssetDigestError, EnvelopeError, EventInvalidError, IdentityReusedError, SealstreamError
from pipeline.events.envelope import CloudEvent, Headers, parse
from pipeline.events.identity import dead_letter_id, event_uid
from pipeline.events.outputs import Alert, DeadLetter, EventReference, Finding, InputPosition, Subject
from pipeline.policy.decision import alerts_for

__all__ = ["Refusal", "refuse"]

_CONTENT_ID: Final = re.compile(r"[^\x00-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]{1,512}")
_MEDIA_TYPE: Final = re.compile(r"[A-Za-z0-9][\w!#$&^.+-]{0,120}/[A-Za-z0-9][\w!#$&^.+-]{0,120}", re.ASCII)


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """What is published for a refused input; the input itself goes beside the dead letter, byte for byte."""

    dead_letter: DeadLetter
    alerts: tuple[Alert, ...]


def refuse(
    *,
    position: InputPosition,
    key: bytes | None,
    value: bytes | None,
    headers: Headers,
    error: SealstreamError,
    attempts: int,
    awaits_judgement: str | None = None,
) -> Refusal:
    """Explain why an input is refused.

    Args:
        position: where the input came from.
        key: the input's key, as it was sent.
        value: the input's value, as it was sent.
        headers: the input's headers, as they were sent.
        error: what stands in the way.
        attempts: how often the input was tried.
        awaits_judgement: the type of the events that were to be judged where it came from, such as
            `sealstream.publication.v1`; what is refused there was judged by nobody. None elsewhere.
    """
    event = _event(value, headers)
    uid = None if event is None else event_uid(event.source, event.id)
    invalid = error if isinstance(error, EventInvalidError) else None
    # An identity that is another event's names that one.
    own_uid = None if isinstance(error, IdentityReusedError) else uid
    return Refusal(
        dead_letter=DeadLetter(
            dead_letter_id=own_uid or dead_letter_id(position.topic, key, value),
            event_uid=uid,
            stage=error.stage,
            error=type(error).__name__,
            what=error.what,
            remedy=error.remedy,
            path=None if invalid is None else invalid.path,
            rule=None if invalid is None else invalid.rule,
            value_type=None if invalid is None else invalid.value_type,
            input=position,
            attempts=attempts,
        ),
        alerts=_alerts(event, error, position, awaits_judgement),
    )


def _alerts(
    event: CloudEvent | None, error: SealstreamError, position: InputPosition, awaits_judgement: str | None
) -> tuple[Alert, ...]:
    findings: list[Finding] = []
    if event is not None and isinstance(error, AssetDigestError):
        findings.append(_mismatch(error))
    if isinstance(error, IdentityReusedError):
        findings.append(_operations("operations.identity-reused", "operations", error.what, error, position))
    if awaits_judgement is not None:
        message = f"Nobody judged this, for it became a dead letter: {error.what}"
        findings.append(_operations("operations.unjudged", "unjudged", message, error, position))
    reference = _reference(event, position, awaits_judgement or "")
    return alerts_for(
        findings,
        event_uid=event_uid(reference.source, reference.id),
        event=reference,
        subject=_subject(event),
        record_uri=None,
    )


def _mismatch(error: AssetDigestError) -> Finding:
    """No law asks for it: bytes that are not those of the event are nothing that can be judged."""
    return Finding(
        rule="credential.content-mismatch",
        kind="content-mismatch",
        severity="critical",
        action="block",
        outcome="violation",
        code=None,
        message="The bytes found are not the bytes that the event declares.",
        citation=None,
        evidence={"declared": error.declared, "found": error.found},
        remedy="Send the event with the digest and size of the bytes that are there.",
    )


def _operations(rule: str, kind: str, message: str, error: SealstreamError, position: InputPosition) -> Finding:
    return Finding(
        rule=rule,
        kind=kind,
        severity="high",
        action="alert",
        outcome="violation",
        code=None,
        message=message,
        citation=None,
        evidence={
            "error": type(error).__name__,
            "topic": position.topic,
            "partition": position.partition,
            "offset": position.offset,
        },
        remedy=error.remedy or None,
    )


def _reference(event: CloudEvent | None, position: InputPosition, expected: str) -> EventReference:
    """The event; where there is none to be read, the place where it lies, as for entries of reference sets."""
    if event is not None:
        return EventReference(source=event.source, id=event.id, type=event.type, time=event.time)
    return EventReference(
        source=f"kafka:{position.topic}", id=f"{position.partition}/{position.offset}", type=expected, time=None
    )


def _subject(event: CloudEvent | None) -> Subject:
    """What the event says it is about, as far as it says that well: it may break its schema."""
    content = None if event is None else event.data.get("content")
    named = content if isinstance(content, dict) else {}
    return Subject(
        content_id=_matching(_CONTENT_ID, named.get("id")), mime=_matching(_MEDIA_TYPE, named.get("mime")), sha256=None
    )


def _matching(pattern: re.Pattern[str], said: object) -> str | None:
    return said if isinstance(said, str) and pattern.fullmatch(said) else None


def _event(value: bytes | None, headers: Headers) -> CloudEvent | None:
    try:
        return parse(value, headers)
    except EnvelopeError:
        return None
