"""What is registered in the reference sets and has duties that come again or expire: a case of its own for each. Pure.

An entry says how it stands now, the whole of it: what it does not say any more is not known any more. Only of the dates
that it says everything is remembered, since a newer one ends one turn of a duty and begins the next.
"""

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

import msgspec

from pipeline.events.identity import case_uid
from pipeline.events.instants import instant, written
from pipeline.events.outputs import CaseFact
from pipeline.policy.pack import RegisteredKind
from pipeline.policy.reference import LICENCE_DAYS, FeatureEntry, ReferenceSets, SetName
from pipeline.policy.vocabulary import PERSONAL, Facts, FactValue, vocabulary

__all__ = ["TYPES", "Registered", "registered", "with_entry"]

TYPES: Final[Mapping[SetName, str]] = {
    "services": "sealstream.service.v1",
    "inventory": "sealstream.inventory-item.v1",
    "consents": "sealstream.consent.v1",
    "news-sources": "sealstream.news-source.v1",
    "features": "sealstream.feature.v1",
}
"""The CloudEvents type of the entries of each set that may have duties."""

_WHOLE: Final = "all"
"""How the feature database is called as a whole: single entries have no duties of their own."""

_NUMBER: Final = re.compile(r"[\x21-\x7e]{1,200}")
"""An id of an entry that can stand in the number of a case as it is."""

_MOST_DATES: Final = 64
"""So many values of one instant are remembered, the newest ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """One entry, as far as its duties go.

    Attributes:
        case_uid: the identity of its case.
        kind: what it is.
        id: the number of its case, which leads to nobody.
        set_name: the reference set.
        entry_id: its id there.
        version: its version there; 1 of the feature database as a whole.
        jurisdictions: where it is offered or holds; empty where it does not say.
        facts: what it says, about nobody.
    """

    case_uid: str
    kind: RegisteredKind
    id: str
    set_name: SetName
    entry_id: str
    version: int
    jurisdictions: tuple[str, ...]
    facts: Mapping[str, CaseFact]

    @property
    def mark(self) -> str:
        """The same as long as the entry says the same."""
        said = msgspec.json.encode([self.version, self.jurisdictions, sorted(self.facts.items())])
        return hashlib.sha256(said).hexdigest()[:16]


def registered(sets: ReferenceSets) -> Iterator[Registered]:
    """Everything in the sets that may have duties."""
    for service in sets.services.values():
        if service.ordered is None:  # what an order put there is no service of its own
            yield _registered("service", "services", service.id, service.version, service.jurisdictions, service.facts)
    for item in sets.inventory.values():
        yield _registered(item.kind, "inventory", item.id, item.version, item.jurisdictions, item.facts)
    for consent in sets.consents.values():
        if consent.valid_to is not None:
            facts: Facts = {"consent.status": consent.status, **_days("consent", consent.valid_from, consent.valid_to)}
            yield _registered("consent", "consents", consent.id, consent.version, (), facts)
    for unit in sets.news_sources.values():
        if unit.valid_to is not None:
            facts = {"news_source.status": unit.status, **_days("news_source", unit.valid_from, unit.valid_to)}
            yield _registered("news_source", "news-sources", unit.id, unit.version, ("CN",), facts)
    kept = [feature for feature in sets.features.values() if not feature.is_found]
    if kept:
        yield _registered("feature_database", "features", _WHOLE, 1, (), _of_database(kept))


def with_entry(
    entry: Registered, before: Mapping[str, tuple[str, ...]]
) -> tuple[dict[str, CaseFact], dict[str, tuple[str, ...]]]:
    """The facts and the dates of its case.

    Args:
        entry: how it stands now.
        before: the dates that its case had.
    """
    facts: dict[str, CaseFact] = {}
    dates: dict[str, tuple[str, ...]] = {}
    for name, value in entry.facts.items():
        if not _is_instant(name):
            facts[name] = value
        elif isinstance(value, str) and (at := instant(value)) is not None:
            facts[name] = written(at)
            earlier = tuple(date for date in before.get(name, ()) if date != facts[name])
            dates[name] = (*earlier, written(at))[-_MOST_DATES:]
    return facts, dates


def _registered(
    kind: RegisteredKind, set_name: SetName, entry_id: str, version: int, places: tuple[str, ...], facts: Facts
) -> Registered:
    is_plain = kind != "consent" and _NUMBER.fullmatch(entry_id) is not None
    number = f"{set_name}/{entry_id if is_plain else hashlib.sha256(entry_id.encode()).hexdigest()[:16]}"
    return Registered(
        case_uid=case_uid(kind, f"#{number}"),
        kind=kind,
        id=number,
        set_name=set_name,
        entry_id=entry_id,
        version=version,
        jurisdictions=places,
        facts={name: value for name, value in facts.items() if name not in PERSONAL},
    )


def _of_database(kept: Collection[FeatureEntry]) -> Facts:
    """What the entries of the feature database say of it, which people answer for."""
    unfounded = sum(not feature.is_founded for feature in kept)
    facts: dict[str, FactValue] = {"feature_database.in_use": True, "feature_database.unfounded": unfounded}
    dates = [feature.reviewed_at for feature in kept if feature.reviewed_at is not None]
    if dates:
        facts["feature_database.updated_at"] = written(max(dates))
        facts["feature_database.entry_reviewed_at"] = written(min(dates))
        if not unfounded:
            facts["feature_database.founded_at"] = written(max(dates))
    return facts


def _days(of: str, first: date | None, last: date) -> Facts:
    """The instants at which a time of whole days begins and is over."""
    until = written(datetime.combine(last + timedelta(days=1), time(), LICENCE_DAYS))
    if first is None:
        return {f"{of}.valid_to": until}
    return {f"{of}.valid_from": written(datetime.combine(first, time(), LICENCE_DAYS)), f"{of}.valid_to": until}


def _is_instant(name: str) -> bool:
    fact = vocabulary().get(name)
    return fact is not None and fact.type == "instant"
