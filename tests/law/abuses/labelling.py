"""China: Labeling Measures and GB 45438-2025, and the logs of the Provisions."""

from collections.abc import Iterator

from tests.law import compliant as lawful
from tests.law.abuses.common import (
    CHINA,
    MARKED,
    MEASURES,
    OUT,
    PROVISIONS,
    STANDARD,
    Abuse,
    abuse,
    claimed,
    making,
    sealed_in,
    sending,
)
from tests.law.files import file, photo
from tests.law.worker import Worker


def logs_and_first_writes() -> Iterator[Abuse]:
    yield abuse(
        "logs kept for a month",
        "allow",
        lambda: Worker(registry=lawful.REGISTRY, retention_days=30).generation(file("png"), MARKED, time=lawful.NOW),
        f"{PROVISIONS}art16.log",
    )
    mark = {"Label": "1", "ContentProducer": "a", "ProduceID": "1", "ContentPropagator": "b", "PropagateID": "1"}
    yield abuse(
        "a mark that cannot be read here, said to be the first and to have two authors",
        "allow",
        making(
            lawful.scene(),
            CHINA,
            {
                "event_type": "export.completed",
                "content": {"media": "virtual_scene", "ds_category": 6, "biometric": []},
            },
            {"explicit": {"present": True, "kind": "text", "text": "AI生成", "position": "start"}},
            {"content": {"containerised": True}},
            {"implicit": {"present": True, "readback_ok": True, "count": 1, "schema_ok": True, "code_ok": True}},
            {"implicit": {"first_write": True, "aigc": mark}},
        ),
        f"{STANDARD}implicit.first-write",
    )


def measures() -> Iterator[Abuse]:
    exported = {"event_type": "export.completed"}
    around = {"explicit": {"present": True, "kind": "ui", "text": "AI生成", "position": "around_player"}}
    yield abuse(
        "a file whose only mark is around the player",
        "hold",
        making(file("png"), CHINA, exported, around),
        f"{MEASURES}art04.file-explicit",
    )
    for missing in ({"agreement_ref": None}, {"recipient_recorded": False}):
        yield abuse(
            f"a copy without mark, and {missing}",
            "block",
            making(file("png"), CHINA, lawful.WAIVED, {"log": missing}),
            f"{MEASURES}art09.unlabelled-log",
        )
    for made in ({"value": "not_ai"}, {"made": False, "value": "unknown"}):
        companions = (
            (f"{MEASURES}art10.undeclared-credential", f"{MEASURES}art10.undeclared-label")
            if made.get("value") == "not_ai"
            else ()
        )
        yield abuse(
            f"AI content of a user who declares {made}",
            "hold",
            sending(sealed_in("CN", "png"), lawful.CN, lawful.USER, {"actor": {"role": "user"}, "declaration": made}),
            f"{MEASURES}art10.declare",
            *companions,
        )
    for label, rule in (("1", "confirmed"), ("2", "possible"), ("3", "suspected")):
        for event_type in ("ingest.completed", "repost.requested"):
            yield abuse(
                f"metadata that says {label}, {event_type}, and no notice",
                "hold",
                sending(
                    lambda label=label: lawful.labelled(label),
                    lawful.CN,
                    lawful.USER,
                    lawful.REVIEWED,
                    {"event_type": event_type, "notice": {"shown": "none"}, "content": {"is_news": False}},
                ),
                f"{MEASURES}art06.{rule}",
            )
    yield abuse(
        "a photo that a detector suspects, and no notice",
        "hold",
        sending(
            photo,
            lawful.CN,
            {"event_type": "ingest.completed", "notice": {"shown": "none"}, "detection": {"verdict": "suspected"}},
        ),
        f"{MEASURES}art06.suspected",
    )


def standard() -> Iterator[Abuse]:
    for kind, text in (("corner", "AI"), ("corner", "生成"), ("text", "AI 播客")):
        yield abuse(
            f"{kind} mark that says {text}",
            "hold",
            making(file("svg"), claimed(kind=kind, text=text)),
            f"{STANDARD}explicit.wording",
        )
    yield abuse("letters of 3 %", "hold", making(file("svg"), claimed(height_ratio=0.03)), f"{STANDARD}explicit.height")
    video = {"content": {"ds_category": 5}}
    for name, explicit in {
        "that comes late": {"at_start": False, "position": "middle", "visible_ms": 3000},
        "of one and a half seconds": {"at_start": True, "visible_ms": 1500},
    }.items():
        yield abuse(
            f"video with a mark {name}",
            "hold",
            making(file("mp4"), claimed(**explicit), video),
            f"{STANDARD}explicit.video",
        )
    yield abuse(
        "sound with a written corner",
        "hold",
        making(file("mp3"), claimed(kind="corner", position="start"), {"content": {"ds_category": 3}}),
        f"{STANDARD}explicit.audio",
    )
    yield abuse(
        "sealed elsewhere: a picture without the label of Appendix E",
        "hold",
        sending(
            lawful.sealed_without_label,
            OUT,
            lawful.STUDIO,
            lawful.REVIEWED,
            {"content": {"has_file": True, "ds_category": 5}, "watermark": {"present": True, "detector_ok": True}},
            lawful.DRAWN,
        ),
        f"{STANDARD}implicit.schema",
    )
