"""Keys read back: which kind of key a text is."""

from collections.abc import Callable, Mapping
from typing import Final, Literal, TypeAlias

from pipeline.errors import BugError
from pipeline.store.keys.content import (
    AssetKey,
    CodesKey,
    ErasedBytesKey,
    IdentityKey,
    IllegalKey,
    ManifestKey,
    PointerKey,
    RevokedKey,
    SealedKey,
    SnapshotKey,
    StampedManifestKey,
)
from pipeline.store.keys.parts import MILLISECOND, MILLISECONDS, NUMBER, PLACE, PLACES
from pipeline.store.keys.records import (
    AccountEntryKey,
    CaseEventKey,
    CaseKey,
    ConsentedKey,
    CountedKey,
    ErasedEventKey,
    ErasureKey,
    PublishedKey,
    RecordKey,
    RefusedKey,
    ReportKey,
    RetractionKey,
    ReviewActKey,
    ReviewKey,
)

__all__ = ["Key", "parse_key"]

Key: TypeAlias = (
    SealedKey
    | ManifestKey
    | StampedManifestKey
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
        case ["v1", "reviews" | "acts" as tree, _, _, uid, name] if PLACE.fullmatch(name.removesuffix(".json")):
            number = PLACES - int(name.removesuffix(".json"))
            key = ReviewKey(uid, number) if tree == "reviews" else ReviewActKey(uid, number)
        case ["v1", "accounts" | "cases" | "erasures" as tree, _, _, whose, name] if PLACE.fullmatch(
            name.removesuffix(".json")
        ):
            number = PLACES - int(name.removesuffix(".json"))
            key = _NUMBERED[tree](whose, number)
        case ["v1", "recognition", _, _, topic, partition, name] if _numbered(partition, name.partition(".")[0]):
            place, _, suffix = name.partition(".")
            kind: Literal["json", "claim"] = "claim" if suffix == "claim" else "json"
            key = SnapshotKey(topic, int(partition), PLACES - int(place), kind)
        case ["v1", "codes", _, _, topic, partition, place, name] if _numbered(partition, place) and NUMBER.fullmatch(
            name.removesuffix(".codes")
        ):
            key = CodesKey(topic, int(partition), PLACES - int(place), int(name.removesuffix(".codes")))
        case ["v1", "sha256", _, _, sha256, name]:
            key = _under_digest(sha256, name)
        case other:
            return _identity(other, text)
    return key if _writes(key, text) else None


def _identity(parts: list[str], text: str) -> IdentityKey | None:
    """The key of a check of an identity, the last kind that there is; None for everything else."""
    match [part for name in parts for part in name.split(".")]:
        case ["v1", "identities", _, _, account, place, status, method, uid, "json"] if MILLISECOND.fullmatch(place):
            key = IdentityKey(account, MILLISECONDS - int(place), status, method, uid)
            return key if _writes(key, text) else None
    return None


def _under_digest(sha256: str, name: str) -> Key:
    uid, _, rest = name.partition(".")
    match rest.split("."):
        case ["sealed", extension]:
            return SealedKey(sha256, uid, extension)
        case ["stamped", "c2pa"]:
            return StampedManifestKey(sha256, uid)
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
    return bool(NUMBER.fullmatch(partition) and PLACE.fullmatch(place))
