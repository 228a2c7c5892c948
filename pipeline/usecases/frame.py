"""The frame of every use case: the commit order, said and kept once.

A crash between any two steps repeats the work and changes nothing that anyone sees: everything is written create-only
under the event's identity, so "already there" means that an earlier attempt got this far, and the work goes on from
what is stored. What is published is always what is stored.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Generic, TypeVar, final

import msgspec

from pipeline.errors import EventErasedError
from pipeline.events.instants import instant
from pipeline.events.outgoing import Output
from pipeline.events.outputs import Alert, Decision, Enforcement, EnforcementReversal, ManifestRecord, Subject
from pipeline.policy.decision import alerts_for
from pipeline.store import Layout, Location, ObjectStore
from pipeline.store.erased import ErasedEvent, erased_event
from pipeline.store.keys import RecordKey, parse_key
from pipeline.store.records import commit_record, filed_record
from pipeline.tile_log import Leaf
from pipeline.usecases.escalation import Escalation, counted_against

__all__ = ["COMMIT_ORDER", "AnyOutcome", "Outcome", "UseCase", "alerts_of"]

COMMIT_ORDER: Final[Mapping[int, str]] = {
    1: "The asset is fetched, its digest checked against the event.",
    2: "It crosses to a child process once, where it is labeled, sealed and read back, or inspected.",
    3: "Sealed asset and manifest are stored, or the note by which a publication is found by its bytes. The event is "
    "judged by what they show.",
    4: "The record is stored last: it is the commit marker of the event. What it counts against an account is entered "
    "into the account's ledger.",
    5: "Record, decision, alerts and step are published, and every delivery is awaited. Then it is asked whether the "
    "content was found illegal meanwhile.",
    6: "Where a tile log is kept, the record's leaf is put into the log of the input's partition, together with "
    "others, and a signed checkpoint covers it.",
    7: "The offset is acknowledged, in order for each partition.",
}
"""The steps of an event. A use case does 1 to 3 in `_work`, as far as it has them; the frame does 4, agents 5 to 7."""

Event = TypeVar("Event")
Record = TypeVar("Record", ManifestRecord, Decision)


class Outcome(msgspec.Struct, Generic[Record], frozen=True, kw_only=True):
    """What became of an event. The same event again has the same outcome, wherever an earlier attempt was killed."""

    record: Record
    """What is stored of it: the commit marker."""

    at: Location
    """Where it is stored."""

    body: bytes
    """The bytes that are stored; older builds may have written others than this one would."""

    alerts: tuple[Alert, ...]
    enforcement: Enforcement | EnforcementReversal | None
    """The step against an account that it led to, or that it takes back."""

    erased: bool = False
    """Its content was erased since: a replay says nothing again, or it would come back to topics that forgot it."""

    @property
    def leaf(self) -> Leaf:
        """What the tile log says of the record."""
        return Leaf.of(self.at, self.body)

    @property
    def outputs(self) -> tuple[Output, ...]:
        """What is published, in this order."""
        if self.erased:
            return ()
        return (self.record, *self.alerts, *(() if self.enforcement is None else (self.enforcement,)))


AnyOutcome = Outcome[ManifestRecord] | Outcome[Decision]


@dataclass(frozen=True, slots=True, kw_only=True)
class UseCase(ABC, Generic[Event, Record]):
    """What is done with one kind of event; safe to call from several threads.

    Each use case says where an event's record lies and how it comes about. Everything else follows from the record
    alone, so a replay, which finds it stored, says the same as the first attempt.

    Args:
        store: where everything is kept.
        layout: which object goes where.
        escalation: counts what a blocked event counts against an account.
        now: the time of day, with time zone.
    """

    store: ObjectStore
    layout: Layout
    escalation: Escalation
    now: Callable[[], datetime]

    @final
    def __call__(self, event: Event) -> Outcome[Record]:
        """Do what is to be done with an event, store it, and return what is to be published.

        Raises:
            EventErasedError: it was erased, and its record after it: there is nothing to do.
            ProducerError: the event can never succeed.
            WorldError: the store, or another service, does not answer; try again.
        """
        record_at = self._record_at(event)
        filed = filed_record(self.store, record_at, self._kind)
        was_filed = filed is not None
        if filed is None:
            self._require_not_erased(record_at)
            filed = commit_record(self.store, record_at, self._work(event))  # 1 to 3, and 4
        record = filed.record
        self._require_answers(record, event)
        erased = was_filed and self._is_erased(record)
        return Outcome(
            record=record,
            at=record_at,
            body=filed.body,
            alerts=() if erased else alerts_of(record),
            enforcement=None if erased else self._enforced(record),
            erased=erased,
        )

    def _require_not_erased(self, record_at: Location) -> None:
        """See that an event without a record is no erased one: to work on that would bring back what is gone."""
        key = parse_key(record_at.key)
        if isinstance(key, RecordKey) and erased_event(self.store, self.layout, key.event_uid) is not None:
            raise EventErasedError(
                what=f"The event {key.event_uid} was erased, and its record is gone too.",
                remedy="Nothing is done with it; what is new needs a source and id of its own.",
            )

    def _is_erased(self, record: Record) -> bool:
        """Whether nothing is said of a record any more."""
        note = erased_event(self.store, self.layout, record.event_uid)
        return note is not None and not _is_decided_since(record, note)

    def _enforced(self, record: Record) -> Enforcement | EnforcementReversal | None:
        """What a record that is stored changes in the ledger of an account."""
        violation = counted_against(record)
        return None if violation is None else self.escalation(violation)

    @property
    @abstractmethod
    def _kind(self) -> type[Record]:
        """What its records are."""

    @abstractmethod
    def _record_at(self, event: Event) -> Location:
        """Where the record of an event lies."""

    @abstractmethod
    def _work(self, event: Event) -> Record:
        """Steps 1 to 3: from an event that nobody has finished yet to its record."""

    @abstractmethod
    def _require_answers(self, record: Record, event: Event) -> None:
        """See that a stored record answers this event, and not another one that uses its identity too.

        Raises:
            IdentityReusedError: it answers another one with the same source and id.
        """


def _is_decided_since(record: ManifestRecord | Decision, note: ErasedEvent) -> bool:
    """Whether a record is a person's decision that was taken after its event was erased."""
    if not isinstance(record, Decision) or record.review is None:
        return False
    decided, erased = instant(record.decided_at), instant(note.erased_at)
    return decided is not None and erased is not None and decided >= erased


def alerts_of(record: ManifestRecord | Decision) -> tuple[Alert, ...]:
    """What a record wakes someone for; of a review nothing, since it was said when the event was held."""
    if isinstance(record, Decision) and record.review is not None:
        return ()
    return alerts_for(
        record.findings,
        event_uid=record.event_uid,
        event=record.event,
        subject=_subject(record),
        record_uri=record.record_uri,
    )


def _subject(record: ManifestRecord | Decision) -> Subject:
    """What alerts are about; of a generation event the sealed asset."""
    if isinstance(record, ManifestRecord):
        return Subject(content_id=record.content.id, mime=record.content.mime, sha256=record.sealed.sha256)
    content = record.content
    if content is None:
        return Subject(content_id=None, mime=None, sha256=None)
    return Subject(content_id=content.id, mime=content.mime, sha256=content.sha256)
