"""Time stamps that come later: who gets one, who gets none, and that nothing that is stored is changed."""

import hashlib
import io
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from pipeline.credentials import Software, active_manifest_alone
from pipeline.credentials.development import DevelopmentChain, development_chain
from pipeline.credentials.in_process import InProcessCredentialService
from pipeline.credentials.manifest_store import manifests_in
from pipeline.errors import TimeStampError
from pipeline.events.outputs import ManifestRecord
from pipeline.fingerprints.in_process import InProcessFingerprinter
from pipeline.store import Location
from pipeline.store.lookup import find_by_digest, later_stamp_of
from pipeline.store.simulator import EraserSimulator
from pipeline.usecases.bundling import Bundling
from pipeline.usecases.disclosing import PublicView
from pipeline.usecases.erasing import Erasing
from pipeline.usecases.erasure import ErasureRequest
from pipeline.usecases.resolving import Resolution
from pipeline.usecases.restamping import RestampedEvent, Restamping
from tests.authorities import Authority, answering
from tests.unit.house import NOON, House, activity, generation, png, publication
from tests.unit.usecases.public_house import LabelsInMemory


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with answering(tmp_path_factory.mktemp("authority")) as authority:
        yield authority


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> DevelopmentChain:
    return development_chain(tmp_path_factory.mktemp("chain"))


@pytest.fixture(scope="module")
def stamping(chain: DevelopmentChain, authority: Authority) -> InProcessCredentialService:
    material = msgspec.structs.replace(chain.material, time_stamp_authority=authority.url)
    return InProcessCredentialService(signing=material, trust_anchors=chain.trust_anchors + authority.root)


@pytest.fixture
def house(chain: DevelopmentChain) -> House:
    return House(InProcessCredentialService(signing=chain.material, trust_anchors=chain.trust_anchors))


def restamping(house: House, credentials: InProcessCredentialService, *, only_look: bool = False) -> Restamping:
    return Restamping(
        store=house.store,
        layout=house.layout,
        credentials=credentials,
        software=Software(name="sealstream", version="0"),
        only_look=only_look,
    )


def run(restamper: Restamping, house: House) -> list[RestampedEvent]:
    there = {int(key.split("/")[2], 16) for key in house.records() if key.startswith("v1/records/")}
    return [event for number in sorted(there) for event in restamper.part(number)]


def remove(house: House, at: Location) -> None:
    assert EraserSimulator(house.store).erase(at) == "erased"


def seal(house: House, name: str = "a", *, inline: str | None = None) -> ManifestRecord:
    if inline is not None:
        content: dict[str, Any] = {"id": name, "mime": "text/plain", "text": inline}
    else:
        content = {**house.put(f"{name}.png", png(len(name)), "image/png"), "id": name}
    return house.seal(generation({"content": {**content, "operation": "generated"}}, event_id=name)).record


def test_what_lacks_a_stamp_gets_it_beside_its_manifest_and_nothing_else_changes(
    house: House, stamping: InProcessCredentialService
) -> None:
    picture, text = seal(house), seal(house, "text", inline="Written by a machine. " * 20)
    published = publication({"content": {"id": "t", "mime": "text/plain", "text": "x"}}, event_id="published")
    house.inspect(published)
    before = dict(house.store.objects)
    found = run(restamping(house, stamping), house)
    assert {event.event_uid: event.outcome for event in found} == {
        picture.event_uid: "stamped",
        text.event_uid: "stamped",
    }
    assert {at: house.store.objects[at] for at in before} == before
    for record in (picture, text):
        (said,) = [event for event in found if event.event_uid == record.event_uid]
        assert said.manifest == house.layout.stamped_manifest(record.sealed.sha256, record.event_uid).uri
        read = stamping.read(
            house.stored(record.sealed.uri), record.content.mime, manifest=house.stored(said.manifest or "")
        )
        assert (read.state, read.trust, read.time_stamped) == ("valid", "trusted", True)
        later = later_stamp_of(house.store, house.layout, record.event_uid, Location.parse(record.manifest.uri))
        assert later is not None
        assert (later.manifest, later.stamped_at) == (said.manifest, said.stamped_at)
        told = PublicView(store=house.store, layout=house.layout).of_event(record.event_uid)
        assert told is not None
        assert told.seal.stamped_at == said.stamped_at
    assert len(house.store.objects) == len(before) + 2
    assert {event.outcome for event in run(restamping(house, stamping), house)} == {"has"}
    assert [event.event_uid for event in find_by_digest(house.store, house.layout, picture.sealed.sha256)] == [
        picture.event_uid
    ]


def test_who_asks_for_the_manifest_gets_the_stamp_with_it_and_that_manifest_alone_as_it_was_sealed(
    house: House, stamping: InProcessCredentialService
) -> None:
    record = seal(house)
    labels = LabelsInMemory()
    labels.events[record.manifest.label] = record.event_uid
    resolution = Resolution(
        view=PublicView(store=house.store, layout=house.layout),
        known=house.known,
        labels=labels,
        fingerprinter=InProcessFingerprinter(),
    )
    label, as_sealed = record.manifest.label, house.stored(record.manifest.uri)
    assert resolution.manifest(label) == as_sealed
    (said,) = run(restamping(house, stamping), house)
    assert said.manifest is not None
    stamped = resolution.manifest(label)
    assert stamped == house.stored(said.manifest)
    assert manifests_in(stamped)[label] == manifests_in(as_sealed)[label]
    assert resolution.manifest(label, active_only=True) == active_manifest_alone(as_sealed)
    remove(house, Location.parse(said.manifest))
    assert resolution.manifest(label) == as_sealed


def test_what_was_sealed_with_a_stamp_needs_none_whether_its_record_says_so_or_not(
    chain: DevelopmentChain, stamping: InProcessCredentialService
) -> None:
    house = House(stamping)
    record = seal(house)
    assert record.manifest.time_stamped is True
    assert [event.outcome for event in run(restamping(house, stamping), house)] == ["has"]
    at = Location.parse(record.record_uri)
    stored = house.store.objects[at]
    old = stored.body.replace(b',"time_stamped":true', b"")
    assert old != stored.body
    remove(house, at)
    house.store.create(at, old, media_type="application/json")
    assert [event.outcome for event in run(restamping(house, stamping), house)] == ["has"]


def test_a_look_needs_no_authority_and_writes_nothing(house: House) -> None:
    record = seal(house)
    before = dict(house.store.objects)
    found = run(restamping(house, InProcessCredentialService(), only_look=True), house)
    assert found == [RestampedEvent(event_uid=record.event_uid, outcome="lacks")]
    assert house.store.objects == before


def test_what_was_erased_or_found_illegal_gets_none(house: House, stamping: InProcessCredentialService) -> None:
    erased, illegal = seal(house, "erased"), seal(house, "illegal-one")
    request = ErasureRequest(kind="content", subject="erased")
    Erasing(
        store=house.store,
        layout=house.layout,
        eraser=EraserSimulator(house.store),
        inbox_bucket="sealstream-inbox",
        retention=timedelta(days=183),
        now=lambda: NOON,
        requests=(request,),
    ).among([erased.event_uid])
    verdict = {
        "event_type": "review.completed",
        "content": {"sha256": illegal.sealed.sha256},
        "review": {"verdict": "illegal", "categories": ["other"]},
    }
    event = activity(verdict, event_id="verdict")
    assert house.retract.of_activity(event, house.assess(event).record) is not None
    found = {event.event_uid: event for event in run(restamping(house, stamping), house)}
    assert {uid: event.outcome for uid, event in found.items()} == dict.fromkeys(
        (erased.event_uid, illegal.event_uid), "barred"
    )


def test_an_erasure_takes_the_stamped_manifest_too(house: House, stamping: InProcessCredentialService) -> None:
    record = seal(house, "hers")
    run(restamping(house, stamping), house)
    at = house.layout.stamped_manifest(record.sealed.sha256, record.event_uid)
    assert at in house.store.objects
    erasing = Erasing(
        store=house.store,
        layout=house.layout,
        eraser=EraserSimulator(house.store),
        inbox_bucket="sealstream-inbox",
        retention=timedelta(days=183),
        now=lambda: NOON,
        requests=(ErasureRequest(kind="content", subject="hers"),),
    )
    erasing.among([record.event_uid])
    assert at not in house.store.objects


def test_what_is_not_what_its_record_says_is_left_and_the_others_go_on(
    house: House, stamping: InProcessCredentialService
) -> None:
    gone, changed, sound = seal(house, "gone"), seal(house, "changed"), seal(house, "sound")
    at = Location.parse(changed.manifest.uri)
    remove(house, Location.parse(gone.sealed.uri))
    remove(house, at)
    house.store.create(at, house.stored(sound.manifest.uri), media_type="application/c2pa")
    found = {event.event_uid: event.outcome for event in run(restamping(house, stamping), house)}
    assert found == {gone.event_uid: "left", changed.event_uid: "left", sound.event_uid: "stamped"}


def test_while_no_authority_answers_it_is_tried_again_and_nothing_is_stored(
    house: House, stamping: InProcessCredentialService, authority: Authority
) -> None:
    seal(house)
    before = dict(house.store.objects)
    authority.status = 503
    try:
        with pytest.raises(TimeStampError):
            run(restamping(house, stamping), house)
    finally:
        authority.status = 200
    assert house.store.objects == before
    assert [event.outcome for event in run(restamping(house, stamping), house)] == ["stamped"]


def test_evidence_has_the_stamped_manifest(house: House, stamping: InProcessCredentialService) -> None:
    record = seal(house)
    (event,) = run(restamping(house, stamping), house)
    bundle = Bundling(store=house.store, layout=house.layout, packs=())(record.event_uid)
    assert bundle is not None
    with zipfile.ZipFile(io.BytesIO(bundle.body)) as archive:
        stamped = archive.read("manifest.stamped.c2pa")
        assert "manifest.stamped.c2pa" in archive.read("README.txt").decode()
    assert stamped == house.stored(event.manifest or "")
    (member,) = [member for member in bundle.members if member.path == "manifest.stamped.c2pa"]
    assert (member.sha256, member.origin) == (hashlib.sha256(stamped).hexdigest(), event.manifest)
