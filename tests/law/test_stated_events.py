"""Events as producers state them, judged without any asset, as `sealstream policy explain` does; with the right answer.

Each stands for a reading of the law that was once got wrong, or could be.
"""

from dataclasses import dataclass, field
from typing import Any, Final

import orjson
import pytest

from agents.cli.policy.events import EventKind, stated_event
from pipeline.events.outputs import DecisionOutcome
from pipeline.policy.decision import decide
from pipeline.policy.judge import Judge
from pipeline.policy.pack_files import load_packs
from pipeline.settings import PolicySettings
from tests.law.asking import nested

NOW: Final = "2026-11-20T10:00:00+08:00"

CHINA: Final[dict[str, Any]] = {
    "jurisdictions": ["CN"],
    "content.mime": "image/jpeg",
    "content.synthetic": "yes",
    "content.operation": "generated",
    "content.is_news": False,
    "content.has_file": True,
    "content.containerised": True,
    "content.biometric": [],
    "content.confusion_risk": "yes",
    "content.art17_scenario": 3,
    "service.id": "studio",
    "service.public_opinion": True,
    "service.filing_no": "example-filing-1",
    "service.filing_displayed": True,
    "service.suspended_by_order": False,
    "service.label_function_offered": True,
    "service.label_prompted": True,
    "review.input_checked": True,
    "review.output_checked": True,
    "review.feature_db_version": "2026-11",
    "review.verdict": "ok",
    "log.present": True,
    "log.retain_days": 190,
    "implicit.present": True,
    "implicit.readback_ok": True,
    "implicit.count": 1,
    "implicit.schema_ok": True,
    "implicit.code_ok": True,
    "user.id_hash": "5c4d",
    "user.identity.status": "verified",
    "user.identity.method": "mobile",
    "explicit.present": True,
    "explicit.kind": "text",
    "explicit.has_ai_token": True,
    "explicit.has_gen_token": True,
    "explicit.height_ratio": 0.06,
    "explicit.at_start": True,
    "explicit.visible_ms": 3000,
    "explicit.position": "edge_corner",
    "explicit.waived_on_request": False,
}
"""Everything that Chinese law wants of a generated picture."""

DECLARED: Final = {"actor.role": "user", "declaration.made": True, "declaration.value": "ai"}
BARE: Final = {f"explicit.{name}": None for name in ("kind", "has_ai_token", "has_gen_token", "height_ratio")} | {
    "explicit.present": False,
    "explicit.at_start": None,
    "explicit.visible_ms": None,
    "explicit.position": None,
}
"""No mark: None takes a fact away."""

SWAPPED: Final = {
    "content.mime": "video/mp4",
    "content.operation": "edited",
    "content.biometric": ["face"],
    "content.ds_category": 4,
    "consent.status": "granted",
    "consent.prompted": True,
    "consent.ref": "c-1",
}
HUMAN_CN: Final = {
    "jurisdictions": ["CN"],
    "content.mime": "image/jpeg",
    "content.synthetic": "no",
    "user.identity.status": "verified",
    "user.identity.method": "mobile",
    "declaration.made": True,
    "declaration.value": "not_ai",
}
UNION: Final = {
    "jurisdictions": ["EU"],
    "content.mime": "image/jpeg",
    "content.synthetic": "yes",
    "content.standard_edit": False,
    "service.id": "studio",
    "service.detector.available": True,
    "service.market_date": "2026-09-01",
    "signed_meta.present": True,
    "signed_meta.valid": True,
    "signed_meta.timestamped": True,
    "signed_meta.ai_asserted": True,
    "watermark.present": True,
    "watermark.detector_ok": True,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An event, what is to be decided, and whether somebody is to be told; None where either will do."""

    why: str
    kind: EventKind
    facts: dict[str, Any] = field(default_factory=dict)
    decision: DecisionOutcome
    alerts: bool | None = None
    time: str = NOW


def china(why: str, kind: EventKind, decision: DecisionOutcome, facts: dict[str, Any], **more: Any) -> Row:
    return Row(why=why, kind=kind, decision=decision, facts={**CHINA, **facts}, **more)


def row(why: str, kind: EventKind, decision: DecisionOutcome, facts: dict[str, Any], **more: Any) -> Row:
    return Row(why=why, kind=kind, decision=decision, facts=facts, **more)


SOUND: Final = {"content.mime": "audio/mpeg", "content.ds_category": 2, "content.art17_scenario": 2}
NEWS: Final = {"event_type": "repost.requested", "content.mime": "text/plain", "content.is_news": True}

ROWS: Final = (
    china(
        "GB 5.3: a rhythm marks speech",
        "publication",
        "allow",
        {**SOUND, **DECLARED, "explicit.kind": "rhythm"},
        alerts=False,
    ),
    china(
        "GB 5.3: a corner at the start of a player marks no sound",
        "publication",
        "hold",
        {**SOUND, **DECLARED, "explicit.kind": "corner", "explicit.position": "start"},
        alerts=True,
    ),
    china(
        "Provisions 17(2): music that confuses nobody, function on offer",
        "generation",
        "allow",
        {
            **BARE,
            "content.mime": "audio/mpeg",
            "content.ds_category": 3,
            "content.art17_scenario": 0,
            "content.confusion_risk": "no",
        },
        alerts=False,
    ),
    china(
        "Provisions 14: a face swapped with separate consent",
        "generation",
        "allow",
        {**SWAPPED, "consent.separate": True},
        alerts=False,
    ),
    china(
        "Provisions 14: a general consent is none",
        "publication",
        "block",
        {**SWAPPED, **DECLARED, "consent.separate": False},
        alerts=True,
    ),
    china(
        "Provisions 14: an invented face is nobody's",
        "generation",
        "allow",
        {"content.biometric": ["face"], "content.ds_category": 4},
        alerts=False,
    ),
    china(
        "Provisions 14: one's own gesture, edited",
        "generation",
        "allow",
        {
            "content.mime": "video/mp4",
            "content.operation": "edited",
            "content.biometric": ["gesture"],
            "consent.status": "not_needed",
            "consent.prompted": True,
        },
        alerts=False,
    ),
    china(
        "Provisions 16 and 17(1)(4), GB 5.5: a streamed scene with a watermark and a mark on the first screen",
        "generation",
        "allow",
        {
            "content.mime": "model/gltf-binary",
            "content.media": "virtual_scene",
            "content.has_file": False,
            "content.containerised": False,
            "content.ds_category": 6,
            "content.art17_scenario": 4,
            "implicit.present": False,
            "explicit.kind": "ui",
            "explicit.position": "start",
            "watermark.present": True,
            "watermark.detector_ok": True,
        },
        alerts=False,
    ),
    row(
        "Provisions 2: a photo by a person is no deep synthesis",
        "publication",
        "allow",
        {**HUMAN_CN, "actor.role": "user"},
        alerts=False,
    ),
    row(
        "Provisions 6: news written by people may come from a blog",
        "publication",
        "allow",
        {**HUMAN_CN, **NEWS, "content.news_source_listed": False},
        alerts=False,
    ),
    row(
        "Measures 6: a photo by a person, taken in",
        "publication",
        "allow",
        {
            **HUMAN_CN,
            "event_type": "ingest.completed",
            "implicit.present": False,
            "explicit.present": False,
            "detection.verdict": "none",
            "notice.shown": "none",
        },
        alerts=False,
    ),
    china(
        "Provisions 6: AI news from a licensed unit, the public told",
        "publication",
        "allow",
        {
            **DECLARED,
            **NEWS,
            "content.news_source_listed": True,
            "notice.shown": "confirmed",
            "detection.verdict": "confirmed",
        },
        alerts=False,
    ),
    china(
        "Provisions 6: AI news from a blog",
        "publication",
        "hold",
        {**DECLARED, **NEWS, "content.news_source_listed": False},
        alerts=True,
    ),
    china(
        "Measures 6(1): reposted, its metadata says AI, nobody is told",
        "publication",
        "hold",
        {
            **DECLARED,
            "actor.role": "platform",
            "event_type": "repost.requested",
            "implicit.aigc.Label": "1",
            "detection.verdict": "confirmed",
            "notice.shown": "none",
        },
        alerts=True,
    ),
    row(
        "Provisions 13: a calculator has nothing to file",
        "activity",
        "allow",
        {
            "jurisdictions": ["CN"],
            "event_type": "app.listing",
            "app.ai_declared": False,
            "app.assessment_checked": False,
            "app.filing_checked": False,
        },
        alerts=False,
    ),
    row(
        "Provisions 15: a face tool whose assessment is pending",
        "activity",
        "block",
        {
            "jurisdictions": ["CN"],
            "event_type": "service.changed",
            "service.biometric_tool": True,
            "service.sensitive_scene_tool": False,
            "service.public_opinion": False,
            "service.security_assessment": "pending",
        },
        alerts=True,
    ),
    china(
        "Provisions 18: a platform's transcoder lost a mark",
        "generation",
        "block",
        {
            "event_type": "transform.completed",
            "content.operation": "none",
            "actor.role": "platform",
            "transform.lost": 1,
            "transform.intent": "routine",
        },
        alerts=True,
    ),
    china(
        "Provisions 21: generation goes on under an order",
        "generation",
        "block",
        {"service.suspended_by_order": True},
        alerts=True,
    ),
    row(
        "Provisions 21: an order must lead to something",
        "activity",
        "allow",
        {"jurisdictions": ["CN"], "event_type": "order.received", "service.suspended_by_order": True},
        alerts=True,
    ),
    china(
        "Provisions 25: the last day of 2022",
        "publication",
        "allow",
        {
            **DECLARED,
            **BARE,
            "implicit.present": False,
            "user.identity.status": "unverified",
            "user.identity.method": "none",
        },
        alerts=False,
        time="2022-12-31T10:00:00+08:00",
    ),
    china(
        "Provisions 17(1): a waiver in 2024, when no law knew one",
        "publication",
        "hold",
        {
            **DECLARED,
            **BARE,
            "explicit.waived_on_request": True,
            "log.agreement_ref": "a",
            "log.recipient_recorded": True,
        },
        alerts=True,
        time="2024-05-20T10:00:00+08:00",
    ),
    row(
        "Provisions 10: found, dealt with, reported",
        "activity",
        "allow",
        {
            "jurisdictions": ["CN"],
            "event_type": "incident.updated",
            "review.verdict": "illegal",
            "incident.user_action": "suspend",
            "incident.reported_at": "2026-11-20T09:00:00+08:00",
            "incident.record_ref": "r",
        },
        alerts=False,
    ),
    row(
        "Provisions 11: a rumour that nobody refuted",
        "activity",
        "allow",
        {
            "jurisdictions": ["CN"],
            "event_type": "incident.updated",
            "review.verdict": "rumour",
            "incident": {"reported_at": "2026-11-20T09:00:00+08:00", "record_ref": "r", "refuted_at": None},
        },
        alerts=True,
    ),
    china(
        "Provisions 10: found illegal when it was made",
        "generation",
        "block",
        {"review.verdict": "illegal"},
        alerts=True,
    ),
    china("Provisions 19: no filing number", "generation", "allow", {"service.filing_no": ""}, alerts=True),
    china(
        "Measures 4, last paragraph: the mark is around the player, not in the file",
        "generation",
        "hold",
        {
            "event_type": "export.completed",
            "content.mime": "video/mp4",
            "explicit.kind": "ui",
            "explicit.position": "around_player",
        },
        alerts=True,
    ),
    china(
        "Provisions 17(1)(3): a face in a video, sent as if in no scenario",
        "generation",
        "hold",
        {
            **BARE,
            "content.mime": "video/mp4",
            "content.biometric": ["face"],
            "content.ds_category": 4,
            "content.art17_scenario": 0,
        },
        alerts=True,
    ),
    china(
        "GB 5.4: seen for a second and a half",
        "generation",
        "hold",
        {"content.mime": "video/mp4", "explicit.visible_ms": 1500},
        alerts=True,
    ),
    china(
        "GB 5: the mark says AI, and not generated",
        "generation",
        "hold",
        {"explicit.has_gen_token": False},
        alerts=True,
    ),
    china(
        "Measures 10: AI, declared as none",
        "publication",
        "hold",
        {**DECLARED, "declaration.value": "not_ai"},
        alerts=True,
    ),
    row(
        "AI Act 50(4): a labelled deepfake",
        "publication",
        "allow",
        {**UNION, "content.deepfake": True, "explicit.present": True},
        alerts=False,
    ),
    row(
        "AI Act 50(4): a deepfake without label",
        "publication",
        "hold",
        {**UNION, "content.deepfake": True, "explicit.present": False},
        alerts=True,
    ),
    row(
        "AI Act 3(60): a photo by a person is no deepfake",
        "publication",
        "allow",
        {
            "jurisdictions": ["EU"],
            "content.mime": "image/jpeg",
            "content.synthetic": "no",
            "declaration.value": "not_ai",
        },
        alerts=False,
    ),
    row(
        "AI Act 50(4): text under editorial responsibility",
        "publication",
        "allow",
        {
            **{name: value for name, value in UNION.items() if not name.startswith("watermark")},
            "content.mime": "text/plain",
            "content.public_interest_text": True,
            "content.editorial_responsible": "desk",
            "content.tokens": 150,
            "explicit.present": False,
        },
        alerts=False,
    ),
    row(
        "AI Act 111(4): an older system has until December 2026",
        "generation",
        "allow",
        {
            **UNION,
            "content.operation": "generated",
            "service.market_date": "2025-05-01",
            "service.detector.available": False,
            "signed_meta.present": False,
            "watermark.present": False,
        },
    ),
    row(
        "AI Act 50(1): a chat that does not say what it is",
        "activity",
        "block",
        {
            "jurisdictions": ["EU"],
            "event_type": "interaction.started",
            "service.ai_notice_shown": False,
            "service.ai_obvious": False,
        },
        alerts=True,
    ),
    row(
        "AI Act 5 as amended, from 2 December 2026: an intimate image of somebody who did not consent",
        "generation",
        "block",
        {
            **UNION,
            "content.operation": "edited",
            "content.biometric": ["other"],
            "explicit.present": True,
            "consent.status": "missing",
            "review.verdict": "illegal",
        },
        alerts=True,
        time="2026-12-05T10:00:00+01:00",
    ),
    row(
        "22757.1: exactly a million users",
        "generation",
        "allow",
        {
            "jurisdictions": ["US-CA"],
            "content.mime": "image/jpeg",
            "content.operation": "generated",
            "service.monthly_users": 1_000_000,
        },
        alerts=False,
    ),
    row(
        "California: no law asks a photographer for a name",
        "publication",
        "allow",
        {
            "jurisdictions": ["US-CA"],
            "content.mime": "image/jpeg",
            "content.synthetic": "no",
            "user.identity.status": "unverified",
        },
    ),
    row(
        "IT Rules: an order three and a half hours old",
        "activity",
        "allow",
        {
            "jurisdictions": ["IN"],
            "event_type": "takedown.updated",
            "takedown.kind": "order",
            "takedown.elapsed_hours": 3.5,
        },
        alerts=True,
    ),
    row(
        "AI Basic Act 31(3): lifelike, and only machines are told",
        "generation",
        "hold",
        {
            "jurisdictions": ["KR"],
            "content.mime": "video/mp4",
            "content.operation": "generated",
            "content.photoreal": True,
            "explicit.present": False,
            "signed_meta.present": True,
        },
        alerts=True,
    ),
    row(
        "AI Basic Act 31(1): told beforehand",
        "activity",
        "allow",
        {"jurisdictions": ["KR"], "event_type": "interaction.started", "service.ai_notice_shown": True},
        alerts=False,
    ),
    row(
        "Vietnam, Law 134/2025: the event is taken, and judged by the law of both places",
        "generation",
        "allow",
        {
            "jurisdictions": ["KR", "VN"],
            "content.mime": "image/jpeg",
            "content.operation": "generated",
            "content.photoreal": False,
            "signed_meta.present": True,
        },
    ),
)

_KINDS: Final = {kind: f"sealstream.{kind}.v1" for kind in ("generation", "publication", "activity")}


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge(load_packs())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.why)
def test_an_event_is_judged_as_the_law_has_it(row: Row, judge: Judge) -> None:
    data = nested({name: value for name, value in row.facts.items() if value is not None})
    if row.kind != "activity":
        data["content"] |= {"id": "c", "base64": "AAAA"}
    envelope = {"specversion": "1.0", "id": "1", "source": "/law", "type": _KINDS[row.kind], "time": row.time}
    event = stated_event(
        orjson.dumps({**envelope, "data": data}),
        "event",
        kind=None,
        jurisdictions=(),
        assumptions=PolicySettings().assumptions,
    )
    findings = judge.findings(event.facts, event.at)
    told = [finding.message for finding in findings if finding.action != "record"]
    assert decide(findings) == row.decision, told
    if row.alerts is not None:
        assert bool(told) is row.alerts, told
