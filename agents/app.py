"""The Faust app factory."""

from contextlib import ExitStack
from typing import Any

from agents import lanes
from agents.delivery import DeliverySettings
from agents.metrics import Metrics
from agents.observing import ReferenceMetrics
from agents.parts import Parts, open_parts
from agents.reference import references_of
from agents.settings import KafkaSettings, WorkerSettings
from agents.similarity import known_fingerprints_of
from agents.worker_app import WorkerApp

__all__ = ["create_app"]


def create_app(
    parts: Parts | None = None,
    *,
    kafka: KafkaSettings | None = None,
    worker: WorkerSettings | None = None,
    delivery: DeliverySettings | None = None,
    **options: Any,
) -> WorkerApp:
    """Build the app of a worker with its agents; whatever is not given is made from the environment.

    Args:
        parts: the use cases and what belongs to them; parts made here are closed when the app has shut down.
        kafka: how to reach Kafka.
        worker: threads, health, logs.
        delivery: how much is worked on at once.
        options: settings of Faust that replace ours.

    Raises:
        OperatorError: the configuration cannot work; nothing was started.
    """
    kafka, worker, delivery = (
        kafka or KafkaSettings(),
        worker or WorkerSettings(),
        delivery or DeliverySettings(),
    )
    metrics = Metrics.create()
    references = references_of(kafka, observer=ReferenceMetrics(metrics))
    known = known_fingerprints_of(kafka)
    with ExitStack() as opened:
        app = WorkerApp(
            parts or opened.enter_context(open_parts(lambda: references.current, known)),
            references,
            known,
            metrics,
            kafka,
            worker,
            delivery,
            **options,
        )
        lanes.declare(app)
        app.close_at_shutdown(opened.pop_all())
    return app
