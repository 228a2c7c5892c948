"""Alerts, and steps against accounts."""

from typing import Literal

import msgspec

from pipeline.events.outputs.findings import Action, FindingEvidence, FindingOutcome, Severity
from pipeline.events.outputs.references import EventReference, PackReference

__all__ = ["Alert", "CitedRule", "EnforcedRule", "Enforcement", "EnforcementReversal", "Step", "Subject"]

Step = Literal["warn", "restrict", "suspend", "close"]


class CitedRule(msgspec.Struct, frozen=True, kw_only=True):
    """Which rule, and the source it rests on."""

    id: str
    citation: str | None


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """What an alert is about."""

    content_id: str | None
    mime: str | None
    sha256: str | None


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """One finding worth waking someone for."""

    alert_id: str
    event_uid: str
    event: EventReference
    kind: str
    severity: Severity
    rule: CitedRule
    action: Action
    outcome: FindingOutcome
    code: str | None
    message: str
    evidence: FindingEvidence
    subject: Subject
    record_uri: str | None
    pack: PackReference | None = None
    remedy: str | None = None
    actor: str | None = None


class EnforcedRule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that an account violated, and the source it rests on."""

    id: str
    citation: str | None


class Enforcement(msgspec.Struct, frozen=True, kw_only=True):
    """A step against an account whose violations repeat (Deep Synthesis Provisions Art. 10).

    `violations` are those within `window_days` of the event, this one included.
    """

    enforcement_id: str
    account: str
    step: Step
    violations: int
    window_days: int
    event_uid: str
    event: EventReference
    rules: tuple[EnforcedRule, ...]
    record_uri: str
    entry_uri: str
    entered_at: str


class EnforcementReversal(msgspec.Struct, frozen=True, kw_only=True):
    """A step against an account is taken back, because the decision behind it was reversed.

    `step` is the one taken back, `due` the one that so many `violations` as are left within `window_days` still lead
    to; None for none.
    """

    enforcement_id: str
    reverses: str
    account: str
    step: Step
    due: Step | None
    violations: int
    window_days: int
    event_uid: str
    event: EventReference
    rules: tuple[EnforcedRule, ...]
    record_uri: str
    entry_uri: str
    entered_at: str
