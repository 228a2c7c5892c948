"""Traces by OpenTelemetry, sent with OTLP over HTTP; where to, say OpenTelemetry's own variables."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, StatusCode, get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from agents.delivery import InputRecord
from agents.tracing import Tracing, parent_of
from pipeline.timing import TimedStep

__all__ = ["OpenTelemetryTracing", "open_tracing"]

_NANOSECONDS: Final = 1_000_000_000
_TRACEPARENT: Final = "traceparent"


def open_tracing() -> "OpenTelemetryTracing":
    """Tracing that sends its spans in batches, from a thread of its own."""
    return OpenTelemetryTracing(BatchSpanProcessor(OTLPSpanExporter()))


class OpenTelemetryTracing(Tracing):
    """A span for each try of an event, a child of what the producer traced, and one for each step of it.

    Names and attributes are those of OpenTelemetry for messaging; nothing of an event is among them but its place on
    its topic, and of an error its name.

    Args:
        processor: takes the spans that are over.
    """

    def __init__(self, processor: SpanProcessor) -> None:
        # OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win over what is said here.
        self._provider = TracerProvider(resource=Resource.create({SERVICE_NAME: "sealstream"}))
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("sealstream")
        self._propagator = TraceContextTextMapPropagator()

    @contextmanager
    def event(self, name: str, record: InputRecord) -> Iterator[None]:
        """The span of one try; whatever it raises is let through."""
        parent = parent_of(record)
        context = None if parent is None else self._propagator.extract({_TRACEPARENT: parent})
        with self._tracer.start_as_current_span(
            f"process {record.topic}",
            context=context,
            kind=SpanKind.CONSUMER,
            attributes={
                "messaging.system": "kafka",
                "messaging.operation.name": "process",
                "messaging.destination.name": record.topic,
                "messaging.destination.partition.id": str(record.partition),
                "messaging.kafka.offset": record.offset,
                "sealstream.lane": name,
            },
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield
            except Exception as error:
                span.set_attribute("error.type", type(error).__name__)
                span.set_status(StatusCode.ERROR)
                raise

    @contextmanager
    def step(self, step: TimedStep) -> Iterator[None]:
        """The span of a step, in that of its event; outside of one there is none."""
        if not get_current_span().get_span_context().is_valid:
            yield
            return
        with self._tracer.start_as_current_span(step, record_exception=False, set_status_on_exception=False):
            yield

    def took(self, step: TimedStep, seconds: float) -> None:
        """The span of a step that is over now."""
        if get_current_span().get_span_context().is_valid:
            ended = time.time_ns()
            self._tracer.start_span(step, start_time=ended - int(seconds * _NANOSECONDS)).end(ended)

    def headers(self) -> tuple[tuple[str, bytes], ...]:
        """The trace context twice: as tools for Kafka look for it, and as an attribute of the CloudEvent."""
        carried: dict[str, str] = {}
        self._propagator.inject(carried)
        stated = carried.get(_TRACEPARENT)
        return () if stated is None else tuple((name, stated.encode()) for name in (_TRACEPARENT, f"ce_{_TRACEPARENT}"))

    def close(self) -> None:
        """Send what was not sent yet; takes as long as the exporter's own time-out at most."""
        self._provider.shutdown()
