r"""Finding what is known of a file in hand or of an event, without any service of ours.

A stock S3 client does the same. By file, whichever of the two you have, the one that went in or the one that came out:

    digest=$(sha256sum "$file" | cut -c1-64)
    aws s3 ls "s3://sealstream/v1/sha256/${digest:0:2}/${digest:2:2}/$digest/"

Each line names one event that knows these bytes. `<event_uid>.c2pa` is the manifest that is valid for them:

    aws s3 cp "s3://sealstream/v1/sha256/${digest:0:2}/${digest:2:2}/$digest/$event_uid.c2pa" manifest.c2pa

`<event_uid>.json` says that they were sealed into other bytes, and where those, their manifest and the record are:

    aws s3 cp "s3://sealstream/v1/sha256/${digest:0:2}/${digest:2:2}/$digest/$event_uid.json" -

By event, from the CloudEvent's `source` and `id`:

    event_uid=$(printf '%s\0%s' "$source" "$id" | sha256sum | cut -c1-64)
    aws s3 cp "s3://sealstream-records/v1/records/${event_uid:0:2}/${event_uid:2:2}/$event_uid.json" -

Where the record says that the event is held, `reviews` in the place of `records` has what a person decided about it.
"""

from dataclasses import dataclass
from typing import Final, Literal, TypeVar

import msgspec

from pipeline.errors import BugError
from pipeline.events.identity import event_uid
from pipeline.store.layout import Layout, ManifestKey, Pointer, PointerKey, digest_prefix, parse_key
from pipeline.store.location import Location
from pipeline.store.port import ObjectStore

__all__ = ["Found", "find_by_digest", "find_by_event", "manifests_of"]

_LIMIT: Final = 1000
"""The most events that are listed for one SHA-256; one page of an S3 listing."""

Body = TypeVar("Body")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the store knows of one event, and where it is."""

    event_uid: str

    role: Literal["original", "sealed"] | None
    """What the file in hand is to the event: what went in, or what the manifest is bound to. None without a file."""

    manifest: Location | None
    """None for a publication event, which has a record only."""

    sealed: Location | None
    """The sealed asset; None for a publication event, or where only the record would tell and there is none."""

    record_at: Location
    """Where the record is, or will be."""

    record: bytes | None
    """The record as it is stored, JSON; None while the event is not done, and after retention has run out."""

    review: bytes | None = None
    """What a person decided about an event that was held, JSON; None while nobody has, and for any other event."""


class _Place(msgspec.Struct, frozen=True):
    uri: str


class _Record(msgspec.Struct, frozen=True):
    """The part of a record that leads somewhere; that of a publication event has neither of the places."""

    manifest: _Place | None = None
    sealed: _Place | None = None
    decision: str | None = None


def find_by_event(store: ObjectStore, layout: Layout, source: str, event_id: str) -> Found | None:
    """Find what became of an event; None while it is not done.

    Args:
        store: where to look.
        layout: which buckets.
        source: the CloudEvent's `source`.
        event_id: the CloudEvent's `id`.

    Raises:
        WorldError: the store does not answer.
    """
    uid = event_uid(source, event_id)
    record_at = layout.record(uid)
    stored = store.get(record_at)
    if stored is None:
        return None
    record = _decoded(stored.body, _Record, record_at)
    return Found(
        event_uid=uid,
        role=None,
        manifest=Location.parse(record.manifest.uri) if record.manifest else None,
        sealed=Location.parse(record.sealed.uri) if record.sealed else None,
        record_at=record_at,
        record=stored.body,
        review=_review(store, layout, uid, record),
    )


def find_by_digest(store: ObjectStore, layout: Layout, sha256: str, *, limit: int = _LIMIT) -> tuple[Found, ...]:
    """Find every event that knows a file, by the file's SHA-256; in the order of their event_uid.

    Args:
        store: where to look.
        layout: which buckets.
        sha256: of the file in hand, lower-case hex.
        limit: the most events that are looked at.

    Raises:
        WorldError: the store does not answer.
    """
    found: list[Found] = []
    for key in _keys(store, layout, sha256, limit):
        match parse_key(key):
            case ManifestKey(event_uid=uid):
                found.append(_sealed(store, layout, uid, Location(layout.content_bucket, key)))
            case PointerKey(event_uid=uid):
                found.append(_original(store, layout, uid, Location(layout.content_bucket, key)))
            case _:
                pass  # somebody else's object
    return tuple(found)


def manifests_of(store: ObjectStore, layout: Layout, sha256: str) -> tuple[Location, ...]:
    """Where the manifests lie that are valid for exactly the bytes with this SHA-256; one request."""
    keys = _keys(store, layout, sha256, _LIMIT)
    return tuple(Location(layout.content_bucket, key) for key in keys if isinstance(parse_key(key), ManifestKey))


def _keys(store: ObjectStore, layout: Layout, sha256: str, limit: int) -> tuple[str, ...]:
    return store.list_keys(layout.content_bucket, digest_prefix(sha256), limit=limit)


def _sealed(store: ObjectStore, layout: Layout, uid: str, manifest: Location) -> Found:
    record_at = layout.record(uid)
    stored = store.get(record_at)
    record = _Record() if stored is None else _decoded(stored.body, _Record, record_at)
    return Found(
        event_uid=uid,
        role="sealed",
        manifest=manifest,
        sealed=Location.parse(record.sealed.uri) if record.sealed else None,
        record_at=record_at,
        record=None if stored is None else stored.body,
        review=_review(store, layout, uid, record),
    )


def _original(store: ObjectStore, layout: Layout, uid: str, at: Location) -> Found:
    pointer = _decoded(store.require(at).body, Pointer, at)
    record_at = Location.parse(pointer.record)
    stored = store.get(record_at)
    record = _Record() if stored is None else _decoded(stored.body, _Record, record_at)
    return Found(
        event_uid=uid,
        role="original",
        manifest=Location.parse(pointer.manifest),
        sealed=Location.parse(pointer.sealed),
        record_at=record_at,
        record=None if stored is None else stored.body,
        review=_review(store, layout, uid, record),
    )


def _review(store: ObjectStore, layout: Layout, uid: str, record: _Record) -> bytes | None:
    stored = store.get(layout.review(uid)) if record.decision == "hold" else None
    return None if stored is None else stored.body


def _decoded(body: bytes, kind: type[Body], at: Location) -> Body:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.DecodeError as error:
        raise BugError(
            what=f"{at} is not what layout v1 says it is.", remedy="See who else writes to this bucket."
        ) from error
