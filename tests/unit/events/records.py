"""CloudEvents to try things on, and the three shapes of Kafka record that carry them."""

import json
import re
from collections.abc import Mapping
from typing import Final

from hypothesis import strategies as st

from pipeline.events.envelope import CloudEvent, Headers

EVENT: Final = CloudEvent(
    id="evt-0001",
    source="https://studio.example/generations",
    type="sealstream.generation.v1",
    time="2026-01-31T08:30:00Z",
    subject="harbour.png",
    data={"content": {"id": "harbour.png", "mime": "image/png", "operation": "generated"}, "jurisdictions": ["CN"]},
)

Record = tuple[bytes, list[tuple[str, bytes]]]


def attributes(event: CloudEvent) -> dict[str, str]:
    """The context attributes an event has, as JSON members and header names call them."""
    present = {"subject": event.subject, "time": event.time}
    return {
        "specversion": "1.0",
        "id": event.id,
        "source": event.source,
        "type": event.type,
        **{name: text for name, text in present.items() if text is not None},
    }


def binary(event: CloudEvent) -> Record:
    headers = [(f"ce_{name}", text.encode()) for name, text in attributes(event).items()]
    return to_json(event.data), [*headers, ("content-type", b"application/json")]


def structured(event: CloudEvent) -> Record:
    return to_json({**attributes(event), "data": event.data}), [("content-type", b"application/cloudevents+json")]


def plain(event: CloudEvent) -> Record:
    return to_json({**attributes(event), "data": event.data}), []


def flat(event: CloudEvent) -> Record:
    """The plain shape with the data's members beside the attributes."""
    return to_json({**event.data, **attributes(event)}), []


SHAPES: Final = {"binary": binary, "structured": structured, "plain": plain, "flat": flat}


def nested(depth: int) -> dict[str, object]:
    """An object of so many levels, objects and arrays in turn."""
    inner: object = "leaf"
    for level in range(depth - 1):
        inner = [inner] if level % 2 else {"inner": inner}
    return {"outer": inner}


def to_json(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False, allow_nan=False).encode()


def with_header(headers: Headers, name: str, *texts: bytes | None) -> list[tuple[str, bytes | None]]:
    """The headers with one of them replaced, repeated or (no texts) left out."""
    others: list[tuple[str, bytes | None]] = [pair for pair in headers if pair[0] != name]
    return others + [(name, text) for text in texts]


# CloudEvents 1.0.2, "Type System": a String has no control characters, noncharacters or lone surrogates.
_FORBIDDEN: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(chr(plane << 16 | 0xFFFE) + chr(plane << 16 | 0xFFFF) for plane in range(17))
    + "]"
)
cloud_event_characters = st.characters(codec="utf-8").filter(lambda character: not _FORBIDDEN.match(character))
attribute_texts = st.text(cloud_event_characters, min_size=1, max_size=40)

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=4)
    ),
    max_leaves=12,
)

ATTRIBUTE_NAMES: Final = frozenset(
    {
        *("specversion", "id", "source", "type", "subject", "time", "datacontenttype", "dataschema"),
        *("traceparent", "tracestate", "partitionkey", "sampledrate", "sequence", "sequencetype", "dataref"),
        *("correlationid", "causationid", "recordedtime", "expirytime", "severitytext", "severitynumber"),
        *("authtype", "authid", "authclaims"),
    }
)
"""Of CloudEvents 1.0 and of its documented extensions: in the flat shape they are no data."""


@st.composite
def timestamps(draw: st.DrawFn) -> str:
    """RFC 3339 timestamps, as different producers write them."""
    moment = draw(st.datetimes()).isoformat(timespec="seconds")
    fraction = draw(st.sampled_from(["", ".5", ".123", ".123456789"]))
    zone = draw(st.sampled_from(["Z", "+00:00", "-00:00", "+08:00", "-03:30", "+23:59"]))
    return f"{moment}{fraction}{zone}"


@st.composite
def cloud_events(draw: st.DrawFn, *, data: st.SearchStrategy[Mapping[str, object]] | None = None) -> CloudEvent:
    return CloudEvent(
        id=draw(attribute_texts),
        source=draw(attribute_texts),
        type=draw(attribute_texts),
        time=draw(st.none() | timestamps()),
        subject=draw(st.none() | attribute_texts),
        data=draw(data or st.dictionaries(st.text(st.characters(codec="utf-8")), json_values, max_size=5)),
    )
