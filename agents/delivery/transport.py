"""Faust's consumer, made to commit what the delivery loop has acknowledged, and nothing else.

Faust keeps a book of acknowledged offsets of its own. It is not used: it commits past unfinished records in several
ways, it is thrown away on a rebalance before its last entries are committed, and it lists every offset of a gap one by
one. What is committed comes from the ledger alone, whatever else in Faust acknowledges a message.
"""

import asyncio
import itertools
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, Final

import faust
from faust.transport.consumer import RecordMap, ensure_TPset
from faust.transport.drivers import aiokafka as driver
from faust.types import TP

from agents.delivery.loop import DeliveryLoop

__all__ = ["DeliveryTransport"]

_CROWDED_FETCH_SECONDS: Final = 0.1
"""How long a fetch waits that leaves some partition out: after it, the partition may be let in again."""


class _RebalanceListener(driver.ConsumerRebalanceListener):
    """Numbers generations itself: Kafka's begin at 1 again when it has lost the group, and 1 may be dead here."""

    _generations: ClassVar[Iterator[int]] = itertools.count(1)

    async def on_partitions_assigned(self, assigned: Iterable[Any]) -> None:
        generation = next(self._generations)
        self._thread.app.consumer_generation_id = generation
        await self._thread.on_partitions_assigned(ensure_TPset(assigned), generation)


class _ConsumerThread(driver.AIOKafkaConsumerThread):
    def _create_worker_consumer(self, transport: driver.Transport) -> Any:
        """Leave out what a producer's transaction took back; Faust reads it unless it writes transactions itself."""
        consumer = super()._create_worker_consumer(transport)
        consumer._isolation_level = "read_committed"  # noqa: SLF001 - Faust has no setting for it
        return consumer


class _Consumer(driver.Consumer):
    RebalanceListener = _RebalanceListener
    transport: "DeliveryTransport"

    def _new_consumer_thread(self) -> _ConsumerThread:
        return _ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._committed: dict[TP, int] = {}

    async def force_commit(self, *_: object, **__: object) -> bool:
        """Commit the positions of the ledger that were not committed before in this generation."""
        positions = {TP(*partition): position for partition, position in self.transport.delivery.positions().items()}
        fresh = {tp: position for tp, position in positions.items() if self._committed.get(tp) != position}
        committed = bool(fresh) and await self._commit_offsets(fresh)
        if committed:
            self._committed.update(fresh)
        return committed

    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        """Keep no book of gaps: the ledger needs none, and a large one would fill the memory."""

    async def _getmany(self, active_partitions: set[TP] | None, timeout: float) -> RecordMap:  # noqa: ASYNC109
        """Leave crowded partitions out of this fetch.

        To pause them as Faust does would lose records: those fetched already would be dropped.
        """
        if self.transport.delivery.is_full:
            await asyncio.sleep(_CROWDED_FETCH_SECONDS)
            return {}
        crowded = self.transport.delivery.crowded()
        if not crowded or active_partitions is None:
            return await super()._getmany(active_partitions, timeout)
        wanted = active_partitions - crowded
        if not wanted:  # to ask for no partition is to ask for all of them
            await asyncio.sleep(_CROWDED_FETCH_SECONDS)
            return {}
        return await super()._getmany(wanted, min(timeout, _CROWDED_FETCH_SECONDS))

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        """Fetch nothing until Faust is ready for the new partitions and resumes.

        It stops fetching when partitions are taken away, but not in a member that had none: that would crash on a
        record which arrives too early.
        """
        self.stop_flow()
        self._committed.clear()
        await super().on_partitions_assigned(assigned, generation_id)

    async def perform_seek(self) -> None:
        """Go back to the committed positions, and to the beginning where nothing is committed.

        Without a committed position aiokafka stays where it is. What was fetched while partitions were being assigned
        is dropped by Faust, and would never be seen again.
        """
        await super().perform_seek()
        partitions = self.assignment()
        nowhere = {tp for tp in partitions if not self._read_offset[tp]}
        if nowhere and self.app.conf.consumer_auto_offset_reset == "earliest":
            await self._thread.seek_to_beginning(*driver.ensure_aiokafka_TPset(nowhere))
        # Faust drops what lies below this offset, even when the log was cut back; the ledger knows better.
        self._read_offset.update(dict.fromkeys(partitions))


class DeliveryTransport(driver.Transport):
    """Kafka transport whose consumer asks a delivery loop what may be fetched and committed."""

    Consumer = _Consumer

    def __init__(self, url: Any, app: faust.App, delivery: DeliveryLoop) -> None:
        super().__init__(url, app)
        self.delivery = delivery
