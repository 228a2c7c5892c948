"""Traces: the port to whatever draws the way of an event across services. Off by default.

A producer that sends a W3C trace context (`traceparent`, as a header of the message or an attribute of the event) finds
the steps of its event in its own trace, and consumers find that context in the headers of what came of it.
"""

from contextlib import AbstractContextManager, nullcontext
from typing import Final

import orjson

from agents.delivery import InputRecord
from pipeline.errors import OperatorError
from pipeline.timing import TimedStep

__all__ = ["UNTRACED", "Tracing", "parent_of", "tracing_of"]

_TRACEPARENT: Final = "traceparent"
_MEMBER: Final = b'"traceparent"'


class Tracing:
    """Traces nothing. Safe to use from several threads."""

    def event(self, name: str, record: InputRecord) -> AbstractContextManager[None]:  # noqa: ARG002 - the port's signature
        """Go around the work of one record; `name` is that of its lane."""
        return nullcontext()

    def step(self, step: TimedStep) -> AbstractContextManager[None]:  # noqa: ARG002 - the port's signature
        """Go around a step of the work."""
        return nullcontext()

    def took(self, step: TimedStep, seconds: float) -> None:
        """Hear of a step that is over, and took so long."""

    def headers(self) -> tuple[tuple[str, bytes], ...]:
        """What messages carry that are published now."""
        return ()

    def close(self) -> None:
        """Send what was not sent yet."""


UNTRACED: Final = Tracing()


def tracing_of(*, traces: bool) -> Tracing:
    """What traces, as configured; where spans go, say OpenTelemetry's own variables (`OTEL_EXPORTER_OTLP_ENDPOINT`).

    Raises:
        OperatorError: traces are on, and the packages that they need are not installed.
    """
    if not traces:
        return UNTRACED
    try:
        from agents.otel import open_tracing  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise OperatorError(
            what=f"SEALSTREAM_TRACES is set, and a package is missing: {error.name}.",
            remedy="Install sealstream[traces], or leave the setting out.",
        ) from error
    return open_tracing()


def parent_of(record: InputRecord) -> str | None:
    """The trace context that a record came with: of its headers, or else of the event in it; None without one."""
    for name, value in record.headers:
        if value is not None and name.lower() in (_TRACEPARENT, f"ce_{_TRACEPARENT}"):
            return value.decode("ascii", errors="replace")
    if record.value is None or _MEMBER not in record.value:
        return None
    try:
        event = orjson.loads(record.value)
    except orjson.JSONDecodeError:
        return None
    stated = event.get(_TRACEPARENT) if isinstance(event, dict) else None
    return stated if isinstance(stated, str) else None
