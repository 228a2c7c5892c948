"""What a person can do about a case as it stands: said by the table of states and the roles that workers go by.

What is offered here is only a courtesy: workers look everybody up once more, and see the case as it then is.
"""

from collections.abc import Collection
from typing import Final, Literal, NamedTuple

import msgspec

from console.people import Person
from console.readmodel.shown import EventPage
from pipeline.duties import Oversight, Permission, RoleRefusedError
from pipeline.duties.case_steps import DECIDING, MAY_FOLLOW, kind_named, permission_for, state_of
from pipeline.events.inputs import Reviewer
from pipeline.events.outputs import Case, CaseOutcome
from pipeline.policy.pack import CaseKind
from pipeline.policy.reference import ReferenceSets

__all__ = ["KINDS", "Off", "OfferedAct", "acts_offered", "kinds_offered"]

Off = Literal["role", "place", "held", "decided-before", "not-known", "retracted"]
"""Why an act is off: the person acts as something else or elsewhere; the event waits for a review, was decided by this
person before, is not known here, or was retracted."""

KINDS: Final[tuple[CaseKind, ...]] = tuple(kind for kind in MAY_FOLLOW if kind != "alert")
"""The kinds of cases that a page shows; alerts have a page of their own."""


class OfferedAct(msgspec.Struct, frozen=True, kw_only=True):
    """An act that may follow, and what it makes of the event's decision, if it decides; `off` is why it is off."""

    act: str
    outcome: CaseOutcome | None = None
    off: Off | None = None

    @property
    def name(self) -> str:
        """What the form calls it."""
        return self.act if self.outcome is None else f"{self.act} {self.outcome}"


class _Way(NamedTuple):
    outcome: CaseOutcome | None
    off: Off | None


_PLAIN: Final = {"complaint.answered": (_Way(None, None),)}
"""A complaint can be answered without anything being decided; an appeal is decided one way or the other."""


def acts_offered(case: Case, person: Person, event: EventPage | None) -> tuple[OfferedAct, ...]:
    """What may be done about a case as it stands, by the table of states; each with why this person may not.

    Args:
        case: its newest version.
        person: who looks at it.
        event: the event that it is about, as far as that is known.
    """
    if case.id is None or case.kind not in KINDS:  # nothing that comes later speaks of it; what is registered
        return ()
    kind = kind_named(case.kind)
    offered: list[OfferedAct] = []
    for state in MAY_FOLLOW[kind].get(state_of(case), ()):
        act = f"{kind}.{state}"
        off = _refused(person, permission_for(act), case.jurisdictions)
        offered += [
            OfferedAct(act=act, outcome=way.outcome, off=off or way.off) for way in _ways(act, case, person, event)
        ]
    return tuple(offered)


def kinds_offered(person: Person) -> tuple[CaseKind, ...]:
    """The kinds of cases that a person may open at all."""
    return tuple(kind for kind in KINDS if _refused(person, permission_for(_opening(kind)), ()) is None)


def _opening(kind: CaseKind) -> str:
    return f"{kind}.{MAY_FOLLOW[kind][None][0]}"


def _ways(act: str, case: Case, person: Person, event: EventPage | None) -> tuple[_Way, ...]:
    """In which ways an act can be done: what decides about an event once more can uphold or overturn."""
    if act not in DECIDING or case.about is None:
        return (_Way(None, None),)
    off: Off | None = None
    if case.about.event_uid is None:
        off = None
    elif event is None:
        off = "not-known"
    elif event.standing == "hold":
        off = "held"
    elif person.id in {decision.review.reviewer for decision in event.decisions if decision.review is not None}:
        off = "decided-before"
    elif event.standing == "retracted":
        return (_Way("upheld", None), _Way("overturned", "retracted"), *_PLAIN.get(act, ()))
    return (_Way("upheld", off), _Way("overturned", off), *_PLAIN.get(act, ()))


def _refused(person: Person, to: Permission, places: Collection[str]) -> Off | None:
    """Why a person may not do something; None where it is permitted."""
    sets = ReferenceSets.empty().updated([person.entry]).sets
    oversight, actor = Oversight(references=lambda: sets), Reviewer(id=person.id, role=person.role)
    try:
        oversight.permit_case(actor, to, ())
    except RoleRefusedError:
        return "role"
    try:
        oversight.permit_case(actor, to, places)
    except RoleRefusedError:
        return "place"
    return None
