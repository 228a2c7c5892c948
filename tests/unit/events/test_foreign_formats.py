"""What other programs write that is no CloudEvent: each is told what wrote it and what to change there."""

import gzip
import json
from typing import Final

import pytest

from pipeline.errors import EnvelopeError
from pipeline.events.envelope import CloudEvent, Headers, parse
from tests.unit.events.records import EVENT, binary, plain

VALUE, HEADERS = binary(EVENT)
EVENT_ITSELF = json.loads(plain(EVENT)[0])
CHANGE: Final = {
    "before": None,
    "after": {"id": 7, "prompt": "a kingfisher"},
    "source": {"version": "3.2.0.Final", "connector": "postgresql", "table": "stories"},
    "op": "c",
    "ts_ms": 1795000000000,
}


def wrapped(payload: object) -> dict[str, object]:
    """As JsonConverter writes with schemas.enable, which is its default."""
    return {"schema": {"type": "struct", "fields": [], "optional": False, "name": "x"}, "payload": payload}


def renamed(prefix: str) -> Headers:
    return [(name.replace("ce_", prefix), text) for name, text in HEADERS]


FOREIGN: Final[dict[str, tuple[bytes, Headers, str, str]]] = {
    "Kafka Connect with schemas": (json.dumps(wrapped(EVENT_ITSELF)).encode(), [], "JsonConverter", "schemas.enable"),
    "Kafka Connect, text in it": (json.dumps(wrapped("text")).encode(), [], "JsonConverter", "schemas.enable"),
    "Debezium": (json.dumps(CHANGE).encode(), [], "Debezium", "outbox"),
    "Debezium with schemas": (json.dumps(wrapped(CHANGE)).encode(), [], "Debezium", "outbox"),
    "headers as over HTTP": (VALUE, renamed("ce-"), "HTTP", "underscore"),
    "headers of Spring": (
        VALUE,
        [(name, b'"%s"' % (text or b"")) for name, text in HEADERS],
        "Spring",
        "EncodeStrings",
    ),
    "a byte order mark": (b"\xef\xbb\xbf" + VALUE, HEADERS, "byte order mark", "UTF-8"),
    "UTF-16": (VALUE.decode().encode("utf-16"), HEADERS, "UTF-16", "UTF-8"),
    "gzip": (gzip.compress(VALUE), HEADERS, "gzip", "compression.type"),
    "schema registry": (b"\x00\x00\x00\x00\x07" + VALUE, HEADERS, "schema-registry", "plain JSON"),
}


@pytest.mark.parametrize("name", list(FOREIGN))
def test_it_is_said_what_wrote_the_record_and_what_to_change_there(name: str) -> None:
    value, headers, what, remedy = FOREIGN[name]
    with pytest.raises(EnvelopeError) as refusal:
        parse(value, headers)
    assert what in refusal.value.what
    assert remedy in refusal.value.remedy
    assert "kingfisher" not in str(refusal.value)


def test_data_that_looks_like_one_of_them_is_an_event_all_the_same() -> None:
    for data in (CHANGE, wrapped(CHANGE)):
        event = CloudEvent(id="a", source="b", type="c", data=data)
        assert parse(*binary(event)) == event


@pytest.mark.parametrize("content_type", ["application/json", "text/json", "application/vnd.x+json; charset=utf-8"])
def test_every_media_type_of_json_is_taken_for_json(content_type: str) -> None:
    headers = [(name, content_type.encode() if name == "content-type" else text) for name, text in HEADERS]
    assert parse(VALUE, headers) == EVENT
