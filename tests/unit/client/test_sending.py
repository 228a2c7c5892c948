"""The client: what it sends is what workers take, and what it refuses they refuse with the same words."""

import ast
from datetime import UTC, datetime

import msgspec
import orjson
import pytest
from sealstream_client import (
    ActivityContent,
    ActivityEvent,
    EventRefusedError,
    GenerationContent,
    GenerationEvent,
    Model,
    PublicationContent,
    PublicationEvent,
)
from sealstream_client.checking import Event, Prepared, prepared
from sealstream_client.events import Complaint, Parent, Prompt, SidecarManifest

from pipeline.errors import SealstreamError
from pipeline.events.identity import event_digest, event_uid
from pipeline.events.inputs import ActivityEvent as TakenActivity
from pipeline.events.inputs import GenerationEvent as TakenGeneration
from pipeline.events.inputs import PublicationEvent as TakenPublication
from pipeline.events.intake import intake_activity, intake_generation, intake_publication
from tools.make_client_events import MODULE, module

INTAKE = {"generation": intake_generation, "publication": intake_publication, "activity": intake_activity}
STORY = GenerationContent(id="story-1", mime="text/plain", operation="generated", text="Once.")


def ready(event: Event, *, identity: str | None = "42", time: datetime | str | None = None) -> Prepared:
    return prepared(event, source="//stories.example", event_id=identity, time=time)


def refused_by_a_worker(event: Event, identity: str = "42") -> str:
    """What a worker says of the event when another program sends it."""
    kind = type(event).__name__.removesuffix("Event").lower()
    attributes = {"specversion": "1.0", "id": identity, "source": "/other", "type": f"sealstream.{kind}.v1"}
    headers = [(f"ce_{name}", text.encode()) for name, text in attributes.items()]
    with pytest.raises(SealstreamError) as dead_letter:
        INTAKE[kind](orjson.dumps(msgspec.to_builtins(event)), headers)
    return str(dead_letter.value)


def taken(sent: Prepared) -> TakenGeneration | TakenPublication | TakenActivity:
    return INTAKE[sent.topic.replace("activities", "activity")](sent.value, sent.headers)


def test_the_classes_are_those_of_the_schemas() -> None:
    written = MODULE.read_text(encoding="utf-8")
    assert ast.dump(ast.parse(module())) == ast.dump(ast.parse(written)), "python -m tools.make_client_events"


@pytest.mark.parametrize(
    "event",
    [
        GenerationEvent(content=STORY, model=Model(name="Aurora"), jurisdictions=("EU",)),
        PublicationEvent(
            content=PublicationContent(id="p", mime="text/plain", text="x", manifest=SidecarManifest(base64="eA=="))
        ),
        ActivityEvent(event_type="complaint.updated", complaint=Complaint(id="c-7", received_at=datetime.now(UTC))),
    ],
    ids=lambda event: type(event).__name__,
)
def test_a_worker_takes_what_is_sent_under_the_identity_that_was_told(event: Event) -> None:
    sent = ready(event, time=datetime(2026, 1, 31, 8, 30, tzinfo=UTC))
    arrived = taken(sent)
    assert arrived.uid == sent.uid == event_uid("//stories.example", "42")
    assert arrived.reference.time == "2026-01-31T08:30:00+00:00"


@pytest.mark.parametrize(
    ("event", "key"),
    [
        (GenerationEvent(content=STORY), b"story-1"),
        (ActivityEvent(event_type="complaint.updated", complaint=Complaint(id="c-7")), b"c-7"),
        (ActivityEvent(event_type="consent.revoked", content=ActivityContent(id="story-1")), b"story-1"),
        (ActivityEvent(event_type="service.changed"), event_uid("//stories.example", "42").encode()),
    ],
)
def test_the_key_keeps_events_in_order_that_are_about_the_same(event: Event, key: bytes) -> None:
    assert ready(event).key == key


@pytest.mark.parametrize(
    "event",
    [
        GenerationEvent(content=GenerationContent(id="", mime="text/plain", operation="generated", text="x")),
        GenerationEvent(content=GenerationContent(id="a", mime="text", operation="generated", text="x")),
        GenerationEvent(content=GenerationContent(id="a", mime="text/plain", operation="generated")),
        GenerationEvent(content=GenerationContent(id="a", mime="image/png", operation="edited", uri="s3://in/a")),
        GenerationEvent(
            content=GenerationContent(
                id="a", mime="text/plain", operation="edited", text="x", parents=[Parent(id="b", uri="s3://in/b")]
            )
        ),
        GenerationEvent(content=STORY, jurisdictions=[" "]),
        ActivityEvent(event_type="complaint.updated", complaint=Complaint(received_at=datetime(2026, 1, 31))),  # noqa: DTZ001
    ],
)
def test_what_a_worker_would_not_take_is_refused_in_its_words(event: Event) -> None:
    with pytest.raises(EventRefusedError) as refused:
        ready(event)
    assert str(refused.value) == refused_by_a_worker(event)


@pytest.mark.parametrize("identity", ["", "x" * 2049, "a\x00b"])
def test_an_id_that_a_worker_would_not_take_is_refused_in_its_words(identity: str) -> None:
    with pytest.raises(EventRefusedError) as refused:
        ready(GenerationEvent(content=STORY), identity=identity)
    assert str(refused.value) == refused_by_a_worker(GenerationEvent(content=STORY), identity)


def test_a_time_that_a_worker_would_not_take_and_an_event_too_large_are_refused() -> None:
    with pytest.raises(EventRefusedError, match="RFC 3339"):
        ready(GenerationEvent(content=STORY), time="yesterday")
    long = PublicationContent(id="a", mime="text/plain", text="一" * 262144)
    with pytest.raises(EventRefusedError, match="into the inbox"):
        ready(PublicationEvent(content=long, prompt=Prompt(text="一" * 262144)))


def test_without_an_id_the_same_event_is_the_same_and_another_is_another() -> None:
    event, other = GenerationEvent(content=STORY), GenerationEvent(content=STORY, model=Model(name="Aurora"))
    assert ready(event, identity=None).id == ready(event, identity=None).id
    assert ready(event, identity=None).id != ready(other, identity=None).id
    assert taken(ready(event, identity=None)).digest == event_digest({"content": taken(ready(event)).facts["content"]})


def test_an_activity_that_could_happen_twice_needs_an_id_or_a_time() -> None:
    event = ActivityEvent(event_type="interaction.started")
    with pytest.raises(EventRefusedError, match="needs a `time`"):
        ready(event, identity=None)
    first, second = (ready(event, identity=None, time=f"2026-01-31T08:30:0{second}Z").id for second in (0, 1))
    assert first != second
