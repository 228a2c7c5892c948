"""The Faust app factory."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from faust.types import StreamT

from agents.delivery import DeliveryLoop, DeliverySettings, WatchdogSettings, consume, faust_options
from agents.faust_connection import faust_connection
from agents.lanes import LANES, Lane
from agents.metrics import Metrics
from agents.observing import MetricsObserver, ReferenceMetrics
from agents.parts import PartSettings, open_parts
from agents.reference import references_of
from agents.settings import KafkaSettings, WorkerSettings
from agents.similarity import known_fingerprints_of
from agents.steps import StepTimer
from agents.tracing import tracing_of
from agents.worker_app import WorkerApp
from pipeline.errors import AssetForbiddenError, AssetMissingError, WorldError
from pipeline.settings import AssetSettings

__all__ = ["create_app"]


def create_app(
    *,
    kafka: KafkaSettings | None = None,
    worker: WorkerSettings | None = None,
    delivery: DeliverySettings | None = None,
    **options: Any,
) -> WorkerApp:
    """Build the app of a worker with its agents; whatever is not given is made from the environment.

    Args:
        kafka: how to reach Kafka.
        worker: threads, health, logs.
        delivery: how much is worked on at once.
        options: settings of Faust that replace ours.

    Raises:
        OperatorError: the configuration cannot work; nothing was started. What settings alone can get wrong is said
            before the store is asked for anything.
    """
    kafka, worker, delivery = kafka or KafkaSettings(), worker or WorkerSettings(), delivery or DeliverySettings()
    settings, watch = PartSettings(), WatchdogSettings()
    metrics, tracing = Metrics.create(), tracing_of(traces=worker.traces)
    steps = StepTimer(metrics, tracing)
    references = references_of(kafka, observer=ReferenceMetrics(metrics))
    known = known_fingerprints_of(kafka)
    app = WorkerApp(
        lambda: open_parts(settings, lambda: references.current, known, steps),
        references=references,
        known=known,
        metrics=metrics,
        steps=steps,
        tracing=tracing,
        kafka=kafka,
        worker=worker,
        delivery=DeliveryLoop(delivery, patience=_patience(settings.assets), observer=MetricsObserver(metrics)),
        watch=watch,
        **{
            **faust_options(kafka.bootstrap_servers, delivery, embedded=kafka.embedded),
            **faust_connection(kafka),
            **options,
        },
    )
    for lane in LANES:
        _declare(app, lane)
    return app


def _patience(assets: AssetSettings) -> Mapping[type[WorldError], float]:
    """How long events wait for what is missing, in seconds; for everything else they wait for ever."""
    return {
        AssetMissingError: assets.missing_asset_patience,
        AssetForbiddenError: assets.forbidden_asset_patience,
    }


def _declare(app: WorkerApp, lane: Lane[Any]) -> None:
    @app.agent(app.input_topic(lane.topic(app.topic_names)), name=lane.name)
    async def agent(stream: StreamT[bytes]) -> None:
        # The runtime is there when the app has started, which is after agents are declared.
        runtime = app.runtime
        await consume(stream, process=partial(runtime.work, lane), dead_letter=runtime.outbox.dead_letter)
