"""What is shown: the answers of the read model, for pages and as JSON alike."""

import msgspec

from console.readmodel.standing import AlertState
from pipeline.events.outputs import (
    Alert,
    Case,
    Decision,
    Enforcement,
    EnforcementReversal,
    ManifestRecord,
    ReviewUpdate,
    RunningClock,
    Severity,
    TakenCaseAct,
)

__all__ = [
    "AccountPage",
    "ActOutcome",
    "AlertPage",
    "AlertedEvent",
    "CasePage",
    "CaseStep",
    "ClockPage",
    "ClockRow",
    "EventPage",
    "QueueFilter",
    "QueuePage",
    "QueueRow",
    "ShownCase",
    "ShownClaim",
    "StepRow",
    "Today",
]


class QueueFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which of the events that wait are listed; empty for all of them."""

    law: str = ""
    severity: str = ""
    media: str = ""


class ShownClaim(msgspec.Struct, frozen=True, kw_only=True):
    """Who works on an event, and until when that counts."""

    actor: str
    until: str


class QueueRow(msgspec.Struct, frozen=True, kw_only=True):
    """An event that waits for a person."""

    event_uid: str
    since: str
    seen: str
    severity: Severity | None
    kind: str
    rule: str
    law: str
    citation: str | None
    mime: str | None
    content_id: str | None
    claim: ShownClaim | None


class QueuePage(msgspec.Struct, frozen=True, kw_only=True):
    """Some of what waits, the oldest first.

    `waiting` is how many there are with this filter, or the most that are counted (`is_more`). `next` is where the next
    page begins. `laws` are those by which something is held.
    """

    rows: tuple[QueueRow, ...]
    waiting: int
    is_more: bool
    next: str | None
    laws: tuple[str, ...]
    filter: QueueFilter


class ActOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a person sent, and what became of it: `taken`, `refused` or `waiting` for the worker.

    It is about an event or about a case; the identity of the other is empty.
    """

    uid: str
    event_uid: str
    case_uid: str
    what: str
    actor: str
    role: str | None
    reason: str
    at: str
    state: str
    refused: str | None
    remedy: str | None


class EventPage(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known of one event. `standing` is the decision in force, `seen` its identity."""

    event_uid: str
    standing: str
    seen: str
    is_waiting: bool
    record: ManifestRecord | None
    decisions: tuple[Decision, ...]
    alerts: tuple[Alert, ...]
    updates: tuple[ReviewUpdate, ...]
    claim: ShownClaim | None
    acts: tuple[ActOutcome, ...]


class AlertedEvent(msgspec.Struct, frozen=True, kw_only=True):
    """The alerts of one event, the gravest first.

    `state` is how far somebody is with them, `version` how often somebody said so, `looked_at` what was said last.
    """

    event_uid: str
    at: str
    standing: str | None
    alerts: tuple[Alert, ...]
    state: AlertState
    version: int
    looked_at: TakenCaseAct | None


class AlertPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some of the events that alerts are about, the newest first."""

    events: tuple[AlertedEvent, ...]
    next: str | None
    kinds: tuple[str, ...]
    kind: str
    severity: str
    state: str


class ClockRow(msgspec.Struct, frozen=True, kw_only=True):
    """A clock, and the stages that it announced with their times."""

    clock: RunningClock
    said: tuple[tuple[str, str], ...]


class ClockPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some of the clocks in one state, the one that is due next first."""

    clocks: tuple[ClockRow, ...]
    next: str | None
    state: str


class CasePage(msgspec.Struct, frozen=True, kw_only=True):
    """Some of the cases, the one that changed last first."""

    cases: tuple[Case, ...]
    next: str | None
    kinds: tuple[str, ...]
    kind: str


class CaseStep(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a case: when it was written, and what a person did by it; None where a system said something."""

    version: int
    at: str | None
    act: TakenCaseAct | None


class ShownCase(msgspec.Struct, frozen=True, kw_only=True):
    """A case with its clocks, what led to it, and what people sent about it."""

    case: Case
    clocks: tuple[ClockRow, ...]
    steps: tuple[CaseStep, ...]
    acts: tuple[ActOutcome, ...]


class StepRow(msgspec.Struct, frozen=True, kw_only=True):
    """A step against an account, or its reversal; `is_reversed` where a later one took it back.

    `case` is the case of a step, where there is one, and `taken_at` when somebody said that it was taken.
    """

    step: Enforcement | EnforcementReversal
    is_reversal: bool
    is_reversed: bool
    case: str | None = None
    taken_at: str | None = None


class AccountPage(msgspec.Struct, frozen=True, kw_only=True):
    """What became due against an account, the newest first."""

    account: str
    steps: tuple[StepRow, ...]


class Today(msgspec.Struct, frozen=True, kw_only=True):
    """Today's work: how much there is of everything, up to the most that is counted.

    Times are of the newest and the oldest there is; None where there is none.
    """

    waiting: int
    oldest_since: str | None
    alerts: int
    newest_alert: str | None
    open_clocks: int
    next_due: str | None
    late_clocks: int
    cases: int
    most: int


"""`most` is the number up to which is counted."""
