"""What the reading of the manifests topic has brought so far: one index over its partitions.

Knows no Kafka and no clock.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import count as counting
from typing import Final

import msgspec

from agents.delivery import InputRecord, TopicPartition
from agents.following.port import Positions, Read
from pipeline.fingerprints.columns import KEY_BYTES, Columns
from pipeline.fingerprints.fingerprint import Kind
from pipeline.fingerprints.index import FingerprintIndex, IndexEntry
from pipeline.fingerprints.recorded import SealedRecord, recorded_codes
from pipeline.fingerprints.snapshot import LastRecord

__all__ = ["Partitions", "Resumption"]

_EPOCH: Final = 719_163
"""1 January 1970, counted as `datetime.date.toordinal` does."""


def _entries_in(record: InputRecord) -> tuple[IndexEntry, ...]:
    """The fingerprints that a record of the topic tells; none of one without, and of a tombstone.

    Raises:
        ValueError: it is no manifest record.
    """
    if record.value is None:
        return ()
    said = msgspec.json.decode(record.value, type=SealedRecord)
    key = bytes.fromhex(said.event_uid)
    if len(key) != KEY_BYTES:
        raise ValueError
    day = max(said.sealed_at.toordinal() - _EPOCH, 0)
    return tuple(IndexEntry(code, key, day) for code in recorded_codes(said))


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumption:
    """What is known of a partition without reading all of it.

    Args:
        last: the last record of which the codes are known.
        counts: how many codes of each kind there are.
        columns: gives these codes, by kind, as the lot that it is told.
    """

    last: LastRecord
    counts: Mapping[Kind, int]
    columns: Callable[[int], Iterable[tuple[Kind, Columns]]]


@dataclass(slots=True, kw_only=True)
class _Partition:
    """One partition.

    Attributes:
        lot: what is asked.
        loading: the lot that is put in its place when it has been read up to `until`; None when that is done.
        until: where the partition ended when its reading began; None until that is known.
        position: where reading goes on.
        last: the last record that was read.
        resumed: the last record of what was known before anything was read, until it was read again.
        kept: up to where there is a snapshot.
        known: how many fingerprints were read or loaded, at least.
    """

    lot: int
    loading: int | None = None
    until: int | None = None
    position: int = 0
    last: LastRecord | None = None
    resumed: LastRecord | None = None
    kept: int = 0
    known: int = 0

    @property
    def is_loading(self) -> bool:
        return self.until is None or self.position < self.until


class Partitions:
    """One index over partitions, and where reading goes on. One thread at a time changes it; any may ask the index."""

    def __init__(self) -> None:
        self.index: Final = FingerprintIndex()
        self._partitions: dict[TopicPartition, _Partition] = {}
        self._lots = counting(1)
        self._since = 0
        self._is_settled = False

    @property
    def positions(self) -> Positions:
        """Where reading goes on, for each partition that is read."""
        return {partition: state.position for partition, state in self._partitions.items()}

    @property
    def is_loading(self) -> bool:
        """Whether a partition has not been read up to where it ended when its reading began."""
        return any(state.is_loading for state in self._partitions.values())

    @property
    def since(self) -> int:
        """What was sealed before this day, counted from 1 January 1970, is not known."""
        return self._since

    def begin(self, ends: Positions) -> None:
        """Read these partitions too, those that are new from their beginning; they end where it says."""
        for partition, end in ends.items():
            if partition not in self._partitions:
                self._partitions[partition] = _Partition(lot=next(self._lots))
            state = self._partitions[partition]
            if state.until is None:  # Up to where it ended first, or a busy topic would never be loaded.
                state.until = end
        self._take_effect()

    def resume(self, partition: TopicPartition, resumption: Resumption) -> None:
        """Begin a partition with what is known of it already; its last record is read again.

        Raises:
            ValueError: as the columns come, they turn out to be of no use; nothing of them is known then.
        """
        lot, known = next(self._lots), 0
        self.index.hide(lot)
        try:
            for kind, count in resumption.counts.items():
                self.index.reserve(kind, count)
            for kind, columns in resumption.columns(lot):
                self.index.append(kind, columns)
                known += len(columns)
        except BaseException:
            self.index.drop(lot)
            raise
        self.index.show(lot)
        offset = resumption.last.offset
        self._partitions[partition] = _Partition(
            lot=lot, position=offset, last=resumption.last, resumed=resumption.last, kept=offset + 1, known=known
        )

    def begin_anew(self, partitions: Iterable[TopicPartition]) -> None:
        """Read these partitions from their beginning; what was known of them stays in force until that is done."""
        for partition in partitions:
            before = self._partitions[partition]
            if before.loading is not None:
                self.index.drop(before.loading)
            loading = next(self._lots)
            self.index.hide(loading)
            self._partitions[partition] = _Partition(lot=before.lot, loading=loading)

    def expire(self, before: int) -> None:
        """Forget what was sealed before a day."""
        self._since = before
        self.index.expire(before)

    def read(self, read: Read) -> int:
        """Take in what was read; returns how many records could not be understood."""
        refused = 0
        entries: dict[TopicPartition, list[IndexEntry]] = {}
        last: dict[TopicPartition, InputRecord] = {}
        for record in read.records:
            last[record.topic_partition] = record
            resumed = self._partitions[record.topic_partition].resumed
            if resumed is not None and record.offset == resumed.offset:
                continue
            try:
                found = [entry for entry in _entries_in(record) if entry.day >= self._since]
            except ValueError:  # msgspec's errors are of this class
                refused += 1
                continue
            entries.setdefault(record.topic_partition, []).extend(found)
        for partition, found in entries.items():
            state = self._partitions[partition]
            self.index.extend(found, lot=state.lot if state.loading is None else state.loading)
            state.known += len(found)
        for partition, record in last.items():
            state = self._partitions[partition]
            state.last, state.resumed = LastRecord.of(record.offset, record.key, record.value), None
        for partition, position in read.positions.items():
            self._partitions[partition].position = position
        self._take_effect()
        return refused

    def is_behind(self, ends: Positions) -> bool:
        """Whether there is more in the topic than was read."""
        return any(self._position(partition) < end for partition, end in ends.items())

    def cut_back(self, ends: Positions) -> Collection[TopicPartition]:
        """The partitions that end before what was read of them: what was there is gone, and something else may be."""
        return sorted(partition for partition, end in ends.items() if self._position(partition) > end)

    def lost(self, ends: Positions) -> Collection[TopicPartition]:
        """None: what was sealed once stays known, also where the topic is not there any more."""
        del ends
        return ()

    def changed(self, read: Read) -> Collection[TopicPartition]:
        """The partitions of which something was read that cannot be if they are what they were.

        It lies before what had been read, or another record is where the last known one was.
        """
        places = [*read.positions.items(), *((record.topic_partition, record.offset) for record in read.records)]
        behind = {partition for partition, offset in places if offset < self._position(partition)}
        return sorted(behind | {record.topic_partition for record in read.records if self._is_another(record)})

    def due(self, *, fewest: int, share: int) -> Collection[TopicPartition]:
        """The partitions of which so much was read since their last snapshot that another one is worth its while.

        Args:
            fewest: so many records at least.
            share: one of so many of those that are known.
        """
        return sorted(
            partition
            for partition, state in self._partitions.items()
            if not state.is_loading and state.position - state.kept >= max(fewest, state.known // share)
        )

    def taken(self, partition: TopicPartition) -> tuple[LastRecord, Mapping[Kind, Columns]] | None:
        """What there is to be kept of a partition; None where nothing was read of it."""
        state = self._partitions[partition]
        state.kept = state.position
        return None if state.last is None else (state.last, self.index.lot(state.lot))

    def _is_another(self, record: InputRecord) -> bool:
        resumed = self._partitions[record.topic_partition].resumed
        return (
            resumed is not None
            and record.offset == resumed.offset
            and LastRecord.of(record.offset, record.key, record.value) != resumed
        )

    def _position(self, partition: TopicPartition) -> int:
        state = self._partitions.get(partition)
        return 0 if state is None else state.position

    def _take_effect(self) -> None:
        """Put what was read in force, when all of it was read; settle."""
        for state in self._partitions.values():
            if state.loading is not None and not state.is_loading:
                self.index.show(state.loading, instead_of=[state.lot])
                state.lot, state.loading = state.loading, None
        if self._is_settled:
            self.index.settle_tail()
        elif not self.is_loading:
            self.index.settle()
            self._is_settled = True
