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
from agents.strange_members import StrangeMembers
from pipeline.events.inputs import ActivityEvent, Content, GenerationEvent, PublicationEvent, Review
from pipeline.events.intake import intake_activity, intake_generation, intake_publication, intake_review
from pipeline.events.outputs import Decision, ManifestRecord
from pipeline.media_types import LASTING, LONG_BYTES, canonical
from pipeline.usecases.inspection import Inspected
from pipeline.usecases.retracting import Retracting
from pipeline.usecases.reviewing import Reviewed
from pipeline.usecases.sealing import Sealed

__all__ = ["Runtime"]

Event = TypeVar("Event")
Outcome = TypeVar("Outcome")


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """The work of one record, for each input topic.

    Args:
        sealing: the use case of generation events.
        inspection: the use case of publication events.
        assessment: the use case of activity events.
        reviewing: the use case of reviews.
        retracting: the use case of later verdicts.
        outbox: publishes what they say.
        strange: names members of events that the contract does not know.
        threads: where they run.
        patient: where those about recordings of some size run, which may take minutes and keep no others waiting.
    """

    sealing: Callable[[GenerationEvent], Sealed]
    inspection: Callable[[PublicationEvent], Inspected]
    assessment: Callable[[ActivityEvent], Inspected]
    reviewing: Callable[[Review], Reviewed]
    retracting: Retracting
    outbox: Outbox
    strange: StrangeMembers
    threads: ThreadPoolExecutor
    patient: ThreadPoolExecutor

    async def generation(self, record: InputRecord) -> None:
        """Seal the asset of one generation event and deliver its record and alerts."""
        event = intake_generation(record.value, record.headers)
        self.strange.note(record.topic, "generation-event.v1", event.reference, event.facts)
        sealed = await self._in_thread(self.sealing, event)
        await self.outbox.publish(sealed.record, sealed.alerts, sealed.enforcement)
        await self._see_verdicts(sealed.record)

    async def publication(self, record: InputRecord) -> None:
        """Judge the asset of one publication event and deliver the decision and alerts."""
        event = intake_publication(record.value, record.headers)
        self.strange.note(record.topic, "publication-event.v1", event.reference, event.facts)
        inspected = await self._in_thread(self.inspection, event)
        await self.outbox.publish(inspected.decision, inspected.alerts, inspected.enforcement)
        await self._see_verdicts(inspected.decision)

    async def activities(self, record: InputRecord) -> None:
        """Judge one activity event and deliver the decision and alerts."""
        event = intake_activity(record.value, record.headers)
        self.strange.note(record.topic, "activity-event.v1", event.reference, event.facts)
        inspected = await self._in_thread(self.assessment, event)
        retraction = await self._in_thread(lambda one: self.retracting.of_activity(one, inspected.decision), event)
        await self.outbox.publish(inspected.decision, inspected.alerts, inspected.enforcement)
        if retraction is not None:
            await self.outbox.retract(retraction)

    async def reviews(self, record: InputRecord) -> None:
        """Take one review and deliver the decision that it takes about a held event, or what it retracts."""
        review = intake_review(record.value, record.headers)
        if review.verdict == "illegal":
            await self.outbox.retract(await self._in_thread(self.retracting.of_review, review))
            return
        reviewed = await self._in_thread(self.reviewing, review)
        await self.outbox.publish(reviewed.decision, reviewed.alerts, reviewed.enforcement)
        await self._see_verdicts(reviewed.decision)

    async def _see_verdicts(self, outcome: ManifestRecord | Decision) -> None:
        """Retract what was just published if its content was found illegal meanwhile: the last word is said last."""
        retraction = await self._in_thread(self.retracting.late, outcome)
        if retraction is not None:
            await self.outbox.retract(retraction)

    async def _in_thread(self, use_case: Callable[[Event], Outcome], event: Event) -> Outcome:
        lasts = isinstance(event, GenerationEvent | PublicationEvent) and _lasts(event.content)
        threads = self.patient if lasts else self.threads
        return await asyncio.get_running_loop().run_in_executor(threads, use_case, event)


def _lasts(content: Content) -> bool:
    return canonical(content.mime).startswith(LASTING) and (content.size is None or content.size >= LONG_BYTES)
