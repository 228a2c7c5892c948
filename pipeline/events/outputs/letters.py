"""Dead letters: why an input can never succeed."""

import msgspec

__all__ = ["DeadLetter", "InputPosition"]


class InputPosition(msgspec.Struct, frozen=True, kw_only=True):
    """Where in the input topics a dead letter came from; `timestamp` is Kafka's, in milliseconds."""

    topic: str
    partition: int
    offset: int
    timestamp: int | None


class DeadLetter(msgspec.Struct, frozen=True, kw_only=True):
    """Why an input can never succeed; travels in a header beside the input itself, which stays as it was sent."""

    dead_letter_id: str
    event_uid: str | None
    stage: str
    error: str
    what: str
    remedy: str
    path: str | None
    rule: str | None
    value_type: str | None
    input: InputPosition
    attempts: int
