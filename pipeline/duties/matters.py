"""What an event says of a case: of which kind, which one, and what is known of it then. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pipeline.events.identity import case_uid
from pipeline.events.instants import instant, written
from pipeline.events.outputs import Case, CaseFact
from pipeline.policy.pack import CaseKind
from pipeline.policy.vocabulary import PERSONAL, flatten, vocabulary

__all__ = ["CASE_OF", "Statement", "said_of_case", "with_facts"]

CASE_OF: Final[Mapping[str, CaseKind]] = {
    "complaint.updated": "complaint",
    "incident.updated": "incident",
    "order.received": "order",
    "takedown.updated": "takedown",
    "appeal.updated": "appeal",
    "licence.updated": "licence",
    "refutation.published": "incident",
}
"""The kind of case that events of a type are about."""

_DONE: Final[Mapping[str, str]] = {"refutation.published": "incident.refuted_at"}
"""The date of what an event says by its type: it is that of the event, where the event does not say another."""

_ALSO: Final = ("service.id",)
"""What is kept of a case beside the facts of its kind."""

_MOST_DATES: Final = 64
"""So many values of one instant are remembered, the newest ones: each is a correction, or a pause of a clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What one event says of a case."""

    case_uid: str
    kind: CaseKind
    id: str | None
    jurisdictions: tuple[str, ...]
    facts: Mapping[str, CaseFact]


def said_of_case(
    event_type: str,
    data: Mapping[str, object],
    uid: str,
    jurisdictions: tuple[str, ...] = (),
    time: str | None = None,
) -> Statement | None:
    """What an event says of a case; None where it is about none.

    An event without the number of a case is a case of its own, if it says when something happened: nothing that comes
    later can be about the same. An order is one by its type alone; a refutation is that of a rumour with a number.

    Args:
        event_type: what happened.
        data: the event's data, which its schema has accepted.
        uid: the identity of the event.
        jurisdictions: where services are taken to be offered if the event does not say.
        time: that of the event.
    """
    kind = CASE_OF.get(event_type)
    if kind is None:
        return None
    facts = flatten(data)
    named = facts.get(f"{kind}.id")
    number = named if isinstance(named, str) and named else None
    of_case = {name: value for name, value in facts.items() if name.startswith(f"{kind}.") or name in _ALSO}
    if number is None and (event_type in _DONE or not (kind == "order" or _has_instant(of_case))):
        return None
    if event_type in _DONE and time is not None and not of_case.get(_DONE[event_type]):
        of_case[_DONE[event_type]] = time
    stated = facts.get("jurisdictions")
    return Statement(
        case_uid=case_uid(kind, uid if number is None else f"#{number}"),
        kind=kind,
        id=number,
        jurisdictions=stated if isinstance(stated, tuple) else jurisdictions,
        facts={name: value for name, value in of_case.items() if name not in PERSONAL},
    )


def with_facts(
    case: Case | None, said: Statement
) -> tuple[dict[str, CaseFact], dict[str, tuple[str, ...]], tuple[str, ...]]:
    """The facts, the dates and the jurisdictions of a case, with what an event says of it.

    What is known only grows: an instant that an event says there is none of stays what it was.
    """
    facts: dict[str, CaseFact] = {} if case is None else dict(case.facts)
    dates: dict[str, tuple[str, ...]] = {} if case is None else dict(case.dates)
    for name, value in said.facts.items():
        if not _is_instant(name):
            facts[name] = value
        elif isinstance(value, str) and (at := instant(value)) is not None:
            facts[name] = written(at)
            earlier = tuple(date for date in dates.get(name, ()) if date != facts[name])
            dates[name] = (*earlier, written(at))[-_MOST_DATES:]
    places = () if case is None else case.jurisdictions
    return facts, dates, tuple(dict.fromkeys((*places, *said.jurisdictions)))


def _has_instant(facts: Mapping[str, CaseFact]) -> bool:
    return any(_is_instant(name) and value for name, value in facts.items())


def _is_instant(name: str) -> bool:
    fact = vocabulary().get(name)
    return fact is not None and fact.type == "instant"
