"""The agent of generation events: every record of its topic is sealed, or becomes a dead letter."""

from faust.types import StreamT

from agents.delivery import consume
from agents.worker_app import WorkerApp

__all__ = ["declare"]


def declare(app: WorkerApp) -> None:
    """Add the agent to the app."""

    @app.agent(app.input_topic(app.topic_names.generation), name="generation")
    async def generation(stream: StreamT[bytes]) -> None:
        await consume(stream, process=app.runtime.generation, dead_letter=app.runtime.outbox.dead_letter)
