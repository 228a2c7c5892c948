"""A manifest that went beside a file whose format carries one inside: recorded with the reason, and nobody is woken."""

from functools import cache
from typing import Final

import pikepdf

from pipeline.events.outputs import Finding
from tests.unit.house import House, generation, png
from tests.unit.labels.implicit.makers import pdf

PDF: Final = "application/pdf"


@cache
def locked() -> bytes:
    """Encrypted with numbers of chance, and so another file each time."""
    return pdf(encryption=pikepdf.Encryption(owner="harbour", user=""))


def beside(findings: tuple[Finding, ...]) -> Finding | None:
    return next((finding for finding in findings if finding.kind == "sealed-beside"), None)


def sealed(house: House, body: bytes, media_type: str, **more: object) -> object:
    content = {**house.put(media_type.replace("/", "."), body, media_type), "operation": "generated"}
    return house.seal(generation({"content": content, **more}, event_id=media_type))


def test_an_encrypted_document_is_stored_as_it_came_and_the_record_says_why(house: House) -> None:
    said = sealed(house, locked(), PDF)
    finding = beside(said.record.findings)
    assert finding is not None
    assert (finding.rule, finding.action, finding.severity) == ("credential.sealed-beside", "record", "low")
    assert finding.evidence == {"reason": "The PDF document is encrypted, and would not be afterwards."}
    assert (said.record.manifest.binding, said.record.decision) == ("sidecar", "allow")
    assert house.stored(said.record.sealed.uri) == locked()
    assert all(alert.kind != "sealed-beside" for alert in said.alerts)


def test_a_document_that_carries_its_manifest_and_a_format_that_never_does_have_no_such_finding(house: House) -> None:
    assert beside(sealed(house, pdf(), PDF).record.findings) is None
    assert beside(sealed(house, b'{"a": 1}', "application/json").record.findings) is None


def test_an_attempt_that_ended_before_its_record_says_the_same_again(house: House) -> None:
    first = sealed(house, locked(), PDF)
    record_at = house.layout.record(first.record.event_uid)
    del house.store.objects[record_at]
    assert beside(sealed(house, locked(), PDF).record.findings) == beside(first.record.findings) is not None


def test_what_is_made_of_the_document_inherits_nothing_of_it(house: House) -> None:
    parent = sealed(house, locked(), PDF).record
    content = {**house.put("b.png", png(), "image/png"), "operation": "edited"}
    named = {"sha256": parent.sealed.sha256, "size": parent.sealed.size, "uri": parent.sealed.uri}
    parents = [{"id": "a", "mime": PDF, **named}]
    child = house.seal(generation({"content": {**content, "parents": parents}}, event_id="2")).record
    assert [recorded.event_uid for recorded in child.parents] == [parent.event_uid]
    assert "sealed-beside" in [finding.kind for finding in parent.findings]
    assert not any("credential.sealed-beside" in str(finding.evidence) for finding in child.findings)
