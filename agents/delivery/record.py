"""What the pipeline is given: one record of an input topic, byte for byte, and free of Faust."""

from dataclasses import dataclass
from typing import NamedTuple

__all__ = ["InputRecord", "TopicPartition"]


class TopicPartition(NamedTuple):
    """One partition of one topic."""

    topic: str
    partition: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InputRecord:
    """A record as it lies in Kafka.

    Args:
        key: None where the producer gave none.
        value: None is a tombstone.
        headers: in their order, with repeated names; a header may have no value.
        timestamp: seconds since 1970 (UTC), None where the broker gave none.
    """

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...] = ()
    timestamp: float | None = None

    @property
    def topic_partition(self) -> TopicPartition:
        """The partition it was read from."""
        return TopicPartition(self.topic, self.partition)

    @property
    def size(self) -> int:
        """Bytes of key, value and headers."""
        headers = sum(len(name) + len(value or b"") for name, value in self.headers)
        return len(self.key or b"") + len(self.value or b"") + headers

    def __str__(self) -> str:
        """Name the record without showing anything of it, for logs."""
        return f"{self.topic}[{self.partition}]@{self.offset}"
