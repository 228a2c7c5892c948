"""The use case of a clock whose time has come: what it announces, as its case has it now.

Timers know when; what is said, and whether anything is, stands in the case. A case that was answered a moment ago says
nothing, although its timer does not know yet.

Commit order:

1. the time of a stage has come
2. the newest version of its case is read
3. announcement and alert are published, both or neither
4. the timer goes on behind the stage
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NamedTuple

from pipeline.duties.timers import DueStage
from pipeline.events.identity import alert_id, announcement_id, event_uid
from pipeline.events.instants import written
from pipeline.events.outputs import Alert, Announcement, Case, CitedRule, EventReference, RunningClock, Subject
from pipeline.store import Layout, ObjectStore
from pipeline.usecases.casework import newest_case

__all__ = ["ANNOUNCEMENT", "Announcing", "Said"]

ANNOUNCEMENT: Final = "sealstream.clock-announcement.v1"
_MILLISECONDS: Final = 1000


class Said(NamedTuple):
    """What is published for a stage: the announcement, and the alert that it is worth, if any."""

    announcement: Announcement
    alert: Alert | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcing:
    """Says what clocks announce; safe to call from several threads.

    Args:
        store: where cases are kept.
        layout: which object goes where.
        now: the time of day, with time zone.
    """

    store: ObjectStore
    layout: Layout
    now: Callable[[], datetime]

    def __call__(self, due: DueStage, source: str) -> Said | None:
        """What is announced; None where the case says that there is nothing to announce.

        Args:
            due: the stage.
            source: CloudEvents `source` of this installation: an announcement is an event of its own.

        Raises:
            WorldError: the store does not answer; try again.
        """
        case = newest_case(self.store, self.layout, due.case_uid)  # 2
        if case is None:
            return None
        clock = next((clock for clock in case.clocks if clock.clock_id.startswith(due.mark)), None)
        if clock is None or not _is_at(clock, due):
            return None
        announcement = self._announcement(due, case, clock)
        return Said(announcement, _alert(announcement, clock, source))

    def _announcement(self, due: DueStage, case: Case, clock: RunningClock) -> Announcement:
        share = clock.shares[due.number] if due.stage == "warned" else None
        return Announcement(
            announcement_id=announcement_id(clock.clock_id, due.stage if share is None else f"{due.stage}-{share}"),
            clock_id=clock.clock_id,
            case_uid=case.case_uid,
            case_kind=case.kind,
            case_id=case.id,
            stage=due.stage,
            share=share,
            number=due.number,
            at=written(datetime.fromtimestamp(due.at / _MILLISECONDS, UTC)),
            due_at=clock.due_at,
            said_at=written(self.now()),
            law=clock.law,
            why=clock.why if due.stage == "undated" else None,
            record_uri=case.record_uri,
        )


def _is_at(clock: RunningClock, due: DueStage) -> bool:
    """Whether the clock, as its case has it now, is at this stage."""
    if due.stage == "undated":
        return clock.state == "undated"
    if due.stage == "warned":
        at = clock.warnings[due.number] if due.number < len(clock.warnings) else None
    else:
        at = clock.due_at if due.stage == "due" else clock.missed_at
    if clock.state != "open" or at is None:
        return False
    return datetime.fromisoformat(at).timestamp() * _MILLISECONDS <= due.at


def _alert(said: Announcement, clock: RunningClock, source: str) -> Alert | None:
    """A miss is worth an alert; so is time that is up before it is missed, and time of which nobody knows."""
    is_up_first = said.stage == "due" and clock.missed_at != clock.due_at
    if said.stage not in ("missed", "undated") and not is_up_first:
        return None
    uid, law = event_uid(source, said.announcement_id), said.law
    return Alert(
        alert_id=alert_id(uid, law.clock),
        event_uid=uid,
        event=EventReference(source=source, id=said.announcement_id, type=ANNOUNCEMENT, time=said.said_at),
        kind=law.kind,
        severity=law.severity,
        rule=CitedRule(id=law.clock, citation=law.citation),
        action="alert",
        outcome="unknown" if said.stage == "undated" else "violation",
        code=None,
        message=law.text if said.why is None else f"{law.text} Nobody knows until when: {said.why}.",
        evidence={
            "clock": said.clock_id,
            "stage": said.stage,
            "case": said.case_uid,
            f"{said.case_kind}.id": said.case_id,
            "starts_at": clock.starts_at,
            "due_at": clock.due_at,
            "length": law.length,
        },
        subject=Subject(content_id=None, mime=None, sha256=None),
        record_uri=said.record_uri,
        pack=law.pack,
        remedy=law.remedy,
        actor=None,
    )
