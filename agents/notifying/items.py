"""What of a message is told to people elsewhere: where it stands in law, how grave it is, and where to look it up.

Never content, nor anything that a producer, a user or a person wrote: no ids of content, no messages, no evidence, no
reasons, no accounts. Events are named by their identity, which is a digest.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final, Literal, get_args

import msgspec

from agents.delivery import InputRecord
from agents.topics import Topics
from pipeline.events.outgoing import dead_letter_in
from pipeline.events.outputs import Alert, Announcement, DeadLetter, Enforcement, EnforcementReversal, Severity
from pipeline.usecases.announcing import ANNOUNCEMENT

__all__ = ["SOURCES", "NotifiedItem", "Source", "notified_item", "sources_of"]

Source = Literal["alerts", "clocks", "enforcement", "dead-letters"]
"""What notifications are about, by topic."""

SOURCES: Final[tuple[Source, ...]] = get_args(Source)

_STAGES: Final[Mapping[str, Severity]] = {"warned": "low", "due": "medium", "undated": "medium"}
_STEPS: Final[Mapping[str, Severity]] = {"warn": "low", "restrict": "medium", "suspend": "high", "close": "high"}


class NotifiedItem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that is told.

    Attributes:
        id: its identity, the same however often it is told: of an alert, of an announcement, of a step.
        about: where it comes from.
        kind: what it is, in the words of packs: a kind of finding, `<kind>-<stage>` of a clock, `step-<step>`, or the
            name of the error of a dead letter.
        event_uid: the event that it is about; of a clock, its case.
        at: when it was published.
        rule: by which rule.
        citation: the source that the rule rests on.
        jurisdiction: where that is law.
        due_at: until when a clock runs.
    """

    id: str
    about: Source
    kind: str
    severity: Severity
    event_uid: str | None
    at: str
    rule: str | None = None
    citation: str | None = None
    jurisdiction: str | None = None
    due_at: str | None = None


_Told = Callable[[InputRecord, Mapping[str, str]], NotifiedItem | None]


def sources_of(topics: Topics) -> Mapping[str, Source]:
    """Of each topic that is read, what it is here."""
    return {
        topics.alerts: "alerts",
        topics.clocks: "clocks",
        topics.enforcement: "enforcement",
        topics.dead_letters: "dead-letters",
    }


def notified_item(record: InputRecord, source: Source, places: Mapping[str, str]) -> NotifiedItem | None:
    """What is told of a record; None where that is nothing.

    Args:
        record: as it was read.
        source: from where.
        places: of each pack by its name, where it is law.

    Raises:
        ValueError: it cannot be read.
    """
    return _TOLD[source](record, places)


def _alert(record: InputRecord, places: Mapping[str, str]) -> NotifiedItem | None:
    if record.value is None:
        return None
    alert = msgspec.json.decode(record.value, type=Alert)
    if alert.event.type == ANNOUNCEMENT:  # its clock says it, and says more
        return None
    return NotifiedItem(
        id=alert.alert_id,
        about="alerts",
        kind=alert.kind,
        severity=alert.severity,
        event_uid=alert.event_uid,
        at=_at(record),
        rule=alert.rule.id,
        citation=alert.rule.citation,
        jurisdiction=None if alert.pack is None else places.get(alert.pack.name),
    )


def _clock(record: InputRecord, _: Mapping[str, str]) -> NotifiedItem | None:
    announced = ("ce_type", ANNOUNCEMENT.encode()) in record.headers
    if record.value is None or not announced:
        return None
    said = msgspec.json.decode(record.value, type=Announcement)
    return NotifiedItem(
        id=said.announcement_id,
        about="clocks",
        kind=f"{said.law.kind}-{said.stage}",
        severity=_STAGES.get(said.stage, said.law.severity),
        event_uid=said.case_uid,
        at=_at(record),
        rule=said.law.clock,
        citation=said.law.citation,
        jurisdiction=said.law.jurisdiction,
        due_at=said.due_at,
    )


def _step(record: InputRecord, _: Mapping[str, str]) -> NotifiedItem | None:
    if record.value is None:
        return None
    is_reversal = ("ce_type", b"sealstream.enforcement-reversal.v1") in record.headers
    kinds: type[Enforcement | EnforcementReversal] = EnforcementReversal if is_reversal else Enforcement
    step: Enforcement | EnforcementReversal = msgspec.json.decode(record.value, type=kinds)
    return NotifiedItem(
        id=step.enforcement_id,
        about="enforcement",
        kind=f"step-{step.step}-taken-back" if is_reversal else f"step-{step.step}",
        severity=_STEPS[step.step],
        event_uid=step.event_uid,
        at=_at(record),
        rule=step.rules[0].id if step.rules else None,
        citation=step.rules[0].citation if step.rules else None,
    )


def _letter(record: InputRecord, _: Mapping[str, str]) -> NotifiedItem | None:
    explanation = dead_letter_in(record.headers)
    if explanation is None:
        return None
    letter = msgspec.json.decode(explanation, type=DeadLetter)
    return NotifiedItem(
        id=letter.dead_letter_id,
        about="dead-letters",
        kind=letter.error,
        severity="medium",
        event_uid=letter.event_uid,
        at=_at(record),
    )


_TOLD: Final[Mapping[Source, _Told]] = {
    "alerts": _alert,
    "clocks": _clock,
    "enforcement": _step,
    "dead-letters": _letter,
}


def _at(record: InputRecord) -> str:
    return datetime.fromtimestamp(record.timestamp or 0, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
