"""What the record of a sealed asset keeps of its event's facts, and what they are worth when the same bytes come again.

The bytes are the same, so what was measured in them, what they were made from and by, and which review they went
through is still so. Kept is nothing about persons, nothing that can be withdrawn (a consent, an order), and nothing
that only followed from other facts or was assumed.
"""

from functools import cache
from typing import Final

from pipeline.policy.vocabulary import PERSONAL, Facts, FactValue, vocabulary

__all__ = ["kept_facts", "remembered"]

_KEPT: Final = frozenset(
    {
        "content.artistic",
        "content.biometric",
        "content.confusion_risk",
        "content.deepfake",
        "content.ds_category",
        "content.art17_scenario",
        "content.is_news",
        "content.media",
        "content.operation",
        "content.photoreal",
        "content.public_interest_text",
        "content.standard_edit",
        "content.synthetic",
        "content.tokens",
    }
)
_KEPT_GROUPS: Final = ("explicit.", "review.", "service.", "watermark.")
_WITHDRAWN: Final = frozenset({"service.suspended_by_order", "explicit.waived_on_request"})
"""An order is lifted or given, and a waiver is about one copy that one user asked for: both are asked anew."""

_LATER_WORD: Final = frozenset(
    {
        "content.artistic",
        "content.confusion_risk",
        "content.deepfake",
        "content.is_news",
        "content.photoreal",
        "content.public_interest_text",
        "content.standard_edit",
        "review.verdict",
    }
)
"""Judgements of people: whoever publishes may judge otherwise, and answers for it."""

_WATERMARK: Final = "watermark."
_LATER_WORD_GROUPS: Final = ("service.", _WATERMARK)


def kept_facts(settled: Facts, claimed: frozenset[str]) -> dict[str, FactValue]:
    """What a record keeps of the facts that an event was judged on, in the order of their names.

    Args:
        settled: those that somebody measured, registered or stated.
        claimed: those of them that bytes would show, and that only the event states. Ours is what we know of the bytes,
            so none of them is kept but what is said of watermarks, which nobody here can look for.
    """
    return {
        name: settled[name]
        for name in sorted(_keepable().intersection(settled))
        if name not in claimed or name.startswith(_WATERMARK)
    }


@cache
def _keepable() -> frozenset[str]:
    """The names of all facts that a record may keep."""
    return frozenset(
        name
        for name in vocabulary()
        if (name in _KEPT or name.startswith(_KEPT_GROUPS)) and name not in PERSONAL and name not in _WITHDRAWN
    )


def remembered(recorded: Facts, stated: Facts) -> dict[str, FactValue]:
    """What a record says of bytes, where it counts before what their event says.

    The event has the later word on judgements, on watermarks and on its service.
    """
    return {
        name: value
        for name, value in recorded.items()
        if name not in stated or not (name in _LATER_WORD or name.startswith(_LATER_WORD_GROUPS))
    }
