"""The Faust app factory."""

from contextlib import ExitStack
from functools import partial
from typing import Any

from faust.types import StreamT

from agents.delivery import DeliverySettings, consume
from agents.lanes import LANES, Lane
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
        for lane in LANES:
            _declare(app, lane)
        app.close_at_shutdown(opened.pop_all())
    return app


def _declare(app: WorkerApp, lane: Lane[Any]) -> None:
    @app.agent(app.input_topic(lane.topic(app.topic_names)), name=lane.name)
    async def agent(stream: StreamT[bytes]) -> None:
        # The runtime is there when the app has started, which is after agents are declared.
        runtime = app.runtime
        await consume(stream, process=partial(runtime.work, lane), dead_letter=runtime.outbox.dead_letter)
