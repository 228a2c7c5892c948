"""What times the steps of events: as metrics, and as spans where traces are on."""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache

from agents.metrics import Metrics
from agents.tracing import UNTRACED, Tracing
from pipeline.store.port import StoreObserver
from pipeline.timing import STEPS, TimedStep

__all__ = ["StepTimer"]


class StepTimer(StoreObserver):
    """Goes around each step, and hears of each request to the store; safe to use from several threads.

    Args:
        metrics: where the times go.
        tracing: makes spans of them.
    """

    def __init__(self, metrics: Metrics, tracing: Tracing = UNTRACED) -> None:
        self._seconds = {step: metrics.step_seconds.labels(step) for step in STEPS}
        self._requests = cache(metrics.store_requests.labels)
        self._signatures = cache(metrics.signatures.labels)
        self._tracing = tracing

    def __call__(self, step: TimedStep) -> AbstractContextManager[None]:
        """Time what is done inside; what is not finished, because it raised, took its time too."""
        return self._timed(step)

    @contextmanager
    def _timed(self, step: TimedStep) -> Iterator[None]:
        began = time.perf_counter()
        try:
            with self._tracing.step(step):
                yield
        finally:
            self._seconds[step].observe(time.perf_counter() - began)

    def signed(self, identity: str, outcome: str) -> None:
        """Count a signature that an identity was asked for."""
        self._signatures(identity, outcome).inc()

    def asked(self, operation: str, status: str, seconds: float) -> None:
        """Count a request to the store; writing to it is a step."""
        self._requests(operation, status).inc()
        if operation == "create":
            self._seconds["store"].observe(seconds)
            self._tracing.took("store", seconds)
