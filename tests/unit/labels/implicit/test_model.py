"""Marks that were found: what they show, what contradicts itself, and which facts follow."""

import json

import pytest

from pipeline.labels.implicit import (
    FoundLabels,
    ImplicitRefusedError,
    LabelsToWrite,
    Latent,
    aigc_json,
    first_write,
    found_facts,
)
from pipeline.labels.implicit.model import latent_from, placed_label
from pipeline.policy.vocabulary import vocabulary
from tests.unit.labels.implicit.makers import AI, LABELS, PROVIDER

HUMAN = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"
ONE = placed_label(aigc_json(first_write(PROVIDER, "n-1")), carrier="xmp")
OTHER = placed_label(aigc_json(first_write(PROVIDER, "n-2")), carrier="png.text")
BROKEN = placed_label("AIGC", carrier="xmp")
SHORT = placed_label('{"Label":"1"}', carrier="exif.UserComment")
SHORT_ELSEWHERE = placed_label('AIGC={"label":1}', carrier="exif.ImageDescription")
SHORT_OTHER = placed_label('{"Label":"2"}', carrier="png.text")


@pytest.mark.parametrize(
    ("found", "contradictions"),
    [
        (FoundLabels(), ()),
        (FoundLabels(aigc=(ONE,), digital_source_types=(AI,)), ()),
        (FoundLabels(digital_source_types=(HUMAN,)), ()),
        (FoundLabels(digital_source_types=(AI, AI)), ()),
        (FoundLabels(aigc=(ONE, OTHER)), ("several-aigc-marks",)),
        (FoundLabels(aigc=(ONE, ONE)), ()),
        (FoundLabels(aigc=(SHORT, SHORT_ELSEWHERE)), ()),
        (FoundLabels(aigc=(ONE, SHORT)), ()),
        (FoundLabels(aigc=(ONE, SHORT_OTHER)), ("several-aigc-marks",)),
        (FoundLabels(aigc=(SHORT, BROKEN)), ("several-aigc-marks",)),
        (FoundLabels(aigc=(BROKEN, BROKEN)), ()),
        (FoundLabels(aigc=(ONE, BROKEN)), ("several-aigc-marks",)),
        (FoundLabels(digital_source_types=(AI, HUMAN)), ("several-source-types",)),
        (FoundLabels(aigc=(ONE,), digital_source_types=(HUMAN,)), ("human-source-type-with-aigc-mark",)),
        (FoundLabels(aigc=(BROKEN,), digital_source_types=(HUMAN,)), ("human-source-type-with-aigc-mark",)),
    ],
)
def test_contradictions_are_named(found: FoundLabels, contradictions: tuple[str, ...]) -> None:
    assert found.contradictions == contradictions


def test_a_mark_that_is_there_twice_is_the_mark_and_of_several_none_is() -> None:
    assert FoundLabels(aigc=(ONE, ONE)).conforming == first_write(PROVIDER, "n-1")
    assert FoundLabels(aigc=(ONE,)).conforming == first_write(PROVIDER, "n-1")
    assert FoundLabels(aigc=(ONE, OTHER)).conforming is None
    assert FoundLabels(aigc=(BROKEN,)).conforming is None


def test_facts_of_a_file_with_one_mark() -> None:
    facts = found_facts(FoundLabels(aigc=(ONE,), latent=LABELS.latent))
    assert {name: value for name, value in facts.items() if name.startswith("implicit.")} == {
        "implicit.present": True,
        "implicit.count": 1,
        "implicit.carrier": "xmp",
        "implicit.schema_ok": True,
        "implicit.code_ok": True,
        "implicit.first_write": True,
        "implicit.aigc.Label": "1",
        "implicit.aigc.ContentProducer": PROVIDER,
        "implicit.aigc.ProduceID": "n-1",
        "implicit.aigc.ReservedCode1": "",
        "implicit.aigc.ContentPropagator": PROVIDER,
        "implicit.aigc.PropagateID": "n-1",
        "implicit.aigc.ReservedCode2": "",
    }
    assert facts["latent.system_version"] == "4.2"
    assert facts.keys() <= vocabulary().keys()


def test_facts_of_other_files() -> None:
    assert found_facts(FoundLabels()) == {"implicit.present": False, "implicit.count": 0}
    assert found_facts(FoundLabels(refused="The file is broken.")) == {}
    assert found_facts(FoundLabels(aigc=(ONE, BROKEN))) == {
        "implicit.present": True,
        "implicit.count": 2,
        "implicit.carrier": "xmp",
        "implicit.schema_ok": False,
    }


def test_a_wrong_check_digit_and_another_platform_are_facts() -> None:
    members = json.loads(aigc_json(first_write(PROVIDER[:-6] + "X10002", "n-1"), shape="bare"))
    facts = found_facts(FoundLabels(aigc=(placed_label(json.dumps(members | {"PropagateID": "n-2"}), carrier="xmp"),)))
    assert (facts["implicit.code_ok"], facts["implicit.first_write"]) == (False, False)


@pytest.mark.parametrize("created_at", ["", "yesterday", "2026-05-01", "2026-05-01T12:00:00"])
def test_the_latent_disclosure_tells_a_time_with_its_zone(created_at: str) -> None:
    with pytest.raises(ImplicitRefusedError, match="created_at"):
        Latent(provider_name="p", system_name="s", system_version="1", created_at=created_at, unique_id="u")


@pytest.mark.parametrize("name", ["", "a\x00b", "a\nb", "a\ud800b", "x" * 1025])
def test_the_latent_disclosure_has_no_control_characters(name: str) -> None:
    with pytest.raises(ImplicitRefusedError, match="provider_name"):
        Latent(
            provider_name=name, system_name="s", system_version="1", created_at="2026-05-01T12:00:00Z", unique_id="u"
        )


@pytest.mark.parametrize("source_type", ["", "trainedAlgorithmicMedia", "http://a b", "http://é"])
def test_a_digital_source_type_is_an_address(source_type: str) -> None:
    with pytest.raises(ImplicitRefusedError, match="digital source type"):
        LabelsToWrite(digital_source_type=source_type)


def test_a_latent_disclosure_with_a_gap_is_none() -> None:
    assert latent_from({"provider_name": "p"}) is None
