"""China: Deep Synthesis Provisions, Labeling Measures, GB 45438-2025."""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Final

from tests.law.compliant.common import (
    CN,
    CONSENT,
    DECLARED,
    IMAGES,
    ORDERED,
    REVIEWED,
    SOUNDS,
    STUDIO,
    TEXTS,
    UNLABELLED,
    USER,
    WAIVED,
    WATERMARK,
    Case,
    generated,
    happened,
    labelled,
    marked_as,
    published,
    scene,
    sealed,
    unmarked,
)
from tests.law.files import FORMATS, file, photo
from tests.law.worker import Facts

_KINDS: Final[Mapping[int, tuple[tuple[str, ...], Facts]]] = {
    1: (TEXTS, {}),
    2: (SOUNDS, {"content": {"biometric": ["voice"], "subject_ids": []}}),
    3: (SOUNDS, {}),
    4: ((*IMAGES, "mp4"), {"content": {"biometric": ["face"], "subject_ids": []}}),
    5: ((*IMAGES, "svg", "mp4"), {}),
}
"""Formats by category of Art. 23, and what is true of the people in them: invented."""


def china_generates() -> Iterator[Case]:
    made = {"content": {"operation": "generated"}}
    for category, (kinds, people) in _KINDS.items():
        for kind, event_type in product(kinds, ("generation.completed", "export.completed")):
            if event_type == "export.completed" and kind in UNLABELLED and kind != "svg":
                continue  # What is around an answer stays there; an answer that leaves as a file is one of the others.
            facts = (
                CN,
                STUDIO,
                REVIEWED,
                people,
                made,
                marked_as(kind),
                {"event_type": event_type, "content": {"ds_category": category}},
            )
            yield Case(
                name=f"category {category}, {kind}, {event_type}, marked",
                law="CN",
                article="Provisions 16 and 17(1); Measures 4 and 5",
                run=lambda kind=kind, facts=facts: generated(file(kind), *facts),
            )
    for kind in ("txt", "png", "wav", "mp4"):
        plain = (CN, STUDIO, REVIEWED, made, {"explicit": {"present": False}})
        category = {"txt": 1, "wav": 3}.get(kind, 5)
        nobody = {"content": {"confusion_risk": "no", "ds_category": category}}
        yield Case(
            name=f"{kind} that confuses nobody, unmarked",
            law="CN",
            article="Provisions 17(1) and (2)",
            run=lambda kind=kind, plain=plain, nobody=nobody: generated(file(kind), *plain, nobody),
        )
        yield Case(
            name=f"{kind} for a user who asked for no mark",
            law="CN",
            article="Measures 9",
            run=lambda kind=kind, category=category: generated(
                file(kind), CN, STUDIO, REVIEWED, made, {"content": {"ds_category": category}}, WAIVED
            ),
        )
    yield Case(
        name="immersive scene, mark on the first screen, watermark",
        law="CN",
        article="Provisions 16, 17(1)(4); GB 5.5",
        run=lambda: generated(
            scene(),
            CN,
            STUDIO,
            REVIEWED,
            WATERMARK,
            {"content": {"operation": "generated", "media": "virtual_scene", "ds_category": 6, "biometric": []}},
            {"explicit": {"present": True, "kind": "ui", "text": "AI生成", "position": "start"}},
        ),
    )
    for feature, kind in (("face", "jpeg"), ("face", "mp4"), ("voice", "wav"), ("gesture", "mp4")):
        edited = {"content": {"operation": "edited", "biometric": [feature], "subject_ids": ["9f"]}}
        yield Case(
            name=f"{feature} edited in {kind} with separate consent",
            law="CN",
            article="Provisions 14",
            run=lambda kind=kind, edited=edited: generated(file(kind), CN, STUDIO, REVIEWED, ORDERED, edited, CONSENT),
        )
        yield Case(
            name=f"one's own {feature} edited in {kind}",
            law="CN",
            article="Provisions 14: the person edited is the user",
            run=lambda kind=kind, edited=edited: generated(
                file(kind),
                CN,
                STUDIO,
                REVIEWED,
                ORDERED,
                edited,
                {"consent": {"status": "not_needed", "prompted": True}},
            ),
        )
    yield Case(
        name="a named person's voice cloned with separate consent",
        law="CN",
        article="Provisions 14",
        run=lambda: generated(
            file("mp3"),
            CN,
            STUDIO,
            REVIEWED,
            ORDERED,
            CONSENT,
            {"content": {"operation": "generated", "ds_category": 2, "biometric": ["voice"], "subject_ids": ["9f"]}},
        ),
    )
    yield Case(
        name="picture converted, every mark kept",
        law="CN",
        article="Provisions 18",
        run=lambda: generated(
            file("png"),
            CN,
            {"event_type": "transform.completed", "content": {"operation": "edited"}},
            {"transform": {"lost": 0, "intent": "routine"}},
        ),
    )


def china_publishes() -> Iterator[Case]:
    for kind in FORMATS:
        for who, facts in (("user", DECLARED), ("platform", {"actor": {"role": "platform"}, **DECLARED})):
            yield Case(
                name=f"{kind} that was sealed here, published by a {who}",
                law="CN",
                article="Provisions 9 and 10; Measures 10",
                run=lambda kind=kind, facts=facts: published(
                    sealed("CN", kind), CN, USER, facts, UNLABELLED.get(kind, {})
                ),
            )
    yield Case(
        name="edited face that was sealed here, reposted with consent, notice shown",
        law="CN",
        article="Provisions 6 and 14",
        run=lambda: published(
            sealed("CN", "jpeg", face=True),
            CN,
            USER,
            CONSENT,
            {"event_type": "repost.requested", "notice": {"shown": "confirmed"}, "content": {"is_news": False}},
        ),
    )
    yield Case(
        name="edited face that was sealed here, published with consent",
        law="CN",
        article="Provisions 14",
        run=lambda: published(sealed("CN", "jpeg", face=True), CN, USER, DECLARED, CONSENT),
    )
    for kind in ("txt", "png", "mp3", "mp4"):
        shown = {"notice": {"shown": "confirmed"}}
        for event_type in ("repost.requested", "ingest.completed"):
            yield Case(
                name=f"{kind} that was sealed here, {event_type}, notice shown",
                law="CN",
                article="Measures 6(1)",
                run=lambda kind=kind, event_type=event_type, shown=shown: published(
                    sealed("CN", kind),
                    CN,
                    USER,
                    shown,
                    {"event_type": event_type, "content": {"is_news": False}},
                ),
            )
    yield Case(
        name="news that was sealed here, reposted from a licensed unit",
        law="CN",
        article="Provisions 6, second paragraph",
        run=lambda: published(
            sealed("CN", "txt"),
            CN,
            USER,
            {"notice": {"shown": "confirmed"}, "event_type": "repost.requested"},
            {"content": {"is_news": True, "news_source_listed": True}},
        ),
    )
    for label, shown in (("1", "confirmed"), ("2", "possible"), ("3", "suspected")):
        yield Case(
            name=f"photo whose metadata says {label}, taken in",
            law="CN",
            article="Measures 6",
            run=lambda label=label, shown=shown: published(
                labelled(label), CN, {"event_type": "ingest.completed", "notice": {"shown": shown}}
            ),
        )
    yield Case(
        name="photo without sign, declared AI, taken in",
        law="CN",
        article="Measures 6(2)",
        run=lambda: published(
            photo(), CN, {"event_type": "ingest.completed", "notice": {"shown": "possible"}}, DECLARED
        ),
    )
    for declaration in ({}, {"declaration": {"made": False}}, {"declaration": {"made": True, "value": "unknown"}}):
        yield Case(
            name=f"photo that a detector suspects, taken in, {declaration or 'silent'}",
            law="CN",
            article="Measures 6(3)",
            run=lambda declaration=declaration: published(
                photo(),
                CN,
                {"event_type": "ingest.completed", "notice": {"shown": "suspected"}},
                {"detection": {"verdict": "suspected"}},
                declaration,
            ),
        )
    yield Case(
        name="copy without mark, published with the platform's notice",
        law="CN",
        article="Measures 6 and 9",
        run=lambda: published(
            unmarked(), CN, USER, DECLARED, {"notice": {"shown": "confirmed"}, "explicit": {"present": False}}
        ),
    )


def china_happens() -> Iterator[Case]:
    dealt = {"user_action": "suspend", "reported_at": "2026-12-24T01:00:00Z", "record_ref": "r-1"}
    refuted = {**dealt, "refuted_at": "2026-12-24T01:30:00Z"}
    plain_tools = {"service": {"id": "studio", "biometric_tool": False, "sensitive_scene_tool": False}}
    face_tool = {"service": {"id": "studio", "biometric_tool": True, "sensitive_scene_tool": False}}
    yield happened("CN", "a new function, assessed", "Provisions 20", "service.changed", plain_tools)
    yield happened("CN", "a face tool, assessed", "Provisions 15", "service.changed", face_tool)
    yield happened(
        "CN", "a small service", "Provisions 15 and 20", "service.changed", plain_tools, {"service": {"id": "small"}}
    )
    yield happened(
        "CN",
        "AI app, all verified",
        "Provisions 13; Measures 7",
        "app.listing",
        {
            "actor": {"role": "app_store"},
            "app": {
                "ai_declared": True,
                "assessment_checked": True,
                "filing_checked": True,
                "label_material_checked": True,
            },
        },
    )
    yield happened(
        "CN",
        "a calculator",
        "Provisions 13: no deep synthesis application",
        "app.listing",
        {"app": {"ai_declared": False}},
    )
    yield happened("CN", "answered in time", "Provisions 12", "complaint.updated", {"complaint": {"overdue": False}})
    yield happened(
        "CN",
        "illegal, dealt with",
        "Provisions 10",
        "incident.updated",
        {"review": {"verdict": "illegal"}},
        {"incident": dealt},
    )
    yield happened(
        "CN",
        "rumour, refuted",
        "Provisions 11",
        "incident.updated",
        {"review": {"verdict": "rumour"}},
        {"incident": refuted},
    )
    yield happened("CN", "recorded", "Provisions 11", "refutation.published", {"incident": refuted})
    yield happened("CN", "nothing found", "Provisions 10", "review.completed", {"review": {"verdict": "ok"}})
    yield happened(
        "CN", "on record", "Provisions 14", "consent.revoked", {"consent": {"ref": "c-9", "status": "revoked"}}
    )
    yield happened("CN", "by mobile number", "Provisions 9", "identity.verified", USER)
    yield happened("CN", "lifted", "Provisions 21", "order.received", {"service": {"suspended_by_order": False}})
