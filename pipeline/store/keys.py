"""Keys of objects: what each is made of, what the keys of its kind begin with, and how a key is read back.

What lies where, and why, is in `pipeline.store.layout`, which alone decides about buckets.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from pipeline.errors import BugError

__all__ = [
    "TREE_PARTS",
    "AccountEntryKey",
    "AssetKey",
    "CaseEventKey",
    "CaseKey",
    "CodesKey",
    "ConsentedKey",
    "CountedKey",
    "ErasedBytesKey",
    "ErasedEventKey",
    "ErasureKey",
    "IdentityKey",
    "IllegalKey",
    "Key",
    "ManifestKey",
    "PointerKey",
    "PublishedKey",
    "RecordKey",
    "RefusedKey",
    "ReportKey",
    "RetractionKey",
    "ReviewActKey",
    "ReviewKey",
    "RevokedKey",
    "SealedKey",
    "SnapshotKey",
    "Tree",
    "account_prefix",
    "acts_prefix",
    "case_prefix",
    "consented_prefix",
    "digest_prefix",
    "erasure_prefix",
    "identity_prefix",
    "parse_key",
    "published_prefix",
    "review_prefix",
    "snapshot_prefix",
    "tree_prefixes",
]

_HEX: Final = re.compile(r"[0-9a-f]{64}")
_EXTENSION: Final = re.compile(r"[a-z0-9]{1,8}")
_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,8}")
_PLACE: Final = re.compile(r"[0-9]{8}")
_PLACES: Final = 10**8
_WORD: Final = re.compile(r"[a-z][a-z_]{0,31}")
_MILLISECOND: Final = re.compile(r"[0-9]{13}")
_MILLISECONDS: Final = 10**13


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
class ErasedBytesKey:
    """The key of what says, under the SHA-256 of bytes that an event knew, that its content was erased."""

    sha256: str
    event_uid: str

    def __str__(self) -> str:
        return f"{digest_prefix(self.sha256)}{_checked(_HEX, self.event_uid)}.erased.json"


@dataclass(frozen=True, slots=True)
class ErasedEventKey:
    """The key of what says that the content of an event was erased, in the records bucket."""

    event_uid: str

    def __str__(self) -> str:
        return f"v1/erased/{_fan(self.event_uid)}.json"


@dataclass(frozen=True, slots=True)
class ErasureKey:
    """The key of the record of one run of an erasure, in the records bucket; runs are numbered from 1."""

    erasure_uid: str
    number: int

    def __str__(self) -> str:
        return f"{erasure_prefix(self.erasure_uid)}{_place(self.number)}.json"


@dataclass(frozen=True, slots=True)
class PublishedKey:
    """The key by which a publication is found by the bytes that it published, in the records bucket."""

    sha256: str
    event_uid: str

    def __str__(self) -> str:
        return f"{published_prefix(self.sha256)}{_checked(_HEX, self.event_uid)}.json"


@dataclass(frozen=True, slots=True)
class ConsentedKey:
    """The key by which an event is found by the consent that it names, in the records bucket."""

    consent: str
    event_uid: str

    def __str__(self) -> str:
        return f"{consented_prefix(self.consent)}{_checked(_HEX, self.event_uid)}.json"


@dataclass(frozen=True, slots=True)
class RevokedKey:
    """The key of what says that a consent was revoked, in the content bucket."""

    consent: str

    def __str__(self) -> str:
        return f"v1/revoked/{_fan(self.consent)}.json"


@dataclass(frozen=True, slots=True)
class IdentityKey:
    """The key of a check of a user's real identity, in the content bucket: when it was, and what it came to.

    `at` counts milliseconds from 1970. All of it is in the key, so that listing the first one tells how a user stands.
    """

    account: str
    at: int
    status: str
    method: str
    event_uid: str

    def __str__(self) -> str:
        if not 0 < self.at < _MILLISECONDS:
            raise BugError(what="A check of an identity was given a time that no key has room for.", remedy="Check it.")
        words = f"{_checked(_WORD, self.status)}.{_checked(_WORD, self.method)}"
        place = f"{_MILLISECONDS - self.at:013}"
        return f"{identity_prefix(self.account)}{place}.{words}.{_checked(_HEX, self.event_uid)}.json"


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
class CaseEventKey:
    """The key by which an event of a case is found that the newest versions do not name any more."""

    event_uid: str

    def __str__(self) -> str:
        return f"v1/told/{_fan(self.event_uid)}.json"


@dataclass(frozen=True, slots=True)
class RefusedKey:
    """The key of why an act of a person was refused, in the records bucket, by the act's own identity."""

    event_uid: str

    def __str__(self) -> str:
        return f"v1/refused/{_fan(self.event_uid)}.json"


@dataclass(frozen=True, slots=True)
class ReportKey:
    """The key of a sealed report, in the records bucket, by what it says."""

    report_uid: str

    def __str__(self) -> str:
        return f"v1/reports/{_fan(self.report_uid)}.pdf"


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
    | ErasedBytesKey
    | ErasedEventKey
    | ErasureKey
    | PublishedKey
    | ConsentedKey
    | RevokedKey
    | IdentityKey
    | RetractionKey
    | ReviewActKey
    | AccountEntryKey
    | CountedKey
    | CaseKey
    | CaseEventKey
    | RefusedKey
    | ReportKey
    | SnapshotKey
    | CodesKey
)


_OF_EVENTS: Final[Mapping[str, Callable[[str], Key]]] = {
    "records": RecordKey,
    "reviews": ReviewKey,
    "retractions": RetractionKey,
    "erased": ErasedEventKey,
    "counted": CountedKey,
    "told": CaseEventKey,
    "refused": RefusedKey,
    "revoked": RevokedKey,
}
"""The keys that have nothing but an event in them, or a consent, by their tree."""

_NUMBERED: Final[Mapping[str, Callable[[str, int], Key]]] = {
    "accounts": AccountEntryKey,
    "cases": CaseKey,
    "erasures": ErasureKey,
}
"""The keys of what is numbered, by their tree."""


def digest_prefix(sha256: str) -> str:
    """What the keys begin with of everything known about the bytes with this SHA-256."""
    return f"v1/sha256/{_fan(sha256)}/"


def published_prefix(sha256: str) -> str:
    """What the keys begin with of all publications of the bytes with this SHA-256."""
    return f"v1/published/{_fan(sha256)}/"


def erasure_prefix(erasure_uid: str) -> str:
    """What the keys of the records of an erasure begin with; the newest is listed first."""
    return f"v1/erasures/{_fan(erasure_uid)}/"


def consented_prefix(consent: str) -> str:
    """What the keys begin with of all events that name a consent."""
    return f"v1/consented/{_fan(consent)}/"


def identity_prefix(account: str) -> str:
    """What the keys begin with of all checks of a user's identity; of those listed there the first is the newest."""
    return f"v1/identities/{_fan(account)}/"


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


Tree: TypeAlias = Literal["records", "reviews", "retractions", "acts", "cases", "accounts"]
"""What the records bucket has of each event, of each case and of each account."""

TREE_PARTS: Final = 256


def tree_prefixes(tree: Tree) -> Iterator[str]:
    """What the keys of a tree begin with: `TREE_PARTS` parts of about the same size."""
    return (f"v1/{tree}/{part:02x}/" for part in range(TREE_PARTS))


def parse_key(text: str) -> Key | None:
    """Read a key back; None for what is no key of this layout."""
    match text.split("/"):
        case ["v1", "assets", _, _, name]:
            uid, _, suffix = name.partition(".")
            key: Key = AssetKey(uid, suffix)
        case ["v1", tree, _, _, name] if tree in _OF_EVENTS:
            key = _OF_EVENTS[tree](name.removesuffix(".json"))
        case ["v1", "reports", _, _, name]:
            key = ReportKey(name.removesuffix(".pdf"))
        case ["v1", "published" | "consented" as tree, _, _, digest, name]:
            uid = name.removesuffix(".json")
            key = PublishedKey(digest, uid) if tree == "published" else ConsentedKey(digest, uid)
        case ["v1", "reviews" | "acts" as tree, _, _, uid, name] if _PLACE.fullmatch(name.removesuffix(".json")):
            number = _PLACES - int(name.removesuffix(".json"))
            key = ReviewKey(uid, number) if tree == "reviews" else ReviewActKey(uid, number)
        case ["v1", "accounts" | "cases" | "erasures" as tree, _, _, whose, name] if _PLACE.fullmatch(
            name.removesuffix(".json")
        ):
            number = _PLACES - int(name.removesuffix(".json"))
            key = _NUMBERED[tree](whose, number)
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
        case other:
            return _identity(other, text)
    return key if _writes(key, text) else None


def _identity(parts: list[str], text: str) -> IdentityKey | None:
    """The key of a check of an identity, the last kind that there is; None for everything else."""
    match [part for name in parts for part in name.split(".")]:
        case ["v1", "identities", _, _, account, place, status, method, uid, "json"] if _MILLISECOND.fullmatch(place):
            key = IdentityKey(account, _MILLISECONDS - int(place), status, method, uid)
            return key if _writes(key, text) else None
    return None


def _under_digest(sha256: str, name: str) -> Key:
    uid, _, rest = name.partition(".")
    match rest.split("."):
        case ["sealed", extension]:
            return SealedKey(sha256, uid, extension)
        case ["erased", "json"]:
            return ErasedBytesKey(sha256, uid)
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
