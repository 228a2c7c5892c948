"""Intake: a record's bytes become a typed event, or an error that tells the producer what to mend."""

from collections.abc import Mapping
from typing import Final, Literal, TypeVar

import msgspec

import schemas
from pipeline.errors import BugError, EnvelopeError, EventInvalidError
from pipeline.events.envelope import CloudEvent, Headers, parse
from pipeline.events.identity import event_uid
from pipeline.events.inputs import (
    Content,
    Declaration,
    GenerationEvent,
    Model,
    PublicationEvent,
    PublishedContent,
    Service,
)
from pipeline.events.outputs import EventReference

__all__ = ["GENERATION", "PUBLICATION", "intake_generation", "intake_publication"]

GENERATION: Final = "sealstream.generation.v1"
PUBLICATION: Final = "sealstream.publication.v1"

_SchemaName = Literal["generation-event.v1", "publication-event.v1"]


class _Generation(msgspec.Struct, frozen=True, kw_only=True):
    """The members of a generation event's data that the pipeline reads; rules read the rest as facts."""

    content: Content
    model: Model = Model()
    service: Service = Service()


class _Publication(msgspec.Struct, frozen=True, kw_only=True):
    """The same of a publication event."""

    content: PublishedContent
    declaration: Declaration = Declaration()


Parts = TypeVar("Parts", _Generation, _Publication)


def intake_generation(value: bytes | None, headers: Headers) -> GenerationEvent:
    """Read a generation event.

    Raises:
        EnvelopeError: the record is no CloudEvent of this type.
        EventInvalidError: its data breaks the schema.
    """
    event, parts = _read(value, headers, _Generation, expected=GENERATION, schema="generation-event.v1")
    return GenerationEvent(
        uid=event_uid(event.source, event.id),
        reference=_reference(event),
        content=parts.content,
        model=parts.model,
        service=parts.service,
        facts=event.data,
    )


def intake_publication(value: bytes | None, headers: Headers) -> PublicationEvent:
    """Read a publication event.

    Raises:
        EnvelopeError: the record is no CloudEvent of this type.
        EventInvalidError: its data breaks the schema.
    """
    event, parts = _read(value, headers, _Publication, expected=PUBLICATION, schema="publication-event.v1")
    return PublicationEvent(
        uid=event_uid(event.source, event.id),
        reference=_reference(event),
        content=parts.content,
        declaration=parts.declaration,
        facts=event.data,
    )


def _read(
    value: bytes | None, headers: Headers, parts: type[Parts], *, expected: str, schema: _SchemaName
) -> tuple[CloudEvent, Parts]:
    event = parse(value, headers)
    if event.type != expected:
        raise EnvelopeError(
            what=f"The event's type is not the one this topic carries, {expected}.",
            remedy=f"Send type {expected} here, and other events to their own topic.",
        )
    _validate(event.data, schema)
    try:
        return event, msgspec.convert(event.data, parts, strict=False)
    except msgspec.ValidationError as error:
        raise BugError(
            what=f"An event that its schema accepts has parts of the wrong type: {error}.",
            remedy="Please report this with the schema's name and the path.",
        ) from error


def _validate(data: Mapping[str, object], schema: _SchemaName) -> None:
    violation = schemas.first_violation(schemas.validator(schema), data)
    if violation is not None:
        raise EventInvalidError(
            what=f"At {violation.path} the event breaks the rule `{violation.keyword}` of {schema}.",
            remedy=violation.message,
            path=violation.path,
            rule=violation.keyword,
            value_type=violation.value_type,
        )


def _reference(event: CloudEvent) -> EventReference:
    return EventReference(source=event.source, id=event.id, type=event.type, time=event.time)
