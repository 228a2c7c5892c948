"""Erasure: what goes, what stays and why, and that nothing brings it back."""

import hashlib
import threading
from datetime import timedelta
from typing import Any

import msgspec
import orjson
import pytest

from pipeline.errors import AssetRefusedError, EventErasedError, WorldError
from pipeline.events.identity import account_of
from pipeline.events.outgoing import encode
from pipeline.events.outputs import ManifestRecord
from pipeline.store import Location
from pipeline.store.erased import erased_bytes, erased_event
from pipeline.store.erasing import StoredVersion
from pipeline.store.illegal import events_about
from pipeline.store.keys import identity_prefix
from pipeline.store.lookup import find_by_digest
from pipeline.store.simulator import EraserSimulator
from pipeline.usecases.bundling import Bundling
from pipeline.usecases.disclosing import PublicView
from pipeline.usecases.erasing import Erasing
from pipeline.usecases.erasure import ErasureRequest, PartErased, joined_parts
from pipeline.usecases.restating import Restating
from schemas import first_violation, validator
from tests.unit.house import NOON, House, activity, generation, png, publication, review

ANNA, BERND = "5f1d-anna", "77ac-bernd"
OF_ANNA = ErasureRequest(kind="user", subject=account_of(ANNA))


def seal(house: House, name: str, user: str, *, colour: int = 0, **content: Any) -> ManifestRecord:
    asset = house.put(f"{name}.png", png(colour), "image/png")
    data = {"content": {**asset, "id": name, "operation": "generated", **content}, "user": {"id_hash": user}}
    return house.seal(generation(data, event_id=name)).record


def erasing(
    house: House, *requests: ErasureRequest, only_look: bool = False, days: int = 0, eraser: Any = None
) -> Erasing:
    return Erasing(
        store=house.store,
        layout=house.layout,
        eraser=eraser or EraserSimulator(house.store),
        inbox_bucket="sealstream-inbox",
        retention=timedelta(days=183),
        now=lambda: NOON + timedelta(days=days),
        requests=requests,
        only_look=only_look,
    )


def run(erasure: Erasing) -> PartErased:
    """All of it, as the command does it; messages are not sent here."""
    found = erasure.of_digests()
    there = {int(key.split("/")[2], 16) for key in house_keys(erasure) if key.startswith("v1/records/")}
    for number in sorted(there) if erasure.reads_records else ():
        found = joined_parts(found, erasure.part(number))
    found = joined_parts(found, erasure.inbox(found))
    found = joined_parts(found, erasure.outlived(found))
    return msgspec.structs.replace(found, left=(*found.left, *erasure.beside(found)))


def house_keys(erasure: Erasing) -> list[str]:
    store: Any = erasure.store
    return [at.key for at in store.objects if at.bucket == "sealstream-records"]


def places(house: House) -> set[str]:
    return {at.uri for at in house.store.objects}


def gone(house: House, record: ManifestRecord) -> bool:
    return not {record.sealed.uri, record.manifest.uri} & places(house)


def test_a_users_assets_manifests_and_inbox_copies_go_and_those_of_others_stay(house: House) -> None:
    hers, his = seal(house, "hers", ANNA), seal(house, "his", BERND, colour=9)
    found = run(erasing(house, OF_ANNA))
    assert gone(house, hers)
    assert "s3://sealstream-inbox/hers.png" not in places(house)
    assert {his.sealed.uri, his.manifest.uri, "s3://sealstream-inbox/his.png"} <= places(house)
    assert found.events == (hers.event_uid,)
    assert found.content_ids == ("hers",)


SUBJECT_IDS = {"content": {"subject_ids": [BERND, ANNA]}}
BY_PLATFORM = {"actor": {"role": "platform"}, "user": {"id_hash": ANNA}}


@pytest.mark.parametrize(
    "named", [SUBJECT_IDS, BY_PLATFORM, {"user": {"id_hash": ANNA}}], ids=["is shown", "did not act", "acted"]
)
def test_whoever_acted_all_events_that_name_a_person_are_found(house: House, named: dict[str, Any]) -> None:
    rest = {"actor": {"role": "provider"}} | {key: value for key, value in named.items() if key != "content"}
    content = named.get("content", {})
    made = {**house.put("made.png", png(1), "image/png"), "id": "made", "operation": "generated", **content}
    shown = {**house.put("shown.png", png(2), "image/png"), "id": "shown", "synthetic": "no", **content}
    records = [
        house.seal(generation({"content": made, **rest}, event_id="made")).record,
        house.inspect(publication({"content": shown, **rest}, event_id="shown")).record,
    ]
    if not content:
        change = {"event_type": "service.changed", "service": {"public_opinion": True}}
        records.append(house.assess(activity({**change, **rest}, event_id="change")).record)
    seal(house, "his", BERND, colour=9)
    assert set(run(erasing(house, OF_ANNA)).events) == {record.event_uid for record in records}
    assert not {"s3://sealstream-inbox/made.png", "s3://sealstream-inbox/shown.png"} & places(house)


def test_a_decision_that_a_person_took_about_it_names_the_same_and_topics_are_told_of_nobody(house: House) -> None:
    words = {"id": "post", "mime": "text/plain", "text": "Harmless.", "synthetic": "yes", "subject_ids": [BERND]}
    lie = {"content": words, "declaration": {"made": True, "value": "not_ai"}, "user": {"id_hash": ANNA}}
    held = house.inspect(publication(lie)).record
    said = {"event_uid": held.event_uid, "verdict": "refuse", "reviewer": {"id": "r-7"}, "reason": "A fake."}
    decided = house.review(review(said)).record
    accounts = [account_of(ANNA), account_of(BERND)]
    for record in (held, decided):
        stored = orjson.loads(house.stored(record.record_uri))
        assert first_violation(validator("decision.v2"), stored) is None
        assert stored["data_subjects"] == accounts
        assert not [account for account in accounts if account.encode() in encode(record, source="here").value]


def test_a_copy_in_the_inbox_is_found_by_its_bytes_wherever_it_lies_and_so_is_what_the_asset_was_made_from(
    house: House,
) -> None:
    photo = house.put("photo-of-her.png", png(7), "image/png")
    seal(
        house,
        "hers",
        ANNA,
        operation="edited",
        parents=[{key: photo[key] for key in ("id", "mime", "uri", "sha256", "size")}],
    )
    house.put("upload/again.png", png(), "image/png")
    house.put("another.png", png(8), "image/png")
    run(erasing(house, OF_ANNA))
    assert {uri for uri in places(house) if "inbox" in uri} == {"s3://sealstream-inbox/another.png"}


class Watched(EraserSimulator):
    """Notes what of the inbox is read, how much of it at a time, and lets nobody finish before a second one began."""

    def __init__(self, house: House) -> None:
        super().__init__(house.store)
        self.read: list[str] = []
        self.most = self._now = 0
        self._lock = threading.Lock()
        self._met = threading.Event()

    def digest(self, version: StoredVersion) -> str | None:
        with self._lock:
            self.read.append(version.at.key)
            self._now += 1
            self.most = max(self.most, self._now)
            if self._now > 1:
                self._met.set()
        assert self._met.wait(10), "only one at a time"
        found = super().digest(version)
        with self._lock:
            self._now -= 1
        return found


def test_the_inbox_is_read_several_objects_at_a_time_and_not_all_at_once(house: House) -> None:
    seal(house, "hers", ANNA)
    for number in range(40):
        house.put(f"copy {number}.png", png(), "image/png")
    eraser = Watched(house)
    run(erasing(house, OF_ANNA, eraser=eraser))
    assert len(eraser.read) == 41
    assert 1 < eraser.most <= 8
    assert not [uri for uri in places(house) if "inbox" in uri]


@pytest.mark.parametrize("which", ["original", "sealed"])
def test_what_a_digest_is_of_is_sought_among_objects_of_its_size(house: House, which: str) -> None:
    hers = seal(house, "hers", ANNA)
    house.put("copy 1.png", house.stored(hers.sealed.uri), "image/png")
    house.put("copy 2.png", house.stored(hers.sealed.uri), "image/png")
    house.put("again.png", png(), "image/png")
    house.put("another.txt", b"of some other size", "text/plain")
    eraser = Watched(house)
    run(erasing(house, ErasureRequest(kind="digest", subject=getattr(hers, which).sha256), eraser=eraser))
    copies = {"copy 1.png", "copy 2.png"} if which == "sealed" else set()
    assert set(eraser.read) == {"hers.png", "again.png"} | copies
    assert not {f"s3://sealstream-inbox/{key}" for key in eraser.read} & places(house)


def test_bytes_that_no_record_knows_are_sought_among_all_objects(house: House) -> None:
    for name in ("first.txt", "second.txt"):
        house.put(name, name.encode(), "text/plain")
    digest = hashlib.sha256(b"first.txt").hexdigest()
    run(erasing(house, ErasureRequest(kind="digest", subject=digest)))
    assert {uri for uri in places(house) if "inbox" in uri} == {"s3://sealstream-inbox/second.txt"}


def test_the_note_under_a_consent_is_named_as_left_and_goes_with_the_record(house: House) -> None:
    asset = house.put("hers.png", png(), "image/png")
    data = {"content": {**asset, "operation": "generated"}, "user": {"id_hash": ANNA}, "consent": {"ref": "vault://1"}}
    hers = house.seal(generation(data, event_id="hers")).record
    other = {**data, "content": {**house.put("his.png", png(9), "image/png"), "operation": "generated"}}
    house.seal(generation({**other, "user": {"id_hash": BERND}}, event_id="his"))
    (note,) = [uri for uri in places(house) if "/v1/consented/" in uri and hers.event_uid in uri]
    (left,) = [leftover for leftover in run(erasing(house, OF_ANNA)).left if leftover.what == "consent"]
    assert (left.where, note in places(house)) == (note, True)
    assert "revoke" in left.because
    found = run(erasing(house, OF_ANNA, days=183))
    assert note in {gone.where for gone in found.erased}
    assert note not in places(house)
    assert [uri for uri in places(house) if "/v1/consented/" in uri], "that of somebody else's event stays"


def test_a_note_under_a_consent_that_is_locked_keeps_the_record(house: House) -> None:
    asset = house.put("hers.png", png(), "image/png")
    data = {"content": {**asset, "operation": "generated"}, "user": {"id_hash": ANNA}, "consent": {"ref": "vault://1"}}
    hers = house.seal(generation(data)).record
    (note,) = [at for at in house.store.objects if at.key.startswith("v1/consented/")]
    eraser = EraserSimulator(house.store)
    eraser.locked[note] = LOCKED_UNTIL
    left = {leftover.what: leftover.where for leftover in run(erasing(house, OF_ANNA, days=183, eraser=eraser)).left}
    assert (left["lock"], left["rest"]) == (note.uri, hers.record_uri)
    eraser.locked.clear()
    run(erasing(house, OF_ANNA, days=201, eraser=eraser))
    assert not {note.uri, hers.record_uri} & places(house)


def test_what_was_published_loses_its_inbox_copy(house: House) -> None:
    asset = house.put("post.png", png(3), "image/png")
    house.inspect(publication({"content": {**asset, "synthetic": "no"}, "user": {"id_hash": ANNA}}))
    found = run(erasing(house, OF_ANNA))
    assert "s3://sealstream-inbox/post.png" not in places(house)
    assert found.content_ids == ()


def test_the_record_stays_while_law_demands_it_and_it_is_said_why_and_until_when(house: House) -> None:
    record = seal(house, "hers", ANNA)
    (left,) = [leftover for leftover in run(erasing(house, OF_ANNA)).left if leftover.what == "record"]
    assert left.where == record.record_uri
    assert record.record_uri in places(house)
    assert left.until == "2026-12-01T12:00:00.000Z"
    assert "PIPL Art. 47" in left.article
    assert "GDPR Art. 17(3)" in left.article


def test_when_law_demands_the_record_no_more_it_goes_too_and_the_note_of_the_erasure_stays(house: House) -> None:
    record = seal(house, "hers", ANNA)
    run(erasing(house, OF_ANNA, days=183))
    assert record.record_uri not in places(house)
    assert erased_event(house.store, house.layout, record.event_uid) is not None


def test_nothing_that_is_left_by_the_erasure_says_whose_it_was(house: House) -> None:
    seal(house, "hers", ANNA)
    before = places(house)
    erasure = erasing(house, OF_ANNA)
    found = run(erasure)
    erasure.record(found, ())
    written = [at for at in house.store.objects if at.uri not in before]
    assert {at.key.split("/")[1] for at in written} == {"erased", "erasures", "sha256"}
    for at in written:
        said = at.key.encode() + house.store.objects[at].body
        assert not [name for name in (ANNA, account_of(ANNA), "hers") if name.encode() in said]


@pytest.mark.parametrize("which", ["original", "sealed"])
def test_by_a_digest_its_events_are_found_without_reading_any_other_record(house: House, which: str) -> None:
    hers, his = seal(house, "hers", ANNA), seal(house, "his", BERND, colour=9)
    erasure = erasing(house, ErasureRequest(kind="digest", subject=getattr(hers, which).sha256))
    house.store._calls.clear()
    assert not erasure.reads_records
    assert run(erasure).events == (hers.event_uid,)
    assert gone(house, hers)
    assert his.record_uri not in {call.uri for call in house.store.calls}


def test_by_a_content_id_all_its_events_are_found(house: House) -> None:
    hers, his = seal(house, "hers", ANNA), seal(house, "his", BERND, colour=9)
    assert run(erasing(house, ErasureRequest(kind="content", subject="his"))).events == (his.event_uid,)
    assert gone(house, his)
    assert not gone(house, hers)


def test_one_pass_serves_several_requests_and_each_has_its_own_record(house: House) -> None:
    hers, his = seal(house, "hers", ANNA), seal(house, "his", BERND, colour=9)
    nobody = ErasureRequest(kind="user", subject=account_of("nobody"))
    erasure = erasing(house, OF_ANNA, nobody, ErasureRequest(kind="user", subject=account_of(BERND)))
    found = run(erasure)
    assert set(found.events) == {hers.event_uid, his.event_uid}
    recorded = [orjson.loads(house.stored(uri)) for uri in erasure.record(found, ())]
    assert [(report["events"], report["together_with"]) for report in recorded] == [(1, 2), (1, 2)]


def test_a_dry_run_lists_the_same_and_changes_nothing(house: House) -> None:
    seal(house, "hers", ANNA)
    before = dict(house.store.objects)
    looked = run(erasing(house, OF_ANNA, only_look=True))
    assert house.store.objects == before
    did = run(erasing(house, OF_ANNA))
    assert set(looked.erased) == set(did.erased)
    assert looked.left == did.left


def test_doing_it_again_changes_nothing(house: House) -> None:
    seal(house, "hers", ANNA)
    run(erasing(house, OF_ANNA))
    after = dict(house.store.objects)
    again = run(erasing(house, OF_ANNA, days=1))
    assert house.store.objects == after
    assert (again.erased, again.was_erased) == ((), 1)
    assert again.content_ids == ("hers",), "the tombstone may not have been sent"


def test_wherever_the_store_fails_doing_it_again_mends_it(house: House) -> None:
    record = seal(house, "hers", ANNA)
    store, whole = house.store, dict(house.store.objects)

    def run_short() -> None:
        erasure = erasing(house, OF_ANNA, days=183)
        found = erasure.among([record.event_uid])
        erasure.outlived(joined_parts(found, erasure.inbox(found)))

    store._calls.clear()
    run_short()
    calls, after = len(store.calls), dict(store.objects)
    assert gone(house, record)
    for trouble in (store.fail, store.lose_answer):
        for number in range(1, calls + 1):
            for bucket, keys in store._buckets.items():
                keys.clear()
                keys.update({at.key: stored for at, stored in whole.items() if at.bucket == bucket})
            trouble(number)
            with pytest.raises((WorldError, OSError)):
                run_short()
            run_short()
            assert store.objects == after


def test_what_the_store_has_locked_is_left_and_said(house: House) -> None:
    record = seal(house, "hers", ANNA)
    eraser = EraserSimulator(house.store)
    eraser.locked[Location.parse(record.sealed.uri)] = NOON + timedelta(days=10)
    (left,) = [leftover for leftover in run(erasing(house, OF_ANNA, eraser=eraser)).left if leftover.what == "lock"]
    assert (left.where, left.until) == (record.sealed.uri, "2026-06-11T12:00:00.000Z")
    assert record.sealed.uri in places(house)
    assert record.manifest.uri not in places(house)


LOCKED_UNTIL = NOON + timedelta(days=200)


@pytest.mark.parametrize("what", ["sealed asset", "inbox copy", "retraction"])
def test_while_anything_of_an_event_is_locked_its_record_stays_and_a_later_run_finds_the_rest_by_it(
    house: House, what: str
) -> None:
    record = seal(house, "hers", ANNA)
    retraction = house.layout.retraction(record.event_uid)
    house.store.create(retraction, b"{}", media_type="application/json")
    at = {
        "sealed asset": Location.parse(record.sealed.uri),
        "inbox copy": Location("sealstream-inbox", "hers.png"),
        "retraction": retraction,
    }[what]
    eraser = EraserSimulator(house.store)
    eraser.locked[at] = LOCKED_UNTIL
    left = {leftover.what: leftover.where for leftover in run(erasing(house, OF_ANNA, days=183, eraser=eraser)).left}
    assert (left["lock"], left["rest"]) == (at.uri, record.record_uri)
    assert {at.uri, record.record_uri} <= places(house)
    eraser.locked.clear()
    assert not {leftover.what for leftover in run(erasing(house, OF_ANNA, days=201, eraser=eraser)).left} & {
        "lock",
        "rest",
    }
    assert not {at.uri, record.record_uri} & places(house)


def test_a_lock_on_something_of_one_event_keeps_no_record_of_another(house: House) -> None:
    first, second = seal(house, "first", ANNA), seal(house, "second", ANNA, colour=9)
    eraser = EraserSimulator(house.store)
    eraser.locked[Location("sealstream-inbox", "first.png")] = LOCKED_UNTIL
    run(erasing(house, OF_ANNA, days=183, eraser=eraser))
    assert first.record_uri in places(house)
    assert second.record_uri not in places(house)


def test_a_replay_of_what_was_erased_says_nothing_and_brings_nothing_back(house: House) -> None:
    asset = house.put("hers.png", png(), "image/png")
    event = generation({"content": {**asset, "operation": "generated"}, "user": {"id_hash": ANNA}})
    assert house.seal(event).outputs
    run(erasing(house, OF_ANNA))
    after = places(house)
    assert house.seal(event).outputs == ()
    assert places(house) == after


def test_an_erased_event_whose_record_is_gone_too_is_not_worked_on_when_it_comes_again(house: House) -> None:
    asset = house.put("hers.png", png(), "image/png")
    event = generation({"content": {**asset, "operation": "generated"}, "user": {"id_hash": ANNA}})
    house.seal(event)
    run(erasing(house, OF_ANNA, days=183))
    house.put("hers.png", png(), "image/png")
    after = places(house)
    for _ in range(2):
        with pytest.raises(EventErasedError):
            house.seal(event)
    assert places(house) == after


def test_what_a_person_decides_after_the_erasure_is_said_each_time_and_what_was_before_it_is_not(house: House) -> None:
    reviews = {}
    for name in ("before", "after"):
        words = {"id": name, "mime": "text/plain", "text": "Harmless.", "synthetic": "yes"}
        lie = {"content": words, "declaration": {"made": True, "value": "not_ai"}, "user": {"id_hash": ANNA}}
        held = house.inspect(publication(lie, event_id=name)).record
        said = {"verdict": "release", "reviewer": {"id": "r-7"}, "reason": "A poem."}
        reviews[name] = review({"event_uid": held.event_uid, **said}, event_id=f"review of {name}")
    assert house.review(reviews["before"]).outputs
    for name, days in (("before", 1), ("after", -1)):
        run(erasing(house, ErasureRequest(kind="content", subject=name), days=days))
    assert house.review(reviews["before"]).outputs == ()
    first = house.review(reviews["after"])
    assert first.outputs
    assert house.review(reviews["after"]) == first, "the first attempt may not have published it"


def test_rebuilt_topics_say_nothing_of_it(house: House) -> None:
    hers, his = seal(house, "hers", ANNA), seal(house, "his", BERND, colour=9)
    run(erasing(house, OF_ANNA))
    restating = Restating(store=house.store, layout=house.layout)
    assert restating.of_event(hers.event_uid) == ()
    assert restating.of_event(his.event_uid) == (his,)


def test_whoever_has_the_file_is_told_that_it_was_erased_and_nothing_more(house: House) -> None:
    record = seal(house, "hers", ANNA)
    run(erasing(house, OF_ANNA))
    for sha256 in (record.original.sha256, record.sealed.sha256):
        assert find_by_digest(house.store, house.layout, sha256) == ()
        assert [event.event_uid for event in erased_bytes(house.store, house.layout, sha256)] == [record.event_uid]
    assert PublicView(store=house.store, layout=house.layout).of_event(record.event_uid) is None


def test_a_later_verdict_about_copies_elsewhere_still_finds_the_event(house: House) -> None:
    record = seal(house, "hers", ANNA)
    run(erasing(house, OF_ANNA))
    for sha256 in (record.original.sha256, record.sealed.sha256):
        assert events_about(house.store, house.layout, sha256) == {record.event_uid: False}


def test_something_made_of_it_can_still_be_sealed(house: House) -> None:
    record = seal(house, "hers", ANNA)
    run(erasing(house, OF_ANNA))
    child = seal(
        house, "child", BERND, colour=4, operation="edited", parents=[{"id": "hers", "sha256": record.sealed.sha256}]
    )
    assert child.parents[0].event_uid is None


def test_evidence_about_it_says_that_it_was_erased(house: House) -> None:
    record = seal(house, "hers", ANNA)
    run(erasing(house, OF_ANNA))
    bundling = Bundling(store=house.store, layout=house.layout, packs=())
    bundle = bundling(record.event_uid)
    assert bundle is not None
    assert {"erased.json", "record.json"} <= {member.path for member in bundle.members}
    assert "manifest.c2pa" not in {member.path for member in bundle.members}
    with pytest.raises(AssetRefusedError, match="was erased"):
        bundling(record.event_uid, with_asset=True)


def test_cases_ledger_and_checks_of_identity_of_the_account_are_left_and_named(house: House) -> None:
    seal(house, "hers", ANNA)
    entry = house.layout.account_entry(account_of(ANNA), 1)
    case = house.layout.case("ab" * 32, 1)
    house.store.create(entry, b"{}", media_type="application/json")
    house.store.create(case, orjson.dumps({"party": account_of(ANNA)}), media_type="application/json")
    checked = Location("sealstream", f"{identity_prefix(account_of(ANNA))}x.json")
    house.store.create(checked, b"{}", media_type="application/json")
    left = {leftover.what: leftover.where for leftover in run(erasing(house, OF_ANNA)).left}
    assert left["identity"] == checked.uri.removesuffix("x.json")
    assert left["account"] == entry.uri.rpartition("/")[0] + "/"
    assert left["case"] == case.uri
