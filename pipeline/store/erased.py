"""What is stored of an event whose content was erased: that it was, when and by which erasure; nothing of whose it was.

It lies by the event in the records bucket, and under the digests of the bytes that the event knew, where whoever has
such a file looks first. The event's record says what was sealed; this says that it is not there any more.
"""

from collections.abc import Iterable

import msgspec

from pipeline.errors import BugError
from pipeline.events.outgoing import to_json
from pipeline.events.prepared import prepare
from pipeline.store.keys import ErasedBytesKey, digest_prefix, parse_key
from pipeline.store.layout import Layout
from pipeline.store.location import Location
from pipeline.store.port import ObjectStore

__all__ = ["ErasedEvent", "erased_bytes", "erased_event", "note_erased"]

_MOST = 1000


class ErasedEvent(msgspec.Struct, frozen=True, kw_only=True):
    """That the content of an event was erased: when, by which erasure, and on which basis."""

    event_uid: str
    erased_at: str
    erasure: str
    basis: tuple[str, ...]


prepare(ErasedEvent)


def note_erased(store: ObjectStore, layout: Layout, erased: ErasedEvent, digests: Iterable[str]) -> None:
    """Store that the content of an event is erased, before that is done; a note that is there already stays.

    Raises:
        WorldError: the store does not answer.
    """
    body = to_json(erased)
    places = [layout.erased_event(erased.event_uid)]
    places += [layout.erased_bytes(digest, erased.event_uid) for digest in digests]
    for at in places:
        store.create(at, body, media_type="application/json")


def erased_event(store: ObjectStore, layout: Layout, event_uid: str) -> ErasedEvent | None:
    """That the content of an event was erased; None where it was not.

    Raises:
        WorldError: the store does not answer.
    """
    at = layout.erased_event(event_uid)
    stored = store.get(at)
    return None if stored is None else _decoded(stored.body, at)


def erased_bytes(store: ObjectStore, layout: Layout, sha256: str) -> tuple[ErasedEvent, ...]:
    """The events that knew these bytes and whose content was erased, in the order of their identities.

    Raises:
        WorldError: the store does not answer.
    """
    keys = store.list_keys(layout.content_bucket, digest_prefix(sha256), limit=_MOST)
    places = [Location(layout.content_bucket, key) for key in keys if isinstance(parse_key(key), ErasedBytesKey)]
    return tuple(_decoded(store.require(at).body, at) for at in places)


def _decoded(body: bytes, at: Location) -> ErasedEvent:
    try:
        return msgspec.json.decode(body, type=ErasedEvent)
    except msgspec.DecodeError as error:
        raise BugError(
            what=f"{at} is not what the object layout says it is.", remedy="See who else writes to this bucket."
        ) from error
