"""The use case of a loss: topics forgot, or are gone, and what they said is said again from the records bucket.

What is stored of an event or of a case is all that was ever published of it but what wakes people or acts on accounts:
alerts and steps are not said a second time. Everything has the identity and the bytes that it had the first time.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.duties.case_steps import suspension_by
from pipeline.errors import BugError
from pipeline.events.outgoing import Output
from pipeline.events.outputs import Decision
from pipeline.store import Layout, ObjectStore
from pipeline.store.chain import chain_of
from pipeline.store.erased import erased_event
from pipeline.store.keys import CaseKey, RecordKey, parse_key, tree_prefixes
from pipeline.store.records import stored_record
from pipeline.usecases.casework import newest_case

__all__ = ["Restating"]

_EVERY_KEY = 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class Restating:
    """Finds what was published; safe to call from several threads.

    Args:
        store: where records and cases are kept.
        layout: which object goes where.
    """

    store: ObjectStore
    layout: Layout

    def events(self) -> Iterator[str]:
        """The identities of all events that have a record; raises as `of_event`."""
        for prefix in tree_prefixes("records"):
            for key in self.store.list_keys(self.layout.records_bucket, prefix, limit=_EVERY_KEY):
                if isinstance(found := parse_key(key), RecordKey):
                    yield found.event_uid

    def cases(self) -> Iterator[str]:
        """The identities of all cases; raises as `of_case`."""
        for prefix in tree_prefixes("cases"):
            keys = map(parse_key, self.store.list_keys(self.layout.records_bucket, prefix, limit=_EVERY_KEY))
            yield from dict.fromkeys(key.case_uid for key in keys if isinstance(key, CaseKey))

    def of_event(self, uid: str) -> tuple[Output, ...]:
        """What was decided about an event, in the order in which it was: the last is in force, or its retraction.

        Nothing of one whose content was erased: topics that forgot it are not told again.

        Raises:
            BugError: an object is not what the layout says it is.
            WorldError: the store does not answer.
        """
        chain = chain_of(self.store, self.layout, uid)
        if chain is None:
            if erased_event(self.store, self.layout, uid) is not None:  # its retention ran out while this was done
                return ()
            raise BugError(what=f"The record of {uid} was listed and is not there.", remedy="See who deletes records.")
        if erased_event(self.store, self.layout, uid) is not None:
            return ()
        retraction = stored_record(self.store, self.layout.retraction(uid), Decision)
        return (chain.record, *chain.taken, *(() if retraction is None else (retraction,)))

    def of_case(self, uid: str) -> tuple[Output, ...]:
        """A case as it stands, its clocks, and what an order puts into the service registry; raises as `of_event`."""
        case = newest_case(self.store, self.layout, uid)
        if case is None:
            return ()
        order = suspension_by(case)
        return (*(() if order is None else (order,)), case, *case.clocks)
