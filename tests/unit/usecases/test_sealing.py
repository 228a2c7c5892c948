"""Sealing: from a generation event to a sealed asset, its manifest, one record, and alerts."""

from dataclasses import replace
from datetime import datetime

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.assets import sha256_hex
from pipeline.credentials.in_process import InProcessCredentialService
from pipeline.errors import (
    AssetDigestError,
    AssetForbiddenError,
    AssetMissingError,
    AssetRefusedError,
    IdentityReusedError,
    WorldError,
)
from pipeline.events.outputs import ManifestRecord
from pipeline.labels.implicit.in_process import InProcessImplicitLabeler
from pipeline.labels.implicit.model import LabelsToWrite
from pipeline.labels.implicit.port import ImplicitlyLabeled
from pipeline.store.lookup import find_by_digest, find_by_event
from pipeline.store.records import manifests_for
from tests.unit.house import House, generation, png, publication

INBOX, RECORDS = "sealstream-inbox", "sealstream-records"
TEXT = {"id": "story", "mime": "text/markdown", "operation": "generated", "text": "Once upon a time.\n"}


def image(house: House, **more: object) -> dict[str, object]:
    return {"content": {**house.put("a.png", png(), "image/png"), "operation": "generated"}, **more}


def test_an_image_gets_its_manifest_inside(house: House) -> None:
    record = house.seal(generation(image(house))).record
    sealed = house.stored(record.sealed.uri)
    assert record.manifest.binding == "embedded"
    assert house.stored(record.manifest.uri) in sealed
    assert sha256_hex(sealed) == record.sealed.sha256 != record.original.sha256
    assert (record.credential.credential, record.credential.trust) == ("valid", "trusted")
    assert record.credential.ai_generated is True


def test_a_text_stays_as_it_is_and_gets_its_manifest_beside(house: House) -> None:
    record = house.seal(generation({"content": TEXT})).record
    assert house.stored(record.sealed.uri) == b"Once upon a time.\n"
    assert record.manifest.binding == "sidecar"
    assert record.original.sha256 == record.sealed.sha256


def test_the_record_is_written_last(house: House) -> None:
    house.seal(generation(image(house)))
    writes = [call.uri for call in house.store.calls if call.operation == "create"]
    assert [RECORDS in uri for uri in writes] == [False] * (len(writes) - 1) + [True]


def test_an_event_leaves_three_objects_the_asset_its_manifest_and_the_record(house: House) -> None:
    record = house.seal(generation(image(house))).record
    writes = [call.uri for call in house.store.calls if call.operation == "create" and INBOX not in call.uri]
    assert writes == [record.sealed.uri, record.manifest.uri, record.record_uri]


def test_of_two_contents_at_once_under_one_identity_one_is_sealed_and_the_other_is_refused(house: House) -> None:
    first, second = generation(image(house)), generation({"content": TEXT})

    def while_the_second_is_judged() -> datetime:
        house.seal(first)
        return house.seal.now()

    with pytest.raises(IdentityReusedError):
        replace(house.seal, now=while_the_second_is_judged)(second)
    assert len(house.records()) == 1
    assert house.seal(first).record.content.id == first.content.id
    refused = sha256_hex(b"Once upon a time.\n")
    assert find_by_digest(house.store, house.layout, refused) == ()
    assert list(manifests_for(house.store, house.layout, refused)) == []


def test_the_file_in_hand_is_found_sealed_or_original(house: House) -> None:
    record = house.seal(generation(image(house))).record
    for digest, role in ((record.sealed.sha256, "sealed"), (record.original.sha256, "original")):
        (found,) = find_by_digest(house.store, house.layout, digest)
        assert (found.role, found.manifest and found.manifest.uri) == (role, record.manifest.uri)
    by_event = find_by_event(house.store, house.layout, "/studio", "1")
    assert by_event is not None
    assert msgspec.json.decode(by_event.record or b"", type=ManifestRecord) == record


def test_the_same_event_again_changes_nothing_and_says_the_same(house: House) -> None:
    event = generation(image(house))
    first = house.seal(event)
    before = dict(house.store.objects)
    assert house.seal(event) == first
    assert dict(house.store.objects) == before


def test_a_replay_needs_the_asset_no_more(house: House, credentials: InProcessCredentialService) -> None:
    first = house.seal(generation(image(house)))
    elsewhere = House(credentials)
    for at, stored in house.store.objects.items():
        if at.bucket != "sealstream-inbox":
            elsewhere.store.create(at, stored.body, media_type=stored.media_type)
    assert elsewhere.seal(generation(image(house))) == first


class FickleMarker(InProcessImplicitLabeler):
    """A marker that never makes the same bytes twice, as encoders and other versions of them may."""

    def __init__(self) -> None:
        self.calls = 0

    def label(self, asset: bytes, media_type: str, marks: LabelsToWrite) -> ImplicitlyLabeled:
        self.calls += 1
        marked = super().label(asset, media_type, marks)
        return ImplicitlyLabeled(asset=marked.asset + b"\n<!-- %d -->\n" % self.calls)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    troubles=st.lists(st.tuples(st.integers(1, 9), st.booleans()), max_size=5),
    binding=st.sampled_from(["embedded", "sidecar", "sidecar, marked otherwise each time"]),
)
def test_whatever_step_fails_one_record_comes_of_it_and_only_what_is_stored_is_said(
    credentials: InProcessCredentialService, troubles: list[tuple[int, bool]], binding: str
) -> None:
    house = House(credentials)
    beside = binding != "embedded"
    event = generation({"content": TEXT, "service": {"provider_name": "studio"}} if beside else image(house))
    if binding not in ("embedded", "sidecar"):
        house.seal = replace(house.seal, parsers=replace(house.seal.parsers, implicit_labeler=FickleMarker()))
    for nth, written in troubles:
        (house.store.lose_answer if written else house.store.fail)(nth)
        try:
            house.seal(event)
        except WorldError:
            continue
    for _ in range(10):
        try:
            said = house.seal(event)
            break
        except WorldError:
            continue
    else:
        pytest.fail("the troubles were not over")
    record = said.record
    assert len(house.records()) == 1
    assert msgspec.json.decode(house.stored(record.record_uri), type=ManifestRecord) == record
    assert sha256_hex(house.stored(record.sealed.uri)) == record.sealed.sha256
    assert sha256_hex(house.stored(record.manifest.uri)) == record.manifest.sha256
    read = credentials.read(
        house.stored(record.sealed.uri),
        record.content.mime,
        manifest=house.stored(record.manifest.uri) if beside else None,
    )
    assert (read.state, read.active_manifest) == ("valid", record.manifest.label)
    assert len(house.store.objects) == (3 if beside else 4)


def test_an_edited_asset_names_its_parent(house: House, credentials: InProcessCredentialService) -> None:
    parent = house.seal(generation(image(house))).record
    edited = house.put("edited.png", png(200), "image/png")
    reference = {
        "id": "a.png",
        "mime": "image/png",
        "uri": parent.sealed.uri,
        "sha256": parent.sealed.sha256,
        "size": parent.sealed.size,
    }
    data = {"content": {**edited, "operation": "edited", "parents": [reference, "sketch-1"]}}
    record = house.seal(generation(data, event_id="2")).record
    manifest = house.stored(record.manifest.uri)
    assert record.credential.credential == "valid"
    assert parent.manifest.label.encode() in manifest
    assert b"c2pa.opened" in manifest
    assert b"c2pa.created" in house.stored(parent.manifest.uri)


def test_a_face_without_consent_raises_an_alert_and_is_sealed_all_the_same(house: House) -> None:
    data = image(house)
    data["content"] = {**data["content"], "biometric": ["face"]}  # type: ignore[dict-item]
    said = house.seal(generation({**data, "consent": {"status": "missing"}}))
    assert [(alert.kind, alert.rule.id, alert.action) for alert in said.alerts] == [
        ("high-risk", "high-risk.no-consent", "block")
    ]
    assert said.alerts[0].record_uri == said.record.record_uri


def test_an_asset_that_comes_with_a_tampered_credential_is_not_laundered(house: House) -> None:
    sealed = house.stored(house.seal(generation(image(house))).record.sealed.uri)
    tampered = sealed.replace(png()[-30:-12], bytes(18))
    assert tampered != sealed
    content = {**house.put("tampered.png", tampered, "image/png"), "operation": "generated"}
    said = house.seal(generation({"content": content}, event_id="2"))
    assert "content-tampered" in {alert.kind for alert in said.alerts}


def test_bytes_that_are_not_what_the_event_declares_are_refused(house: House) -> None:
    content = {**house.put("a.png", png(), "image/png"), "operation": "generated", "sha256": "0" * 64}
    with pytest.raises(AssetDigestError) as refused:
        house.seal(generation({"content": content}))
    assert (refused.value.declared, refused.value.found) == ("0" * 64, sha256_hex(png()))
    assert house.records() == []


@pytest.mark.parametrize("size", [1, len(png()) - 1, len(png()) + 1])
def test_a_size_that_is_not_the_objects_is_a_mismatch(house: House, size: int) -> None:
    content = {**house.put("a.png", png(), "image/png"), "operation": "generated", "size": size}
    with pytest.raises(AssetDigestError):
        house.seal(generation({"content": content}))


def test_an_asset_that_is_not_there_yet_is_waited_for(house: House) -> None:
    content = {**house.put("a.png", png(), "image/png"), "operation": "generated", "uri": "s3://sealstream-inbox/later"}
    with pytest.raises(AssetMissingError):
        house.seal(generation({"content": content}))


def test_an_asset_that_the_store_does_not_hand_out_is_told_apart_from_a_store_that_is_away(house: House) -> None:
    content = {**house.put("a.png", png(), "image/png"), "operation": "generated"}
    fetcher = replace(house.fetcher, allowed_buckets=frozenset({"elsewhere"}))
    with pytest.raises(AssetForbiddenError):
        fetcher.fetch(generation({"content": {**content, "uri": "s3://elsewhere/a.png"}}).content)
    house.store.outage = True
    with pytest.raises(WorldError) as away:
        house.fetcher.fetch(generation({"content": content}).content)
    assert not isinstance(away.value, AssetForbiddenError)


def test_other_buckets_are_never_asked(house: House) -> None:
    content = {**house.put("a.png", png(), "image/png"), "operation": "generated", "uri": "s3://somebody-elses/a.png"}
    with pytest.raises(AssetRefusedError):
        house.seal(generation({"content": content}))
    assert not any("somebody-elses" in call.uri for call in house.store.calls)


def test_an_asset_over_the_limit_is_refused_before_it_is_asked_for(house: House) -> None:
    content = {**house.put("a.png", png(), "image/png"), "operation": "generated", "size": 2**20 + 1}
    with pytest.raises(AssetRefusedError):
        house.seal(generation({"content": content}))
    assert not any(call.operation == "get" and INBOX in call.uri for call in house.store.calls)


def test_two_kinds_of_event_with_one_identity_are_told_apart(house: House) -> None:
    house.inspect(publication({"content": {"id": "story", "mime": "text/plain", "text": "x"}}))
    with pytest.raises(IdentityReusedError):
        house.seal(generation({"content": TEXT}))
