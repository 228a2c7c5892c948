"""The work of one record: what a worker does between taking it and acknowledging it, the same on every lane.

The use cases are synchronous and wait for the store and for child processes, so they run in threads; publishing is
awaited on the event loop. Nothing here knows which record comes when: that is the delivery loop's.
"""

import asyncio
import contextvars
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

from agents.delivery import InputRecord
from agents.lanes import Lane
from agents.logs import name_event
from agents.outbox import Outbox
from agents.record_log import RecordLog
from agents.strange_members import StrangeMembers
from agents.tracing import UNTRACED, Tracing
from pipeline.errors import EventErasedError
from pipeline.events.inputs import (
    ActivityEvent,
    CaseAct,
    GenerationEvent,
    InputEvent,
    PublicationEvent,
    Review,
    ReviewAct,
)
from pipeline.events.outputs import Case, Decision, Enforcement, EnforcementReversal, ManifestRecord
from pipeline.events.pseudonyms import Pseudonyms
from pipeline.media_types import LASTING, LONG_BYTES, canonical
from pipeline.usecases.case_acting import CaseActTaken
from pipeline.usecases.claiming import ActTaken
from pipeline.usecases.frame import AnyOutcome
from pipeline.usecases.retracting import Retraction
from pipeline.usecases.wiring import UseCases

__all__ = ["Runtime"]

logger = logging.getLogger(__name__)

Event = TypeVar("Event", bound=InputEvent)
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """What a worker has at hand for its records.

    Args:
        cases: what is done with each kind of event.
        outbox: publishes what they say.
        strange: names members of events that the contract does not know.
        threads: where the use cases run.
        patient: where those about recordings of some size run, which may take minutes and keep no others waiting.
        pseudonyms: replace whom events name, before anything is done with them.
        tracing: makes a span of the work.
        log: where the leaves of records go; None where no tile log is kept.
    """

    cases: UseCases
    outbox: Outbox
    strange: StrangeMembers
    threads: ThreadPoolExecutor
    patient: ThreadPoolExecutor
    pseudonyms: Pseudonyms = field(default_factory=Pseudonyms)
    tracing: Tracing = UNTRACED
    log: RecordLog | None = None

    async def work(self, lane: Lane[Event], record: InputRecord) -> asyncio.Event | None:
        """Make a record an event, do what is to be done with it, and deliver what came of it.

        Returns:
            What is set once the leaves of all that was stored are in the tile log, where there is one.

        Raises:
            ProducerError: the record can never succeed.
            WorldError: a service does not answer; try again.
        """
        with self.tracing.event(lane.name, record):
            return await self._worked(lane, record)

    async def _worked(self, lane: Lane[Event], record: InputRecord) -> asyncio.Event | None:
        said: list[AnyOutcome | Decision] = []
        try:
            await self._do(lane, record, said)
        except EventErasedError as error:
            logger.info("%s", error)
        if self.log is None or not said:
            return None
        leaves = [
            await self.log.leaf_of(outcome.record_uri) if isinstance(outcome, Decision) else outcome.leaf
            for outcome in said
        ]
        return self.log.add(record.topic, record.partition, leaves)

    async def _do(self, lane: Lane[Event], record: InputRecord, said: list[AnyOutcome | Decision]) -> None:
        """All that becomes of a record; what is stored of it is put into `said`."""
        event = self.pseudonyms.of(lane.intake(record.value, record.headers))
        name_event(event.uid, event.reference)
        if not isinstance(event, Review | ReviewAct | CaseAct):  # whose members are all read
            self.strange.note(record.topic, lane.schema, event.reference, event.facts)
        run = partial(_in_thread, self.patient if _lasts(event) else self.threads)
        retracting = self.cases.retracting
        if isinstance(event, Review) and event.verdict == "illegal":
            await self._retract(await run(retracting.of_review, event), said)
            return
        began = datetime.now(UTC)
        outcome = await run(lane.use_case(self.cases), event)
        if isinstance(outcome, CaseActTaken):
            await self._publish_act(outcome, began, said)
            return
        stored = None if isinstance(outcome, ActTaken) else outcome.record
        retraction = None
        if isinstance(event, ActivityEvent) and isinstance(stored, Decision):
            retraction = await run(retracting.of_activity, event, stored)
        await self.outbox.publish(outcome)
        if not isinstance(outcome, ActTaken):
            await self._publish_steps(outcome.enforcement)
            said.append(outcome)
            late = await self._last_word(outcome.record, began)
            retraction = retraction or late
        if retraction is not None:
            await self._retract(retraction, said)
        if isinstance(event, ActivityEvent):
            for alert in await run(self.cases.consenting, event):
                await self.outbox.alert(alert)
            await self._publish_case(await run(self.cases.casework, event))
        elif isinstance(event, Review) and isinstance(stored, Decision):
            await self._publish_case(await run(self.cases.case_acting.of_review, event, stored))

    async def _retract(self, retraction: Retraction, said: list[AnyOutcome | Decision]) -> None:
        """Deliver what follows from a later verdict."""
        await self.outbox.retract(retraction)
        await self._publish_steps(*retraction.enforcements)
        said += retraction.decisions

    async def _publish_act(self, taken: CaseActTaken, began: datetime, said: list[AnyOutcome | Decision]) -> None:
        """Deliver what an act about a case decided, if anything, and the case as it stands."""
        if taken.decided is not None:
            await self.outbox.publish(taken.decided)
            await self._publish_steps(taken.decided.enforcement)
            said.append(taken.decided)
            retraction = await self._last_word(taken.decided.record, began)
            if retraction is not None:
                await self._retract(retraction, said)
        await self._publish_case(taken.case)

    async def _last_word(self, said: ManifestRecord | Decision, began: datetime) -> Retraction | None:
        """Say once more what a person decided meanwhile, if one did, and return what is to be said last of all."""
        run = partial(_in_thread, self.threads)
        while (newer := await run(self.cases.reviewing.newer, said, began)) is not None:
            await self.outbox.repeat(newer)
            said = newer
        return await run(self.cases.retracting.late, said)

    async def _publish_steps(self, *steps: Enforcement | EnforcementReversal | None) -> None:
        """Deliver the case of each step against an account that there is."""
        for step in steps:
            if step is not None:
                await self._publish_case(await _in_thread(self.threads, self.cases.carrying_out, step))

    async def _publish_case(self, case: Case | None) -> None:
        """Deliver a case, if there is one, until the newest version was the last."""
        run = partial(_in_thread, self.threads)
        while case is not None:
            await self.outbox.publish_case(case)
            case = await run(self.cases.casework.newer, case)


async def _in_thread(threads: ThreadPoolExecutor, work: Callable[..., Answer], *given: Any) -> Answer:
    """Call something in a thread that knows of which event it is, and of which span."""
    known = contextvars.copy_context()
    return await asyncio.get_running_loop().run_in_executor(threads, partial(known.run, work, *given))


def _lasts(event: InputEvent) -> bool:
    """Whether an event is about a recording of some size."""
    if not isinstance(event, GenerationEvent | PublicationEvent):
        return False
    content = event.content
    return canonical(content.mime).startswith(LASTING) and (content.size is None or content.size >= LONG_BYTES)
