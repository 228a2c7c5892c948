"""Cases, the clocks that run on them, and what clocks announce."""

from collections.abc import Mapping
from typing import Literal, TypeAlias

import msgspec

from pipeline.events.outputs.findings import Severity
from pipeline.events.outputs.references import EventReference, PackReference

__all__ = [
    "Announcement",
    "Case",
    "CaseDocument",
    "CaseFact",
    "CaseOutcome",
    "CaseState",
    "CaseSubject",
    "ClockLaw",
    "ClockStage",
    "ClockState",
    "LabelFault",
    "RunningClock",
    "TakenCaseAct",
]

ClockState = Literal["open", "stopped", "undated", "met", "met-late", "withdrawn"]
"""How a clock stands: it runs, stands still, runs and nobody knows until when, was met in time or late, or no longer
counts for its case."""

ClockStage = Literal["warned", "due", "missed", "undated"]
"""What a clock announces: that a share of the time is over, that the time is up, that it was missed, or that it runs
and nobody knows until when."""

CaseFact: TypeAlias = bool | int | float | str | tuple[str, ...]

CaseState = Literal[
    "received",
    "acknowledged",
    "asked-back",
    "replied",
    "answered",
    "closed",
    "opened",
    "disposed",
    "reported",
    "refuted",
    "done",
    "contested",
    "requested",
    "decided",
    "known",
    "revoked",
    "ended",
    "announced",
    "taken",
    "reversed",
]
"""How far a case is: what was done last that belongs to a case of its kind."""

CaseOutcome = Literal["upheld", "overturned"]
"""What became of what a case is about: it stands, or it is changed."""

LabelFault = Literal["missing", "wrong", "unwanted", "unreadable"]
"""What is wrong with a label, in the eyes of who complains."""


class ClockLaw(msgspec.Struct, frozen=True, kw_only=True):
    """The law that gives a clock its time, and what it says of a miss."""

    clock: str
    article: str
    pack: PackReference
    jurisdiction: str
    basis: Literal["read", "secondary", "memory"]
    citation: str
    length: str
    kind: str
    severity: Severity
    text: str
    remedy: str
    document: str


class RunningClock(msgspec.Struct, frozen=True, kw_only=True):
    """One clock of a case: when its time began, when it is up, and how it stands.

    `warnings` are the instants at which a warning falls due, `known_since` is when the operator's systems first said
    it: nothing is announced that lay before. All instants are RFC 3339 in UTC.
    """

    clock_id: str
    case_uid: str
    case_kind: str
    case_id: str | None
    case_version: int
    state: ClockState
    starts_at: str
    due_at: str | None
    missed_at: str | None
    warnings: tuple[str, ...]
    shares: tuple[int, ...]
    met_at: str | None
    known_since: str
    why: str | None
    law: ClockLaw


class CaseSubject(msgspec.Struct, frozen=True, kw_only=True):
    """What a case is about, as far as it is known."""

    event_uid: str | None = None
    content_id: str | None = None
    sha256: str | None = None
    account: str | None = None
    label: LabelFault | None = None


class CaseDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A document of a case: its digest, where it is kept, what it is, to whom it went, and with which act it came."""

    sha256: str
    uri: str
    mime: str | None
    act: str
    at: str
    addressee: str | None = None


class TakenCaseAct(msgspec.Struct, frozen=True, kw_only=True):
    """What a person did about a case; of the public nothing but what, and when."""

    act: str
    actor: str | None
    role: str | None
    seen: int | None
    seen_decision: str | None
    reason: str | None
    operators: str | None
    at: str


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A case as it stands after an event: something that somebody has to do something about, in time.

    `facts` are the newest of its kind, `dates` every value that an instant of it ever had, in the order in which they
    came. `version` counts the events that said something of it, from 1; `events` are the newest of them. `party` is
    whose case it is, and in the store alone. `act` is what a person did that led to this version.
    """

    case_uid: str
    kind: str
    id: str | None
    version: int
    jurisdictions: tuple[str, ...]
    facts: Mapping[str, CaseFact]
    dates: Mapping[str, tuple[str, ...]]
    clocks: tuple[RunningClock, ...]
    opened_at: str
    changed_at: str
    event_uid: str
    event: EventReference
    events: tuple[str, ...]
    record_uri: str
    event_digest: str | None = None
    state: CaseState | None = None
    outcome: CaseOutcome | None = None
    about: CaseSubject | None = None
    party: str | None = None
    channel: str | None = None
    documents: tuple[CaseDocument, ...] = ()
    act: TakenCaseAct | None = None


class Announcement(msgspec.Struct, frozen=True, kw_only=True):
    """What a clock says by itself, once: at which of its stages it is, since when.

    Of a warning, `share` is the part of the time that is over in percent, and `number` its place among those of the
    clock, from 0. `why` is why nobody knows until when an undated clock runs.
    """

    announcement_id: str
    clock_id: str
    case_uid: str
    case_kind: str
    case_id: str | None
    stage: ClockStage
    share: int | None
    number: int
    at: str
    due_at: str | None
    said_at: str
    why: str | None
    law: ClockLaw
    record_uri: str
