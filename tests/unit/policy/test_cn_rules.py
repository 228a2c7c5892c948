"""What the delicate rules of Chinese law mean, case by case."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

import pytest

from pipeline.policy.judge import Judge
from pipeline.policy.pack_files import load_packs
from pipeline.policy.vocabulary import FactValue, flatten

JUDGE: Final = Judge(load_packs(["cn-deep-synthesis-2023", "cn-labeling-2025"]))
NOW: Final = datetime(2026, 11, 22, tzinfo=UTC)

Judged = tuple[str, str] | None
"""Outcome and action of a finding; None: nothing found."""


def judged(rule_id: str, event_type: str, facts: Mapping[str, FactValue]) -> Judged:
    """What a rule finds of synthetic content that is offered in China."""
    all_facts = {"jurisdictions": ("CN",), "content.synthetic": "yes", **facts, "event_type": event_type}
    findings = [finding for finding in JUDGE.findings(all_facts, NOW) if finding.rule == rule_id]
    assert len(findings) <= 1
    return (findings[0].outcome, findings[0].action) if findings else None


# Article 9: identity


@pytest.mark.parametrize(
    ("status", "method", "expected"),
    [
        ("verified", "mobile", None),
        ("verified", "uscc", None),
        ("verified", "none", ("violation", "block")),
        ("unverified", "mobile", ("violation", "block")),
        ("expired", "id_card", ("violation", "block")),
        ("unverified", None, ("violation", "block")),
        (None, "none", ("violation", "block")),
        ("verified", None, ("unknown", "hold")),
        (None, "mobile", ("unknown", "hold")),
        (None, None, ("unknown", "hold")),
    ],
)
def test_a_verified_identity_needs_a_method(status: str | None, method: str | None, expected: Judged) -> None:
    stated = {"user.identity.status": status, "user.identity.method": method}
    known: dict[str, FactValue] = {name: value for name, value in stated.items() if value is not None}
    assert judged("cn.deep-synthesis.art09.identity", "publish.requested", known) == expected
    assert judged("cn.deep-synthesis.art09.identity", "generation.completed", known) is None


# Articles 6 and 10: review


@pytest.mark.parametrize("verdict", ["illegal", "harmful", "rumour"])
def test_what_a_review_found_unfit_is_not_published(verdict: str) -> None:
    for event_type in ("publish.requested", "repost.requested"):
        assert judged("cn.deep-synthesis.art10.block-prohibited", event_type, {"review.verdict": verdict}) == (
            "violation",
            "block",
        )


def test_content_that_nobody_reviewed_is_held_and_not_blocked() -> None:
    assert judged("cn.deep-synthesis.art10.block-prohibited", "publish.requested", {}) == ("unknown", "hold")
    assert judged("cn.deep-synthesis.art06.false-news", "publish.requested", {"content.is_news": True}) == (
        "unknown",
        "hold",
    )


@pytest.mark.parametrize(
    ("reported_at", "expected"),
    [("2026-11-21T18:30:00Z", None), (None, ("violation", "alert")), ("absent", ("unknown", "alert"))],
)
def test_null_says_that_there_was_no_report_and_silence_says_nothing(reported_at: str | None, expected: Judged) -> None:
    incident = {"user_action": "warn", "record_ref": "case-1", "reported_at": reported_at}
    if reported_at == "absent":
        del incident["reported_at"]
    facts = flatten({"incident": incident, "review": {"verdict": "illegal"}})
    assert judged("cn.deep-synthesis.art10.dispose-and-report", "incident.updated", facts) == expected


# Article 14: separate consent


EDITED_FACE: Final[Mapping[str, FactValue]] = {"content.operation": "edited", "content.biometric": ("face",)}


@pytest.mark.parametrize(
    ("consent", "expected"),
    [
        ({"prompted": True, "status": "granted", "separate": True}, None),
        ({"prompted": True, "status": "granted", "separate": False}, ("violation", "block")),
        ({"prompted": True, "status": "granted"}, ("unknown", "hold")),
        ({"prompted": True, "status": "not_needed"}, None),
        ({"prompted": True, "status": "not_needed", "separate": False}, None),
        ({"prompted": True, "status": "missing"}, ("violation", "block")),
        ({"prompted": True, "status": "revoked", "separate": True}, ("violation", "block")),
        ({"prompted": False, "status": "granted", "separate": True}, ("violation", "block")),
        ({"prompted": False}, ("violation", "block")),
        ({"status": "granted", "separate": True}, ("unknown", "hold")),
        ({"prompted": True, "separate": False}, ("unknown", "hold")),
        ({}, ("unknown", "hold")),
    ],
)
def test_consent_to_editing_a_face_is_prompted_for_and_separate(
    consent: dict[str, FactValue], expected: Judged
) -> None:
    facts = {**EDITED_FACE, **{f"consent.{name}": value for name, value in consent.items()}}
    for event_type in ("generation.completed", "export.completed", "publish.requested"):
        assert judged("cn.deep-synthesis.art14.separate-consent", event_type, facts) == expected


@pytest.mark.parametrize(
    ("consent", "expected"),
    [
        ({"status": "granted", "separate": True}, None),
        ({"status": "granted", "separate": True, "prompted": False}, None),
        ({"status": "granted", "separate": False}, ("violation", "block")),
        ({"status": "granted"}, ("unknown", "hold")),
        ({"status": "not_needed"}, None),
        ({"status": "missing"}, ("violation", "block")),
        ({"status": "revoked", "separate": True}, ("violation", "block")),
        ({}, ("unknown", "hold")),
    ],
)
def test_whoever_reposts_an_edited_face_needs_the_consent_and_not_the_prompt(
    consent: dict[str, FactValue], expected: Judged
) -> None:
    facts = {**EDITED_FACE, **{f"consent.{name}": value for name, value in consent.items()}}
    assert judged("cn.deep-synthesis.art14.separate-consent-reposted", "repost.requested", facts) == expected


@pytest.mark.parametrize(
    "facts", [{"content.operation": "generated"}, {"content.biometric": ()}], ids=["generated", "no biometric feature"]
)
def test_consent_is_asked_for_only_where_biometric_features_are_edited(facts: dict[str, FactValue]) -> None:
    missing: dict[str, FactValue] = {**EDITED_FACE, "consent.prompted": False, **facts}
    assert judged("cn.deep-synthesis.art14.separate-consent", "publish.requested", missing) is None


# Article 16: marks and logs


@pytest.mark.parametrize(
    ("days", "expected"), [(184, None), (183, None), (182, ("violation", "alert")), (None, ("unknown", "alert"))]
)
def test_logs_are_kept_for_half_a_year(days: int | None, expected: Judged) -> None:
    log: dict[str, FactValue] = (
        {"log.present": True} if days is None else {"log.present": True, "log.retain_days": days}
    )
    assert judged("cn.deep-synthesis.art16.log", "generation.completed", log) == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"implicit.present": True, "implicit.readback_ok": True}, None),
        ({"watermark.present": True, "watermark.detector_ok": True}, None),
        (
            {
                "implicit.present": True,
                "implicit.readback_ok": False,
                "watermark.present": True,
                "watermark.detector_ok": True,
            },
            None,
        ),
        ({"implicit.present": True, "implicit.readback_ok": False, "watermark.present": False}, ("violation", "hold")),
        ({"implicit.present": False}, ("unknown", "hold")),
        (
            {"implicit.present": False, "watermark.present": False, "signed_meta.valid": True},
            ("violation", "hold"),
        ),
        (
            {
                "content.containerised": False,
                "implicit.present": False,
                "watermark.present": False,
                "signed_meta.valid": True,
                "signed_meta.ai_asserted": True,
            },
            None,
        ),
    ],
    ids=[
        "metadata",
        "watermark",
        "either is enough",
        "not read back",
        "watermark unknown",
        "a C2PA manifest is neither, in a format with metadata",
        "a C2PA manifest stands for it where the format has no place for metadata",
    ],
)
def test_either_a_metadata_mark_or_a_watermark_is_there_and_was_read(
    facts: dict[str, FactValue], expected: Judged
) -> None:
    in_a_file: dict[str, FactValue] = {"content.containerised": True, **facts}
    assert judged("cn.deep-synthesis.art16.implicit-mark", "generation.completed", in_a_file) == expected


# Article 17: the prominent mark


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"explicit.present": True}, None),
        ({"explicit.present": False, "explicit.waived_on_request": True}, None),
        ({"explicit.present": False, "explicit.waived_on_request": False}, ("violation", "hold")),
        ({"explicit.present": False}, ("unknown", "hold")),
    ],
)
def test_a_prominent_mark_is_there_unless_the_user_asked_for_a_copy_without(
    facts: dict[str, FactValue], expected: Judged
) -> None:
    scene: dict[str, FactValue] = {
        "occurred_at": "2026-11-22T00:00:00Z",
        "content.art17_scenario": 4,
        "content.confusion_risk": "yes",
        **facts,
    }
    assert judged("cn.deep-synthesis.art17.prominent-mark", "export.completed", scene) == expected


def test_a_copy_without_mark_at_the_users_request_has_its_price_under_the_measures() -> None:
    waived: dict[str, FactValue] = {"explicit.present": False, "explicit.waived_on_request": True}
    kept: dict[str, FactValue] = {
        "log.agreement_ref": "terms-3",
        "log.recipient_recorded": True,
        "log.retain_days": 183,
    }
    rule = "cn.label-measures.art09.unlabelled-log"
    assert judged(rule, "export.completed", {**waived, **kept}) is None
    assert judged(rule, "export.completed", {**waived, **kept, "log.retain_days": 182}) == ("violation", "block")
    assert judged(rule, "export.completed", {**waived, **kept, "log.agreement_ref": ""}) == ("violation", "block")
    assert judged(rule, "export.completed", waived) == ("unknown", "hold")


def test_no_mark_is_needed_where_somebody_judged_that_nobody_is_confused() -> None:
    unmarked: dict[str, FactValue] = {
        "content.art17_scenario": 1,
        "explicit.present": False,
        "explicit.waived_on_request": False,
    }
    rule = "cn.deep-synthesis.art17.prominent-mark-published"
    assert judged(rule, "publish.requested", {**unmarked, "content.confusion_risk": "no"}) is None
    assert judged(rule, "publish.requested", unmarked) == ("unknown", "hold")
    assert judged(rule, "publish.requested", {**unmarked, "content.art17_scenario": 0}) is None


def test_a_copy_without_mark_is_for_who_asked_for_it_and_the_public_is_told() -> None:
    """Labeling Measures Art. 9 lets a user have such a copy; Art. 6 and 10 are about whom it reaches then."""
    waived: dict[str, FactValue] = {
        "occurred_at": "2026-11-22T00:00:00Z",
        "content.art17_scenario": 3,
        "content.confusion_risk": "yes",
        "explicit.present": False,
        "explicit.waived_on_request": True,
    }
    rule = "cn.deep-synthesis.art17.prominent-mark-published"
    assert judged("cn.deep-synthesis.art17.prominent-mark", "generation.completed", waived) is None
    assert judged(rule, "publish.requested", waived) == ("violation", "hold")
    assert judged(rule, "publish.requested", {**waived, "notice.shown": "possible"}) is None


# Article 18: marks are not removed


@pytest.mark.parametrize(
    ("lost", "intent", "expected"),
    [
        (0, "routine", None),
        (1, "routine", ("violation", "block")),
        (0, "requested_removal", ("violation", "block")),
        (2, None, ("violation", "block")),
        (None, "requested_removal", ("violation", "block")),
        (0, None, ("unknown", "hold")),
        (None, "routine", ("unknown", "hold")),
    ],
)
def test_a_transformation_loses_no_mark_and_means_to_lose_none(
    lost: int | None, intent: str | None, expected: Judged
) -> None:
    stated: dict[str, FactValue | None] = {"transform.lost": lost, "transform.intent": intent}
    known = {name: value for name, value in stated.items() if value is not None}
    assert judged("cn.deep-synthesis.art18.mark-removed", "transform.completed", known) == expected


# Article 21: an order to suspend


def test_a_service_under_an_order_to_suspend_gets_nothing_through() -> None:
    rule = "cn.deep-synthesis.art21.suspension-order"
    for event_type in ("generation.completed", "export.completed", "publish.requested"):
        assert judged(rule, event_type, {"service.suspended_by_order": True}) == ("violation", "block")
        assert judged(rule, event_type, {"service.suspended_by_order": False}) is None
        assert judged(rule, event_type, {}) == ("unknown", "hold")


# Measures, Article 6: three notices, and never two of them


@pytest.mark.parametrize(
    ("facts", "notice"),
    [
        ({"implicit.present": True, "implicit.aigc.Label": "1", "detection.verdict": "confirmed"}, "confirmed"),
        ({"implicit.present": False, "declaration.value": "ai", "detection.verdict": "possible"}, "possible"),
        ({"implicit.present": False, "declaration.value": "not_ai", "detection.verdict": "suspected"}, "suspected"),
        ({"implicit.present": False, "declaration.value": "not_ai", "explicit.present": True}, "suspected"),
    ],
)
def test_content_taken_in_gets_the_notice_of_its_case(facts: dict[str, FactValue], notice: str) -> None:
    known = {"explicit.present": False, **facts}
    cases = ("confirmed", "possible", "suspected")
    found = {
        shown: [
            case
            for case in cases
            if judged(f"cn.label-measures.art06.{case}", "ingest.completed", {**known, "notice.shown": shown})
        ]
        for shown in (*cases, "none")
    }
    assert found == {shown: [] if shown == notice else [notice] for shown in found}


# GB 45438-2025


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, None),
        ({"implicit.aigc.PropagateID": "2"}, ("violation", "alert")),
        ({"implicit.aigc.ContentPropagator": "another"}, ("violation", "alert")),
        ({"implicit.first_write": False, "implicit.aigc.ContentPropagator": "another"}, None),
    ],
)
def test_who_writes_the_mark_first_is_producer_and_propagator(changes: dict[str, FactValue], expected: Judged) -> None:
    first: dict[str, FactValue] = {
        "implicit.present": True,
        "implicit.first_write": True,
        "implicit.aigc.ContentProducer": "producer",
        "implicit.aigc.ContentPropagator": "producer",
        "implicit.aigc.ProduceID": "1",
        "implicit.aigc.PropagateID": "1",
        **changes,
    }
    rule = "cn.gb45438.implicit.first-write"
    assert judged(rule, "export.completed", first) == expected
    assert judged(rule, "export.completed", {k: v for k, v in first.items() if "PropagateID" not in k}) in (
        ("unknown", "alert"),
        expected,
    )


@pytest.mark.parametrize(
    ("rule", "media", "fact", "enough", "too_little"),
    [
        ("height", "image", "height_ratio", 0.05, 0.0499),
        ("height", "video", "height_ratio", 0.05, 0.0499),
        ("video", "video", "visible_ms", 2000, 1999),
    ],
)
def test_the_measures_of_explicit_marks(
    rule: str, media: str, fact: str, enough: FactValue, too_little: FactValue
) -> None:
    mark: dict[str, FactValue] = {
        "content.media": media,
        "explicit.present": True,
        "explicit.kind": "text",
        "explicit.at_start": True,
    }
    rule_id = f"cn.gb45438.explicit.{rule}"
    assert judged(rule_id, "publish.requested", {**mark, f"explicit.{fact}": enough}) is None
    assert judged(rule_id, "publish.requested", {**mark, f"explicit.{fact}": too_little}) == ("violation", "hold")
    assert judged(rule_id, "publish.requested", mark) == ("unknown", "hold")
    assert judged(rule_id, "publish.requested", {**mark, "explicit.present": False}) is None


# Article 19: the number of the filing, with its link


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        (None, None),
        ("https://beian.cac.gov.cn/#/index", None),
        ("https://www.cac.gov.cn/2026-01/10/c_1.htm", None),
        ("https://filing.example/1101", ("violation", "alert")),
        ("https://beian.cac.gov.cn.filing.example/", ("violation", "alert")),
        ("http://beian.cac.gov.cn/", ("violation", "alert")),
    ],
)
def test_the_link_beside_the_filing_number_is_one_of_the_authority(link: str | None, expected: Judged) -> None:
    shown: dict[str, FactValue] = {
        "service.public_opinion": True,
        "service.filing_no": "110108123456789240011",
        "service.filing_displayed": True,
    }
    linked = shown if link is None else {**shown, "service.filing_link": link}
    assert judged("cn.deep-synthesis.art19.filing", "generation.completed", linked) == expected
