"""The use case of erasure (GDPR Art. 17, PIPL Art. 47): what is stored of a person's content, or of a content, goes.

What an event is, whose and about which content, is said by its record alone. So a person's events, and those of a
content id, are found by reading the records bucket once through, in 256 parts; one pass serves any number of requests.
The events of a digest are found by listing what lies under it. For each event, in this order:

1. it is noted that the event's content is erased: from now on a replay of it says nothing, and nobody recognises it
2. its sealed asset and manifest are deleted, all versions
3. its manifest record is taken off its topic, by a tombstone under the content id
4. the inbox is searched for the bytes that events brought, by size and digest
5. where law demands its record no more, that is deleted with what else is stored by it, the record itself last, and
   only if nothing of it is locked

A crash anywhere is mended by doing the same again: an event is found until its record is gone, and what is deleted
already is absent.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import chain, islice
from typing import Final, Literal

import msgspec

from pipeline.duties.erasure import BASES, LeftBehind, Reason, left
from pipeline.events.instants import written
from pipeline.events.outgoing import to_json
from pipeline.events.prepared import prepare
from pipeline.store import Layout, Location, ObjectStore
from pipeline.store.erased import ErasedEvent, erased_bytes, erased_event, note_erased
from pipeline.store.erasing import Eraser, LockedVersion, StoredVersion
from pipeline.store.illegal import events_about
from pipeline.store.keys import (
    CONSENTED,
    CaseKey,
    ConsentedKey,
    ErasedBytesKey,
    IllegalKey,
    RecordKey,
    account_prefix,
    acts_prefix,
    digest_prefix,
    erasure_prefix,
    identity_prefix,
    parse_key,
    review_prefix,
    tree_prefixes,
)
from pipeline.usecases.erasure import (
    ErasableRecord,
    ErasedObject,
    ErasureReport,
    ErasureRequest,
    OutlivedEvent,
    PartErased,
    erasable,
    erased_part,
    joined_parts,
)

__all__ = ["BUCKET_PARTS", "Erasing"]

BUCKET_PARTS: Final = 256
"""The records bucket is read in so many parts, by the first pair of hex digits of the event_uid."""

_THREADS: Final = 16
_READERS: Final = 8
"""So many objects of the inbox are read at a time, each of them piece by piece."""

_MOST: Final = 10**9
_MOST_OF_ONE: Final = 1000
_AT_ONCE: Final = 1024


class _About(msgspec.Struct, frozen=True):
    event_uid: str | None = None
    account: str | None = None


class _Case(msgspec.Struct, frozen=True):
    about: _About | None = None
    party: str | None = None


prepare(_Case)


@dataclass(frozen=True, kw_only=True)
class Erasing:
    """Erases what is stored for some requests; what it finds is deleted at once, unless it only looks.

    Args:
        store: reads records, and writes what is noted.
        layout: which object goes where.
        eraser: deletes.
        inbox_bucket: where producers put assets.
        retention: for how long law demands records.
        now: the time of day.
        requests: what is asked for.
        only_look: nothing is deleted or written.
    """

    store: ObjectStore
    layout: Layout
    eraser: Eraser
    inbox_bucket: str
    retention: timedelta
    now: Callable[[], datetime]
    requests: tuple[ErasureRequest, ...]
    only_look: bool = False

    @cached_property
    def _wanted(self) -> dict[tuple[str, str], str]:
        return {(request.kind, request.subject): request.uid for request in self.requests}

    @property
    def reads_records(self) -> bool:
        """Whether the records have to be read through; a digest leads to its events without."""
        return any(request.kind != "digest" for request in self.requests)

    def part(self, number: int) -> PartErased:
        """Read one part of the records bucket, from 0, and erase what is found there.

        Raises:
            WorldError: the store does not answer; do the same again.
        """
        prefix = list(tree_prefixes("records"))[number]
        keys = map(parse_key, self.store.list_keys(self.layout.records_bucket, prefix, limit=_MOST))
        return self.among(key.event_uid for key in keys if isinstance(key, RecordKey))

    def of_digests(self) -> PartErased:
        """Erase the events that know the bytes of requests by digest; raises as `part`."""
        parts: list[PartErased] = []
        for request in self.requests:
            if request.kind == "digest":
                uids = events_about(self.store, self.layout, request.subject)
                parts.append(self.among(uids, by=request.uid))
                if request.subject not in parts[-1].digests:
                    # No record tells its size; what lies in the inbox is what was asked for all the same.
                    parts.append(PartErased(digests=frozenset([request.subject]), has_unsized=True))
        return joined_parts(*parts)

    def among(self, uids: Iterable[str], *, by: str | None = None) -> PartErased:
        """Erase those of some events that were asked for, or all of them by one erasure; raises as `part`."""
        parts: list[PartErased] = []
        remaining = iter(uids)
        with ThreadPoolExecutor(_THREADS, thread_name_prefix="erase") as threads:
            while some := list(islice(remaining, _AT_ONCE)):
                found = threads.map(lambda uid: self._event(uid, by), some)
                parts += [part for part in found if part is not None]
        return joined_parts(*parts)

    def _event(self, uid: str, by: str | None) -> PartErased | None:
        stored = self.store.get(self.layout.record(uid))
        if stored is None:
            return None  # listed, and erased meanwhile; or its work is not done, and it is found the next time
        record = erasable(stored.body, uid)
        erasure = by or self._asked_for(record)
        return None if erasure is None else self._erase(record, erasure)

    def _asked_for(self, record: ErasableRecord) -> str | None:
        """The erasure by which an event is erased; None for one that nobody asked for."""
        content = "" if record.content is None else record.content.id
        named = (("content", content), *(("user", account) for account in record.accounts))
        return next((self._wanted[name] for name in reversed(named) if name in self._wanted), None)

    def _erase(self, record: ErasableRecord, erasure: str) -> PartErased:
        uid = record.event_uid
        digests = record.digests
        sought = (*record.brought, *(part for part in record.known if ("digest", part.sha256) in self._wanted))
        noted = erased_event(self.store, self.layout, uid)
        if not self.only_look:
            note = noted or ErasedEvent(event_uid=uid, erased_at=written(self.now()), erasure=erasure, basis=BASES)
            note_erased(self.store, self.layout, note, digests if record.sealed else ())  # 1
        done = [self._delete(at, "sealed asset or manifest") for at in self._content_of(record)]  # 2
        done += [left("illegal", at.uri) for at in self._found_illegal(digests)]
        until = None if record.at is None else record.at + self.retention
        is_demanded = until is None or until > self.now()
        is_outlived = not is_demanded and not _is_locked(done)
        if is_demanded:
            done.append(left("record", self.layout.record(uid).uri, None if until is None else written(until)))
        elif not is_outlived:
            done.append(left("rest", self.layout.record(uid).uri))
        return msgspec.structs.replace(
            erased_part(done),
            events=(uid,),
            by={erasure: 1},
            was_erased=int(noted is not None),
            content_ids=(record.content.id,) if record.sealed and record.content else (),
            outlived=(self._outlived(record),) if is_outlived else (),
            digests=frozenset(target.sha256 for target in sought if target.sha256),
            sizes=frozenset(target.size for target in sought if target.size is not None),
            has_unsized=any(target.size is None for target in sought),
        )

    def _content_of(self, record: ErasableRecord) -> list[Location]:
        """Where an event's sealed asset, its manifest and pointers lie, by whichever version of the layout."""
        named = [part.uri for part in (record.sealed, record.manifest) if part is not None and part.uri]
        places = dict.fromkeys(Location.parse(uri) for uri in named)
        if record.sealed is not None:
            for digest in record.digests:
                keys = self.store.list_keys(self.layout.content_bucket, digest_prefix(digest), limit=_MOST)
                for key in keys:
                    parsed = parse_key(key)
                    if not isinstance(parsed, ErasedBytesKey) and record.event_uid == getattr(
                        parsed, "event_uid", None
                    ):
                        places[Location(self.layout.content_bucket, key)] = None
        # What was deleted before is absent, and is not said again.
        return [at for at in places if not self.only_look or self.store.head(at) is not None]

    def _found_illegal(self, digests: Iterable[str]) -> Iterator[Location]:
        for digest in digests:
            at = Location(self.layout.content_bucket, str(IllegalKey(digest)))
            if self.store.head(at) is not None:
                yield at

    def _outlived(self, record: ErasableRecord) -> OutlivedEvent:
        brought = (asset.sha256 for asset in record.brought if asset.sha256)
        places = tuple(at.uri for at in self._records(record))
        return OutlivedEvent(event_uid=record.event_uid, places=places, digests=tuple(brought))

    def _records(self, record: ErasableRecord) -> list[Location]:
        """What the records bucket has of an event, the record itself last."""
        uid, bucket = record.event_uid, self.layout.records_bucket
        places = [self.layout.retraction(uid), self.layout.review(uid), self.layout.counted(uid)]
        for prefix in (review_prefix(uid), acts_prefix(uid)):
            keys = self.store.list_keys(bucket, prefix, limit=_MOST_OF_ONE)
            places += [Location(bucket, key) for key in keys]
        if record.content is not None and record.content.sha256:
            places.append(self.layout.published(record.content.sha256, uid))
        return [*(at for at in places if self.store.head(at) is not None), self.layout.record(uid)]

    def outlived(self, found: PartErased) -> PartErased:
        """Delete the records that law demands no more, when all else is done; raises as `part`.

        An event's record is what leads to everything else of it. So where the store has something of it locked, the
        record stays, for a later run to find the rest by.
        """
        notes = self._consented({event.event_uid for event in found.outlived})

        def erase(event: OutlivedEvent) -> list[ErasedObject | LeftBehind | None]:
            return self._with_record(event, notes.get(event.event_uid, ()), found.locked)

        with ThreadPoolExecutor(_THREADS, thread_name_prefix="erase") as threads:
            done = list(threads.map(erase, found.outlived))
        return erased_part(chain.from_iterable(done))

    def _with_record(
        self, event: OutlivedEvent, notes: Iterable[str], locked: frozenset[str]
    ) -> list[ErasedObject | LeftBehind | None]:
        if not locked.isdisjoint(event.digests):
            return [left("rest", event.record), *(left("consent", uri) for uri in notes)]
        done: list[ErasedObject | LeftBehind | None] = []
        for uri in (*notes, *event.places):
            done.append(self._delete(Location.parse(uri), "record"))
            if _is_locked(done):
                return done if uri == event.record else [*done, left("rest", event.record)]
        return done

    def _delete(
        self,
        at: Location,
        what: Literal["sealed asset or manifest", "inbox copy", "record"],
        version: str | None = None,
    ) -> ErasedObject | LeftBehind | None:
        if self.only_look:
            return ErasedObject(what=what, where=at.uri)
        done = self.eraser.erase(at, version)
        if isinstance(done, LockedVersion):
            return left("lock", at.uri, "the legal hold ends" if done.until is None else written(done.until))
        return None if done == "absent" else ErasedObject(what=what, where=at.uri)

    def inbox(self, found: PartErased) -> PartErased:
        """Erase the copies of what events brought, wherever in the inbox they lie, with all their versions.

        The bucket is listed whole. Only objects of a size that is wanted are read, several at a time; where the size
        of something is not known, all are.

        Raises:
            WorldError: the store does not answer; do the same again.
        """
        done: list[ErasedObject | LeftBehind | None] = []
        locked: set[str] = set()

        def erase(version: StoredVersion) -> tuple[str, ErasedObject | LeftBehind | None]:
            digest = self.eraser.digest(version) or ""
            is_copy = digest in found.digests
            return digest, self._delete(version.at, "inbox copy", version.version) if is_copy else None

        likely = (
            version
            for version in (self.eraser.versions(self.inbox_bucket) if found.digests else ())
            if found.has_unsized or version.size in found.sizes
        )
        with ThreadPoolExecutor(_READERS, thread_name_prefix="erase") as threads:
            while some := list(islice(likely, _AT_ONCE)):
                for digest, outcome in threads.map(erase, some):
                    done.append(outcome)
                    if _is_locked([outcome]):
                        locked.add(digest)
        return msgspec.structs.replace(erased_part(done), locked=frozenset(locked))

    def beside(self, found: PartErased) -> tuple[LeftBehind, ...]:
        """What is left that is no event's own: ledgers, cases, and what only time takes away; raises as `part`."""
        accounts = {request.subject for request in self.requests if request.kind == "user"}
        bucket = self.layout.records_bucket
        kept = [
            left("account", f"s3://{bucket}/{account_prefix(account)}")
            for account in sorted(accounts)
            if self.store.list_keys(bucket, account_prefix(account), limit=1)
        ]
        content = self.layout.content_bucket
        kept += [
            left("identity", f"s3://{content}/{identity_prefix(account)}")
            for account in sorted(accounts)
            if self.store.list_keys(content, identity_prefix(account), limit=1)
        ]
        kept += [left("case", at.uri) for at in self._cases(accounts, frozenset(found.events))]
        demanded = set(found.events) - {event.event_uid for event in found.outlived}
        kept += [left("consent", uri) for uris in self._consented(demanded).values() for uri in uris]
        if found.events:
            kept.append(left("codes", f"s3://{content}/v1/recognition/"))
            kept.append(left("inbox", "other buckets"))
        return tuple(kept)

    def _consented(self, events: set[str]) -> Mapping[str, list[str]]:
        """The notes by which the revocation of a consent finds events; no record says where they lie."""
        notes: dict[str, list[str]] = {}
        bucket = self.layout.records_bucket
        for key in self.store.list_keys(bucket, CONSENTED, limit=_MOST) if events else ():
            note = parse_key(key)
            if isinstance(note, ConsentedKey) and note.event_uid in events:
                notes.setdefault(note.event_uid, []).append(Location(bucket, key).uri)
        return notes

    def _cases(self, accounts: set[str], events: frozenset[str]) -> Iterator[Location]:
        """The newest version of each case of an account, or about one of the events."""
        for prefix in tree_prefixes("cases"):
            newest: dict[str, int] = {}
            for key in map(parse_key, self.store.list_keys(self.layout.records_bucket, prefix, limit=_MOST)):
                if isinstance(key, CaseKey):
                    newest[key.case_uid] = max(key.version, newest.get(key.case_uid, 0))
            for uid, version in newest.items():
                at = self.layout.case(uid, version)
                case = msgspec.json.decode(self.store.require(at).body, type=_Case)
                about = case.about or _About()
                if {case.party, about.account} & accounts or about.event_uid in events:
                    yield at

    def record(self, found: PartErased, kept: Iterable[LeftBehind]) -> tuple[str, ...]:
        """Store what this run did, an object for each request that anything was found for; returns where.

        Raises:
            WorldError: the store does not answer.
        """
        reasons = [left_behind.what for left_behind in (*found.left, *kept)]
        counts: dict[Reason, int] = {what: reasons.count(what) for what in dict.fromkeys(reasons)}
        kinds = [gone.what for gone in found.erased]
        return tuple(
            self._record(
                request,
                ErasureReport(
                    erasure=request.uid,
                    kind=request.kind,
                    number=1,
                    basis=BASES,
                    finished_at=written(self.now()),
                    events=found.by.get(request.uid, 0),
                    together_with=len(self.requests) - 1,
                    was_erased=found.was_erased,
                    erased={what: kinds.count(what) for what in dict.fromkeys(kinds)},
                    left={str(what): count for what, count in counts.items()},
                ),
            )
            for request in self.requests
            if request.uid in found.by or (request.kind == "digest" and found.erased)
        )

    def _record(self, request: ErasureRequest, report: ErasureReport) -> str:
        while True:
            keys = self.store.list_keys(self.layout.records_bucket, erasure_prefix(request.uid), limit=1)
            before = parse_key(keys[0]) if keys else None
            number = 1 + int(getattr(before, "number", 0))
            at = self.layout.erasure(request.uid, number)
            body = to_json(msgspec.structs.replace(report, number=number))
            if self.store.create(at, body, media_type="application/json"):
                return at.uri

    def known_before(self) -> bool:
        """Whether anything was erased for these requests by an earlier run; raises as `part`."""
        runs = (
            self.store.list_keys(self.layout.records_bucket, erasure_prefix(request.uid), limit=1)
            for request in self.requests
        )
        return any(runs) or any(
            erased_bytes(self.store, self.layout, request.subject)
            for request in self.requests
            if request.kind == "digest"
        )


def _is_locked(done: Iterable[ErasedObject | LeftBehind | None]) -> bool:
    """Whether the store has locked anything of what was to be deleted."""
    return any(isinstance(outcome, LeftBehind) and outcome.what == "lock" for outcome in done)
