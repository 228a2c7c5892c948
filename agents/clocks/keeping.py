"""The keeper of clocks on real Kafka, put together."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from functools import partial

from agents.clocks.arrears import arrears_of
from agents.clocks.keeper import ClockKeeper
from agents.clocks.pen import pens_of
from agents.clocks.reader import open_reader
from agents.clocks.registry import RegisteredDuties
from agents.outbox import Outbox
from agents.reference import References
from agents.settings import KafkaSettings
from agents.topics import Topics
from pipeline.duties.timers import DueStage
from pipeline.usecases.announcing import Said
from pipeline.usecases.wiring import UseCases

__all__ = ["keeper_of"]


def keeper_of(
    settings: KafkaSettings,
    topics: Topics,
    cases: UseCases,
    references: References,
    outbox: Outbox,
    threads: Executor,
    *,
    said: Callable[[Said], None] | None = None,
) -> ClockKeeper:
    """Put the keeper together.

    Args:
        settings: how to reach Kafka.
        topics: what the topics are called.
        cases: what a clock says, and what is done with what is registered.
        references: the reference sets, followed elsewhere.
        outbox: makes messages of it.
        threads: where cases are read.
        said: told what was published; without it, that is counted.
    """

    async def announce(due: DueStage) -> Said | None:
        return await asyncio.get_running_loop().run_in_executor(threads, cases.announcing, due, outbox.source)

    return ClockKeeper(
        open_reader=partial(open_reader, settings, topics.clocks),
        open_pen=pens_of(settings),
        open_arrears=partial(arrears_of, settings, (topics.activities, topics.cases, topics.reviews)),
        registry=RegisteredDuties(
            references=references, registering=cases.registering, publish=outbox.publish_case, threads=threads
        ),
        announce=announce,
        messages=outbox.announcement,
        said=said or outbox.count_announcement,
        forgotten=outbox.forgotten_clock,
    )
