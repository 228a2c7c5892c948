"""The use case of a reader who begins anew: everything that was ever published and is stored, whatever topics forgot.

Object by object, in no order: whoever reads it has to come to the same whichever comes first, as with the topics
themselves. What is stored but was not published yet is among it; it is published when its event is worked on again.

Nothing of an event whose content was erased is among it, nor that acts were refused: why is stored, but the refusal was
published as a dead letter, with the act itself, which is stored nowhere. Alerts about clocks and about entries of
reference sets are not stored.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeVar, get_args

import msgspec

from pipeline.errors import BugError
from pipeline.events.identity import event_uid
from pipeline.events.outgoing import Output
from pipeline.events.outputs import Alert, Case, Decision, Subject
from pipeline.policy.decision import alerts_for
from pipeline.store import Layout, Location, ObjectStore
from pipeline.store.acts import ActEntry
from pipeline.store.erased import erased_event
from pipeline.store.keys import (
    TREE_PARTS,
    AccountEntryKey,
    CaseKey,
    RecordKey,
    RetractionKey,
    ReviewActKey,
    ReviewKey,
    Tree,
    parse_key,
    tree_prefixes,
)
from pipeline.store.records import record_of
from pipeline.usecases.escalation import Escalation, LedgerEntry
from pipeline.usecases.frame import alerts_of

__all__ = ["Recalling"]

_EVERY_KEY: Final = 10**9
_OF_AN_EVENT: Final = (RecordKey, ReviewKey, RetractionKey, ReviewActKey)
_TREES: Final[tuple[Tree, ...]] = get_args(Tree)

Stored = TypeVar("Stored", Decision, ActEntry, Case, LedgerEntry)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalling:
    """Finds what was published; safe to call from several threads.

    Args:
        store: where everything is kept.
        layout: which object goes where.
        escalation: knows what entries of ledgers led to.
    """

    store: ObjectStore
    layout: Layout
    escalation: Escalation

    parts = TREE_PARTS
    """In so many parts of about the same size it can be read."""

    def keys(self, part: int) -> Iterator[str]:
        """The keys of one part, from 0.

        Raises:
            WorldError: the store does not answer.
        """
        for tree in _TREES:
            prefix = list(tree_prefixes(tree))[part]
            yield from self.store.list_keys(self.layout.records_bucket, prefix, limit=_EVERY_KEY)

    def of(self, key: str) -> tuple[Output, ...]:
        """What was published of an object; nothing of a key that has no part in this, or of an event that was erased.

        Raises:
            BugError: the object is not what the layout says it is.
            WorldError: the store does not answer.
        """
        at, parsed = Location(self.layout.records_bucket, key), parse_key(key)
        if isinstance(parsed, _OF_AN_EVENT) and erased_event(self.store, self.layout, parsed.event_uid) is not None:
            return ()
        return self._said_of(at, parsed)

    def _said_of(self, at: Location, key: object) -> tuple[Output, ...]:
        match key:
            case RecordKey(event_uid=uid):
                record = record_of(self.store, self.layout, uid)
                return () if record is None else (record, *alerts_of(record))
            case ReviewKey() | RetractionKey():
                decision = self._read(at, Decision)
                return (decision, *_alerts_of_verdict(decision))
            case ReviewActKey():
                return (self._read(at, ActEntry).update,)
            case CaseKey():
                case = self._read(at, Case)
                return (case, *case.clocks)
            case AccountEntryKey():
                said = self.escalation.said_of(self._read(at, LedgerEntry))
                return () if said is None else (said,)
            case _:
                return ()

    def _read(self, at: Location, kind: type[Stored]) -> Stored:
        try:
            return msgspec.json.decode(self.store.require(at).body, type=kind)
        except msgspec.DecodeError as error:
            # Not named by its key: that may hold an account.
            raise BugError(
                what=f"An object below {'/'.join(at.key.split('/')[:2])} is not what layout v1 says it is.",
                remedy="See who else writes to the records bucket.",
            ) from error


def _alerts_of_verdict(decision: Decision) -> tuple[Alert, ...]:
    """What a person's verdict that something is illegal woke somebody for; other decisions wake nobody once more."""
    verdict, content = decision.retraction, decision.content
    if verdict is None or verdict.reviewer is None or content is None:
        return ()
    return alerts_for(
        decision.findings,
        event_uid=event_uid(verdict.event.source, verdict.event.id),
        event=verdict.event,
        subject=Subject(content_id=content.id, mime=content.mime, sha256=content.sha256),
        record_uri=decision.record_uri,
    )
