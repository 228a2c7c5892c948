"""Entries and sets to test with, made the way workers make them: accepted by the schema, then parsed."""

from typing import Any

import schemas
from pipeline.policy.reference import Entry, ReferenceSets, SetName, parse_entry

_SCHEMAS: dict[SetName, str] = {
    "services": "service.v1",
    "news-sources": "news-source.v1",
    "features": "feature.v1",
    "consents": "consent.v1",
    "inventory": "inventory-item.v1",
}


def entry(set_name: SetName, entry_id: str, *, version: int = 1, **members: Any) -> Entry:
    value = {"id": entry_id, "version": version, **members}
    assert schemas.first_violation(schemas.validator(_SCHEMAS[set_name]), value) is None
    return parse_entry(set_name, entry_id, value)


def feature(entry_id: str = "f", *, verdict: str = "harmful", version: int = 1, **members: Any) -> Entry:
    return entry("features", entry_id, version=version, verdict=verdict, **members)


def sets_of(*entries: Entry) -> ReferenceSets:
    update = ReferenceSets.empty().updated(entries)
    assert update.refused == ()
    return update.sets
