"""Refusal: an input that can never succeed says why, and shows nothing of itself."""

import orjson
import pytest

from pipeline.errors import (
    AssetDigestError,
    EnvelopeError,
    EventInvalidError,
    HostileAssetError,
    IdentityReusedError,
    SealstreamError,
)
from pipeline.events.identity import alert_id, event_uid
from pipeline.events.outgoing import to_json
from pipeline.events.outputs import Alert, InputPosition
from pipeline.usecases.refusal import Refusal, refuse
from schemas import first_violation, validator

EVENT = orjson.dumps(
    {
        "specversion": "1.0",
        "id": "1",
        "source": "/studio",
        "type": "sealstream.generation.v1",
        "data": {"content": {"id": "a.png", "mime": "image/png"}},
    }
)
AT = InputPosition(topic="sealstream.generation", partition=2, offset=7, timestamp=1_780_000_000_000)


def refusal(value: bytes | None, error: SealstreamError, awaits_judgement: str | None = None) -> Refusal:
    return refuse(
        position=AT,
        key=b"a.png",
        value=value,
        headers=(),
        error=error,
        attempts=1,
        awaits_judgement=awaits_judgement,
    )


def test_a_schema_violation_is_named_by_path_and_rule() -> None:
    error = EventInvalidError(what="w", remedy="r", path="$.content.sha256", rule="pattern", value_type="string")
    letter = refusal(EVENT, error).dead_letter
    assert (letter.path, letter.rule, letter.value_type) == ("$.content.sha256", "pattern", "string")
    assert (letter.stage, letter.error, letter.input) == ("intake", "EventInvalidError", AT)
    assert letter.event_uid == event_uid("/studio", "1")


@pytest.mark.parametrize("value", [b"not json", None, b"[]", b"\xff"])
def test_what_is_no_event_has_a_dead_letter_with_an_identity_of_its_own(value: bytes | None) -> None:
    error = EnvelopeError(what="w", remedy="r")
    letter = refusal(value, error).dead_letter
    assert letter.event_uid is None
    assert letter == refusal(value, error).dead_letter
    assert letter.dead_letter_id != refusal(b"other", error).dead_letter.dead_letter_id


def test_a_digest_that_differs_raises_an_alert_beside_the_dead_letter() -> None:
    said = refusal(EVENT, AssetDigestError(what="w", remedy="r", declared="a" * 64, found="b" * 64))
    (alert,) = said.alerts
    assert (alert.kind, alert.severity, alert.subject.content_id) == ("content-mismatch", "critical", "a.png")
    assert alert.alert_id == alert_id(event_uid("/studio", "1"), "credential.content-mismatch")
    assert (alert.evidence["declared"], alert.evidence["found"]) == ("a" * 64, "b" * 64)


def test_other_errors_raise_none() -> None:
    assert refusal(EVENT, EnvelopeError(what="w", remedy="r")).alerts == ()


REUSED = IdentityReusedError(what="Another one.", remedy="Give it an id.")


def test_a_used_identity_is_told_to_operations_and_its_dead_letter_is_not_that_of_the_first_event() -> None:
    said = refusal(EVENT, REUSED)
    (alert,) = said.alerts
    assert (alert.kind, alert.rule.id, alert.severity) == ("operations", "operations.identity-reused", "high")
    assert alert.event_uid == said.dead_letter.event_uid == event_uid("/studio", "1")
    assert said.dead_letter.dead_letter_id not in (event_uid("/studio", "1"), refusal(b"x", REUSED).dead_letter)
    assert said == refusal(EVENT, REUSED)


@pytest.mark.parametrize(
    ("value", "subject"),
    [
        (EVENT, ("a.png", "image/png")),
        (EVENT.replace(b'"a.png"', b"7").replace(b"image/png", b"no type"), (None, None)),
        (EVENT.replace(b'{"id":"a.png","mime":"image/png"}', b"[]"), (None, None)),
        (b"not json", (None, None)),
        (None, (None, None)),
    ],
)
@pytest.mark.parametrize("error", [EnvelopeError(what="w.", remedy=""), HostileAssetError(what="w.", remedy="r.")])
def test_what_was_to_be_judged_and_never_is_raises_an_alert(
    value: bytes | None, subject: tuple[str | None, str | None], error: SealstreamError
) -> None:
    (alert,) = refusal(value, error, "sealstream.publication.v1").alerts
    assert (alert.kind, alert.rule.id, alert.severity) == ("unjudged", "operations.unjudged", "high")
    assert (alert.subject.content_id, alert.subject.mime) == subject
    assert (alert.evidence["offset"], alert.evidence["error"]) == (AT.offset, type(error).__name__)
    assert_keeps_to_its_schema(alert)


def test_a_used_identity_is_unjudged_too() -> None:
    assert [alert.kind for alert in refusal(EVENT, REUSED, "sealstream.publication.v1").alerts] == [
        "operations",
        "unjudged",
    ]


def assert_keeps_to_its_schema(alert: Alert) -> None:
    assert first_violation(validator("alert.v2"), orjson.loads(to_json(alert))) is None
