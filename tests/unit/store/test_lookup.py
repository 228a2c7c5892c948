"""Finding what is known of a file or an event."""

import hashlib
import json
from typing import Literal

import msgspec
import pytest

from pipeline.errors import BugError
from pipeline.events.identity import event_uid
from pipeline.store import Layout, Location
from pipeline.store.keys import AssetKey, PointerKey
from pipeline.store.layout import Pointer
from pipeline.store.lookup import SEALED_DIGEST_NAME, Found, find_by_digest, find_by_event, manifests_of
from pipeline.store.simulator import StoreSimulator

LAYOUT = Layout(content_bucket="content", records_bucket="records")
ORIGINAL, SEALED = hashlib.sha256(b"original").hexdigest(), hashlib.sha256(b"sealed").hexdigest()
UID = event_uid("/service", "1")


@pytest.fixture
def store() -> StoreSimulator:
    return StoreSimulator("content", "records")


def put(store: StoreSimulator, at: Location, body: bytes, **metadata: str) -> None:
    said = {name.replace("_", "-"): value for name, value in metadata.items()}
    assert store.create(at, body, media_type="application/octet-stream", metadata=said)


def seal(
    store: StoreSimulator, *, original: str = ORIGINAL, sealed: str = SEALED, uid: str = UID, decision: str = "allow"
) -> bytes:
    """Store what the sealing of one event leaves behind, and return its record."""
    record = json.dumps(
        {
            "event_uid": uid,
            "decision": decision,
            "manifest": {"uri": LAYOUT.manifest(sealed, uid).uri},
            "original": {"sha256": original},
            "sealed": {"uri": LAYOUT.sealed(original, uid, "image/png").uri, "sha256": sealed},
        }
    ).encode()
    put(store, LAYOUT.sealed(original, uid, "image/png"), b"sealed", sealed_sha256=sealed)
    put(store, LAYOUT.manifest(sealed, uid), b"manifest")
    put(store, LAYOUT.record(uid), record)
    return record


def seal_as_version_1(store: StoreSimulator) -> bytes:
    """Store what version 1 of the layout left behind, and return the record."""
    sealed_at = Location("content", str(AssetKey(UID, "png")))
    pointer = Pointer(
        event_uid=UID,
        role="original",
        manifest=LAYOUT.manifest(SEALED, UID).uri,
        sealed=sealed_at.uri,
        record=LAYOUT.record(UID).uri,
    )
    record = json.dumps(
        {
            "original": {"sha256": ORIGINAL},
            "manifest": {"uri": LAYOUT.manifest(SEALED, UID).uri},
            "sealed": {"uri": sealed_at.uri},
        }
    ).encode()
    put(store, sealed_at, b"sealed")
    put(store, LAYOUT.manifest(SEALED, UID), b"manifest")
    put(store, Location("content", str(PointerKey(ORIGINAL, UID))), msgspec.json.encode(pointer))
    put(store, LAYOUT.record(UID), record)
    return record


def found(role: Literal["original", "sealed"] | None, record: bytes | None) -> Found:
    return Found(
        event_uid=UID,
        role=role,
        manifest=LAYOUT.manifest(SEALED, UID),
        sealed=LAYOUT.sealed(ORIGINAL, UID, "image/png"),
        record_at=LAYOUT.record(UID),
        record=record,
    )


def test_a_sealed_file_leads_to_its_manifest_and_record(store: StoreSimulator) -> None:
    record = seal(store)
    assert find_by_digest(store, LAYOUT, SEALED) == (found("sealed", record),)


def test_an_original_leads_to_what_was_made_of_it(store: StoreSimulator) -> None:
    record = seal(store)
    assert find_by_digest(store, LAYOUT, ORIGINAL) == (found("original", record),)


def test_an_event_leads_to_its_record_manifest_and_asset(store: StoreSimulator) -> None:
    record = seal(store)
    assert find_by_event(store, LAYOUT, "/service", "1") == found(None, record)


def test_a_file_sealed_beside_itself_is_found_once(store: StoreSimulator) -> None:
    seal(store, original=SEALED)
    assert [event.role for event in find_by_digest(store, LAYOUT, SEALED)] == ["sealed"]


def test_every_event_that_knows_the_same_bytes_is_found(store: StoreSimulator) -> None:
    uids = sorted(event_uid("/service", str(number)) for number in range(5))
    for uid in uids:
        seal(store, uid=uid)
    assert [event.event_uid for event in find_by_digest(store, LAYOUT, ORIGINAL)] == uids
    assert list(manifests_of(store, LAYOUT, SEALED)) == [LAYOUT.manifest(SEALED, uid) for uid in uids]


def test_what_version_1_of_the_layout_left_is_found_in_every_way(store: StoreSimulator) -> None:
    record = seal_as_version_1(store)
    known = everything_known(store)
    assert [event.role for event in known] == [None, "original", "sealed"]
    assert {event.sealed for event in known} == {Location("content", str(AssetKey(UID, "png")))}
    assert {event.manifest for event in known} == {LAYOUT.manifest(SEALED, UID)}
    assert {event.record for event in known} == {record}


def test_an_original_leads_to_its_manifest_when_there_is_no_record_yet_or_not_any_more(store: StoreSimulator) -> None:
    put(store, LAYOUT.sealed(ORIGINAL, UID, "image/png"), b"sealed", sealed_sha256=SEALED)
    assert SEALED_DIGEST_NAME == "sealed-sha256"
    assert find_by_digest(store, LAYOUT, ORIGINAL) == (found("original", None),)


def test_what_another_content_under_the_same_identity_left_is_not_taken_for_the_events(store: StoreSimulator) -> None:
    seal(store)
    other = hashlib.sha256(b"other").hexdigest()
    put(store, LAYOUT.sealed(other, UID, "image/png"), b"never published", sealed_sha256=other)
    assert find_by_digest(store, LAYOUT, other) == ()
    put(store, LAYOUT.manifest(other, UID), b"of an event that was refused")
    assert find_by_digest(store, LAYOUT, other) == ()
    assert list(manifests_of(store, LAYOUT, other)) == []


def test_sealed_assets_and_pointers_are_no_manifests(store: StoreSimulator) -> None:
    seal(store)
    put(store, Location("content", str(PointerKey(ORIGINAL, UID))), b"{}")
    assert list(manifests_of(store, LAYOUT, ORIGINAL)) == []


def test_an_unknown_file_or_event_leads_nowhere(store: StoreSimulator) -> None:
    assert find_by_digest(store, LAYOUT, SEALED) == ()
    assert find_by_event(store, LAYOUT, "/service", "1") is None


def test_a_manifest_without_its_record_is_found_with_what_is_known(store: StoreSimulator) -> None:
    put(store, LAYOUT.manifest(SEALED, UID), b"manifest")
    (event,) = find_by_digest(store, LAYOUT, SEALED)
    assert (event.manifest, event.sealed, event.record) == (LAYOUT.manifest(SEALED, UID), None, None)


def test_a_publication_event_has_a_record_only(store: StoreSimulator) -> None:
    put(store, LAYOUT.record(UID), b'{"decision": "allow"}')
    event = find_by_event(store, LAYOUT, "/service", "1")
    assert event is not None
    assert (event.manifest, event.sealed, event.record) == (None, None, b'{"decision": "allow"}')


def test_objects_of_others_under_the_same_prefix_are_passed_over(store: StoreSimulator) -> None:
    record = seal(store)
    put(store, Location("content", f"{LAYOUT.manifest(SEALED, UID).key}.sig"), b"theirs")
    assert find_by_digest(store, LAYOUT, SEALED) == (found("sealed", record),)


def test_a_record_that_is_none_is_said_to_be_none(store: StoreSimulator) -> None:
    put(store, LAYOUT.record(UID), b"<html>")
    with pytest.raises(BugError, match="is not what the object layout says"):
        find_by_event(store, LAYOUT, "/service", "1")


def test_what_a_person_decided_about_a_held_event_is_found_with_its_record(store: StoreSimulator) -> None:
    seal(store, decision="hold")
    assert [event.review for event in everything_known(store)] == [None, None, None]
    put(store, LAYOUT.review(UID), b'{"decision": "block"}')
    assert [event.review for event in everything_known(store)] == [b'{"decision": "block"}'] * 3


@pytest.mark.parametrize("decision", ["allow", "hold", "block"])
def test_what_persons_decided_last_is_what_is_found(store: StoreSimulator, decision: str) -> None:
    """Also where rules had decided: an appeal reverses that."""
    seal(store, decision=decision)
    put(store, LAYOUT.review(UID), b"1")
    put(store, LAYOUT.review(UID, 2), b"2")
    put(store, LAYOUT.review(UID, 10), b"10")
    assert [event.review for event in everything_known(store)] == [b"10"] * 3


def everything_known(store: StoreSimulator) -> list[Found]:
    by_event = find_by_event(store, LAYOUT, "/service", "1")
    assert by_event is not None
    return [by_event, *find_by_digest(store, LAYOUT, ORIGINAL), *find_by_digest(store, LAYOUT, SEALED)]
