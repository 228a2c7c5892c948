"""Inspection: from a publication event to what the asset says of itself, a decision, and alerts."""

import base64

import msgspec
import pytest

from pipeline.events.outputs import Decision
from tests.unit.house import House, generation, png, publication

TEXT = "Once upon a time.\n"


def sealed_image(house: House) -> dict[str, object]:
    content = {**house.put("a.png", png(), "image/png"), "operation": "generated"}
    record = house.seal(generation({"content": content}, event_id="made")).record
    return {
        "id": "a.png",
        "mime": "image/png",
        "uri": record.sealed.uri,
        "sha256": record.sealed.sha256,
        "size": record.sealed.size,
    }


def kinds(said: object) -> set[str]:
    return {alert.kind for alert in said.alerts}  # type: ignore[attr-defined]


def test_sealed_content_may_be_published(house: House) -> None:
    said = house.inspect(publication({"content": {**sealed_image(house), "synthetic": "yes"}}))
    assert (said.record.decision, said.record.credential.trust, said.alerts) == ("allow", "trusted", ())


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ({"content": {"synthetic": "yes"}}, {"unlabeled"}),
        ({"declaration": {"made": True, "value": "ai"}}, {"unlabeled"}),
        ({"content": {"synthetic": "no"}}, set()),
        ({}, set()),
    ],
)
def test_only_ai_content_needs_a_credential(
    house: House, declared: dict[str, dict[str, object]], expected: set[str]
) -> None:
    content = {**house.put("bare.png", png(), "image/png"), **declared.get("content", {})}
    said = house.inspect(publication({**declared, "content": content}))
    assert kinds(said) == expected
    assert said.record.credential.credential == "absent"
    assert said.record.decision == ("hold" if expected else "allow")


def test_ai_content_that_is_declared_human_is_found_out(house: House) -> None:
    said = house.inspect(publication({"content": {**sealed_image(house), "synthetic": "no"}}))
    assert kinds(said) == {"undeclared-ai"}
    assert said.record.declared == "human"


def test_content_that_was_changed_after_sealing_is_blocked(house: House) -> None:
    sealed = house.stored(str(sealed_image(house)["uri"]))
    tampered = sealed[:-20] + bytes([sealed[-20] ^ 1]) + sealed[-19:]
    content = {**house.put("tampered.png", tampered, "image/png"), "synthetic": "yes"}
    said = house.inspect(publication({"content": content}))
    assert "content-tampered" in kinds(said)
    assert said.record.decision == "block"
    assert said.record.credential.credential == "invalid"


def story(mime: str) -> dict[str, object]:
    return {"content": {"id": "story", "mime": mime, "operation": "generated", "text": TEXT}}


def test_a_text_beside_which_a_manifest_was_put_is_recognised_by_its_bytes(house: House) -> None:
    house.seal(generation(story("text/markdown"), event_id="m"))
    content = {"id": "s", "mime": "text/markdown", "text": TEXT, "synthetic": "yes"}
    said = house.inspect(publication({"content": content}))
    assert (said.record.credential.credential, said.record.credential.binding) == ("valid", "sidecar")
    changed = {**content, "text": TEXT.upper()}
    assert kinds(house.inspect(publication({"content": changed}, event_id="2"))) == {"unlabeled"}


def test_a_plain_text_we_sealed_brings_its_manifest_along(house: House) -> None:
    record = house.seal(generation(story("text/plain"), event_id="m")).record
    sealed = house.stored(record.sealed.uri).decode()
    assert sealed.startswith(TEXT)
    content = {"id": "s", "mime": "text/plain", "text": sealed, "synthetic": "yes"}
    said = house.inspect(publication({"content": content}))
    assert (said.record.credential.credential, said.record.credential.binding) == ("valid", "embedded")
    assert said.record.decision == "allow"
    changed = {**content, "text": sealed.replace("Once", "Twice")}
    assert "content-tampered" in kinds(house.inspect(publication({"content": changed}, event_id="2")))
    without = {**content, "text": TEXT}
    assert kinds(house.inspect(publication({"content": without}, event_id="3"))) == {"unlabeled"}


def test_a_manifest_that_travels_beside_the_content_is_read(house: House) -> None:
    record = house.seal(generation(story("text/markdown"), event_id="m")).record
    manifest = {"base64": base64.b64encode(house.stored(record.manifest.uri)).decode()}
    changed = {"id": "s", "mime": "text/markdown", "text": TEXT.upper(), "synthetic": "yes", "manifest": manifest}
    assert "content-tampered" in kinds(house.inspect(publication({"content": changed})))


def test_the_same_event_again_says_the_same(house: House) -> None:
    event = publication({"content": {**house.put("bare.png", png(), "image/png"), "synthetic": "yes"}})
    first = house.inspect(event)
    assert house.inspect(event) == first
    assert len(house.records()) == 2  # its record, and the note by which it is found by its bytes
    stored = msgspec.json.decode(house.stored(first.record.record_uri), type=Decision)
    assert stored == first.record


def test_an_unverified_user_may_publish_where_no_law_asks_for_a_name(house: House) -> None:
    said = house.inspect(publication({"content": sealed_image(house), "user": {"identity": {"status": "unverified"}}}))
    assert [alert.rule.id for alert in said.alerts] == ["high-risk.unverified-user"]
    assert said.record.decision == "allow"
