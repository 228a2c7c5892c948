"""Snapshots of what is recognised, in the object store: so that a start reads little of the topic.

Several workers know the same. Whoever first writes the claim of an hour, or as it is configured, goes on to write the
snapshot of the partition; the others leave it at that.
"""

import hashlib
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Final

from agents.similarity.partitions import Resumption
from pipeline.errors import AssetRefusedError
from pipeline.fingerprints.columns import Columns
from pipeline.fingerprints.fingerprint import Kind
from pipeline.fingerprints.snapshot import (
    MOST_SNAPSHOT_DOCUMENT_BYTES,
    LastRecord,
    Part,
    SnapshotDocument,
    columns_in,
    document_bytes,
    document_in,
    parts_of,
)
from pipeline.store import Layout, Location, ObjectStore, StoreRefusedError
from pipeline.store.keys import CodesKey, SnapshotKey, parse_key, snapshot_prefix

__all__ = ["Keeper", "SnapshotUnusableError", "StoppedError"]

logger = logging.getLogger(__name__)

_LISTED: Final = 64
_TRIED: Final = 3
"""So many snapshots are looked at, the newest first, before the topic is read whole."""
_JSON: Final = "application/json"
_BYTES: Final = "application/octet-stream"


class StoppedError(Exception):
    """What uses snapshots ends, so they are not written or loaded to their end either."""


class SnapshotUnusableError(ValueError):
    """A snapshot is not what it says it is, or not of this partition."""


_UNUSABLE: Final = (ValueError, AssetRefusedError, StoreRefusedError)
"""What reading a snapshot raises that is none, or may not be read; msgspec's errors are of the first class."""


class Keeper:
    """Writes and reads snapshots of the partitions of one topic.

    Args:
        store: where they are kept.
        layout: which object goes where.
        topic: the topic of manifest records.
        minutes: at most so often a partition is kept.
        clock: seconds since 1970.
    """

    def __init__(
        self,
        store: ObjectStore,
        layout: Layout,
        topic: str,
        *,
        minutes: int,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._layout = layout
        self._topic = topic
        self._digest: Final = hashlib.sha256(topic.encode()).hexdigest()
        self._minutes = minutes
        self._clock = clock
        self._stopped: Final = threading.Event()

    def stop(self) -> None:
        """Let what is being written or loaded end with its next part, which raises `StoppedError`."""
        self._stopped.set()

    def keep(self, partition: int, last: LastRecord, columns: Mapping[Kind, Columns]) -> bool:
        """Write a snapshot; False where somebody else has set out to write one in this time.

        Raises:
            WorldError: the store does not answer, or refuses; the next time another one is tried.
        """
        minute = int(self._clock() // 60) // self._minutes * self._minutes
        claim = self._at(SnapshotKey(self._digest, partition, minute, "claim"))
        if not self._store.create(claim, b"{}", media_type=_JSON):
            return False
        parts: list[Part] = []
        for number, piece in enumerate(parts_of(columns)):
            self._go_on()
            self._store.create(
                self._at(CodesKey(self._digest, partition, minute, number)), piece.body, media_type=_BYTES
            )
            parts.append(piece.part)
        document = SnapshotDocument(topic=self._topic, partition=partition, last=last, parts=tuple(parts))
        return self._store.create(
            self._at(SnapshotKey(self._digest, partition, minute)), document_bytes(document), media_type=_JSON
        )

    def resume(self, partition: int, end: int, *, since: int, take: Callable[[Resumption], None]) -> None:
        """Have a partition begun with the newest snapshot that can be used; others are left aside, and that is said.

        Args:
            partition: which one.
            end: where it ends now.
            since: the day from which on what was sealed is wanted, counted from 1 January 1970.
            take: begins with it; passes on what reading the columns raises.

        Raises:
            WorldError: the store does not answer.
        """
        try:
            keys = self._documents(partition)
        except StoreRefusedError as error:
            self._leave_aside(partition, error)
            return
        for key in keys:
            try:
                document = self._document(key, end)
                counts = Counter[Kind]()
                for part in document.parts:
                    counts[part.kind] += part.count
                take(
                    Resumption(last=document.last, counts=counts, columns=partial(self._columns, key, document, since))
                )
            except _UNUSABLE as error:
                self._leave_aside(partition, error)
            else:
                logger.info("%s[%d] is read on from a snapshot: %d codes.", self._topic, partition, counts.total())
                return

    def _leave_aside(self, partition: int, why: Exception) -> None:
        logger.warning(
            "A snapshot of %s[%d] cannot be used and is left aside (%s: %s). The topic is read instead.",
            self._topic, partition, type(why).__name__, why,
        )  # fmt: skip

    def _documents(self, partition: int) -> list[SnapshotKey]:
        bucket, prefix = self._layout.content_bucket, snapshot_prefix(self._digest, partition)
        keys = [parse_key(text) for text in self._store.list_keys(bucket, prefix, limit=_LISTED)]
        return [key for key in keys if isinstance(key, SnapshotKey) and key.suffix == "json"][:_TRIED]

    def _document(self, key: SnapshotKey, end: int) -> SnapshotDocument:
        stored = self._store.get(self._at(key), max_bytes=MOST_SNAPSHOT_DOCUMENT_BYTES)
        if stored is None:
            raise SnapshotUnusableError("it is gone")
        document = document_in(stored.body, topic=self._topic, partition=key.partition)
        if document.last.offset >= end:
            raise SnapshotUnusableError("the partition ends before what was kept of it")
        return document

    def _columns(
        self, key: SnapshotKey, document: SnapshotDocument, since: int, lot: int
    ) -> Iterator[tuple[Kind, Columns]]:
        for number, part in enumerate(document.parts):
            self._go_on()
            at = self._at(CodesKey(key.topic, key.partition, key.minute, number))
            stored = self._store.get(at, max_bytes=part.size)
            if stored is None:
                raise SnapshotUnusableError("a part of it is gone")
            yield part.kind, columns_in(part, stored.body, lot=lot, since=since)

    def _go_on(self) -> None:
        if self._stopped.is_set():
            raise StoppedError

    def _at(self, key: SnapshotKey | CodesKey) -> Location:
        return self._layout.snapshot(key)
