"""What a worker has at hand: the use cases with everything they need, and the work of one record.

The use cases are synchronous and wait for the store and for child processes, so they run in threads; publishing is
awaited on the event loop. Nothing here knows which record comes when: that is the delivery loop's.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from agents.delivery import InputRecord
from agents.outbox import Outbox
from pipeline.events.inputs import GenerationEvent, PublicationEvent
from pipeline.events.intake import intake_generation, intake_publication
from pipeline.inspection import Inspected
from pipeline.sealing import Sealed

__all__ = ["Runtime"]

Event = TypeVar("Event")
Outcome = TypeVar("Outcome")


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """The work of one record, for each input topic.

    Args:
        sealing: the use case of generation events.
        inspection: the use case of publication events.
        outbox: publishes what they say.
        threads: where they run.
    """

    sealing: Callable[[GenerationEvent], Sealed]
    inspection: Callable[[PublicationEvent], Inspected]
    outbox: Outbox
    threads: ThreadPoolExecutor

    async def generation(self, record: InputRecord) -> None:
        """Seal the asset of one generation event and deliver its record and alerts."""
        event = intake_generation(record.value, record.headers)
        sealed = await self._in_thread(self.sealing, event)
        await self.outbox.publish(sealed.record, sealed.alerts)

    async def publication(self, record: InputRecord) -> None:
        """Judge the asset of one publication event and deliver the decision and alerts."""
        event = intake_publication(record.value, record.headers)
        inspected = await self._in_thread(self.inspection, event)
        await self.outbox.publish(inspected.decision, inspected.alerts)

    async def _in_thread(self, use_case: Callable[[Event], Outcome], event: Event) -> Outcome:
        return await asyncio.get_running_loop().run_in_executor(self.threads, use_case, event)
