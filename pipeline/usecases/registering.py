"""The use case of what is registered: its entry says when duties were done last, and its clocks stand accordingly.

The case of an entry is a row of versions in the records bucket like any other (`casework`), and an entry that says
something else is the next one. The whole of an entry counts: who reads it after somebody else writes nothing.

Commit order, as there:

2. the newest version is read; an entry that it has seen, under the same laws, changes nothing
4. the next version is stored; whoever finds it taken starts again
5. it is published by the agents, which also publish again what may not have arrived
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from pipeline.duties.registered import TYPES, Registered, with_entry
from pipeline.errors import WorldError
from pipeline.events.identity import event_uid
from pipeline.events.instants import instant, written
from pipeline.events.outgoing import to_json
from pipeline.events.outputs import Case, EventReference
from pipeline.policy.pack import REGISTERED
from pipeline.policy.running_clocks import ClockLaws, Matter
from pipeline.store import Layout, ObjectStore
from pipeline.usecases.casework import newest_case

__all__ = ["Registering", "Stands"]

_ATTEMPTS: Final = 32
_MOST_EVENTS: Final = 32
_GONE: Final = "gone"
_ENTRIES: Final = "reference:"
"""What the `source` of an entry begins with, before the name of its set; its `id` is what it says."""


class Stands(NamedTuple):
    """A case as it stands, and whether this made it so."""

    case: Case
    is_new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Registering:
    """Keeps the cases of what is registered; safe to call from several threads and processes.

    Args:
        store: where cases are kept.
        layout: which object goes where.
        clocks: the clocks of the packs.
        jurisdictions: where entries are taken to count that do not say it.
        now: the time of day, with time zone.
    """

    store: ObjectStore
    layout: Layout
    clocks: ClockLaws
    jurisdictions: tuple[str, ...]
    now: Callable[[], datetime]

    def __call__(self, entry: Registered) -> Stands:
        """Store how an entry stands, where that is news.

        Raises:
            WorldError: the store does not answer, or too many others write to this case; try again.
        """
        reference = EventReference(
            source=f"{_ENTRIES}{entry.set_name}",
            id=f"{entry.id}@{entry.version}.{entry.mark}.{self.clocks.mark}",
            type=TYPES[entry.set_name],
            time=None,
        )
        for _ in range(_ATTEMPTS):
            newest = newest_case(self.store, self.layout, entry.case_uid)  # 2
            if newest is not None and newest.event == reference:
                return Stands(newest, is_new=False)
            case = self._next(newest, entry, reference)
            if self._stored(case):  # 4
                return Stands(case, is_new=True)
        raise _overtaken()

    def strike(self, uid: str) -> Case | None:
        """Withdraw the clocks of an entry that is not there any more; None where there is nothing to withdraw.

        Raises:
            WorldError: as above.
        """
        for _ in range(_ATTEMPTS):
            newest = newest_case(self.store, self.layout, uid)
            if newest is None or newest.kind not in REGISTERED or newest.event.id.endswith(_GONE):
                return None
            version = newest.version + 1
            gone = EventReference(
                source=newest.event.source, id=f"{newest.id}@{version}.{_GONE}", type=newest.event.type, time=None
            )
            nothing = Matter(
                uid=uid,
                kind=newest.kind,
                id=newest.id,
                version=version,
                jurisdictions=newest.jurisdictions,
                facts=newest.facts,
                dates={},
            )
            case = self._version(newest, nothing, gone, newest.dates)
            if self._stored(case):
                return case
        raise _overtaken()

    def newer(self, case: Case) -> Case | None:
        """The case as it stands, if somebody changed it since; None otherwise; raises as above."""
        newest = newest_case(self.store, self.layout, case.case_uid)
        return None if newest is None or newest.version <= case.version else newest

    def _next(self, before: Case | None, entry: Registered, reference: EventReference) -> Case:
        facts, dates = with_entry(entry, {} if before is None else before.dates)
        matter = Matter(
            uid=entry.case_uid,
            kind=entry.kind,
            id=entry.id,
            version=1 if before is None else before.version + 1,
            jurisdictions=entry.jurisdictions or self.jurisdictions,
            facts=facts,
            dates=dates,
            opened=self.now() if before is None else instant(before.opened_at),
        )
        return self._version(before, matter, reference, dates)

    def _version(
        self, before: Case | None, matter: Matter, reference: EventReference, dates: Mapping[str, tuple[str, ...]]
    ) -> Case:
        now, uid = self.now(), event_uid(reference.source, reference.id)
        return Case(
            case_uid=matter.uid,
            kind=matter.kind,
            id=matter.id,
            version=matter.version,
            jurisdictions=matter.jurisdictions,
            facts=matter.facts,
            dates=dates,
            clocks=self.clocks.running(matter, () if before is None else before.clocks, now),
            opened_at=written(matter.opened or now) if before is None else before.opened_at,
            changed_at=written(now),
            event_uid=uid,
            event=reference,
            events=(*(() if before is None else before.events), uid)[-_MOST_EVENTS:],
            record_uri=self.layout.case(matter.uid, matter.version).uri,
        )

    def _stored(self, case: Case) -> bool:
        where = self.layout.case(case.case_uid, case.version)
        return self.store.create(where, to_json(case), media_type="application/json")


def _overtaken() -> WorldError:
    return WorldError(
        what=f"{_ATTEMPTS} times another worker wrote the case of one entry first.",
        remedy="It is tried again; look for an entry that changes in large numbers.",
    )
