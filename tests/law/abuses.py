"""Breaches, one for each way in which a rule is broken: lawful events, changed in one respect.

Everything else about them is in order, so that noise cannot pass for a catch: each says which rules alone are to find
something, and what is to be decided: `allow` where no hold can mend it, and somebody is told.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pipeline.events.outputs import DecisionOutcome
from tests.law import compliant as lawful
from tests.law.compliant import merged, worker
from tests.law.files import File, file, photo
from tests.law.worker import Answer, Facts, Worker

__all__ = ["ABUSES", "Abuse"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Abuse:
    """A breach.

    Attributes:
        name: what is wrong.
        rules: the rules that find it, and no others do.
        decision: what is decided.
        run: send it, and get what was decided.
    """

    name: str
    rules: frozenset[str]
    decision: DecisionOutcome
    run: Callable[[], Answer]


_DS: Final = "cn.deep-synthesis."
_LM: Final = "cn.label-measures."
_GB: Final = "cn.gb45438."


def _abuse(name: str, decision: DecisionOutcome, run: Callable[[], Answer], *rules: str) -> Abuse:
    return Abuse(name=name, rules=frozenset(rules), decision=decision, run=run)


def _made(asset: File, *facts: Facts, time: str = lawful.NOW) -> Callable[[], Answer]:
    return lambda: worker().generation(asset, merged(*facts), time=time)


def _sent(asset: Callable[[], File], *facts: Facts, time: str = lawful.NOW) -> Callable[[], Answer]:
    return lambda: worker().publication(asset(), merged(*facts), time=time)


def _done(*facts: Facts) -> Callable[[], Answer]:
    return lambda: worker().activity(merged(*facts), time=lawful.NOW)


def _sealed(law: str, kind: str, *, face: bool = False) -> Callable[[], File]:
    return lambda: lawful.sealed(law, kind, face=face)


_CHINA: Final[Facts] = merged(
    lawful.CN, lawful.STUDIO, lawful.REVIEWED, {"content": {"operation": "generated", "ds_category": 5}}
)
_MARKED: Final[Facts] = merged(_CHINA, lawful.ORDERED)
_OUT: Final[Facts] = merged(lawful.CN, lawful.USER, lawful.DECLARED)
_TEXT: Final[Facts] = merged(_MARKED, {"content": {"ds_category": 1}})


def _claimed(**explicit: object) -> Facts:
    """A picture whose mark the service says that it drew itself."""
    return merged(_CHINA, lawful.DRAWN, {"explicit": explicit})


def _provisions_of_news_and_users() -> Iterator[Abuse]:
    rumour = {"review": {"verdict": "rumour"}, "content": {"is_news": True}}
    yield _abuse(
        "false news published",
        "block",
        _sent(_sealed("CN", "txt"), _OUT, rumour),
        f"{_DS}art06.false-news",
        f"{_DS}art10.block-prohibited",
    )
    reposted = {
        "event_type": "repost.requested",
        "notice": {"shown": "confirmed"},
        "content": {"is_news": True, "news_source_listed": False},
    }
    yield _abuse(
        "news reposted from a blog", "hold", _sent(_sealed("CN", "txt"), _OUT, reposted), f"{_DS}art06.news-source"
    )
    for status, method in (("unverified", "none"), ("expired", "mobile"), ("verified", "none")):
        identity = {"user": {"identity": {"status": status, "method": method}}}
        yield _abuse(
            f"published by a user who is {status} by {method}",
            "block",
            _sent(_sealed("CN", "png"), _OUT, identity),
            f"{_DS}art09.identity",
        )
        yield _abuse(
            f"photo of a user who is {status} by {method}",
            "block",
            _sent(photo, lawful.CN, identity),
            f"{_DS}art09.identity",
        )
    yield _abuse(
        "an identity check that verified nothing",
        "allow",
        _done(
            lawful.CN,
            {"event_type": "identity.verified"},
            {"user": {"identity": {"status": "verified", "method": "none"}}},
        ),
        f"{_DS}art09.identity-recorded",
    )


def _provisions_of_reviews() -> Iterator[Abuse]:
    for verdict in ("harmful", "rumour"):
        yield _abuse(
            f"published though its review says {verdict}",
            "block",
            _sent(_sealed("CN", "png"), _OUT, {"review": {"verdict": verdict}, "content": {"is_news": False}}),
            f"{_DS}art10.block-prohibited",
        )
    for review in ({"input_checked": False}, {"output_checked": False}, {"feature_db_version": ""}):
        yield _abuse(
            f"generated with {review}",
            "hold",
            _made(file("png"), _MARKED, {"review": review}),
            f"{_DS}art10.review-both-sides",
        )
    dealt: dict[str, Any] = {"user_action": "warn", "reported_at": "2026-12-24T01:00:00Z", "record_ref": "r-1"}
    for missing in ({"user_action": "none"}, {"reported_at": None}, {"record_ref": None}):
        yield _abuse(
            f"illegal content found, and {missing}",
            "allow",
            _done(
                lawful.CN,
                {"event_type": "incident.updated", "review": {"verdict": "illegal"}, "incident": {**dealt, **missing}},
            ),
            f"{_DS}art10.dispose-and-report",
            *(() if "reported_at" in missing else ("illegal.known-later",)),
        )
    yield _abuse(
        "a rumour that nobody refuted",
        "allow",
        _done(
            lawful.CN,
            {
                "event_type": "incident.updated",
                "review": {"verdict": "rumour"},
                "incident": {**dealt, "refuted_at": None},
            },
        ),
        f"{_DS}art11.refute-rumour",
    )
    yield _abuse(
        "a refutation without record",
        "allow",
        _done(
            lawful.CN,
            {"event_type": "refutation.published"},
            {"incident": {**dealt, "refuted_at": "2026-12-24T02:00:00Z", "record_ref": None}},
        ),
        f"{_DS}art11.refutation-recorded",
    )
    yield _abuse(
        "a complaint that waits too long",
        "allow",
        _done(lawful.CN, {"event_type": "complaint.updated", "complaint": {"overdue": True}}),
        f"{_DS}art12.complaint-deadline",
    )


def _provisions_of_apps_and_services() -> Iterator[Abuse]:
    app = {
        "ai_declared": True,
        "assessment_checked": True,
        "filing_checked": True,
        "label_material_checked": True,
    }
    for name, rule in (
        ("assessment_checked", f"{_DS}art13.app-listing"),
        ("filing_checked", f"{_DS}art13.app-listing"),
        ("label_material_checked", f"{_LM}art07.app-store"),
    ):
        yield _abuse(
            f"AI app listed without {name}",
            "block",
            _done(lawful.CN, {"event_type": "app.listing", "app": {**app, name: False}}),
            rule,
        )
    changed: Facts = {"event_type": "service.changed"}
    plain = {"biometric_tool": False, "sensitive_scene_tool": False, "public_opinion": False}
    for tool in ("biometric_tool", "sensitive_scene_tool"):
        yield _abuse(
            f"{tool} launched, assessment pending",
            "block",
            _done(lawful.CN, changed, {"service": {**plain, tool: True, "security_assessment": "pending"}}),
            f"{_DS}art15.tool-assessment",
        )
    yield _abuse(
        "a service that moves opinion changed without assessment",
        "block",
        _done(lawful.CN, changed, {"service": {**plain, "public_opinion": True, "security_assessment": "none"}}),
        f"{_DS}art20.new-feature",
    )
    unregistered = {"service": {"id": "elsewhere", "public_opinion": True, "filing_displayed": True}}
    yield _abuse(
        "generated by a service without filing number",
        "allow",
        _made(file("png"), _MARKED, unregistered, {"service": {"filing_no": None}}),
        f"{_DS}art19.filing",
    )
    yield _abuse(
        "filing number not displayed",
        "allow",
        _made(file("png"), _MARKED, unregistered, {"service": {"filing_no": "n", "filing_displayed": False}}),
        f"{_DS}art19.filing",
    )
    stopped = {"service": {"id": "elsewhere", "public_opinion": False, "suspended_by_order": True}}
    rule = f"{_DS}art21.suspension-order"
    yield _abuse("generated under an order", "block", _made(file("png"), _MARKED, stopped), rule)
    yield _abuse("published under an order", "block", _sent(_sealed("CN", "png"), _OUT, stopped), rule)
    yield _abuse(
        "changed under an order", "block", _done(lawful.CN, changed, {"service": {**plain, **stopped["service"]}}), rule
    )
    yield _abuse(
        "users registered under an order",
        "block",
        _done(lawful.CN, lawful.USER, {"event_type": "identity.verified"}, stopped),
        rule,
    )
    yield _abuse(
        "an order came in",
        "allow",
        _done(lawful.CN, {"event_type": "order.received"}, stopped),
        f"{_DS}art21.order-received",
    )


def _provisions_of_people() -> Iterator[Abuse]:
    rule = f"{_DS}art14.separate-consent"
    edited = merged(_MARKED, {"content": {"operation": "edited", "ds_category": 4, "biometric": ["face"]}})
    for name, consent in {
        "without consent": {"status": "missing", "prompted": True},
        "with a general consent": {"status": "granted", "separate": False, "prompted": True},
        "with a consent that was revoked": {"status": "revoked", "separate": True, "prompted": True},
        "without the prompt": {"status": "granted", "separate": True, "prompted": False},
    }.items():
        yield _abuse(f"a face edited {name}", "block", _made(file("jpeg"), edited, {"consent": consent}), rule)
    cloned = {"content": {"ds_category": 2, "biometric": ["voice"], "subject_ids": ["9f"]}}
    yield _abuse(
        "a named person's voice cloned without consent",
        "block",
        _made(file("mp3"), _MARKED, cloned, {"consent": {"status": "missing", "prompted": True}}),
        rule,
    )
    yield _abuse(
        "a withdrawal that nobody entered",
        "allow",
        _done(lawful.CN, {"event_type": "consent.revoked", "consent": {"ref": "c-1"}}),
        f"{_DS}art14.consent-revoked",
    )


def _provisions_of_marks() -> Iterator[Abuse]:
    without = {"explicit": {"present": False}, "content": {"confusion_risk": "yes"}}
    rule = f"{_DS}art17.prominent-mark"
    for kind, category in (("txt", 1), ("mp3", 2), ("png", 5)):
        yield _abuse(
            f"unmarked {kind} that confuses",
            "hold",
            _made(file(kind), _CHINA, without, {"content": {"ds_category": category, "biometric": []}}),
            rule,
        )
    yield _abuse(
        "a mark waived before any law allowed it",
        "hold",
        _made(
            file("png"),
            _CHINA,
            lawful.WAIVED,
            {"content": {"confusion_risk": "yes"}},
            time="2024-05-20T10:00:00+08:00",
        ),
        rule,
    )
    yield _abuse(
        "a face in a video, sent as if in no scenario",
        "hold",
        _made(
            file("mp4"),
            _CHINA,
            without,
            {"content": {"ds_category": 4, "biometric": ["face"], "subject_ids": [], "art17_scenario": 0}},
        ),
        f"{_DS}art17.scenario-understated",
    )
    yield _abuse(
        "an unmarked copy published, and nobody told",
        "hold",
        _sent(
            lawful.unmarked,
            _OUT,
            {"explicit": {"present": False}, "content": {"confusion_risk": "yes"}, "notice": {"shown": "none"}},
        ),
        f"{_DS}art17.prominent-mark-published",
    )
    yield _abuse(
        "nobody offers a marking function",
        "allow",
        _made(
            file("mp3"),
            _CHINA,
            {
                "explicit": {"present": False},
                "content": {"ds_category": 3, "art17_scenario": 0, "confusion_risk": "no"},
            },
            {"service": {"id": "elsewhere", "public_opinion": False, "label_function_offered": False}},
        ),
        f"{_DS}art17.label-function",
    )
    for transform in ({"lost": 1, "intent": "routine"}, {"lost": 0, "intent": "requested_removal"}):
        yield _abuse(
            f"a mark lost: {transform}",
            "block",
            _made(
                file("png"),
                lawful.CN,
                {"event_type": "transform.completed", "content": {"operation": "edited"}, "transform": transform},
            ),
            f"{_DS}art18.mark-removed",
        )
    unnamed = File(name="scene.glb", media_type="model/gltf-binary", body=lawful.scene().body)
    yield _abuse(
        "a scene without any technical mark",
        "hold",
        _made(
            unnamed,
            _CHINA,
            {"content": {"media": "virtual_scene", "ds_category": 6, "biometric": [], "containerised": True}},
            {"implicit": {"present": False}, "watermark": {"present": False}},
            {"explicit": {"present": True, "kind": "ui", "text": "AI生成", "position": "start"}},
        ),
        f"{_DS}art16.implicit-mark",
    )
    yield _abuse(
        "a text without any technical mark, published under a false claim of one",
        "hold",
        _sent(
            lambda: File(name="a.txt", media_type="text/plain", body="【AI生成】\n今天港口天气很好。\n".encode()),
            _OUT,
            lawful.STUDIO,
            lawful.REVIEWED,
            {"implicit": {"present": True, "readback_ok": True}, "watermark": {"present": False}},
            {"explicit": {"present": True, "kind": "text", "position": "start"}},
        ),
        f"{_DS}art16.implicit-mark",
        "claim.contradicted",
        "credential.unlabeled",
    )


def _illegal() -> Iterator[Abuse]:
    """Stopped on every event and everywhere, whatever the law of the place says of AI."""
    illegal: Facts = {"review": {"verdict": "illegal"}}
    yield _abuse("generated in China, found illegal", "block", _made(file("png"), _MARKED, illegal), "illegal.content")
    for law in (lawful.EU, lawful.CA, lawful.IN, lawful.KR):
        yield _abuse(
            f"a photo found illegal, published in {law['jurisdictions']}",
            "block",
            _sent(photo, law, illegal),
            "illegal.content",
        )
    for category in ("ncii", "csam"):
        yield _abuse(
            f"a photo in which a review saw {category}",
            "block",
            _sent(photo, lawful.KR, {"review": {"categories": [category]}}),
            "illegal.intimate",
        )
    yield _abuse(
        "found illegal when it may be out already",
        "allow",
        _done(lawful.KR, {"event_type": "review.completed"}, illegal),
        "illegal.known-later",
    )


def _logs_and_first_writes() -> Iterator[Abuse]:
    yield _abuse(
        "logs kept for a month",
        "allow",
        lambda: Worker(registry=lawful.REGISTRY, retention_days=30).generation(file("png"), _MARKED, time=lawful.NOW),
        f"{_DS}art16.log",
    )
    mark = {"Label": "1", "ContentProducer": "a", "ProduceID": "1", "ContentPropagator": "b", "PropagateID": "1"}
    yield _abuse(
        "a mark that cannot be read here, said to be the first and to have two authors",
        "allow",
        _made(
            lawful.scene(),
            _CHINA,
            {
                "event_type": "export.completed",
                "content": {"media": "virtual_scene", "ds_category": 6, "biometric": []},
            },
            {"explicit": {"present": True, "kind": "text", "text": "AI生成", "position": "start"}},
            {"content": {"containerised": True}},
            {"implicit": {"present": True, "readback_ok": True, "count": 1, "schema_ok": True, "code_ok": True}},
            {"implicit": {"first_write": True, "aigc": mark}},
        ),
        f"{_GB}implicit.first-write",
    )


def _anywhere() -> Iterator[Abuse]:
    """Good practice, where no law says the same."""
    made = {"content": {"operation": "generated", "photoreal": False}}
    yield _abuse(
        "content of a user whom nobody knows",
        "allow",
        _made(file("png"), lawful.KR, made, {"user": {"identity": {"status": "unverified"}}}),
        "high-risk.unverified-user",
    )
    yield _abuse(
        "a face without consent",
        "block",
        _made(file("png"), lawful.KR, made, {"content": {"biometric": ["face"]}, "consent": {"status": "missing"}}),
        "high-risk.no-consent",
    )
    yield _abuse(
        "news from an unlisted source",
        "hold",
        _sent(photo, lawful.KR, {"content": {"is_news": True, "news_source_listed": False}}),
        "high-risk.unlisted-news-source",
    )
    yield _abuse(
        "an event from nowhere",
        "allow",
        _made(file("png"), {"jurisdictions": []}, made),
        "high-risk.jurisdiction-unknown",
    )
    yield _abuse("a place that is none", "allow", _sent(photo, {"jurisdictions": ["KR", "XX"]}), "places.unknown-place")
    yield _abuse("a place without law", "allow", _sent(photo, {"jurisdictions": ["KR", "AQ"]}), "places.without-law")


def _companions() -> Iterator[Abuse]:
    for name, service, rule, decision in (
        ("does not say what it is", {"ai_notice_shown": False}, "notice", "block"),
        ("reminds after three hours", {"break_reminder_minutes": 180}, "two-hours", "allow"),
        ("cannot be left", {"easy_exit": False}, "exit", "allow"),
        ("knows no crisis", {"crisis_response": False}, "art13.crisis", "allow"),
    ):
        yield _abuse(
            f"a companion that {name}",
            decision,
            _done(lawful.COMPANION, {"service": service}),
            f"cn.anthropomorphic.{rule}",
        )
    yield _abuse(
        "a virtual relative for a child",
        "block",
        _done(lawful.COMPANION, {"user": {"is_minor": True}}),
        "cn.anthropomorphic.minors",
    )
    changed = merged(lawful.COMPANION, {"event_type": "service.changed"})
    yield _abuse(
        "a companion changed without assessment",
        "block",
        _done(changed, {"service": {"security_assessment": "pending"}}),
        "cn.anthropomorphic.assessment",
    )
    yield _abuse(
        "a companion without filing",
        "allow",
        _done(changed, {"service": {"filing_no": None}}),
        "cn.anthropomorphic.filing",
    )


def _further_places() -> Iterator[Abuse]:
    untold: Facts = {"event_type": "interaction.started", "service": {"ai_notice_shown": False}}
    yield _abuse("Vietnam: nobody told", "allow", _done(lawful.VN, untold), "vn.ai-law.art11-1.notice")
    yield _abuse("Kazakhstan: nobody told", "allow", _done(lawful.KZ, untold), "kz.ai-law.art21-1.notice")
    bare = {"explicit": {"present": False}, "notice": {"shown": "none"}}
    confusing = {"content": {"confusion_risk": "yes", "photoreal": False}}
    lifelike = {"content": {"confusion_risk": "no", "photoreal": True, "biometric": []}}
    unlabelled = lambda: lawful.sealed_unlabelled("png")  # noqa: E731 - what is published, said once
    yield _abuse(
        "Vietnam: may be taken for real, unlabelled",
        "hold",
        _sent(unlabelled, lawful.VN, bare, confusing),
        "vn.ai-law.art11-3.confusing",
    )
    yield _abuse(
        "Vietnam: imitates a person or an event, unlabelled",
        "hold",
        _sent(unlabelled, lawful.VN, bare, lifelike),
        "vn.ai-law.art11-4.imitation",
    )
    unmarked = File(name="a.bmp", media_type="image/bmp", body=b"BM" + bytes(60))
    none = {
        "watermark": {"present": False},
        "content": {"synthetic": "yes", "photoreal": False, "confusion_risk": "no"},
    }
    yield _abuse(
        "Vietnam: no mark for machines",
        "hold",
        _sent(lambda: unmarked, lawful.VN, bare, none),
        "vn.ai-law.art11-2.machine-readable",
        "credential.unlabeled",
    )
    yield _abuse(
        "Kazakhstan: lifelike, and nobody warned",
        "hold",
        _sent(unlabelled, lawful.KZ, bare, lifelike),
        "kz.ai-law.art21-2.mark-and-warning",
    )
    yield _abuse(
        "New York: a synthetic performer in an advertisement, not disclosed",
        "hold",
        _sent(
            lambda: lawful.sealed_unlabelled("mp4"),
            lawful.NY,
            bare,
            {"content": {"advertisement": True, "synthetic_performer": True}},
        ),
        "us-ny.396-b.synthetic-performer",
    )


def _more_of_the_union_and_california() -> Iterator[Abuse]:
    yield _abuse(
        "emotions recognised, and nobody told",
        "block",
        _done(
            lawful.EU,
            {"event_type": "interaction.started"},
            {"service": {"ai_notice_shown": True, "emotion_recognition": True, "exposure_notice_shown": False}},
        ),
        "eu.ai-act.art50-3.exposure",
    )
    deepfake = {"content": {"deepfake": True}}
    for kind, explicit, rule in (
        ("png", {"kind": "corner", "text": "Bild"}, "eu.cop.s2.icon"),
        ("mp4", {"kind": "icon", "at_start": False, "position": "middle"}, "eu.cop.s2.video-start"),
        ("wav", {"kind": "rhythm", "at_start": True}, "eu.cop.s2.spoken"),
        ("png", {"kind": "icon", "icon": "modified"}, "eu.cop.s2.icon-kind"),
    ):
        yield _abuse(
            f"deepfake in {kind} whose label is {explicit}",
            "allow",
            _sent(
                lambda kind=kind: lawful.sealed_unlabelled(kind),
                lawful.EU,
                lawful.WATERMARK,
                deepfake,
                {"explicit": {"present": True, **explicit}},
            ),
            rule,
            "eu.cop.m1-1.two-layers",
        )
    large = {"actor": {"role": "platform"}, "service": {"id": "elsewhere", "monthly_users": 2_000_001}}
    then = "2027-01-02T00:00:00-08:00"
    yield _abuse(
        "a large platform that shows no provenance, from 2027",
        "hold",
        _sent(_sealed("US-CA", "png"), lawful.CA, large, {"notice": {"provenance": False}}, time=then),
        "us-ca.22757-3-1.platform-show",
    )
    yield _abuse(
        "a large platform whose interface hides provenance, from 2027",
        "allow",
        lambda: worker().activity(
            merged(
                lawful.CA,
                large,
                {"event_type": "service.changed"},
                {
                    "service": {
                        "manifest_option": True,
                        "detector": {"free": True, "url_or_upload": True, "api": True},
                        "provenance_disclosed": True,
                        "provenance_inspectable": False,
                    }
                },
            ),
            time=then,
        ),
        "us-ca.22757-3-1.platform-interface",
    )
    yield _abuse(
        "a system hosted that discloses nothing, from 2027",
        "block",
        lambda: worker().activity(
            merged(
                lawful.CA,
                {"event_type": "app.listing", "app": {"ai_declared": True, "discloses_provenance": False}},
            ),
            time=then,
        ),
        "us-ca.22757-3-2.hosting",
    )


def _measures() -> Iterator[Abuse]:
    exported = {"event_type": "export.completed"}
    around = {"explicit": {"present": True, "kind": "ui", "text": "AI生成", "position": "around_player"}}
    yield _abuse(
        "a file whose only mark is around the player",
        "hold",
        _made(file("png"), _CHINA, exported, around),
        f"{_LM}art04.file-explicit",
    )
    for missing in ({"agreement_ref": None}, {"recipient_recorded": False}):
        yield _abuse(
            f"a copy without mark, and {missing}",
            "block",
            _made(file("png"), _CHINA, lawful.WAIVED, {"log": missing}),
            f"{_LM}art09.unlabelled-log",
        )
    for made in ({"value": "not_ai"}, {"made": False, "value": "unknown"}):
        companions = (
            (f"{_LM}art10.undeclared-credential", f"{_LM}art10.undeclared-label")
            if made.get("value") == "not_ai"
            else ()
        )
        yield _abuse(
            f"AI content of a user who declares {made}",
            "hold",
            _sent(_sealed("CN", "png"), lawful.CN, lawful.USER, {"actor": {"role": "user"}, "declaration": made}),
            f"{_LM}art10.declare",
            *companions,
        )
    for label, rule in (("1", "confirmed"), ("2", "possible"), ("3", "suspected")):
        for event_type in ("ingest.completed", "repost.requested"):
            yield _abuse(
                f"metadata that says {label}, {event_type}, and no notice",
                "hold",
                _sent(
                    lambda label=label: lawful.labelled(label),
                    lawful.CN,
                    lawful.USER,
                    lawful.REVIEWED,
                    {"event_type": event_type, "notice": {"shown": "none"}, "content": {"is_news": False}},
                ),
                f"{_LM}art06.{rule}",
            )
    yield _abuse(
        "a photo that a detector suspects, and no notice",
        "hold",
        _sent(
            photo,
            lawful.CN,
            {"event_type": "ingest.completed", "notice": {"shown": "none"}, "detection": {"verdict": "suspected"}},
        ),
        f"{_LM}art06.suspected",
    )


def _standard() -> Iterator[Abuse]:
    for kind, text in (("corner", "AI"), ("corner", "生成"), ("text", "AI 播客")):
        yield _abuse(
            f"{kind} mark that says {text}",
            "hold",
            _made(file("svg"), _claimed(kind=kind, text=text)),
            f"{_GB}explicit.wording",
        )
    yield _abuse("letters of 3 %", "hold", _made(file("svg"), _claimed(height_ratio=0.03)), f"{_GB}explicit.height")
    video = {"content": {"ds_category": 5}}
    for name, explicit in {
        "that comes late": {"at_start": False, "position": "middle", "visible_ms": 3000},
        "of one and a half seconds": {"at_start": True, "visible_ms": 1500},
    }.items():
        yield _abuse(
            f"video with a mark {name}",
            "hold",
            _made(file("mp4"), _claimed(**explicit), video),
            f"{_GB}explicit.video",
        )
    yield _abuse(
        "sound with a written corner",
        "hold",
        _made(file("mp3"), _claimed(kind="corner", position="start"), {"content": {"ds_category": 3}}),
        f"{_GB}explicit.audio",
    )
    yield _abuse(
        "sealed elsewhere: a picture without the label of Appendix E",
        "hold",
        _sent(
            lawful.sealed_without_label,
            _OUT,
            lawful.STUDIO,
            lawful.REVIEWED,
            {"content": {"has_file": True, "ds_category": 5}, "watermark": {"present": True, "detector_ok": True}},
            lawful.DRAWN,
        ),
        f"{_GB}implicit.schema",
    )


def _union() -> Iterator[Abuse]:
    made = {"content": {"operation": "generated", "tokens": 300}}
    yield _abuse(
        "generated, and nobody outside can detect it",
        "hold",
        _made(
            file("png"),
            lawful.EU,
            made,
            lawful.WATERMARK,
            {"service": {"id": "elsewhere", "market_date": "2026-09-01", "detector": {"available": False}}},
        ),
        "eu.ai-act.art50-2.marked-and-detectable",
        "eu.cop.m1-1.two-layers",
    )
    for kind in ("png", "mp4", "wav"):
        yield _abuse(
            f"deepfake in {kind}, not labelled",
            "hold",
            _sent(
                lambda kind=kind: lawful.sealed_unlabelled(kind),
                lawful.EU,
                lawful.WATERMARK,
                {"explicit": {"present": False}, "content": {"deepfake": True}},
            ),
            "eu.ai-act.art50-4.deepfake",
            "eu.cop.m1-1.two-layers",
        )
    yield _abuse(
        "text of public interest under nobody's responsibility",
        "hold",
        _sent(
            lambda: lawful.sealed_unlabelled("txt"),
            lawful.EU,
            lawful.WATERMARK,
            {"explicit": {"present": False}},
            {"content": {"public_interest_text": True, "editorial_responsible": None}},
        ),
        "eu.ai-act.art50-4.public-text",
    )
    yield _abuse(
        "long text without watermark",
        "allow",
        _made(file("txt"), lawful.EU, lawful.STUDIO, made, {"watermark": {"present": False}}),
        "eu.cop.m1-1-2.long-text",
    )
    yield _abuse(
        "an edit that lost a mark",
        "hold",
        _made(
            file("png"),
            lawful.EU,
            {"event_type": "transform.completed", "content": {"operation": "edited"}, "transform": {"lost": 1}},
        ),
        "eu.cop.m1-2.non-removal",
    )
    untold = {"service": {"ai_notice_shown": False, "ai_obvious": False}}
    yield _abuse(
        "a chat that does not say what it is",
        "block",
        _done(lawful.EU, {"event_type": "interaction.started"}, untold),
        "eu.ai-act.art50-1.interaction",
    )
    yield _abuse(
        "a detector that costs money",
        "allow",
        _done(
            lawful.EU,
            {"event_type": "service.changed", "service": {"detector": {"free": False, "reports_basis": True}}},
        ),
        "eu.cop.c2.detector",
    )


def _california() -> Iterator[Abuse]:
    made = {"content": {"operation": "generated"}}
    large = {"service": {"id": "elsewhere", "monthly_users": 1_000_001}}
    for kind in ("png", "mp4", "mp3"):
        yield _abuse(
            f"{kind} of a large system without the hidden disclosure",
            "hold",
            _made(file(kind), lawful.CA, made, large, {"latent": {"provider_name": "", "permanent_url": None}}),
            "us-ca.22757-3b.latent",
        )
    changed: Facts = {"event_type": "service.changed"}
    detector = {"free": True, "url_or_upload": True, "api": True}
    yield _abuse(
        "a large system without detector for programs",
        "allow",
        _done(
            lawful.CA,
            changed,
            {"service": {**large["service"], "manifest_option": True, "detector": {**detector, "api": False}}},
        ),
        "us-ca.22757-2.detection-tool",
    )
    yield _abuse(
        "a large system without manifest on offer",
        "allow",
        _done(lawful.CA, changed, {"service": {**large["service"], "manifest_option": False, "detector": detector}}),
        "us-ca.22757-3a.manifest-option",
    )
    licence = {"licensee_broke_latent": True, "revoked": False, "hours_since_known": 97.0}
    yield _abuse(
        "a licence kept for more than 96 hours",
        "allow",
        _done(lawful.CA, {"event_type": "licence.updated", "licence": licence}),
        "us-ca.22757-3c.licence-96h",
    )
    stripped = {
        "event_type": "transform.completed",
        "actor": {"role": "platform"},
        "content": {"operation": "edited"},
        "service": {"id": "elsewhere", "monthly_users": 2_000_001},
        "transform": {"lost": 1},
    }
    yield _abuse(
        "a large platform that strips provenance, from 2027",
        "hold",
        _made(file("png"), lawful.CA, stripped, time="2027-01-02T00:00:00-08:00"),
        "us-ca.22757-3-1.platform-no-strip",
    )


def _india() -> Iterator[Abuse]:
    lifelike = merged(lawful.IN, lawful.STUDIO, {"content": {"operation": "generated", "photoreal": True}})
    for kind in ("png", "mp4", "wav"):
        yield _abuse(
            f"lifelike {kind} without label",
            "hold",
            _made(file(kind), lifelike, {"explicit": {"present": False}}),
            "in.it-rules.3-3.label-and-metadata",
        )
    yield _abuse(
        "an edit that lost a mark",
        "block",
        _made(
            file("png"),
            lawful.IN,
            {"event_type": "transform.completed", "content": {"operation": "edited"}, "transform": {"lost": 1}},
        ),
        "in.it-rules.3-3.no-removal",
    )
    user = {"actor": {"role": "user"}}
    for name, facts in {
        "that nobody declared": {"declaration": {"made": False}, "detection": {"verdict": "none"}},
        "whose detector failed": {"declaration": {"value": "not_ai"}, "detection": {"verdict": "error"}},
    }.items():
        yield _abuse(
            f"upload to a significant intermediary {name}",
            "hold",
            _sent(photo, lawful.IN, lawful.STUDIO, user, facts),
            "in.it-rules.4-1A.declare-and-verify",
        )
    for kind, hours in (("order", 3.5), ("ncii", 2.5)):
        yield _abuse(
            f"{kind} after {hours} hours",
            "allow",
            _done(lawful.IN, {"event_type": "takedown.updated", "takedown": {"kind": kind, "elapsed_hours": hours}}),
            "in.it-rules.takedown-clock",
        )


def _korea() -> Iterator[Abuse]:
    for kind in ("png", "mp4", "wav"):
        yield _abuse(
            f"lifelike {kind} without a label that people see or hear",
            "hold",
            _made(
                file(kind),
                lawful.KR,
                {"content": {"operation": "generated", "photoreal": True}, "explicit": {"present": False}},
            ),
            "kr.ai-basic.art31-3.deepfake",
        )
    yield _abuse(
        "AI text without any mark",
        "hold",
        _sent(
            lambda: File(name="a.csv", media_type="text/csv", body=b"a,b\n1,2\n"),
            lawful.KR,
            {"content": {"synthetic": "yes"}, "explicit": {"present": False}, "watermark": {"present": False}},
        ),
        "kr.ai-basic.art31-2.label",
        "credential.unlabeled",
    )
    yield _abuse(
        "nobody told beforehand",
        "allow",
        _done(lawful.KR, {"event_type": "interaction.started", "service": {"ai_notice_shown": False}}),
        "kr.ai-basic.art31-1.notice",
    )


ABUSES: Final[tuple[Abuse, ...]] = (
    *_provisions_of_news_and_users(),
    *_provisions_of_reviews(),
    *_provisions_of_apps_and_services(),
    *_provisions_of_people(),
    *_provisions_of_marks(),
    *_measures(),
    *_standard(),
    *_union(),
    *_california(),
    *_india(),
    *_korea(),
    *_logs_and_first_writes(),
    *_anywhere(),
    *_illegal(),
    *_companions(),
    *_further_places(),
    *_more_of_the_union_and_california(),
)
"""Every breach; the counts are printed by the tests."""

COVERED: Final[Mapping[str, int]] = {
    rule: sum(rule in one.rules for one in ABUSES) for rule in sorted({rule for one in ABUSES for rule in one.rules})
}
