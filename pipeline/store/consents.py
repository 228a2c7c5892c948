"""What finds the events that were made with a consent, and what is stored of a consent that was revoked.

Keys have the consent by a digest, for a reference may name a person.
"""

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from pipeline.errors import BugError
from pipeline.events.identity import consent_of
from pipeline.events.inputs import GenerationEvent, PublicationEvent
from pipeline.events.outgoing import to_json
from pipeline.events.outputs import EventReference
from pipeline.events.prepared import prepare
from pipeline.store.keys import ConsentedKey, consented_prefix, parse_key
from pipeline.store.layout import Layout
from pipeline.store.port import ObjectStore

__all__ = ["ConsentedEvent", "consent_in", "consented_events", "is_revoked", "note_consent", "revoke"]

_MOST_EVENTS: Final = 1_000_000


class ConsentedEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event that names a consent: which one, about which content, and where its service was offered."""

    event: EventReference
    content_id: str
    mime: str
    sha256: str | None = None
    jurisdictions: tuple[str, ...] = ()


class _Revoked(msgspec.Struct, frozen=True, kw_only=True):
    """What is stored of a consent that was revoked: by which event."""

    event: EventReference


prepare(ConsentedEvent, _Revoked)


def consent_in(facts: Mapping[str, object]) -> str | None:
    """The consent that an event names; None for none."""
    consent = facts.get("consent")
    ref = consent.get("ref") if isinstance(consent, dict) else None
    return consent_of(ref) if isinstance(ref, str) and ref else None


def note_consent(store: ObjectStore, layout: Layout, consent: str, event: GenerationEvent | PublicationEvent) -> None:
    """Have an event be found by the consent that it names.

    Raises:
        WorldError: the store does not answer.
    """
    named = event.facts.get("jurisdictions")
    note = ConsentedEvent(
        event=event.reference,
        content_id=event.content.id,
        mime=event.content.mime,
        sha256=event.content.sha256,
        jurisdictions=tuple(map(str, named)) if isinstance(named, list) else (),
    )
    store.create(layout.consented(consent, event.uid), to_json(note), media_type="application/json")


def is_revoked(store: ObjectStore, layout: Layout, consent: str) -> bool:
    """Whether a consent was revoked by an event; raises as `note_consent`."""
    return store.get(layout.revoked(consent)) is not None


def revoke(store: ObjectStore, layout: Layout, consent: str, event: EventReference) -> None:
    """Store that a consent was revoked; raises as `note_consent`."""
    store.create(layout.revoked(consent), to_json(_Revoked(event=event)), media_type="application/json")


def consented_events(store: ObjectStore, layout: Layout, consent: str) -> Iterator[tuple[str, ConsentedEvent]]:
    """The events that name a consent, each with its identity; one may not be decided about yet.

    Raises:
        WorldError: the store does not answer.
    """
    for text in store.list_keys(layout.records_bucket, consented_prefix(consent), limit=_MOST_EVENTS):
        key = parse_key(text)
        if not isinstance(key, ConsentedKey):
            continue  # somebody else's object
        at = layout.consented(consent, key.event_uid)
        try:
            yield key.event_uid, msgspec.json.decode(store.require(at).body, type=ConsentedEvent)
        except msgspec.DecodeError as error:
            raise BugError(
                what=f"{at} is not what the object layout says it is.", remedy="See who else writes to this bucket."
            ) from error
