"""Kafka messages as values, apart from any client."""

import msgspec

__all__ = ["KafkaMessage"]


class KafkaMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One message, on its way to or from a topic."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...] = ()
    partition: int | None = None
    offset: int | None = None
