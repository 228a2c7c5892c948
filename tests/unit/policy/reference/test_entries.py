"""What an entry says becomes a typed value, or an error that explains itself and quotes nothing."""

from datetime import date
from typing import Any

import pytest

from pipeline.errors import ProducerError
from pipeline.fingerprints import ImageCode
from pipeline.policy.reference import ConsentEntry, EntryError, FeatureEntry, NewsSourceEntry, ServiceEntry, set_of
from pipeline.policy.reference.entries import parse_entry
from tests.unit.policy.reference.entries import entry, feature

CODE_64 = ImageCode(bits=64, body=2**64 - 12345).text
CODE_256 = ImageCode(bits=256, body=2**255 + 12345).text


def test_a_service_is_told_as_facts() -> None:
    found = entry(
        "services",
        "chat",
        service={"id": "other", "filing_no": None, "detector": {"free": True}, "security_assessment": "pending"},
    )
    assert found == ServiceEntry(
        id="chat",
        version=1,
        facts={"service.filing_no": "", "service.detector.free": True, "service.security_assessment": "pending"},
    )
    assert set_of(found) == "services"


def test_a_news_source_has_days() -> None:
    assert entry("news-sources", "xh", name="Agency", status="licensed", valid_to="2026-12-31") == NewsSourceEntry(
        id="xh", version=1, name="Agency", status="licensed", valid_to=date(2026, 12, 31)
    )


def test_a_consent_covers_what_it_names() -> None:
    assert entry("consents", "c", version=3, status="granted", biometric=["face"]) == ConsentEntry(
        id="c", version=3, status="granted", biometric=("face",)
    )


def test_a_phrase_is_kept_as_it_is_compared() -> None:
    assert feature(phrase="  Forbidden\u200b   WORDS ") == FeatureEntry(
        id="f", version=1, verdict="harmful", how="phrase", pattern="forbidden words", applies_to=("prompt", "output")
    )


def test_what_people_write_about_a_feature_is_no_part_of_it() -> None:
    assert feature(phrase="words", note="seen in May") == feature(phrase="words")


def test_the_order_of_sides_means_nothing() -> None:
    assert feature(phrase="a", applies_to=["output", "prompt"]) == feature(phrase="a")


@pytest.mark.parametrize(
    ("members", "distance"),
    [
        ({"iscc": CODE_256}, 16),
        ({"iscc": CODE_64}, 4),
        ({"iscc": CODE_64, "distance": 16}, 16),
        ({"iscc": CODE_256, "distance": 0}, 0),
        ({"iscc": CODE_256, "distance": 64}, 64),
    ],
)
def test_an_image_code_has_a_distance_that_goes_with_its_length(members: dict[str, Any], distance: int) -> None:
    found = feature(**members)
    assert isinstance(found, FeatureEntry)
    assert found.picture is not None
    assert (found.picture.distance, found.picture.code.text) == (distance, members["iscc"])
    assert found.applies_to == ("output",)


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"phrase": "\u200b \u00ad"}, "nothing is left of its phrase"),
        ({"regex": "(secretword"}, r"RE2 refuses its regular expression \(missing \)\)"),
        ({"regex": r"(secretword)\1"}, r"RE2 refuses its regular expression \(invalid escape sequence\)"),
        ({"regex": "secretword(?=x)"}, r"RE2 refuses its regular expression \(invalid perl operator\)"),
        ({"regex": r"(secretword|\pL{900}){9}"}, r"RE2 refuses .*\((invalid repetition size|pattern too large)"),
        ({"regex": "(secretword)*"}, "found even in the empty text"),
        ({"regex": "\uff53ecretword"}, "characters that no text has after normalisation"),
        ({"regex": "secretword\u200b"}, "characters that no text has after normalisation"),
        ({"iscc": CODE_64, "distance": 17}, "a distance of 17 is too much for a code of 64 bits"),
        ({"iscc": ImageCode(bits=256, body=5).text[:-1] + "B"}, "no Image-Code"),
        ({"iscc": "ISCC:EEAAAAAAAAAAAAAAA"}, "no Image-Code"),
        ({"sha256": "ab" * 32, "applies_to": ["prompt"]}, "compared with outputs"),
        ({"iscc": CODE_64, "applies_to": ["prompt"]}, "compared with outputs"),
    ],
)
def test_a_feature_that_finds_nothing_or_everything_is_refused(members: dict[str, Any], reason: str) -> None:
    with pytest.raises(EntryError, match=f"The feature f cannot be used: .*{reason}") as refusal:
        feature(**members)
    assert isinstance(refusal.value, ProducerError)
    assert (refusal.value.set_name, refusal.value.entry_id, refusal.value.stage) == ("features", "f", "intake")
    assert "secretword" not in str(refusal.value)
    assert "ISCC" not in str(refusal.value)


def test_key_and_id_have_to_be_the_same() -> None:
    with pytest.raises(EntryError, match="one id as its key and another in its data") as refusal:
        parse_entry("consents", "key-1", {"id": "id-2", "version": 1, "status": "granted"})
    assert "key-1" not in str(refusal.value)
    assert "id-2" not in str(refusal.value)
