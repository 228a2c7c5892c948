"""What one reading of the manifests topic has brought so far: an index for each partition. Knows no Kafka, no clock."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec

from agents.delivery import InputRecord, TopicPartition
from agents.following.port import Positions, Read
from pipeline.events.prepared import prepare
from pipeline.fingerprints import Fingerprint
from pipeline.fingerprints.index import FingerprintIndex
from pipeline.fingerprints.similarity import KEY_BYTES, Match

__all__ = ["Shards", "entry_in"]


class _Code(msgspec.Struct, frozen=True):
    code: str


class _Record(msgspec.Struct, frozen=True):
    """The part of a manifest record by which content is recognised; records of version 1 have no fingerprint."""

    event_uid: str
    fingerprint: _Code | None = None


prepare(_Record)


class Entry(NamedTuple):
    """A fingerprint, and the identity of the event whose asset has it."""

    fingerprint: Fingerprint
    key: bytes


def entry_in(record: InputRecord) -> Entry | None:
    """The fingerprint that a record of the topic tells; None of one without, and of a tombstone.

    Raises:
        ValueError: it is no manifest record.
    """
    if record.value is None:
        return None
    said = msgspec.json.decode(record.value, type=_Record)
    key = bytes.fromhex(said.event_uid)
    if said.fingerprint is None:
        return None
    fingerprint = Fingerprint.parse(said.fingerprint.code)
    if fingerprint is None or len(key) != KEY_BYTES:
        raise ValueError
    return Entry(fingerprint, key)


@dataclass(slots=True)
class _Shard:
    """The fingerprints of one partition.

    Attributes:
        in_force: what is asked.
        loading: what takes its place when it has been read up to `until`; None when that is done.
        position: where reading goes on.
    """

    in_force: FingerprintIndex = field(default_factory=FingerprintIndex)
    loading: FingerprintIndex | None = field(default_factory=FingerprintIndex)
    until: int | None = None
    position: int = 0


class Shards:
    """The index of each partition, and where reading goes on. One thread at a time changes it; any may ask."""

    def __init__(self) -> None:
        self._shards: dict[TopicPartition, _Shard] = {}
        self._asked: Sequence[_Shard] = ()

    def __len__(self) -> int:
        """How many fingerprints are asked."""
        return sum(len(shard.in_force) for shard in self._asked)

    @property
    def positions(self) -> Positions:
        """Where reading goes on, for each partition that is read."""
        return {partition: shard.position for partition, shard in self._shards.items()}

    @property
    def is_loading(self) -> bool:
        """Whether a partition has not been read up to where it ended when its reading began."""
        return any(shard.loading is not None for shard in self._asked)

    def begin(self, ends: Positions) -> None:
        """Read these partitions too, those that are new from their beginning; they end where it says."""
        for partition, end in ends.items():
            shard = self._shards.setdefault(partition, _Shard())
            if shard.until is None:  # Up to where it ended first, or a busy topic would never be loaded.
                shard.until = end
            _loaded(shard)
        self._asked = tuple(self._shards.values())

    def begin_anew(self, partitions: Iterable[TopicPartition]) -> None:
        """Read these partitions from their beginning; what was known of them stays in force until that is done."""
        for partition in partitions:
            shard = self._shards[partition]
            shard.loading, shard.until, shard.position = FingerprintIndex(), None, 0

    def read(self, read: Read) -> int:
        """Take in what was read; returns how many records could not be understood."""
        refused = 0
        entries: dict[TopicPartition, list[Entry]] = {}
        for record in read.records:
            try:
                entry = entry_in(record)
            except ValueError:  # msgspec's errors are of this class
                refused += 1
                continue
            if entry is not None:
                entries.setdefault(record.topic_partition, []).append(entry)
        for partition, found in entries.items():
            shard = self._shards[partition]
            if shard.loading is not None:
                shard.loading.extend(found)
                continue
            for entry in found:
                shard.in_force.add(*entry)
        for partition, position in read.positions.items():
            self._shards[partition].position = position
            _loaded(self._shards[partition])
        return refused

    def is_behind(self, ends: Positions) -> bool:
        """Whether there is more in the topic than was read."""
        return any(self._position(partition) < end for partition, end in ends.items())

    def cut_back(self, ends: Positions) -> Collection[TopicPartition]:
        """The partitions that end before what was read of them: what was there is gone, and something else may be."""
        return sorted(partition for partition, end in ends.items() if self._position(partition) > end)

    def behind_itself(self, read: Read) -> Collection[TopicPartition]:
        """The partitions of which something was read that lies before what had been read."""
        places = [*read.positions.items(), *((record.topic_partition, record.offset) for record in read.records)]
        return sorted({partition for partition, offset in places if offset < self._position(partition)})

    def nearest(
        self, fingerprint: Fingerprint, *, max_distance: int | None = None, limit: int = 1
    ) -> tuple[Match, ...]:
        """The nearest of all partitions; see `KnownFingerprints.nearest`."""
        found = (
            match
            for shard in self._asked
            for match in shard.in_force.nearest(fingerprint, max_distance=max_distance, limit=limit)
        )
        nearest: dict[bytes, Match] = {}
        for match in sorted(found, key=lambda one: (one.distance, one.key)):
            nearest.setdefault(match.key, match)
        return tuple(nearest.values())[:limit]

    def _position(self, partition: TopicPartition) -> int:
        shard = self._shards.get(partition)
        return 0 if shard is None else shard.position


def _loaded(shard: _Shard) -> None:
    """Put what was read in force, when all of it was read."""
    if shard.loading is not None and shard.until is not None and shard.position >= shard.until:
        shard.loading.settle()
        shard.in_force, shard.loading = shard.loading, None
