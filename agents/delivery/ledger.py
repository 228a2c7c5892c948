"""Which offsets may be committed: a state machine without a clock, an event loop or a broker.

Theory of operation
-------------------
Kafka remembers one number for a consumer group and a partition: the position, the offset of the first record that is
not done yet. To commit a position is to say that *everything* below it is done. Records are worked on side by side and
finish in any order, so the ledger keeps the records of each partition in offset order, and moves the position only over
an unbroken run of finished ones. What finished behind an unfinished record waits for it.

A group deals its partitions out anew whenever a member comes or goes; each deal is a generation, with a higher number
than the one before. Whoever holds a partition in the new generation begins at its committed position, so nothing that
was begun in the old one may move it any more. A generation goes one way through these states:

    state    is entered by                            admit      complete        position
    -------  ---------------------------------------  ---------  --------------  -------------------
    ahead    (not seen yet)                           goes live
    live     the first record admitted                accepted   acknowledges    offered for commit
    closing  `close`: its partitions are being taken  refused    acknowledges    offered for commit
    dead     `kill`, or a newer one that goes live    refused    does nothing    gone

At most one generation is live or closing, so two numbers tell the state of every generation: the one that is live, and
the highest that was closed.

A record is refused in the generation that is live only when its offset is not above all the partition's earlier ones:
then it is a copy of a record that the ledger holds already, or has acknowledged. Gaps between offsets are normal
(compaction, transaction markers) and mean nothing.
"""

from collections import deque
from collections.abc import Mapping

from agents.delivery.record import TopicPartition
from pipeline.errors import BugError

__all__ = ["Ledger", "Slot"]


class _Lane:
    """One partition in one generation."""

    __slots__ = ("dead", "highest", "position", "slots")

    def __init__(self) -> None:
        self.slots: deque[Slot] = deque()
        self.highest = -1
        self.position: int | None = None
        self.dead = False


class Slot:
    """One admitted record's place in its partition."""

    __slots__ = ("_lane", "finished", "offset")

    def __init__(self, lane: _Lane, offset: int) -> None:
        self._lane = lane
        self.offset = offset
        self.finished = False


class Ledger:
    """The records that were taken and are not acknowledged yet."""

    def __init__(self) -> None:
        self._lanes: dict[TopicPartition, _Lane] = {}
        self._live = -1
        self._closed = -1
        self._unacknowledged = 0
        self._unfinished = 0

    def admit(self, partition: TopicPartition, generation: int, offset: int) -> Slot | None:
        """Take a record in and return its slot, or None when it must not be worked on.

        A record is refused when its generation is closing, dead or older than the live one, and when the ledger has
        already seen it. Either way it is not lost: it is delivered again, or held already.

        Args:
            partition: where the record lies.
            generation: of the consumer group, when the record was fetched; not negative.
            offset: of the record; not negative.
        """
        if generation <= self._closed or generation < self._live:
            return None
        if generation > self._live:
            self._drop()
            self._live = generation
        lane = self._lanes.setdefault(partition, _Lane())
        if offset <= lane.highest:
            return None
        slot = Slot(lane, offset)
        lane.slots.append(slot)
        lane.highest = offset
        self._unacknowledged += 1
        self._unfinished += 1
        return slot

    def complete(self, slot: Slot) -> tuple[int, ...]:
        """Mark a record finished and return the offsets that this acknowledges, in order; often none.

        Raises:
            BugError: the record was finished before.
        """
        if slot.finished:
            raise BugError(f"The record at offset {slot.offset} was completed twice.", "Report this with the log.")
        slot.finished = True
        lane = slot._lane  # noqa: SLF001 - a slot and its lane are the ledger's own
        if lane.dead:
            return ()
        self._unfinished -= 1
        acknowledged: list[int] = []
        while lane.slots and lane.slots[0].finished:
            acknowledged.append(lane.slots.popleft().offset)
        if acknowledged:
            lane.position = acknowledged[-1] + 1
            self._unacknowledged -= len(acknowledged)
        return tuple(acknowledged)

    def close(self, generation: int) -> None:
        """Admit nothing more of this generation and of older ones; what was admitted goes on."""
        self._closed = max(self._closed, generation)

    def kill(self, generation: int) -> None:
        """Forget all records of this generation and of older ones; they are delivered again, here or elsewhere."""
        self.close(generation)
        if self._live <= generation:
            self._drop()

    def positions(self) -> Mapping[TopicPartition, int]:
        """Return what may be committed now: for each partition the offset after its last acknowledged record."""
        return {tp: lane.position for tp, lane in self._lanes.items() if lane.position is not None}

    def firsts(self) -> Mapping[TopicPartition, int]:
        """Return the offset of the first record of each partition that is not acknowledged, or is yet to come."""
        heads = {tp: lane.slots[0].offset if lane.slots else lane.position for tp, lane in self._lanes.items()}
        return {tp: offset for tp, offset in heads.items() if offset is not None}

    def crowded(self, limit: int) -> frozenset[TopicPartition]:
        """Return the partitions in which `limit` records or more are not acknowledged."""
        return frozenset(tp for tp, lane in self._lanes.items() if len(lane.slots) >= limit)

    @property
    def unacknowledged(self) -> int:
        """How many records were admitted and are not acknowledged: in work, or waiting for one before them."""
        return self._unacknowledged

    @property
    def unfinished(self) -> int:
        """How many records were admitted and are not finished."""
        return self._unfinished

    def _drop(self) -> None:
        for lane in self._lanes.values():
            lane.dead = True
        self._lanes.clear()
        self._unacknowledged = self._unfinished = 0
