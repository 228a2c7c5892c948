"""Lawful events, written from the articles: what a truthful service sends that keeps a law, case by case.

Nothing here knows a pack. Each case names the article that says why its event is lawful; facts are only those that the
producer can truthfully know, and what the product measures is left to the product.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any, Final

from pipeline.labels.implicit.aigc import AigcMark, Label
from pipeline.labels.implicit.in_process import InProcessMarker
from pipeline.labels.implicit.marks import MarksToWrite
from tests.law.files import FORMATS, File, file, photo
from tests.law.worker import Answer, Facts, Worker

__all__ = [
    "AROUND",
    "CA",
    "CASES",
    "CN",
    "COMPANION",
    "CONSENT",
    "CONSENTS",
    "DECLARED",
    "DRAWN",
    "EU",
    "IN",
    "KR",
    "KZ",
    "NOW",
    "NY",
    "ORDERED",
    "REGISTRY",
    "REVIEWED",
    "STUDIO",
    "USER",
    "VN",
    "WAIVED",
    "WATERMARK",
    "Case",
    "labelled",
    "merged",
    "scene",
    "sealed",
    "sealed_unlabelled",
    "sealed_without_label",
    "unmarked",
    "worker",
]

NOW: Final = "2026-12-24T10:00:00+08:00"

REGISTRY: Final[Mapping[str, Facts]] = {
    "studio": {
        "public_opinion": True,
        "filing_no": "example-filing-1",
        "filing_displayed": True,
        "security_assessment": "done",
        "label_function_offered": True,
        "label_prompted": True,
        "monthly_users": 2_400_000,
        "market_date": "2026-09-01",
        "ssmi": True,
        "manifest_option": True,
        "detector": {"available": True, "free": True, "reports_basis": True, "url_or_upload": True, "api": True},
    },
    "small": {"public_opinion": False, "monthly_users": 1_000_000, "ssmi": False},
}
CONSENTS: Final[Mapping[str, Facts]] = {"c-1": {"status": "granted", "separate": True, "prompted": True}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A lawful event.

    Attributes:
        name: what it is.
        law: the jurisdiction whose law it keeps.
        article: what makes it lawful.
        run: send it, and get what was decided.
    """

    name: str
    law: str
    article: str
    run: Callable[[], Answer]


def merged(*layers: Facts) -> dict[str, Any]:
    """Nested facts laid over each other, the last on top."""
    result: dict[str, Any] = {}
    for layer in layers:
        for name, value in layer.items():
            below = result.get(name)
            result[name] = merged(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return result


@cache
def worker(whose: str = "services") -> Worker:
    """A worker for what services make, and another for what people made: every role is the operator's."""
    return Worker(registry=REGISTRY, consents=CONSENTS)


# What is true of every lawful event of a kind

STUDIO: Final[Facts] = {
    "service": {
        "id": "studio",
        "provider_name": "Example Studio",
        "system_name": "Studio One",
        "system_version": "2",
    }
}
REVIEWED: Final[Facts] = {
    "review": {"input_checked": True, "output_checked": True, "feature_db_version": "2026-11", "verdict": "ok"}
}
USER: Final[Facts] = {"user": {"id_hash": "5c4d", "identity": {"status": "verified", "method": "mobile"}}}
DECLARED: Final[Facts] = {"actor": {"role": "user"}, "declaration": {"value": "ai"}}
ORDERED: Final[Facts] = {"explicit_order": {"language": "zh"}}
AROUND: Final[Facts] = {
    "explicit": {"present": True, "kind": "ui", "text": "本内容由AI生成", "position": "ui_persistent"}
}
DRAWN: Final[Facts] = {
    "explicit": {
        "present": True,
        "kind": "corner",
        "text": "AI生成",
        "position": "edge_corner",
        "height_ratio": 0.06,
        "at_start": True,
    }
}
WAIVED: Final[Facts] = {
    "explicit": {"present": False, "waived_on_request": True},
    "log": {"agreement_ref": "terms-3", "recipient_recorded": True},
}
WATERMARK: Final[Facts] = {"watermark": {"present": True, "detector_ok": True}}
CONSENT: Final[Facts] = {"consent": {"ref": "c-1"}}

_IMAGES: Final = ("png", "jpeg", "webp")
_SOUNDS: Final = ("wav", "mp3")
_TEXTS: Final = ("txt", "md", "json", "pdf", "docx")
_UNLABELLED: Final[Mapping[str, Facts]] = {"json": AROUND, "svg": DRAWN}
"""How the mark of formats is shown that the product puts none on: around an answer, or drawn by the service. What
nobody here can look for is said each time."""


def _marked(kind: str) -> Facts:
    return _UNLABELLED.get(kind, ORDERED)


def scene(name: str = "scene.glb") -> File:
    return File(name=name, media_type="model/gltf-binary", body=b"glTF\x02\0\0\0\x14\0\0\0\0\0\0\0JSON")


@cache
def labelled(label: Label) -> File:
    """A photo whose metadata says 1, 2 or 3, as others write it."""
    mark = AigcMark(
        label=label,
        content_producer="001191110102MAD55U9H0F10002",
        produce_id="1",
        content_propagator="001191110102MAD55U9H0F10002",
        propagate_id="1",
    )
    marked = InProcessMarker().mark(photo().body, "image/jpeg", MarksToWrite(aigc=mark))
    assert marked.refused is None
    return File(name=f"label-{label}.jpg", media_type="image/jpeg", body=marked.asset)


def _generated(asset: File, *facts: Facts, time: str = NOW) -> Answer:
    return worker().generation(asset, merged(*facts), time=time)


def _published(asset: File, *facts: Facts, time: str = NOW) -> Answer:
    return worker().publication(asset, merged(*facts), time=time)


@cache
def sealed(law: str, kind: str, *, face: bool = False) -> File:
    """What a lawful generation of a format left behind."""
    facts = merged(STUDIO, REVIEWED, _marked(kind), {"jurisdictions": [law], "content": {"operation": "generated"}})
    if face:
        facts = merged(facts, CONSENT, {"content": {"operation": "edited", "biometric": ["face"]}})
    made = worker().generation(file(kind), facts, time=NOW).sealed
    assert made is not None
    return made


@cache
def sealed_unlabelled(kind: str) -> File:
    """What a generation for the Union leaves behind that nobody ordered a label for."""
    facts = (EU, STUDIO, WATERMARK, {"content": {"operation": "generated", "tokens": 300}})
    made = _generated(file(kind), *facts).sealed
    assert made is not None
    return made


@cache
def sealed_without_label() -> File:
    """A picture with a credential that says AI and without an implicit label, as where nobody names a provider."""
    from_elsewhere = Worker(producer=None)
    made = from_elsewhere.generation(file("jpeg"), {"content": {"operation": "generated"}}, time=NOW).sealed
    assert made is not None
    return made


# China: Deep Synthesis Provisions, Labeling Measures, GB 45438-2025

CN: Final[Facts] = {"jurisdictions": ["CN"]}
_KINDS: Final[Mapping[int, tuple[tuple[str, ...], Facts]]] = {
    1: (_TEXTS, {}),
    2: (_SOUNDS, {"content": {"biometric": ["voice"], "subject_ids": []}}),
    3: (_SOUNDS, {}),
    4: ((*_IMAGES, "mp4"), {"content": {"biometric": ["face"], "subject_ids": []}}),
    5: ((*_IMAGES, "svg", "mp4"), {}),
}
"""Formats by category of Art. 23, and what is true of the people in them: invented."""


def _china_generates() -> Iterator[Case]:
    made = {"content": {"operation": "generated"}}
    for category, (kinds, people) in _KINDS.items():
        for kind, event_type in product(kinds, ("generation.completed", "export.completed")):
            if event_type == "export.completed" and kind in _UNLABELLED and kind != "svg":
                continue  # What is around an answer stays there; an answer that leaves as a file is one of the others.
            facts = (
                CN,
                STUDIO,
                REVIEWED,
                people,
                made,
                _marked(kind),
                {"event_type": event_type, "content": {"ds_category": category}},
            )
            yield Case(
                name=f"category {category}, {kind}, {event_type}, marked",
                law="CN",
                article="Provisions 16 and 17(1); Measures 4 and 5",
                run=lambda kind=kind, facts=facts: _generated(file(kind), *facts),
            )
    for kind in ("txt", "png", "wav", "mp4"):
        plain = (CN, STUDIO, REVIEWED, made, {"explicit": {"present": False}})
        nobody = {"content": {"confusion_risk": "no", "ds_category": 1 if kind == "txt" else 5}}
        yield Case(
            name=f"{kind} that confuses nobody, unmarked",
            law="CN",
            article="Provisions 17(1) and (2)",
            run=lambda kind=kind, plain=plain, nobody=nobody: _generated(file(kind), *plain, nobody),
        )
        yield Case(
            name=f"{kind} for a user who asked for no mark",
            law="CN",
            article="Measures 9",
            run=lambda kind=kind: _generated(
                file(kind), CN, STUDIO, REVIEWED, made, {"content": {"ds_category": 5}}, WAIVED
            ),
        )
    yield Case(
        name="immersive scene, mark on the first screen, watermark",
        law="CN",
        article="Provisions 16, 17(1)(4); GB 5.5",
        run=lambda: _generated(
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
            run=lambda kind=kind, edited=edited: _generated(file(kind), CN, STUDIO, REVIEWED, ORDERED, edited, CONSENT),
        )
        yield Case(
            name=f"one's own {feature} edited in {kind}",
            law="CN",
            article="Provisions 14: the person edited is the user",
            run=lambda kind=kind, edited=edited: _generated(
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
        run=lambda: _generated(
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
        run=lambda: _generated(
            file("png"),
            CN,
            {"event_type": "transform.completed", "content": {"operation": "edited"}},
            {"transform": {"lost": 0, "intent": "routine"}},
        ),
    )


def _china_publishes() -> Iterator[Case]:
    for kind in FORMATS:
        for who, facts in (("user", DECLARED), ("platform", {"actor": {"role": "platform"}, **DECLARED})):
            yield Case(
                name=f"{kind} that was sealed here, published by a {who}",
                law="CN",
                article="Provisions 9 and 10; Measures 10",
                run=lambda kind=kind, facts=facts: _published(
                    sealed("CN", kind), CN, USER, facts, _UNLABELLED.get(kind, {})
                ),
            )
    yield Case(
        name="edited face that was sealed here, published with consent",
        law="CN",
        article="Provisions 14",
        run=lambda: _published(sealed("CN", "jpeg", face=True), CN, USER, DECLARED, CONSENT),
    )
    for kind in ("txt", "png", "mp3", "mp4"):
        shown = {"notice": {"shown": "confirmed"}}
        for event_type in ("repost.requested", "ingest.completed"):
            yield Case(
                name=f"{kind} that was sealed here, {event_type}, notice shown",
                law="CN",
                article="Measures 6(1)",
                run=lambda kind=kind, event_type=event_type, shown=shown: _published(
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
        run=lambda: _published(
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
            run=lambda label=label, shown=shown: _published(
                labelled(label), CN, {"event_type": "ingest.completed", "notice": {"shown": shown}}
            ),
        )
    yield Case(
        name="photo without sign, declared AI, taken in",
        law="CN",
        article="Measures 6(2)",
        run=lambda: _published(
            photo(), CN, {"event_type": "ingest.completed", "notice": {"shown": "possible"}}, DECLARED
        ),
    )
    for declaration in ({}, {"declaration": {"made": False}}, {"declaration": {"made": True, "value": "unknown"}}):
        yield Case(
            name=f"photo that a detector suspects, taken in, {declaration or 'silent'}",
            law="CN",
            article="Measures 6(3)",
            run=lambda declaration=declaration: _published(
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
        run=lambda: _published(
            unmarked(), CN, USER, DECLARED, {"notice": {"shown": "confirmed"}, "explicit": {"present": False}}
        ),
    )


@cache
def unmarked() -> File:
    facts = (CN, STUDIO, REVIEWED, {"content": {"operation": "generated", "ds_category": 5}}, WAIVED)
    made = _generated(file("png"), *facts).sealed
    assert made is not None
    return made


def _people(law: str, *facts: Facts) -> Iterator[Case]:
    """What people made without AI: in China it is known who publishes it, elsewhere nothing is asked."""
    said: Mapping[str, Facts] = {
        "silent": {},
        "undeclared": {"declaration": {"made": False}},
        "declared unknown": {"declaration": {"made": True, "value": "unknown"}},
        "declared human": {"declaration": {"value": "not_ai"}},
        "known": {"content": {"synthetic": "no"}},
    }
    kinds = FORMATS if law == "CN" else ("txt", "pdf", "png", "mp3", "mp4")
    for asset, event_type in product(
        (photo(), *(file(kind) for kind in kinds)), ("publish.requested", "repost.requested", "ingest.completed")
    ):
        for how, words in said.items() if asset.name == "photo.jpg" else [("silent", {})]:
            yield Case(
                name=f"{asset.name} by a person, {event_type}, {how}",
                law=law,
                article="no law about AI asks anything of it" + ("; Provisions 9" if law == "CN" else ""),
                run=lambda asset=asset, words=words, event_type=event_type: worker("people").publication(
                    asset, merged({"jurisdictions": [law], "event_type": event_type}, words, *facts), time=NOW
                ),
            )


def _happened(law: str, name: str, article: str, event_type: str, *facts: Facts) -> Case:
    return Case(
        name=f"{event_type}: {name}",
        law=law,
        article=article,
        run=lambda: worker().activity(merged({"jurisdictions": [law], "event_type": event_type}, *facts), time=NOW),
    )


def _china_happens() -> Iterator[Case]:
    dealt = {"user_action": "suspend", "reported_at": "2026-12-24T01:00:00Z", "record_ref": "r-1"}
    refuted = {**dealt, "refuted_at": "2026-12-24T01:30:00Z"}
    plain_tools = {"service": {"id": "studio", "biometric_tool": False, "sensitive_scene_tool": False}}
    face_tool = {"service": {"id": "studio", "biometric_tool": True, "sensitive_scene_tool": False}}
    yield _happened("CN", "a new function, assessed", "Provisions 20", "service.changed", plain_tools)
    yield _happened("CN", "a face tool, assessed", "Provisions 15", "service.changed", face_tool)
    yield _happened(
        "CN", "a small service", "Provisions 15 and 20", "service.changed", plain_tools, {"service": {"id": "small"}}
    )
    yield _happened(
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
    yield _happened(
        "CN",
        "a calculator",
        "Provisions 13: no deep synthesis application",
        "app.listing",
        {"app": {"ai_declared": False}},
    )
    yield _happened("CN", "answered in time", "Provisions 12", "complaint.updated", {"complaint": {"overdue": False}})
    yield _happened(
        "CN",
        "illegal, dealt with",
        "Provisions 10",
        "incident.updated",
        {"review": {"verdict": "illegal"}},
        {"incident": dealt},
    )
    yield _happened(
        "CN",
        "rumour, refuted",
        "Provisions 11",
        "incident.updated",
        {"review": {"verdict": "rumour"}},
        {"incident": refuted},
    )
    yield _happened("CN", "recorded", "Provisions 11", "refutation.published", {"incident": refuted})
    yield _happened("CN", "nothing found", "Provisions 10", "review.completed", {"review": {"verdict": "ok"}})
    yield _happened(
        "CN", "on record", "Provisions 14", "consent.revoked", {"consent": {"ref": "c-9", "status": "revoked"}}
    )
    yield _happened("CN", "by mobile number", "Provisions 9", "identity.verified", USER)
    yield _happened("CN", "lifted", "Provisions 21", "order.received", {"service": {"suspended_by_order": False}})


# European Union: AI Act Art. 50

EU: Final[Facts] = {"jurisdictions": ["EU"]}


def _union() -> Iterator[Case]:
    for kind in FORMATS:
        yield Case(
            name=f"{kind} generated, sealed and watermarked, with a detector",
            law="EU",
            article="50(2)",
            run=lambda kind=kind: _generated(
                file(kind), EU, STUDIO, WATERMARK, {"content": {"operation": "generated", "tokens": 300}}
            ),
        )
    for kind, event_type in product(("png", "mp4", "wav"), ("publish.requested", "repost.requested")):
        yield Case(
            name=f"deepfake in {kind}, labelled, {event_type}",
            law="EU",
            article="50(4), first subparagraph",
            run=lambda kind=kind, event_type=event_type: _published(
                sealed("EU", kind), EU, WATERMARK, {"event_type": event_type, "content": {"deepfake": True}}
            ),
        )
    unlabelled = {"content": {"operation": "generated"}, "explicit": {"present": False}}
    for kind, facts in {
        "png": {"content": {"deepfake": False}},
        "jpeg": {"content": {"photoreal": False}},
        "wav": {"content": {"deepfake": False}},
        "txt": {"content": {"public_interest_text": False}},
        "md": {"content": {"public_interest_text": True, "editorial_responsible": "desk"}},
    }.items():
        yield Case(
            name=f"{kind}, no deepfake and nothing to disclose",
            law="EU",
            article="50(4); 3(60)",
            run=lambda kind=kind, facts=facts: _published(
                file(kind),
                EU,
                STUDIO,
                WATERMARK,
                unlabelled,
                facts,
                {"content": {"tokens": 150}, "event_type": "repost.requested"},
            ),
        )
    yield Case(
        name="text of public interest, labelled",
        law="EU",
        article="50(4), second subparagraph",
        run=lambda: _published(
            sealed("EU", "md"), EU, WATERMARK, {"content": {"public_interest_text": True, "tokens": 150}}
        ),
    )
    yield Case(
        name="marks kept in an edit",
        law="EU",
        article="Code M1.2",
        run=lambda: _generated(
            file("png"),
            EU,
            WATERMARK,
            {"event_type": "transform.completed", "content": {"operation": "edited"}, "transform": {"lost": 0}},
        ),
    )
    yield _happened("EU", "told", "50(1)", "interaction.started", {"service": {"ai_notice_shown": True}})
    yield _happened(
        "EU", "obvious", "50(1)", "interaction.started", {"service": {"ai_notice_shown": False, "ai_obvious": True}}
    )
    yield _happened("EU", "with a free detector", "Code Commitment 2", "service.changed", {"service": {"id": "studio"}})


# California: Business and Professions Code § 22757 ff.

CA: Final[Facts] = {"jurisdictions": ["US-CA"]}


def _california() -> Iterator[Case]:
    made = {"content": {"operation": "generated"}}
    for kind in FORMATS:
        yield Case(
            name=f"{kind} of a large system, with the hidden disclosure",
            law="US-CA",
            article="22757.3(b)",
            run=lambda kind=kind: _generated(file(kind), CA, STUDIO, made),
        )
        yield Case(
            name=f"{kind} that was sealed here, published",
            law="US-CA",
            article="22757.3(b)",
            run=lambda kind=kind: _published(sealed("US-CA", kind), CA),
        )
    yield Case(
        name="picture of a system with exactly a million users",
        law="US-CA",
        article="22757.1",
        run=lambda: _generated(file("png"), CA, made, {"service": {"id": "small"}}),
    )
    yield _happened("US-CA", "free detector, manifest on offer", "22757.2, 22757.3(a)", "service.changed", STUDIO)
    broke = {"licensee_broke_latent": True}
    yield _happened("US-CA", "revoked", "22757.3(c)", "licence.updated", {"licence": {**broke, "revoked": True}})
    yield _happened(
        "US-CA",
        "known for three days",
        "22757.3(c)",
        "licence.updated",
        {"licence": {**broke, "revoked": False, "hours_since_known": 72.0}},
    )


# India: IT Rules as amended in 2026

IN: Final[Facts] = {"jurisdictions": ["IN"]}


def _india() -> Iterator[Case]:
    made = {"content": {"operation": "generated", "photoreal": True}}
    for kind in (*_IMAGES, *_SOUNDS, "mp4"):
        yield Case(
            name=f"lifelike {kind}, labelled and numbered",
            law="IN",
            article="3(3)",
            run=lambda kind=kind: _generated(file(kind), IN, STUDIO, made, {"explicit_order": {"language": "en"}}),
        )
        yield Case(
            name=f"lifelike {kind}, declared and verified on a significant intermediary",
            law="IN",
            article="4(1A)",
            run=lambda kind=kind: _published(
                sealed("IN", kind), IN, STUDIO, DECLARED, {"content": {"photoreal": True}}
            ),
        )
    for kind in ("txt", "pdf", "docx"):
        yield Case(
            name=f"{kind}: text is outside",
            law="IN",
            article="2(1)(wa)",
            run=lambda kind=kind: _generated(file(kind), IN, STUDIO, {"content": {"operation": "generated"}}),
        )
    for facts in ({"photoreal": False}, {"photoreal": True, "standard_edit": True}):
        yield Case(
            name=f"picture that is outside: {facts}",
            law="IN",
            article="2(1)(wa)",
            run=lambda facts=facts: _generated(
                file("png"), IN, STUDIO, {"content": {"operation": "edited", "biometric": [], **facts}}
            ),
        )
    yield Case(
        name="photo by a person, declared and verified on a significant intermediary",
        law="IN",
        article="4(1A)",
        run=lambda: _published(
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
        run=lambda: _generated(
            file("png"),
            IN,
            {"event_type": "transform.completed", "content": {"operation": "edited"}, "transform": {"lost": 0}},
        ),
    )
    for kind, hours in (("order", 2.5), ("ncii", 1.5), ("other", 40.0)):
        yield _happened(
            "IN",
            f"{kind} after {hours} hours",
            "3(1)(d), 3(2)(b)",
            "takedown.updated",
            {"takedown": {"kind": kind, "elapsed_hours": hours}},
        )


# Korea: AI Basic Act Art. 31

KR: Final[Facts] = {"jurisdictions": ["KR"]}


def _korea() -> Iterator[Case]:
    made = {"content": {"operation": "generated"}}
    lifelike = {"content": {"photoreal": True}}
    for kind in FORMATS:
        facts = made if kind in _TEXTS else merged(made, {"content": {"photoreal": False}})
        yield Case(
            name=f"{kind} generated, sealed",
            law="KR",
            article="31(2)",
            run=lambda kind=kind, facts=facts: _generated(file(kind), KR, facts),
        )
    for kind in (*_IMAGES, *_SOUNDS, "mp4"):
        yield Case(
            name=f"lifelike {kind}, labelled",
            law="KR",
            article="31(3)",
            run=lambda kind=kind: _generated(file(kind), KR, made, lifelike, {"explicit_order": {"language": "ko"}}),
        )
        yield Case(
            name=f"lifelike {kind} that was sealed here, published",
            law="KR",
            article="31(3)",
            run=lambda kind=kind: _published(sealed("KR", kind), KR, lifelike),
        )
    yield _happened("KR", "told", "31(1)", "interaction.started", {"service": {"ai_notice_shown": True}})


# China again: Order 21 of 2026 on services that act like people; Vietnam, Kazakhstan, New York

COMPANION: Final[Facts] = {
    "jurisdictions": ["CN"],
    "event_type": "interaction.started",
    "user": {"is_minor": False},
    "service": {
        "id": "companion",
        "anthropomorphic": True,
        "virtual_relatives": True,
        "ai_notice_shown": True,
        "break_reminder_minutes": 120,
        "easy_exit": True,
        "crisis_response": True,
        "public_opinion": False,
        "biometric_tool": False,
        "sensitive_scene_tool": False,
        "security_assessment": "done",
        "filing_no": "example-filing-2",
    },
}
VN: Final[Facts] = {"jurisdictions": ["VN"]}
KZ: Final[Facts] = {"jurisdictions": ["KZ"]}
NY: Final[Facts] = {"jurisdictions": ["US-NY"]}


def _further() -> Iterator[Case]:
    yield _happened("CN", "companion that keeps every rule", "Order 21", "interaction.started", COMPANION)
    yield _happened(
        "CN", "companion changed", "Order 21", "service.changed", COMPANION, {"event_type": "service.changed"}
    )
    yield _happened("CN", "plain assistant", "Order 21", "interaction.started", {"service": {"anthropomorphic": False}})
    made = {"content": {"operation": "generated", "photoreal": False, "biometric": []}}
    for law, place, article in ((VN, "VN", "Law 134/2025 Art. 11"), (KZ, "KZ", "AI Law Art. 21")):
        yield _happened(place, "told", article, "interaction.started", {"service": {"ai_notice_shown": True}})
        for kind in FORMATS:
            yield Case(
                name=f"{kind} generated, sealed",
                law=place,
                article=article,
                run=lambda kind=kind, law=law: _generated(file(kind), law, made),
            )
        for kind in ("png", "mp4", "wav"):
            told = {"content": {"confusion_risk": "yes", "photoreal": True}}
            yield Case(
                name=f"lifelike {kind} that was sealed here, published with its label",
                law=place,
                article=article,
                run=lambda kind=kind, law=law, place=place, told=told: _published(sealed(place, kind), law, told),
            )
    advertised = {"content": {"advertisement": True, "synthetic_performer": True}}
    yield Case(
        name="advertisement with a synthetic performer, disclosed",
        law="US-NY",
        article="GBL 396-b",
        run=lambda: _published(sealed("US-NY", "mp4"), NY, advertised),
    )


CASES: Final[tuple[Case, ...]] = (
    *_further(),
    *_china_generates(),
    *_china_publishes(),
    *_china_happens(),
    *_people("CN", USER),
    *_union(),
    *_people("EU"),
    *_california(),
    *_people("US-CA"),
    *_india(),
    *_people("IN"),
    *_korea(),
    *_people("KR"),
    *(case for law in ("VN", "KZ", "US-NY") for case in _people(law)),
)
"""Every lawful event; the counts are printed by the tests."""
