"""Object layout, version 2: where everything lies. A public contract; anybody with an S3 client may rely on it.

    content bucket   v1/sha256/ab/cd/<sha256>/<event_uid>.sealed.<extension>    what these bytes were sealed into
                     v1/sha256/ab/cd/<sha256>/<event_uid>.c2pa    the manifest for exactly the bytes with this SHA-256
                     v1/sha256/ab/cd/<sha256>/<event_uid>.stamped.c2pa    the same with a time stamp that came later
                     v1/sha256/ab/cd/<sha256>/illegal.json        these bytes were found illegal, and by which verdict
                     v1/sha256/ab/cd/<sha256>/<event_uid>.erased.json    what an event made of these bytes was erased
                     v1/revoked/ab/cd/<consent>.json              a consent was revoked
                     v1/identities/ab/cd/<account>/<place>.<status>.<method>.<event_uid>.json    an identity was checked
                     v1/recognition/ab/cd/<topic>/<partition>/<place>.json    a snapshot of what is recognised
                     v1/recognition/ab/cd/<topic>/<partition>/<place>.claim   who set out to write it, written first
                     v1/codes/ab/cd/<topic>/<partition>/<place>/<number>.codes    a part of it
    records bucket   v1/records/ab/cd/<event_uid>.json            the record of an event, written last
                     v1/published/ab/cd/<sha256>/<event_uid>.json    a publication of the bytes with this SHA-256
                     v1/consented/ab/cd/<consent>/<event_uid>.json    an event that names this consent
                     v1/retractions/ab/cd/<event_uid>.json        an event whose content was found illegal later
                     v1/reviews/ab/cd/<event_uid>.json            what a person decided about an event
                     v1/reviews/ab/cd/<event_uid>/<place>.json    what persons decided later about the same event
                     v1/acts/ab/cd/<event_uid>/<place>.json       who claimed an event, and notes about it
                     v1/accounts/ab/cd/<account>/<place>.json     an entry of an account's ledger of violations
                     v1/counted/ab/cd/<event_uid>.json            a copy of the entry that an event has in a ledger
                     v1/cases/ab/cd/<case_uid>/<place>.json       a case as it stood after one of its events
                     v1/told/ab/cd/<event_uid>.json               which version an event led to, long ago
                     v1/refused/ab/cd/<event_uid>.json            why an act of a person was refused
                     v1/reports/ab/cd/<report_uid>.pdf            a sealed report
                     v1/erased/ab/cd/<event_uid>.json             the content of an event was erased
                     v1/erasures/ab/cd/<erasure_uid>/<place>.json    what one run of an erasure did

`ab/cd` are the first two bytes, in hex, of what follows them; they spread the keys. An event_uid, an account, a
case_uid, a report_uid and an erasure_uid are each a SHA-256 as well (`pipeline.events.identity`), so keys are made of
`[a-z0-9/._]` only, and no two things share one. Every object is written once and never changed.

Version 1 had the sealed asset under its event and, where sealing changed the bytes, a pointer in the original's place:

    content bucket   v1/assets/ab/cd/<event_uid>.<extension>      a sealed asset
                     v1/sha256/ab/cd/<sha256>/<event_uid>.json    a pointer: these bytes were sealed into others

Both are read for ever, and written no more: one object less for each event. No key has moved, so both versions share
the tree `v1/`, and one listing finds what either wrote.

Stores list keys upwards and only from the start, and what is asked of a ledger is its newest entry. So `<place>` counts
down: 100000000 less the entry's number, 99999999 for the first, and the newest entry is the first one listed. That of a
case goes by the number of its version. That of a decision counts down too, from 99999998 for the second decision that
persons took about an event. That of a snapshot is 100000000 less the minute, counted from 1970, in which it was begun;
`<topic>` is the SHA-256 of the topic's name. That of an identity's check is 10000000000000 less its millisecond.
"""

from dataclasses import dataclass
from typing import Literal

import msgspec

from pipeline.media_types import extension_of
from pipeline.store.keys import (
    AccountEntryKey,
    CaseEventKey,
    CaseKey,
    CodesKey,
    ConsentedKey,
    CountedKey,
    ErasedBytesKey,
    ErasedEventKey,
    ErasureKey,
    IdentityKey,
    IllegalKey,
    Key,
    ManifestKey,
    PublishedKey,
    RecordKey,
    RefusedKey,
    ReportKey,
    RetractionKey,
    ReviewActKey,
    ReviewKey,
    RevokedKey,
    SealedKey,
    SnapshotKey,
    StampedManifestKey,
)
from pipeline.store.location import Location

__all__ = ["Layout", "Pointer"]


class Pointer(msgspec.Struct, frozen=True, kw_only=True):
    """What a pointer of version 1 says, as JSON; the three locations are `s3://` URIs."""

    event_uid: str
    role: Literal["original"]
    manifest: str
    sealed: str
    record: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where the objects of one installation lie."""

    content_bucket: str
    records_bucket: str

    def sealed(self, original: str, event_uid: str, media_type: str) -> Location:
        """Where an event's sealed asset lies, by the SHA-256 of the original."""
        return self._in_content(SealedKey(original, event_uid, extension_of(media_type)))

    def manifest(self, sha256: str, event_uid: str) -> Location:
        """Where the manifest lies that an event gave to the bytes with this SHA-256."""
        return self._in_content(ManifestKey(sha256, event_uid))

    def stamped_manifest(self, sha256: str, event_uid: str) -> Location:
        """Where the same manifest lies with a time stamp that was added later; while it is not there, none was."""
        return self._in_content(StampedManifestKey(sha256, event_uid))

    def record(self, event_uid: str) -> Location:
        """Where the record of an event lies; while it is not there, the event is not done."""
        return self._in_records(RecordKey(event_uid))

    def review(self, event_uid: str, number: int = 1) -> Location:
        """Where the decision with this number, from 1, lies that persons took about an event."""
        return self._in_records(ReviewKey(event_uid, number))

    def illegal(self, sha256: str) -> Location:
        """Where it lies that bytes were found illegal; while it is not there, they were not."""
        return self._in_content(IllegalKey(sha256))

    def erased_bytes(self, sha256: str, event_uid: str) -> Location:
        """Where it lies that what an event made of these bytes, or made them, was erased."""
        return self._in_content(ErasedBytesKey(sha256, event_uid))

    def erased_event(self, event_uid: str) -> Location:
        """Where it lies that the content of an event was erased; while it is not there, it was not."""
        return self._in_records(ErasedEventKey(event_uid))

    def erasure(self, erasure_uid: str, number: int) -> Location:
        """Where the record of a run of an erasure lies."""
        return self._in_records(ErasureKey(erasure_uid, number))

    def published(self, sha256: str, event_uid: str) -> Location:
        """Where a publication is found by the bytes that it published."""
        return self._in_records(PublishedKey(sha256, event_uid))

    def consented(self, consent: str, event_uid: str) -> Location:
        """Where an event is found by the consent that it names."""
        return self._in_records(ConsentedKey(consent, event_uid))

    def revoked(self, consent: str) -> Location:
        """Where it lies that a consent was revoked; while it is not there, it was not."""
        return self._in_content(RevokedKey(consent))

    def identity(self, key: IdentityKey) -> Location:
        """Where it lies what a check of a user's identity came to."""
        return self._in_content(key)

    def retraction(self, event_uid: str) -> Location:
        """Where the retraction of an event lies; while it is not there, what was decided about it stands."""
        return self._in_records(RetractionKey(event_uid))

    def review_act(self, event_uid: str, number: int) -> Location:
        """Where the entry with this number, from 1, of the log of an event lies."""
        return self._in_records(ReviewActKey(event_uid, number))

    def account_entry(self, account: str, number: int) -> Location:
        """Where the entry with this number, from 1, of an account's ledger lies."""
        return self._in_records(AccountEntryKey(account, number))

    def counted(self, event_uid: str) -> Location:
        """Where the ledger entry of an event is found by the event; it is a copy."""
        return self._in_records(CountedKey(event_uid))

    def case(self, case_uid: str, version: int) -> Location:
        """Where a case lies as it stood after so many events."""
        return self._in_records(CaseKey(case_uid, version))

    def case_event(self, event_uid: str) -> Location:
        """Where it lies which version of a case an event led to that the newest versions do not name any more."""
        return self._in_records(CaseEventKey(event_uid))

    def refused(self, event_uid: str) -> Location:
        """Where it lies why an act of a person was refused, by the act's own identity."""
        return self._in_records(RefusedKey(event_uid))

    def report(self, report_uid: str) -> Location:
        """Where the sealed PDF of a report lies."""
        return self._in_records(ReportKey(report_uid))

    def snapshot(self, key: SnapshotKey | CodesKey) -> Location:
        """Where a snapshot of what is recognised, its claim or a part of it lies."""
        return self._in_content(key)

    def _in_content(self, key: Key) -> Location:
        return Location(self.content_bucket, str(key))

    def _in_records(self, key: Key) -> Location:
        return Location(self.records_bucket, str(key))
