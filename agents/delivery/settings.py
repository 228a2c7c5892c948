"""How much is worked on at once, and how long things may take."""

from pydantic import Field, ValidationInfo, field_validator

from agents.delivery.backoff import Backoff
from pipeline.settings import Settings

__all__ = ["DeliverySettings"]


class DeliverySettings(Settings):
    """Bounds of the delivery loop; every one is an environment variable with the prefix `SEALSTREAM_`."""

    max_in_flight: int = Field(default=64, ge=1)
    """Records worked on at the same moment; those that wait for another attempt are not counted."""

    max_unacknowledged_per_partition: int = Field(default=512, ge=1)
    """Records taken from one partition and not acknowledged; at this number it is fetched from no more for a while."""

    max_held_bytes: int = Field(default=2**25, ge=1)
    """Bytes of records taken and not finished, from which on nothing more is fetched for a while; from one partition, a
    quarter of them."""

    fetch_records: int = Field(default=64, ge=1)
    """Records fetched at a time."""

    buffer_records: int = Field(default=64, ge=1)
    """Records that Faust keeps in memory, for each topic, before they are taken."""

    max_unacknowledged: int = Field(default=2048, ge=1)
    """Records taken from all partitions and not acknowledged; at this number nothing more is taken."""

    drain_seconds: float = Field(default=20.0, gt=0)
    """How long work may go on when partitions are taken away or the program stops; then it is cancelled."""

    commit_seconds: float = Field(default=2.0, gt=0)
    """How often positions are committed."""

    retry_first_seconds: float = Field(default=0.2, gt=0)
    """Longest wait before the second attempt; it doubles with every further one."""

    retry_cap_seconds: float = Field(default=30.0, gt=0)
    """Longest wait before any attempt."""

    bug_attempts: int = Field(default=3, ge=1)
    """Attempts for a record that meets a bug of ours, before it becomes a dead letter."""

    @field_validator("max_unacknowledged")
    @classmethod
    def _one_partition_cannot_stop_the_others(cls, value: int, info: ValidationInfo) -> int:
        names = ("max_unacknowledged_per_partition", "fetch_records", "buffer_records")
        least = sum(info.data.get(name, 0) for name in names)
        if value < least:
            raise ValueError(
                f"it must be at least {least}, the sum of {names[0]}, {names[1]} and {names[2]}, "
                "or one slow partition could stop all others"
            )
        return value

    @property
    def max_held_bytes_per_partition(self) -> int:
        """Bytes of records of one partition taken and not finished, from which on it is fetched from no more."""
        return self.max_held_bytes // 4

    @property
    def backoff(self) -> Backoff:
        """The waits between attempts."""
        return Backoff(first=self.retry_first_seconds, cap=self.retry_cap_seconds)
