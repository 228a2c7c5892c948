"""The metrics of what notifies, in one place."""

from collections.abc import Iterable
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge, ProcessCollector, generate_latest

__all__ = ["NotifierMetrics"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifierMetrics:
    """Every number that the process shows which notifies."""

    registry: CollectorRegistry
    notifications: Counter
    retries: Counter
    waiting: Gauge
    overdue: Gauge
    lag: Gauge
    ready: Gauge

    @classmethod
    def create(cls) -> "NotifierMetrics":
        """A fresh set of metrics, all at zero, and those of the process itself."""
        registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        return cls(
            registry=registry,
            notifications=Counter(
                "sealstream_notifications",
                "Notifications that a target has, or that were kept as undelivered.",
                ["target", "outcome"],
                registry=registry,
            ),
            retries=Counter(
                "sealstream_notification_retries",
                "Attempts to notify a target that failed for now.",
                ["target"],
                registry=registry,
            ),
            waiting=Gauge(
                "sealstream_notification_waiting",
                "Records that somebody is to be told of yet, those of quiet hours included.",
                registry=registry,
            ),
            overdue=Gauge(
                "sealstream_notification_overdue_seconds",
                "For how long a target should have been told of what it was not told of yet; 0 where nothing is due.",
                ["target"],
                registry=registry,
            ),
            lag=Gauge(
                "sealstream_notification_lag",
                "Records of a partition that are not done: not read, or not told yet.",
                ["topic", "partition"],
                registry=registry,
            ),
            ready=Gauge("sealstream_ready", "1 while what happens is told, else 0.", registry=registry),
        )

    def begin(self, targets: Iterable[str]) -> None:
        """Have the series that are waited for begin at zero: one that appears with its first event hides that event.

        Args:
            targets: by their names in the file.
        """
        for target in targets:
            for outcome in ("delivered", "undelivered"):
                self.notifications.labels(target, outcome)
            self.retries.labels(target)
            self.overdue.labels(target)

    def render(self) -> bytes:
        """The metrics as Prometheus reads them."""
        return generate_latest(self.registry)
