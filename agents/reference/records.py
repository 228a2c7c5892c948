"""What a record of a reference topic says: put this entry, or delete that one."""

from collections.abc import Mapping
from typing import Final

import schemas
from agents.delivery import InputRecord
from agents.topics import Topics
from pipeline.errors import BugError, EnvelopeError, EventInvalidError, ProducerError
from pipeline.events.envelope import parse
from pipeline.policy.reference import Entry, ReferenceSets, Removal, SetName, parse_entry

__all__ = ["ENTRY_TYPES", "Change", "change_in", "held", "sets_by_topic"]

Change = Entry | Removal

_SCHEMAS: Final[Mapping[SetName, str]] = {
    "services": "service.v1",
    "news-sources": "news-source.v1",
    "features": "feature.v1",
    "consents": "consent.v1",
    "operators": "operator.v1",
    "inventory": "inventory-item.v1",
}

ENTRY_TYPES: Final[Mapping[SetName, str]] = {name: f"sealstream.{schema}" for name, schema in _SCHEMAS.items()}
"""The CloudEvents type of the entries of each set."""


def sets_by_topic(topics: Topics) -> Mapping[str, SetName]:
    """Which reference set each reference topic carries."""
    return {
        topics.services: "services",
        topics.news_sources: "news-sources",
        topics.features: "features",
        topics.consents: "consents",
        topics.operators: "operators",
        topics.inventory: "inventory",
    }


def held(sets: ReferenceSets, name: SetName) -> tuple[Mapping[str, Entry], str]:
    """The entries of one set by their ids, and the version of the set."""
    match name:
        case "services":
            return sets.services, sets.versions.services
        case "news-sources":
            return sets.news_sources, sets.versions.news_sources
        case "features":
            return sets.features, sets.versions.features
        case "consents":
            return sets.consents, sets.versions.consents
        case "operators":
            return sets.operators, sets.operators_version
        case "inventory":
            return sets.inventory, sets.inventory_version


def change_in(set_name: SetName, record: InputRecord) -> Change:
    """Read one record of a reference topic.

    Raises:
        ProducerError: it is no entry that can be used.
        BugError: reading it failed in a way that is our fault.
    """
    try:
        return _change_in(set_name, record)
    except ProducerError:
        raise
    except Exception as error:
        raise BugError(
            what=f"Reading the entry failed with {type(error).__name__}, which is a fault of the program.",
            remedy="Report it with the log; write the entry in another way until the fault is mended.",
        ) from error


def _change_in(set_name: SetName, record: InputRecord) -> Change:
    key = _key(record.key)
    if record.value is None:
        return Removal(set_name, key)
    event = parse(record.value, record.headers)
    if event.type != ENTRY_TYPES[set_name]:
        raise EnvelopeError(
            what=f"The event's type is not the one this topic carries, {ENTRY_TYPES[set_name]}.",
            remedy="Send each entry to the topic of its set.",
        )
    schema = _SCHEMAS[set_name]
    violation = schemas.first_violation(schemas.validator(schema), event.data)
    if violation is not None:
        raise EventInvalidError(
            what=f"At {violation.path} the entry breaks the rule `{violation.keyword}` of {schema}.",
            remedy=violation.message,
            path=violation.path,
            rule=violation.keyword,
            value_type=violation.value_type,
        )
    return parse_entry(set_name, key, event.data)


def _key(key: bytes | None) -> str:
    try:
        return (key or b"").decode()
    except UnicodeDecodeError:
        raise EnvelopeError(
            what="The record's key is not UTF-8.", remedy="Send the entry's id, in UTF-8, as the key."
        ) from None
