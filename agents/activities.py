"""The agent of activity events: every record of its topic is judged, or becomes a dead letter."""

from faust.types import StreamT

from agents.delivery import consume
from agents.worker_app import WorkerApp

__all__ = ["declare"]


def declare(app: WorkerApp) -> None:
    """Add the agent to the app."""

    @app.agent(app.input_topic(app.topic_names.activities), name="activities")
    async def activities(stream: StreamT[bytes]) -> None:
        await consume(stream, process=app.runtime.activities, dead_letter=app.runtime.outbox.dead_letter)
