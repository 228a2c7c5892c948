"""The delivery loop's observer that feeds the metrics."""

from agents.delivery import InputRecord, Observer
from agents.metrics import Metrics
from pipeline.errors import SealstreamError

__all__ = ["MetricsObserver"]


class MetricsObserver(Observer):
    """Counts what happens to records."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._refused: set[tuple[str, int, int]] = set()

    def retried(self, record: InputRecord, error: Exception, delay: float) -> None:  # noqa: ARG002 - the port's signature
        """Count an attempt that failed."""
        self._metrics.retries.labels(record.topic, type(error).__name__).inc()

    def dead_lettered(self, record: InputRecord, error: SealstreamError) -> None:
        """Count a dead letter."""
        self._metrics.dead_letters.labels(record.topic, error.stage, type(error).__name__).inc()
        self._refused.add((record.topic, record.partition, record.offset))

    def completed(self, record: InputRecord, seconds: float) -> None:
        """Count an event that is finished, one way or the other."""
        position = (record.topic, record.partition, record.offset)
        outcome = "dead-letter" if position in self._refused else "done"
        self._refused.discard(position)
        self._metrics.events.labels(record.topic, outcome).inc()
        self._metrics.event_seconds.labels(record.topic).observe(seconds)
