"""An object store in memory: the port with the same semantics as a real one, and trouble on demand.

Tests of everything above the port use it instead of mocks; the contract tests hold it against a real server. For the
question "what if the store fails there?", count the calls of a run that went well and play it again with `fail(n)` and
`lose_answer(n)` for every n.
"""

import contextlib
import hashlib
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pipeline.store.erasing import Erased, LockedVersion, StoredVersion
from pipeline.store.location import Location
from pipeline.store.port import ObjectHead, ObjectStore, OpenObject, StoredObject, StoreRefusedError

__all__ = ["Call", "EraserSimulator", "StoreSimulator"]

Operation = Literal["create", "get", "head", "list", "delete"]
Trouble = Literal["fail", "lose answer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of the port, as the tracker keeps it."""

    operation: Operation
    uri: str


class StoreSimulator(ObjectStore):
    """Buckets in memory.

    Args:
        buckets: their names; any other bucket is refused as not there.

    Attributes:
        outage: while True every call meets a refused connection.
        latency: seconds every call takes, outside the lock, so that calls of several threads overlap.
    """

    def __init__(self, *buckets: str) -> None:
        self.outage = False
        self.latency = 0.0
        self._buckets: dict[str, dict[str, StoredObject]] = {name: {} for name in buckets}
        self._calls: list[Call] = []
        self._planned: dict[int, Trouble] = {}
        self._lock = threading.Lock()

    @property
    def calls(self) -> tuple[Call, ...]:
        """Every call so far, in order, those that failed included."""
        with self._lock:
            return tuple(self._calls)

    @property
    def objects(self) -> Mapping[Location, StoredObject]:
        """Everything that is stored, as it is now."""
        with self._lock:
            return {
                Location(bucket, key): stored for bucket, keys in self._buckets.items() for key, stored in keys.items()
            }

    def fail(self, nth: int = 1) -> None:
        """Let the n-th call from now fail before it does anything; 1 is the next one."""
        self._plan(nth, "fail")

    def lose_answer(self, nth: int = 1) -> None:
        """Let the n-th call from now do its work and fail on the way back: what it wrote is written."""
        self._plan(nth, "lose answer")

    def _plan(self, nth: int, trouble: Trouble) -> None:
        with self._lock:
            self._planned[len(self._calls) + nth] = trouble

    def _create(self, location: Location, body: bytes, media_type: str, metadata: Mapping[str, str]) -> bool:
        with self._call("create", location.bucket, location.key) as keys:
            if location.key in keys:
                return False
            keys[location.key] = StoredObject(
                media_type=media_type, metadata=dict(metadata), size=len(body), body=bytes(body)
            )
            return True

    def _open(self, location: Location) -> OpenObject | None:
        with self._call("get", location.bucket, location.key) as keys:
            stored = keys.get(location.key)
        return None if stored is None else OpenObject(head=_head_of(stored), read=lambda: stored.body)

    def _head(self, location: Location) -> ObjectHead | None:
        with self._call("head", location.bucket, location.key) as keys:
            stored = keys.get(location.key)
        return None if stored is None else _head_of(stored)

    def _list_keys(self, bucket: str, prefix: str, limit: int) -> tuple[str, ...]:
        with self._call("list", bucket, prefix) as keys:
            found = sorted((key for key in keys if key.startswith(prefix)), key=str.encode)
        return tuple(found[:limit])

    @contextlib.contextmanager
    def _call(self, operation: Operation, bucket: str, key: str) -> Iterator[dict[str, StoredObject]]:
        """Track the call, let it meet its trouble, and lend it the bucket under the lock."""
        time.sleep(self.latency)
        with self._lock:
            self._calls.append(Call(operation=operation, uri=f"s3://{bucket}/{key}"))
            trouble = self._planned.pop(len(self._calls), None)
            if self.outage or trouble == "fail":
                raise ConnectionRefusedError
            if bucket not in self._buckets:
                raise StoreRefusedError(what=f"The bucket {bucket} is not there.", remedy="Create it.")
            yield self._buckets[bucket]
            if trouble == "lose answer":
                raise ConnectionResetError


class EraserSimulator:
    """The `pipeline.store.erasing.Eraser` of a simulated store: no versions, and locks by key.

    Attributes:
        locked: what may not be deleted, and until when.
    """

    def __init__(self, store: StoreSimulator) -> None:
        self.locked: dict[Location, datetime] = {}
        self._store = store

    def versions(self, bucket: str, prefix: str = "") -> Iterator[StoredVersion]:
        """As `Eraser.versions`."""
        with self._store._call("list", bucket, prefix) as keys:  # noqa: SLF001 (one simulator in two classes)
            found = [(key, stored.size) for key, stored in sorted(keys.items()) if key.startswith(prefix)]
        return (StoredVersion(at=Location(bucket, key), version="null", size=size) for key, size in found)

    def digest(self, version: StoredVersion) -> str | None:
        """As `Eraser.digest`."""
        stored = self._store.get(version.at)
        return None if stored is None else hashlib.sha256(stored.body).hexdigest()

    def erase(self, at: Location, version: str | None = None) -> Erased | LockedVersion:  # noqa: ARG002 (as the port has it)
        """As `Eraser.erase`."""
        with self._store._call("delete", at.bucket, at.key) as keys:  # noqa: SLF001 (as above)
            if at in self.locked:
                return LockedVersion(until=self.locked[at], hold=False)
            return "absent" if keys.pop(at.key, None) is None else "erased"


def _head_of(stored: StoredObject) -> ObjectHead:
    return ObjectHead(media_type=stored.media_type, metadata=stored.metadata, size=stored.size)
