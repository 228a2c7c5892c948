"""What the delivery loop tells whoever watches it: metrics, tests."""

from agents.delivery.record import InputRecord, TopicPartition
from pipeline.errors import SealstreamError

__all__ = ["DeliveryObserver"]


class DeliveryObserver:
    """Hears what happens to records; this one ignores it. Its methods are called on the event loop: return at once."""

    def admitted(self, record: InputRecord) -> None:
        """Hear that a record was taken in."""

    def retried(self, record: InputRecord, error: Exception, delay: float) -> None:
        """Hear that an attempt failed, and that another follows after `delay` seconds."""

    def dead_lettered(self, record: InputRecord, error: SealstreamError) -> None:
        """Hear that a record was published as a dead letter."""

    def completed(self, record: InputRecord, seconds: float) -> None:
        """Hear that a record is done, as a dead letter or otherwise, so many seconds after it was taken in."""

    def acknowledged(self, partition: TopicPartition, count: int) -> None:
        """Hear that so many more records of a partition may be committed."""
