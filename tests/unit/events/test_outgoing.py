"""Outgoing messages: CloudEvents that fit their schemas, the same bytes each time."""

import json
from typing import Final

import msgspec
import pytest
from hypothesis import given

import schemas
from pipeline.events.envelope import parse
from pipeline.events.outgoing import DEAD_LETTER_HEADER, Outgoing, dead_letter_header, encode, to_json
from pipeline.events.outputs import Alert, DeadLetter, Decision, ManifestRecord
from tests.unit.events.messages import ALERT, DEAD_LETTER, DECISION, MANIFEST_RECORD, SHA_256, alerts

Message = ManifestRecord | Decision | Alert

SOURCE: Final = "urn:sealstream:test"
MESSAGES: Final[dict[str, Message]] = {
    "manifest-record.v2": MANIFEST_RECORD,
    "decision.v2": DECISION,
    "alert.v2": ALERT,
}


def violation(schema: str, value: bytes) -> schemas.Violation | None:
    return schemas.first_violation(schemas.validator(schema), json.loads(value))


@pytest.mark.parametrize("schema", MESSAGES)
def test_messages_fit_their_schemas(schema: str) -> None:
    assert violation(schema, encode(MESSAGES[schema], source=SOURCE).value) is None


@pytest.mark.parametrize("schema", MESSAGES)
def test_members_that_are_not_known_are_written_as_null(schema: str) -> None:
    message = MESSAGES[schema]
    written = json.loads(to_json(message))
    assert tuple(written) == message.__struct_fields__
    assert "time" in written["event"]


@pytest.mark.parametrize("schema", MESSAGES)
def test_what_is_written_reads_back_as_what_it_was(schema: str) -> None:
    message = MESSAGES[schema]
    assert msgspec.json.decode(to_json(message), type=type(message)) == message


@pytest.mark.parametrize(
    ("schema", "channel", "event_type", "event_id", "time"),
    [
        ("manifest-record.v2", "manifests", "sealstream.manifest.v2", SHA_256, "2026-01-31T08:30:00Z"),
        ("decision.v2", "decisions", "sealstream.decision.v2", "cd" * 32, "2026-01-31T08:30:00Z"),
        ("alert.v2", "alerts", "sealstream.alert.v2", SHA_256, None),
    ],
)
def test_every_message_is_a_cloud_event_under_the_content_id_as_key(
    schema: str, channel: str, event_type: str, event_id: str, time: str | None
) -> None:
    outgoing = encode(MESSAGES[schema], source=SOURCE)
    event = parse(outgoing.value, outgoing.headers)
    assert (outgoing.channel, outgoing.key.decode()) == (channel, "港.png")
    assert ("content-type", b"application/json") in outgoing.headers
    assert (event.type, event.id, event.source, event.subject, event.time) == (
        event_type,
        event_id,
        SOURCE,
        "港.png",
        time,
    )
    assert event.data == json.loads(outgoing.value)


@given(alerts())
def test_any_alert_is_a_cloud_event_that_fits_its_schema(alert: Alert) -> None:
    outgoing = encode(alert, source=SOURCE)
    assert parse(outgoing.value, outgoing.headers).subject == alert.subject.content_id
    assert violation("alert.v2", outgoing.value) is None


@given(alerts())
def test_what_was_stored_is_published_again_byte_for_byte(alert: Alert) -> None:
    first = encode(alert, source=SOURCE)
    assert _published_again(first) == first


def _published_again(outgoing: Outgoing) -> Outgoing:
    return encode(msgspec.json.decode(outgoing.value, type=Alert), source=SOURCE)


def test_a_dead_letter_is_explained_in_one_header() -> None:
    name, text = dead_letter_header(DEAD_LETTER)
    assert name == DEAD_LETTER_HEADER == "sealstream_dead_letter"
    assert violation("dead-letter.v1", text) is None
    assert msgspec.json.decode(text, type=DeadLetter) == DEAD_LETTER
