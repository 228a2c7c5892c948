"""The agent of reviews: every record of its topic decides about a held event, or becomes a dead letter."""

from faust.types import StreamT

from agents.delivery import consume
from agents.worker_app import WorkerApp

__all__ = ["declare"]


def declare(app: WorkerApp) -> None:
    """Add the agent to the app."""

    @app.agent(app.input_topic(app.topic_names.reviews), name="reviews")
    async def reviews(stream: StreamT[bytes]) -> None:
        await consume(stream, process=app.runtime.reviews, dead_letter=app.runtime.outbox.dead_letter)
