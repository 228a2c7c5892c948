"""The Faust app factory."""

from typing import Any

from agents import generation, publication
from agents.delivery import DeliverySettings
from agents.settings import KafkaSettings, WorkerSettings
from agents.worker_app import Parts, WorkerApp
from pipeline.settings import load

__all__ = ["create_app"]


def create_app(
    parts: Parts,
    *,
    kafka: KafkaSettings | None = None,
    worker: WorkerSettings | None = None,
    delivery: DeliverySettings | None = None,
    **options: Any,
) -> WorkerApp:
    """Build the app of a worker with its agents; settings that are not given come from the environment.

    Args:
        parts: the use cases and what belongs to them (`agents.assembly`).
        kafka: how to reach Kafka.
        worker: threads, health, logs.
        delivery: how much is worked on at once.
        options: settings of Faust that replace ours.

    Raises:
        OperatorError: a setting cannot be used.
    """
    app = WorkerApp(
        parts,
        kafka or load(KafkaSettings),
        worker or load(WorkerSettings),
        delivery or load(DeliverySettings),
        **options,
    )
    generation.declare(app)
    publication.declare(app)
    return app
