"""The use case of repeated violations: an account's ledger, and the step that a new entry leads to.

Deep Synthesis Provisions Art. 10: whoever breaks the rules with a service is warned, restricted, suspended or shut out.
What counts against an account is said by the records of its events; here it is counted, once for each event.

The ledger is the state: numbered entries without a gap, written create-only after the record (4) and before anything is
published (5), so it survives whatever is killed. Every entry carries on what was counted before it, so the newest one
is all that has to be read, however long the ledger is:

a. list the newest entry, and see that it is found by its event too (its writer may have died before)
b. look up this event; an event that is found keeps its entry, and a replay says the same again
c. write the next number; whoever finds it taken starts again

An entry is written only after all earlier ones are found by their events (a), so (b) cannot miss one that is older than
the newest, and (c) fails if there is one that is newer.

No entry is ever changed. Where a person's later decision takes back what was counted, an entry of its own corrects the
first one: from then on the tally is one less for its day. An event that is blocked once more after that is counted once
more. Entries about an event but its first are found by the decision that they came with.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

import msgspec

from pipeline.errors import BugError, WorldError
from pipeline.events.identity import enforcement_id
from pipeline.events.outgoing import to_json
from pipeline.events.outputs import (
    Decision,
    EnforcedRule,
    Enforcement,
    EnforcementReversal,
    EventReference,
    ManifestRecord,
    Step,
)
from pipeline.events.prepared import prepare
from pipeline.policy.ladder import Ladder
from pipeline.store import Layout, Location, ObjectStore, StoredObject
from pipeline.store.keys import account_prefix

__all__ = ["Counted", "Escalation", "LedgerEntry", "counted_against"]

_ATTEMPTS: Final = 32
"""Every lost race is an entry that somebody else won, so this is met only under a storm on one account."""


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """An event whose violations count against an account, and the record that says so."""

    account: str
    rules: tuple[EnforcedRule, ...]
    event_uid: str
    event: EventReference
    record_uri: str
    again: str | None = None
    """The decision by which it counts once more, after it was taken back; None the first time."""

    @property
    def counted_as(self) -> str:
        """By what its entry is found."""
        return self.again or self.event_uid


class LedgerEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of an account's ledger, as it is stored; `docs/objects.md` describes it."""

    account: str
    number: int
    event_uid: str
    event: EventReference
    at: str
    rules: tuple[EnforcedRule, ...]
    record_uri: str
    step: Step | None
    violations: int
    window_days: int
    entered_at: str
    tally: Mapping[date, int]
    """How many violations there are for each day, up to and including this entry, less what was taken back."""

    counted_as: str | None = None
    """By what it is found, where that is not the event: the decision that took something back, or counts it again."""

    corrects: int | None = None
    """The number of the entry that it takes back; None where it counts a violation."""


prepare(LedgerEntry)


def counted_against(record: ManifestRecord | Decision, *, again: bool = False) -> Counted | None:
    """What of a record counts against an account now: of a blocked or retracted event everything, of others nothing.

    An event that is held counts when a review refuses it, by the decision of that review.

    Args:
        record: what was decided.
        again: whether it was counted and taken back before.
    """
    against = record.counts_against
    if record.decision not in ("block", "retracted") or against is None:
        return None
    citations = {finding.rule: finding.citation for finding in record.findings}
    return Counted(
        account=against.account,
        rules=tuple(EnforcedRule(id=rule, citation=citations.get(rule)) for rule in against.rules),
        event_uid=record.event_uid,
        event=record.event,
        record_uri=record.record_uri,
        again=record.decision_id if again and isinstance(record, Decision) else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """Enters violations into the ledgers of accounts; safe to call from several threads and processes.

    A new entry costs six requests to the store and a replay four, whatever the length of the ledger.

    Args:
        store: where the ledgers are kept.
        layout: which object goes where.
        ladder: which step is due.
        now: the time of day, with time zone.
    """

    store: ObjectStore
    layout: Layout
    ladder: Ladder
    now: Callable[[], datetime]

    def __call__(self, violation: Counted) -> Enforcement | None:
        """Enter an event into the ledger of its account, and return the step it leads to; None for no step.

        The same event again leads to the same step, also after the ladder was changed.

        Raises:
            WorldError: the store does not answer, or too many others write to this ledger; try again.
        """
        return self._enforcement(
            self._entered(violation, violation.counted_as, lambda last: self._next(violation, last))
        )

    def take_back(self, violation: Counted, decision: Decision) -> EnforcementReversal | None:
        """Correct the ledger by an entry of its own, because a decision reversed what had been counted.

        Args:
            violation: what had been counted; it is entered first where a crash came before that.
            decision: the one that reverses it.

        Returns:
            What is to be said of the step that the violation had led to; None where it had led to none.

        Raises:
            WorldError: the store does not answer, or too many others write to this ledger; try again.
        """
        first = self._entered(violation, violation.counted_as, lambda last: self._next(violation, last))
        entry = self._entered(violation, decision.decision_id, lambda last: self._correction(first, last, decision))
        return self._reversal(first, entry)

    def said_of(self, entry: LedgerEntry) -> Enforcement | EnforcementReversal | None:
        """What was published of an entry when it was made; None where that was nothing.

        Of what is taken back, the step that is still due goes by the ladder as it is now.

        Raises:
            WorldError: the store does not answer; try again.
        """
        if entry.corrects is None:
            return self._enforcement(entry)
        first = self.store.require(self.layout.account_entry(entry.account, entry.corrects))
        return self._reversal(msgspec.json.decode(first.body, type=LedgerEntry), entry)

    def _entered(
        self, violation: Counted, counted_as: str, following: Callable[[LedgerEntry | None], LedgerEntry]
    ) -> LedgerEntry:
        """The entry that is found by `counted_as`, which is made as one that follows the newest if there is none."""
        for _ in range(_ATTEMPTS):
            newest = self._newest(violation)
            if newest is not None:
                self._make_findable(newest)  # a
            entry = self._found(violation, counted_as)  # b
            if entry is None:
                entry = following(newest)
                if not self._write(self.layout.account_entry(entry.account, entry.number), entry):  # c
                    continue
                self._make_findable(entry)
            return entry
        raise WorldError(
            what=f"{_ATTEMPTS} times another violation was entered first into the ledger of one account.",
            remedy="It is tried again; look for an account that violates rules in large numbers.",
        )

    def _newest(self, violation: Counted) -> LedgerEntry | None:
        bucket = self.layout.records_bucket
        keys = self.store.list_keys(bucket, account_prefix(violation.account), limit=1)
        return _decoded(self.store.require(Location(bucket, keys[0])), violation) if keys else None

    def _found(self, violation: Counted, counted_as: str) -> LedgerEntry | None:
        stored = self.store.get(self.layout.counted(counted_as))
        return None if stored is None else _decoded(stored, violation)

    def _make_findable(self, entry: LedgerEntry) -> None:
        self._write(self.layout.counted(entry.counted_as or entry.event_uid), entry)

    def _write(self, at: Location, entry: LedgerEntry) -> bool:
        return self.store.create(at, to_json(entry), media_type="application/json")

    def _next(self, violation: Counted, newest: LedgerEntry | None) -> LedgerEntry:
        entered_at = self.now().isoformat(timespec="milliseconds")
        at = violation.event.time or entered_at
        day = _day(at)
        earlier: Mapping[date, int] = {} if newest is None else newest.tally
        tally = dict(sorted({**earlier, day: earlier.get(day, 0) + 1}.items()))
        violations = self.ladder.count(tally, day)
        return LedgerEntry(
            account=violation.account,
            number=1 if newest is None else newest.number + 1,
            event_uid=violation.event_uid,
            event=violation.event,
            at=at,
            rules=violation.rules,
            record_uri=violation.record_uri,
            step=self.ladder.step_for(violations),
            violations=violations,
            window_days=self.ladder.window_days,
            entered_at=entered_at,
            tally=tally,
            counted_as=violation.again,
        )

    def _correction(self, first: LedgerEntry, newest: LedgerEntry | None, decision: Decision) -> LedgerEntry:
        assert newest is not None  # noqa: S101 - the first one is in the ledger
        day = _day(first.at)
        tally = {other: number - (other == day) for other, number in newest.tally.items()}
        tally = {other: number for other, number in tally.items() if number}
        return msgspec.structs.replace(
            first,
            number=newest.number + 1,
            record_uri=decision.record_uri,
            step=None,
            violations=self.ladder.count(tally, day),
            window_days=self.ladder.window_days,
            entered_at=self.now().isoformat(timespec="milliseconds"),
            tally=tally,
            counted_as=decision.decision_id,
            corrects=first.number,
        )

    def _reversal(self, first: LedgerEntry, correction: LedgerEntry) -> EnforcementReversal | None:
        if first.step is None:
            return None
        return EnforcementReversal(
            enforcement_id=enforcement_id(correction.account, correction.number),
            reverses=enforcement_id(first.account, first.number),
            account=correction.account,
            step=first.step,
            due=self.ladder.step_for(correction.violations),
            violations=correction.violations,
            window_days=correction.window_days,
            event_uid=correction.event_uid,
            event=correction.event,
            rules=correction.rules,
            record_uri=correction.record_uri,
            entry_uri=self.layout.account_entry(correction.account, correction.number).uri,
            entered_at=correction.entered_at,
        )

    def _enforcement(self, entry: LedgerEntry) -> Enforcement | None:
        if entry.step is None:
            return None
        return Enforcement(
            enforcement_id=enforcement_id(entry.account, entry.number),
            account=entry.account,
            step=entry.step,
            violations=entry.violations,
            window_days=entry.window_days,
            event_uid=entry.event_uid,
            event=entry.event,
            rules=entry.rules,
            record_uri=entry.record_uri,
            entry_uri=self.layout.account_entry(entry.account, entry.number).uri,
            entered_at=entry.entered_at,
        )


def _day(at: str) -> date:
    """The day of an RFC 3339 time, in UTC."""
    time = datetime.fromisoformat(at.upper())
    try:
        return time.astimezone(UTC).date()
    except OverflowError:  # within hours of the first or the last day that there is
        return time.date()


def _decoded(stored: StoredObject, violation: Counted) -> LedgerEntry:
    try:
        return msgspec.json.decode(stored.body, type=LedgerEntry)
    except msgspec.DecodeError as error:
        # Not named by its key: that holds the account.
        raise BugError(
            what=f"A ledger entry read for the event {violation.event_uid} is not what layout v1 says it is.",
            remedy="See who else writes to the records bucket.",
        ) from error
