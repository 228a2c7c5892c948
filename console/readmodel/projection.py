"""Feeds the read model: takes in what a follower reads of the topics, wherever it left off."""

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence

from agents.delivery import InputRecord, TopicPartition
from agents.following.port import Positions, Read
from console.readmodel.port import Kept, RowKeeper
from console.readmodel.rows import ModelRow, RowMaker
from pipeline.errors import ProducerError, WorldError

__all__ = ["Projection"]

logger = logging.getLogger(__name__)


class Projection:
    """What has been read so far, and taken in. It knows neither Kafka nor a clock; one task at a time changes it.

    Args:
        keeper: where rows are kept.
        rows_by_topic: how the records of each topic become rows.
    """

    def __init__(self, keeper: RowKeeper, rows_by_topic: Mapping[str, RowMaker]) -> None:
        self._keeper = keeper
        self._rows_by_topic = rows_by_topic
        self._positions: dict[TopicPartition, int] = {}
        self._load_until: Positions = {}
        self._is_loaded = False
        self._missing: Collection[str] = ()
        self.changes = 0
        """How often something was taken in: whoever shows it asks again when this has grown."""
        self.resume()

    def resume(self) -> None:
        """Go on from what is kept."""
        self._positions = dict(self._keeper.positions())

    @property
    def positions(self) -> Positions:
        """Where reading goes on, for each partition that is read."""
        return self._positions

    @property
    def is_loading(self) -> bool:
        """Whether something has not been read up to where it ended when reading began."""
        return not self._is_loaded

    @property
    def progress(self) -> float:
        """Which part of what there was at the beginning has been read."""
        total = sum(self._load_until.values())
        read = sum(min(self._positions.get(partition, 0), end) for partition, end in self._load_until.items())
        return read / total if total and not self._is_loaded else 1.0

    @property
    def missing(self) -> Sequence[str]:
        """The topics that are not there."""
        return sorted(self._missing)

    def begin(self, ends: Positions) -> None:
        """Read these partitions too; they end where it says."""
        for partition in ends:
            self._positions.setdefault(partition, 0)
        if not self._is_loaded:
            self._load_until = {partition: self._load_until.get(partition, end) for partition, end in ends.items()}
        self._missing = self._rows_by_topic.keys() - {partition.topic for partition in ends}
        self._note_whether_loaded()

    def begin_anew(self, partitions: Collection[TopicPartition]) -> None:
        """Read the topics of these partitions from the beginning; what they said is dropped, unless somebody did."""
        kept = self._keeper.positions()
        if not self._is_cut_back(kept, partitions):
            self._keeper.forget({partition.topic for partition in partitions})
        self.resume()
        self._load_until, self._is_loaded = {}, False
        self.changes += 1

    def take(self, read: Read) -> None:
        """Take in what was read, at once with how far it reaches; what another console took in first is left out.

        Raises:
            WorldError: another console had a topic read anew: what was read belongs to nothing that is kept.
        """
        positions = {
            partition: offset
            for partition, offset in read.positions.items()
            if self._positions.get(partition, 0) != offset
        }
        if positions or read.records:
            self._keeper.keep(lambda kept: self._new(read, positions, kept))
            self._positions.update(positions)
            self.changes += bool(read.records)
        self._note_whether_loaded()

    def is_behind(self, ends: Positions) -> bool:
        """Whether there is more in the topics than was read."""
        return any(self._positions.get(partition, 0) < end for partition, end in ends.items())

    def cut_back(self, ends: Positions) -> Sequence[TopicPartition]:
        """The partitions that end before what was read of them: what was there is gone, and something else may be."""
        return sorted(partition for partition, end in ends.items() if self._positions.get(partition, 0) > end)

    def changed(self, read: Read) -> Sequence[TopicPartition]:
        """The partitions of which something was read that lies before what had been read."""
        places = [*read.positions.items(), *((record.topic_partition, record.offset) for record in read.records)]
        return sorted({partition for partition, offset in places if offset < self._positions[partition]})

    def lost(self, ends: Positions) -> Sequence[TopicPartition]:
        """The partitions that were read and are not there any more."""
        return sorted(self._positions.keys() - ends.keys())

    def _new(self, read: Read, positions: Positions, kept: Positions) -> Kept:
        """What is not kept yet: what is kept reaches as far as what was read here before, or further, without a gap."""
        if self._is_cut_back(kept, read.positions):
            self.resume()
            raise WorldError(
                what="Another console has topics read anew into the same read model.",
                remedy="Nothing has to be done: this one goes on from where the other one is.",
            )
        records = [record for record in read.records if record.offset >= kept.get(record.topic_partition, 0)]
        further = {partition: offset for partition, offset in positions.items() if offset > kept.get(partition, 0)}
        return Kept([row for record in records for row in self._rows(record)], further)

    def _is_cut_back(self, kept: Positions, partitions: Iterable[TopicPartition]) -> bool:
        """Whether less is kept of these partitions than was, because somebody else had it dropped."""
        return any(kept.get(partition, 0) < self._positions.get(partition, 0) for partition in partitions)

    def _note_whether_loaded(self) -> None:
        self._is_loaded = self._is_loaded or not self.is_behind(self._load_until)

    def _rows(self, record: InputRecord) -> Sequence[ModelRow]:
        try:
            return tuple(self._rows_by_topic[record.topic](record))
        except (ProducerError, ValueError) as error:
            # Workers answer for what people send wrongly; what workers wrote is shown as far as it is understood.
            at = f"{record.topic}/{record.partition}@{record.offset}"
            logger.warning("%s is left out of the pages: it cannot be read (%s).", at, type(error).__name__)
            return ()
