"""Whatever the law of the place: good practice, and what a review found illegal."""

from collections.abc import Iterator

from tests.law import compliant as lawful
from tests.law.abuses.common import (
    MARKED,
    Abuse,
    abuse,
    doing,
    making,
    sending,
)
from tests.law.files import file, photo
from tests.law.worker import Facts


def illegal() -> Iterator[Abuse]:
    """Stopped on every event and everywhere, whatever the law of the place says of AI."""
    illegal: Facts = {"review": {"verdict": "illegal"}}
    yield abuse("generated in China, found illegal", "block", making(file("png"), MARKED, illegal), "illegal.content")
    for law in (lawful.EU, lawful.CA, lawful.IN, lawful.KR):
        yield abuse(
            f"a photo found illegal, published in {law['jurisdictions']}",
            "block",
            sending(photo, law, illegal),
            "illegal.content",
        )
    for category in ("ncii", "csam"):
        yield abuse(
            f"a photo in which a review saw {category}",
            "block",
            sending(photo, lawful.KR, {"review": {"categories": [category]}}),
            "illegal.intimate",
        )
    yield abuse(
        "found illegal when it may be out already",
        "allow",
        doing(lawful.KR, {"event_type": "review.completed"}, illegal),
        "illegal.known-later",
    )


def anywhere() -> Iterator[Abuse]:
    """Good practice, where no law says the same."""
    made = {"content": {"operation": "generated", "photoreal": False}}
    yield abuse(
        "content of a user whom nobody knows",
        "allow",
        making(file("png"), lawful.KR, made, {"user": {"identity": {"status": "unverified"}}}),
        "high-risk.unverified-user",
    )
    yield abuse(
        "a face without consent",
        "block",
        making(file("png"), lawful.KR, made, {"content": {"biometric": ["face"]}, "consent": {"status": "missing"}}),
        "high-risk.no-consent",
    )
    yield abuse(
        "news from an unlisted source",
        "hold",
        sending(photo, lawful.KR, {"content": {"is_news": True, "news_source_listed": False}}),
        "high-risk.unlisted-news-source",
    )
    yield abuse(
        "an event from nowhere",
        "allow",
        making(file("png"), {"jurisdictions": []}, made),
        "high-risk.jurisdiction-unknown",
    )
    yield abuse(
        "a place that is none", "allow", sending(photo, {"jurisdictions": ["KR", "XX"]}), "places.unknown-place"
    )
    yield abuse("a place without law", "allow", sending(photo, {"jurisdictions": ["KR", "AQ"]}), "places.without-law")
