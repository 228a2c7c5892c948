"""The use case of what people do about an event before they decide: claim it, give it back, note something down.

What is stored in 4 is an entry of the event's log, numbered and create-only: of several who claim at the same time one
has it, and the others are told until when. An entry carries on who has claimed, so the newest one says it.

A claim is a lease, and every exit releases it: giving it back does, its time does, and so does every decision, because
a claim is on the decision that was seen. Nothing has to happen for that, and no crash keeps anything claimed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import msgspec

from pipeline.duties import ActOvertakenError, ActRefusedError, ClaimedError, Oversight, Permission
from pipeline.errors import IdentityReusedError, WorldError
from pipeline.events.identity import review_update_id
from pipeline.events.inputs import ReviewAct
from pipeline.events.outgoing import Output, to_json
from pipeline.events.outputs import ReviewClaim, ReviewUpdate
from pipeline.store import Layout, ObjectStore
from pipeline.store.acts import MOST_ACTS, ActEntry, entries_of, live_claim
from pipeline.store.chain import DecisionChain
from pipeline.usecases.refused_acts import judged_once
from pipeline.usecases.reviewing import reviewed_chain

__all__ = ["ActTaken", "Claiming"]

_ATTEMPTS: Final = 32


class ActTaken(msgspec.Struct, frozen=True, kw_only=True):
    """What is published for an act."""

    update: ReviewUpdate

    @property
    def outputs(self) -> tuple[Output, ...]:
        """What is published."""
        return (self.update,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claiming:
    """Takes claims and notes; safe to call from several threads and processes.

    Args:
        store: where the logs are kept.
        layout: which object goes where.
        oversight: who may do what.
        lease: how long a claim lasts.
        now: the time of day, with time zone.
    """

    store: ObjectStore
    layout: Layout
    oversight: Oversight
    lease: timedelta
    now: Callable[[], datetime]

    def __call__(self, act: ReviewAct) -> ActTaken:
        """Enter an act into the log of its event, and return what is to be published; the same again says the same.

        Raises:
            ActRefusedError: it is not taken.
            OperatorsMissingError: nobody is known who may act; try again.
            WorldError: the store does not answer, or too many others write to this log; try again.
        """
        for _ in range(_ATTEMPTS):
            entries = entries_of(self.store, self.layout, act.event_uid)
            own = next((entry for entry in entries if _is_by(act, entry)), None)
            if own is not None:
                _require_same(act, own)
                return ActTaken(update=own.update)
            entry = self._entry(act, entries)
            at = self.layout.review_act(act.event_uid, entry.update.number)
            if self.store.create(at, to_json(entry), media_type="application/json"):  # 4
                return ActTaken(update=entry.update)
        raise WorldError(
            what=f"{_ATTEMPTS} times another act about one event was entered first.", remedy="It is tried again."
        )

    def _entry(self, act: ReviewAct, entries: Sequence[ActEntry]) -> ActEntry:
        with judged_once(self.store, self.layout, act, self.now):
            return self._judged(act, entries)

    def _judged(self, act: ReviewAct, entries: Sequence[ActEntry]) -> ActEntry:
        chain = reviewed_chain(self.store, self.layout, act.event_uid)
        operators = self.oversight.permit(act.actor, _permission(act, chain), chain.record.findings)
        if act.seen != chain.decision_id:
            raise ActOvertakenError(
                what="The decision that the actor saw is not in force.",
                remedy=f"Look at the decision that is, {chain.decision_id}, and send a new act.",
            )
        if len(entries) >= MOST_ACTS:
            raise ActRefusedError(
                what=f"There are {MOST_ACTS} acts about this event, which is the most.",
                remedy="Decide about the event.",
            )
        now = self.now()
        newest = entries[-1].update if entries else None
        notes = (0 if newest is None else newest.notes) + (act.act == "note")
        return ActEntry(
            update=ReviewUpdate(
                update_id=review_update_id(act.event_uid, len(entries) + 1),
                event_uid=act.event_uid,
                number=len(entries) + 1,
                act=act.act,
                actor=act.actor.id,
                role=act.actor.role,
                seen=act.seen,
                claim=self._claim(act, live_claim(newest, act.seen, now), now),
                notes=notes,
                operators=operators,
                event=act.reference,
                at=now.isoformat(timespec="milliseconds"),
            ),
            note=act.reason if act.act == "note" else None,
            event_digest=act.digest,
        )

    def _claim(self, act: ReviewAct, held: ReviewClaim | None, now: datetime) -> ReviewClaim | None:
        """Who has claimed the event after this act."""
        if act.act == "note":
            return held
        if held is not None and held.actor != act.actor.id:
            raise ClaimedError(
                what=f"Somebody else has claimed the event until {held.until}.",
                remedy="Wait for the decision, or until then, and send a new act if it is still needed; this one "
                "stays refused.",
            )
        if act.act == "unclaim":
            return None
        return ReviewClaim(actor=act.actor.id, until=(now + self.lease).isoformat(timespec="milliseconds"))


def _permission(act: ReviewAct, chain: DecisionChain) -> Permission:
    if act.act == "note":
        return "note"
    if chain.outcome != "hold":
        return "appeal"
    return "second look" if chain.taken else "review"


def _is_by(act: ReviewAct, entry: ActEntry) -> bool:
    event = entry.update.event
    return (event.source, event.id) == (act.reference.source, act.reference.id)


def _require_same(act: ReviewAct, entry: ActEntry) -> None:
    if entry.event_digest != act.digest:
        raise IdentityReusedError(
            what=f"Another act with the same source and id but other data was here before, at {entry.update.at}.",
            remedy="Give every event an id that is unique for its source (CloudEvents 1.0), and send this one again.",
        )
