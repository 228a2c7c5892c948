"""What people did about an event without deciding: a log of numbered entries, each create-only."""

from datetime import datetime
from typing import Final

import msgspec

from pipeline.events.outputs import ReviewClaim, ReviewUpdate
from pipeline.store.keys import acts_prefix
from pipeline.store.layout import Layout
from pipeline.store.location import Location
from pipeline.store.port import ObjectStore

__all__ = ["MOST_ACTS", "ActEntry", "entries_of", "live_claim", "newest_update"]

MOST_ACTS: Final = 500
"""So many acts there may be about one event."""


class ActEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the log of an event, as it is stored; the words of a note stay in here, and are not published."""

    update: ReviewUpdate
    note: str | None
    event_digest: str


def entries_of(store: ObjectStore, layout: Layout, uid: str) -> tuple[ActEntry, ...]:
    """The log of an event, the oldest entry first.

    Raises:
        WorldError: the store does not answer.
    """
    keys = store.list_keys(layout.records_bucket, acts_prefix(uid), limit=MOST_ACTS)
    return tuple(_read(store, Location(layout.records_bucket, key)) for key in reversed(keys))


def newest_update(store: ObjectStore, layout: Layout, uid: str) -> ReviewUpdate | None:
    """The newest entry of the log of an event; None where there is none.

    Raises:
        WorldError: the store does not answer.
    """
    keys = store.list_keys(layout.records_bucket, acts_prefix(uid), limit=1)
    return _read(store, Location(layout.records_bucket, keys[0])).update if keys else None


def live_claim(newest: ReviewUpdate | None, decision_id: str, now: datetime) -> ReviewClaim | None:
    """Who has claimed an event now; None for nobody.

    Args:
        newest: the newest entry of its log.
        decision_id: the decision that is in force: claims on another one have ended with that.
        now: the time of day.
    """
    claim = None if newest is None or newest.seen != decision_id else newest.claim
    return None if claim is None or datetime.fromisoformat(claim.until) <= now else claim


def _read(store: ObjectStore, at: Location) -> ActEntry:
    return msgspec.json.decode(store.require(at).body, type=ActEntry)
