"""How the reference topics are read: the port. `consumer` is its adapter around aiokafka."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import NamedTuple, Protocol

from agents.delivery import InputRecord, TopicPartition

__all__ = ["Consumer", "OpenConsumer", "Positions", "Read"]

Positions = Mapping[TopicPartition, int]
"""An offset for each partition."""


class Read(NamedTuple):
    """What one poll brought: records, and the offsets that reading goes on from.

    A position may lie past the last record: what is between them was compacted away, or is a transaction's marker.
    """

    records: Sequence[InputRecord]
    positions: Positions


class Consumer(Protocol):
    """Reads partitions from wherever it is told to, until something goes wrong.

    Every error of the brokers is a `WorldError`. After an error it may have skipped records, and is of no use: open
    another one, and read on from what was applied.
    """

    async def ends(self, topics: Collection[str]) -> Positions:
        """Return where the partitions of these topics end now; a topic that does not exist is left out."""

    def read_from(self, positions: Positions) -> None:
        """Read these partitions, and no others, from these offsets; from the oldest record where one is gone."""

    async def poll(self, seconds: float) -> Read:
        """Return what has arrived, after so many seconds at the latest."""


OpenConsumer = Callable[[], AbstractAsyncContextManager[Consumer]]
