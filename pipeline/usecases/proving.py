"""The use case of a proof: that the record of an event, and what was decided about it since, is in a tile log."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from pipeline.store import Layout, Location, ObjectStore
from pipeline.store.keys import review_prefix
from pipeline.tile_log import Leaf, TileLogs
from pipeline.tile_log.finding import ProvedLeaf, proved

__all__ = ["LeafSought", "prove_leaf", "prove_leaves"]

_MOST: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LeafSought:
    """An object that should have a leaf, and the leaf with its proof; None where no log has it."""

    key: str
    sha256: str
    found: ProvedLeaf | None


class _Dated(msgspec.Struct, frozen=True):
    """The part of a record that says when it was made."""

    sealed_at: str | None = None
    decided_at: str | None = None


def prove_leaves(store: ObjectStore, layout: Layout, logs: TileLogs, event_uid: str) -> tuple[LeafSought, ...]:
    """The leaves of what is stored of an event, if it has a record: that, decisions of persons, its retraction.

    Raises:
        LogFaultError: a log is not what was written.
        WorldError: the store does not answer.
    """
    return tuple(_sought(store, logs, at) for at in _objects(store, layout, event_uid))


def prove_leaf(logs: TileLogs, at: Location, body: bytes) -> ProvedLeaf | None:
    """The leaf of an object with its proof; None where no log has it; raises as `prove_leaves`."""
    return proved(logs, Leaf.of(at, body), _made(body))


def _sought(store: ObjectStore, logs: TileLogs, at: Location) -> LeafSought:
    body = store.require(at).body
    return LeafSought(key=at.key, sha256=Leaf.of(at, body).sha256, found=prove_leaf(logs, at, body))


def _objects(store: ObjectStore, layout: Layout, event_uid: str) -> Iterator[Location]:
    if store.head(layout.record(event_uid)) is None:
        return
    yield layout.record(event_uid)
    if store.head(layout.review(event_uid)) is not None:
        yield layout.review(event_uid)
        later = store.list_keys(layout.records_bucket, review_prefix(event_uid), limit=_MOST)
        yield from (Location(layout.records_bucket, key) for key in reversed(later))
    if store.head(layout.retraction(event_uid)) is not None:
        yield layout.retraction(event_uid)


def _made(body: bytes) -> datetime | None:
    """When an object was made; None where it does not say so, with its time zone."""
    try:
        dated = msgspec.json.decode(body, type=_Dated)
        made = datetime.fromisoformat(dated.sealed_at or dated.decided_at or "")
    except (msgspec.DecodeError, ValueError):
        return None
    return made if made.tzinfo is not None else None
