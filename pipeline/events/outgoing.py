"""Outgoing messages: typed values become CloudEvents in binary mode, the same bytes each time."""

from collections.abc import Mapping
from typing import Final, Literal

import msgspec

from pipeline.events.outputs import Alert, DeadLetter, Decision, ManifestRecord

__all__ = ["DEAD_LETTER_HEADER", "Channel", "Outgoing", "dead_letter_header", "encode", "to_json"]

Channel = Literal["manifests", "decisions", "alerts"]

DEAD_LETTER_HEADER: Final = "sealstream_dead_letter"
"""The header of a dead letter that holds its explanation (schema dead-letter.v1) as JSON."""


class Outgoing(msgspec.Struct, frozen=True, kw_only=True):
    """One message, ready to be published: where to, under which key, and its bytes."""

    channel: Channel
    key: bytes
    headers: tuple[tuple[str, bytes], ...]
    value: bytes


def encode(message: ManifestRecord | Decision | Alert, *, source: str) -> Outgoing:
    """Encode an output as a CloudEvent in binary mode; `source` names this installation.

    The CloudEvents id is the message's own identity and the time is the one stored with it, so a replay encodes to
    the same bytes.
    """
    channel: Channel
    time: str | None
    match message:
        case ManifestRecord():
            channel, schema, identity, time = "manifests", "manifest", message.event_uid, message.sealed_at
            subject = message.content.id
        case Decision():
            channel, schema, identity, time = "decisions", "decision", message.decision_id, message.decided_at
            subject = message.content.id
        case _:
            channel, schema, identity, time = "alerts", "alert", message.alert_id, message.event.time
            subject = message.subject.content_id
    attributes: Mapping[str, str | None] = {
        "specversion": "1.0",
        "id": identity,
        "source": source,
        "type": f"sealstream.{schema}.v1",
        "subject": subject,
        "time": time,
    }
    return Outgoing(
        channel=channel,
        key=subject.encode(),
        headers=(
            *((f"ce_{name}", text.encode()) for name, text in attributes.items() if text is not None),
            ("content-type", b"application/json"),
        ),
        value=to_json(message),
    )


def dead_letter_header(letter: DeadLetter) -> tuple[str, bytes]:
    """The header that explains a dead letter."""
    return DEAD_LETTER_HEADER, to_json(letter)


def to_json(message: msgspec.Struct) -> bytes:
    """The JSON of a message, as it is stored and as it is published."""
    return msgspec.json.encode(message)
