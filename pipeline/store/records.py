"""What is stored of earlier events: records, which are commit markers, and manifests for bytes seen again."""

import contextlib
from collections.abc import Iterator
from typing import Generic, NamedTuple, TypeVar

import msgspec

from pipeline.errors import BugError, IdentityReusedError, WorldError
from pipeline.events.outgoing import to_json
from pipeline.events.outputs import Decision, InspectedContent, ManifestRecord
from pipeline.events.prepared import prepare
from pipeline.store import Layout, Location, ObjectStore
from pipeline.store.lookup import manifests_of

__all__ = [
    "FiledRecord",
    "commit_record",
    "filed_record",
    "manifests_for",
    "record_of",
    "sealed_content",
    "stored_record",
]

Record = TypeVar("Record", ManifestRecord, Decision)

prepare(ManifestRecord, Decision)


class FiledRecord(NamedTuple, Generic[Record]):
    """A record, and the bytes that are stored of it."""

    record: Record
    body: bytes


def stored_record(store: ObjectStore, at: Location, kind: type[Record]) -> Record | None:
    """The record of an event whose work was done before; None where it was not; raises as `filed_record`."""
    filed = filed_record(store, at, kind)
    return None if filed is None else filed.record


def filed_record(store: ObjectStore, at: Location, kind: type[Record]) -> FiledRecord[Record] | None:
    """The record of an event whose work was done before, as it is stored; None where it was not.

    Raises:
        IdentityReusedError: the record is of another kind: two events share one `source` and `id`.
        WorldError: the store does not answer.
    """
    stored = store.get(at)
    if stored is None:
        return None
    try:
        return FiledRecord(msgspec.json.decode(stored.body, type=kind), stored.body)
    except msgspec.ValidationError:
        raise IdentityReusedError(
            what="Another event with the same source and id, but of another type, was here before.",
            remedy="Give every event an id that is unique for its source (CloudEvents 1.0), and send it again.",
        ) from None


def record_of(store: ObjectStore, layout: Layout, event_uid: str) -> ManifestRecord | Decision | None:
    """The record of an event of any kind; None where there is none.

    Raises:
        WorldError: the store does not answer.
    """
    stored = store.get(layout.record(event_uid))
    if stored is None:
        return None
    kinds: tuple[type[ManifestRecord | Decision], ...] = (Decision, ManifestRecord)
    for kind in kinds:
        with contextlib.suppress(msgspec.DecodeError):
            return msgspec.json.decode(stored.body, type=kind)
    raise BugError(
        what=f"The record of the event {event_uid} is neither a decision nor a manifest record.",
        remedy="See who else writes to the records bucket.",
    )


def sealed_content(record: ManifestRecord | Decision) -> InspectedContent | None:
    """What is decided about: of a generation event the sealed asset, which is what may be handed on."""
    if isinstance(record, Decision):
        return record.content
    return InspectedContent(
        id=record.content.id,
        mime=record.content.mime,
        sha256=record.sealed.sha256,
        size=record.sealed.size,
        uri=record.sealed.uri,
    )


def commit_record(store: ObjectStore, at: Location, record: Record) -> FiledRecord[Record]:
    """Store the record of an event and return the one that counts: this one, or the one that was there first."""
    body = to_json(record)
    if store.create(at, body, media_type="application/json"):
        return FiledRecord(record, body)
    first = filed_record(store, at, type(record))
    if first is None:
        raise WorldError(
            what="The store says that a record exists and then does not find it.",
            remedy="It is tried again; see that the store reads its own writes.",
        )
    return first


def manifests_for(store: ObjectStore, layout: Layout, sha256: str) -> Iterator[bytes]:
    """The manifests that are stored for exactly these bytes, in the order of their events.

    Raises:
        WorldError: the store does not answer.
    """
    for location in manifests_of(store, layout, sha256):
        stored = store.get(location)
        if stored is not None:
            yield stored.body
