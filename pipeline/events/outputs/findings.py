"""What rules found, and what follows from it."""

from collections.abc import Mapping
from typing import Final, Literal, get_args

import msgspec

from pipeline.events.outputs.references import PackReference

__all__ = [
    "SEVERITIES",
    "Action",
    "CountsAgainst",
    "DecisionOutcome",
    "Finding",
    "FindingEvidence",
    "FindingOutcome",
    "ObservedOutcome",
    "Severity",
]

Severity = Literal["low", "medium", "high", "critical"]

SEVERITIES: Final[tuple[Severity, ...]] = get_args(Severity)
"""From the least to the gravest."""

Action = Literal["record", "alert", "hold", "block"]

FindingOutcome = Literal["violation", "unknown"]

DecisionOutcome = Literal["allow", "hold", "block"]

FindingEvidence = Mapping[str, str | int | float | bool | tuple[str, ...] | None]


class CountsAgainst(msgspec.Struct, frozen=True, kw_only=True):
    """Which account answers for the violations of an event, and of which rules (Deep Synthesis Provisions Art. 10)."""

    account: str
    rules: tuple[str, ...]


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One rule applied to one event, and what came of it."""

    rule: str
    kind: str
    severity: Severity
    action: Action
    outcome: FindingOutcome
    code: str | None
    message: str
    citation: str | None
    evidence: FindingEvidence
    pack: PackReference | None = None
    remedy: str | None = None
    actor: str | None = None
    """Who acted in the event, by their role in the eyes of the law; None where nobody can be named."""


class ObservedOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What packs would have decided that are only observed."""

    packs: tuple[PackReference, ...]
    decision: DecisionOutcome
    findings: tuple[Finding, ...]
