"""The entries of the reference sets as typed values, and how they are made of what their schemas accepted."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final, Literal, get_args

import msgspec

from pipeline.events.instants import instant
from pipeline.events.outputs import HarmCategory
from pipeline.policy.reference.errors import EntryError, SetName
from pipeline.policy.reference.patterns import (
    PatternError,
    Picture,
    fingerprint_of,
    phrase_of,
    picture_of_code,
    regex_of,
)
from pipeline.policy.vocabulary import Facts, flatten

__all__ = [
    "ILLEGAL_PREFIX",
    "NEAR_PREFIX",
    "ORDER_PREFIX",
    "SUSPENSIONS",
    "Biometric",
    "ConsentEntry",
    "Entry",
    "FeatureEntry",
    "FeatureVerdict",
    "How",
    "InventoryEntry",
    "InventoryKind",
    "NewsSourceEntry",
    "OperatorEntry",
    "OperatorRole",
    "ServiceEntry",
    "Side",
    "Suspension",
    "parse_entry",
    "set_of",
]

ORDER_PREFIX: Final = "order:"
"""What the ids of entries begin with that orders put into the service registry."""

ILLEGAL_PREFIX: Final = "illegal:"
NEAR_PREFIX: Final = "near-illegal:"
"""What the ids of features begin with that later verdicts put: their ground is on record, and is no person's entry."""

FeatureVerdict = Literal["illegal", "harmful", "rumour"]
Side = Literal["prompt", "output"]
How = Literal["phrase", "regex", "sha256", "image", "fingerprint"]
Biometric = Literal["face", "voice", "gesture", "other"]

OperatorRole = Literal["viewer", "reviewer", "second-reviewer", "complaints-officer", "auditor", "admin"]
"""What a person who works with sealstream may be: what each may do is said by `pipeline.duties`."""

InventoryKind = Literal["model", "training_set", "feature_database", "app", "certificate"]
"""What an item of the inventory is."""

_KINDS: Final[tuple[InventoryKind, ...]] = get_args(InventoryKind)

_BOTH: Final[tuple[Side, ...]] = ("prompt", "output")


Suspension = Literal["suspend-updates", "suspend-registration", "suspend-service"]
"""What an order has a service stop (Deep Synthesis Provisions Art. 21)."""

SUSPENSIONS: Final[tuple[Suspension, ...]] = get_args(Suspension)


class ServiceEntry(msgspec.Struct, frozen=True, kw_only=True):
    """What the operator knows of a service: facts, all of which begin with `service.`, and where it is offered.

    Of an entry that an order put beside that of the service, `ordered` is the service, and `suspension` what it has to
    stop.
    """

    id: str
    version: int
    facts: Facts
    jurisdictions: tuple[str, ...] = ()
    ordered: str | None = None
    suspension: Suspension | None = None


class NewsSourceEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A news source unit and its licence; both days belong to the time it is valid."""

    id: str
    version: int
    name: str
    status: Literal["licensed", "revoked"]
    valid_from: date | None = None
    valid_to: date | None = None


class ConsentEntry(msgspec.Struct, frozen=True, kw_only=True):
    """Where a consent stands; `biometric` is what it covers, None everything. Both days belong to the time it holds."""

    id: str
    version: int
    status: Literal["granted", "revoked"]
    separate: bool | None = None
    prompted: bool | None = None
    biometric: tuple[Biometric, ...] | None = None
    valid_from: date | None = None
    valid_to: date | None = None


class FeatureEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A sign of prohibited content.

    Attributes:
        pattern: the phrase as `folded` writes it, the regular expression, the digest, the Image-Code, or the code of
            what comes near.
        picture: the Image-Code, and in how many bits that of a picture may differ from it; None for all others.
        author: who put it in, by a pseudonym.
        standard: by which entry standard it belongs there.
        reviewed_at: when it was put in or last reviewed.
    """

    id: str
    version: int
    verdict: FeatureVerdict
    how: How
    pattern: str
    applies_to: tuple[Side, ...] = _BOTH
    picture: Picture | None = None
    category: HarmCategory | None = None
    author: str | None = None
    standard: str | None = None
    reviewed_at: datetime | None = None

    @property
    def is_found(self) -> bool:
        """Whether a later verdict put it, and no person."""
        return self.id.startswith((ILLEGAL_PREFIX, NEAR_PREFIX))

    @property
    def is_founded(self) -> bool:
        """Whether it says who put it in, by which standard, and when."""
        return bool(self.author and self.standard and self.reviewed_at)


class OperatorEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A person who may act, by a pseudonym.

    Attributes:
        roles: what the person may be; none, and the person may do nothing any more.
        jurisdictions: for which places, as packs name them; `*` for all.
    """

    id: str
    version: int
    roles: tuple[OperatorRole, ...]
    jurisdictions: tuple[str, ...] = ("*",)


class InventoryEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An item of the inventory: what it is, where it is used, and facts that begin with what it is."""

    id: str
    version: int
    kind: InventoryKind
    name: str | None = None
    jurisdictions: tuple[str, ...] = ()
    facts: Facts


Entry = ServiceEntry | NewsSourceEntry | FeatureEntry | ConsentEntry | OperatorEntry | InventoryEntry

_SETS: Final[Mapping[type, SetName]] = {
    ServiceEntry: "services",
    NewsSourceEntry: "news-sources",
    FeatureEntry: "features",
    ConsentEntry: "consents",
    OperatorEntry: "operators",
    InventoryEntry: "inventory",
}


def set_of(entry: Entry) -> SetName:
    """The reference set that an entry belongs to."""
    return _SETS[type(entry)]


def parse_entry(set_name: SetName, key: str, value: Mapping[str, Any]) -> Entry:
    """An entry from the data of its message, which its schema has accepted.

    Args:
        set_name: the reference set.
        key: the key of the Kafka record.
        value: the data.

    Raises:
        EntryError: the key names another entry, or what the entry says can never be matched or always is.
    """
    if value["id"] != key:
        raise EntryError(
            what=f"An entry of {set_name} has one id as its key and another in its data.",
            remedy="Send it with its own id as the key: the key is what a later message replaces or deletes.",
            set_name=set_name,
            entry_id=key,
        )
    if set_name == "services":
        known = {name: fact for name, fact in value["service"].items() if name != "id"}
        facts = flatten({"service": known})
        is_order = key.startswith(ORDER_PREFIX) and facts.get("service.suspended_by_order") is True
        ordered = value["service"].get("id") if is_order else None
        return ServiceEntry(
            id=key,
            version=value["version"],
            facts=facts,
            jurisdictions=tuple(value.get("jurisdictions", ())),
            ordered=ordered,
            suspension=value.get("order", "suspend-service") if is_order else None,
        )
    if set_name == "news-sources":
        return msgspec.convert(value, NewsSourceEntry)
    if set_name == "consents":
        return msgspec.convert(value, ConsentEntry)
    if set_name == "operators":
        return msgspec.convert(value, OperatorEntry)
    if set_name == "inventory":
        return _item(value)
    try:
        return _feature(value)
    except PatternError as error:
        raise EntryError(
            what=f"The feature {key} cannot be used: {error}.",
            remedy="Correct it and send it with a higher version.",
            set_name=set_name,
            entry_id=key,
        ) from None


def _item(value: Mapping[str, Any]) -> InventoryEntry:
    (kind,) = (known_kind for known_kind in _KINDS if known_kind in value)
    return InventoryEntry(
        id=value["id"],
        version=value["version"],
        kind=kind,
        name=value.get("name"),
        jurisdictions=tuple(value.get("jurisdictions", ())),
        facts=flatten({kind: value[kind]}),
    )


def _feature(value: Mapping[str, Any]) -> FeatureEntry:
    sides: tuple[Side, ...] = tuple(value.get("applies_to", _BOTH))
    picture: Picture | None = None
    how: How
    if "phrase" in value:
        how, pattern = "phrase", phrase_of(value["phrase"])
    elif "regex" in value:
        how, pattern = "regex", regex_of(value["regex"])
    else:
        if "output" not in sides:
            raise PatternError("digests and image codes are compared with outputs, and it applies to prompts alone")
        sides = ("output",)
        if "sha256" in value:
            how, pattern = "sha256", value["sha256"]
        elif "fingerprint" in value:
            how, pattern = "fingerprint", fingerprint_of(value["fingerprint"])
        else:
            how, pattern = "image", value["iscc"]
            picture = picture_of_code(pattern, value.get("distance"))
    return FeatureEntry(
        id=value["id"],
        version=value["version"],
        verdict=value["verdict"],
        how=how,
        pattern=pattern,
        applies_to=tuple(side for side in _BOTH if side in sides),
        picture=picture,
        category=value.get("category"),
        author=value.get("author"),
        standard=value.get("standard"),
        reviewed_at=instant(value.get("reviewed_at", "")),
    )
