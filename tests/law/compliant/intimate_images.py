"""Intimate images without consent and sexual abuse of children: whose review found neither keeps all of these laws.

The files are harmless: what a review found in them is stated.
"""

from collections.abc import Iterator
from typing import Final

from tests.law.compliant.common import (
    EU,
    GB,
    STUDIO,
    US,
    UT,
    WATERMARK,
    Case,
    generated,
    happened,
    published,
)
from tests.law.files import file, photo
from tests.law.worker import Facts

_FROM_2027: Final = "2027-01-05T10:00:00-07:00"
_NOTHING: Final[Facts] = {"review": {"categories": []}}
_SOMETHING_ELSE: Final[Facts] = {"review": {"categories": ["other"]}}


def reviewed() -> Iterator[Case]:
    made: Facts = {"content": {"operation": "generated", "tokens": 0}}
    for law, place, article in (
        ("EU", EU, "5(1), as amended"),
        ("GB", GB, "66E"),
        ("US-UT", UT, "13-72b-201"),
    ):
        for found in (_NOTHING, _SOMETHING_ELSE):
            yield Case(
                name=f"a picture generated, of which a review says {found}",
                law=law,
                article=article,
                run=lambda place=place, found=found: generated(
                    file("png"), place, STUDIO, WATERMARK, made, found, time=_FROM_2027
                ),
            )
    for law, place, article in (("GB", GB, "66B"), ("US", US, "2"), ("US-UT", UT, "13-72b-301")):
        for event_type in ("publish.requested", "repost.requested"):
            for found in ({}, _NOTHING, _SOMETHING_ELSE):
                yield Case(
                    name=f"a photo by a person, {event_type}, of which a review says {found or 'nothing'}",
                    law=law,
                    article=article,
                    run=lambda place=place, event_type=event_type, found=found: published(
                        photo(), place, {"event_type": event_type}, found, time=_FROM_2027
                    ),
                )
    for kind, hours in (("ncii", 47.5), ("order", 100.0), ("other", 100.0)):
        yield happened(
            "US",
            f"{kind} after {hours} hours",
            "3",
            "takedown.updated",
            {"takedown": {"kind": kind, "elapsed_hours": hours}},
        )
