"""How many facts a lawful event needs beside its asset: counted by taking away one after the other while it is allowed.

    python -m tests.law.asking

Nothing can be taken away from what is left: that is counted. What is tried first is what a producer would like best not
to send. The service is in the operator's registry (2.4 million users, no significant intermediary in India), the
settings are those that ship, and the place is set once for all events.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tests.law.files import File, file, photo
from tests.law.worker import Answer, Facts, Worker

__all__ = ["PLACES", "SERVICE", "Needed", "needed", "nested", "table"]

PLACES: Final = ("CN", "EU", "US-CA", "IN", "KR")

TIME: Final = "2026-12-24T10:00:00+08:00"

SERVICE: Final[Facts] = {
    "public_opinion": True,
    "filing_no": "example-filing-1",
    "filing_displayed": True,
    "security_assessment": "done",
    "label_function_offered": True,
    "label_prompted": True,
    "monthly_users": 2_400_000,
    "market_date": "2026-09-01",
    "ssmi": False,
    "detector": {"available": True, "free": True, "reports_basis": True},
}

_GENERATION: Final[Mapping[str, Any]] = {
    "explicit.waived_on_request": False,
    "explicit.present": True,
    "service.suspended_by_order": False,
    "content.is_news": False,
    "content.has_file": True,
    "content.containerised": True,
    "content.biometric": [],
    "content.art17_scenario": 5,
    "content.confusion_risk": "yes",
    "content.standard_edit": False,
    "content.deepfake": False,
    "content.photoreal": True,
    "content.ds_category": 5,
    "content.synthetic": "yes",
    "user.identity.status": "verified",
    "user.identity.method": "mobile",
    "review.verdict": "ok",
    "service.id": "studio",
    "service.provider_name": "Studio",
    "service.system_name": "Studio One",
    "service.system_version": "2",
    "review.input_checked": True,
    "review.output_checked": True,
    "review.feature_db_version": "2026-11",
    "content.operation": "generated",
    "explicit_order.language": "zh",
}

_PUBLICATION: Final[Mapping[str, Any]] = {
    **{name: value for name, value in _GENERATION.items() if not name.startswith("explicit_order")},
    "implicit.present": True,
    "declaration.made": True,
    "actor.role": "user",
    "declaration.value": "ai",
    "detection.verdict": "confirmed",
    "notice.shown": "confirmed",
}

_HUMAN: Final[Mapping[str, Any]] = {
    "actor.role": "user",
    "content.synthetic": "no",
    "content.operation": "none",
    "content.biometric": [],
    "content.art17_scenario": 0,
    "content.deepfake": False,
    "content.is_news": False,
    "declaration.made": True,
    "declaration.value": "not_ai",
    "explicit.present": False,
    "explicit.waived_on_request": False,
    "implicit.present": False,
    "review.verdict": "ok",
    "detection.verdict": "none",
    "service.suspended_by_order": False,
    "service.id": "studio",
    "user.identity.status": "verified",
    "user.identity.method": "mobile",
}


_REQUIRED: Final = ("content.operation",)
"""What the contract has no generation event without."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Needed:
    """The facts without which an event is not allowed."""

    place: str
    what: str
    facts: tuple[str, ...]


def needed(place: str) -> Iterator[Needed]:
    """What is needed in a place: for a generation, the publication of what was sealed then, and that of a photo."""
    worker = Worker(registry={"studio": SERVICE})
    picture = file("png")

    def generate(facts: Facts) -> Answer:
        return worker.generation(picture, {"jurisdictions": [place], **facts}, time=TIME)

    def publish(asset: File) -> Callable[[Facts], Answer]:
        return lambda facts: worker.publication(asset, {"jurisdictions": [place], **facts}, time=TIME)

    sealed = generate(nested(_GENERATION)).sealed
    assert sealed is not None
    yield Needed(place=place, what="generation", facts=_least(_GENERATION, generate, _REQUIRED))
    yield Needed(place=place, what="publication of what was sealed", facts=_least(_PUBLICATION, publish(sealed)))
    yield Needed(place=place, what="publication of a photo by a person", facts=_least(_HUMAN, publish(photo())))


def _least(
    facts: Mapping[str, Any], judge: Callable[[Facts], Answer], required: Collection[str] = ()
) -> tuple[str, ...]:
    left = dict(facts)
    allowed = judge(nested(left))
    assert allowed.decision == "allow", [alert.message for alert in allowed.alerts]
    before: dict[str, Any] = {}
    while before != left:
        before = left
        for name in before:
            without = {other: value for other, value in left.items() if other != name}
            if name not in required and judge(nested(without)).decision == "allow":
                left = without
    return tuple(left)


def nested(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts by their dotted names, as events nest them."""
    nested: dict[str, Any] = {}
    for name, value in facts.items():
        *groups, leaf = name.split(".")
        below = nested
        for group in groups:
            below = below.setdefault(group, {})
        below[leaf] = value
    return nested


def table() -> str:
    """All places, a line each."""
    lines = ["facts needed beside the asset, and which"]
    for place in PLACES:
        lines += [f"{place:6} {need.what:36} {len(need.facts):2}  {', '.join(need.facts)}" for need in needed(place)]
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
