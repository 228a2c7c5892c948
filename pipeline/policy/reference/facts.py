"""What the reference sets add to the facts of an event, and what they overrule.

The operator's own registries win over what events claim. Three things are never done: nothing is claimed from an empty
set, nothing is called checked that there was nothing to check against, and nothing found here makes an event's own
verdict milder.
"""

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from pipeline.events.instants import instant
from pipeline.policy.reference.entries import ConsentEntry, FeatureVerdict, NewsSourceEntry, Suspension
from pipeline.policy.reference.features import FeatureMatch, worst
from pipeline.policy.reference.sets import ReferenceSets
from pipeline.policy.vocabulary import Facts, FactValue

__all__ = ["LICENCE_DAYS", "Enriched", "Observed", "reference_facts"]

LICENCE_DAYS: Final = ZoneInfo("Asia/Shanghai")
"""Where the days of licences of news and of consents begin and end: both lists are of China's law."""

_PAPERS: Final = {
    "app.assessment_checked": ("app.assessed_at", "app.assessed_until"),
    "app.filing_checked": ("app.filed_at", "app.filed_until"),
}
"""What a listing asks for, and the dates of the inventory from which and until which it is so."""

_VERDICTS: Final[dict[str, FeatureVerdict]] = {"illegal": "illegal", "harmful": "harmful", "rumour": "rumour"}


_REGISTRATIONS: Final = frozenset({"identity.verified"})
_CONVERSATIONS: Final = frozenset({"interaction.started"})
_UPDATES: Final = frozenset(
    {
        "generation.completed",
        "export.completed",
        "publish.requested",
        "repost.requested",
        "ingest.completed",
        "service.changed",
    }
)
_LEFT_ALONE: Final[Mapping[Suspension, frozenset[str]]] = MappingProxyType(
    {
        "suspend-registration": _UPDATES | _CONVERSATIONS,
        "suspend-updates": _REGISTRATIONS | _CONVERSATIONS,
        "suspend-service": frozenset(),
    }
)
"""What may go on although an order has a service stop something else (Deep Synthesis Provisions Art. 21)."""


class Observed(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen of an event besides its facts; None where it was not, or could not be.

    Attributes:
        prompt: what the user asked for.
        text: the asset, where it is text.
        sha256: the digest of the asset.
        image_code: the ISCC Image-Code of the asset, where it is a picture.
    """

    prompt: str | None = None
    text: str | None = None
    sha256: str | None = None
    image_code: str | None = None


class Enriched(NamedTuple):
    """The facts an event is judged on, and the features that were found in it, the gravest first."""

    facts: Facts
    matches: tuple[FeatureMatch, ...]


def reference_facts(facts: Facts, sets: ReferenceSets, observed: Observed, at: datetime | None) -> Enriched:
    """What an event states, enriched and overruled by what the operator knows.

    Args:
        facts: what the event states.
        sets: what the operator knows.
        observed: what was seen of the event besides.
        at: the event's time; None where it has none.
    """
    known: dict[str, FactValue] = dict(facts)
    _add_service(known, sets)
    _add_news_source(known, sets, at)
    _add_consent(known, sets, at)
    _add_app(known, sets, at)
    return Enriched(known, _add_review(known, sets, observed))


def _add_service(facts: dict[str, FactValue], sets: ReferenceSets) -> None:
    named = str(facts.get("service.id", ""))
    registered = sets.services.get(named)
    if registered is not None:
        facts.update(registered.facts)
    happened = str(facts.get("event_type", ""))
    if any(happened not in _LEFT_ALONE[order] for order in sets.suspended.get(named, ())):
        facts["service.suspended_by_order"] = True


def _add_news_source(facts: dict[str, FactValue], sets: ReferenceSets, at: datetime | None) -> None:
    named = facts.get("content.news_source")
    if not named or not sets.news_sources:
        return
    unit = sets.news_sources.get(str(named))
    is_listed = False if unit is None or unit.status == "revoked" else _holds(unit, at)
    facts.pop("content.news_source_listed", None)
    if is_listed is not None:
        facts["content.news_source_listed"] = is_listed


def _holds(entry: NewsSourceEntry | ConsentEntry, at: datetime | None) -> bool | None:
    """Whether an entry held at a time; None where that depends on a time that is not known."""
    if entry.valid_from is None and entry.valid_to is None:
        return True
    if at is None:
        return None
    day = at.astimezone(LICENCE_DAYS).date()
    return (entry.valid_from or date.min) <= day <= (entry.valid_to or date.max)


def _add_consent(facts: dict[str, FactValue], sets: ReferenceSets, at: datetime | None) -> None:
    consent = sets.consents.get(str(facts.get("consent.ref", "")))
    if consent is None:
        return
    edited = facts.get("content.biometric", ())
    covers = consent.biometric is None or not isinstance(edited, tuple) or set(edited) <= set(consent.biometric)
    if consent.status == "revoked" or facts.get("consent.status") == "revoked":
        facts["consent.status"] = "revoked"
    else:
        holds = _holds(consent, at) if covers else False
        facts.pop("consent.status", None)
        if holds is not None:
            facts["consent.status"] = "granted" if holds else "missing"
    if consent.separate is not None:
        facts["consent.separate"] = consent.separate
    if consent.prompted is not None:
        facts["consent.prompted"] = consent.prompted


def _add_app(facts: dict[str, FactValue], sets: ReferenceSets, at: datetime | None) -> None:
    """What the inventory has of an app that is to be listed: whether its assessment and its filing hold then."""
    item = sets.inventory.get(str(facts.get("app.id", "")))
    if item is None or item.kind != "app":
        return
    for checked, (since, until) in _PAPERS.items():
        holds = _in_time(item.facts.get(since), item.facts.get(until), at)
        if holds is not None:
            facts[checked] = holds
    if item.facts.get("app.deep_synthesis") is True:
        facts["app.ai_declared"] = True


def _in_time(since: object, until: object, at: datetime | None) -> bool | None:
    """Whether a time lies between two dates that entries have; None where neither is there, or the time is not."""
    begins, ends = (instant(said) if isinstance(said, str) else None for said in (since, until))
    if at is None or (begins is None and ends is None):
        return None
    return (begins is None or begins <= at) and (ends is None or at < ends)


def _add_review(facts: dict[str, FactValue], sets: ReferenceSets, observed: Observed) -> tuple[FeatureMatch, ...]:
    if not sets.features:
        return ()
    matches = sets.index.match(
        prompt=observed.prompt, text=observed.text, sha256=observed.sha256, image_code=observed.image_code
    )
    saw_input = observed.prompt is not None and sets.index.knows_text("prompt")
    saw_output = (observed.text is not None and sets.index.knows_text("output")) or (
        observed.image_code is not None and sets.index.knows_pictures
    )
    if saw_input:
        facts["review.input_checked"] = True
    if saw_output:
        facts["review.output_checked"] = True
    if saw_input or saw_output or matches:
        facts["review.feature_db_version"] = sets.versions.features
    facts.update(_verdict(facts, matches, checked_all=saw_input and saw_output))
    named = facts.get("review.categories", ())
    categories = dict.fromkeys(match.category for match in matches if match.category is not None)
    if categories:
        facts["review.categories"] = tuple(dict.fromkeys((*(named if isinstance(named, tuple) else ()), *categories)))
    return matches


def _verdict(facts: Facts, matches: tuple[FeatureMatch, ...], *, checked_all: bool) -> Facts:
    stated = facts.get("review.verdict")
    found = worst(match.verdict for match in matches)
    if found is not None:
        claimed = _VERDICTS.get(str(stated), found)
        mode = facts.get("review.mode", "auto")
        return {"review.verdict": worst((found, claimed)) or found, "review.mode": mode}
    # Whether news is true is for a person to say.
    if checked_all and stated is None and facts.get("content.is_news") is not True:
        return {"review.verdict": "ok", "review.mode": "auto"}
    return {}
