"""European Union: AI Act Art. 50. California: Business and Professions Code § 22757 ff."""

from collections.abc import Iterator
from itertools import product

from tests.law.compliant.common import (
    CA,
    EU,
    STUDIO,
    WATERMARK,
    Case,
    generated,
    happened,
    published,
    sealed,
)
from tests.law.files import FORMATS, file


def union() -> Iterator[Case]:
    for kind in FORMATS:
        yield Case(
            name=f"{kind} generated, sealed and watermarked, with a detector",
            law="EU",
            article="50(2)",
            run=lambda kind=kind: generated(
                file(kind), EU, STUDIO, WATERMARK, {"content": {"operation": "generated", "tokens": 300}}
            ),
        )
    for kind, event_type in product(("png", "mp4", "wav"), ("publish.requested", "repost.requested")):
        yield Case(
            name=f"deepfake in {kind}, labelled, {event_type}",
            law="EU",
            article="50(4), first subparagraph",
            run=lambda kind=kind, event_type=event_type: published(
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
            run=lambda kind=kind, facts=facts: published(
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
        run=lambda: published(
            sealed("EU", "md"), EU, WATERMARK, {"content": {"public_interest_text": True, "tokens": 150}}
        ),
    )
    yield Case(
        name="marks kept in an edit",
        law="EU",
        article="Code M1.2",
        run=lambda: generated(
            file("png"),
            EU,
            WATERMARK,
            {"event_type": "transform.completed", "content": {"operation": "edited"}, "transform": {"lost": 0}},
        ),
    )
    yield happened("EU", "told", "50(1)", "interaction.started", {"service": {"ai_notice_shown": True}})
    yield happened(
        "EU", "obvious", "50(1)", "interaction.started", {"service": {"ai_notice_shown": False, "ai_obvious": True}}
    )
    yield happened("EU", "answered in time", "DSA 20(4)", "complaint.updated", {"complaint": {"overdue": False}})
    yield happened("EU", "with a free detector", "Code Commitment 2", "service.changed", {"service": {"id": "studio"}})


def california() -> Iterator[Case]:
    made = {"content": {"operation": "generated"}}
    for kind in FORMATS:
        yield Case(
            name=f"{kind} of a large system, with the hidden disclosure",
            law="US-CA",
            article="22757.3(b)",
            run=lambda kind=kind: generated(file(kind), CA, STUDIO, made),
        )
        yield Case(
            name=f"{kind} that was sealed here, published",
            law="US-CA",
            article="22757.3(b)",
            run=lambda kind=kind: published(sealed("US-CA", kind), CA),
        )
    yield Case(
        name="picture of a system with exactly a million users",
        law="US-CA",
        article="22757.1",
        run=lambda: generated(file("png"), CA, made, {"service": {"id": "small"}}),
    )
    yield happened("US-CA", "free detector, manifest on offer", "22757.2, 22757.3(a)", "service.changed", STUDIO)
    broke = {"licensee_broke_latent": True}
    yield happened("US-CA", "revoked", "22757.3(c)", "licence.updated", {"licence": {**broke, "revoked": True}})
    yield happened(
        "US-CA",
        "known for three days",
        "22757.3(c)",
        "licence.updated",
        {"licence": {**broke, "revoked": False, "hours_since_known": 72.0}},
    )
