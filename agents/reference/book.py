"""What one reading of the reference topics has brought so far. Pure: it knows neither Kafka nor a clock."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from agents.delivery import InputRecord, TopicPartition
from agents.following.port import Positions, Read
from agents.reference.records import Change, change_in
from pipeline.errors import SealstreamError
from pipeline.policy.reference import ReferenceSets, SetName

__all__ = ["Book", "EntryPlace", "EntryRefusal", "Settled"]


class EntryPlace(NamedTuple):
    """Where an entry lies."""

    topic: str
    partition: int
    offset: int
    key: bytes | None


class EntryRefusal(NamedTuple):
    """An entry that was not taken, and why.

    `is_mended`: a later record of the same key was taken, so there is nothing left to do about it.
    """

    place: EntryPlace
    set_name: SetName
    error: SealstreamError
    is_mended: bool


class Settled(NamedTuple):
    """What became of the records since the last time."""

    taken: Mapping[SetName, int]
    refused: Sequence[EntryRefusal]


class Book:
    """Keeps the sets as the topics say they are, and where reading goes on.

    Args:
        sets_by_topic: which set each topic carries.
    """

    def __init__(self, sets_by_topic: Mapping[str, SetName]) -> None:
        self._sets_by_topic = sets_by_topic
        self._unsettled: list[tuple[EntryPlace, Change | SealstreamError]] = []
        self._positions: dict[TopicPartition, int] = {}
        self._load_until: Positions = {}
        self.is_new = True
        """Whether nothing has taken effect since reading began."""

        self.sets = ReferenceSets.empty()

    @property
    def positions(self) -> Positions:
        """Where reading goes on, for each partition that is read."""
        return self._positions

    @property
    def has_unsettled(self) -> bool:
        """Whether something was taken in that has not taken effect."""
        return bool(self._unsettled)

    @property
    def is_loading(self) -> bool:
        """Whether something has not been read up to where it ended when reading began; nothing may take effect then."""
        return self.is_new and self.is_behind(self._load_until)

    def begin(self, ends: Positions) -> None:
        """Read these partitions too, those that are new from their beginning; they end where it says."""
        for partition in ends:
            self._positions.setdefault(partition, 0)
        if self.is_new:  # Up to where they ended first, or a busy topic would never be loaded.
            self._load_until = {partition: self._load_until.get(partition, end) for partition, end in ends.items()}

    def begin_anew(self, _: Collection[TopicPartition]) -> None:
        """Read everything from its beginning: what one topic says may hang on another."""
        self._unsettled, self._positions, self._load_until = [], {}, {}
        self.sets, self.is_new = ReferenceSets.empty(), True

    def read(self, read: Read) -> None:
        """Take in what was read; it takes effect with `settle`."""
        self._unsettled += [(_place(record), self._understood(record)) for record in read.records]
        self._positions.update(read.positions)

    def settle(self) -> Settled:
        """Let everything that was taken in take effect, in its order."""
        entries = self._unsettled
        changes = [(number, said) for number, (_, said) in enumerate(entries) if not isinstance(said, SealstreamError)]
        errors = {number: said for number, (_, said) in enumerate(entries) if isinstance(said, SealstreamError)}
        update = self.sets.updated([change for _, change in changes])
        errors.update((changes[at][0], error) for at, error in zip(update.refused_at, update.refused, strict=True))
        self.sets, self._unsettled, self.is_new = update.sets, [], False
        return self._outcome([place for place, _ in entries], errors)

    def is_behind(self, ends: Positions) -> bool:
        """Whether there is more in the topics than was read."""
        return any(self._positions.get(partition, 0) < end for partition, end in ends.items())

    def lost(self, ends: Positions) -> Sequence[TopicPartition]:
        """The partitions that were read and are not there any more."""
        return sorted(self._positions.keys() - ends.keys())

    def cut_back(self, ends: Positions) -> Sequence[TopicPartition]:
        """The partitions that end before what was read of them: what was there is gone, and something else may be."""
        return sorted(partition for partition, end in ends.items() if self._positions.get(partition, 0) > end)

    def changed(self, read: Read) -> Sequence[TopicPartition]:
        """The partitions of which something was read that lies before what had been read."""
        places = [*read.positions.items(), *((record.topic_partition, record.offset) for record in read.records)]
        return sorted({partition for partition, offset in places if offset < self._positions[partition]})

    def _understood(self, record: InputRecord) -> Change | SealstreamError:
        try:
            return change_in(self._sets_by_topic[record.topic], record)
        except SealstreamError as error:
            return error

    def _outcome(self, places: Sequence[EntryPlace], errors: Mapping[int, SealstreamError]) -> Settled:
        taken: dict[SetName, int] = {}
        last_taken: dict[tuple[str, bytes | None], int] = {}
        for number, place in enumerate(places):
            if number not in errors:
                name = self._sets_by_topic[place.topic]
                taken[name] = taken.get(name, 0) + 1
                last_taken[place.topic, place.key] = number
        refused = [
            EntryRefusal(
                places[number],
                self._sets_by_topic[places[number].topic],
                error,
                last_taken.get((places[number].topic, places[number].key), -1) > number,
            )
            for number, error in sorted(errors.items(), key=lambda item: item[0])
        ]
        return Settled(taken, refused)


def _place(record: InputRecord) -> EntryPlace:
    return EntryPlace(record.topic, record.partition, record.offset, record.key)
