"""Events from files, as far as policy is concerned: their facts and their time. Nothing is fetched or measured."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Final, Literal, NamedTuple

import orjson
import typer

from pipeline.errors import EnvelopeError
from pipeline.events.envelope import parse
from pipeline.events.inputs import ActivityEvent, GenerationEvent, PublicationEvent
from pipeline.events.intake import (
    ACTIVITY,
    GENERATION,
    PUBLICATION,
    intake_activity,
    intake_generation,
    intake_publication,
)
from pipeline.events.outputs import EventReference
from pipeline.evidence.content import media_facts
from pipeline.evidence.credential import declared_facts
from pipeline.evidence.explicit import wording_facts
from pipeline.evidence.implicit import place_facts
from pipeline.policy.judging import event_time
from pipeline.policy.reference import ReferenceSets
from pipeline.policy.sources import Assumptions, Sources, gathered
from pipeline.policy.vocabulary import Facts, facts_of

__all__ = ["EventKind", "KindOption", "StatedEvent", "enveloped", "stated_event"]

EventKind = Literal["generation", "publication", "activity"]

KindOption = Annotated[
    EventKind | None,
    typer.Option("--type", help="What the events are, where a file has their data alone.", show_default=False),
]

_TYPES: Final[Mapping[EventKind, str]] = {"generation": GENERATION, "publication": PUBLICATION, "activity": ACTIVITY}
_Intake = Callable[[bytes, tuple[tuple[str, bytes], ...]], GenerationEvent | PublicationEvent | ActivityEvent]
_INTAKES: Final[Mapping[str, _Intake]] = {
    GENERATION: intake_generation,
    PUBLICATION: intake_publication,
    ACTIVITY: intake_activity,
}


class StatedEvent(NamedTuple):
    """What an event states: its reference, what happened, the facts, and its time.

    `is_placed`: the event itself says in which jurisdictions it is. `settled` are the facts that the event states or
    that its media type and its words show; the others follow from these, or are assumed of what it is silent about.
    """

    reference: EventReference
    event_type: str
    facts: Facts
    at: datetime | None
    is_placed: bool
    settled: Facts


def stated_event(
    document: bytes,
    name: str,
    *,
    kind: EventKind | None,
    jurisdictions: tuple[str, ...],
    assumptions: Assumptions,
    given: Facts = MappingProxyType({}),
) -> StatedEvent:
    """Read an event: a CloudEvent as JSON, or its data alone.

    Args:
        document: the JSON.
        name: what to call an event that has no id.
        kind: which event it is, where there is only data.
        jurisdictions: where services are taken to be offered by events that do not say it.
        assumptions: what the operator states once.
        given: facts that count before all others.

    Raises:
        ProducerError: it is no event, or breaks its schema.
    """
    body, headers = enveloped(document, name, kind)
    event_type = parse(body, headers).type
    intake = _INTAKES.get(event_type)
    if intake is None:
        raise EnvelopeError(
            what=f"Events of type {event_type} are not judged by policy packs.",
            remedy=f"Give one of type {', '.join(_INTAKES)}.",
        )
    event = intake(body, headers)
    at = event_time(event.reference)
    stated = facts_of(event.facts, event_type=event.event_type, time=at, jurisdictions=jurisdictions)
    known = gathered(
        Sources(stated=stated, implied=_implied(event), measured={**wording_facts(event.facts), **given}),
        ReferenceSets.empty(),
        assumptions,
        at,
    )
    return StatedEvent(
        reference=event.reference,
        event_type=event.event_type,
        facts=known.facts,
        at=at,
        is_placed="jurisdictions" in event.facts,
        settled=known.settled,
    )


def _implied(event: GenerationEvent | PublicationEvent | ActivityEvent) -> Facts:
    """What follows from the event where it does not say so itself, as far as that takes no asset."""
    if isinstance(event, ActivityEvent):
        return {}
    mime = event.content.mime
    return {**media_facts(mime), **place_facts(mime), **declared_facts(event.declared)}


def enveloped(document: bytes, name: str, kind: EventKind | None) -> tuple[bytes, tuple[tuple[str, bytes], ...]]:
    """The value and headers that a record with this event would have.

    Args:
        document: a CloudEvent as JSON, or its data alone.
        name: its id, where it is data alone.
        kind: which event it is, likewise.

    Raises:
        EnvelopeError: it is data alone, and it is not said of what.
    """
    try:
        members = orjson.loads(document)
    except orjson.JSONDecodeError:
        return document, ()
    if not isinstance(members, dict) or "specversion" in members:
        return document, ()
    if kind is None:
        raise EnvelopeError(
            what="This is no CloudEvent: it has no member `specversion`.",
            remedy=f"If it is an event's data alone, say which: --type {', '.join(_TYPES)}.",
        )
    envelope = {"specversion": "1.0", "id": name, "source": "file", "type": _TYPES[kind], "data": members}
    return orjson.dumps(envelope), ()
