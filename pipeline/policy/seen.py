"""Observations: what was seen of an asset. Python measures them, and packs say what follows.

An observation accuses nobody and cites nothing. A rule that names it in `seen` says what it means where that rule is
law: whom it binds, what is to be done, and by which provision. The conditions of such a rule may ask for what was
observed by the names in `SEEN`.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from pipeline.events.outputs import FindingEvidence, FindingOutcome, Severity

__all__ = ["SEEN", "Observation", "seen_facts"]

SEEN: Final[Mapping[str, str]] = {
    "seen.severity": "How grave what was observed is: low, medium, high or critical.",
    "seen.declared": "What the event declares of the content's origin: ai, human or unknown.",
    "seen.weight": "How much a sign says: strong for a statement, weak for parameters that were left behind.",
    "seen.worst": "What was to be done about what was found of a parent: record, alert, hold or block.",
}
"""What the conditions of a rule with `seen` may ask for beside the facts of the event; all of them are texts."""


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was seen of an asset.

    Attributes:
        name: what, as rules name it in `seen`, such as `credential.content-tampered`.
        severity: how grave it is, whatever any law makes of it.
        outcome: `unknown` where it only may be so: a rule that it violates then asks for its `on_unknown`.
        code: the C2PA validation code that shows it best.
        evidence: what was seen, for those who look at the finding.
    """

    name: str
    severity: Severity
    outcome: FindingOutcome = "violation"
    code: str | None = None
    evidence: FindingEvidence = {}


def seen_facts(observation: Observation) -> dict[str, str]:
    """What conditions may ask of an observation, by the names in `SEEN`."""
    stated = {"severity": observation.severity, **observation.evidence}
    named = ((name, stated.get(name.removeprefix("seen."))) for name in SEEN)
    return {name: value for name, value in named if isinstance(value, str)}
