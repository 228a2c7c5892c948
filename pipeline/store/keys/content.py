"""Keys in the content bucket: of assets and manifests, and of what is known by bytes, by consents and by accounts."""

from dataclasses import dataclass
from typing import Literal

from pipeline.errors import BugError
from pipeline.store.keys.parts import (
    EXTENSION,
    HEX,
    MILLISECONDS,
    WORD,
    checked,
    digest_prefix,
    fan,
    identity_prefix,
    key_place,
    snapshot_prefix,
)

__all__ = [
    "AssetKey",
    "CodesKey",
    "ErasedBytesKey",
    "IdentityKey",
    "IllegalKey",
    "ManifestKey",
    "PointerKey",
    "RevokedKey",
    "SealedKey",
    "SnapshotKey",
    "StampedManifestKey",
]


@dataclass(frozen=True, slots=True)
class SealedKey:
    """The key of a sealed asset: it lies under the SHA-256 of the original that it was made of."""

    original: str
    event_uid: str
    extension: str

    def __str__(self) -> str:
        name = f"{checked(HEX, self.event_uid)}.sealed.{checked(EXTENSION, self.extension)}"
        return f"{digest_prefix(self.original)}{name}"


@dataclass(frozen=True, slots=True)
class AssetKey:
    """The key that version 1 gave to a sealed asset."""

    event_uid: str
    extension: str

    def __str__(self) -> str:
        return f"v1/assets/{fan(self.event_uid)}.{checked(EXTENSION, self.extension)}"


@dataclass(frozen=True, slots=True)
class ManifestKey:
    """The key of the manifest that is valid for exactly the bytes with this SHA-256."""

    sha256: str
    event_uid: str

    def __str__(self) -> str:
        return f"{digest_prefix(self.sha256)}{checked(HEX, self.event_uid)}.c2pa"


@dataclass(frozen=True, slots=True)
class StampedManifestKey:
    """The key of the same manifest with a time stamp that was added later."""

    sha256: str
    event_uid: str

    def __str__(self) -> str:
        return f"{digest_prefix(self.sha256)}{checked(HEX, self.event_uid)}.stamped.c2pa"


@dataclass(frozen=True, slots=True)
class PointerKey:
    """The key that version 1 gave to the pointer from an original's SHA-256 to what was made of it."""

    sha256: str
    event_uid: str

    def __str__(self) -> str:
        return f"{digest_prefix(self.sha256)}{checked(HEX, self.event_uid)}.json"


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
        return f"{digest_prefix(self.sha256)}{checked(HEX, self.event_uid)}.erased.json"


@dataclass(frozen=True, slots=True)
class RevokedKey:
    """The key of what says that a consent was revoked, in the content bucket."""

    consent: str

    def __str__(self) -> str:
        return f"v1/revoked/{fan(self.consent)}.json"


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
        if not 0 < self.at < MILLISECONDS:
            raise BugError(what="A check of an identity was given a time that no key has room for.", remedy="Check it.")
        words = f"{checked(WORD, self.status)}.{checked(WORD, self.method)}"
        place = f"{MILLISECONDS - self.at:013}"
        return f"{identity_prefix(self.account)}{place}.{words}.{checked(HEX, self.event_uid)}.json"


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
        return f"{snapshot_prefix(self.topic, self.partition)}{key_place(self.minute)}.{self.suffix}"


@dataclass(frozen=True, slots=True)
class CodesKey:
    """The key of a part of a snapshot; parts are numbered from 0."""

    topic: str
    partition: int
    minute: int
    number: int

    def __str__(self) -> str:
        return f"v1/codes/{fan(self.topic)}/{self.partition}/{key_place(self.minute)}/{self.number}.codes"
