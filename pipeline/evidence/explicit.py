"""Explicit labels of events: put on the asset where the event asks for it, and checked where an event claims one.

What people see or hear (Deep Synthesis Provisions Art. 17, Labeling Measures Art. 4, GB 45438-2025 cl. 5). A label that
cannot be looked for, because another's cannot be told from the content, stays recorded as it was claimed.
"""

from collections.abc import Mapping
from typing import Final, get_args

from pipeline.labels.explicit.model import Checked, LabelClaim, LabelKind, Position
from pipeline.labels.explicit.port import Labeled
from pipeline.labels.explicit.wording import has_ai_token, has_gen_token
from pipeline.policy.seen import Observation
from pipeline.policy.vocabulary import Facts

__all__ = ["claim_of", "label_facts", "labeled_observations", "wording_facts"]

_KINDS: Final[Mapping[str, LabelKind]] = {kind: kind for kind in get_args(LabelKind)}
_POSITIONS: Final[Mapping[str, Position]] = {position: position for position in get_args(Position)}


def claim_of(data: Mapping[str, object]) -> LabelClaim | None:
    """What an event says of an explicit label that the asset has; None where it says of none."""
    claimed = data.get("explicit")
    if not isinstance(claimed, dict) or claimed.get("present") is not True:
        return None
    text = claimed.get("text")
    return LabelClaim(
        kind=_KINDS.get(str(claimed.get("kind"))),
        text=text if isinstance(text, str) else None,
        position=_POSITIONS.get(str(claimed.get("position"))),
    )


def wording_facts(data: Mapping[str, object]) -> Facts:
    """What the words say that an event gives of a label: whether they have both elements (GB 45438-2025, cl. 5 and 6).

    They are read here, whatever the event says of them, and whatever form the label has.
    """
    claimed = data.get("explicit")
    text = claimed.get("text") if isinstance(claimed, dict) else None
    if not isinstance(text, str) or not text:
        return {}
    return {"explicit.has_ai_token": has_ai_token(text), "explicit.has_gen_token": has_gen_token(text)}


def label_facts(checked: Checked | None, labeled: Labeled | None = None) -> Facts:
    """The facts that looking for an explicit label measures.

    Args:
        checked: what was found in the final bytes; None where nothing was looked for.
        labeled: what we wrote there, which stands where it cannot be looked for.
    """
    if checked is not None and checked.present is not None:
        return checked.facts()
    return {} if labeled is None or labeled.written is None else labeled.written.facts()


def labeled_observations(labeled: Labeled) -> tuple[Observation, ...]:
    """What is seen where the explicit label that an event asks for could not be put on its asset."""
    if labeled.refused is None:
        return ()
    return (Observation(name="label.explicit-refused", severity="medium", evidence={"reason": labeled.refused}),)
