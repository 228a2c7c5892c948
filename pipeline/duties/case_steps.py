"""The steps of a case: which act may follow which, who may do it, which date it sets, and what it says. Pure.

Every act is called by the kind of its case and the state that it leads to, so the table of states is that of acts, too.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

from pipeline.duties.matters import Statement
from pipeline.duties.oversight import Permission
from pipeline.duties.refusals import ActOvertakenError, ActRefusedError
from pipeline.errors import BugError
from pipeline.events.identity import case_uid
from pipeline.events.inputs import CaseAct
from pipeline.events.instants import instant
from pipeline.events.outputs import (
    Case,
    CaseDocument,
    CaseFact,
    CaseState,
    CaseSubject,
    OrderedService,
    ServiceOrder,
)
from pipeline.policy.pack import CaseKind
from pipeline.policy.reference import ORDER_PREFIX, SUSPENSIONS
from pipeline.policy.vocabulary import flatten

__all__ = [
    "ACTS_ON_CASES",
    "DECIDING",
    "MAY_FOLLOW",
    "documents_with",
    "kind_named",
    "permission_for",
    "require_may_follow",
    "require_seen_case",
    "said_by_act",
    "state_by_dates",
    "state_of",
    "step_of",
    "subject_with",
    "suspension_by",
]

MAY_FOLLOW: Final[Mapping[CaseKind, Mapping[CaseState | None, tuple[CaseState, ...]]]] = MappingProxyType(
    {
        "complaint": {
            None: ("received",),
            "received": ("acknowledged", "asked-back", "answered"),
            "acknowledged": ("asked-back", "answered"),
            "asked-back": ("replied", "answered"),
            "replied": ("asked-back", "answered"),
            "answered": ("closed",),
        },
        "incident": {
            None: ("opened",),
            "opened": ("disposed", "reported", "refuted"),
            "disposed": ("reported", "refuted", "closed"),
            "reported": ("disposed", "reported", "refuted", "closed"),
            "refuted": ("disposed", "reported", "closed"),
        },
        "order": {None: ("received",), "received": ("done", "contested"), "contested": ("done",)},
        "takedown": {None: ("requested",), "requested": ("done",)},
        "appeal": {None: ("opened",), "opened": ("decided",)},
        "licence": {None: ("known",), "known": ("revoked",)},
        "emergency": {
            None: ("opened",),
            "opened": ("reported", "ended"),
            "reported": ("reported", "ended"),
            "ended": ("reported",),
        },
        "alert": {
            None: ("acknowledged", "closed"),
            "acknowledged": ("acknowledged", "closed"),
            "closed": ("acknowledged", "closed"),
        },
        "enforcement": {None: ("announced",), "announced": ("taken", "reversed"), "taken": ("reversed",)},
    }
)
"""By the kind of a case and its state, the states that an act may lead to; None stands before a case is opened."""

ACTS_ON_CASES: Final = frozenset(
    f"{kind}.{state}" for kind, table in MAY_FOLLOW.items() for states in table.values() for state in states
)
"""All acts there are."""

_DATES: Final[Mapping[str, str]] = {
    "complaint.received": "complaint.received_at",
    "complaint.acknowledged": "complaint.acknowledged_at",
    "complaint.asked-back": "complaint.asked_back_at",
    "complaint.replied": "complaint.replied_at",
    "complaint.answered": "complaint.answered_at",
    "incident.opened": "incident.found_at",
    "incident.disposed": "incident.disposed_at",
    "incident.reported": "incident.reported_at",
    "incident.refuted": "incident.refuted_at",
    "order.received": "order.received_at",
    "order.done": "order.done_at",
    "order.contested": "order.contested_at",
    "takedown.requested": "takedown.received_at",
    "takedown.done": "takedown.done_at",
    "appeal.opened": "appeal.received_at",
    "appeal.decided": "appeal.decided_at",
    "licence.known": "licence.known_at",
    "licence.revoked": "licence.revoked_at",
    "emergency.opened": "emergency.found_at",
    "emergency.reported": "emergency.reported_at",
    "emergency.ended": "emergency.ended_at",
    "alert.acknowledged": "alert.acknowledged_at",
    "enforcement.announced": "enforcement.announced_at",
    "enforcement.taken": "enforcement.taken_at",
    "enforcement.reversed": "enforcement.reversed_at",
}
"""The date that an act sets, by which clocks start, stop and stand still; closing a case sets none."""

_MORE: Final[Mapping[CaseKind, tuple[str, ...]]] = {
    "complaint": ("complaint.urgent", "complaint.due_at"),
    "incident": ("incident.kind", "incident.user_action"),
    "order": ("order.kind", "order.due_at"),
    "takedown": ("takedown.kind",),
    "appeal": ("appeal.due_at",),
    "licence": ("licence.licensee_broke_latent",),
    "emergency": (),
    "alert": (),
    "enforcement": (),
}
"""What acts may say beside. Dates of steps are not among it: who may not do a step cannot say that it was done."""

_ONCE: Final = frozenset({"incident.reported", "emergency.reported"})
"""The acts whose first date stays: a report that goes to one authority more does not make the first one late."""

DECIDING: Final = frozenset({"complaint.answered", "appeal.decided"})
"""The acts that may decide once more about an event."""

_MOST_DOCUMENTS: Final = 256


class _Step(NamedTuple):
    """What an act is: of which kind of case, and to which state it leads."""

    kind: CaseKind
    state: CaseState


def step_of(act: str) -> _Step:
    """The step that an act of the contract takes."""
    for kind, table in MAY_FOLLOW.items():
        for states in table.values():
            for state in states:
                if act == f"{kind}.{state}":
                    return _Step(kind, state)
    raise BugError(what=f"The contract has the act {act}, and the table of states has not.", remedy="Please report it.")


def kind_named(name: str) -> CaseKind:
    """The kind of case that has this name."""
    for kind in MAY_FOLLOW:
        if kind == name:
            return kind
    raise BugError(what=f"No case is of the kind {name}.", remedy="See who else writes to the records bucket.")


def permission_for(act: str) -> Permission:
    """What a person has to be permitted who does it."""
    kind = step_of(act).kind
    named: dict[CaseKind, Permission] = {"appeal": "appeal", "complaint": "complaint", "alert": "alert"}
    return named.get(kind, "incident")


def require_may_follow(act: CaseAct, case: Case | None) -> None:
    """See that the table of states allows an act on a case as it stands.

    Raises:
        ActRefusedError: it does not.
    """
    kind, state = step_of(act.act)
    before = None if case is None else state_of(case)
    allowed = MAY_FOLLOW[kind].get(before, ())
    if state in allowed:
        return
    there = "there is no such case" if case is None else f"the case is {before}"
    after = ", ".join(f"{kind}.{next_state}" for next_state in allowed) or "nothing"
    raise ActRefusedError(
        what=f"The act {act.act} may not be done now: {there}.",
        remedy=f"What may follow is {after}; see `sealstream cases show`.",
    )


def require_seen_case(act: CaseAct, case: Case | None) -> None:
    """See that a person looked at the newest version of a case; the public sees none.

    Raises:
        ActOvertakenError: there is a newer one.
    """
    newest = 0 if case is None else case.version
    if act.actor is not None and act.seen != newest:
        raise ActOvertakenError(
            what=f"The version of the case that the actor saw is not the newest, which is {newest}.",
            remedy="Look at the case as it stands, and send a new act.",
        )


def said_by_act(act: CaseAct, at: str, jurisdictions: tuple[str, ...], before: Case | None = None) -> Statement:
    """What an act says of its case.

    Args:
        act: the act.
        at: when it was done.
        jurisdictions: where the case is taken to be if the act does not say.
        before: the case as it stands.
    """
    kind = step_of(act.act).kind
    told = flatten(act.facts)
    facts: dict[str, CaseFact] = {name: told[name] for name in (*_MORE[kind], "service.id") if name in told}
    facts[f"{kind}.id"] = act.case
    if kind == "alert":  # which law an alert is by says nothing of who may look at it
        jurisdictions, facts["alert.ids"] = (), act.alerts
    if act.act in _DATES and not _was_done(act.act, at, before):
        facts[_DATES[act.act]] = at
    if act.act == "licence.revoked":
        facts["licence.revoked"] = True
    return Statement(
        case_uid=case_uid(kind, f"#{act.case}"),
        kind=kind,
        id=act.case,
        jurisdictions=act.jurisdictions or jurisdictions,
        facts=facts,
    )


def _was_done(act: str, at: str, before: Case | None) -> bool:
    """Whether an act that counts by its first time was done before."""
    known = None if before is None or act not in _ONCE else before.facts.get(_DATES[act])
    earlier, later = (instant(known) if isinstance(known, str) else None), instant(at)
    return earlier is not None and later is not None and earlier <= later


def state_of(case: Case) -> CaseState:
    """How far a case is; of one that was stored before that was said, by its dates."""
    return case.state or state_by_dates(kind_named(case.kind), case.facts, None)


def state_by_dates(kind: CaseKind, facts: Mapping[str, CaseFact], before: CaseState | None) -> CaseState:
    """How far a case is by what is known of it: of the steps that have a date, the last one; closed stays closed.

    Args:
        kind: of the case.
        facts: what is known of it.
        before: how far it was; None where nothing was known.
    """
    if before == "closed":
        return before
    found, newest = before or MAY_FOLLOW[kind][None][0], None
    for state in dict.fromkeys(state for states in MAY_FOLLOW[kind].values() for state in states):
        stated = facts.get(_DATES.get(f"{kind}.{state}", ""))
        at = instant(stated) if isinstance(stated, str) else None
        if at is not None and (newest is None or at >= newest):
            found, newest = state, at
    return found


def suspension_by(case: Case) -> ServiceOrder | None:
    """What an order that suspends something puts into the service registry; None of all other cases.

    Its id and version follow from the version of the case, so every worker and every replay puts the same entry, and
    one that says more, as an order that widens does, comes after the one before. Once it is on record that the order
    was carried out, it is not put again: somebody may have lifted it since.
    """
    facts = case.facts
    service = facts.get("service.id")
    kind = facts.get("order.kind")
    if case.kind != "order" or kind not in SUSPENSIONS or not isinstance(service, str):
        return None
    if "order.done_at" in facts and case.version > 1:
        return None
    return ServiceOrder(
        id=f"{ORDER_PREFIX}{case.case_uid}",
        version=case.version + 1,
        service=OrderedService(id=service),
        order=str(kind),
    )


def subject_with(before: CaseSubject | None, told: CaseSubject | None) -> CaseSubject | None:
    """What a case is about, with what an act says of that: more may become known, and nothing else.

    Raises:
        ActRefusedError: it is about something else.
    """
    if before is None or told is None:
        return before or told
    known: dict[str, str] = {}
    for name in CaseSubject.__struct_fields__:
        known_value, value = getattr(before, name), getattr(told, name)
        if known_value is not None and value is not None and known_value != value:
            raise ActRefusedError(
                what=f"The case is about another {name} than the act says.", remedy="Open a case of its own for it."
            )
        known[name] = known_value or value
    return CaseSubject(**known)  # type: ignore[arg-type] # each from the member of its own name


def documents_with(before: Sequence[CaseDocument], act: CaseAct, at: str) -> tuple[CaseDocument, ...]:
    """The documents of a case, with those that come with an act.

    Raises:
        ActRefusedError: they are too many.
    """
    more = (
        CaseDocument(sha256=filed.sha256, uri=filed.uri, mime=filed.mime, addressee=filed.addressee, act=act.act, at=at)
        for filed in act.documents
    )
    documents = (*before, *more)
    if len(documents) > _MOST_DOCUMENTS:
        raise ActRefusedError(
            what=f"The case would have more than {_MOST_DOCUMENTS} documents, which is the most.",
            remedy="Put documents together, and send a new act with one that lists them.",
        )
    return documents
