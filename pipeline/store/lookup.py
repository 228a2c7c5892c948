r"""Finding what is known of a file in hand or of an event, without any service of ours.

A stock S3 client does the same. By file, whichever of the two you have, the one that went in or the one that came out:

    digest=$(sha256sum "$file" | cut -c1-64)
    aws s3 ls "s3://sealstream/v1/sha256/${digest:0:2}/${digest:2:2}/$digest/"

Each line names one event that knows these bytes. `<event_uid>.c2pa` is the manifest that is valid for them:

    aws s3 cp "s3://sealstream/v1/sha256/${digest:0:2}/${digest:2:2}/$digest/$event_uid.c2pa" manifest.c2pa

`<event_uid>.stamped.c2pa` is the same with a time stamp that was added later.

`<event_uid>.sealed.` and an extension is what they were sealed into:

    aws s3 cp "s3://sealstream/v1/sha256/${digest:0:2}/${digest:2:2}/$digest/$name" .

The record of the event says where all of it is. By event, from the CloudEvent's `source` and `id`:

    event_uid=$(printf '%s\0%s' "$source" "$id" | sha256sum | cut -c1-64)
    aws s3 cp "s3://sealstream-records/v1/records/${event_uid:0:2}/${event_uid:2:2}/$event_uid.json" -

`reviews` in the place of `records` has what a person decided about the event; a listing with a slash in the place of
`.json` names what persons decided later, the newest first. Of what was found illegal later, `retractions` has that it
is retracted, and the listing of the file has `illegal.json`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeVar

import msgspec

from pipeline.errors import BugError
from pipeline.events.identity import event_uid
from pipeline.store.chain import latest_taken
from pipeline.store.keys import ManifestKey, PointerKey, SealedKey, digest_prefix, parse_key
from pipeline.store.layout import Layout, Pointer
from pipeline.store.location import Location
from pipeline.store.port import ObjectStore

__all__ = [
    "SEALED_DIGEST_NAME",
    "STAMPED_AT_NAME",
    "Found",
    "LaterStamp",
    "find_by_digest",
    "find_by_event",
    "find_embedded",
    "later_stamp_of",
    "manifests_of",
    "retraction_of",
]

SEALED_DIGEST_NAME: Final = "sealed-sha256"
"""Under this name a sealed asset's metadata has the SHA-256 of its own bytes, which leads to its manifest."""

STAMPED_AT_NAME: Final = "stamped-at"
"""Under this name the metadata of a manifest that was stamped later has the time of its stamp (RFC 3339)."""

_UID: Final = re.compile(r"[0-9a-f]{64}")
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


class LaterStamp(msgspec.Struct, frozen=True, kw_only=True):
    """A time stamp that a manifest got after it was sealed: where it is with it, and when it was stamped."""

    manifest: str
    stamped_at: str | None


class _Manifest(msgspec.Struct, frozen=True):
    uri: str
    binding: str | None = None


class _Digest(msgspec.Struct, frozen=True):
    sha256: str


class _Sealed(msgspec.Struct, frozen=True):
    uri: str
    sha256: str | None = None


class _Record(msgspec.Struct, frozen=True):
    """The part of a record that leads somewhere; that of a publication event has neither of the places."""

    original: _Digest | None = None
    manifest: _Manifest | None = None
    sealed: _Sealed | None = None
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
        review=latest_taken(store, layout, uid),
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
    found: dict[str, Found | None] = {}
    for key in _keys(store, layout, sha256, limit):
        at = Location(layout.content_bucket, key)
        match parse_key(key):
            case ManifestKey(event_uid=uid):  # listed before a sealed asset of the same name: these bytes are both
                found[uid] = _sealed(store, layout, uid, at, sha256)
            case SealedKey(event_uid=uid) if uid not in found:
                found[uid] = _original(store, layout, uid, at, sha256)
            case PointerKey(event_uid=uid):
                found[uid] = _pointed_at(store, layout, uid, at)
            case _:
                pass  # somebody else's object
    return tuple(event for event in found.values() if event is not None)


def find_embedded(store: ObjectStore, layout: Layout, uid: str, sha256: str) -> Found | None:
    """What an event sealed into exactly these bytes, with its manifest in them; None where it did not.

    One request: whoever knows the event from the bytes themselves needs no listing, since a signature is never the same
    twice.

    Args:
        store: where to look.
        layout: which buckets.
        uid: whatever the bytes say of their event.
        sha256: of the bytes, lower-case hex.

    Raises:
        WorldError: the store does not answer.
    """
    if _UID.fullmatch(uid) is None:
        return None
    record_at = layout.record(uid)
    stored = store.get(record_at)
    if stored is None:
        return None
    record = _decoded(stored.body, _Record, record_at)
    if record.sealed is None or record.sealed.sha256 != sha256:
        return None
    if record.manifest is None or record.manifest.binding != "embedded":
        return None
    return Found(
        event_uid=uid,
        role="sealed",
        manifest=Location.parse(record.manifest.uri),
        sealed=Location.parse(record.sealed.uri),
        record_at=record_at,
        record=stored.body,
        review=latest_taken(store, layout, uid),
    )


def retraction_of(store: ObjectStore, layout: Layout, event_uid: str) -> bytes | None:
    """The retraction of an event whose content was found illegal, JSON as it is stored; None where there is none.

    Raises:
        WorldError: the store does not answer.
    """
    stored = store.get(layout.retraction(event_uid))
    return None if stored is None else stored.body


def later_stamp_of(store: ObjectStore, layout: Layout, event_uid: str, manifest: Location) -> LaterStamp | None:
    """The time stamp that an event's manifest got later; None where it got none.

    Args:
        store: where to look.
        layout: which buckets.
        event_uid: the event.
        manifest: where its manifest is.

    Raises:
        WorldError: the store does not answer.
    """
    key = parse_key(manifest.key)
    if not isinstance(key, ManifestKey):
        return None
    at = layout.stamped_manifest(key.sha256, event_uid)
    head = store.head(at)
    return None if head is None else LaterStamp(manifest=at.uri, stamped_at=head.metadata.get(STAMPED_AT_NAME))


def manifests_of(store: ObjectStore, layout: Layout, sha256: str) -> Iterator[Location]:
    """Where the manifests lie that are valid for exactly the bytes with this SHA-256, in the order of their events.

    One request, and one more for each manifest: what is left of an event that was refused has none.
    """
    for key in _keys(store, layout, sha256, _LIMIT):
        match parse_key(key):
            case ManifestKey(event_uid=uid):
                found = _sealed(store, layout, uid, Location(layout.content_bucket, key), sha256)
                if found is not None and found.manifest is not None:
                    yield found.manifest
            case _:
                pass


def _keys(store: ObjectStore, layout: Layout, sha256: str, limit: int) -> tuple[str, ...]:
    return store.list_keys(layout.content_bucket, digest_prefix(sha256), limit=limit)


def _sealed(store: ObjectStore, layout: Layout, uid: str, manifest: Location, sha256: str) -> Found | None:
    """What these bytes are the sealed asset of; None where the event is known to have become another one."""
    record_at = layout.record(uid)
    stored = store.get(record_at)
    record = _Record() if stored is None else _decoded(stored.body, _Record, record_at)
    if record.sealed is not None and record.sealed.sha256 not in (None, sha256):
        return None
    return Found(
        event_uid=uid,
        role="sealed",
        manifest=manifest,
        sealed=Location.parse(record.sealed.uri) if record.sealed else None,
        record_at=record_at,
        record=None if stored is None else stored.body,
        review=latest_taken(store, layout, uid),
    )


def _original(store: ObjectStore, layout: Layout, uid: str, at: Location, sha256: str) -> Found | None:
    """What an original was sealed into; None where the event is known to have sealed another one.

    Of two contents that were sent under one identity at the same moment, one leaves an asset and no record.
    """
    record_at = layout.record(uid)
    stored = store.get(record_at)
    record = _Record() if stored is None else _decoded(stored.body, _Record, record_at)
    if record.original is not None and record.original.sha256 != sha256:
        return None
    manifest = Location.parse(record.manifest.uri) if record.manifest else _manifest_of(store, layout, uid, at)
    return Found(
        event_uid=uid,
        role="original",
        manifest=manifest,
        sealed=at,
        record_at=record_at,
        record=None if stored is None else stored.body,
        review=latest_taken(store, layout, uid),
    )


def _manifest_of(store: ObjectStore, layout: Layout, uid: str, sealed: Location) -> Location | None:
    """Where the manifest of a sealed asset is, without its record: which may not be there yet, or not any more."""
    head = store.head(sealed)
    digest = None if head is None else head.metadata.get(SEALED_DIGEST_NAME)
    return None if digest is None else layout.manifest(digest, uid)


def _pointed_at(store: ObjectStore, layout: Layout, uid: str, at: Location) -> Found:
    pointer = _decoded(store.require(at).body, Pointer, at)
    record_at = Location.parse(pointer.record)
    stored = store.get(record_at)
    return Found(
        event_uid=uid,
        role="original",
        manifest=Location.parse(pointer.manifest),
        sealed=Location.parse(pointer.sealed),
        record_at=record_at,
        record=None if stored is None else stored.body,
        review=latest_taken(store, layout, uid),
    )


def _decoded(body: bytes, kind: type[Body], at: Location) -> Body:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.DecodeError as error:
        raise BugError(
            what=f"{at} is not what the object layout says it is.", remedy="See who else writes to this bucket."
        ) from error
