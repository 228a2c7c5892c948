"""Explicit labels of events: put on the asset where the event asks for it, and checked where an event claims one.

What people see or hear (Deep Synthesis Provisions Art. 17, Labeling Measures Art. 4, GB 45438-2025 cl. 5). A label that
cannot be looked for, because another's cannot be told from the content, stays recorded as it was claimed.
"""

from collections.abc import Mapping
from typing import Final, get_args

from pipeline.events.inputs import GenerationEvent
from pipeline.events.outputs import Finding
from pipeline.explicit.model import Checked, Claim, Kind, MarkOrder, Position
from pipeline.explicit.port import Labeled
from pipeline.explicit.wording import Language
from pipeline.judgement import Evidence, Policy
from pipeline.policy.vocabulary import Facts

__all__ = ["claim_of", "label_facts", "labeled_findings", "order_of", "required_order"]

_LANGUAGES: Final[Mapping[str, Language]] = {"CN": "zh", "KR": "ko", "ES": "es"}
"""The language of a label by jurisdiction; English for others."""

_KINDS: Final[Mapping[str, Kind]] = {kind: kind for kind in get_args(Kind)}
_POSITIONS: Final[Mapping[str, Position]] = {position: position for position in get_args(Position)}


def order_of(event: GenerationEvent) -> MarkOrder | None:
    """The explicit label that an event asks for; None where it asks for none."""
    order = event.explicit_order
    if order is None:
        return None
    return MarkOrder(language=order.language, corner=order.corner, place=order.place, seconds=order.seconds)


def required_order(event: GenerationEvent, policy: Policy, derived: Facts) -> MarkOrder | None:
    """The explicit label that a law asks for, in the language of its jurisdiction; None where none does.

    Whoever asked for a copy without label gets one (Labeling Measures Art. 9): the rules know.

    Args:
        event: the event; a label that it claims is taken for granted here, and looked for later.
        policy: judges what is broken without a label.
        derived: facts that follow from the asset.
    """
    if claim_of(event.facts) is not None:
        return None
    evidence = Evidence(
        event=event.reference,
        event_type=event.event_type,
        data=event.facts,
        derived=derived,
        measured={"explicit.present": False},
    )
    if not policy.calls_for_label(evidence):
        return None
    named = event.facts.get("jurisdictions")
    jurisdictions = tuple(named) if isinstance(named, list) else policy.jurisdictions
    return MarkOrder(language=next((_LANGUAGES[one] for one in jurisdictions if one in _LANGUAGES), "en"))


def claim_of(data: Mapping[str, object]) -> Claim | None:
    """What an event says of an explicit label that the asset has; None where it says of none."""
    claimed = data.get("explicit")
    if not isinstance(claimed, dict) or claimed.get("present") is not True:
        return None
    text = claimed.get("text")
    return Claim(
        kind=_KINDS.get(str(claimed.get("kind"))),
        text=text if isinstance(text, str) else None,
        position=_POSITIONS.get(str(claimed.get("position"))),
    )


def label_facts(checked: Checked | None, labeled: Labeled | None = None) -> Facts:
    """The facts that looking for an explicit label measures.

    Args:
        checked: what was found in the final bytes; None where nothing was looked for.
        labeled: what we wrote there, which stands where it cannot be looked for.
    """
    if checked is not None and checked.present is not None:
        return checked.facts()
    return {} if labeled is None or labeled.written is None else labeled.written.facts()


def labeled_findings(labeled: Labeled) -> tuple[Finding, ...]:
    """What is to be said where the explicit label that an event asks for could not be put on its asset."""
    if labeled.refused is None:
        return ()
    return (
        Finding(
            rule="label.explicit-refused",
            kind="explicit-refused",
            severity="medium",
            action="alert",
            outcome="violation",
            code=None,
            message="The explicit label that the event asks for could not be put on the file; it is sealed without.",
            citation="Labeling Measures (2025) Art. 4; GB 45438-2025 cl. 5",
            evidence={"reason": labeled.refused},
            remedy="Send the content in a format that takes the label, or put it there before.",
        ),
    )
