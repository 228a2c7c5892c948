"""What reports are made from: events with all that was decided about them, and cases, as they stood at an instant."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from pipeline.events.instants import instant
from pipeline.events.outputs import Case, Decision, Finding, ManifestRecord, Step
from pipeline.reports.period import ReportPeriod

__all__ = ["AccountStep", "EventHistory", "ReportMaterial", "StoredCase", "decided_at", "of_period"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountStep:
    """The step against an account that an event led to, as its ledger has it; the account itself is in no report.

    `violations` are those within `window_days` of the event, this one included, by `rules` of this one. `record_uri`
    names the decision by which it was counted. `step` is None where none was due.
    """

    enforcement_id: str
    step: Step | None
    violations: int
    window_days: int
    rules: tuple[str, ...]
    record_uri: str
    entered_at: datetime
    taken_back_at: datetime | None = None

    def until(self, end: datetime) -> "AccountStep | None":
        """The step as it stood at an instant; None where it was not there yet."""
        if self.entered_at >= end:
            return None
        is_later = self.taken_back_at is not None and self.taken_back_at >= end
        return replace(self, taken_back_at=None) if is_later else self


@dataclass(frozen=True, slots=True, kw_only=True)
class EventHistory:
    """An event: its record, what persons decided about it, the first decision first, and its retraction.

    `digest` is the SHA-256 of the record as it is stored, `steps` are what it led to against an account, each time that
    it was counted, the first one first.
    """

    record: ManifestRecord | Decision
    digest: str
    taken: tuple[Decision, ...] = ()
    retraction: Decision | None = None
    steps: tuple[AccountStep, ...] = ()

    @property
    def step(self) -> AccountStep | None:
        """What it led to against an account when it was counted last; None for nothing, or where it was taken back."""
        last = self.steps[-1] if self.steps else None
        return None if last is None or last.step is None or last.taken_back_at is not None else last

    @property
    def judged_at(self) -> datetime:
        """When rules decided about it."""
        return decided_at(self.record)

    @property
    def newest_at(self) -> datetime:
        """When something was decided about it last."""
        return max(map(decided_at, self.all))

    @property
    def all(self) -> tuple[ManifestRecord | Decision, ...]:
        """Everything that was decided about it, in the order of its kinds: by rules, by persons, by a later verdict."""
        return (self.record, *self.taken, *(() if self.retraction is None else (self.retraction,)))

    @property
    def in_force(self) -> str:
        """What counts: allow, hold, block or retracted."""
        return self.all[-1].decision

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What rules found; a review of a person carries no more than what it was about."""
        found = {
            finding.rule: finding
            for decided in (self.retraction, self.record)
            if decided
            for finding in decided.findings
        }
        return tuple(found.values())

    def until(self, end: datetime) -> "EventHistory | None":
        """The event as it stood at an instant; None where it was not there yet."""
        if self.judged_at >= end:
            return None
        kept = self.retraction is not None and decided_at(self.retraction) < end
        return EventHistory(
            record=self.record,
            digest=self.digest,
            taken=tuple(decision for decision in self.taken if decided_at(decision) < end),
            retraction=self.retraction if kept else None,
            steps=tuple(step for account_step in self.steps if (step := account_step.until(end)) is not None),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCase:
    """A case as it stood, and the SHA-256 of that version of it as it is stored."""

    case: Case
    digest: str

    @property
    def opened_at(self) -> datetime:
        """When it became known."""
        return _instant(self.case.opened_at)

    @property
    def changed_at(self) -> datetime:
        """When this version was written."""
        return _instant(self.case.changed_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportMaterial:
    """Everything that a report may speak of, in the order in which it happened."""

    events: tuple[EventHistory, ...]
    cases: tuple[StoredCase, ...]

    @property
    def digest(self) -> str:
        """SHA-256 over the digests of all records and cases in hex, sorted, each with a line feed."""
        lines = sorted((*(event.digest for event in self.events), *(stored.digest for stored in self.cases)))
        return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()

    @property
    def newest_at(self) -> datetime | None:
        """When the newest of it was written; None where there is nothing."""
        return max(
            (*(event.newest_at for event in self.events), *(stored.changed_at for stored in self.cases)), default=None
        )


def of_period(period: ReportPeriod, events: Iterable[EventHistory], cases: Iterable[StoredCase]) -> ReportMaterial:
    """What a report about a period is made from.

    Events about which something was decided in it, or that led to a step in it, as they stood at its end, so that a
    report about a time that is over stays the same; and cases that were known before its end, and were not all over
    before it began. That somebody looked at an alert is kept as a case, too, and is none that a report is about.
    """
    known = (part for part in (event.until(period.ends) for event in events) if part is not None)
    touched = (event for event in known if any(map(period.has, _times(event))))
    return ReportMaterial(
        events=tuple(sorted(touched, key=lambda event: (event.judged_at, event.record.event_uid))),
        cases=tuple(
            sorted(
                (stored for stored in cases if stored.opened_at < period.ends and _matters(stored, period)),
                key=lambda stored: (stored.opened_at, stored.case.case_uid),
            )
        ),
    )


def decided_at(decided: ManifestRecord | Decision) -> datetime:
    """When a decision was taken, or an asset sealed."""
    return _instant(decided.sealed_at if isinstance(decided, ManifestRecord) else decided.decided_at)


def _times(event: EventHistory) -> Iterator[datetime]:
    """When something was decided about an event, and when its account got a step."""
    yield from map(decided_at, event.all)
    yield from (step.entered_at for step in event.steps)


def _matters(stored: StoredCase, period: ReportPeriod) -> bool:
    """Whether a case was touched in a period, or has a clock that was not met before it."""
    if stored.case.kind == "alert":
        return False
    waits = any(clock.met_at is None or _instant(clock.met_at) >= period.begins for clock in stored.case.clocks)
    return stored.changed_at >= period.begins or waits


def _instant(text: str) -> datetime:
    at = instant(text)
    if at is None:
        raise ValueError(text)  # What we wrote ourselves is an instant.
    return at
