"""India: IT Rules as amended in 2026. Korea: AI Basic Act Art. 31. China's Order 21, Vietnam, Kazakhstan, New York."""

from collections.abc import Iterator

from tests.law.compliant.common import (
    COMPANION,
    DECLARED,
    IMAGES,
    IN,
    KR,
    KZ,
    NY,
    SOUNDS,
    STUDIO,
    TEXTS,
    VN,
    Case,
    generated,
    happened,
    merged,
    published,
    sealed,
)
from tests.law.files import FORMATS, file, photo


def india() -> Iterator[Case]:
    made = {"content": {"operation": "generated", "photoreal": True}}
    for kind in (*IMAGES, *SOUNDS, "mp4"):
        yield Case(
            name=f"lifelike {kind}, labelled and numbered",
            law="IN",
            article="3(3)",
            run=lambda kind=kind: generated(file(kind), IN, STUDIO, made, {"explicit_order": {"language": "en"}}),
        )
        yield Case(
            name=f"lifelike {kind}, declared and verified on a significant intermediary",
            law="IN",
            article="4(1A)",
            run=lambda kind=kind: published(sealed("IN", kind), IN, STUDIO, DECLARED, {"content": {"photoreal": True}}),
        )
    for kind in ("txt", "pdf", "docx"):
        yield Case(
            name=f"{kind}: text is outside",
            law="IN",
            article="2(1)(wa)",
            run=lambda kind=kind: generated(file(kind), IN, STUDIO, {"content": {"operation": "generated"}}),
        )
    for facts in ({"photoreal": False}, {"photoreal": True, "standard_edit": True}):
        yield Case(
            name=f"picture that is outside: {facts}",
            law="IN",
            article="2(1)(wa)",
            run=lambda facts=facts: generated(
                file("png"), IN, STUDIO, {"content": {"operation": "edited", "biometric": [], **facts}}
            ),
        )
    yield Case(
        name="photo by a person, declared and verified on a significant intermediary",
        law="IN",
        article="4(1A)",
        run=lambda: published(
            photo(),
            IN,
            STUDIO,
            {"declaration": {"value": "not_ai"}, "detection": {"verdict": "none"}, "actor": {"role": "user"}},
        ),
    )
    yield Case(
        name="marks kept in an edit",
        law="IN",
        article="3(3)",
        run=lambda: generated(
            file("png"),
            IN,
            {"event_type": "transform.completed", "content": {"operation": "edited"}, "transform": {"lost": 0}},
        ),
    )
    for kind, hours in (("order", 2.5), ("ncii", 1.5), ("other", 40.0)):
        yield happened(
            "IN",
            f"{kind} after {hours} hours",
            "3(1)(d), 3(2)(b)",
            "takedown.updated",
            {"takedown": {"kind": kind, "elapsed_hours": hours}},
        )


def korea() -> Iterator[Case]:
    made = {"content": {"operation": "generated"}}
    lifelike = {"content": {"photoreal": True}}
    for kind in FORMATS:
        facts = made if kind in TEXTS else merged(made, {"content": {"photoreal": False}})
        yield Case(
            name=f"{kind} generated, sealed",
            law="KR",
            article="31(2)",
            run=lambda kind=kind, facts=facts: generated(file(kind), KR, facts),
        )
    for kind in (*IMAGES, *SOUNDS, "mp4"):
        yield Case(
            name=f"lifelike {kind}, labelled",
            law="KR",
            article="31(3)",
            run=lambda kind=kind: generated(file(kind), KR, made, lifelike, {"explicit_order": {"language": "ko"}}),
        )
        yield Case(
            name=f"lifelike {kind} that was sealed here, published",
            law="KR",
            article="31(3)",
            run=lambda kind=kind: published(sealed("KR", kind), KR, lifelike),
        )
    yield happened("KR", "told", "31(1)", "interaction.started", {"service": {"ai_notice_shown": True}})


def further() -> Iterator[Case]:
    yield happened("CN", "companion that keeps every rule", "Order 21", "interaction.started", COMPANION)
    yield happened(
        "CN", "companion changed", "Order 21", "service.changed", COMPANION, {"event_type": "service.changed"}
    )
    yield happened("CN", "plain assistant", "Order 21", "interaction.started", {"service": {"anthropomorphic": False}})
    made = {"content": {"operation": "generated", "photoreal": False, "biometric": []}}
    for law, place, article in ((VN, "VN", "Law 134/2025 Art. 11"), (KZ, "KZ", "AI Law Art. 21")):
        yield happened(place, "told", article, "interaction.started", {"service": {"ai_notice_shown": True}})
        for kind in FORMATS:
            yield Case(
                name=f"{kind} generated, sealed",
                law=place,
                article=article,
                run=lambda kind=kind, law=law: generated(file(kind), law, made),
            )
        for kind in ("png", "mp4", "wav"):
            told = {"content": {"confusion_risk": "yes", "photoreal": True}}
            yield Case(
                name=f"lifelike {kind} that was sealed here, published with its label",
                law=place,
                article=article,
                run=lambda kind=kind, law=law, place=place, told=told: published(sealed(place, kind), law, told),
            )
    advertised = {"content": {"advertisement": True, "synthetic_performer": True}}
    yield Case(
        name="advertisement with a synthetic performer, disclosed",
        law="US-NY",
        article="GBL 396-b",
        run=lambda: published(sealed("US-NY", "mp4"), NY, advertised),
    )
