"""Intimate images without consent and sexual abuse of children, as a review states them of harmless files.

The pack for everywhere finds each of them too; here the law of the place has to.
"""

from collections.abc import Iterator
from typing import Final

from tests.law import compliant as lawful
from tests.law.abuses.common import Abuse, abuse, doing, making, sending
from tests.law.compliant import merged
from tests.law.files import file, photo
from tests.law.worker import Facts

_NCII: Final[Facts] = {"review": {"categories": ["ncii"]}}
_EVERYWHERE: Final = "illegal.intimate"
_FROM_2027: Final = "2027-01-05T10:00:00-07:00"
_TIME_STAMPED: Final = "eu.cop.m1-1.two-layers"


def intimate_images() -> Iterator[Abuse]:
    made: Facts = merged(
        lawful.STUDIO, lawful.WATERMARK, {"content": {"operation": "generated", "photoreal": False, "tokens": 0}}
    )
    for category in ("ncii", "csam"):
        found = {"review": {"categories": [category]}}
        yield abuse(
            f"{category} made in the Union",
            "block",
            making(file("png"), lawful.EU, made, found),
            "eu.ai-act.art5.intimate",
            _EVERYWHERE,
            _TIME_STAMPED,
        )
        yield abuse(
            f"{category} made in India",
            "block",
            making(file("png"), lawful.IN, made, found),
            "in.it-rules.3-3-a.unlawful",
            _EVERYWHERE,
        )
    yield abuse(
        "ncii made in the Union before its day",
        "block",
        making(file("png"), lawful.EU, made, _NCII, time="2026-12-01T10:00:00+01:00"),
        _EVERYWHERE,
        _TIME_STAMPED,
    )
    yield abuse(
        "ncii made in England", "block", making(file("png"), lawful.GB, made, _NCII), "gb.soa.66e.created", _EVERYWHERE
    )
    yield abuse(
        "ncii made in Utah, from 2027",
        "block",
        making(file("png"), lawful.UT, made, _NCII, time=_FROM_2027),
        "us-ut.72b.made",
        _EVERYWHERE,
    )
    for event_type in ("publish.requested", "repost.requested"):
        handed_on: Facts = {"event_type": event_type}
        for place, facts, time, rules in (
            ("England", lawful.GB, lawful.NOW, ("gb.soa.66b.shared",)),
            ("the United States", lawful.US, lawful.NOW, ("us.take-it-down.publication",)),
            ("California", lawful.CA, lawful.NOW, ("us.take-it-down.publication",)),
            ("Utah", lawful.UT, _FROM_2027, ("us.take-it-down.publication", "us-ut.72b.distributed")),
        ):
            yield abuse(
                f"ncii in {place}, {event_type}",
                "block",
                sending(photo, facts, handed_on, _NCII, time=time),
                *rules,
                _EVERYWHERE,
            )
    yield abuse(
        "a request to remove an intimate image, kept after three days",
        "allow",
        doing(lawful.US, {"event_type": "takedown.updated", "takedown": {"kind": "ncii", "elapsed_hours": 72.0}}),
        "us.take-it-down.48-hours",
    )
