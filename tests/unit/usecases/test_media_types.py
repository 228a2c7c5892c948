"""What an event declares of its asset's type is a claim: the bytes decide, and whoever lied or erred hears of it."""

from pathlib import Path
from typing import Any

import pytest

from pipeline.media_types import extension_of
from tests.unit.evidence.test_removal import SAMPLES, published, removed, seal
from tests.unit.house import House, generation, png, publication


def kinds(findings: Any) -> list[str]:
    return [finding.kind for finding in findings]


@pytest.mark.parametrize(
    ("file", "name", "spelled"),
    [
        ("voice-note.mp3", "audio/mpeg", "audio/mpeg"),
        ("voice-note.mp3", "audio/mpeg", "audio/x-mp3"),
        ("voice-note.mp3", "audio/mpeg", "audio/mpeg3"),
        ("voice-note.mp3", "audio/mpeg", "application/octet-stream"),
        ("voice-note.mp3", "audio/mpeg", "image/png"),
        ("clip.mp4", "video/mp4", "video/mp4"),
        ("clip.mp4", "video/mp4", "application/mp4"),
    ],
)
def test_what_lost_its_labels_is_blocked_under_every_spelling(house: House, file: str, name: str, spelled: str) -> None:
    body = (SAMPLES / file).read_bytes()
    seal(house, "sealed", body, name)
    said = published(house, "bare", body, spelled)
    assert removed(said)
    assert said.record.decision == "block"


@pytest.mark.parametrize(
    ("file", "spelled"),
    [
        ("harbour.jpg", "image/jpeg"),
        ("harbour.jpg", "image/jpg"),
        ("harbour.jpg", "image/png"),
        ("report.pdf", "application/x-pdf"),
        ("letter.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("letter.docx", "application/octet-stream"),
    ],
)
def test_a_sealed_asset_has_the_extension_of_its_format(house: House, file: str, spelled: str) -> None:
    record = seal(house, "sealed", (SAMPLES / file).read_bytes(), spelled)
    assert record.sealed.uri.endswith(Path(file).suffix)
    assert record.sealed.uri.endswith(f".{extension_of(record.content.mime)}")


def test_a_picture_under_another_declared_type_is_embedded_and_said(house: House) -> None:
    said = seal(house, "sealed", (SAMPLES / "harbour.jpg").read_bytes(), "image/png")
    assert (said.content.mime, said.manifest.binding) == ("image/jpeg", "embedded")
    (finding,) = [finding for finding in said.findings if finding.kind == "type-mismatch"]
    assert finding.action == "alert"
    assert finding.evidence == {"declared": "image/png", "found": "image/jpeg"}


def test_a_publication_under_another_declared_type_is_read_as_what_it_is(house: House) -> None:
    record = seal(house, "sealed", png(), "image/png")
    said = published(house, "published", house.stored(record.sealed.uri), "video/mp4")
    assert said.record.content.mime == "image/png"
    assert said.record.credential.credential == "valid"
    assert "type-mismatch" in kinds(said.alerts)


@pytest.mark.parametrize("vague", ["application/octet-stream", "binary/octet-stream"])
def test_who_does_not_say_what_it_is_did_not_say_anything_wrong(house: House, vague: str) -> None:
    record = seal(house, "sealed", png(), vague)
    assert (record.content.mime, record.manifest.binding) == ("image/png", "embedded")
    assert "type-mismatch" not in kinds(record.findings)


def test_rules_are_asked_about_what_the_asset_is(house: House) -> None:
    content = {**house.put("a.png", png(), "video/mp4"), "media": "video", "operation": "generated"}
    record = house.seal(generation({"content": content}, event_id="one")).record
    assert record.content.mime == "image/png"
    said = house.inspect(publication({"content": {**house.put("b.png", png(), "audio/wav"), "synthetic": "no"}}))
    assert said.record.content.mime == "image/png"
