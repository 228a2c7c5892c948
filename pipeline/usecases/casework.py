"""The use case of cases: an event says something of one, and its clocks stand as that has it.

A case is a row of versions in the records bucket, numbered from 1 without a gap, each written create-only and each with
the whole case as it stood after one event. So the newest version is all that has to be read, two workers never write
the same one, and what happened when is on record for as long as records are kept.

Commit order, as in `pipeline.usecases.sealing`; there is no asset, so it begins with what is known:

2. the newest version is read; an event that it has seen changes nothing
4. the next version is stored; whoever finds it taken starts again
5. the newest version and its clocks are published by the agents, and `newer` asked afterwards: where another event got
   ahead meanwhile, its version is published too, so that the last one on the topics is the newest

A version names the newest events that led to it. One that is not among them any more is found by an object of its own,
which is written before the version that leaves it out.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

import msgspec

from pipeline.duties.case_steps import state_by_dates
from pipeline.duties.matters import Statement, said_of_case, with_facts
from pipeline.errors import BugError, IdentityReusedError, WorldError
from pipeline.events.inputs import ActivityEvent
from pipeline.events.instants import written
from pipeline.events.outgoing import to_json
from pipeline.events.outputs import Case, EventReference
from pipeline.events.prepared import prepare
from pipeline.policy.running_clocks import ClockLaws, Matter
from pipeline.store import Layout, Location, ObjectStore
from pipeline.store.keys import case_prefix

__all__ = ["Casework", "CausingEvent", "newest_case"]

_ATTEMPTS: Final = 32
"""Every lost race is a version that somebody else wrote, so this is met only under a storm on one case."""

_MOST_EVENTS: Final = 32
"""So many events a version names."""


class CausingEvent(Protocol):
    """An event that leads to a version of a case: an activity, an act, a review."""

    @property
    def uid(self) -> str:
        """Its identity."""

    @property
    def reference(self) -> EventReference:
        """Its CloudEvents attributes."""

    @property
    def digest(self) -> str:
        """What it says."""


class _Entered(msgspec.Struct, frozen=True, kw_only=True):
    """What is found by an event: the version of the case that it led to."""

    case_uid: str
    version: int


prepare(Case, _Entered)


@dataclass(frozen=True, slots=True, kw_only=True)
class Casework:
    """Keeps cases; safe to call from several threads and processes.

    Args:
        store: where cases are kept.
        layout: which object goes where.
        clocks: the clocks of the packs.
        jurisdictions: where services are taken to be offered by events that do not say it.
        now: the time of day, with time zone.
    """

    store: ObjectStore
    layout: Layout
    clocks: ClockLaws
    jurisdictions: tuple[str, ...]
    now: Callable[[], datetime]

    def __call__(self, event: ActivityEvent) -> Case | None:
        """Store what an event says of a case, and return the case as it stands; None for an event about none.

        Raises:
            WorldError: the store does not answer, or too many others write to this case; try again.
        """
        said = said_of_case(event.event_type, event.facts, event.uid, self.jurisdictions, event.reference.time)
        if said is None:
            return None
        return self.enter(said.case_uid, event, lambda before: self.grown(before, said, event))

    def enter(self, case_uid: str, event: CausingEvent, following: Callable[[Case | None], Case]) -> Case:
        """Store the version of a case that an event leads to, and return the case as it stands.

        Args:
            case_uid: which case.
            event: what leads to it; the same again leads to nothing.
            following: the version that follows the newest one, which is None where there is no case yet. Whatever it
                raises is raised; it is asked again where somebody else came first.

        Raises:
            IdentityReusedError: another event with the same source and id led to a version before.
            WorldError: the store does not answer, or too many others write to this case; try again.
        """
        for _ in range(_ATTEMPTS):
            newest = self.newest(case_uid)  # 2
            if newest is not None and self._has(newest, event):
                return newest
            case = following(newest)
            self._note_left_out(newest, case)
            at = self.layout.case(case.case_uid, case.version)
            if self.store.create(at, to_json(case), media_type="application/json"):  # 4
                return case
        raise WorldError(
            what=f"{_ATTEMPTS} times another event came first in one case.",
            remedy="It is tried again; look for a case that changes in large numbers.",
        )

    def newest(self, case_uid: str) -> Case | None:
        """A case as it stands; None where there is none.

        Raises:
            WorldError: the store does not answer.
        """
        return newest_case(self.store, self.layout, case_uid)

    def newer(self, case: Case) -> Case | None:
        """The case as it stands, if another event changed it since; None otherwise; raises as `newest`."""
        newest = self.newest(case.case_uid)
        return None if newest is None or newest.version <= case.version else newest

    def grown(self, before: Case | None, said: Statement, event: CausingEvent) -> Case:
        """The version that follows, with what an event says of the case."""
        now = self.now()
        facts, dates, places = with_facts(before, said)
        version = 1 if before is None else before.version + 1
        matter = Matter(
            uid=said.case_uid,
            kind=said.kind,
            id=said.id,
            version=version,
            jurisdictions=places,
            facts=facts,
            dates=dates,
        )
        return Case(
            case_uid=said.case_uid,
            kind=said.kind,
            id=said.id,
            version=version,
            jurisdictions=places,
            facts=facts,
            dates=dates,
            clocks=self.clocks.running(matter, () if before is None else before.clocks, now),
            opened_at=written(now) if before is None else before.opened_at,
            changed_at=written(now),
            event_uid=event.uid,
            event=event.reference,
            events=(*(() if before is None else before.events), event.uid)[-_MOST_EVENTS:],
            record_uri=self.layout.case(said.case_uid, version).uri,
            event_digest=event.digest,
            state=state_by_dates(said.kind, facts, None if before is None else before.state),
            outcome=None if before is None else before.outcome,
            about=None if before is None else before.about,
            party=None if before is None else before.party,
            channel=None if before is None else before.channel,
            documents=() if before is None else before.documents,
        )

    def _has(self, newest: Case, event: CausingEvent) -> bool:
        """Whether an event has led to a version of this case."""
        if event.uid in newest.events:
            version = newest.version - (len(newest.events) - 1 - newest.events.index(event.uid))
        elif newest.version > len(newest.events):
            noted = self.store.get(self.layout.case_event(event.uid))
            if noted is None:
                return False
            version = msgspec.json.decode(noted.body, type=_Entered).version
        else:
            return False
        entered = newest
        if version != newest.version:
            entered = _read(self.store, self.layout.case(newest.case_uid, version))
        if entered.event_digest not in (None, event.digest):
            raise IdentityReusedError(
                what="Another event with the same source and id but other data was here before; it changed the case "
                f"at {entered.changed_at}.",
                remedy="Give every event an id that is unique for its source (CloudEvents 1.0), and send this one "
                "again.",
            )
        return True

    def _note_left_out(self, newest: Case | None, following: Case) -> None:
        """Have the events found that the next version does not name any more."""
        if newest is None:
            return
        first = newest.version - len(newest.events) + 1
        for version, uid in enumerate(newest.events, start=first):
            if uid not in following.events:
                entered = _Entered(case_uid=newest.case_uid, version=version)
                self.store.create(self.layout.case_event(uid), to_json(entered), media_type="application/json")


def newest_case(store: ObjectStore, layout: Layout, case_uid: str) -> Case | None:
    """A case as it stands; None where there is none.

    Raises:
        WorldError: the store does not answer.
    """
    keys = store.list_keys(layout.records_bucket, case_prefix(case_uid), limit=1)
    return _read(store, Location(layout.records_bucket, keys[0])) if keys else None


def _read(store: ObjectStore, at: Location) -> Case:
    try:
        return msgspec.json.decode(store.require(at).body, type=Case)
    except msgspec.DecodeError as error:
        raise BugError(
            what=f"{at.uri} is not what the layout says it is, a version of a case.",
            remedy="See who else writes to the records bucket.",
        ) from error
