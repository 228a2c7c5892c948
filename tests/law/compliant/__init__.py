"""Lawful events, written from the articles: what a truthful service sends that keeps a law, case by case.

Nothing here knows a pack. Each case names the article that says why its event is lawful; facts are only those that the
producer can truthfully know, and what the product measures is left to the product.
"""

from typing import Final

from tests.law.compliant.china import china_generates, china_happens, china_publishes
from tests.law.compliant.common import (
    AROUND,
    CA,
    CN,
    COMPANION,
    CONSENT,
    CONSENTS,
    DECLARED,
    DRAWN,
    EU,
    GB,
    IN,
    KR,
    KZ,
    NOW,
    NY,
    ORDERED,
    REGISTRY,
    REVIEWED,
    STUDIO,
    US,
    USER,
    UT,
    VN,
    WAIVED,
    WATERMARK,
    Case,
    labelled,
    merged,
    people,
    scene,
    sealed,
    sealed_unlabelled,
    sealed_without_label,
    unmarked,
    worker,
)
from tests.law.compliant.intimate_images import reviewed
from tests.law.compliant.other_places import further, india, korea
from tests.law.compliant.union_and_california import california, union

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
    "GB",
    "IN",
    "KR",
    "KZ",
    "NOW",
    "NY",
    "ORDERED",
    "REGISTRY",
    "REVIEWED",
    "STUDIO",
    "US",
    "USER",
    "UT",
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

CASES: Final[tuple[Case, ...]] = (
    *further(),
    *china_generates(),
    *china_publishes(),
    *china_happens(),
    *people("CN", USER),
    *union(),
    *people("EU"),
    *california(),
    *people("US-CA"),
    *india(),
    *people("IN"),
    *korea(),
    *people("KR"),
    *reviewed(),
    *(case for law in ("VN", "KZ", "US-NY") for case in people(law)),
)
"""Every lawful event; the counts are printed by the tests."""
