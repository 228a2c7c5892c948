"""The lanes of a worker: each takes the records of one input topic to their use case, or to the dead letters."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from faust.types import StreamT

from agents.delivery import Process, consume
from agents.runtime import Runtime
from agents.topics import Topics
from agents.worker_app import WorkerApp

__all__ = ["LANES", "Lane", "declare"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One input topic and what is done with its records.

    Args:
        name: what the agent is called, in logs and metrics.
        topic: which topic.
        process: the work of one record.
    """

    name: str
    topic: Callable[[Topics], str]
    process: Callable[[Runtime], Process]


LANES: Final = (
    Lane(name="generation", topic=lambda topics: topics.generation, process=lambda runtime: runtime.generation),
    Lane(name="publication", topic=lambda topics: topics.publication, process=lambda runtime: runtime.publication),
    Lane(name="activities", topic=lambda topics: topics.activities, process=lambda runtime: runtime.activities),
    Lane(name="reviews", topic=lambda topics: topics.reviews, process=lambda runtime: runtime.reviews),
)
"""Every input topic has one; a test sees to that."""


def declare(app: WorkerApp) -> None:
    """Add an agent for each lane to the app."""
    for lane in LANES:
        _declare(app, lane)


def _declare(app: WorkerApp, lane: Lane) -> None:
    @app.agent(app.input_topic(lane.topic(app.topic_names)), name=lane.name)
    async def agent(stream: StreamT[bytes]) -> None:
        # The runtime is there when the app has started, which is after agents are declared.
        await consume(stream, process=lane.process(app.runtime), dead_letter=app.runtime.outbox.dead_letter)
