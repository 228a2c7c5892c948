"""The port by which what is stored is erased; no worker has it, and the port that workers have cannot delete.

Where a bucket keeps versions, what is deleted without naming a version is only hidden. So everything here is about
versions; of a bucket without them each object has one, which S3 calls `null`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, TypeAlias

from pipeline.store.location import Location

__all__ = ["Erased", "Eraser", "LockedVersion", "StoredVersion"]

Erased: TypeAlias = Literal["erased", "absent"]
"""It was there and is not any more, or it was not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredVersion:
    """One version of an object."""

    at: Location
    version: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedVersion:
    """What the store does not delete: under retention until an instant (Object Lock), or under a legal hold."""

    until: datetime | None
    hold: bool


class Eraser(Protocol):
    """Erases objects; safe to call from several threads."""

    def versions(self, bucket: str, prefix: str = "") -> Iterator[StoredVersion]:
        """Every version in a bucket whose key begins with `prefix`, without marks of deletion.

        Raises:
            StoreUnavailableError: the store did not answer or failed.
            StoreRefusedError: credentials, policy or a missing bucket stand in the way.
        """

    def digest(self, version: StoredVersion) -> str | None:
        """The SHA-256 of a version, in lowercase hex; None where it is gone. Raises as `versions`.

        A version may be as large as a store takes, so it is never in memory whole.
        """

    def erase(self, at: Location, version: str | None = None) -> Erased | LockedVersion:
        """Delete one version, or else all that there are of an object, and the marks that it was deleted.

        What is locked stays, and is never deleted by a right to do so all the same. Raises as `versions`.
        """
