"""The CloudEvents 1.0 envelope of a Kafka record, in the three shapes that producers send.

| shape      | recognised by                                   | attributes          | data                           |
|------------|-------------------------------------------------|---------------------|--------------------------------|
| structured | `content-type` begins `application/cloudevents` | members of the JSON | member `data`, `data_base64`   |
| binary     | header `ce_specversion`                         | headers `ce_*`      | the whole value                |
| plain      | neither; the JSON has a member `specversion`    | members of the JSON | member `data`, `data_base64`,  |
|            |                                                 |                     | or else all the members that   |
|            |                                                 |                     | are no attributes              |

Some producers send an event in both ways at once: the whole of it as the value, and its attributes as headers, without
the content type of the structured mode. It is read as structured where both say the same.

Sources: CloudEvents 1.0.2, JSON format 3.1.1 (`data`, `data_base64`), Kafka protocol binding 1.0.2 sections 3.1
(modes), 3.2 (binary), 3.3 (structured); the attributes of documented extensions.
"""

import base64
import binascii
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeGuard

import msgspec
import orjson

from pipeline.errors import EnvelopeError
from pipeline.events.foreign_formats import foreign_format
from schemas.attributes import MAX_ATTRIBUTE_LENGTH, is_rfc_3339, problem_of_text

__all__ = ["CloudEvent", "Headers", "parse"]


Headers = Sequence[tuple[str, bytes | None]]
"""Kafka record headers in the order they came; a name may repeat, and a value may be null."""

_ATTRIBUTES: Final = frozenset(
    {"specversion", "id", "source", "type", "subject", "time", "datacontenttype", "dataschema"}
)
_EXTENSIONS: Final = frozenset(
    {
        *("traceparent", "tracestate", "partitionkey", "sampledrate", "sequence", "sequencetype", "dataref"),
        *("correlationid", "causationid", "recordedtime", "expirytime", "severitytext", "severitynumber"),
        *("authtype", "authid", "authclaims"),
    }
)
"""Attributes of the documented extensions: how an event travels, never what it says."""

_DATA: Final = ("data", "data_base64")
_REQUIRED: Final = ("id", "source", "type")
_HEADERS: Final = frozenset(
    {"content-type", "ce_specversion", "ce_id", "ce_source", "ce_type", "ce_subject", "ce_time"}
)
_MAX_DEPTH: Final = 64
_SCHEMA_REGISTRY_PREFIX: Final = b"\x00"


class CloudEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One event: its context attributes and its data, whatever shape it was sent in."""

    id: str
    source: str
    type: str
    time: str | None = None
    subject: str | None = None
    data: Mapping[str, object]


def parse(value: bytes | None, headers: Headers) -> CloudEvent:
    """Read the CloudEvent out of a Kafka record.

    Raises:
        EnvelopeError: the record is none of the three shapes, or an attribute is missing or unusable; where it is
            recognised what wrote it, the error says what to change there.
    """
    try:
        return _parse(value, headers)
    except EnvelopeError:
        if (foreign := foreign_format(value, headers)) is None:
            raise
    raise EnvelopeError(what=foreign.what, remedy=foreign.remedy)


def _parse(value: bytes | None, headers: Headers) -> CloudEvent:
    named = _by_name(headers)
    if value is None:
        raise EnvelopeError(
            what="The record has no value (a tombstone), so there is no event in it.",
            remedy="Send events to this topic, and tombstones only to compacted topics.",
        )
    content_type = _media_type(named.get("content-type", ""))
    if content_type.startswith("application/cloudevents"):
        return _structured(value, content_type)
    if "ce_specversion" in named:
        return _binary(value, named, content_type)
    return _plain(value)


def _structured(value: bytes, content_type: str) -> CloudEvent:
    if content_type not in ("application/cloudevents", "application/cloudevents+json"):
        raise EnvelopeError(
            what="The content type names a structured mode other than JSON, or a batch.",
            remedy="Send one event per record as application/cloudevents+json.",
        )
    document = _json_object(value)
    if not _has_data(document):
        raise EnvelopeError(
            what="The structured event has no member `data`.",
            remedy="Put the event's data as a JSON object into `data`, or as the base64 of one into `data_base64`.",
        )
    return _event(document, _data_of(document))


def _binary(value: bytes, named: Mapping[str, str], content_type: str) -> CloudEvent:
    if content_type and not content_type.endswith(("/json", "+json")):
        raise EnvelopeError(
            what="The content type of the event's data is not JSON.",
            remedy="Send the data as JSON with the header content-type: application/json.",
        )
    attributes = {name.removeprefix("ce_"): text for name, text in named.items() if name.startswith("ce_")}
    document = _json_object(value)
    says_the_same = all(document.get(name) == attributes.get(name) for name in ("specversion", *_REQUIRED))
    if says_the_same and _has_data(document):
        return _event(document, _data_of(document))
    return _event(attributes, document)


def _plain(value: bytes) -> CloudEvent:
    document = _json_object(value)
    if "specversion" not in document:
        raise EnvelopeError(
            what="The record is no CloudEvent: no header `ce_specversion`, no member `specversion`.",
            remedy="Add the CloudEvents attributes specversion, id, source and type, as headers or as members.",
        )
    if _has_data(document):
        return _event(document, _data_of(document))
    around = _ATTRIBUTES | _EXTENSIONS
    return _event(document, {name: member for name, member in document.items() if name not in around})


def _has_data(document: Mapping[str, object]) -> bool:
    return any(name in document for name in _DATA)


def _data_of(document: Mapping[str, object]) -> object:
    """The data of an event in JSON: as it is, or as base64 of what was serialised before."""
    if "data_base64" not in document:
        return document["data"]
    encoded = document["data_base64"]
    if "data" in document or not isinstance(encoded, str):
        raise EnvelopeError(
            what="The event has both members `data` and `data_base64`, or the latter is no string.",
            remedy="Send one of them: a JSON object as `data`, or the base64 of one as `data_base64`.",
        )
    try:
        decoded = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise EnvelopeError(
            what="The member `data_base64` is not base64.",
            remedy="Encode the bytes with the standard alphabet and padding, or send a JSON object as `data`.",
        ) from None
    return _json_object(decoded)


def _event(attributes: Mapping[str, object], data: object) -> CloudEvent:
    if attributes.get("specversion") != "1.0":
        raise EnvelopeError(
            what="The attribute `specversion` is not the string 1.0.",
            remedy="Send CloudEvents 1.0.",
        )
    if not _is_object(data):
        raise EnvelopeError(
            what=f"The event's data is of type {_json_type(data)}, not object.",
            remedy="Send the data as a JSON object.",
        )
    if _is_deeper(data, _MAX_DEPTH):
        raise EnvelopeError(
            what=f"The event's data is nested more than {_MAX_DEPTH} levels deep.",
            remedy="Send the data as the schema describes it; no part of it needs so many levels.",
        )
    event_id, source, event_type = (_required_text(attributes, name) for name in _REQUIRED)
    return CloudEvent(
        id=event_id,
        source=source,
        type=event_type,
        time=_timestamp(attributes),
        subject=_optional_text(attributes, "subject"),
        data=data,
    )


def _required_text(attributes: Mapping[str, object], name: str) -> str:
    text = _optional_text(attributes, name)
    if text is None:
        raise EnvelopeError(
            what=f"The required CloudEvents attribute `{name}` is missing.",
            remedy=f"Send a non-empty string as `{name}`.",
        )
    return text


def _optional_text(attributes: Mapping[str, object], name: str) -> str | None:
    attribute = attributes.get(name)
    if attribute is None:
        return None
    problem: str | None = f"is of type {_json_type(attribute)}, not string"
    if isinstance(attribute, str):
        problem = problem_of_text(attribute)
        if problem is None:
            return attribute
    raise EnvelopeError(
        what=f"The CloudEvents attribute `{name}` {problem}.",
        remedy=f"Send 1 to {MAX_ATTRIBUTE_LENGTH} characters, none of them a control character, as `{name}`.",
    )


def _timestamp(attributes: Mapping[str, object]) -> str | None:
    text = _optional_text(attributes, "time")
    if text is None:
        return None
    if is_rfc_3339(text):
        return text
    raise EnvelopeError(
        what="The CloudEvents attribute `time` is no RFC 3339 timestamp with a time zone.",
        remedy="Send a time such as 2026-01-31T08:30:00Z.",
    )


def _json_object(value: bytes) -> dict[str, object]:
    try:
        document: object = orjson.loads(value)
    except orjson.JSONDecodeError as error:
        if value.startswith(_SCHEMA_REGISTRY_PREFIX):
            what = "The value starts with a NUL byte, as schema-registry serializers write it."
            remedy = "Send plain JSON; schema ids may go into headers."
        else:
            what = f"The value is not JSON: the parser stopped at line {error.lineno}, column {error.colno}."
            remedy = "Send the event as JSON in UTF-8."
        # The parser's own error quotes the document, which must not reach a log or a dead letter.
        raise EnvelopeError(what=what, remedy=remedy) from None
    if not _is_object(document):
        raise EnvelopeError(
            what=f"The value is a JSON {_json_type(document)}, not an object.",
            remedy="Send one event per record, as a JSON object.",
        )
    return document


def _by_name(headers: Headers) -> dict[str, str]:
    named: dict[str, str] = {}
    for raw_name, raw in headers:
        name = raw_name.lower()
        if name not in _HEADERS or raw is None:
            continue
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            raise EnvelopeError(
                what=f"The header `{name}` is not UTF-8.", remedy="Send CloudEvents headers as UTF-8 text."
            ) from None
        if named.setdefault(name, text) != text:
            raise EnvelopeError(
                what=f"The header `{name}` is there more than once with different values.",
                remedy="Send each CloudEvents header once.",
            )
    return named


def _media_type(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def _is_object(document: object) -> TypeGuard[dict[str, object]]:
    return isinstance(document, dict)


def _is_deeper(document: object, limit: int) -> bool:
    """Whether containers are nested deeper; level by level, as recursion is what this protects others from."""
    level = [document]
    for _ in range(limit + 1):
        containers = [
            value.values() if isinstance(value, dict) else value for value in level if isinstance(value, dict | list)
        ]
        if not containers:
            return False
        level = [member for container in containers for member in container]
    return True


def _json_type(document: object) -> str:
    names: Iterable[tuple[type, str]] = (
        (bool, "boolean"),
        (dict, "object"),
        (list, "array"),
        (str, "string"),
        (int, "number"),
        (float, "number"),
    )
    return next((name for kind, name in names if isinstance(document, kind)), "null")
