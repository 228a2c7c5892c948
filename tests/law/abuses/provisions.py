"""China: Deep Synthesis Provisions."""

from collections.abc import Iterator
from typing import Any

from tests.law import compliant as lawful
from tests.law.abuses.common import (
    CHINA,
    MARKED,
    MEASURES,
    OUT,
    PROVISIONS,
    Abuse,
    abuse,
    doing,
    making,
    sealed_in,
    sending,
)
from tests.law.compliant import merged
from tests.law.files import File, file, photo
from tests.law.worker import Facts


def provisions_of_news_and_users() -> Iterator[Abuse]:
    rumour = {"review": {"verdict": "rumour"}, "content": {"is_news": True}}
    yield abuse(
        "false news published",
        "block",
        sending(sealed_in("CN", "txt"), OUT, rumour),
        f"{PROVISIONS}art06.false-news",
        f"{PROVISIONS}art10.block-prohibited",
    )
    reposted = {
        "event_type": "repost.requested",
        "notice": {"shown": "confirmed"},
        "content": {"is_news": True, "news_source_listed": False},
    }
    yield abuse(
        "news reposted from a blog",
        "hold",
        sending(sealed_in("CN", "txt"), OUT, reposted),
        f"{PROVISIONS}art06.news-source",
    )
    for status, method in (("unverified", "none"), ("expired", "mobile"), ("verified", "none")):
        identity = {"user": {"identity": {"status": status, "method": method}}}
        yield abuse(
            f"published by a user who is {status} by {method}",
            "block",
            sending(sealed_in("CN", "png"), OUT, identity),
            f"{PROVISIONS}art09.identity",
        )
        yield abuse(
            f"photo of a user who is {status} by {method}",
            "block",
            sending(photo, lawful.CN, identity),
            f"{PROVISIONS}art09.identity",
        )
    yield abuse(
        "an identity check that verified nothing",
        "allow",
        doing(
            lawful.CN,
            {"event_type": "identity.verified"},
            {"user": {"identity": {"status": "verified", "method": "none"}}},
        ),
        f"{PROVISIONS}art09.identity-recorded",
    )


def provisions_of_reviews() -> Iterator[Abuse]:
    for verdict in ("harmful", "rumour"):
        yield abuse(
            f"published though its review says {verdict}",
            "block",
            sending(sealed_in("CN", "png"), OUT, {"review": {"verdict": verdict}, "content": {"is_news": False}}),
            f"{PROVISIONS}art10.block-prohibited",
        )
    for review in ({"input_checked": False}, {"output_checked": False}, {"feature_db_version": ""}):
        yield abuse(
            f"generated with {review}",
            "hold",
            making(file("png"), MARKED, {"review": review}),
            f"{PROVISIONS}art10.review-both-sides",
        )
    dealt: dict[str, Any] = {"user_action": "warn", "reported_at": "2026-12-24T01:00:00Z", "record_ref": "r-1"}
    for missing in ({"user_action": "none"}, {"reported_at": None}, {"record_ref": None}):
        yield abuse(
            f"illegal content found, and {missing}",
            "allow",
            doing(
                lawful.CN,
                {"event_type": "incident.updated", "review": {"verdict": "illegal"}, "incident": {**dealt, **missing}},
            ),
            f"{PROVISIONS}art10.dispose-and-report",
            *(() if "reported_at" in missing else ("illegal.known-later",)),
        )
    yield abuse(
        "found illegal when it may be out already, and which bytes is said",
        "allow",
        doing(
            lawful.CN,
            {
                "event_type": "incident.updated",
                "content": {"sha256": "1753f80da68b6f80450961b589388f197b1e39ad1a5c4291fb94081c837a4683"},
                "review": {"verdict": "illegal"},
                "incident": dealt,
            },
        ),
        f"{PROVISIONS}art10.retract",
        "illegal.retracted",
    )
    yield abuse(
        "a rumour that nobody refuted",
        "allow",
        doing(
            lawful.CN,
            {
                "event_type": "incident.updated",
                "review": {"verdict": "rumour"},
                "incident": {**dealt, "refuted_at": None},
            },
        ),
        f"{PROVISIONS}art11.refute-rumour",
    )
    yield abuse(
        "a refutation without record",
        "allow",
        doing(
            lawful.CN,
            {"event_type": "refutation.published"},
            {"incident": {**dealt, "refuted_at": "2026-12-24T02:00:00Z", "record_ref": None}},
        ),
        f"{PROVISIONS}art11.refutation-recorded",
    )
    yield abuse(
        "a complaint that waits too long",
        "allow",
        doing(lawful.CN, {"event_type": "complaint.updated", "complaint": {"overdue": True}}),
        f"{PROVISIONS}art12.complaint-deadline",
    )


def provisions_of_apps_and_services() -> Iterator[Abuse]:
    app = {
        "ai_declared": True,
        "assessment_checked": True,
        "filing_checked": True,
        "label_material_checked": True,
    }
    for name, rule in (
        ("assessment_checked", f"{PROVISIONS}art13.app-listing"),
        ("filing_checked", f"{PROVISIONS}art13.app-listing"),
        ("label_material_checked", f"{MEASURES}art07.app-store"),
    ):
        yield abuse(
            f"AI app listed without {name}",
            "block",
            doing(lawful.CN, {"event_type": "app.listing", "app": {**app, name: False}}),
            rule,
        )
    changed: Facts = {"event_type": "service.changed"}
    plain = {"biometric_tool": False, "sensitive_scene_tool": False, "public_opinion": False}
    for tool in ("biometric_tool", "sensitive_scene_tool"):
        yield abuse(
            f"{tool} launched, assessment pending",
            "block",
            doing(lawful.CN, changed, {"service": {**plain, tool: True, "security_assessment": "pending"}}),
            f"{PROVISIONS}art15.tool-assessment",
        )
    yield abuse(
        "a service that moves opinion changed without assessment",
        "block",
        doing(lawful.CN, changed, {"service": {**plain, "public_opinion": True, "security_assessment": "none"}}),
        f"{PROVISIONS}art20.new-feature",
    )
    unregistered = {"service": {"id": "elsewhere", "public_opinion": True, "filing_displayed": True}}
    yield abuse(
        "generated by a service without filing number",
        "allow",
        making(file("png"), MARKED, unregistered, {"service": {"filing_no": None}}),
        f"{PROVISIONS}art19.filing",
    )
    yield abuse(
        "filing number not displayed",
        "allow",
        making(file("png"), MARKED, unregistered, {"service": {"filing_no": "n", "filing_displayed": False}}),
        f"{PROVISIONS}art19.filing",
    )
    stopped = {"service": {"id": "elsewhere", "public_opinion": False, "suspended_by_order": True}}
    rule = f"{PROVISIONS}art21.suspension-order"
    yield abuse("generated under an order", "block", making(file("png"), MARKED, stopped), rule)
    yield abuse("published under an order", "block", sending(sealed_in("CN", "png"), OUT, stopped), rule)
    yield abuse(
        "changed under an order", "block", doing(lawful.CN, changed, {"service": {**plain, **stopped["service"]}}), rule
    )
    yield abuse(
        "users registered under an order",
        "block",
        doing(lawful.CN, lawful.USER, {"event_type": "identity.verified"}, stopped),
        rule,
    )
    yield abuse(
        "an order came in",
        "allow",
        doing(lawful.CN, {"event_type": "order.received"}, stopped),
        f"{PROVISIONS}art21.order-received",
    )


def provisions_of_people() -> Iterator[Abuse]:
    rule = f"{PROVISIONS}art14.separate-consent"
    edited = merged(MARKED, {"content": {"operation": "edited", "ds_category": 4, "biometric": ["face"]}})
    for name, consent in {
        "without consent": {"status": "missing", "prompted": True},
        "with a general consent": {"status": "granted", "separate": False, "prompted": True},
        "with a consent that was revoked": {"status": "revoked", "separate": True, "prompted": True},
        "without the prompt": {"status": "granted", "separate": True, "prompted": False},
    }.items():
        yield abuse(f"a face edited {name}", "block", making(file("jpeg"), edited, {"consent": consent}), rule)
    cloned = {"content": {"ds_category": 2, "biometric": ["voice"], "subject_ids": ["9f"]}}
    yield abuse(
        "a named person's voice cloned without consent",
        "block",
        making(file("mp3"), MARKED, cloned, {"consent": {"status": "missing", "prompted": True}}),
        rule,
    )
    refused = {"consent": {"status": "missing", "prompted": True}}
    yield abuse(
        "a face edited without consent, exported",
        "block",
        making(file("jpeg"), edited, {"event_type": "export.completed"}, refused),
        rule,
    )
    yield abuse(
        "an edited face that was sealed here, reposted after the consent was revoked",
        "block",
        sending(
            sealed_in("CN", "jpeg", face=True),
            lawful.CN,
            lawful.USER,
            {"event_type": "repost.requested", "notice": {"shown": "confirmed"}, "content": {"is_news": False}},
            {"consent": {"status": "revoked"}},
        ),
        f"{rule}-reposted",
    )
    yield abuse(
        "a withdrawal that nobody entered",
        "allow",
        doing(lawful.CN, {"event_type": "consent.revoked", "consent": {"ref": "c-1"}}),
        f"{PROVISIONS}art14.consent-revoked",
    )


def provisions_of_marks() -> Iterator[Abuse]:
    without = {"explicit": {"present": False}, "content": {"confusion_risk": "yes"}}
    rule = f"{PROVISIONS}art17.prominent-mark"
    for kind, category in (("txt", 1), ("mp3", 2), ("png", 5)):
        yield abuse(
            f"unmarked {kind} that confuses",
            "hold",
            making(file(kind), CHINA, without, {"content": {"ds_category": category, "biometric": []}}),
            rule,
        )
    yield abuse(
        "a mark waived before any law allowed it",
        "hold",
        making(
            file("png"),
            CHINA,
            lawful.WAIVED,
            {"content": {"confusion_risk": "yes"}},
            time="2024-05-20T10:00:00+08:00",
        ),
        rule,
    )
    yield abuse(
        "a face in a video, sent as if in no scenario",
        "hold",
        making(
            file("mp4"),
            CHINA,
            without,
            {"content": {"ds_category": 4, "biometric": ["face"], "subject_ids": [], "art17_scenario": 0}},
        ),
        f"{PROVISIONS}art17.scenario-understated",
    )
    yield abuse(
        "a face in a picture, sent as a picture of something else",
        "hold",
        making(file("png"), MARKED, {"content": {"ds_category": 5, "biometric": ["face"], "subject_ids": []}}),
        f"{PROVISIONS}art23.category-contradicted",
    )
    yield abuse(
        "an unmarked copy published, and nobody told",
        "hold",
        sending(
            lawful.unmarked,
            OUT,
            {"explicit": {"present": False}, "content": {"confusion_risk": "yes"}, "notice": {"shown": "none"}},
        ),
        f"{PROVISIONS}art17.prominent-mark-published",
    )
    yield abuse(
        "nobody offers a marking function",
        "allow",
        making(
            file("mp3"),
            CHINA,
            {
                "explicit": {"present": False},
                "content": {"ds_category": 3, "art17_scenario": 0, "confusion_risk": "no"},
            },
            {"service": {"id": "elsewhere", "public_opinion": False, "label_function_offered": False}},
        ),
        f"{PROVISIONS}art17.label-function",
    )
    for transform in ({"lost": 1, "intent": "routine"}, {"lost": 0, "intent": "requested_removal"}):
        yield abuse(
            f"a mark lost: {transform}",
            "block",
            making(
                file("png"),
                lawful.CN,
                {"event_type": "transform.completed", "content": {"operation": "edited"}, "transform": transform},
            ),
            f"{PROVISIONS}art18.mark-removed",
        )
    unnamed = File(name="scene.glb", media_type="model/gltf-binary", body=lawful.scene().body)
    yield abuse(
        "a scene without any technical mark",
        "hold",
        making(
            unnamed,
            CHINA,
            {"content": {"media": "virtual_scene", "ds_category": 6, "biometric": [], "containerised": True}},
            {"implicit": {"present": False}, "watermark": {"present": False}},
            {"explicit": {"present": True, "kind": "ui", "text": "AI生成", "position": "start"}},
        ),
        f"{PROVISIONS}art16.implicit-mark",
    )
    yield abuse(
        "a text without any technical mark, published under a false claim of one",
        "hold",
        sending(
            lambda: File(name="a.txt", media_type="text/plain", body="【AI生成】\n今天港口天气很好。\n".encode()),
            OUT,
            lawful.STUDIO,
            lawful.REVIEWED,
            {"implicit": {"present": True, "readback_ok": True}, "watermark": {"present": False}},
            {"explicit": {"present": True, "kind": "text", "position": "start"}},
        ),
        f"{PROVISIONS}art16.implicit-mark",
        "claim.contradicted",
        "credential.unlabeled",
    )
