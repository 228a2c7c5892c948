"""The use case of a user whose real identity was checked: it is remembered, and decides what the user's events are.

A check is an activity `identity.verified`. Its newest one counts, by the time that it says, and not later than it was
judged: so a check that expires or is withdrawn is one more such activity, whatever the order in which they arrive.

A check that verified somebody while its decision was no `allow` is not remembered: a service that an authority ordered
to register nobody has registered nobody.
"""

from datetime import datetime
from typing import Final, TypeVar

import msgspec

from pipeline.events.inputs import ActivityEvent, GenerationEvent, PublicationEvent
from pipeline.events.outputs import DecisionOutcome
from pipeline.policy.judging import event_time
from pipeline.store import Layout, ObjectStore
from pipeline.store.identities import account_in, identity_in, newest_identity, note_identity

__all__ = ["remember_identity", "with_identity_as_it_stands"]

_CHECKED: Final = "identity.verified"
_VERIFIED: Final = "verified"
_LAST: Final = 10**13 - 1
"""The last millisecond that the object layout has a place for, in the year 2286."""

Event = TypeVar("Event", GenerationEvent, PublicationEvent)


def with_identity_as_it_stands(store: ObjectStore, layout: Layout, event: Event) -> Event:
    """An event that names a user and not how its identity stands, saying what was checked last; others as they are.

    Raises:
        WorldError: the store does not answer; try again.
    """
    account = account_in(event.facts)
    if account is None or identity_in(event.facts) is not None:
        return event
    newest = newest_identity(store, layout, account)
    if newest is None:
        return event
    user = event.facts.get("user")
    identity = {"status": newest.status, **({} if newest.method is None else {"method": newest.method})}
    stands = {**(user if isinstance(user, dict) else {}), "identity": identity}
    return msgspec.structs.replace(event, facts={**event.facts, "user": stands})


def remember_identity(
    store: ObjectStore, layout: Layout, event: ActivityEvent, decision: DecisionOutcome, decided_at: datetime
) -> None:
    """Store what an activity says that a check of a user came to; of all other activities nothing.

    Raises:
        WorldError: the store does not answer; try again.
    """
    account = account_in(event.facts) if event.event_type == _CHECKED else None
    check = None if account is None else identity_in(event.facts)
    if account is None or check is None or (check.status == _VERIFIED and decision != "allow"):
        return
    at = min(event_time(event.reference) or decided_at, decided_at)
    milliseconds = min(max(int(at.timestamp() * 1000), 1), _LAST)
    note_identity(store, layout, account, check, at=milliseconds, uid=event.uid, event=event.reference)
