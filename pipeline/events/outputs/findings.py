"""What rules found, and what follows from it."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from pipeline.events.outputs.references import PackReference

__all__ = [
    "Action",
    "CountsAgainst",
    "DecisionOutcome",
    "Evidence",
    "Finding",
    "ObservedOutcome",
    "Outcome",
    "Severity",
]

Severity = Literal["low", "medium", "high", "critical"]

Action = Literal["record", "alert", "hold", "block"]

Outcome = Literal["violation", "unknown"]

DecisionOutcome = Literal["allow", "hold", "block"]

Evidence = Mapping[str, str | int | float | bool | tuple[str, ...] | None]


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
    outcome: Outcome
    code: str | None
    message: str
    citation: str | None
    evidence: Evidence
    pack: PackReference | None = None
    remedy: str | None = None
    actor: str | None = None
    """Who acted in the event, by their role in the eyes of the law; None where nobody can be named."""


class ObservedOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What packs would have decided that are only observed."""

    packs: tuple[PackReference, ...]
    decision: DecisionOutcome
    findings: tuple[Finding, ...]
