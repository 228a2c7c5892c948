"""Explicit labels on the way of an event: put there on request, looked for in the final bytes."""

import io
from typing import Any

import pytest
from PIL import Image

from pipeline.credentials.in_process import InProcessCredentialService
from pipeline.credentials.text import unwrapped
from tests.unit.house import House, generation, publication

SERVICE = {"provider_code": "001191110000DEM000000100000"}


@pytest.fixture
def chinese(credentials: InProcessCredentialService) -> House:
    return House(credentials, jurisdictions=("CN",))


def picture() -> bytes:
    body = io.BytesIO()
    Image.effect_noise((640, 480), 60).save(body, "PNG")
    return body.getvalue()


def labeled_picture(house: House, **order: object) -> Any:
    content = {**house.put("a.png", picture(), "image/png"), "operation": "generated", "art17_scenario": 3}
    return house.seal(generation({"content": content, "service": SERVICE, "explicit_order": order}))


def sealed_text(house: House, said: Any) -> str:
    """What a person sees of it."""
    return unwrapped(house.stored(said.record.sealed.uri)).decode()


def outcomes(said: Any, rule: str) -> list[str]:
    return [finding.outcome for finding in said.record.findings if finding.rule == rule]


def test_a_label_is_put_on_a_picture_covered_by_its_signature_and_found_again(chinese: House) -> None:
    said = labeled_picture(chinese, language="zh")
    assert outcomes(said, "cn.deep-synthesis.art17.prominent-mark") == []
    assert outcomes(said, "cn.gb45438.explicit.height") == []
    assert outcomes(said, "cn.gb45438.explicit.wording") == []
    assert said.record.credential.credential == "valid"
    seen = Image.open(io.BytesIO(chinese.stored(said.record.sealed.uri)))
    before = Image.open(io.BytesIO(picture()))
    assert seen.size == before.size
    assert seen.convert("RGB").getpixel((620, 465)) != before.convert("RGB").getpixel((5, 5))


def test_without_being_asked_nothing_is_put_on_a_picture(chinese: House) -> None:
    body = picture()
    content = {**chinese.put("a.png", body, "image/png"), "operation": "generated"}
    said = chinese.seal(generation({"content": content, "service": SERVICE}))
    after = Image.open(io.BytesIO(chinese.stored(said.record.sealed.uri)))
    assert after.tobytes() == Image.open(io.BytesIO(body)).tobytes()


def test_a_text_gets_words_at_both_ends(chinese: House) -> None:
    content = {"id": "t", "mime": "text/plain", "text": "A quiet evening.", "operation": "generated"}
    said = chinese.seal(generation({"content": content, "explicit_order": {"language": "zh"}}))
    text = chinese.stored(said.record.sealed.uri).decode()
    assert "A quiet evening." in text
    assert text.count("AI生成") == 2
    assert said.record.credential.credential == "valid"


def test_a_format_that_takes_no_label_is_sealed_without_and_says_so(chinese: House) -> None:
    content = {"id": "j", "mime": "application/json", "text": "{}", "operation": "generated"}
    said = chinese.seal(generation({"content": content, "explicit_order": {}}))
    (finding,) = (found for found in said.record.findings if found.kind == "explicit-refused")
    assert finding.action == "alert"
    assert said.record.credential.credential == "valid"


@pytest.mark.parametrize(
    ("jurisdiction", "facts", "expected"),
    [
        ("CN", {"art17_scenario": 1, "confusion_risk": "yes"}, "AI生成"),
        ("CN", {"art17_scenario": 0}, None),
        ("CN", {}, None),
        ("KR", {"photoreal": True, "media": "image"}, "AI 생성"),
        ("KR", {"photoreal": False}, None),
    ],
)
def test_where_it_is_configured_a_law_that_asks_for_a_label_gets_it(
    credentials: InProcessCredentialService, jurisdiction: str, facts: dict[str, object], expected: str | None
) -> None:
    house = House(credentials, jurisdictions=(jurisdiction,), labels_when_required=True)
    content = {"id": "t", "mime": "text/plain", "text": "A quiet evening.", "operation": "generated", **facts}
    said = house.seal(generation({"content": content, "explicit": {"waived_on_request": False}}))
    text = sealed_text(house, said)
    assert (text.splitlines()[0] == "A quiet evening.") == (expected is None)
    assert expected is None or expected.split()[0] in text.splitlines()[0]
    not_asked = House(credentials, jurisdictions=(jurisdiction,))
    assert sealed_text(not_asked, not_asked.seal(generation({"content": content}))).startswith("A quiet evening.")


def test_who_asked_for_a_copy_without_label_gets_one(credentials: InProcessCredentialService) -> None:
    house = House(credentials, jurisdictions=("CN",), labels_when_required=True)
    content = {"id": "t", "mime": "text/plain", "text": "A quiet evening.", "operation": "generated"}
    facts = {**content, "art17_scenario": 1, "confusion_risk": "yes"}
    said = house.seal(generation({"content": facts, "explicit": {"waived_on_request": True}}))
    assert sealed_text(house, said).startswith("A quiet evening.")


def test_a_label_that_is_claimed_and_not_there_is_none(chinese: House) -> None:
    content = {
        "id": "t",
        "mime": "text/plain",
        "text": "A quiet evening.",
        "synthetic": "yes",
        "art17_scenario": 1,
        "confusion_risk": "yes",
    }
    claim = {"present": True, "kind": "text", "has_ai_token": True, "has_gen_token": True, "waived_on_request": False}
    rule = "cn.deep-synthesis.art17.prominent-mark-published"
    bare = chinese.inspect(publication({"content": content, "explicit": claim}))
    assert outcomes(bare, rule) == ["violation"]
    worded = {**content, "text": "AI生成\nA quiet evening."}
    said = chinese.inspect(publication({"content": worded, "explicit": claim}, event_id="2"))
    assert outcomes(said, rule) == []


def test_a_label_that_cannot_be_looked_for_stays_as_it_is_claimed(chinese: House) -> None:
    content = {**chinese.put("p.png", picture(), "image/png"), "synthetic": "yes", "art17_scenario": 3}
    claim = {"present": True, "kind": "corner", "height_ratio": 0.06, "waived_on_request": False}
    said = chinese.inspect(publication({"content": content, "explicit": claim}))
    assert outcomes(said, "cn.deep-synthesis.art17.prominent-mark") == []
