"""The reference sets as one immutable snapshot: what an event is judged by, from beginning to end."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeVar

import msgspec

from pipeline.events.outputs import ReferenceVersions
from pipeline.policy.reference.entries import (
    ConsentEntry,
    Entry,
    FeatureEntry,
    InventoryEntry,
    NewsSourceEntry,
    OperatorEntry,
    ServiceEntry,
    Suspension,
    set_of,
)
from pipeline.policy.reference.errors import EntryError, SetName, StaleEntryError
from pipeline.policy.reference.features import FeatureIndex

__all__ = ["EMPTY_VERSION", "ReferenceSets", "Removal", "Update"]

EMPTY_VERSION: Final = "none"

_SETS: Final[Mapping[SetName, str]] = {
    "services": "services",
    "news-sources": "news_sources",
    "features": "features",
    "consents": "consents",
    "operators": "operators",
    "inventory": "inventory",
}
"""The sets by what they are called in messages and settings, and in Python."""

AnyEntry = TypeVar("AnyEntry", bound=Entry)


class Removal(NamedTuple):
    """An entry is deleted."""

    set_name: SetName
    entry_id: str


class Update(NamedTuple):
    """What became of a batch of changes: the sets after it, and the entries that were not taken."""

    sets: "ReferenceSets"
    refused: tuple[EntryError, ...]
    refused_at: tuple[int, ...]
    """Which changes of the batch the refused ones are, counted from 0."""


def _version_of(entries: Iterable[Entry]) -> str:
    """The version of a set: the same wherever the same versions of the same entries are held.

    The first 16 hexadecimal digits of the SHA-256 of the JSON list of all `[id, version]`, in the order of the ids.
    """
    held = sorted((entry.id, entry.version) for entry in entries)
    return hashlib.sha256(msgspec.json.encode(held)).hexdigest()[:16] if held else EMPTY_VERSION


def _suspended(entries: Iterable[ServiceEntry]) -> Mapping[str, frozenset[Suspension]]:
    """What orders have services stop."""
    found: dict[str, frozenset[Suspension]] = {}
    for entry in entries:
        if entry.ordered is not None and entry.suspension is not None:
            found[entry.ordered] = found.get(entry.ordered, frozenset()) | {entry.suspension}
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceSets:
    """A snapshot of the sets, made by `empty` and by changes to an earlier one.

    Attributes:
        services: by `service.id`; what orders put there by the ids of their own.
        suspended: what orders have services stop, by the service, whatever their own entries say.
        news_sources: by `content.news_source`.
        features: by their own ids.
        consents: by `consent.ref`.
        operators: people who may act, by their pseudonyms. No event is judged by them, so that `versions` leaves them
            out; what a person did says `operators_version`.
        inventory: models, training data, apps and certificates, by their own ids.
        index: the features, compiled.
        versions: what decisions record of the sets.
    """

    services: Mapping[str, ServiceEntry]
    news_sources: Mapping[str, NewsSourceEntry]
    features: Mapping[str, FeatureEntry]
    consents: Mapping[str, ConsentEntry]
    operators: Mapping[str, OperatorEntry]
    inventory: Mapping[str, InventoryEntry]
    index: FeatureIndex
    versions: ReferenceVersions
    operators_version: str
    inventory_version: str
    suspended: Mapping[str, frozenset[Suspension]] = field(default_factory=dict)

    @classmethod
    def empty(cls) -> "ReferenceSets":
        """Sets without any entry."""
        return cls(
            services={},
            news_sources={},
            features={},
            consents={},
            operators={},
            inventory={},
            index=FeatureIndex({}),
            versions=ReferenceVersions(
                services=EMPTY_VERSION,
                news_sources=EMPTY_VERSION,
                features=EMPTY_VERSION,
                consents=EMPTY_VERSION,
            ),
            operators_version=EMPTY_VERSION,
            inventory_version=EMPTY_VERSION,
        )

    def put(self, entry: Entry) -> "ReferenceSets":
        """The sets with one entry added or replaced; these very sets where the entry is held already.

        Raises:
            StaleEntryError: a later version is held, or the same one with another content.
        """
        update = self.updated([entry])
        if update.refused:
            raise update.refused[0]
        return update.sets

    def remove(self, set_name: SetName, entry_id: str) -> "ReferenceSets":
        """The sets without an entry; these very sets where there is none of that id."""
        return self.updated([Removal(set_name, entry_id)]).sets

    def updated(self, changes: Iterable[Entry | Removal]) -> Update:
        """The sets after a batch of changes, one after the other; one that is not taken does not stop the others."""
        held: dict[SetName, dict[str, Entry]] = {}
        refused: dict[int, EntryError] = {}
        for number, change in enumerate(changes):
            set_name = change.set_name if isinstance(change, Removal) else set_of(change)
            if set_name not in held:
                held[set_name] = dict(self._set(set_name))
            entries = held[set_name]
            if isinstance(change, Removal):
                entries.pop(change.entry_id, None)
            elif (error := _objection(entries.get(change.id), change)) is not None:
                refused[number] = error
            elif entries.get(change.id) != change:
                entries[change.id] = change
        changed = {name: entries for name, entries in held.items() if entries != self._set(name)}
        return Update(self._with(changed) if changed else self, tuple(refused.values()), tuple(refused))

    def _with(self, changed: Mapping[SetName, Mapping[str, Entry]]) -> "ReferenceSets":
        held = {name: changed.get(name, self._set(name)) for name in _SETS}
        features = _of_type(held["features"], FeatureEntry)
        versions = {field: _version_of(changed[name].values()) for name, field in _SETS.items() if name in changed}
        operators_version = versions.pop("operators", self.operators_version)
        inventory_version = versions.get("inventory", self.inventory_version)
        services = _of_type(held["services"], ServiceEntry)
        return ReferenceSets(
            services=services,
            suspended=_suspended(services.values()) if "services" in changed else self.suspended,
            news_sources=_of_type(held["news-sources"], NewsSourceEntry),
            features=features,
            consents=_of_type(held["consents"], ConsentEntry),
            operators=_of_type(held["operators"], OperatorEntry),
            inventory=_of_type(held["inventory"], InventoryEntry),
            index=self.index.updated(features) if "features" in changed else self.index,
            versions=msgspec.structs.replace(self.versions, **versions),
            operators_version=operators_version,
            inventory_version=inventory_version,
        )

    def _set(self, set_name: SetName) -> Mapping[str, Entry]:
        entries: Mapping[str, Entry] = getattr(self, _SETS[set_name])
        return entries


def _of_type(entries: Mapping[str, Entry], kind: type[AnyEntry]) -> dict[str, AnyEntry]:
    return {entry.id: entry for entry in entries.values() if isinstance(entry, kind)}


def _objection(held: Entry | None, entry: Entry) -> EntryError | None:
    if held is None or held == entry or held.version < entry.version:
        return None
    same = held.version == entry.version
    return StaleEntryError(
        what=f"An entry of {set_of(entry)} has "
        + (f"another content than its version {entry.version} had before." if same else _behind(entry, held)),
        remedy=f"Send it with a version higher than {held.version}.",
        set_name=set_of(entry),
        entry_id=entry.id,
    )


def _behind(entry: Entry, held: Entry) -> str:
    return f"version {entry.version}, and version {held.version} is held."
