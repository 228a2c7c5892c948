"""What is seen of an event on its way: how long its steps took, its trace, and its name in the lines of the log."""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import orjson
import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from agents.assembly import law_of, layout_of, use_cases
from agents.delivery import InputRecord
from agents.lanes import LANES
from agents.logs import configure_logging
from agents.messages import KafkaMessage
from agents.metrics import Metrics
from agents.otel import OpenTelemetryTracing
from agents.outbox import Outbox
from agents.runtime import Runtime
from agents.steps import StepTimer
from agents.strange_members import StrangeMembers
from agents.topics import Topics
from agents.tracing import UNTRACED, Tracing, parent_of, tracing_of
from pipeline.errors import OperatorError, ProducerError
from pipeline.events.identity import event_uid
from pipeline.settings import AssetSettings, LabelSettings, PeopleSettings, PolicySettings, StoreSettings
from pipeline.store import Location, StoreUnavailableError
from pipeline.store.erased import ErasedEvent, note_erased
from pipeline.store.simulator import StoreSimulator
from pipeline.timing import TimedStep

TOPICS = Topics("t.")
TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
TRACEPARENT = f"00-{TRACE}-{PARENT}-01"
EVENT = {
    "specversion": "1.0",
    "id": "shop-7",
    "source": "//stores/one",
    "type": "sealstream.activity.v1",
    "data": {
        "event_type": "service.changed",
        "jurisdictions": ["CN"],
        "service": {"id": "shop-app", "public_opinion": True},
    },
}


def record(value: bytes, *headers: tuple[str, bytes | None]) -> InputRecord:
    return InputRecord(
        topic=TOPICS.activities, partition=3, offset=41, key=None, value=value, headers=headers, timestamp=None
    )


class Worker:
    """A worker without Kafka, whose events need no parser: what it publishes is kept here."""

    def __init__(self, tracing: Tracing = UNTRACED) -> None:
        self.metrics, self.published = Metrics.create(), list[KafkaMessage]()
        steps, stores = StepTimer(self.metrics, tracing), StoreSettings()
        self.store = StoreSimulator(stores.content_bucket, stores.records_bucket, stores.inbox_bucket)
        self.store.observer = steps
        parsers: Any = type("NoParsers", (), {"__getattr__": lambda *_: None})()
        law = law_of(PolicySettings(jurisdictions=("CN",)), timed=steps)
        settings = (stores, AssetSettings(), LabelSettings(), PeopleSettings())
        publisher: Any = self
        threads = ThreadPoolExecutor(1)
        self.runtime = Runtime(
            cases=use_cases(self.store, parsers, law, *settings, timed=steps),
            outbox=Outbox(
                publisher=publisher, topics=TOPICS, source="here", metrics=self.metrics, timed=steps, tracing=tracing
            ),
            strange=StrangeMembers(self.metrics.unknown_members),
            threads=threads,
            patient=threads,
            tracing=tracing,
        )

    async def publish(self, messages: Sequence[KafkaMessage]) -> None:
        self.published += messages

    def work(self, taken: InputRecord) -> None:
        lane = next(lane for lane in LANES if lane.topic(TOPICS) == taken.topic)
        asyncio.run(self.runtime.work(lane, taken))

    def count(self, name: str, **labels: str) -> float:
        return self.metrics.registry.get_sample_value(name, labels) or 0.0


def test_steps_are_timed_and_requests_to_the_store_counted_by_what_became_of_them() -> None:
    worker = Worker()
    worker.work(record(orjson.dumps(EVENT)))
    took = {step: worker.count("sealstream_step_seconds_count", step=step) for step in ("judge", "store", "publish")}
    assert took["judge"] == 1
    assert took["store"] >= 1
    assert took["publish"] >= 1
    assert worker.count("sealstream_store_requests_total", operation="create", status="done") == took["store"]
    assert worker.count("sealstream_store_requests_total", operation="get", status="absent") >= 1


def test_an_event_that_was_erased_with_its_record_is_done_without_a_word() -> None:
    worker = Worker()
    layout, uid = layout_of(StoreSettings()), event_uid(str(EVENT["source"]), str(EVENT["id"]))
    note = ErasedEvent(event_uid=uid, erased_at="2026-06-01T12:00:00.000Z", erasure="ab" * 32, basis=())
    note_erased(worker.store, layout, note, ())
    for _ in range(2):
        worker.work(record(orjson.dumps(EVENT)))
    assert worker.published == []
    assert set(worker.store.objects) == {layout.erased_event(uid)}


def test_what_is_there_already_and_what_fails_has_a_status_of_its_own() -> None:
    worker = Worker()
    at = Location(StoreSettings().records_bucket, "v1/x")
    for body in (b"first", b"second"):
        worker.store.create(at, body, media_type="text/plain")
    with pytest.raises(Exception, match="bucket"):
        worker.store.get(Location("no-such-bucket", "v1/x"))
    asked = {
        (sample.labels["operation"], sample.labels["status"])
        for family in worker.metrics.registry.collect()
        for sample in family.samples
        if sample.name == "sealstream_store_requests_total" and sample.value
    }
    assert {("create", "done"), ("create", "exists")} < asked
    assert any(operation == "get" and status.endswith("Error") for operation, status in asked)


def test_series_begin_at_zero_so_that_the_first_dead_letter_is_a_growth() -> None:
    metrics = Metrics.create()
    metrics.begin(TOPICS.inputs)
    labels = {"topic": TOPICS.generation, "stage": "fetch", "error": "AssetMissingError"}
    assert metrics.registry.get_sample_value("sealstream_dead_letters_total", labels) == 0
    assert metrics.registry.get_sample_value("sealstream_step_seconds_count", {"step": "seal"}) == 0
    assert b"process_resident_memory_bytes" in metrics.render()


@contextmanager
def traced() -> Iterator[tuple[Worker, InMemorySpanExporter]]:
    spans = InMemorySpanExporter()
    tracing = OpenTelemetryTracing(SimpleSpanProcessor(spans))
    yield Worker(tracing), spans
    tracing.close()


@pytest.mark.parametrize(
    "taken",
    [
        record(orjson.dumps(EVENT), ("traceparent", TRACEPARENT.encode())),
        record(orjson.dumps({**EVENT, "traceparent": TRACEPARENT})),
        record(
            orjson.dumps(EVENT["data"]),
            *((f"ce_{name}", str(value).encode()) for name, value in EVENT.items() if name != "data"),
            ("content-type", b"application/json"),
            ("ce_traceparent", TRACEPARENT.encode()),
        ),
    ],
    ids=["header", "attribute", "binary"],
)
def test_a_producers_trace_goes_through_the_steps_to_what_is_published(taken: InputRecord) -> None:
    with traced() as (worker, exported):
        worker.work(taken)
        spans = {span.name: span for span in exported.get_finished_spans()}
    whole = spans[f"process {TOPICS.activities}"]
    assert (trace_of(whole), parent_span_of(whole)) == (TRACE, PARENT)
    assert {"judge", "store", "publish"} <= spans.keys()
    assert {parent_span_of(spans[step]) for step in ("judge", "store", "publish")} == {span_of(whole)}
    for message in worker.published:
        for name in ("traceparent", "ce_traceparent"):
            (carried,) = (value for header, value in message.headers if header == name)
            assert (carried or b"").decode().split("-")[1] == TRACE


def test_an_event_without_a_trace_begins_one_and_no_value_of_it_is_in_a_span() -> None:
    with traced() as (worker, exported):
        worker.work(record(orjson.dumps(EVENT)))
        spans = exported.get_finished_spans()
    assert len({trace_of(span) for span in spans}) == 1
    said = repr([(span.name, dict(span.attributes or {}), span.events) for span in spans])
    assert not any(secret in said for secret in ("shop-7", "//stores/one", "shop-app"))


def test_what_fails_is_marked_with_the_name_of_its_error_alone() -> None:
    with traced() as (worker, exported):
        with pytest.raises(ProducerError):
            worker.work(record(b'{"secret": "shop-app"}'))
        (span,) = exported.get_finished_spans()
    assert span.attributes is not None
    assert span.attributes["error.type"] == "EnvelopeError"
    assert not span.events
    assert "shop-app" not in repr((span.status.description, dict(span.attributes)))


@pytest.mark.parametrize(
    "value", [b"not JSON with a traceparent", b'["traceparent"]', b'{"traceparent": 7}', b'"traceparent"', None]
)
def test_what_is_no_trace_context_is_none(value: bytes | None) -> None:
    assert parent_of(record(value or b"") if value is not None else record(b"{}", ("traceparent", None))) is None


def test_a_broken_trace_context_begins_a_trace_of_its_own() -> None:
    with traced() as (worker, exported):
        worker.work(record(orjson.dumps(EVENT), ("traceparent", b"00-xyz-\xff-01")))
        assert exported.get_finished_spans()


def test_without_traces_nothing_is_carried_on() -> None:
    worker = Worker()
    worker.work(record(orjson.dumps(EVENT), ("traceparent", TRACEPARENT.encode())))
    assert not any("traceparent" in name for message in worker.published for name, _ in message.headers)
    assert tracing_of(traces=False) is UNTRACED


def test_traces_without_their_packages_are_the_operators_to_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "agents.otel", None)
    with pytest.raises(OperatorError, match=r"sealstream\[traces\]"):
        tracing_of(traces=True)


@contextmanager
def logged_as_json() -> Iterator[None]:
    """Logs go to standard error inside, and where they went before after it."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    configure_logging(level="info", style="json")
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)


def test_a_line_about_an_event_names_it_also_from_the_thread_that_works_on_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    worker, logger = Worker(), logging.getLogger("here")
    original = worker.store.create

    def create(*given: Any, **named: Any) -> bool:
        logger.warning("from a thread")
        return original(*given, **named)

    worker.store.create = create  # type: ignore[method-assign]
    with logged_as_json():
        worker.work(record(orjson.dumps(EVENT)))
        logger.warning("about nothing")
    lines = [orjson.loads(line) for line in capsys.readouterr().err.splitlines()]
    decided = orjson.loads(next(message.value or b"" for message in worker.published))
    uid = decided.get("event_uid")
    about = [line for line in lines if line["message"] == "from a thread"]
    assert about
    assert {(line["event_uid"], line["event_source"], line["event_id"]) for line in about} == {
        (uid, "//stores/one", "shop-7")
    }
    assert "event_uid" not in lines[-1]


def test_a_step_that_raises_took_its_time_too() -> None:
    metrics = Metrics.create()
    step: TimedStep = "fetch"
    with pytest.raises(StoreUnavailableError), StepTimer(metrics)(step):
        raise StoreUnavailableError(what="x", remedy="y")
    assert metrics.registry.get_sample_value("sealstream_step_seconds_count", {"step": "fetch"}) == 1


def trace_of(span: ReadableSpan) -> str:
    return format(span.context.trace_id, "032x")


def span_of(span: ReadableSpan) -> str:
    return format(span.context.span_id, "016x")


def parent_span_of(span: ReadableSpan) -> str | None:
    return None if span.parent is None else format(span.parent.span_id, "016x")
