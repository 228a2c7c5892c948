"""Our own record of the same bytes: what is known when they come again, and what is not taken for known."""

from typing import Any

import pytest

from pipeline.credentials.in_process import InProcessCredentialService
from pipeline.evidence.record import record_facts
from tests.unit.house import House, generation, png, publication, review

REVIEWED = {"input_checked": True, "output_checked": True, "feature_db_version": "7", "verdict": "ok"}


@pytest.fixture
def chinese(credentials: InProcessCredentialService) -> House:
    return House(credentials, jurisdictions=("CN",), producer="001191110000DEM000000100000")


def sealed(house: House, **facts: Any) -> Any:
    content = {**house.put("a.png", png(), "image/png"), "operation": "generated", **facts.pop("content", {})}
    return house.seal(generation({"content": content, "service": {"id": "s"}, "review": REVIEWED, **facts})).record


def published(house: House, record: Any, **facts: Any) -> Any:
    content = {
        "id": "a",
        "mime": "image/png",
        "uri": record.sealed.uri,
        "sha256": record.sealed.sha256,
        "size": record.sealed.size,
        **facts.pop("content", {}),
    }
    return house.inspect(publication({"content": content, **facts}, event_id="2")).record


def known(house: House, record: Any) -> Any:
    return record_facts(house.store, house.layout, record.sealed.sha256)


def evidence(decision: Any, rule: str) -> Any:
    return next((dict(finding.evidence) for finding in decision.findings if finding.rule == rule), None)


def test_what_was_reviewed_and_what_it_is_made_of_is_known_when_it_is_published(chinese: House) -> None:
    record = sealed(chinese, content={"ds_category": 5})
    facts = known(chinese, record)
    assert facts["review.verdict"] == "ok"
    assert facts["content.operation"] == "generated"
    assert facts["service.id"] == "s"
    assert evidence(published(chinese, record), "cn.deep-synthesis.art10.review-both-sides") is None


def test_what_names_its_event_is_found_without_a_listing(chinese: House) -> None:
    record = sealed(chinese)
    before = len(chinese.store.calls)
    decision = published(chinese, record)
    asked = [call for call in chinese.store.calls[before:] if call.operation in ("get", "list")]
    assert chinese.layout.record(record.event_uid).uri in {call.uri for call in asked}
    assert {call.operation for call in asked} == {"get"}
    named = record_facts(chinese.store, chinese.layout, record.sealed.sha256, named=[record.event_uid])
    assert named == known(chinese, record)
    assert evidence(decision, "cn.deep-synthesis.art10.review-both-sides") is None


@pytest.mark.parametrize("event_id", ["a" * 64, "no number", "another event", "this event"])
def test_what_bytes_say_of_their_event_counts_only_where_that_sealed_them(chinese: House, event_id: str) -> None:
    """Anybody can write a number into a label; and a manifest beside a file may be one of several."""
    record = sealed(chinese)
    text = {"id": "t", "mime": "text/markdown", "text": "Words.", "operation": "generated"}
    beside = chinese.seal(generation({"content": text, "service": {"id": "other"}}, event_id="3")).record
    uid = {"another event": record.event_uid, "this event": beside.event_uid}.get(event_id, event_id)
    before = len(chinese.store.calls)
    facts = record_facts(chinese.store, chinese.layout, beside.sealed.sha256, named=[uid])
    assert facts["service.id"] == "other"
    assert any(call.operation == "list" for call in chinese.store.calls[before:])


def test_bytes_that_were_never_sealed_here_bring_nothing_along(chinese: House) -> None:
    sealed(chinese)
    assert record_facts(chinese.store, chinese.layout, "0" * 64) == {}


def test_a_label_that_was_only_claimed_is_not_remembered_as_ours(chinese: House) -> None:
    """Nobody can look for another's plate in a picture: a later event that says there is none is to be heard."""
    record = sealed(chinese, explicit={"present": True, "kind": "corner"})
    assert not any(name.startswith("explicit.") for name in record.facts)
    decision = published(
        chinese, record, explicit={"present": False}, content={"confusion_risk": "yes", "art17_scenario": 3}
    )
    assert evidence(decision, "cn.deep-synthesis.art17.prominent-mark-published") is not None


def test_a_feature_of_a_person_cannot_be_talked_away_afterwards(chinese: House) -> None:
    record = sealed(chinese, content={"operation": "edited", "biometric": ["face"]})
    decision = published(chinese, record, content={"biometric": []}, consent={"status": "missing", "prompted": True})
    found = evidence(decision, "cn.deep-synthesis.art14.separate-consent")
    assert found is not None
    assert found["content.biometric"] == ("face",)


def test_what_a_person_released_was_found_fit(chinese: House) -> None:
    record = sealed(chinese, review={**REVIEWED, "verdict": "pending"})
    assert (record.decision, "review.verdict" in known(chinese, record)) == ("hold", False)
    data = {"event_uid": record.event_uid, "verdict": "release", "reviewer": {"id": "r"}, "reason": "Seen."}
    chinese.review(review(data))
    assert known(chinese, record)["review.verdict"] == "ok"
    assert known(chinese, record)["review.mode"] == "human"


def test_what_a_person_refused_has_no_verdict_that_lets_it_pass(chinese: House) -> None:
    record = sealed(chinese, review={"verdict": "ok"})
    data = {"event_uid": record.event_uid, "verdict": "refuse", "reviewer": {"id": "r"}, "reason": "Seen."}
    chinese.review(review(data))
    assert "review.verdict" not in known(chinese, record)


def test_records_of_the_same_bytes_that_disagree_leave_it_open(chinese: House) -> None:
    """A sidecar leaves the file as it came, so two events may have sealed the very same bytes."""
    text = {"mime": "text/csv", "text": "a,b\n1,2\n", "operation": "generated"}
    chinese.seal(generation({"content": {**text, "id": "0"}}, event_id="10"))
    first = chinese.seal(
        generation({"content": {**text, "id": "1", "ds_category": 1}, "review": REVIEWED}, event_id="11")
    ).record
    second = chinese.seal(
        generation({"content": {**text, "id": "2", "ds_category": 5}, "review": REVIEWED}, event_id="12")
    ).record
    assert first.sealed.sha256 == second.sealed.sha256
    facts = known(chinese, first)
    assert "content.ds_category" not in facts
    assert facts["review.verdict"] == "ok"


def test_a_claim_that_the_bytes_contradict_is_a_finding_and_one_they_cannot_confirm_is_called_claimed(
    chinese: House,
) -> None:
    content = {"id": "t", "mime": "text/plain", "text": "A quiet evening.", "synthetic": "yes"}
    decision = chinese.inspect(
        publication({"content": content, "implicit": {"present": True}, "watermark": {"present": False}})
    ).record
    assert evidence(decision, "claim.contradicted") == {"claims": ("implicit.present",)}
    found = evidence(decision, "cn.deep-synthesis.art16.implicit-mark")
    assert (found["implicit.present"], found["claimed"]) == (False, ("watermark.present",))


def test_the_words_of_a_label_are_read_whatever_the_event_says_of_them(chinese: House) -> None:
    content = {**chinese.put("p.png", png(), "image/png"), "synthetic": "yes"}
    label = {"present": True, "kind": "corner", "text": "AI", "has_ai_token": True, "has_gen_token": True}
    decision = chinese.inspect(publication({"content": content, "explicit": label})).record
    found = evidence(decision, "cn.gb45438.explicit.wording")
    assert (found["explicit.has_ai_token"], found["explicit.has_gen_token"]) == (True, False)


@pytest.mark.parametrize("media_type", ["text/plain", "application/json", "text/csv", "image/bmp"])
def test_a_format_that_has_no_place_for_a_label_has_none_whatever_is_claimed(chinese: House, media_type: str) -> None:
    body = b"BM" + bytes(60) if media_type == "image/bmp" else b"{}"
    content = {**chinese.put("x", body, media_type), "synthetic": "yes"}
    decision = chinese.inspect(
        publication({"content": content, "implicit": {"present": True, "readback_ok": True}})
    ).record
    assert evidence(decision, "cn.deep-synthesis.art16.implicit-mark")["implicit.present"] is False


def test_content_whose_signs_cannot_be_read_is_not_taken_for_human(chinese: House) -> None:
    broken = png()[:-12] + b"\x00\x00\x00\x05iTXtbroken"
    decision = chinese.inspect(publication({"content": chinese.put("b.png", broken, "image/png")})).record
    assert decision.decision == "hold"


def test_an_operator_may_want_to_be_asked_about_everything_undeclared(credentials: InProcessCredentialService) -> None:
    user = {"user": {"identity": {"status": "verified", "method": "mobile"}}}
    for undeclared, expected in (("human", "allow"), ("ask", "hold")):
        house = House(credentials, jurisdictions=("CN",), undeclared=undeclared)
        photo = house.put("p.png", png(), "image/png")
        assert house.inspect(publication({"content": photo, **user})).record.decision == expected
