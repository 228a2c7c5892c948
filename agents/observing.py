"""The observers that feed the metrics: of the delivery loop, and of the reference sets."""

from agents.delivery import DeliveryObserver, InputRecord
from agents.metrics import Metrics
from agents.reference import ReferenceObserver
from pipeline.errors import IdentityReusedError, SealstreamError
from pipeline.policy.reference import SetName

__all__ = ["MetricsObserver", "ReferenceMetrics"]


class MetricsObserver(DeliveryObserver):
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
        if isinstance(error, IdentityReusedError):
            self._metrics.identities_reused.labels(record.topic).inc()
        self._refused.add((record.topic, record.partition, record.offset))

    def completed(self, record: InputRecord, seconds: float) -> None:
        """Count an event that is finished, one way or the other."""
        position = (record.topic, record.partition, record.offset)
        outcome = "dead-letter" if position in self._refused else "done"
        self._refused.discard(position)
        self._metrics.events.labels(record.topic, outcome).inc()
        self._metrics.event_seconds.labels(record.topic).observe(seconds)


class ReferenceMetrics(ReferenceObserver):
    """Counts what happens to reference sets."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def in_force(self, name: SetName, entries: int, version: str) -> None:  # noqa: ARG002 - the port's signature
        """Note what a set holds."""
        self._metrics.reference_entries.labels(name).set(entries)

    def updated(self, name: SetName, count: int) -> None:
        """Count entries put and deleted."""
        self._metrics.reference_updates.labels(name).inc(count)

    def refused(self, name: SetName) -> None:
        """Count an update that was refused."""
        self._metrics.reference_refused.labels(name).inc()
