"""Intake: a record's bytes become a typed event, or an error that tells the producer what to mend."""

from collections.abc import Mapping
from typing import Final, Literal, TypeVar

import msgspec

import schemas
from pipeline.errors import BugError, EnvelopeError, EventInvalidError
from pipeline.events.envelope import CloudEvent, Headers, parse
from pipeline.events.identity import account_of, event_digest, event_uid
from pipeline.events.inputs import (
    Access,
    AccessAct,
    ActivityEvent,
    CaseAct,
    Content,
    Declaration,
    ExplicitOrder,
    FiledDocument,
    GenerationEvent,
    Login,
    Model,
    Prompt,
    PublicationEvent,
    PublishedContent,
    Review,
    ReviewAct,
    Reviewer,
    Service,
)
from pipeline.events.outputs import CaseOutcome, CaseSubject, EventReference, HarmCategory, ReviewVerdict
from pipeline.events.prepared import prepare

__all__ = [
    "ACCESS",
    "ACTIVITY",
    "CASE_ACT",
    "GENERATION",
    "PUBLICATION",
    "REVIEW",
    "REVIEW_ACT",
    "UNCHECKED_REVIEW",
    "intake_access",
    "intake_activity",
    "intake_case_act",
    "intake_generation",
    "intake_publication",
    "intake_review",
    "intake_review_act",
]

GENERATION: Final = "sealstream.generation.v1"
PUBLICATION: Final = "sealstream.publication.v1"
ACTIVITY: Final = "sealstream.activity.v1"
REVIEW: Final = "sealstream.review.v2"
REVIEW_ACT: Final = "sealstream.review-act.v1"
CASE_ACT: Final = "sealstream.case-act.v1"
ACCESS: Final = "sealstream.access.v1"
UNCHECKED_REVIEW: Final = "sealstream.review.v1"
"""The version in which nobody says what the person saw, and nobody looks up who it is."""

_SchemaName = Literal[
    "generation-event.v1",
    "publication-event.v1",
    "activity-event.v1",
    "review.v1",
    "review.v2",
    "review-act.v1",
    "case-act.v1",
    "access.v1",
]


class _Generation(msgspec.Struct, frozen=True, kw_only=True):
    """The members of a generation event's data that the pipeline reads; rules read the rest as facts."""

    content: Content
    model: Model = Model()
    service: Service = Service()
    prompt: Prompt = Prompt()
    explicit_order: ExplicitOrder | None = None
    event_type: str = "generation.completed"


class _Publication(msgspec.Struct, frozen=True, kw_only=True):
    """The same of a publication event."""

    content: PublishedContent
    declaration: Declaration = Declaration()
    prompt: Prompt = Prompt()
    event_type: str = "publish.requested"


class _Activity(msgspec.Struct, frozen=True, kw_only=True):
    """The same of an activity event."""

    event_type: str


class _Review(msgspec.Struct, frozen=True, kw_only=True):
    """The members of a review's data in version 2."""

    event_uid: str
    verdict: ReviewVerdict | Literal["illegal"]
    actor: Reviewer
    auth: Login
    seen: str
    reason: str
    case: str | None = None
    categories: tuple[HarmCategory, ...] = ()
    jurisdictions: tuple[str, ...] = ()


class _ReviewAct(msgspec.Struct, frozen=True, kw_only=True):
    """The members of the data of an act that decides nothing."""

    event_uid: str
    act: Literal["claim", "unclaim", "note"]
    actor: Reviewer
    auth: Login
    seen: str
    reason: str


class _Access(msgspec.Struct, frozen=True, kw_only=True):
    """The members of the data of an access."""

    act: AccessAct
    sha256: str
    actor: Reviewer
    auth: Login
    event_uid: str | None = None
    reason: str | None = None
    filter: str | None = None
    rows: int | None = None


class _UncheckedReview(msgspec.Struct, frozen=True, kw_only=True):
    """The same in version 1."""

    event_uid: str
    verdict: Literal["release", "refuse"]
    reviewer: Reviewer
    reason: str


class _Party(msgspec.Struct, frozen=True, kw_only=True):
    """Whose case it is."""

    id_hash: str


class _Alerts(msgspec.Struct, frozen=True, kw_only=True):
    """The alerts that somebody looked at."""

    ids: tuple[str, ...]


class _CaseAct(msgspec.Struct, frozen=True, kw_only=True):
    """The members of the data of an act about a case; more about the case is read as facts."""

    act: str
    case: str
    at: str | None = None
    actor: Reviewer | None = None
    auth: Login | None = None
    seen: int | None = None
    reason: str | None = None
    about: CaseSubject | None = None
    party: _Party | None = None
    channel: str | None = None
    jurisdictions: tuple[str, ...] = ()
    documents: tuple[FiledDocument, ...] = ()
    outcome: CaseOutcome | None = None
    seen_decision: str | None = None
    alert: _Alerts | None = None


prepare(_Generation, _Publication, _Activity, _Review, _ReviewAct, _UncheckedReview, _CaseAct, _Access)


Parts = TypeVar("Parts", _Generation, _Publication, _Activity, _Review, _ReviewAct, _UncheckedReview, _CaseAct, _Access)


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
        digest=event_digest(event.data),
        content=parts.content,
        model=parts.model,
        service=parts.service,
        facts=event.data,
        prompt=parts.prompt,
        explicit_order=parts.explicit_order,
        event_type=parts.event_type,
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
        digest=event_digest(event.data),
        content=parts.content,
        declaration=parts.declaration,
        facts=event.data,
        prompt=parts.prompt,
        event_type=parts.event_type,
    )


def intake_activity(value: bytes | None, headers: Headers) -> ActivityEvent:
    """Read an activity event.

    Raises:
        EnvelopeError: the record is no CloudEvent of this type.
        EventInvalidError: its data breaks the schema.
    """
    event, parts = _read(value, headers, _Activity, expected=ACTIVITY, schema="activity-event.v1")
    return ActivityEvent(
        uid=event_uid(event.source, event.id),
        reference=_reference(event),
        digest=event_digest(event.data),
        event_type=parts.event_type,
        facts=event.data,
    )


def intake_review_act(value: bytes | None, headers: Headers) -> Review | ReviewAct:
    """Read what a person does on the topic of reviews: a review, or an act that decides nothing.

    Raises:
        EnvelopeError: the record is no CloudEvent of these types.
        EventInvalidError: its data breaks the schema.
    """
    event = parse(value, headers)
    if event.type != REVIEW_ACT:
        return intake_review(value, headers)
    parts = _parts_of(event, _ReviewAct, expected=REVIEW_ACT, schema="review-act.v1")
    return ReviewAct(
        uid=event_uid(event.source, event.id),
        reference=_reference(event),
        digest=event_digest(event.data),
        event_uid=parts.event_uid,
        act=parts.act,
        actor=parts.actor,
        auth=parts.auth,
        seen=parts.seen,
        reason=parts.reason,
    )


def intake_review(value: bytes | None, headers: Headers) -> Review:
    """Read a review, of version 2 or of version 1.

    Raises:
        EnvelopeError: the record is no CloudEvent of this type.
        EventInvalidError: its data breaks the schema.
    """
    event = parse(value, headers)
    if event.type == UNCHECKED_REVIEW:
        return _unchecked(event)
    parts = _parts_of(event, _Review, expected=REVIEW, schema="review.v2")
    return Review(
        uid=event_uid(event.source, event.id),
        reference=_reference(event),
        digest=event_digest(event.data),
        event_uid=parts.event_uid,
        verdict=parts.verdict,
        reviewer=parts.actor,
        reason=parts.reason,
        auth=parts.auth,
        seen=parts.seen,
        case=parts.case,
        categories=parts.categories,
        jurisdictions=parts.jurisdictions,
    )


def intake_case_act(value: bytes | None, headers: Headers) -> CaseAct:
    """Read what a person, or somebody of the public, does about a case.

    Raises:
        EnvelopeError: the record is no CloudEvent of this type.
        EventInvalidError: its data breaks the schema.
    """
    event, parts = _read(value, headers, _CaseAct, expected=CASE_ACT, schema="case-act.v1")
    return CaseAct(
        uid=event_uid(event.source, event.id),
        reference=_reference(event),
        digest=event_digest(event.data),
        act=parts.act,
        case=parts.case,
        facts=event.data,
        at=parts.at,
        actor=parts.actor,
        auth=parts.auth,
        seen=parts.seen,
        reason=parts.reason,
        about=parts.about,
        party=None if parts.party is None else account_of(parts.party.id_hash),
        channel=parts.channel,
        jurisdictions=parts.jurisdictions,
        documents=parts.documents,
        outcome=parts.outcome,
        seen_decision=parts.seen_decision,
        alerts=() if parts.alert is None else parts.alert.ids,
    )


def intake_access(value: bytes | None, headers: Headers) -> Access:
    """Read that somebody is handed something.

    Raises:
        EnvelopeError: the record is no CloudEvent of this type.
        EventInvalidError: its data breaks the schema.
    """
    event, parts = _read(value, headers, _Access, expected=ACCESS, schema="access.v1")
    return Access(
        uid=event_uid(event.source, event.id),
        reference=_reference(event),
        act=parts.act,
        sha256=parts.sha256,
        actor=parts.actor,
        auth=parts.auth,
        event_uid=parts.event_uid,
        reason=parts.reason,
        filter=parts.filter,
        rows=parts.rows,
    )


def _unchecked(event: CloudEvent) -> Review:
    parts = _parts_of(event, _UncheckedReview, expected=UNCHECKED_REVIEW, schema="review.v1")
    return Review(
        uid=event_uid(event.source, event.id),
        reference=_reference(event),
        digest=event_digest(event.data),
        event_uid=parts.event_uid,
        verdict=parts.verdict,
        reviewer=parts.reviewer,
        reason=parts.reason,
    )


def _read(
    value: bytes | None, headers: Headers, parts: type[Parts], *, expected: str, schema: _SchemaName
) -> tuple[CloudEvent, Parts]:
    event = parse(value, headers)
    return event, _parts_of(event, parts, expected=expected, schema=schema)


def _parts_of(event: CloudEvent, parts: type[Parts], *, expected: str, schema: _SchemaName) -> Parts:
    if event.type != expected:
        raise EnvelopeError(
            what=f"The event's type is not the one this topic carries, {expected}.",
            remedy=f"Send type {expected} here, and other events to their own topic.",
        )
    _validate(event.data, schema)
    try:
        return msgspec.convert(event.data, parts, strict=False)
    except msgspec.ValidationError as error:
        raise BugError(
            what=f"An event that its schema accepts has parts of the wrong type: {error}.",
            remedy="Please report this with the schema's name and the path.",
        ) from error


def _validate(data: Mapping[str, object], schema: _SchemaName) -> None:
    violation = schemas.first_violation(schemas.validator(schema), data)
    if violation is not None:
        raise EventInvalidError(
            what=violation.breach(schema),
            remedy=violation.message,
            path=violation.path,
            rule=violation.keyword,
            value_type=violation.value_type,
        )


def _reference(event: CloudEvent) -> EventReference:
    return EventReference(source=event.source, id=event.id, type=event.type, time=event.time)
