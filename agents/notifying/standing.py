"""Whether the process that notifies can be relied on, and what it is late by."""

from collections.abc import Mapping
from functools import partial

import aiokafka

from agents.broker_watch import BrokerWatch
from agents.delivery import is_member, standing_of
from agents.notifying.metrics import NotifierMetrics
from agents.notifying.notifier import Notifier

__all__ = ["NotifierStanding"]


class NotifierStanding:
    """What `/readyz` and `/metrics` say.

    Ready means that what happens now is read and is told, or kept. A target that fails is a state and a metric: others
    are told all the same.

    Args:
        notifier: what tells.
        metrics: what is shown.
    """

    def __init__(self, notifier: Notifier, metrics: NotifierMetrics) -> None:
        self._notifier = notifier
        self._metrics = metrics
        self._consumer: aiokafka.AIOKafkaConsumer | None = None
        self._brokers: BrokerWatch | None = None

    def watch(self, consumer: aiokafka.AIOKafkaConsumer) -> BrokerWatch:
        """What asks the brokers from now on, once it runs."""
        self._consumer = consumer
        self._brokers = BrokerWatch(partial(standing_of, consumer), lambda: self._notifier.firsts, self._metrics.lag)
        return self._brokers

    def checks(self) -> Mapping[str, str | None]:
        """Every condition of readiness, with None where it holds."""
        self._notifier.measure()
        if self._consumer is None or self._brokers is None:
            return {"brokers": "not connected yet"}
        return {
            "brokers": self._brokers.silence,
            "topics": self._brokers.gone,
            "partitions": None if is_member(self._consumer) else "not a member of the consumer group",
            "notifications": self._notifier.trouble,
        }

    def states(self) -> Mapping[str, str]:
        """Of each target, whether it takes what it is told."""
        return {f"target {name}": said for name, said in self._notifier.targets.items()}
