"""Reference sets: what the operator knows of services, news sources, consents and prohibited content.

An immutable snapshot of four sets of versioned entries, and what it adds to the facts of an event.
"""

from pipeline.policy.reference.entries import (
    ConsentEntry,
    Entry,
    FeatureEntry,
    NewsSourceEntry,
    ServiceEntry,
    parse_entry,
    set_of,
)
from pipeline.policy.reference.errors import EntryError, SetName, StaleEntryError
from pipeline.policy.reference.facts import Enriched, Observed, reference_facts
from pipeline.policy.reference.features import FeatureMatch
from pipeline.policy.reference.sets import ReferenceSets, Removal, Update

__all__ = [
    "ConsentEntry",
    "Enriched",
    "Entry",
    "EntryError",
    "FeatureEntry",
    "FeatureMatch",
    "NewsSourceEntry",
    "Observed",
    "ReferenceSets",
    "Removal",
    "ServiceEntry",
    "SetName",
    "StaleEntryError",
    "Update",
    "parse_entry",
    "reference_facts",
    "set_of",
]
