"""Holds events against the contract before they are sent, and says what is wrong as a worker would."""

import hashlib
from datetime import datetime
from typing import Final

import msgspec
import orjson
from msgspec import UNSET

from sealstream_client.contract.attributes import MAX_ATTRIBUTE_LENGTH, is_rfc_3339, problem_of_text
from sealstream_client.contract.loader import validator
from sealstream_client.contract.violations import first_violation
from sealstream_client.errors import EventRefusedError
from sealstream_client.events import ActivityEvent, GenerationEvent, PublicationEvent

__all__ = ["Event", "Prepared", "event_uid", "prepared"]

Event = GenerationEvent | PublicationEvent | ActivityEvent

_KINDS: Final = {
    GenerationEvent: ("generation", "generation"),
    PublicationEvent: ("publication", "publication"),
    ActivityEvent: ("activity", "activities"),
}
"""Of each event, what its type and schema are called, and its topic without the prefix."""

_MATTERS: Final = (
    "content",
    *("incident", "complaint", "takedown", "order", "appeal", "emergency"),
    "licence",
    "service",
)
_MOST_BYTES: Final = 2**20
"""What Kafka takes by default in one record, and the topics of sealstream with it."""


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """An event as it is sent: a CloudEvent in binary mode.

    Attributes:
        topic: without the prefix of the installation.
        uid: what its records are found by.
    """

    topic: str
    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...]
    source: str
    id: str
    uid: str


def event_uid(source: str, event_id: str) -> str:
    """The identity of an event in everything sealstream writes: hex SHA-256 over `source`, a NUL byte and `id`."""
    return hashlib.sha256(b"\x00".join((source.encode(), event_id.encode()))).hexdigest()


def prepared(event: Event, *, source: str, event_id: str | None, time: datetime | str | None) -> Prepared:
    """An event as it is sent.

    Raises:
        EventRefusedError: a worker would not take it.
    """
    kind, topic = _KINDS[type(event)]
    data = _data(event, f"{kind}-event.v1")
    value = orjson.dumps(data)
    if len(value) > _MOST_BYTES:
        raise EventRefusedError(f"The event has {len(value)} bytes, more than 1 MiB. Put its asset into the inbox.")
    when = None if time is None else _time(time)
    identity = _derived_id(data, when, kind) if event_id is None else event_id
    for name, text in (("id", identity), ("source", source)):
        if (problem := problem_of_text(text)) is not None:
            raise EventRefusedError(
                f"The CloudEvents attribute `{name}` {problem}. Send 1 to {MAX_ATTRIBUTE_LENGTH} characters, none of"
                f" them a control character, as `{name}`."
            )
    uid = event_uid(source, identity)
    attributes = {"specversion": "1.0", "id": identity, "source": source, "type": f"sealstream.{kind}.v1"}
    if when is not None:
        attributes["time"] = when
    return Prepared(
        topic=topic,
        key=_key(event, uid).encode(),
        value=value,
        headers=(
            ("content-type", b"application/json"),
            *((f"ce_{name}", text.encode()) for name, text in attributes.items()),
        ),
        source=source,
        id=identity,
        uid=uid,
    )


def _key(event: Event, uid: str) -> str:
    """What keeps the order of events that belong together: the content, or the case or service an activity is about."""
    if not isinstance(event, ActivityEvent):
        return event.content.id
    matters = (getattr(event, matter) for matter in _MATTERS)
    named = (matter.id for matter in matters if matter is not UNSET)
    return next((name for name in named if name is not UNSET), uid)


def _data(event: Event, schema: str) -> dict[str, object]:
    data: dict[str, object] = msgspec.to_builtins(event)
    violation = first_violation(validator(schema), data)
    if violation is not None:
        raise EventRefusedError(f"{violation.breach(schema)} {violation.message}")
    return data


def _time(time: datetime | str) -> str:
    text = time if isinstance(time, str) else time.isoformat()
    if not is_rfc_3339(text):
        raise EventRefusedError(
            "The CloudEvents attribute `time` is no RFC 3339 timestamp with a time zone. Send a time such as"
            " 2026-01-31T08:30:00Z."
        )
    return text


def _derived_id(data: dict[str, object], time: str | None, kind: str) -> str:
    """An id that is the same whenever the same event is sent, and never that of an event with other content."""
    if kind == "activity" and time is None:
        raise EventRefusedError(
            "An activity without `id` needs a `time`: the same thing happens twice, and would be taken for one event."
        )
    said = orjson.dumps([kind, time, data], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(said).hexdigest()
