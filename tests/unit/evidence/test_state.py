"""States of the labeling measures: what content is to be called, and what it rests on."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.credentials.in_process import InProcessCredentialService
from pipeline.evidence.state import Detected, detected, state_facts
from pipeline.labels.implicit.aigc import AigcLabel, first_write
from pipeline.labels.implicit.in_process import InProcessImplicitLabeler
from pipeline.labels.implicit.model import LabelsToWrite
from tests.unit.house import House, activity, generation, png, publication, review

STATES = ("none", "suspected", "possible", "confirmed")
LABELED = {"implicit.present": True}
TRACES: dict[str, Any] = {"detection": {"verdict": "suspected", "basis": ["watermark", "forensic"]}}


@pytest.mark.parametrize(
    ("measured", "declared", "data", "state", "basis"),
    [
        ({**LABELED, "implicit.aigc.Label": "1"}, "human", {}, "confirmed", ("metadata",)),
        ({**LABELED, "implicit.aigc.Label": "2"}, "unknown", {}, "possible", ("metadata",)),
        ({**LABELED, "implicit.aigc.Label": "3"}, "unknown", {}, "suspected", ("metadata",)),
        (LABELED, "unknown", {}, "confirmed", ("metadata",)),
        ({"signed_meta.ai_asserted": True}, "ai", {}, "confirmed", ("metadata",)),
        ({"implicit.present": False}, "ai", {}, "possible", ("declaration",)),
        ({}, "human", {"explicit": {"present": True}}, "suspected", ("explicit_label",)),
        ({"explicit.present": True}, "unknown", TRACES, "suspected", ("explicit_label", "watermark", "forensic")),
        ({}, "unknown", TRACES, "suspected", ("watermark", "forensic")),
        ({}, "ai", {"detection": {"verdict": "confirmed", "basis": ["forensic"]}}, "confirmed", ("forensic",)),
        ({}, "ai", TRACES, "possible", ("declaration",)),
        ({}, "human", {}, "none", ()),
        ({}, "unknown", {"detection": {"verdict": "error"}}, "none", ()),
    ],
)
def test_the_strongest_sign_decides_and_is_what_the_state_rests_on(
    measured: dict[str, Any], declared: Any, data: dict[str, Any], state: str, basis: tuple[str, ...]
) -> None:
    assert detected(data, measured, declared) == Detected(state, basis)  # type: ignore[arg-type]


def test_what_the_event_claims_of_marks_inside_the_file_is_no_sign() -> None:
    claims = {"implicit": {"present": True, "aigc": {"Label": "1"}}, "signed_meta": {"ai_asserted": True}}
    assert detected(claims, {"implicit.present": False, "signed_meta.ai_asserted": False}, "unknown").state == "none"


def test_an_explicit_label_that_was_looked_for_and_not_found_is_no_sign() -> None:
    assert detected({"explicit": {"present": True}}, {"explicit.present": False}, "unknown").state == "none"


def test_what_resembles_a_sealed_asset_is_suspected_unless_something_says_more() -> None:
    assert detected({}, {}, "human", is_recognised=True) == Detected("suspected", ("fingerprint",))
    assert detected({}, {}, "ai", is_recognised=True) == Detected("possible", ("declaration",))


@given(
    claimed=st.sampled_from([*STATES, "error", None]),
    declared=st.sampled_from(["ai", "human", "unknown"]),
    measured=st.dictionaries(
        st.sampled_from(["implicit.present", "signed_meta.ai_asserted", "explicit.present"]), st.booleans()
    ),
)
def test_no_verdict_of_the_event_is_ever_weakened(claimed: str | None, declared: Any, measured: dict[str, Any]) -> None:
    data = {} if claimed is None else {"detection": {"verdict": claimed}}
    found = detected(data, measured, declared)
    if claimed in STATES:
        assert STATES.index(found.state) >= STATES.index(claimed)
    assert set(state_facts(found)) <= {"detection.verdict", "detection.basis"}
    assert bool(state_facts(found)) == (found.state != "none")


# On the way of an event


CODE = "001191110000DEM000000100000"


def labeled(mark: AigcLabel) -> bytes:
    return InProcessImplicitLabeler().label(png(), "image/png", LabelsToWrite(aigc=mark)).asset


def inspected(house: House, body: bytes, **data: Any) -> Any:
    content = {**house.put("p.png", body, "image/png"), **data.pop("content", {})}
    return house.inspect(publication({"content": content, **data})).record


def notice_findings(decision: Any) -> list[tuple[str, str]]:
    return [
        (finding.rule.rpartition(".")[2], finding.outcome)
        for finding in decision.findings
        if finding.kind == "notice-missing"
    ]


@pytest.mark.parametrize(
    ("mark", "declaration", "explicit", "state"),
    [
        (first_write("studio", "1"), "unknown", False, "confirmed"),
        (None, "ai", False, "possible"),
        (None, "not_ai", True, "suspected"),
    ],
)
def test_the_notice_has_to_fit_what_was_found(
    credentials: InProcessCredentialService, mark: AigcLabel | None, declaration: str, explicit: Any, state: str
) -> None:
    body = png() if mark is None else labeled(mark)
    data = {
        "event_type": "ingest.completed",
        "declaration": {"made": True, "value": declaration},
        "explicit": {"present": explicit, "text": "AI生成"},
    }
    for shown, expected in ((state, []), ("none", [(state, "violation")])):
        house = House(credentials, jurisdictions=("CN",))
        decision = inspected(house, body, notice={"shown": shown}, **data)
        assert (decision.state, notice_findings(decision)) == (state, expected)


def test_content_whose_credential_says_ai_is_confirmed_also_where_the_user_says_so_too(
    credentials: InProcessCredentialService,
) -> None:
    house = House(credentials, jurisdictions=("CN",))
    content = {**house.put("a.png", png(), "image/png"), "operation": "generated"}
    sealed = house.stored(house.seal(generation({"content": content}, event_id="made")).record.sealed.uri)
    data: dict[str, Any] = {"event_type": "ingest.completed", "declaration": {"made": True, "value": "ai"}}
    decision = inspected(house, sealed, notice={"shown": "confirmed"}, **data)
    assert (decision.state, notice_findings(decision)) == ("confirmed", [])


def test_whoever_hands_content_on_is_told_what_to_write_into_its_label(
    credentials: InProcessCredentialService,
) -> None:
    house = House(credentials, producer="feed.example")
    decision = inspected(house, labeled(first_write("studio", "1")), event_type="repost.requested")
    assert decision.propagation.content_propagator == "feed.example"
    assert decision.propagation.propagate_id == decision.event_uid


def test_the_provider_code_of_the_event_stands_in_for_the_operators_own(house: House) -> None:
    body = labeled(first_write("studio", "1"))
    decision = inspected(house, body, event_type="ingest.completed", service={"provider_code": CODE})
    assert decision.propagation.content_propagator == CODE


@pytest.mark.parametrize(
    ("producer", "event_type", "synthetic"),
    [
        ("feed.example", "publish.requested", "yes"),
        ("feed.example", "repost.requested", "no"),
        (None, "repost.requested", "yes"),
    ],
)
def test_nothing_is_advised_to_who_hands_nothing_on_has_no_name_or_has_content_without_a_sign_of_ai(
    credentials: InProcessCredentialService, producer: str | None, event_type: str, synthetic: str
) -> None:
    house = House(credentials, producer=producer)
    assert inspected(house, png(), event_type=event_type, content={"synthetic": synthetic}).propagation is None


def test_a_review_repeats_the_state_and_an_activity_has_none(house: House) -> None:
    held = inspected(house, png(), content={"synthetic": "yes"})
    assert (held.decision, held.state) == ("hold", "possible")
    order = {"event_uid": held.event_uid, "verdict": "release", "reviewer": {"id": "r"}, "reason": "Seen."}
    assert house.review(review(order)).record.state == "possible"
    change = {"event_type": "service.changed", "jurisdictions": ["ES"], "service": {"id": "studio"}}
    assert house.assess(activity(change, event_id="2")).record.state is None
