"""What a worker sealed, published as it came out, raises nothing but what the law says of the event.

Each finding that is not raised is raised by a twin that was spoiled in that one point.
"""

from typing import Any

import pytest

from pipeline.credentials.development import DevelopmentChain
from pipeline.credentials.in_process import InProcessCredentialService
from pipeline.events.outputs import Finding
from pipeline.labels.implicit import row_of
from pipeline.labels.implicit.in_process import InProcessImplicitLabeler
from tests.media.exhibits import EXHIBITS
from tests.media.test_more_formats import box
from tests.unit.credentials.bindings import plain_tiff, signed_tiff, tiff_with_entry
from tests.unit.house import House, generation, publication

MARKER = InProcessImplicitLabeler()


def jpeg_xl() -> bytes:
    return box(b"JXL ", b"\r\n\x87\n") + box(b"ftyp", b"jxl \0\0\0\0jxl ") + box(b"jxlc", b"\xff\x0a" + bytes(64))


FORMATS = {name: (exhibit.media_type, exhibit.make) for name, exhibit in EXHIBITS.items()} | {
    "JPEG XL": ("image/jxl", jpeg_xl),
    "TIFF, big-endian": ("image/tiff", lambda: plain_tiff(">")),
    "BigTIFF": ("image/tiff", lambda: plain_tiff(big=True)),
}


@pytest.fixture
def house(service: InProcessCredentialService) -> House:
    return House(service, producer="91110000600037341L")


def ours(findings: tuple[Finding, ...]) -> list[tuple[str, str | None]]:
    """What packs of good practice say of the file, not what the law says of the event."""
    return [
        (finding.kind, finding.code)
        for finding in findings
        if finding.rule.partition(".")[0] in ("credential", "label", "content", "lineage", "claim")
    ]


def published(house: House, content: dict[str, Any]) -> list[tuple[str, str | None]]:
    said = house.inspect(publication({"content": {**content, "synthetic": "yes"}}, event_id="published"))
    assert {alert.kind for alert in said.alerts} <= {finding.kind for finding in said.record.findings}
    return ours(said.record.findings)


@pytest.mark.parametrize("name", FORMATS)
def test_a_sealed_file_is_published_without_a_word_of_ours(house: House, name: str) -> None:
    media_type, make = FORMATS[name]
    content = {**house.put("original", make(), media_type), "operation": "generated"}
    record = house.seal(generation({"content": content, "model": {"name": "Sample model"}}, event_id="made")).record
    assert record.credential.credential == "valid"
    sealed = record.sealed
    labelled = bool(MARKER.read(house.stored(sealed.uri), media_type).aigc)
    assert ours(record.findings) == ([] if labelled or not row_of(media_type).embeds else [("label-refused", None)])
    content = {"id": "a", "mime": media_type, "uri": sealed.uri, "sha256": sealed.sha256, "size": sealed.size}
    assert published(house, content) == []


def test_a_tiff_whose_claim_leaves_out_one_byte_more_is_not_quiet(house: House, chain: DevelopmentChain) -> None:
    tiff, entry = tiff_with_entry()
    quiet = signed_tiff(chain, tiff, entry=entry, more=[(entry + 4, 4)])
    assert published(house, house.put("quiet.tiff", quiet, "image/tiff")) == []
    spoiled = signed_tiff(chain, tiff, entry=entry, more=[(entry + 4, 4), (8, 1)])
    said = house.inspect(publication({"content": house.put("spoiled.tiff", spoiled, "image/tiff")}, event_id="spoiled"))
    assert ours(said.record.findings) == [("partial-coverage", "assertion.dataHash.additionalExclusionsPresent")]
    assert [alert.kind for alert in said.alerts] == ["partial-coverage"]
