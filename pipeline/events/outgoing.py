"""Outgoing messages: typed values become CloudEvents in binary mode, the same bytes each time."""

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

import msgspec

from pipeline.events.outputs import (
    Alert,
    DeadLetter,
    Decision,
    Enforcement,
    EnforcementReversal,
    ManifestRecord,
    ReviewUpdate,
)

__all__ = ["DEAD_LETTER_HEADER", "Channel", "Outgoing", "Output", "dead_letter_header", "encode", "to_json"]

Channel = Literal["manifests", "decisions", "alerts", "enforcement", "review-updates"]
Output = ManifestRecord | Decision | Alert | Enforcement | EnforcementReversal | ReviewUpdate

DEAD_LETTER_HEADER: Final = "sealstream_dead_letter"
"""The header of a dead letter that holds its explanation (schema dead-letter.v1) as JSON."""


class Outgoing(msgspec.Struct, frozen=True, kw_only=True):
    """One message, ready to be published: where to, under which key, and its bytes."""

    channel: Channel
    key: bytes
    headers: tuple[tuple[str, bytes], ...]
    value: bytes


class _Address(NamedTuple):
    """What the CloudEvents attributes of one output are, and where it goes."""

    channel: Channel
    type: str
    id: str
    subject: str
    time: str | None


def encode(message: Output, *, source: str) -> Outgoing:
    """Encode an output as a CloudEvent in binary mode; `source` names this installation.

    The CloudEvents id is the message's own identity and the time is the one stored with it, so a replay encodes to
    the same bytes.
    """
    address = _address(message)
    attributes: Mapping[str, str | None] = {
        "specversion": "1.0",
        "id": address.id,
        "source": source,
        "type": f"sealstream.{address.type}",
        "subject": address.subject,
        "time": address.time,
    }
    return Outgoing(
        channel=address.channel,
        key=address.subject.encode(),
        headers=(
            *((f"ce_{name}", text.encode()) for name, text in attributes.items() if text is not None),
            ("content-type", b"application/json"),
        ),
        value=to_json(message),
    )


def _address(message: Output) -> _Address:
    """Messages about the same content share a key, and so keep their order; without content it is the event's."""
    match message:
        case ManifestRecord():
            return _Address("manifests", "manifest.v2", message.event_uid, message.content.id, message.sealed_at)
        case Decision(content=content):
            subject = message.event_uid if content is None else content.id
            return _Address("decisions", "decision.v2", message.decision_id, subject, message.decided_at)
        case Enforcement():
            return _Address(
                "enforcement", "enforcement.v1", message.enforcement_id, message.account, message.entered_at
            )
        case EnforcementReversal():
            return _Address(
                "enforcement", "enforcement-reversal.v1", message.enforcement_id, message.account, message.entered_at
            )
        case ReviewUpdate():
            return _Address("review-updates", "review-update.v1", message.update_id, message.event_uid, message.at)
        case Alert():
            subject = message.subject.content_id or message.event_uid
            return _Address("alerts", "alert.v2", message.alert_id, subject, message.event.time)


def dead_letter_header(letter: DeadLetter) -> tuple[str, bytes]:
    """The header that explains a dead letter."""
    return DEAD_LETTER_HEADER, to_json(letter)


def to_json(message: msgspec.Struct) -> bytes:
    """The JSON of a message, as it is stored and as it is published."""
    return msgspec.json.encode(message)
