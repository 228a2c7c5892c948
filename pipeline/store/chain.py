"""The decisions about an event: its record, and what persons decided since, each decision in the place of the last.

Nothing is ever changed: a decision that supersedes another is one more object with the next number, which is written
create-only. So of several who decide at the same time exactly one does, and the others see what they had not seen.
"""

import contextlib
from dataclasses import dataclass
from typing import Final

import msgspec

from pipeline.errors import BugError
from pipeline.events.identity import decision_id
from pipeline.events.outputs import Decision, DecisionOutcome, ManifestRecord
from pipeline.events.prepared import prepare
from pipeline.store.keys import review_prefix
from pipeline.store.layout import Layout
from pipeline.store.location import Location
from pipeline.store.port import ObjectStore

__all__ = ["MOST_DECISIONS", "DecisionChain", "chain_of", "latest_taken", "taken_decisions"]

MOST_DECISIONS: Final = 100
"""So often persons decide about one event at most."""

prepare(ManifestRecord, Decision)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionChain:
    """An event's record, and the decisions of persons about it, the first one first."""

    record: ManifestRecord | Decision
    taken: tuple[Decision, ...]

    @property
    def in_force(self) -> ManifestRecord | Decision:
        """What counts now: the last decision of a person, or the record."""
        return self.taken[-1] if self.taken else self.record

    @property
    def decision_id(self) -> str:
        """The identity of what counts now, which an act says that it saw."""
        return self.taken[-1].decision_id if self.taken else decision_id(self.record.event_uid)

    @property
    def outcome(self) -> DecisionOutcome:
        """What counts now: allow, hold or block."""
        decision = self.in_force.decision
        # What retracts an event is no part of this chain.
        return "block" if decision == "retracted" else decision


def chain_of(store: ObjectStore, layout: Layout, uid: str) -> DecisionChain | None:
    """Where an event stands; None where it has no record.

    Raises:
        BugError: an object is not what the layout says it is.
        WorldError: the store does not answer.
    """
    taken = taken_decisions(store, layout, uid)
    stored = store.get(layout.record(uid))
    return None if stored is None else DecisionChain(record=_record(stored.body, uid), taken=taken)


def taken_decisions(store: ObjectStore, layout: Layout, uid: str) -> tuple[Decision, ...]:
    """What persons decided about an event, the first decision first.

    Raises:
        BugError: an object is not what the layout says it is.
        WorldError: the store does not answer.
    """
    first = store.get(layout.review(uid))
    if first is None:
        return ()
    later = store.list_keys(layout.records_bucket, review_prefix(uid), limit=MOST_DECISIONS)
    bodies = [store.require(Location(layout.records_bucket, key)).body for key in reversed(later)]
    return tuple(_decision(body, uid) for body in (first.body, *bodies))


def latest_taken(store: ObjectStore, layout: Layout, uid: str) -> bytes | None:
    """The last decision that a person took about an event, as it is stored; None where nobody did.

    Raises:
        WorldError: the store does not answer.
    """
    first = store.get(layout.review(uid))
    if first is None:
        return None
    later = store.list_keys(layout.records_bucket, review_prefix(uid), limit=1)
    return store.require(Location(layout.records_bucket, later[0])).body if later else first.body


def _decision(body: bytes, uid: str) -> Decision:
    with contextlib.suppress(msgspec.DecodeError):
        decision = msgspec.json.decode(body, type=Decision)
        if decision.review is not None:
            return decision
    raise BugError(
        what=f"What is stored as a decision of a person about {uid} says nothing of a review.",
        remedy="See who else writes to the records bucket.",
    )


def _record(body: bytes, uid: str) -> ManifestRecord | Decision:
    kinds: tuple[type[ManifestRecord | Decision], ...] = (Decision, ManifestRecord)
    for kind in kinds:
        with contextlib.suppress(msgspec.DecodeError):
            return msgspec.json.decode(body, type=kind)
    raise BugError(
        what=f"The record of the event {uid} is neither a decision nor a manifest record.",
        remedy="See who else writes to the records bucket.",
    )
