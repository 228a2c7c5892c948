"""European Union: AI Act Art. 50 and its Code. California: § 22757 ff."""

from collections.abc import Iterator

from tests.law import compliant as lawful
from tests.law.abuses.common import (
    Abuse,
    abuse,
    doing,
    making,
    sealed_in,
    sending,
)
from tests.law.compliant import merged, worker
from tests.law.files import file
from tests.law.worker import Facts


def more_of_the_union_and_california() -> Iterator[Abuse]:
    yield abuse(
        "emotions recognised, and nobody told",
        "block",
        doing(
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
        yield abuse(
            f"deepfake in {kind} whose label is {explicit}",
            "allow",
            sending(
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
    yield abuse(
        "a large platform that shows no provenance, from 2027",
        "hold",
        sending(sealed_in("US-CA", "png"), lawful.CA, large, {"notice": {"provenance": False}}, time=then),
        "us-ca.22757-3-1.platform-show",
    )
    yield abuse(
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
    yield abuse(
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


def union() -> Iterator[Abuse]:
    made = {"content": {"operation": "generated", "tokens": 300}}
    yield abuse(
        "generated, and nobody outside can detect it",
        "hold",
        making(
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
        yield abuse(
            f"deepfake in {kind}, not labelled",
            "hold",
            sending(
                lambda kind=kind: lawful.sealed_unlabelled(kind),
                lawful.EU,
                lawful.WATERMARK,
                {"explicit": {"present": False}, "content": {"deepfake": True}},
            ),
            "eu.ai-act.art50-4.deepfake",
            "eu.cop.m1-1.two-layers",
        )
    yield abuse(
        "text of public interest under nobody's responsibility",
        "hold",
        sending(
            lambda: lawful.sealed_unlabelled("txt"),
            lawful.EU,
            lawful.WATERMARK,
            {"explicit": {"present": False}},
            {"content": {"public_interest_text": True, "editorial_responsible": None}},
        ),
        "eu.ai-act.art50-4.public-text",
    )
    yield abuse(
        "long text without watermark",
        "allow",
        making(file("txt"), lawful.EU, lawful.STUDIO, made, {"watermark": {"present": False}}),
        "eu.cop.m1-1-2.long-text",
    )
    yield abuse(
        "an edit that lost a mark",
        "hold",
        making(
            file("png"),
            lawful.EU,
            {"event_type": "transform.completed", "content": {"operation": "edited"}, "transform": {"lost": 1}},
        ),
        "eu.cop.m1-2.non-removal",
    )
    untold = {"service": {"ai_notice_shown": False, "ai_obvious": False}}
    yield abuse(
        "a chat that does not say what it is",
        "block",
        doing(lawful.EU, {"event_type": "interaction.started"}, untold),
        "eu.ai-act.art50-1.interaction",
    )
    yield abuse(
        "a complaint about a decision that waits too long",
        "allow",
        doing(lawful.EU, {"event_type": "complaint.updated", "complaint": {"overdue": True}}),
        "eu.dsa.20-4.complaint-deadline",
    )
    yield abuse(
        "a detector that costs money",
        "allow",
        doing(
            lawful.EU,
            {"event_type": "service.changed", "service": {"detector": {"free": False, "reports_basis": True}}},
        ),
        "eu.cop.c2.detector",
    )


def california() -> Iterator[Abuse]:
    made = {"content": {"operation": "generated"}}
    large = {"service": {"id": "elsewhere", "monthly_users": 1_000_001}}
    for kind in ("png", "mp4", "mp3"):
        yield abuse(
            f"{kind} of a large system without the hidden disclosure",
            "hold",
            making(file(kind), lawful.CA, made, large, {"latent": {"provider_name": "", "permanent_url": None}}),
            "us-ca.22757-3b.latent",
        )
    changed: Facts = {"event_type": "service.changed"}
    detector = {"free": True, "url_or_upload": True, "api": True}
    yield abuse(
        "a large system without detector for programs",
        "allow",
        doing(
            lawful.CA,
            changed,
            {"service": {**large["service"], "manifest_option": True, "detector": {**detector, "api": False}}},
        ),
        "us-ca.22757-2.detection-tool",
    )
    yield abuse(
        "a large system without manifest on offer",
        "allow",
        doing(lawful.CA, changed, {"service": {**large["service"], "manifest_option": False, "detector": detector}}),
        "us-ca.22757-3a.manifest-option",
    )
    licence = {"licensee_broke_latent": True, "revoked": False, "hours_since_known": 97.0}
    yield abuse(
        "a licence kept for more than 96 hours",
        "allow",
        doing(lawful.CA, {"event_type": "licence.updated", "licence": licence}),
        "us-ca.22757-3c.licence-96h",
    )
    stripped = {
        "event_type": "transform.completed",
        "actor": {"role": "platform"},
        "content": {"operation": "edited"},
        "service": {"id": "elsewhere", "monthly_users": 2_000_001},
        "transform": {"lost": 1},
    }
    yield abuse(
        "a large platform that strips provenance, from 2027",
        "hold",
        making(file("png"), lawful.CA, stripped, time="2027-01-02T00:00:00-08:00"),
        "us-ca.22757-3-1.platform-no-strip",
    )
