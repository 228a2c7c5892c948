"""The use case of time stamps that come later: what was sealed while no authority answered gets its stamp.

Which events lack one is said by their records, which are read once through, in `TREE_PARTS` parts; records that earlier
releases wrote do not say it, so for those the manifest is read. For each event that lacks one:

1. what was erased, or found illegal since, is left alone
2. sealed asset and manifest are read; they have to be what the record says, and the one valid for the other
3. an update of the manifest is signed with a time stamp, and read back: it is valid for the very same asset
4. it is stored beside the manifest, once; asset, manifest and record stay as they are

A crash anywhere is mended by doing the same again: what has its stamp is passed over.
"""

import hashlib
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import Final, Literal, NamedTuple

import msgspec

from pipeline.credentials import CredentialService, Software
from pipeline.errors import BugError, HostileAssetError, SealRefusedError
from pipeline.events.prepared import prepare
from pipeline.store import Layout, Location, ObjectStore
from pipeline.store.keys import RecordKey, parse_key, tree_prefixes
from pipeline.store.lookup import STAMPED_AT_NAME

__all__ = ["RestampedEvent", "Restamping"]

_MEDIA_TYPE: Final = "application/c2pa"
_MOST: Final = 10**9
_AT_ONCE: Final = 1024
_THREADS: Final = 16


class RestampedEvent(msgspec.Struct, frozen=True, kw_only=True):
    """How an event that sealed something stands.

    Attributes:
        outcome: `has`: there was a time stamp; `lacks`: there is none, and nothing was done; `stamped`: it was added
            now; `barred`: it was erased, or found illegal, and gets none; `left`: it lacks one and gets none.
        why: why it was barred or left; null otherwise.
        manifest: where the manifest is with the time stamp that was added now.
        stamped_at: when it was stamped (RFC 3339).
    """

    event_uid: str
    outcome: Literal["has", "lacks", "stamped", "barred", "left"]
    why: str | None = None
    manifest: str | None = None
    stamped_at: str | None = None


class _Content(msgspec.Struct, frozen=True):
    mime: str


class _Part(msgspec.Struct, frozen=True):
    sha256: str
    uri: str | None = None


class _Manifest(msgspec.Struct, frozen=True):
    uri: str
    sha256: str
    time_stamped: bool | None = None


class _SealingRecord(msgspec.Struct, frozen=True):
    """The part of a record that stamping needs; that of an event that sealed nothing has no manifest."""

    content: _Content | None = None
    original: _Part | None = None
    sealed: _Part | None = None
    manifest: _Manifest | None = None


prepare(_SealingRecord)


class _Sealed(NamedTuple):
    """An event that sealed something, by its record."""

    uid: str
    media_type: str
    original: str | None
    sealed: _Part
    manifest: _Manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class Restamping:
    """Adds time stamps that are missing.

    Args:
        store: where everything is kept.
        layout: which object goes where.
        credentials: asks for stamps and signs; only reads where nothing is done.
        software: who says so.
        only_look: nothing is signed or written.
    """

    store: ObjectStore
    layout: Layout
    credentials: CredentialService
    software: Software
    only_look: bool = False

    def part(self, number: int) -> Iterator[RestampedEvent]:
        """The events of one part of the records, from 0, one after the other as it is done.

        Raises:
            WorldError: the store, or no time-stamp authority, answers; do the same again.
            OperatorError: certificate or authority are of no use.
        """
        prefix = list(tree_prefixes("records"))[number]
        keys = map(parse_key, self.store.list_keys(self.layout.records_bucket, prefix, limit=_MOST))
        return self.among(key.event_uid for key in keys if isinstance(key, RecordKey))

    def among(self, uids: Iterable[str]) -> Iterator[RestampedEvent]:
        """Those of some events that sealed something; raises as `part`."""
        remaining = iter(uids)
        with ThreadPoolExecutor(_THREADS, thread_name_prefix="restamp") as threads:
            while some := list(islice(remaining, _AT_ONCE)):
                for sealed in threads.map(self._sealed, some):
                    if sealed is not None:
                        yield self._event(sealed)

    def _sealed(self, uid: str) -> _Sealed | None:
        at = self.layout.record(uid)
        stored = self.store.get(at)
        if stored is None:
            return None  # not done, or erased meanwhile
        try:
            record = msgspec.json.decode(stored.body, type=_SealingRecord)
        except msgspec.DecodeError as error:
            raise BugError(
                what=f"{at} is not what the object layout says it is.", remedy="See who else writes to this bucket."
            ) from error
        if record.sealed is None or record.manifest is None or record.content is None:
            return None
        original = None if record.original is None else record.original.sha256
        return _Sealed(uid, record.content.mime, original, record.sealed, record.manifest)

    def _event(self, event: _Sealed) -> RestampedEvent:
        at = self.layout.stamped_manifest(event.sealed.sha256, event.uid)
        if event.manifest.time_stamped or self.store.head(at) is not None:
            return RestampedEvent(event_uid=event.uid, outcome="has")
        if (why := self._barred(event)) is not None:  # 1
            return RestampedEvent(event_uid=event.uid, outcome="barred", why=why)
        try:
            return self._lacking(event, at)
        except (SealRefusedError, HostileAssetError) as refused:
            return RestampedEvent(event_uid=event.uid, outcome="left", why=refused.what)

    def _barred(self, event: _Sealed) -> str | None:
        if self.store.head(self.layout.erased_event(event.uid)) is not None:
            return "The content was erased."
        digests = {event.sealed.sha256, event.original} - {None}
        illegal = [self.layout.illegal(digest) for digest in digests if digest is not None]
        if any(self.store.head(at) is not None for at in (self.layout.retraction(event.uid), *illegal)):
            return "The content was found illegal."
        return None

    def _lacking(self, event: _Sealed, at: Location) -> RestampedEvent:
        asset, manifest = self._body(event.sealed), self._body(event.manifest)  # 2
        if asset is None or manifest is None:
            why = "Sealed asset or manifest are not there, or not what the record says."
            return RestampedEvent(event_uid=event.uid, outcome="left", why=why)
        credential = self.credentials.read(asset, event.media_type, manifest=manifest)
        if credential.has_time_stamp:
            return RestampedEvent(event_uid=event.uid, outcome="has")
        if credential.state != "valid":
            why = f"The credential is {credential.state} by now, its signer {credential.trust}."
            return RestampedEvent(event_uid=event.uid, outcome="left", why=why)
        if self.only_look:
            return RestampedEvent(event_uid=event.uid, outcome="lacks")
        stamped = self.credentials.stamp(asset, event.media_type, manifest, self.software)  # 3
        says = {STAMPED_AT_NAME: stamped.stamped_at}
        if not self.store.create(at, stamped.manifest, media_type=_MEDIA_TYPE, metadata=says):  # 4
            return RestampedEvent(event_uid=event.uid, outcome="has")
        return RestampedEvent(event_uid=event.uid, outcome="stamped", manifest=at.uri, stamped_at=stamped.stamped_at)

    def _body(self, part: _Part | _Manifest) -> bytes | None:
        stored = None if part.uri is None else self.store.get(Location.parse(part.uri))
        if stored is None or hashlib.sha256(stored.body).hexdigest() != part.sha256:
            return None
        return stored.body
