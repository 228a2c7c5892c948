"""Judgement: from an event, through the packs and reference sets, to what is recorded, alerted and enforced."""

from typing import Any

import msgspec
import pytest

from pipeline.assets import Asset, sha256_hex
from pipeline.credentials.in_process import InProcessCredentialService
from pipeline.events.identity import account_of
from pipeline.events.outputs import Alert, Decision, Finding
from pipeline.evidence.content import LONGEST_MATCHED_TEXT, text_of
from pipeline.policy.pack_files import shipped_pack
from pipeline.policy.reference import ReferenceSets, SetName, parse_entry
from tests.unit.house import House, activity, generation, png, publication, review

USER = {"id_hash": "5c4d", "identity": {"status": "verified", "method": "mobile"}}
REVIEWED = {"input_checked": True, "output_checked": True, "feature_db_version": "7", "verdict": "ok"}
SERVICE = {"suspended_by_order": False, "public_opinion": False}


def with_entries(*entries: tuple[SetName, dict[str, Any]]) -> ReferenceSets:
    sets = ReferenceSets.empty()
    for name, entry in entries:
        sets = sets.put(parse_entry(name, str(entry["id"]), entry))
    return sets


@pytest.fixture
def chinese(credentials: InProcessCredentialService) -> House:
    return House(credentials, jurisdictions=("CN",))


def text(words: str = "A quiet evening.", **content: object) -> dict[str, object]:
    return {"id": "t", "mime": "text/plain", "text": words, **content}


def compliant(words: str = "A quiet evening.") -> dict[str, Any]:
    """A publication that all of China's rules let pass."""
    return {
        "content": text(words, synthetic="no", is_news=False, operation="none", art17_scenario=0, has_file=False),
        "actor": {"role": "platform"},
        "user": USER,
        "service": SERVICE,
        "review": REVIEWED,
    }


def rules(findings: tuple[Finding, ...] | tuple[Alert, ...]) -> set[str]:
    return {finding.rule if isinstance(finding, Finding) else finding.rule.id for finding in findings}


# What a record says of its judgement


def test_what_breaks_no_law_is_allowed_and_says_what_it_was_judged_by(chinese: House) -> None:
    said = chinese.inspect(publication(compliant()))
    assert (said.record.findings, said.record.decision) == ((), "allow")
    assert said.record.judged_by is not None
    assert shipped_pack("cn-deep-synthesis-2023").reference in said.record.judged_by.packs
    assert set(msgspec.to_builtins(said.record.judged_by.reference_sets).values()) == {"none"}


def test_a_finding_names_rule_pack_law_and_remedy_and_so_does_its_alert(chinese: House) -> None:
    data = {**compliant(), "user": {"identity": {"status": "unverified", "method": "none"}}}
    said = chinese.inspect(publication(data))
    (finding,) = said.record.findings
    (alert,) = said.alerts
    assert said.record.decision == "block"
    assert finding.rule == alert.rule.id == "cn.deep-synthesis.art09.identity"
    assert finding.pack == alert.pack is not None
    assert "Art. 9" in str(finding.citation)
    assert finding.remedy == alert.remedy is not None
    assert finding.evidence == {"user.identity.status": "unverified", "user.identity.method": "none"}


def test_the_time_of_the_event_decides_which_law_is_in_force(chinese: House) -> None:
    data = {**compliant(), "actor": {"role": "user"}, "content": {**compliant()["content"], "synthetic": "yes"}}
    data["explicit"] = {"present": False}
    event = publication(data)
    before = msgspec.structs.replace(
        event, uid="0" * 64, reference=msgspec.structs.replace(event.reference, time="2025-08-31T23:59:59+08:00")
    )
    after = msgspec.structs.replace(
        event, uid="1" * 64, reference=msgspec.structs.replace(event.reference, time="2025-09-01T00:00:00+08:00")
    )

    def labeling(said: Any) -> set[str]:
        return {rule for rule in rules(said.record.findings) if rule.startswith(("cn.label", "cn.gb"))}

    assert labeling(chinese.inspect(before)) == set()
    assert labeling(chinese.inspect(after)) == {"cn.label-measures.art10.declare"}


def test_an_event_from_nowhere_raises_an_alert(credentials: InProcessCredentialService) -> None:
    house = House(credentials, jurisdictions=())
    said = house.inspect(publication({"content": text()}))
    assert "high-risk.jurisdiction-unknown" in rules(said.alerts)


def test_what_is_measured_wins_over_what_is_claimed(chinese: House) -> None:
    data = {"jurisdictions": ["KR"], "content": text(synthetic="yes"), "signed_meta": {"present": True, "valid": True}}
    said = chinese.inspect(publication(data))
    (finding,) = (candidate for candidate in said.record.findings if candidate.rule == "kr.ai-basic.art31-2.label")
    assert finding.evidence["signed_meta.present"] is False


def test_sealing_gives_the_mark_that_the_law_asks_for(credentials: InProcessCredentialService) -> None:
    house = House(credentials, jurisdictions=("KR",))
    content = {**house.put("a.png", png(), "image/png"), "operation": "generated", "photoreal": False}
    said = house.seal(generation({"content": content, "explicit": {"present": False}, "user": USER}))
    assert (said.record.findings, said.record.decision) == ((), "allow")


# The reference sets


def test_the_service_registry_wins_over_what_events_claim(chinese: House) -> None:
    data = {**compliant(), "service": {"id": "studio", "suspended_by_order": False}}
    entry = {"id": "studio", "version": 1, "service": {"suspended_by_order": True, "public_opinion": False}}
    chinese.references = with_entries(("services", entry))
    said = chinese.inspect(publication(data))
    assert rules(said.record.findings) == {"cn.deep-synthesis.art21.suspension-order"}
    assert said.record.judged_by is not None
    assert said.record.judged_by.reference_sets.services not in ("", "none")


@pytest.mark.parametrize("side", ["prompt", "output"])
def test_prohibited_words_are_found_in_prompt_and_output_and_never_repeated(chinese: House, side: str) -> None:
    chinese.references = with_entries(
        ("features", {"id": "f-1", "version": 1, "verdict": "illegal", "phrase": "fnord"})
    )
    data = compliant("See the \uff26NOR\u200bDS." if side == "output" else "Harmless.")
    data["content"] = {**data["content"], "synthetic": "yes"}
    data["prompt"] = {"text": "Draw a fnord" if side == "prompt" else "Draw a boat"}
    said = chinese.inspect(publication(data))
    (finding,) = (
        candidate for candidate in said.record.findings if candidate.rule == "cn.deep-synthesis.art10.block-prohibited"
    )
    assert (finding.outcome, finding.action) == ("violation", "block")
    assert finding.evidence["matched_features"] == ("f-1",)
    assert "fnord" not in msgspec.json.encode(said).decode().casefold()


def test_a_revoked_consent_is_none(chinese: House) -> None:
    consent = {"status": "granted", "separate": True, "prompted": True, "ref": "c-1"}
    content = {**chinese.put("a.png", png(), "image/png"), "operation": "edited", "biometric": ["face"]}

    def found(event_id: str) -> bool:
        said = chinese.seal(generation({"content": content, "consent": consent}, event_id=event_id))
        return "cn.deep-synthesis.art14.separate-consent" in rules(said.record.findings)

    assert not found("before")
    chinese.references = with_entries(("consents", {"id": "c-1", "version": 2, "status": "revoked"}))
    assert found("after")


def test_a_replay_says_what_was_said_first_whatever_the_sets_say_now(chinese: House) -> None:
    event = publication(compliant("A fnord."))
    first = chinese.inspect(event)
    chinese.references = with_entries(
        ("features", {"id": "f-1", "version": 1, "verdict": "illegal", "phrase": "fnord"})
    )
    assert chinese.inspect(event) == first


# What is observed


@pytest.mark.parametrize(
    ("mime", "body", "expected"),
    [
        ("text/plain", "港".encode(), "港"),
        ("text/html; charset=gb18030", "港".encode("gb18030"), "港"),
        ("text/plain", "港".encode("utf-16"), "港"),
        ("text/plain", b"\xef\xbb\xbfA", "A"),
        ("application/json", b'"A"', '"A"'),
        ("image/svg+xml", b"<svg/>", "<svg/>"),
        ("text/plain", b"\xff\xfe\xff", None),
        ("text/plain", "港".encode("gb18030"), None),
        ("text/plain; charset=klingon", b"A", None),
        ("image/png", b"A", None),
        ("text/plain", b"A" * (LONGEST_MATCHED_TEXT + 1), None),
    ],
)
def test_a_text_is_read_as_it_says_it_is_written_or_not_at_all(mime: str, body: bytes, expected: str | None) -> None:
    assert text_of(Asset(body=body, media_type=mime, sha256=sha256_hex(body))) == expected


# Activities


def test_an_activity_is_judged_without_any_asset(chinese: House) -> None:
    event = activity(
        {"event_type": "service.changed", "service": {"biometric_tool": True, "security_assessment": "none"}}
    )
    said = chinese.assess(event)
    assert said.record.decision == "block"
    assert "cn.deep-synthesis.art15.tool-assessment" in rules(said.record.findings)
    assert (said.record.content, said.record.credential) == (None, None)
    assert chinese.assess(event) == said
    assert msgspec.json.decode(chinese.stored(said.record.record_uri), type=Decision) == said.record


# Escalation and reviews


def prohibited(number: int) -> Any:
    data = {**compliant("A fnord."), "actor": {"role": "user"}}
    data["content"] = {**data["content"], "synthetic": "yes"}
    return publication(data, event_id=f"bad-{number}")


def test_an_account_climbs_with_each_blocked_event_and_not_with_replays(chinese: House) -> None:
    chinese.references = with_entries(("features", {"id": "f", "version": 1, "verdict": "illegal", "phrase": "fnord"}))
    steps = [chinese.inspect(prohibited(number)).enforcement for number in (1, 2, 2, 3, 1)]
    assert [step.step for step in steps if step is not None] == ["warn", "restrict", "restrict", "suspend", "warn"]
    assert {step.account for step in steps if step is not None} == {account_of("5c4d")}
    assert steps[1] == steps[2]


def test_conduct_of_the_service_counts_against_nobody(chinese: House) -> None:
    data = {**compliant(), "service": {**SERVICE, "suspended_by_order": True}}
    said = chinese.inspect(publication(data))
    assert said.record.decision == "block"
    assert (said.record.counts_against, said.enforcement) == (None, None)


def test_what_a_platform_did_with_a_users_content_counts_against_nobody(chinese: House) -> None:
    transformed = {**compliant(), "event_type": "transform.completed", "transform": {"lost": 1, "intent": "routine"}}
    said = chinese.seal(generation(transformed))
    (finding,) = (
        candidate for candidate in said.record.findings if candidate.rule == "cn.deep-synthesis.art18.mark-removed"
    )
    assert (finding.action, finding.actor) == ("block", "platform")
    assert (said.record.counts_against, said.enforcement) == (None, None)


def test_whoever_publishes_is_taken_for_the_user_where_nobody_else_is_named(chinese: House) -> None:
    chinese.references = with_entries(("features", {"id": "f", "version": 1, "verdict": "illegal", "phrase": "fnord"}))
    data = compliant("A fnord.")
    del data["actor"]
    data["content"] = {**data["content"], "synthetic": "yes"}
    said = chinese.inspect(publication(data))
    assert {finding.actor for finding in said.record.findings if finding.pack} == {"user"}
    assert said.enforcement is not None


# Illegal means stopped


@pytest.mark.parametrize("places", [["CN"], ["EU"], ["US-CA"], ["IN"], ["KR"], ["JP"], []])
@pytest.mark.parametrize("synthetic", ["yes", "no"])
def test_what_matches_as_illegal_is_published_nowhere(chinese: House, places: list[str], synthetic: str) -> None:
    chinese.references = with_entries(("features", {"id": "f", "version": 1, "verdict": "illegal", "phrase": "fnord"}))
    data = {**compliant("A fnord."), "jurisdictions": places, "actor": {"role": "user"}}
    data["content"] = {**data["content"], "synthetic": synthetic}
    said = chinese.inspect(publication(data))
    assert said.record.decision == "block"
    (finding,) = (candidate for candidate in said.record.findings if candidate.rule == "illegal.content")
    assert finding.evidence["matched_features"] == ("f",)
    assert said.enforcement is not None


@pytest.mark.parametrize("places", [["CN"], ["EU"], []])
@pytest.mark.parametrize("review_said", [{"verdict": "illegal"}, {"verdict": "ok", "categories": ["ncii"]}])
def test_what_a_person_found_illegal_is_not_handed_on_when_it_is_generated(
    chinese: House, places: list[str], review_said: dict[str, object]
) -> None:
    content = {**chinese.put("a.png", png(), "image/png"), "operation": "generated"}
    said = chinese.seal(generation({"content": content, "user": USER, "jurisdictions": places, "review": review_said}))
    assert said.record.decision == "block"
    assert "illegal-content" in {alert.kind for alert in said.alerts}
    assert said.enforcement is not None


def test_a_later_verdict_raises_an_alert(chinese: House) -> None:
    said = chinese.assess(activity({"event_type": "review.completed", "review": {"verdict": "illegal"}}))
    assert "illegal.known-later" in {alert.rule.id for alert in said.alerts}


# Packs that are only observed


CHINESE = ("cn-anthropomorphic-2026", "cn-deep-synthesis-2023", "cn-labeling-2025")


def test_an_observed_pack_holds_nothing_and_what_it_would_decide_is_on_record(
    chinese: House, credentials: InProcessCredentialService
) -> None:
    features = with_entries(("features", {"id": "f", "version": 1, "verdict": "harmful", "phrase": "fnord"}))
    watching = House(credentials, jurisdictions=("CN",), observed=CHINESE)
    chinese.references = watching.references = features
    law = chinese.inspect(prohibited(1)).record
    said = watching.inspect(prohibited(1))
    assert law.decision == "block"
    assert law.observed is None
    observed = said.record.observed
    assert observed is not None
    assert observed.decision == "block"
    assert [pack.name for pack in observed.packs] == list(CHINESE)
    assert "cn.deep-synthesis.art10.block-prohibited" in rules(observed.findings)
    assert not any(finding.rule.startswith("cn.") for finding in said.record.findings)
    assert not any(alert.rule.id.startswith("cn.") for alert in said.alerts)
    assert said.enforcement is None
    assert said.record.judged_by is not None
    assert not any(pack.name.startswith("cn-") for pack in said.record.judged_by.packs)


def test_a_held_event_counts_when_a_review_refuses_it(chinese: House) -> None:
    data = {**compliant(), "actor": {"role": "user"}, "declaration": {"made": True, "value": "not_ai"}}
    data["content"] = {**data["content"], "synthetic": "yes"}
    held = chinese.inspect(publication(data))
    assert (held.record.decision, held.enforcement) == ("hold", None)
    assert held.record.counts_against is not None
    about = {"event_uid": held.record.event_uid, "reviewer": {"id": "r-7"}, "reason": "It is a fake."}
    refused = chinese.review(review({**about, "verdict": "refuse"}))
    assert (refused.record.decision, refused.record.event_uid) == ("block", held.record.event_uid)
    assert refused.record.review is not None
    assert refused.record.review.reviewer == "r-7"
    assert refused.enforcement is not None
    assert refused.enforcement.step == "warn"


def test_who_the_user_is_stands_in_no_output(chinese: House) -> None:
    chinese.references = with_entries(("features", {"id": "f", "version": 1, "verdict": "illegal", "phrase": "fnord"}))
    data = {**compliant("A fnord."), "actor": {"role": "user"}}
    data["content"] = {**data["content"], "synthetic": "yes"}
    data["user"] = {**USER, "id_hash": "salted-4711"}
    said = chinese.inspect(publication(data))
    assert said.enforcement is not None
    assert b"salted-4711" not in msgspec.json.encode(said)
