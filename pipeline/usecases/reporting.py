"""The use case of reports: what the records bucket has about a period is read, and what was made of it kept.

Keys are spread over 256 first pairs of hex digits, alike in every tree; they are gone through one after the other, so
what is held at a time is what the report is about. Every record is read, as no key says when it was written.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeVar

import msgspec

from pipeline.errors import BugError, OperatorError
from pipeline.events.identity import enforcement_id, report_uid
from pipeline.events.instants import instant
from pipeline.events.outputs import Case, Decision, ManifestRecord
from pipeline.events.prepared import prepare
from pipeline.reports import (
    AccountStep,
    EventHistory,
    ReportDocument,
    ReportMaterial,
    ReportPeriod,
    StoredCase,
    document_digest,
    of_period,
)
from pipeline.store import Layout, Location, ObjectStore
from pipeline.store.keys import CaseKey, RecordKey, RetractionKey, ReviewKey, parse_key
from pipeline.usecases.escalation import LedgerEntry, counted_against

__all__ = ["Reporting", "StoredReport"]

_FIRST_PAIRS: Final = tuple(f"{pair:02x}" for pair in range(256))
_TREES: Final = ("records", "reviews", "retractions")
_MOST: Final = 1_000_000
"""So many keys below one pair are listed at most: 256 million events in all."""

_THREADS: Final = 16

Kept = TypeVar("Kept")

prepare(ManifestRecord, Decision, Case)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredReport:
    """A sealed report, where it is stored, and whether that was done now."""

    uri: str
    body: bytes
    is_new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporting:
    """Reads what reports are made from.

    Args:
        store: where records are kept.
        layout: which object goes where.
    """

    store: ObjectStore
    layout: Layout

    def material(self, period: ReportPeriod) -> ReportMaterial:
        """What a report about a period is made from.

        Raises:
            WorldError: the store does not answer.
            OperatorError: there are more records than can be listed.
            BugError: an object is not what the layout says it is.
        """
        with ThreadPoolExecutor(_THREADS, thread_name_prefix="report") as threads:
            parts = [
                of_period(period, *part) for part in threads.map(lambda pair: self._part(pair, period), _FIRST_PAIRS)
            ]
        return of_period(
            period,
            (event for part in parts for event in part.events),
            (stored for part in parts for stored in part.cases),
        )

    def sealed_once(self, document: ReportDocument, seal: Callable[[], bytes]) -> StoredReport:
        """The sealed PDF of a report: the one that is stored, or else one that is sealed and stored now.

        Args:
            document: the report.
            seal: makes the sealed PDF; not called where one is stored.

        Raises:
            WorldError: the store does not answer.
        """
        digest = document_digest(document)
        uid = report_uid(document.kind, document.period, document.language, digest)
        at = self.layout.report(uid)
        stored = self.store.get(at)
        if stored is not None:
            return StoredReport(uri=at.uri, body=stored.body, is_new=False)
        body = seal()
        about = {
            "kind": document.kind,
            "period": document.period,
            "language": document.language,
            "document": digest,
        }
        if self.store.create(at, body, media_type="application/pdf", metadata=about):
            return StoredReport(uri=at.uri, body=body, is_new=True)
        return StoredReport(uri=at.uri, body=self.store.require(at).body, is_new=False)

    def _part(self, pair: str, period: ReportPeriod) -> tuple[list[EventHistory], list[StoredCase]]:
        """The events and cases below one pair about which something may be said."""
        keys = [key for tree in _TREES for key in self._keys(tree, pair)]
        later: defaultdict[str, list[ReviewKey | RetractionKey]] = defaultdict(list)
        for key in keys:
            if isinstance(key, ReviewKey | RetractionKey):
                later[key.event_uid].append(key)
        events = (
            self._event(key.event_uid, later[key.event_uid], period) for key in keys if isinstance(key, RecordKey)
        )
        return [event for event in events if event is not None], list(self._cases(pair, period.ends))

    def _event(self, uid: str, later: Iterable[ReviewKey | RetractionKey], period: ReportPeriod) -> EventHistory | None:
        """An event with what became of it later; None where that was all before the period, or after it."""
        later = tuple(later)
        body = self.store.require(self.layout.record(uid)).body
        said = _decoded(body, _Written, uid)
        written = instant(said.at)
        if written is None or written >= period.ends:
            return None
        if not later and not said.counts and written < period.begins:
            return None
        taken = sorted((key for key in later if isinstance(key, ReviewKey)), key=lambda key: key.number)
        retracted = any(isinstance(key, RetractionKey) for key in later)
        history = EventHistory(
            record=_record(body, uid),
            digest=hashlib.sha256(body).hexdigest(),
            taken=tuple(self._decision(self.layout.review(uid, key.number), uid) for key in taken),
            retraction=self._decision(self.layout.retraction(uid), uid) if retracted else None,
        )
        return replace(history, steps=self._steps(history))

    def _steps(self, event: EventHistory) -> tuple[AccountStep, ...]:
        """What the event led to against an account, each time that it was counted, the first one first."""
        if not any(counted_against(decided) for decided in event.all):
            return ()
        # The first entry is found by the event, and all others by the decision that they came with.
        uids = (event.record.event_uid, *(record.decision_id for record in event.all if isinstance(record, Decision)))
        found = (self.store.get(self.layout.counted(uid)) for uid in dict.fromkeys(uids))
        entries = [
            _decoded(stored_object.body, LedgerEntry, event.record.event_uid)
            for stored_object in found
            if stored_object is not None
        ]
        taken_back = {entry.corrects: datetime.fromisoformat(entry.entered_at) for entry in entries}
        return tuple(
            AccountStep(
                enforcement_id=enforcement_id(ledger_entry.account, ledger_entry.number),
                step=ledger_entry.step,
                violations=ledger_entry.violations,
                window_days=ledger_entry.window_days,
                rules=tuple(rule.id for rule in ledger_entry.rules),
                record_uri=ledger_entry.record_uri,
                entered_at=datetime.fromisoformat(ledger_entry.entered_at),
                taken_back_at=taken_back.get(ledger_entry.number),
            )
            for ledger_entry in sorted(entries, key=lambda entry: entry.number)
            if ledger_entry.corrects is None
        )

    def _cases(self, pair: str, end: datetime) -> Iterator[StoredCase]:
        """The newest version of each case that was written before an instant."""
        versions: defaultdict[str, list[int]] = defaultdict(list)
        for key in self._keys("cases", pair):
            if isinstance(key, CaseKey):
                versions[key.case_uid].append(key.version)
        for uid, numbers in versions.items():
            for number in sorted(numbers, reverse=True):
                body = self.store.require(self.layout.case(uid, number)).body
                found = StoredCase(case=_decoded(body, Case, uid), digest=hashlib.sha256(body).hexdigest())
                if found.changed_at < end:
                    yield found
                    break

    def _decision(self, at: Location, uid: str) -> Decision:
        return _decoded(self.store.require(at).body, Decision, uid)

    def _keys(self, tree: str, pair: str) -> Iterator[object]:
        found = self.store.list_keys(self.layout.records_bucket, f"v1/{tree}/{pair}/", limit=_MOST)
        if len(found) == _MOST:
            raise OperatorError(
                what=f"More than {_MOST} objects lie below v1/{tree}/{pair}/, more than a report reads.",
                remedy="Let a lifecycle rule expire records whose retention is over.",
            )
        return map(parse_key, found)


class _Written(msgspec.Struct, frozen=True):
    """The part of a record that says when it was written, and whether it may count against an account."""

    decided_at: str | None = None
    sealed_at: str | None = None
    counts_against: object = None

    @property
    def at(self) -> str:
        return self.decided_at or self.sealed_at or ""

    @property
    def counts(self) -> bool:
        return self.counts_against is not None


def _record(body: bytes, uid: str) -> ManifestRecord | Decision:
    if _decoded(body, _Written, uid).sealed_at is None:
        return _decoded(body, Decision, uid)
    return _decoded(body, ManifestRecord, uid)


def _decoded(body: bytes, kind: type[Kept], uid: str) -> Kept:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.DecodeError as error:
        raise BugError(
            what=f"What is stored of {uid} is not what the layout says it is.",
            remedy="See who else writes to the records bucket.",
        ) from error
