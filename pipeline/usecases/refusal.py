"""The use case of an input that can never succeed: a dead letter that explains itself, and sometimes an alert.

Pure: what it returns depends on nothing but the input and the error, so a replay says the same again.
"""

import msgspec

from pipeline.errors import AssetDigestError, EnvelopeError, EventInvalidError, SealstreamError
from pipeline.events.envelope import CloudEvent, Headers, parse
from pipeline.events.identity import dead_letter_id, event_uid
from pipeline.events.outputs import Alert, DeadLetter, EventReference, InputPosition, Subject
from pipeline.policy.credential_rules import content_mismatch
from pipeline.policy.decision import alerts_for

__all__ = ["Refusal", "refuse"]


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
) -> Refusal:
    """Explain why an input is refused.

    Args:
        position: where the input came from.
        key: the input's key, as it was sent.
        value: the input's value, as it was sent.
        headers: the input's headers, as they were sent.
        error: what stands in the way.
        attempts: how often the input was tried.
    """
    event = _event(value, headers)
    uid = None if event is None else event_uid(event.source, event.id)
    invalid = error if isinstance(error, EventInvalidError) else None
    return Refusal(
        dead_letter=DeadLetter(
            dead_letter_id=uid or dead_letter_id(position.topic, key, value),
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
        alerts=_mismatch_alert(event, error) if event is not None and isinstance(error, AssetDigestError) else (),
    )


def _mismatch_alert(event: CloudEvent, error: AssetDigestError) -> tuple[Alert, ...]:
    content = event.data.get("content")
    known = content if isinstance(content, dict) else {}
    return alerts_for(
        (content_mismatch(declared=error.declared, found=error.found),),
        event_uid=event_uid(event.source, event.id),
        event=EventReference(source=event.source, id=event.id, type=event.type, time=event.time),
        subject=Subject(content_id=str(known.get("id", "")), mime=str(known.get("mime", "")), sha256=None),
        record_uri=None,
    )


def _event(value: bytes | None, headers: Headers) -> CloudEvent | None:
    try:
        return parse(value, headers)
    except EnvelopeError:
        return None
