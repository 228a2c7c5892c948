"""What a record that is no CloudEvent was probably written by, so that its producer hears what to change there.

Asked only of records that were refused. Nothing of a record is repeated.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple, TypeGuard

import orjson

__all__ = ["ForeignFormat", "foreign_format"]

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
_GZIP: Final = b"\x1f\x8b"
_CONNECT: Final = frozenset({"schema", "payload"})
_CHANGE: Final = frozenset({"op", "source"})
_ROWS: Final = frozenset({"before", "after"})

_Headers = Sequence[tuple[str, bytes | None]]


class ForeignFormat(NamedTuple):
    """What was recognised, and what to do about it at the producer."""

    what: str
    remedy: str


def foreign_format(value: bytes | None, headers: _Headers) -> ForeignFormat | None:
    """Say by what a refused record was probably written; None where nothing is recognised."""
    found = _by_bytes(value or b"") or _by_headers(headers)
    if found is not None or value is None:
        return found
    try:
        document = orjson.loads(value)
    except orjson.JSONDecodeError:
        return None
    return _by_members(document) if _is_object(document) else None


def _by_bytes(value: bytes) -> ForeignFormat | None:
    if value.startswith(_BYTE_ORDER_MARK):
        return ForeignFormat("The value starts with a byte order mark.", "Send the JSON in UTF-8 without one.")
    if value.startswith(_UTF_16):
        return ForeignFormat("The value is in UTF-16.", "Send the JSON in UTF-8.")
    if value.startswith(_GZIP):
        return ForeignFormat(
            "The value was compressed with gzip before it was sent.",
            "Send plain JSON, and let the Kafka client compress (compression.type).",
        )
    return None


def _by_headers(headers: _Headers) -> ForeignFormat | None:
    names = {name.lower() for name, _ in headers}
    if "ce-specversion" in names and "ce_specversion" not in names:
        return ForeignFormat(
            "The headers are named as over HTTP (`ce-…`).", "Over Kafka they are named `ce_…`, with an underscore."
        )
    if any(_is_quoted(text) for name, text in headers if name.lower() in ("ce_specversion", "content-type")):
        return ForeignFormat(
            "The values of headers are in quotes, as Spring for Apache Kafka writes them.",
            "Let its header mapper leave them alone: setEncodeStrings(false), or send bytes.",
        )
    return None


def _by_members(document: Mapping[str, object]) -> ForeignFormat | None:
    payload = document.get("payload")
    is_wrapped = document.keys() == _CONNECT
    if _is_change(document) or (is_wrapped and _is_object(payload) and _is_change(payload)):
        return ForeignFormat(
            "The value is a change event of Debezium.",
            "Let the application write events into an outbox, and Debezium's outbox event router send them.",
        )
    if is_wrapped:
        return ForeignFormat(
            "The value is wrapped with its schema, as Kafka Connect's JsonConverter does.",
            "Set value.converter.schemas.enable=false in the connector.",
        )
    return None


def _is_change(document: Mapping[str, object]) -> bool:
    return document.keys() >= _CHANGE and not _ROWS.isdisjoint(document.keys()) and "specversion" not in document


def _is_quoted(text: bytes | None) -> bool:
    return text is not None and len(text) > 1 and text.startswith(b'"') and text.endswith(b'"')


def _is_object(document: object) -> TypeGuard[dict[str, object]]:
    return isinstance(document, dict)
