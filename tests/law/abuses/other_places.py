"""India, Korea, China's Order 21, Vietnam, Kazakhstan, New York."""

from collections.abc import Iterator

from tests.law import compliant as lawful
from tests.law.abuses.common import (
    Abuse,
    abuse,
    doing,
    making,
    sending,
)
from tests.law.compliant import merged
from tests.law.files import File, file, photo
from tests.law.worker import Facts


def companions() -> Iterator[Abuse]:
    for name, service, rule, decision in (
        ("does not say what it is", {"ai_notice_shown": False}, "notice", "block"),
        ("reminds after three hours", {"break_reminder_minutes": 180}, "two-hours", "allow"),
        ("cannot be left", {"easy_exit": False}, "exit", "allow"),
        ("knows no crisis", {"crisis_response": False}, "art13.crisis", "allow"),
    ):
        yield abuse(
            f"a companion that {name}",
            decision,
            doing(lawful.COMPANION, {"service": service}),
            f"cn.anthropomorphic.{rule}",
        )
    yield abuse(
        "a virtual relative for a child",
        "block",
        doing(lawful.COMPANION, {"user": {"is_minor": True}}),
        "cn.anthropomorphic.minors",
    )
    changed = merged(lawful.COMPANION, {"event_type": "service.changed"})
    yield abuse(
        "a companion changed without assessment",
        "block",
        doing(changed, {"service": {"security_assessment": "pending"}}),
        "cn.anthropomorphic.assessment",
    )
    yield abuse(
        "a companion without filing",
        "allow",
        doing(changed, {"service": {"filing_no": None}}),
        "cn.anthropomorphic.filing",
    )


def further_places() -> Iterator[Abuse]:
    untold: Facts = {"event_type": "interaction.started", "service": {"ai_notice_shown": False}}
    yield abuse("Vietnam: nobody told", "allow", doing(lawful.VN, untold), "vn.ai-law.art11-1.notice")
    yield abuse("Kazakhstan: nobody told", "allow", doing(lawful.KZ, untold), "kz.ai-law.art21-1.notice")
    bare = {"explicit": {"present": False}, "notice": {"shown": "none"}}
    confusing = {"content": {"confusion_risk": "yes", "photoreal": False}}
    lifelike = {"content": {"confusion_risk": "no", "photoreal": True, "biometric": []}}
    unlabelled = lambda: lawful.sealed_unlabelled("png")  # noqa: E731 - what is published, said once
    yield abuse(
        "Vietnam: may be taken for real, unlabelled",
        "hold",
        sending(unlabelled, lawful.VN, bare, confusing),
        "vn.ai-law.art11-3.confusing",
    )
    yield abuse(
        "Vietnam: imitates a person or an event, unlabelled",
        "hold",
        sending(unlabelled, lawful.VN, bare, lifelike),
        "vn.ai-law.art11-4.imitation",
    )
    unmarked = File(name="a.bmp", media_type="image/bmp", body=b"BM" + bytes(60))
    none = {
        "watermark": {"present": False},
        "content": {"synthetic": "yes", "photoreal": False, "confusion_risk": "no"},
    }
    yield abuse(
        "Vietnam: no mark for machines",
        "hold",
        sending(lambda: unmarked, lawful.VN, bare, none),
        "vn.ai-law.art11-2.machine-readable",
        "credential.unlabeled",
    )
    yield abuse(
        "Kazakhstan: lifelike, and nobody warned",
        "hold",
        sending(unlabelled, lawful.KZ, bare, lifelike),
        "kz.ai-law.art21-2.mark-and-warning",
    )
    yield abuse(
        "New York: a synthetic performer in an advertisement, not disclosed",
        "hold",
        sending(
            lambda: lawful.sealed_unlabelled("mp4"),
            lawful.NY,
            bare,
            {"content": {"advertisement": True, "synthetic_performer": True}},
        ),
        "us-ny.396-b.synthetic-performer",
    )


def india() -> Iterator[Abuse]:
    lifelike = merged(lawful.IN, lawful.STUDIO, {"content": {"operation": "generated", "photoreal": True}})
    for kind in ("png", "mp4", "wav"):
        yield abuse(
            f"lifelike {kind} without label",
            "hold",
            making(file(kind), lifelike, {"explicit": {"present": False}}),
            "in.it-rules.3-3.label-and-metadata",
        )
    yield abuse(
        "an edit that lost a mark",
        "block",
        making(
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
        yield abuse(
            f"upload to a significant intermediary {name}",
            "hold",
            sending(photo, lawful.IN, lawful.STUDIO, user, facts),
            "in.it-rules.4-1A.declare-and-verify",
        )
    for kind, hours in (("order", 3.5), ("ncii", 2.5)):
        yield abuse(
            f"{kind} after {hours} hours",
            "allow",
            doing(lawful.IN, {"event_type": "takedown.updated", "takedown": {"kind": kind, "elapsed_hours": hours}}),
            "in.it-rules.takedown-clock",
        )


def korea() -> Iterator[Abuse]:
    for kind in ("png", "mp4", "wav"):
        yield abuse(
            f"lifelike {kind} without a label that people see or hear",
            "hold",
            making(
                file(kind),
                lawful.KR,
                {"content": {"operation": "generated", "photoreal": True}, "explicit": {"present": False}},
            ),
            "kr.ai-basic.art31-3.deepfake",
        )
    yield abuse(
        "AI text without any mark",
        "hold",
        sending(
            lambda: File(name="a.csv", media_type="text/csv", body=b"a,b\n1,2\n"),
            lawful.KR,
            {"content": {"synthetic": "yes"}, "explicit": {"present": False}, "watermark": {"present": False}},
        ),
        "kr.ai-basic.art31-2.label",
        "credential.unlabeled",
    )
    yield abuse(
        "nobody told beforehand",
        "allow",
        doing(lawful.KR, {"event_type": "interaction.started", "service": {"ai_notice_shown": False}}),
        "kr.ai-basic.art31-1.notice",
    )
