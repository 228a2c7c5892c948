"""Object layout, version 2: where everything lies. A public contract; anybody with an S3 client may rely on it.

    content bucket   v1/sha256/ab/cd/<sha256>/<event_uid>.sealed.<extension>    what these bytes were sealed into
                     v1/sha256/ab/cd/<sha256>/<event_uid>.c2pa    the manifest for exactly the bytes with this SHA-256
                     v1/sha256/ab/cd/<sha256>/illegal.json        these bytes were found illegal, and by which verdict
                     v1/recognition/ab/cd/<topic>/<partition>/<place>.json    a snapshot of what is recognised
                     v1/recognition/ab/cd/<topic>/<partition>/<place>.claim   who set out to write it, written first
                     v1/codes/ab/cd/<topic>/<partition>/<place>/<number>.codes    a part of it
    records bucket   v1/records/ab/cd/<event_uid>.json            the record of an event, written last
                     v1/published/ab/cd/<sha256>/<event_uid>.json    a publication of the bytes with this SHA-256
                     v1/retractions/ab/cd/<event_uid>.json        an event whose content was found illegal later
                     v1/reviews/ab/cd/<event_uid>.json            what a person decided about an event
                     v1/reviews/ab/cd/<event_uid>/<place>.json    what persons decided later about the same event
                     v1/acts/ab/cd/<event_uid>/<place>.json       who claimed an event, and notes about it
                     v1/accounts/ab/cd/<account>/<place>.json     an entry of an account's ledger of violations
                     v1/counted/ab/cd/<event_uid>.json            a copy of the entry that an event has in a ledger
                     v1/cases/ab/cd/<case_uid>/<place>.json       a case as it stood after one of its events

`ab/cd` are the first two bytes, in hex, of what follows them; they spread the keys. An event_uid, an account and a
case_uid are each a SHA-256 as well (`pipeline.events.identity`), so keys are made of `[a-z0-9/.]` only, and no two
things share one. Every object is written once and never changed.

Version 1 had the sealed asset under its event and, where sealing changed the bytes, a pointer in the original's place:

    content bucket   v1/assets/ab/cd/<event_uid>.<extension>      a sealed asset
                     v1/sha256/ab/cd/<sha256>/<event_uid>.json    a pointer: these bytes were sealed into others

Both are read for ever, and written no more: one object less for each event. No key has moved, so both versions share
the tree `v1/`, and one listing finds what either wrote.

Stores list keys upwards and only from the start, and what is asked of a ledger is its newest entry. So `<place>` counts
down: 100000000 less the entry's number, 99999999 for the first, and the newest entry is the first one listed. That of a
case goes by the number of its version. That of a decision counts down too, from 99999998 for the second decision that
persons took about an event. That of a snapshot is 100000000 less the minute, counted from 1970, in which it was begun;
`<topic>` is the SHA-256 of the topic's name.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import msgspec

from pipeline.errors import BugError
from pipeline.media_types import extension_of
from pipeline.store.location import Location

__all__ = [
    "AccountEntryKey",
    "AssetKey",
    "CaseKey",
    "CodesKey",
    "CountedKey",
    "IllegalKey",
    "Key",
    "Layout",
    "ManifestKey",
    "Pointer",
    "PointerKey",
    "PublishedKey",
    "RecordKey",
    "RetractionKey",
    "ReviewActKey",
    "ReviewKey",
    "SealedKey",
    "SnapshotKey",
    "account_prefix",
    "acts_prefix",
    "case_prefix",
    "digest_prefix",
    "parse_key",
    "published_prefix",
    "review_prefix",
    "snapshot_prefix",
]

_HEX: Final = re.compile(r"[0-9a-f]{64}")
_EXTENSION: Final = re.compile(r"[a-z0-9]{1,8}")
_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,8}")
_PLACE: Final = re.compile(r"[0-9]{8}")
_PLACES: Final = 10**8


@dataclass(frozen=True, slots=True)
class SealedKey:
    """The key of a sealed asset: it lies under the SHA-256 of the original that it was made of."""

    original: str
    event_uid: str
    extension: str

    def __str__(self) -> str:
        name = f"{_checked(_HEX, self.event_uid)}.sealed.{_checked(_EXTENSION, self.extension)}"
        return f"{digest_prefix(self.original)}{name}"


@dataclass(frozen=True, slots=True)
class AssetKey:
    """The key that version 1 gave to a sealed asset."""

    event_uid: str
    extension: str

    def __str__(self) -> str:
        return f"v1/assets/{_fan(self.event_uid)}.{_checked(_EXTENSION, self.extension)}"


@dataclass(frozen=True, slots=True)
class ManifestKey:
    """The key of the manifest that is valid for exactly the bytes with this SHA-256."""

    sha256: str
    event_uid: str

    def __str__(self) -> str:
        return f"{digest_prefix(self.sha256)}{_checked(_HEX, self.event_uid)}.c2pa"


@dataclass(frozen=True, slots=True)
class PointerKey:
    """The key that version 1 gave to the pointer from an original's SHA-256 to what was made of it."""

    sha256: str
    event_uid: str

    def __str__(self) -> str:
        return f"{digest_prefix(self.sha256)}{_checked(_HEX, self.event_uid)}.json"


@dataclass(frozen=True, slots=True)
class RecordKey:
    """The key of an event's record in the records bucket."""

    event_uid: str

    def __str__(self) -> str:
        return f"v1/records/{_fan(self.event_uid)}.json"


@dataclass(frozen=True, slots=True)
class ReviewKey:
    """The key of a decision that a person took about an event, in the records bucket; they are numbered from 1."""

    event_uid: str
    number: int = 1

    def __str__(self) -> str:
        if self.number == 1:
            return f"v1/reviews/{_fan(self.event_uid)}.json"
        return f"{review_prefix(self.event_uid)}{_place(self.number)}.json"


@dataclass(frozen=True, slots=True)
class IllegalKey:
    """The key of what says that the bytes with this SHA-256 were found illegal."""

    sha256: str

    def __str__(self) -> str:
        return f"{digest_prefix(self.sha256)}illegal.json"


@dataclass(frozen=True, slots=True)
class PublishedKey:
    """The key by which a publication is found by the bytes that it published, in the records bucket."""

    sha256: str
    event_uid: str

    def __str__(self) -> str:
        return f"{published_prefix(self.sha256)}{_checked(_HEX, self.event_uid)}.json"


@dataclass(frozen=True, slots=True)
class RetractionKey:
    """The key of the retraction of an event whose content was found illegal later, in the records bucket."""

    event_uid: str

    def __str__(self) -> str:
        return f"v1/retractions/{_fan(self.event_uid)}.json"


@dataclass(frozen=True, slots=True)
class ReviewActKey:
    """The key of an entry of the log of what people did about an event without deciding; numbered from 1."""

    event_uid: str
    number: int

    def __str__(self) -> str:
        return f"{acts_prefix(self.event_uid)}{_place(self.number)}.json"


@dataclass(frozen=True, slots=True)
class AccountEntryKey:
    """The key of one entry of an account's ledger, in the records bucket; entries are numbered from 1."""

    account: str
    number: int

    def __str__(self) -> str:
        return f"{account_prefix(self.account)}{_place(self.number)}.json"


@dataclass(frozen=True, slots=True)
class CountedKey:
    """The key of the copy of a ledger entry that is found by its event, in the records bucket."""

    event_uid: str

    def __str__(self) -> str:
        return f"v1/counted/{_fan(self.event_uid)}.json"


@dataclass(frozen=True, slots=True)
class CaseKey:
    """The key of one version of a case, in the records bucket; versions are numbered from 1."""

    case_uid: str
    version: int

    def __str__(self) -> str:
        return f"{case_prefix(self.case_uid)}{_place(self.version)}.json"


@dataclass(frozen=True, slots=True)
class SnapshotKey:
    """The key of a snapshot of one partition of the topic whose name has this SHA-256, begun in a minute since 1970.

    `claim` has the key of what is written first, so that of several writers only one goes on.
    """

    topic: str
    partition: int
    minute: int
    suffix: Literal["json", "claim"] = "json"

    def __str__(self) -> str:
        return f"{snapshot_prefix(self.topic, self.partition)}{_place(self.minute)}.{self.suffix}"


@dataclass(frozen=True, slots=True)
class CodesKey:
    """The key of a part of a snapshot; parts are numbered from 0."""

    topic: str
    partition: int
    minute: int
    number: int

    def __str__(self) -> str:
        return f"v1/codes/{_fan(self.topic)}/{self.partition}/{_place(self.minute)}/{self.number}.codes"


Key: TypeAlias = (
    SealedKey
    | ManifestKey
    | AssetKey
    | PointerKey
    | RecordKey
    | ReviewKey
    | IllegalKey
    | PublishedKey
    | RetractionKey
    | ReviewActKey
    | AccountEntryKey
    | CountedKey
    | CaseKey
    | SnapshotKey
    | CodesKey
)


_OF_EVENTS: Final[Mapping[str, Callable[[str], Key]]] = {
    "records": RecordKey,
    "reviews": ReviewKey,
    "retractions": RetractionKey,
    "counted": CountedKey,
}
"""The keys that have nothing but an event in them, by their tree."""


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

    def record(self, event_uid: str) -> Location:
        """Where the record of an event lies; while it is not there, the event is not done."""
        return self._in_records(RecordKey(event_uid))

    def review(self, event_uid: str, number: int = 1) -> Location:
        """Where the decision with this number, from 1, lies that persons took about an event."""
        return self._in_records(ReviewKey(event_uid, number))

    def illegal(self, sha256: str) -> Location:
        """Where it lies that bytes were found illegal; while it is not there, they were not."""
        return self._in_content(IllegalKey(sha256))

    def published(self, sha256: str, event_uid: str) -> Location:
        """Where a publication is found by the bytes that it published."""
        return self._in_records(PublishedKey(sha256, event_uid))

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

    def snapshot(self, key: SnapshotKey | CodesKey) -> Location:
        """Where a snapshot of what is recognised, its claim or a part of it lies."""
        return self._in_content(key)

    def _in_content(self, key: Key) -> Location:
        return Location(self.content_bucket, str(key))

    def _in_records(self, key: Key) -> Location:
        return Location(self.records_bucket, str(key))


def digest_prefix(sha256: str) -> str:
    """What the keys begin with of everything known about the bytes with this SHA-256."""
    return f"v1/sha256/{_fan(sha256)}/"


def published_prefix(sha256: str) -> str:
    """What the keys begin with of all publications of the bytes with this SHA-256."""
    return f"v1/published/{_fan(sha256)}/"


def account_prefix(account: str) -> str:
    """What the keys of an account's ledger begin with; of the keys listed there the first is the newest entry."""
    return f"v1/accounts/{_fan(account)}/"


def case_prefix(case_uid: str) -> str:
    """What the keys of a case begin with; of the keys listed there the first is its newest version."""
    return f"v1/cases/{_fan(case_uid)}/"


def acts_prefix(event_uid: str) -> str:
    """What the keys of the log of an event begin with; of the keys listed there the first is the newest entry."""
    return f"v1/acts/{_fan(event_uid)}/"


def review_prefix(event_uid: str) -> str:
    """What the keys begin with of what persons decided later about an event; the newest is listed first."""
    return f"v1/reviews/{_fan(event_uid)}/"


def snapshot_prefix(topic: str, partition: int) -> str:
    """What the keys of the snapshots of a partition begin with; of those listed there the first is the newest."""
    return f"v1/recognition/{_fan(topic)}/{partition}/"


def parse_key(text: str) -> Key | None:
    """Read a key back; None for what is no key of this layout."""
    match text.split("/"):
        case ["v1", "assets", _, _, name]:
            uid, _, suffix = name.partition(".")
            key: Key = AssetKey(uid, suffix)
        case ["v1", tree, _, _, name] if tree in _OF_EVENTS:
            key = _OF_EVENTS[tree](name.removesuffix(".json"))
        case ["v1", "published", _, _, sha256, name]:
            key = PublishedKey(sha256, name.removesuffix(".json"))
        case ["v1", "reviews" | "acts" as tree, _, _, uid, name] if _PLACE.fullmatch(name.removesuffix(".json")):
            number = _PLACES - int(name.removesuffix(".json"))
            key = ReviewKey(uid, number) if tree == "reviews" else ReviewActKey(uid, number)
        case ["v1", "accounts" | "cases" as tree, _, _, whose, name] if _PLACE.fullmatch(name.removesuffix(".json")):
            number = _PLACES - int(name.removesuffix(".json"))
            key = CaseKey(whose, number) if tree == "cases" else AccountEntryKey(whose, number)
        case ["v1", "recognition", _, _, topic, partition, name] if _numbered(partition, name.partition(".")[0]):
            place, _, suffix = name.partition(".")
            kind: Literal["json", "claim"] = "claim" if suffix == "claim" else "json"
            key = SnapshotKey(topic, int(partition), _PLACES - int(place), kind)
        case ["v1", "codes", _, _, topic, partition, place, name] if _numbered(partition, place) and _NUMBER.fullmatch(
            name.removesuffix(".codes")
        ):
            key = CodesKey(topic, int(partition), _PLACES - int(place), int(name.removesuffix(".codes")))
        case ["v1", "sha256", _, _, sha256, name]:
            key = _under_digest(sha256, name)
        case _:
            return None
    return key if _writes(key, text) else None


def _under_digest(sha256: str, name: str) -> Key:
    uid, _, rest = name.partition(".")
    match rest.split("."):
        case ["sealed", extension]:
            return SealedKey(sha256, uid, extension)
        case ["json"]:
            return IllegalKey(sha256) if uid == "illegal" else PointerKey(sha256, uid)
        case _:
            return ManifestKey(sha256, uid)


def _writes(key: Key, text: str) -> bool:
    """Whether the key is well formed and written exactly so; this alone decides what `parse_key` takes."""
    try:
        return str(key) == text
    except BugError:
        return False


def _numbered(partition: str, place: str) -> bool:
    return bool(_NUMBER.fullmatch(partition) and _PLACE.fullmatch(place))


def _place(number: int) -> str:
    """What lists the highest number first."""
    if not 0 < number < _PLACES:
        raise BugError(
            what="A key was given a number outside of 1 to 99999999.",
            remedy="Number the entries of an account and the versions of a case from 1, and count minutes from 1970.",
        )
    return f"{_PLACES - number:08}"


def _fan(digest: str) -> str:
    _checked(_HEX, digest)
    return f"{digest[:2]}/{digest[2:4]}/{digest}"


def _checked(rule: re.Pattern[str], part: str) -> str:
    if not rule.fullmatch(part):
        raise BugError(
            what="An object key was made of something that is no SHA-256 in lower-case hex, or no plain extension.",
            remedy="Check digests where they come in.",
        )
    return part
