"""Outgoing messages: typed values become CloudEvents in binary mode, the same bytes each time."""

from collections.abc import Mapping, Sequence
from typing import Final, Literal, NamedTuple

import msgspec

from pipeline.events.outputs import (
    Alert,
    Announcement,
    Case,
    DeadLetter,
    Decision,
    Enforcement,
    EnforcementReversal,
    FeatureAddition,
    ManifestRecord,
    ReviewUpdate,
    RunningClock,
    ServiceOrder,
)

__all__ = [
    "DEAD_LETTER_HEADER",
    "Channel",
    "Outgoing",
    "Output",
    "dead_letter_header",
    "dead_letter_in",
    "encode",
    "to_json",
]

Channel = Literal[
    "manifests",
    "decisions",
    "alerts",
    "enforcement",
    "case-updates",
    "clocks",
    "review-updates",
    "features",
    "services",
]
Output = (
    ManifestRecord
    | Decision
    | Alert
    | Enforcement
    | EnforcementReversal
    | Case
    | RunningClock
    | Announcement
    | ReviewUpdate
    | FeatureAddition
    | ServiceOrder
)

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
    the same bytes. Whose event it was stays in the store.
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
        value=to_json(_for_topics(message)),
    )


def _for_topics(message: Output) -> Output:
    if isinstance(message, ManifestRecord | Decision):
        return msgspec.structs.replace(message, account=None, data_subjects=None)
    if isinstance(message, Case) and message.party is not None:
        return msgspec.structs.replace(message, party=None)
    return message


def _address(message: Output) -> _Address:
    """Messages about the same content share a key, and so keep their order; without content it is the event's."""
    match message:
        case ManifestRecord():
            return _Address("manifests", "manifest.v2", message.event_uid, message.content.id, message.sealed_at)
        case Decision(content=content):
            subject = message.event_uid if content is None else content.id
            return _Address("decisions", "decision.v2", message.decision_id, subject, message.decided_at)
        case Enforcement() | EnforcementReversal():
            kind = "enforcement.v1" if isinstance(message, Enforcement) else "enforcement-reversal.v1"
            return _Address("enforcement", kind, message.enforcement_id, message.account, message.entered_at)
        case Case() | RunningClock() | Announcement():
            return _address_of_case(message)
        case ReviewUpdate() | FeatureAddition() | ServiceOrder():
            return _address_of_act(message)
        case Alert():
            subject = message.subject.content_id or message.event_uid
            return _Address("alerts", "alert.v2", message.alert_id, subject, message.event.time)


def _address_of_act(message: ReviewUpdate | FeatureAddition | ServiceOrder) -> _Address:
    """Of what people did beside deciding, by the event; of what they put into reference sets, by the entry."""
    if isinstance(message, ServiceOrder):
        return _Address("services", "service.v1", f"{message.id}@{message.version}", message.id, None)
    if isinstance(message, FeatureAddition):
        return _Address("features", "feature.v1", f"{message.id}@{message.version}", message.id, None)
    return _Address("review-updates", "review-update.v1", message.update_id, message.event_uid, message.at)


def _address_of_case(message: Case | RunningClock | Announcement) -> _Address:
    """Of a case and of a clock the topics keep the newest; each of a clock's announcements has a key of its own."""
    match message:
        case Case():
            id_ = f"{message.case_uid}.{message.version}"
            return _Address("case-updates", "case.v1", id_, message.case_uid, message.changed_at)
        case RunningClock():
            id_ = f"{message.clock_id}.{message.case_version}"
            return _Address("clocks", "clock.v1", id_, message.clock_id, None)
        case Announcement():
            stage = message.stage if message.share is None else f"{message.stage}-{message.share}"
            key = f"{message.clock_id}.{stage}"
            return _Address("clocks", "clock-announcement.v1", message.announcement_id, key, message.said_at)


def dead_letter_header(letter: DeadLetter) -> tuple[str, bytes]:
    """The header that explains a dead letter."""
    return DEAD_LETTER_HEADER, to_json(letter)


def dead_letter_in(headers: Sequence[tuple[str, bytes | None]]) -> bytes | None:
    """What explains a dead letter, as it was encoded; None for what is none.

    It is the last header: what a producer sent, which may have one of that name, stands before it.
    """
    name, explanation = headers[-1] if headers else ("", None)
    return explanation if name == DEAD_LETTER_HEADER else None


def to_json(message: msgspec.Struct) -> bytes:
    """The JSON of a message, as it is stored and as it is published."""
    return msgspec.json.encode(message)
