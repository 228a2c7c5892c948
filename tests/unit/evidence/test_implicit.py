"""Implicit labels on the way of an event: written before the signature, read back from what is stored."""

import io
import json
import struct
import zlib
from typing import Any

import pytest
from PIL import Image

from pipeline.credentials.in_process import InProcessCredentialService
from pipeline.events.inputs import GenerationEvent
from pipeline.labels.implicit.aigc import AigcLabel, aigc_json, first_write
from pipeline.labels.implicit.in_process import InProcessImplicitLabeler
from pipeline.labels.implicit.model import FoundLabels, LabelsToWrite
from pipeline.labels.implicit.port import ImplicitlyLabeled
from pipeline.usecases.orders import labels_of
from tests.unit.house import House, generation, png, publication

CODE = "001191110000DEM000000100000"
STUDIO = {"provider_code": CODE, "provider_name": "Studio", "system_name": "One", "system_version": "1.2"}
MARKER = InProcessImplicitLabeler()


def image(house: House, body: bytes | None = None, **data: Any) -> GenerationEvent:
    content = {**house.put("a.png", png() if body is None else body, "image/png"), "operation": "generated"}
    event: GenerationEvent = generation({"content": content, "service": STUDIO, **data})
    return event


def published(house: House, body: bytes, **data: Any) -> Any:
    content = {**house.put("p.png", body, "image/png"), **data.pop("content", {})}
    return house.inspect(publication({"content": content, **data}, event_id="p"))


def marked(*marks: AigcLabel, source_type: str | None = None) -> bytes:
    """A picture with these marks, one after the other."""
    body = png()
    for mark in marks:
        body = MARKER.label(body, "image/png", LabelsToWrite(aigc=mark, digital_source_type=source_type)).asset
    return body


def kinds(said: Any) -> set[str]:
    return {alert.kind for alert in said.alerts}


# Written and read back


def test_what_is_sealed_carries_the_label_the_source_type_and_the_disclosure_inside_the_file(house: House) -> None:
    event = image(house)
    record = house.seal(event).record
    found = MARKER.read(house.stored(record.sealed.uri), "image/png")
    assert found.conforming == first_write(CODE, event.uid)
    assert found.digital_source_types == ("http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",)
    assert found.latent is not None
    assert (found.latent.system_name, found.latent.unique_id) == ("One", event.uid)
    assert record.credential.credential == "valid"


def test_the_picture_is_the_same(house: House) -> None:
    record = house.seal(image(house)).record
    before, after = (Image.open(io.BytesIO(body)) for body in (png(), house.stored(record.sealed.uri)))
    assert before.tobytes() == after.tobytes()


def test_the_label_read_back_is_what_rules_are_judged_on_whatever_the_event_claims(
    credentials: InProcessCredentialService,
) -> None:
    house = House(credentials, jurisdictions=("CN",))
    rule = "cn.deep-synthesis.art16.implicit-mark"
    named = house.seal(image(house, implicit={"present": False}))
    nameless = house.seal(
        generation(
            {
                "content": {**house.put("b.png", png(1), "image/png"), "operation": "generated"},
                "implicit": {"present": True, "readback_ok": True},
                "watermark": {"present": False},
            },
            event_id="2",
        )
    )
    assert rule not in {finding.rule for finding in named.record.findings}
    assert [finding.outcome for finding in nameless.record.findings if finding.rule == rule] == ["violation"]


def test_the_operators_own_code_stands_in_for_events_that_name_none(credentials: InProcessCredentialService) -> None:
    house = House(credentials, producer="studio-one")
    record = house.seal(image(house, service={"provider_name": "A name with spaces"})).record
    found = MARKER.read(house.stored(record.sealed.uri), "image/png")
    assert found.conforming is not None
    assert found.conforming.content_producer == "studio-one"


@pytest.mark.parametrize("service", [{}, {"provider_name": "A name with spaces"}, {"provider_name": "工作室"}])
def test_nobodys_name_is_made_up(house: House, service: dict[str, str]) -> None:
    event = image(house, service=service)
    assert labels_of(event, producer=None) is None
    record = house.seal(event).record
    assert MARKER.read(house.stored(record.sealed.uri), "image/png") == FoundLabels()


def test_what_nobody_generated_is_not_labeled(house: House) -> None:
    content = {**house.put("a.png", png(), "image/png"), "operation": "none"}
    assert labels_of(generation({"content": content, "service": STUDIO}), producer=CODE) is None


def test_the_first_producers_label_stays(house: House) -> None:
    first = first_write("first-producer", "1")
    record = house.seal(image(house, marked(first))).record
    assert MARKER.read(house.stored(record.sealed.uri), "image/png").conforming == first


def test_an_asset_with_a_manifest_keeps_it_and_gets_no_label(house: House) -> None:
    sealed = house.stored(house.seal(image(house, service={})).record.sealed.uri)
    again = generation(
        {"content": {**house.put("s.png", sealed, "image/png"), "operation": "edited"}, "service": STUDIO}, event_id="2"
    )
    said = house.seal(again)
    assert MARKER.read(house.stored(said.record.sealed.uri), "image/png").aigc == ()
    assert said.record.credential.credential == "valid"


def test_a_file_that_cannot_take_marks_is_sealed_all_the_same(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: InProcessImplicitLabeler, asset: bytes, media_type: str, marks: LabelsToWrite) -> ImplicitlyLabeled:
        return ImplicitlyLabeled(asset=asset, refused="No room.")

    monkeypatch.setattr(InProcessImplicitLabeler, "label", refuse)
    said = house.seal(image(house))
    (finding,) = (found for found in said.record.findings if found.kind == "label-refused")
    assert (finding.action, finding.evidence) == ("alert", {"reason": "No room."})
    assert said.record.credential.credential == "valid"


# What marks mean for who publishes


def test_a_label_that_the_declaration_denies_is_believed(house: House) -> None:
    said = published(house, marked(first_write("studio", "1")), content={"synthetic": "no"})
    (finding,) = (found for found in said.record.findings if found.kind == "undeclared-ai")
    assert (said.record.decision, finding.evidence["label"]) == ("hold", "1")


def test_marks_that_contradict_each_other_are_both_named(house: House) -> None:
    human = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"
    said = published(house, marked(first_write("studio", "1"), source_type=human))
    (finding,) = (found for found in said.record.findings if found.kind == "marks-contradict")
    assert finding.evidence["digital_source_types"] == (human,)
    assert finding.evidence["contradictions"] == ("human-source-type-with-aigc-mark",)
    assert (finding.action, said.record.decision) == ("hold", "hold")


def test_one_label_in_two_places_contradicts_nothing_and_is_said(house: House) -> None:
    label = first_write("studio", "1")
    once, chunk = marked(label), b"tEXtAIGC\0" + aigc_json(label).encode()
    again = struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
    twice = once[:33] + again + once[33:]
    said = {finding.kind: finding for finding in published(house, twice, content={"synthetic": "yes"}).record.findings}
    assert "marks-contradict" not in said
    assert said["label-nonconforming"].evidence["problems"] == ("it is there more than once, always the same",)
    sealed = house.seal(image(house, twice)).record
    assert [
        found_label.conforming for found_label in MARKER.read(house.stored(sealed.sealed.uri), "image/png").aigc
    ] == [label]


def test_a_file_without_any_mark_says_so_to_the_rules(credentials: InProcessCredentialService) -> None:
    house = House(credentials, jurisdictions=("CN",))
    said = published(house, png(), content={"synthetic": "yes"}, implicit={"present": True, "readback_ok": True})
    (finding,) = (found for found in said.record.findings if found.rule == "cn.deep-synthesis.art16.implicit-mark")
    assert finding.evidence["implicit.present"] is False


# Labels as they are met, vendors' signs, and what could not be read


def text(keyword: str, said: str) -> bytes:
    """A picture with a text of this keyword."""
    body = png()
    chunk = b"tEXt" + keyword.encode() + b"\0" + said.encode()
    return body[:33] + struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) + body[33:]


def alerted(said: Any) -> dict[str, str]:
    return {finding.kind: finding.action for finding in said.record.findings if finding.rule.startswith("label.")}


@pytest.mark.parametrize(
    ("label", "words", "state"),
    [("1", "is AI-generated", "confirmed"), (2, "may be AI-generated", "possible"), ("3", "is suspected", "suspected")],
)
def test_a_partial_label_counts_with_its_strength_and_what_it_lacks_is_named(
    house: House, label: object, words: str, state: str
) -> None:
    said = published(house, text("AIGC", json.dumps({"Label": label})), content={"synthetic": "no"})
    (finding,) = (found for found in said.record.findings if found.kind == "undeclared-ai")
    assert words in finding.message
    assert (finding.action, finding.evidence["label"]) == ("hold", str(label))
    assert "ProduceID is missing" in finding.evidence["problems"]
    assert said.record.state == state
    assert alerted(said) == {"undeclared-ai": "hold", "label-nonconforming": "record"}


def test_a_partial_label_of_what_is_declared_ai_is_recorded_and_raises_no_alert(house: House) -> None:
    said = published(house, text("AIGC", '{"Label":"1"}'), content={"synthetic": "yes"})
    assert alerted(said) == {"label-nonconforming": "record"}
    assert "label-nonconforming" not in kinds(said)


@pytest.mark.parametrize(("synthetic", "action"), [("no", "hold"), ("yes", "alert"), ("unknown", "alert")])
def test_a_broken_mark_is_called_broken_and_nobody_says_what_it_says(house: House, synthetic: str, action: str) -> None:
    said = published(house, text("AIGC", "yes"), content={"synthetic": synthetic})
    assert alerted(said) == {"label-broken": action}
    (finding,) = (found for found in said.record.findings if found.kind == "label-broken")
    assert "AI-generated" not in finding.message
    assert (finding.evidence["label"], finding.evidence["problems"]) == (None, ("it is no JSON",))
    assert said.record.state == ("possible" if synthetic == "yes" else "suspected")


@pytest.mark.parametrize("synthetic", ["no", "yes", "unknown"])
def test_a_video_apps_sign_of_no_ai_is_no_finding(house: House, synthetic: str) -> None:
    said = published(house, text("aigc_info", '{"aigc_label_type":0}'), content={"synthetic": synthetic})
    assert alerted(said) == {}


@pytest.mark.parametrize(
    ("body", "weight", "action"),
    [
        (text("aigc_info", '{"aigc_label_type":1}'), "strong", "hold"),
        (text("parameters", "a harbour at night"), "weak", "alert"),
    ],
    ids=["strong", "weak"],
)
def test_a_vendors_sign_is_a_kind_of_its_own_with_a_weight(house: House, body: bytes, weight: str, action: str) -> None:
    said = published(house, body, content={"synthetic": "no"})
    assert alerted(said) == {"vendor-sign": action}
    (finding,) = (found for found in said.record.findings if found.kind == "vendor-sign")
    assert "which is no label" in finding.message
    assert "implicit label" not in finding.message
    assert "harbour" not in str(finding)
    assert (finding.evidence["weight"], said.record.state) == (weight, "suspected")
    assert "vendor-sign" in kinds(said)


def test_a_vendors_sign_where_nobody_denies_it_is_recorded(house: House) -> None:
    body = text("aigc_info", '{"aigc_label_type":2}')
    assert alerted(published(house, body, content={"synthetic": "unknown"})) == {"vendor-sign": "record"}


@pytest.mark.parametrize(("synthetic", "action"), [("no", "hold"), ("yes", "alert"), ("unknown", "alert")])
def test_what_could_not_be_read_is_said_and_never_absent(house: House, synthetic: str, action: str) -> None:
    said = published(house, png()[:-4], content={"synthetic": synthetic})
    assert alerted(said) == {"label-unreadable": action}
    (finding,) = (found for found in said.record.findings if found.kind == "label-unreadable")
    assert finding.evidence["reason"] == "The PNG file is broken: a chunk is longer than the file."


def test_a_label_in_exif_is_the_only_one_left_after_sealing(house: House) -> None:
    said = json.dumps({"AIGC": {"Label": 1, "ContentProducer": "云汀"}}).encode()
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Harbour"
    exif.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0" + said
    with Image.open(io.BytesIO(png())) as picture:
        picture.convert("RGB").save(file, "JPEG", exif=exif)
    content = {**house.put("a.jpg", file.getvalue(), "image/jpeg"), "operation": "generated"}
    event = generation({"content": content, "service": STUDIO})
    sealed = house.stored(house.seal(event).record.sealed.uri)
    found = MARKER.read(sealed, "image/jpeg")
    assert [(found_label.carrier, found_label.conforming) for found_label in found.aigc] == [
        ("xmp", first_write(CODE, event.uid))
    ]
    assert Image.open(io.BytesIO(sealed)).getexif()[0x010F] == "Harbour"
