"""The vocabulary: every fact that an event may state and a rule may ask for, with its type.

It is read from the event schemas, so a fact exists where the public contract has a member for it; a few that no event
can state stand here. Facts are flat: `user.identity.status` is the member `status` of `identity` of `user`.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final, Literal, TypeAlias

import msgspec

import schemas

__all__ = [
    "ACTIVITY_TYPES",
    "EVENT_TYPES",
    "KNOWN",
    "PERSONAL",
    "Fact",
    "FactType",
    "FactValue",
    "Facts",
    "facts_of",
    "flatten",
    "leaves_open",
    "supplied_by",
    "vocabulary",
]

FactType = Literal["bool", "int", "number", "text", "texts", "instant"]
FactValue: TypeAlias = bool | int | float | str | tuple[str, ...]
Facts: TypeAlias = Mapping[str, FactValue]
"""Facts by name. What is missing is unknown, never "no"."""

PERSONAL: Final = frozenset(
    {
        "actor.id",
        "consent.ref",
        "content.editorial_responsible",
        "content.subject_ids",
        "explicit.text",
        "incident.record_ref",
        "log.agreement_ref",
        "user.id_hash",
        "user.is_minor",
    }
)
"""Facts that are about persons, or may be: rules may ask for them, findings never show them."""

_OF_ASSETS: Final = (
    "generation.completed",
    "export.completed",
    "transform.completed",
    "publish.requested",
    "repost.requested",
    "ingest.completed",
)
ACTIVITY_TYPES: Final = (
    "interaction.started",
    "review.completed",
    "consent.revoked",
    "identity.verified",
    "incident.updated",
    "complaint.updated",
    "takedown.updated",
    "appeal.updated",
    "refutation.published",
    "order.received",
    "service.changed",
    "app.listing",
    "licence.updated",
)
"""Event types that are about no asset."""

EVENT_TYPES: Final = (*_OF_ASSETS, *ACTIVITY_TYPES)

KNOWN: Final = "known"
"""What conditions call the list of the names of all known facts: `'content.is_news' in known`."""

_INVENTORY: Final = "inventory-item.v1"
_EVENTS: Final = ("generation-event.v1", "publication-event.v1", "activity-event.v1")
_NO_FACTS: Final = frozenset(
    {
        "event_type",
        "prompt",
        "explicit_order",
        "content.uri",
        "content.text",
        "content.base64",
        "content.manifest",
        "content.parents",
    }
)
"""Members that carry bytes, places or words of people, and the event type, which rules name apart."""

_UNKNOWN: Final = "unknown"
"""The vocabulary's own word for what is not known; it must not be harder than silence."""

_OPEN: Final[Mapping[str, str]] = {"review.verdict": "pending"}
"""Values that say that the answer is not there yet: an open review is no verdict, least of all against the user."""

_NO_ANSWERS: Final = frozenset({_UNKNOWN, *_OPEN.values()})
"""All texts that leave some fact open, so that most texts are told from them at a glance."""

_SUPPLIERS: Final[Mapping[str, str]] = {
    "actor": "who sends the event",
    "app": "the app store",
    "appeal": "who handles appeals",
    "complaint": "who handles complaints",
    "consent": "who offers the editing, or the consent list",
    "content": "who made or sends the content",
    "declaration": "the platform, from the user",
    "detection": "the platform's detector",
    "emergency": "trust and safety",
    "enforcement": "the ladder, and who keeps the accounts",
    "explicit": "who labels, or the bytes",
    "implicit": "who labels, or the bytes",
    "incident": "trust and safety",
    "jurisdictions": "who offers the service, or SEALSTREAM_POLICY_JURISDICTIONS",
    "latent": "who labels, or the bytes",
    "licence": "who grants licences",
    "certificate": "the inventory",
    "feature_database": "the inventory, or the feature database",
    "model": "the inventory, or the provider",
    "news_source": "the news source list",
    "training_set": "the inventory",
    "log": "who keeps the logs",
    "notice": "the platform",
    "occurred_at": "who sends the event",
    "order": "who answers authorities",
    "review": "reviewers, or the feature database",
    "service": "the service registry, or the provider",
    "signed_meta": "the bytes",
    "takedown": "who handles takedowns",
    "transform": "who transforms",
    "user": "the account system of the platform",
    "watermark": "the provider's detector",
}
"""Who can supply facts, by the group they belong to."""

_TYPES: Final[Mapping[str, FactType]] = {"boolean": "bool", "integer": "int", "number": "number", "string": "text"}


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """One fact of the vocabulary; `values` are those it can have where the contract lists them."""

    name: str
    type: FactType
    description: str
    values: tuple[str, ...] = ()

    @property
    def is_personal(self) -> bool:
        """Whether its value stays out of findings."""
        return self.name in PERSONAL


_Tree: TypeAlias = dict[str, "Fact | _Tree"]


_OF_NO_MEMBER: Final = (
    Fact(name="occurred_at", type="instant", description="When the event happened, in UTC."),
    Fact(
        name="place.unknown",
        type="texts",
        description="What the event's jurisdictions name that is no place, as they write it; found by the judge.",
    ),
    Fact(
        name="place.without_law",
        type="texts",
        description="Places that the event's jurisdictions name and no pack in use reaches; found by the judge.",
    ),
    Fact(name="consent.valid_from", type="instant", description="When a consent of the list begins to hold."),
    Fact(name="consent.valid_to", type="instant", description="When a consent of the list ceases to hold."),
    Fact(
        name="feature_database.in_use",
        type="bool",
        description="It is the feature database that workers match with, and people put entries into it.",
    ),
    Fact(
        name="feature_database.unfounded",
        type="int",
        description="How many entries of that database do not say author, standard and date.",
    ),
    Fact(
        name="feature_database.founded_at",
        type="instant",
        description="The newest date in that database, where all of its entries say author, standard and date.",
    ),
    Fact(
        name="feature_database.entry_reviewed_at",
        type="instant",
        description="When the entry of that database was reviewed whose review is the longest ago.",
    ),
    Fact(name="enforcement.id", type="text", description="Which step against an account: its `enforcement_id`."),
    Fact(
        name="enforcement.step",
        type="text",
        description="What the step is.",
        values=("warn", "restrict", "suspend", "close"),
    ),
    Fact(name="enforcement.announced_at", type="instant", description="When a step against an account became due."),
    Fact(name="enforcement.taken_at", type="instant", description="When it was taken, as somebody said by an act."),
    Fact(name="enforcement.reversed_at", type="instant", description="When it was taken back."),
    Fact(name="news_source.status", type="text", description="Where a licence of the news source list stands."),
    Fact(name="news_source.valid_from", type="instant", description="When a licence of the list begins to hold."),
    Fact(name="news_source.valid_to", type="instant", description="When a licence of the list ceases to hold."),
)
"""Facts that no event can state."""


@cache
def vocabulary() -> Mapping[str, Fact]:
    """Every fact by its name, in alphabetical order."""
    facts = {fact.name: fact for name in _EVENTS for fact in _facts_in(_document(name), name, "")}
    of_items = (fact for fact in _facts_in(_document(_INVENTORY), _INVENTORY, "") if "." in fact.name)
    facts |= {fact.name: fact for fact in (*of_items, *_OF_NO_MEMBER)}
    return dict(sorted(facts.items()))


def facts_of(
    data: Mapping[str, object], *, event_type: str, time: datetime | None, jurisdictions: tuple[str, ...] = ()
) -> dict[str, FactValue]:
    """The facts of an event.

    Args:
        data: the event's data, which its schema has accepted.
        event_type: what happened.
        time: when, with time zone; None where the event does not say.
        jurisdictions: where the service is taken to be offered if the event does not say.
    """
    facts = flatten(data)
    facts["event_type"] = event_type
    if time is not None:
        facts["occurred_at"] = time.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    if jurisdictions and "jurisdictions" not in facts:
        facts["jurisdictions"] = jurisdictions
    return facts


def flatten(data: Mapping[str, object]) -> dict[str, FactValue]:
    """Nested members as flat facts.

    Members outside the vocabulary, and those whose value is the word `unknown`, are left out. A null where the
    contract has a text says that there is known to be none, and becomes the empty text.
    """
    facts: dict[str, FactValue] = {}
    _flatten(data, _tree(), facts)
    return facts


def _flatten(data: Mapping[str, object], tree: _Tree, facts: dict[str, FactValue]) -> None:
    for key, value in data.items():
        known = tree.get(key)
        if known is None:
            continue
        if isinstance(known, dict):
            if isinstance(value, dict):
                _flatten(value, known, facts)
            continue
        fact = value if value is True or value is False else fact_value(value, known)
        if fact is not None:
            facts[known.name] = fact


def fact_value(value: object, fact: Fact) -> FactValue | None:
    """A member's value as the value of a fact; None where that is not known."""
    if isinstance(value, str):
        return None if value in _NO_ANSWERS and leaves_open(fact.name, value) else value
    if isinstance(value, bool):
        return value
    if isinstance(value, (int, float)):
        return float(value) if fact.type == "number" else int(value)
    if isinstance(value, list):
        return tuple([item for item in value if isinstance(item, str)])
    return "" if value is None and fact.type in ("text", "instant") else None


def supplied_by(name: str) -> str:
    """Who can supply a fact, in words for people."""
    return _SUPPLIERS.get(name.partition(".")[0], "who sends the event")


def leaves_open(name: str, value: str) -> bool:
    """Whether a value of a fact is only another word for not knowing it."""
    return value == _UNKNOWN or value == _OPEN.get(name)


@cache
def _tree() -> _Tree:
    """The vocabulary as events nest it."""
    tree: _Tree = {}
    for fact in vocabulary().values():
        if fact in _OF_NO_MEMBER:
            continue
        *groups, leaf = fact.name.split(".")
        branch = tree
        for group in groups:
            below = branch.setdefault(group, {})
            assert isinstance(below, dict), f"{fact.name} is below another fact"  # noqa: S101 - schemas have no such members
            branch = below
        branch[leaf] = fact
    return tree


@cache
def _document(name: str) -> Mapping[str, Any]:
    """A schema, parsed once: facts refer to the shared definitions hundreds of times."""
    return schemas.load(name)


def _facts_in(schema: Mapping[str, Any], document: str, prefix: str) -> Iterator[Fact]:
    for key, member in schema.get("properties", {}).items():
        name = prefix + key
        if name in _NO_FACTS:
            continue
        resolved = _resolved(member, document)
        if "properties" in resolved:
            yield from _facts_in(
                resolved, document if "$ref" not in member else _target(member, document)[0], f"{name}."
            )
            continue
        type_ = _type_of(resolved, document)
        if type_ is not None:
            yield Fact(
                name=name,
                type=type_,
                description=str(member.get("description") or resolved.get("description", "")),
                values=tuple(str(value) for value in resolved.get("enum", ()) if value is not None),
            )


def _type_of(schema: Mapping[str, Any], document: str) -> FactType | None:
    if "enum" in schema:
        return "text"
    declared = schema.get("type")
    types = [declared] if isinstance(declared, str) else [kind for kind in declared or () if kind != "null"]
    if types == ["array"]:
        return "texts" if _type_of(_resolved(schema["items"], document), document) == "text" else None
    if len(types) != 1:
        return None
    if types[0] == "string" and schema.get("format") == "date-time":
        return "instant"
    return _TYPES.get(types[0])


def _resolved(schema: Mapping[str, Any], document: str) -> Mapping[str, Any]:
    """A schema with its reference followed; members that stand beside the reference are added."""
    if "$ref" not in schema:
        return schema
    target_document, pointer = _target(schema, document)
    found: Any = _document(target_document)
    for step in pointer.strip("/").split("/"):
        found = found[step]
    target = _resolved(found, target_document)
    beside = {key: value for key, value in schema.items() if key != "$ref"}
    properties = {**target.get("properties", {}), **beside.get("properties", {})}
    return {**target, **beside, **({"properties": properties} if properties else {})}


def _target(schema: Mapping[str, Any], document: str) -> tuple[str, str]:
    file, _, pointer = str(schema["$ref"]).partition("#")
    return file.removesuffix(".schema.json") or document, pointer
