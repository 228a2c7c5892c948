"""The use case of cases: an event says something of one, and its clocks stand as that has it.

A case is a row of versions in the records bucket, numbered from 1 without a gap, each written create-only and each with
the whole case as it stood after one event. So the newest version is all that has to be read, two workers never write
the same one, and what happened when is on record for as long as records are kept.

Commit order, as in `pipeline.usecases.sealing`; there is no asset, so it begins with what is known:

2. the newest version is read; an event that it has seen changes nothing
4. the next version is stored; whoever finds it taken starts again
5. the newest version and its clocks are published by the agents, and `newer` asked afterwards: where another event got
   ahead meanwhile, its version is published too, so that the last one on the topics is the newest
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from pipeline.duties.matters import Statement, said_of_case, with_facts
from pipeline.errors import BugError, WorldError
from pipeline.events.inputs import ActivityEvent
from pipeline.events.instants import written
from pipeline.events.outgoing import to_json
from pipeline.events.outputs import Case
from pipeline.events.prepared import prepare
from pipeline.policy.running_clocks import ClockLaws, Matter
from pipeline.store import Layout, Location, ObjectStore
from pipeline.store.keys import case_prefix

__all__ = ["Casework", "newest_case"]

_ATTEMPTS: Final = 32
"""Every lost race is a version that somebody else wrote, so this is met only under a storm on one case."""

prepare(Case)


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
        said = said_of_case(event.event_type, event.facts, event.uid, self.jurisdictions)
        if said is None:
            return None
        for _ in range(_ATTEMPTS):
            newest = self.newest(said.case_uid)  # 2
            if newest is not None and event.uid in newest.events:
                return newest
            case = self._next(newest, said, event)
            if self.store.create(  # 4
                self.layout.case(case.case_uid, case.version), to_json(case), media_type="application/json"
            ):
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

    def _next(self, before: Case | None, said: Statement, event: ActivityEvent) -> Case:
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
            events=(*(() if before is None else before.events), event.uid),
            record_uri=self.layout.case(said.case_uid, version).uri,
        )


def newest_case(store: ObjectStore, layout: Layout, case_uid: str) -> Case | None:
    """A case as it stands; None where there is none.

    Raises:
        WorldError: the store does not answer.
    """
    keys = store.list_keys(layout.records_bucket, case_prefix(case_uid), limit=1)
    if not keys:
        return None
    try:
        return msgspec.json.decode(store.require(Location(layout.records_bucket, keys[0])).body, type=Case)
    except msgspec.DecodeError as error:
        raise BugError(
            what=f"A version of the case {case_uid} is not what the layout says it is.",
            remedy="See who else writes to the records bucket.",
        ) from error
