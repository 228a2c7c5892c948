"""The metrics of a recogniser, in one place."""

from dataclasses import dataclass
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

__all__ = ["RecogniserMetrics"]

_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecogniserMetrics:
    """Every number that a recogniser shows."""

    registry: CollectorRegistry
    fingerprints: Gauge
    index_bytes: Gauge
    questions: Counter
    question_seconds: Histogram
    ready: Gauge

    @classmethod
    def create(cls) -> "RecogniserMetrics":
        """A fresh set of metrics, all at zero."""
        registry = CollectorRegistry()
        return cls(
            registry=registry,
            fingerprints=Gauge("sealstream_fingerprints", "Fingerprints of sealed assets known.", registry=registry),
            index_bytes=Gauge(
                "sealstream_fingerprint_index_bytes", "Memory of codes, keys and tables.", registry=registry
            ),
            questions=Counter("sealstream_recognitions", "Codes that were asked about.", registry=registry),
            question_seconds=Histogram(
                "sealstream_recognition_seconds",
                "From a question's arrival until its answer was found; a question asks about several codes.",
                buckets=_SECONDS,
                registry=registry,
            ),
            ready=Gauge("sealstream_ready", "1 while the recogniser is ready, else 0.", registry=registry),
        )

    def render(self) -> bytes:
        """The metrics as Prometheus reads them."""
        return generate_latest(self.registry)
