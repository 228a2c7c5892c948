"""Reference sets: what is known of services, news sources, consents, prohibited content, operators and inventory.

An immutable snapshot of sets of versioned entries, and what it adds to the facts of an event.
"""

from pipeline.policy.reference.entries import (
    ILLEGAL_PREFIX,
    NEAR_PREFIX,
    ORDER_PREFIX,
    SUSPENSIONS,
    ConsentEntry,
    Entry,
    FeatureEntry,
    InventoryEntry,
    InventoryKind,
    NewsSourceEntry,
    OperatorEntry,
    OperatorRole,
    ServiceEntry,
    parse_entry,
    set_of,
)
from pipeline.policy.reference.errors import EntryError, SetName, StaleEntryError
from pipeline.policy.reference.facts import LICENCE_DAYS, Enriched, Observed, reference_facts
from pipeline.policy.reference.features import FeatureMatch
from pipeline.policy.reference.sets import ReferenceSets, Removal, Update

__all__ = [
    "ILLEGAL_PREFIX",
    "LICENCE_DAYS",
    "NEAR_PREFIX",
    "ORDER_PREFIX",
    "SUSPENSIONS",
    "ConsentEntry",
    "Enriched",
    "Entry",
    "EntryError",
    "FeatureEntry",
    "FeatureMatch",
    "InventoryEntry",
    "InventoryKind",
    "NewsSourceEntry",
    "Observed",
    "OperatorEntry",
    "OperatorRole",
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
